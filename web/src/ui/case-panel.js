// @ts-check
/* An incident as a case that is handled with the member: clocks and promises, the five steps, what the member is asked,
 * insurance, the personal-information law, tickets and visits, evidence. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, say, t, word, zone } from '../app.js';
import { get, request, send } from '../api.js';
import { marks, span } from '../core/clocks.js';
import { CaseMoney } from './case-money.js';
import { CasePrivacy } from './case-privacy.js';
import { OrderLines, TicketLines } from './desk-parts.js';
import { AreaField, CheckField, ChoiceField, TextField, useValues, useWork } from './fields.js';
import { OrderForm } from './order-form.js';
import { Failed, Time } from './parts.js';
import { RequestForm, RequestList } from './request-parts.js';

/** @typedef {import('../desk-types').Case} Case */
/** @typedef {import('../types').IncidentPage} IncidentPage */

const TICK_MS = 1000;

/**
 * The case of an incident, loaded again as it changes; null for whoever may not see it.
 * @param {IncidentPage} incident
 * @param {number} changed  grows when the incident did
 */
export function useCase(incident, changed) {
	const may = mayDo('see_desk');
	const { value, error, reload } = useLoad(() => (may ? get(`/v1/incidents/${incident.id}/case`) : Promise.resolve(null)), `${incident.id} ${changed} ${incident.version}`);
	const [held, setHeld] = useState(/** @type {Case | null} */ (null));
	useEffect(() => {
		if (value) setHeld(/** @type {Case} */ (value));
	}, [value]);
	return { held: held?.incident.id === incident.id ? held : null, error, reload };
}

/** What stands above everything: how the time runs. @param {{file: ReturnType<typeof useCase>, incident: IncidentPage}} props */
export function CaseTop({ file: { held, error, reload }, incident }) {
	if (error && !held) return Failed({ error, retry: reload });
	return held?.clocks ? h(Clocks, { clocks: held.clocks, id: incident.id, reload, live: incident.state !== 'merged' }) : null;
}

/** What was done, in five steps. @param {{file: ReturnType<typeof useCase>, incident: IncidentPage}} props */
export function CaseSteps({ file: { held, reload }, incident }) {
	return held && h(Steps, { steps: held.steps, id: incident.id, reload, live: incident.state !== 'merged' });
}

/** What is asked and who was sent. @param {{file: ReturnType<typeof useCase>, incident: IncidentPage}} props */
export function CaseMember({ file: { held, reload }, incident }) {
	const live = incident.state !== 'merged';
	return held && html`${h(Asked, { held, id: incident.id, reload, live })} ${h(Visits, { held, incident, live })}`;
}

/** Insurance, law and evidence. @param {{file: ReturnType<typeof useCase>, incident: IncidentPage}} props */
export function CasePapers({ file: { held, reload }, incident: { id, no } }) {
	return (
		held &&
		html`${h(CaseMoney, { key: `money ${held.insurance?.version}`, entitlement: held.entitlement, insurance: held.insurance, id, reload })}
			${(held.privacy || mayDo('desk')) && h(CasePrivacy, { key: `privacy ${held.privacy?.version}`, privacy: held.privacy, id, reload })} ${mayDo('desk') && h(Evidence, { held, no, id, reload })}`
	);
}

/** @param {{clocks: import('../desk-types').Clocks, id: number, reload: () => void, live: boolean}} props */
function Clocks({ clocks, id, reload, live }) {
	const [busy, run] = useWork(reload);
	const [now, setNow] = useState(Date.now());
	const running = [clocks.acknowledge, clocks.notify].some((p) => ['running', 'warn', 'missed'].includes(p.state));
	useEffect(() => {
		if (!running) return undefined;
		const timer = setInterval(() => setNow(Date.now()), TICK_MS);
		return () => clearInterval(timer);
	}, [running]);
	return html`<section class="card clocks">
		<h2>
			${t('case.clocks')} ${clocks.waiting_since && html`<span class="chip warn">${t('case.waiting_since')} ${Time({ ts: clocks.waiting_since })}</span>`}
			${live && mayDo('desk') && html`<span class="push actions">
				${!clocks.confirmed_at && html`<button class="button" disabled=${busy} onClick=${() => run(() => send('POST', `/v1/incidents/${id}/confirmed`, {}))}>${t('case.confirmed')}</button>`}
				<button class="button" disabled=${busy} aria-pressed=${clocks.waiting_since !== null} onClick=${() => run(() => send('POST', `/v1/incidents/${id}/waiting`, { waiting: clocks.waiting_since === null }))}>${t(clocks.waiting_since ? 'case.wait_end' : 'case.wait')}</button>
			</span>`}
		</h2>
		<ol class="way">
			${marks(clocks).map(
				({ mark, at, took, promise }, i) => html`<li class=${at ? 'done' : ''}>
					<b><small>t${i + 2}</small> ${word('clock', mark)}</b> ${at ? Time({ ts: at }) : html`<span class="dim">―</span>`} ${took !== null && html`<span class="dim">+${span(took)}</span>`}
					${promise && html`<span class=${`chip promise-${promise.state}`} title=${promise.due_at ? `${t('case.due')} ${zone().full(promise.due_at)}` : ''}>${word('promise', promise.state)}${promise.due_at && !at && ` ${span(Date.parse(promise.due_at) - now)}`}</span>`}
				</li>`,
			)}
		</ol>
	</section>`;
}

/** @param {{steps: Case['steps'], id: number, reload: () => void, live: boolean}} props */
function Steps({ steps, id, reload, live }) {
	const [writing, setWriting] = useState(0);
	const next = steps.find((s) => !s.done_at)?.step ?? 5;
	return html`<section class="card">
		<h2>${t('case.steps')} ${live && mayDo('desk') && html`<button class="button" aria-expanded=${writing > 0} onClick=${() => setWriting(writing ? 0 : next)}>${t('case.write')}</button>`}</h2>
		${writing > 0 &&
		h(StepForm, {
			start: writing,
			id,
			done: (made) => {
				setWriting(0);
				if (made) reload();
			},
		})}
		<ol class="case-steps">
			${steps.map(
				(s) => html`<li class=${s.done_at ? 'done' : s.entries.length ? 'begun' : ''}>
					<h3>${s.step}. ${word('step', s.step)} ${s.done_at && html`<span class="chip good">${t('case.step_done')}</span>`}</h3>
					${s.entries.map(
						(e) => html`<div class="step-entry">
							${Time({ ts: e.at })}
							<div>${e.by === 'person' ? html`<b>${e.user?.display_name ?? t('triage.system')}</b> <span class="note-inline">${e.text}</span>` : html`<span class="dim">${word('step_by', e.by)}</span>`}</div>
						</div>`,
					)}
				</li>`,
			)}
		</ol>
	</section>`;
}

/** @param {{start: number, id: number, done: (made: boolean) => void}} props */
function StepForm({ start, id, done }) {
	const [busy, run] = useWork();
	const [v, set] = useValues({ step: String(start), text: '', at: '', finished: false });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			await send('POST', `/v1/incidents/${id}/steps`, { step: Number(v.step), text: v.text.trim(), done: v.finished, ...(v.at ? { at: new Date(zone().fromMinute(v.at)).toISOString() } : {}) });
			done(true);
		});
	};
	return html`<form class="stacked" onSubmit=${submit}>
		<div class="fields">
			${ChoiceField({ label: t('case.step'), value: v.step, options: [1, 2, 3, 4, 5].map((n) => /** @type {[string, string]} */ ([String(n), `${n}. ${word('step', n)}`])), onInput: set('step') })} ${TextField({ label: t('case.when'), value: v.at, onInput: set('at'), type: 'datetime-local', hint: t('case.now') })}
		</div>
		${AreaField({ label: t('case.what_done'), value: v.text, onInput: set('text'), required: true, rows: 3 })} ${CheckField({ label: t('case.finishes'), checked: v.finished, onChange: set('finished') })}
		<div class="actions"><button class="button primary" disabled=${busy || !v.text.trim()}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${() => done(false)}>${t('action.cancel')}</button></div>
	</form>`;
}

/** @param {{held: Case, id: number, reload: () => void, live: boolean}} props */
function Asked({ held, id, reload, live }) {
	const [asking, setAsking] = useState(false);
	return html`<section class="card">
		<h2>${t('company.requests')} ${live && mayDo('desk') && html`<button class="button" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${t('request.new')}</button>`}</h2>
		${asking &&
		h(RequestForm, {
			path: `/v1/incidents/${id}/requests`,
			done: (made) => {
				setAsking(false);
				if (made) reload();
			},
		})}
		${held.requests.length ? RequestList({ requests: held.requests, reload }) : html`<p class="dim">${t('request.none')}</p>`}
	</section>`;
}

/** Tickets about it, and visits. @param {{held: Case, incident: IncidentPage, live: boolean}} props */
function Visits({ held, incident, live }) {
	const [ordering, setOrdering] = useState(false);
	return html`<section class="card">
			<h2>${t('case.desk')} ${live && mayDo('desk') && html`<button class="button" aria-expanded=${ordering} onClick=${() => setOrdering(!ordering)}>${t('order.new')}</button>`}</h2>
			${held.tickets.length + held.orders.length === 0 && html`<p class="dim">${t('case.no_desk')}</p>`}
			${TicketLines({ tickets: held.tickets })} ${held.orders.length > 0 && OrderLines({ orders: held.orders })}
		</section>
		${ordering && h(OrderForm, { company: incident.company_id, incident: incident.id, person: { name: '', phone: null }, area: null, done: () => setOrdering(false) })}`;
}

/** @param {{held: Case, no: number, id: number, reload: () => void}} props */
function Evidence({ held, no, id, reload }) {
	const [busy, run] = useWork(reload);
	/** By a call and not a plain link: what went wrong is said here, and the list shows the new pack. */
	const pack = () =>
		run(async () => {
			const response = await request('GET', `/v1/incidents/${id}/evidence`);
			const name = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? `hinomi-evidence-${no}.zip`;
			const link = document.createElement('a');
			link.href = URL.createObjectURL(await response.blob());
			link.download = name;
			link.click();
			setTimeout(() => URL.revokeObjectURL(link.href), 60000);
			say(t('case.packed', { name }));
		});
	/** @param {string} only */
	const copy = (only) =>
		run(async () => {
			const response = await request('GET', `/v1/incidents/${id}/notification-text?only=${only}`);
			await navigator.clipboard.writeText(await response.text());
			say(t('copied'));
		});
	return html`<section class="card">
		<h2>${t('case.evidence')} <button class="button" disabled=${busy} onClick=${pack}>${t('case.pack')}</button></h2>
		<p class="hint">${t('case.pack_hint')}</p>
		${held.packs.map((p) => html`<p class="pack">${Time({ ts: p.made_at })} ${p.made_by.display_name} <span class="dim">${t('case.files', { n: p.files })}</span> <code title=${p.sha256}>${p.sha256.slice(0, 16)}…</code></p>`)}
		<div class="actions">
			<button class="button quiet" disabled=${busy} onClick=${() => copy('all')}>${t('case.copy_form')}</button>
			<button class="button quiet" disabled=${busy} onClick=${() => copy('attack')}>${t('case.copy_attack')}</button>
		</div>
	</section>`;
}

/** Paging whoever is on call, and telling the member, by hand. @param {{incident: IncidentPage, what: 'page' | 'tell', done: () => void}} props */
export function CallForm({ incident, what, done }) {
	const [busy, run] = useWork();
	const [note, setNote] = useState('');
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			if (what === 'page') {
				await send('POST', `/v1/incidents/${incident.id}/pages`, { note: note.trim() });
				say(t('case.paged'));
			} else {
				const answer = /** @type {{messages: unknown[]}} */ (await send('POST', `/v1/incidents/${incident.id}/member-notice`, { note: note.trim() || null }));
				say(t('case.told', { n: answer.messages.length }));
			}
			done();
		});
	};
	return html`<form class="card stacked" onSubmit=${submit}>
		<h2>${t(what === 'page' ? 'case.page' : 'case.tell')}</h2>
		<p class="hint">${t(what === 'page' ? 'case.page_hint' : 'case.tell_hint', { company: incident.company })}</p>
		${AreaField({ label: t(what === 'page' ? 'case.page_note' : 'case.tell_note'), value: note, onInput: setNote, required: what === 'page', max: what === 'page' ? 1000 : 2000, rows: 3 })}
		<div class="actions"><button class="button primary" disabled=${busy || (what === 'page' && !note.trim())}>${t(what === 'page' ? 'case.page' : 'case.tell')}</button><button type="button" class="button quiet" onClick=${done}>${t('action.cancel')}</button></div>
	</form>`;
}
