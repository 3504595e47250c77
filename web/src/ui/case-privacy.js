// @ts-check
/* The clocks of the personal-information law. The duty to report is the member's: we remind, and record what was said. */
import { h, html, useState } from '../lib.js';
import { count, mayDo, t, word, zone } from '../app.js';
import { send } from '../api.js';
import { pressing } from '../core/due.js';
import { CheckField, TextField, useValues, useWork } from './fields.js';
import { Time } from './parts.js';
import { Pair } from './peek.js';

/** @typedef {import('../desk-types').PrivacyClock} PrivacyClock */

/** @param {{privacy: PrivacyClock | null, id: number, reload: () => void}} props */
export function CasePrivacy({ privacy: p, id, reload }) {
	const [open, setOpen] = useState('');
	const [busy, run] = useWork(reload);
	const path = `/v1/incidents/${id}/privacy`;
	/** @param {object} change */
	const change = (change) => run(() => send('PATCH', path, change, p?.version));
	/** @param {string} form */
	const opens = (form) => () => setOpen(open === form ? '' : form);
	return html`<section class="card">
		<h2>
			${t('privacy.title')} ${p && html`<span class=${`chip privacy-${p.state}`}>${word('privacy_state', p.state)}</span>`}
			${mayDo('desk') && html`<button class="button" aria-expanded=${open === 'start'} onClick=${opens('start')}>${t(p ? 'action.edit' : 'privacy.start')}</button>`}
		</h2>
		${!p && open !== 'start' && html`<p class="hint">${t('privacy.explained')}</p>`} ${open === 'start' && h(StartForm, { p, busy, save: (body) => (p ? change(body) : run(() => send('POST', path, body))), cancel: () => setOpen('') })}
		${p && !p.dropped_at && Dates({ p, busy, change })}
		${p &&
		html`<dl class="pairs">
			${Pair(t('privacy.known_at'), Time({ ts: p.known_at }))} ${Pair(t('privacy.persons'), p.persons === null ? t('privacy.unknown') : count(p.persons))} ${Pair(t('privacy.malicious'), t(p.malicious ? 'yes' : 'no'))} ${p.drop_reason && Pair(t('privacy.drop_reason'), p.drop_reason)}
		</dl>`}
		${p && mayDo('desk') &&
		(p.dropped_at ? html`<button class="button quiet" disabled=${busy} onClick=${() => change({ dropped: false })}>${t('privacy.take_up')}</button>`
		: open === 'drop' ? h(DropForm, { busy, drop: (reason) => change({ dropped: true, drop_reason: reason }), cancel: () => setOpen('') })
		: html`<button class="button quiet" onClick=${opens('drop')}>${t('privacy.drop')}</button>`)}
	</section>`;
}

/** @param {{p: PrivacyClock, busy: boolean, change: (change: object) => void}} props */
function Dates({ p, busy, change }) {
	const today = zone().day(Date.now());
	/** @param {'first' | 'final'} which @param {string} from */
	const line = (which, from) => {
		const due = p[`${which}_due_on`];
		const at = p[`${which}_reported_at`];
		return html`<li class=${at ? 'done' : ''}>
			<b>${t(`privacy.${which}`)}</b>
			${at ? html`${t('privacy.reported')} ${Time({ ts: at })}` : html`<span class=${`due-${pressing(today, due)}`}>${from ? t('privacy.between', { from, to: due }) : t('privacy.until', { day: due })}</span>`}
			${mayDo('desk') && !at && html`<button class="button" disabled=${busy} onClick=${() => change({ [`${which}_reported_at`]: new Date().toISOString() })}>${t('privacy.mark')}</button>`}
		</li>`;
	};
	return html`<ul class="privacy-dates">${line('first', p.first_due_from)} ${line('final', '')}</ul>`;
}

/** @param {{p: PrivacyClock | null, busy: boolean, save: (body: object) => void, cancel: () => void}} props */
function StartForm({ p, busy, save, cancel }) {
	const [v, set] = useValues({ known: zone().minute(p ? Date.parse(p.known_at) : Date.now()), malicious: p?.malicious ?? false, persons: p?.persons === null || !p ? '' : String(p.persons) });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		save({ known_at: new Date(zone().fromMinute(v.known)).toISOString(), malicious: v.malicious, persons: v.persons === '' ? null : Number(v.persons) });
	};
	return html`<form class="stacked" onSubmit=${submit}>
		<div class="fields">${TextField({ label: t('privacy.known_at'), value: v.known, onInput: set('known'), type: 'datetime-local', required: true })} ${TextField({ label: t('privacy.persons'), value: v.persons, onInput: set('persons'), type: 'number', min: '0', hint: t('privacy.unknown_hint') })}</div>
		${CheckField({ label: t('privacy.malicious_long'), checked: v.malicious, onChange: set('malicious') })}
		<div class="actions"><button class="button primary" disabled=${busy || !v.known}>${t(p ? 'action.save' : 'privacy.start')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}

/** @param {{busy: boolean, drop: (reason: string) => void, cancel: () => void}} props */
function DropForm({ busy, drop, cancel }) {
	const [reason, setReason] = useState('');
	return html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => {
		e.preventDefault();
		drop(reason.trim());
	}}>
		${TextField({ label: t('privacy.drop_reason'), value: reason, onInput: setReason, required: true, max: 2000, wide: true })}
		<div class="actions"><button class="button primary" disabled=${busy || !reason.trim()}>${t('privacy.drop')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}
