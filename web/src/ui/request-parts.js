// @ts-check
/* What members are asked to do: the list with its buttons, and asking. */
import { h, html, useState } from '../lib.js';
import { isStaff, mayDo, say, t, word, zone } from '../app.js';
import { send } from '../api.js';
import { addDays, pressing } from '../core/due.js';
import { AreaField, TextField, useValues, useWork } from './fields.js';

/** @typedef {import('../desk-types').MemberRequest} MemberRequest */

/** Days until a request is due when nobody says otherwise. */
const USUAL_DAYS = 7;

/** @param {{requests: MemberRequest[], reload: () => void, company?: boolean}} props company: shown too */
export function RequestList({ requests, reload, company = false }) {
	return html`<ul class="requests">
		${requests.map((r) => h(RequestLine, { key: r.id, r, reload, company }))}
	</ul>`;
}

/** @param {{r: MemberRequest, reload: () => void, company: boolean}} props */
function RequestLine({ r, reload, company }) {
	const [busy, run] = useWork(reload);
	const [noting, setNoting] = useState(false);
	const [note, setNote] = useState('');
	const today = zone().day(Date.now());
	/** @param {object} change @param {string} said */
	const change = (change, said) =>
		run(async () => {
			await send('PATCH', `/v1/requests/${r.id}`, change, r.version);
			setNoting(false);
			say(t(said));
		});
	return html`<li class=${`request request-${r.state}`}>
		<div class="request-what">
			<p class="chips">
				${company && html`<a href=${`/companies/${r.company_id}`}>${r.company}</a>`}
				<span class=${r.state === 'open' ? `due due-${pressing(today, r.due_on)}` : 'dim'}>${r.state === 'open' ? t(`request.due_${pressing(today, r.due_on)}`, { day: r.due_on }) : word('request_state', r.state)}</span>
				${r.incident_id !== null && html`<a href=${`/incidents/${r.incident_id}`}>${t('incident.number', { no: String(r.incident_no) })}</a>`}
				${r.ticket_id !== null && html`<a href=${`/tickets/${r.ticket_id}`}>HD-${r.ticket_id}</a>`}
			</p>
			<p class="request-text">${r.what}</p>
			<p class="dim">${[t('request.for', { who: r.who }), r.minutes === null ? '' : t('request.takes', { n: r.minutes }), r.done_at ? `${zone().day(r.done_at)} ${r.done_by?.display_name ?? ''}` : '', r.note].filter(Boolean).join(' · ')}</p>
			${noting &&
			html`<form class="request-note" onSubmit=${(/** @type {Event} */ e) => {
				e.preventDefault();
				change({ state: 'done', ...(note.trim() ? { note: note.trim() } : {}) }, 'request.thanks');
			}}>
				${TextField({ label: t('request.note'), value: note, onInput: setNote, max: 2000, wide: true })}
				<button class="button primary" disabled=${busy}>${t('request.done')}</button>
				<button type="button" class="button quiet" onClick=${() => setNoting(false)}>${t('action.cancel')}</button>
			</form>`}
		</div>
		<div class="actions">
			${r.state === 'open' && !noting && mayDo('answer_requests') && html`<button class=${isStaff() ? 'button' : 'button primary'} onClick=${() => setNoting(true)}>${t('request.done')}</button>`}
			${r.state === 'open' && mayDo('desk') && html`<button class="button quiet" disabled=${busy} onClick=${() => change({ state: 'withdrawn' }, 'request.withdrawn')}>${t('request.withdraw')}</button>`}
			${r.state !== 'open' && mayDo('desk') && html`<button class="button quiet" disabled=${busy} onClick=${() => change({ state: 'open' }, 'request.reopened')}>${t('request.reopen')}</button>`}
		</div>
	</li>`;
}

/** @param {{path: string, more?: object, done: (made: boolean) => void}} props path: of an incident's requests, or /v1/requests with the company in more */
export function RequestForm({ path, more = {}, done }) {
	const [busy, run] = useWork();
	const [v, set] = useValues({ who: '', what: '', minutes: '', due: addDays(zone().day(Date.now()), USUAL_DAYS) });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			const made = /** @type {{open_of_company: number}} */ (await send('POST', path, { ...more, who: v.who.trim(), what: v.what.trim(), minutes: v.minutes ? Number(v.minutes) : null, due_on: v.due }));
			say(made.open_of_company > 3 ? t('request.many', { n: made.open_of_company }) : t('request.made'));
			done(true);
		});
	};
	return html`<form class="stacked request-form" onSubmit=${submit}>
		${AreaField({ label: t('request.what'), value: v.what, onInput: set('what'), required: true, max: 2000, placeholder: t('request.example') })}
		<div class="fields">
			${TextField({ label: t('request.who'), value: v.who, onInput: set('who'), required: true, placeholder: t('request.who_example') })}
			${TextField({ label: t('request.due'), value: v.due, onInput: set('due'), required: true, type: 'date' })} ${TextField({ label: t('request.minutes'), value: v.minutes, onInput: set('minutes'), type: 'number', min: '1' })}
		</div>
		<div class="actions">
			<button class="button primary" disabled=${busy || !v.who.trim() || !v.what.trim() || !v.due}>${t('request.ask')}</button>
			<button type="button" class="button quiet" onClick=${() => done(false)}>${t('action.cancel')}</button>
		</div>
	</form>`;
}
