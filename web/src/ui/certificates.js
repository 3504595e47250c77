// @ts-check
/* 継続監視証明書 of a company: what it can show to a trading partner. */
import { h, html, useLoad, useState } from '../lib.js';
import { isStaff, mayDo, say, t, zone } from '../app.js';
import { get, send } from '../api.js';
import { addMonths } from '../core/months.js';
import { navigate } from '../router.js';
import { TextField, useWork } from './fields.js';
import { Failed } from './parts.js';
import { Downloads, StepChip } from './report-parts.js';

/** @typedef {import('../types-reports').Certificate} Certificate */

/** @param {{company: number}} props */
export function Certificates({ company }) {
	const { value, error, reload } = useLoad(() => get(`/v1/companies/${company}/certificates`), String(company));
	const [busy, run] = useWork();
	const list = /** @type {Certificate[]} */ (value?.certificates ?? []);
	if (!isStaff() && value && list.length === 0) return null;
	/** The twelve months up to the last one that is over. */
	const make = () => run(async () => navigate(`/reports/${/** @type {any} */ (await send('POST', `/v1/companies/${company}/certificates`, { month: addMonths(zone().day(Date.now()).slice(0, 7), -1) })).id}`));
	return html`<section class="card certificates">
		<h2>${t('certificate.title')} ${value && mayDo('manage_reports') && html`<button class="button" disabled=${busy} onClick=${make}>${t('certificate.make')}</button>`}</h2>
		${error && Failed({ error, retry: reload })} ${value && list.length === 0 && html`<p class="dim">${t('certificate.none')}</p>`}
		<ul class="portal-list">${list.map((c) => h(Line, { key: c.number, c, reload }))}</ul>
	</section>`;
}

/** @param {{c: Certificate, reload: () => void}} props */
function Line({ c, reload }) {
	const [busy, run] = useWork(reload);
	const [asking, setAsking] = useState(false);
	const [reason, setReason] = useState('');
	/** @param {Event} event */
	const revoke = (event) => {
		event.preventDefault();
		run(async () => {
			await send('POST', `/v1/certificates/${c.number}/revoke`, { reason: reason.trim() });
			setAsking(false);
			say(t('certificate.revoked'));
		});
	};
	return html`<li>
		<a href=${`/reports/${c.report_id}`}><b>${c.reference}</b></a> <span class="dim">${t('certificate.until', { from: c.issued_on, to: c.valid_until })}</span>
		${c.revoked_at ? html`<span class="chip step-withdrawn">${t('certificate.is_revoked')}</span> <span class="dim">${c.revoke_reason}</span>` : c.state !== 'published' ? StepChip({ step: c.state }) : html`<span class=${c.valid ? 'chip step-sent' : 'chip'}>${t(c.valid ? 'certificate.valid' : 'certificate.over')}</span>`}
		${c.state === 'published' && h(Downloads, { path: `/v1/reports/${c.report_id}/file`, formats: ['pdf'], name: c.reference })}
		${c.state === 'published' && !c.revoked_at && mayDo('manage_reports') && html`<button class="button quiet" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${t('certificate.revoke')}</button>`}
		${asking && html`<form class="request-note" onSubmit=${revoke}>${TextField({ label: t('certificate.reason'), value: reason, onInput: setReason, required: true, max: 500, wide: true })}<button class="button primary" disabled=${busy || !reason.trim()}>${t('certificate.revoke')}</button></form>`}
	</li>`;
}
