// @ts-check
/* Making a mute or a drill: conditions, scope, reason and end; and what it would have hidden, before it hides anything. */
import { h, html, useState } from '../lib.js';
import { count, mayGovern, say, t, word, wordKeys } from '../app.js';
import { send } from '../api.js';
import { FIELDS, MODIFIERS, toSelection } from '../core/conditions.js';
import { CompanyChoice } from './company-choice.js';
import { DayBars } from './days.js';
import { Choice, Fact, Severity, Time } from './parts.js';

/** @typedef {import('../core/conditions.js').Row} Row */
/** @typedef {import('../types').MutePreview} MutePreview */

const DAY_MS = 86400000;
/* Fields whose values are a closed set. @type {Record<string, string[]>} */
const CHOICES = /** @type {Record<string, string[]>} */ ({ direction: wordKeys.direction, engine: wordKeys.engine });

/** @param {{start: {company: string, rows: Row[]}, today: string, done: (made: boolean) => void}} props */
export function MuteForm({ start, today, done }) {
	const [rows, setRows] = useState(start.rows);
	const [kind, setKind] = useState('mute');
	const [scope, setScope] = useState('company');
	const [company, setCompany] = useState(start.company);
	const [tag, setTag] = useState('');
	const [reason, setReason] = useState('');
	const [days, setDays] = useState('30');
	const [preview, setPreview] = useState(/** @type {MutePreview | null} */ (null));
	const [busy, setBusy] = useState(false);
	const conditions = toSelection(rows);
	const target = conditions && (scope === 'all' || (scope === 'company' ? company : tag.trim())) ? { scope, conditions, ...(scope === 'company' ? { company_id: Number(company) } : {}), ...(scope === 'group' ? { group_tag: tag.trim() } : {}) } : null;
	/** Whatever changes what it hides makes the preview stale. @param {() => void} change */
	const stale = (change) => {
		setPreview(null);
		change();
	};
	/** @param {() => Promise<void>} work */
	const working = async (work) => {
		setBusy(true);
		try {
			await work();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	const look = () => working(async () => setPreview(await send('POST', '/v1/mutes/preview', target)));
	const make = () =>
		working(async () => {
			await send('POST', '/v1/mutes', { ...target, kind, reason: reason.trim(), expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() });
			say(t('mute.made'));
			done(true);
		});
	return html`<form
		class="card mute-form"
		onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			if (preview) make();
			else look();
		}}
	>
		<div class="mute-line">
			${Choice({ label: t('column.mute_kind'), value: kind, usual: kind, options: [['mute', word('mute_kind', 'mute')], ['drill', word('mute_kind', 'drill')]], onChange: setKind })}
			${Choice({ label: t('column.scope'), value: scope, usual: scope, options: [['company', t('mute.scope_company')], ...(mayGovern() ? /** @type {[string, string][]} */ ([['group', t('mute.scope_group')], ['all', t('mute.all')]]) : [])], onChange: (v) => stale(() => setScope(v)) })}
			${scope === 'company' && h(CompanyChoice, { value: company, onChange: (/** @type {string} */ v) => stale(() => setCompany(v)) })}
			${scope === 'group' && html`<input type="text" maxlength="100" placeholder=${t('mute.tag')} aria-label=${t('mute.tag')} value=${tag} onInput=${(/** @type {Event} */ e) => stale(() => setTag(/** @type {HTMLInputElement} */ (e.target).value))} />`}
			<span class="dim">${t(`mute.kind_${kind}`)}</span>
		</div>
		<fieldset class="mute-rows">
			<legend>${t('column.conditions')}</legend>
			${rows.map((row, i) => Condition({ row, set: (change) => stale(() => setRows(rows.map((r, n) => (n === i ? { ...r, ...change } : r)))), drop: rows.length > 1 ? () => stale(() => setRows(rows.filter((_, n) => n !== i))) : null }))}
			<button type="button" class="button quiet" onClick=${() => stale(() => setRows([...rows, { field: 'source.ip', modifier: '', value: '' }]))}>${t('mute.add_condition')}</button>
		</fieldset>
		<div class="mute-line">
			<input class="grow" type="text" required maxlength="2000" placeholder=${t('mute.reason')} aria-label=${t('mute.reason')} value=${reason} onInput=${(/** @type {Event} */ e) => setReason(/** @type {HTMLInputElement} */ (e.target).value)} />
			<label>${t('mute.for')}
				${Choice({ label: t('column.expires'), value: days, usual: days, options: ['1', '7', '30', '90', '180'].map((n) => /** @type {[string, string]} */ ([n, t('mute.days_value', { n: Number(n) })])), onChange: setDays })}
			</label>
			<span class="dim">${today}</span>
		</div>
		${preview && Preview({ p: preview })}
		<div class="actions">
			<button type="button" class="button" disabled=${busy || !target} onClick=${look}>${t('mute.preview')}</button>
			<button class="button primary" disabled=${busy || !target || !reason.trim() || !preview} title=${preview ? '' : t('mute.preview_first')}>${t('mute.make')}</button>
			<button type="button" class="button quiet" onClick=${() => done(false)}>${t('action.cancel')}</button>
		</div>
	</form>`;
}

/** @param {{row: Row, set: (change: Partial<Row>) => void, drop: (() => void) | null}} props */
function Condition({ row, set, drop }) {
	const closed = CHOICES[row.field];
	const fields = FIELDS.includes(row.field) ? FIELDS : [row.field, ...FIELDS];
	return html`<div class="mute-line">
		${Choice({ label: t('mute.field'), value: row.field, usual: row.field, options: fields.map((f) => /** @type {[string, string]} */ ([f, word('field', f)])), onChange: (field) => set({ field, modifier: '', value: '' }) })}
		${!closed && Choice({ label: t('mute.comparison'), value: row.modifier, usual: row.modifier, options: MODIFIERS.map((m) => /** @type {[string, string]} */ ([m, word('modifier', m || 'is')])), onChange: (modifier) => set({ modifier }) })}
		${closed
			? Choice({ label: t('mute.value'), value: row.value, options: [['', '―'], ...closed.map((v) => /** @type {[string, string]} */ ([v, word(row.field, v)]))], onChange: (value) => set({ value }) })
			: html`<input class="grow" type="text" required placeholder=${t('mute.values')} aria-label=${t('mute.value')} value=${row.value} onInput=${(/** @type {Event} */ e) => set({ value: /** @type {HTMLInputElement} */ (e.target).value })} />`}
		${drop && html`<button type="button" class="button quiet" onClick=${drop}>${t('mute.drop_condition')}</button>`}
	</div>`;
}

/** @param {{p: MutePreview}} props */
function Preview({ p }) {
	return html`<section class="preview" aria-live="polite">
		<h3>${t('mute.would_hide')}</h3>
		${!p.complete && html`<p class="notice">${t('mute.incomplete', { n: p.examined })}</p>`}
		<dl class="facts">
			${Fact({ label: t('column.alerts'), value: p.alerts })} ${Fact({ label: t('mute.already'), value: p.already_muted })} ${Fact({ label: t('mute.fully'), value: p.incidents_fully })}
			${Fact({ label: t('mute.partly'), value: p.incidents_partly })} ${Fact({ label: t('column.companies_hit'), value: p.company_count })}
		</dl>
		${DayBars({ days: p.days, label: t('mute.would_hide') })}
		<div class="two">
			<table class="plain">
				<tbody>
					${p.sample.slice(0, 8).map((a) => html`<tr><td>${Severity({ level: a.severity })}</td><td>${Time({ ts: a.ts })}</td><td>${a.company}</td><td class="grow">${a.signature ?? a.category}</td></tr>`)}
				</tbody>
			</table>
			<table class="plain">
				<tbody>
					${p.companies.slice(0, 8).map((c) => html`<tr><td class="grow">${c.company}</td><td class="end">${count(c.alerts)}</td></tr>`)}
				</tbody>
			</table>
		</div>
	</section>`;
}
