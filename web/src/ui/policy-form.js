// @ts-check
/* A policy as people edit it: steps, each with its delay and whom it tells. */
import { html, useState } from '../lib.js';
import { say, t, word } from '../app.js';
import { changed, durationSeconds, raised, without } from '../core/rota.js';
import { Choice } from './parts.js';

/** @typedef {{schedule?: number, person?: number, channel?: number, role?: string, member?: string}} Target */
/** @typedef {{after: string, targets: Target[]}} Step */
/** @typedef {{steps: Step[], loops: number, repeat_after?: string, ack_expires: string, link_ack_expires?: string, hours?: number}} PolicyRules */
/** @typedef {{id: number, name: string}} Named */
/** @typedef {{schedules: Named[], people: Named[], channels: Named[], calendars: Named[]}} Choices */

/** Every target there is, as value and words. @param {Choices} choices @returns {[string, string][]} */
function targetOptions(choices) {
	return [
		...choices.schedules.map((s) => /** @type {[string, string]} */ ([`schedule:${s.id}`, t('target.schedule', { name: s.name })])),
		...['lead', 'admin', 'desk'].map((role) => /** @type {[string, string]} */ ([`role:${role}`, t('target.role', { name: word('role', role) })])),
		['member:next', t('target.member_next')],
		['member:all', t('target.member_all')],
		...choices.people.map((p) => /** @type {[string, string]} */ ([`person:${p.id}`, t('target.person', { name: p.name })])),
		...choices.channels.map((c) => /** @type {[string, string]} */ ([`channel:${c.id}`, t('target.channel', { name: c.name })])),
	];
}

/** @param {Target} target */
function targetValue(target) {
	const [kind, value] = Object.entries(target)[0] ?? ['schedule', ''];
	return `${kind}:${value}`;
}

/** @param {string} value @returns {Target} */
function readTarget(value) {
	const [kind, rest] = value.split(':');
	return { [kind]: kind === 'role' || kind === 'member' ? rest : Number(rest) };
}

/** Targets in words. @param {Target} target @param {Choices} choices */
export function targetWords(target, choices) {
	const value = targetValue(target);
	return targetOptions(choices).find(([v]) => v === value)?.[1] ?? value;
}

/**
 * @param {{name: string, rules: PolicyRules, choices: Choices, save: (name: string, rules: PolicyRules) => Promise<void>, cancel: () => void}} props
 */
export function PolicyForm({ name: startName, rules: start, choices, save, cancel }) {
	const [name, setName] = useState(startName);
	const [rules, setRules] = useState(start);
	const [busy, setBusy] = useState(false);
	const options = targetOptions(choices);
	/** @param {Step[]} steps */
	const setSteps = (steps) => setRules({ ...rules, steps });
	const good = name.trim() && rules.steps.length && [rules.ack_expires, rules.link_ack_expires ?? '15m', rules.repeat_after ?? '10m', ...rules.steps.map((s) => s.after)].every((d) => durationSeconds(d) !== null) && rules.steps.every((s) => s.targets.length);
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		setBusy(true);
		try {
			await save(name.trim(), rules);
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	return html`<form class="card stack-column" onSubmit=${submit}>
		<div class="mute-line">
			<input class="grow" type="text" required maxlength="100" aria-label=${t('column.name')} placeholder=${t('column.name')} value=${name} onInput=${(/** @type {Event} */ e) => setName(/** @type {HTMLInputElement} */ (e.target).value)} />
			<label>${t('policy.loops')} <input class="narrow" type="text" inputmode="numeric" value=${rules.loops} onInput=${(/** @type {Event} */ e) => setRules({ ...rules, loops: Number(/** @type {HTMLInputElement} */ (e.target).value) || 1 })} /></label>
			<label>${t('policy.repeat_after')} ${Duration({ value: rules.repeat_after ?? '10m', onChange: (v) => setRules({ ...rules, repeat_after: v }) })}</label>
			<label>${t('policy.ack_expires')} ${Duration({ value: rules.ack_expires, onChange: (v) => setRules({ ...rules, ack_expires: v }) })}</label>
			<label>${t('policy.link_ack_expires')} ${Duration({ value: rules.link_ack_expires ?? '15m', onChange: (v) => setRules({ ...rules, link_ack_expires: v }) })}</label>
			<label>${t('policy.hours')} ${Choice({ label: t('policy.hours'), value: String(rules.hours ?? ''), options: [['', t('policy.always')], ...choices.calendars.map((c) => /** @type {[string, string]} */ ([String(c.id), c.name]))], onChange: (v) => setRules(v ? { ...rules, hours: Number(v) } : withoutHours(rules)) })}</label>
		</div>
		<ol class="steps">
			${rules.steps.map(
				(step, i) => html`<li>
					<span class="step-no">${i + 1}</span>
					<label>${i ? t('policy.after') : t('policy.at_once')} ${Duration({ value: step.after, onChange: (v) => setSteps(changed(rules.steps, i, { after: v })) })}</label>
					<span class="targets">
						${step.targets.map(
							(target, n) => html`<span class="target">
								${Choice({ label: t('policy.target'), value: targetValue(target), usual: targetValue(target), options, onChange: (v) => setSteps(changed(rules.steps, i, { targets: step.targets.map((x, m) => (m === n ? readTarget(v) : x)) })) })}
								<button type="button" class="mini" title=${t('policy.drop_target')} aria-label=${t('policy.drop_target')} onClick=${() => setSteps(changed(rules.steps, i, { targets: without(step.targets, n) }))}>×</button>
							</span>`,
						)}
						<button type="button" class="button quiet" onClick=${() => setSteps(changed(rules.steps, i, { targets: [...step.targets, readTarget(options[0][0])] }))}>${t('policy.add_target')}</button>
					</span>
					<span class="row-actions">
						<button type="button" class="mini" disabled=${i === 0} onClick=${() => setSteps(raised(rules.steps, i))}>${t('action.up')}</button>
						<button type="button" class="mini" disabled=${rules.steps.length === 1} onClick=${() => setSteps(without(rules.steps, i))}>${t('action.remove')}</button>
					</span>
				</li>`,
			)}
		</ol>
		<div class="actions">
			<button type="button" class="button" disabled=${rules.steps.length >= 20} onClick=${() => setSteps([...rules.steps, { after: '10m', targets: [readTarget(options[0][0])] }])}>${t('policy.add_step')}</button>
			<span class="spring"></span>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
			<button class="button primary" disabled=${busy || !good}>${t('action.save')}</button>
		</div>
	</form>`;
}

/** @param {PolicyRules} rules @returns {PolicyRules} */
function withoutHours(rules) {
	const { hours: _, ...rest } = rules;
	return rest;
}

/** @param {{value: string, onChange: (value: string) => void}} props */
function Duration({ value, onChange }) {
	return html`<input class="narrow" type="text" title=${t('policy.duration')} aria-invalid=${durationSeconds(value) === null ? 'true' : undefined} value=${value} onInput=${(/** @type {Event} */ e) => onChange(/** @type {HTMLInputElement} */ (e.target).value)} />`;
}

/** A duration in words: "5m" is 5 minutes. @param {string} text */
export function durationWords(text) {
	const match = /^0*(\d+)([smhd])$/.exec(text);
	return match ? t(`duration.${match[2]}`, { n: Number(match[1]) }) : text;
}

/** A policy read out: one line a step. @param {{rules: PolicyRules, choices: Choices}} props */
export function PolicySteps({ rules, choices }) {
	return html`<ol class="steps read">
		${rules.steps.map((step, i) => html`<li><span class="step-no">${i + 1}</span><span class="after">${i || durationSeconds(step.after) ? t('policy.then_after', { time: durationWords(step.after) }) : t('policy.at_once')}</span><span class="targets">${step.targets.map((target) => html`<span class="chip">${targetWords(target, choices)}</span>`)}</span></li>`)}
	</ol>`;
}
