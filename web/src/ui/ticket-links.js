// @ts-check
/* What a ticket is about: category, severity, company, incident, sensor. Each choice is saved as it is made. */
import { h, html, useEffect, useState } from '../lib.js';
import { ruleTitle, say, t, word } from '../app.js';
import { get } from '../api.js';
import { CompanyChoice } from './company-choice.js';
import { categoryOptions } from './desk-parts.js';
import { ChoiceField } from './fields.js';

/** @typedef {import('../desk-types').TicketPage} TicketPage */

/** @param {{x: TicketPage, words: import('../desk-types').TicketWords, change: (change: Record<string, unknown>) => Promise<boolean>}} props */
export function TicketLinks({ x, words, change }) {
	const [summary, setSummary] = useState(/** @type {import('../types').CompanySummary | null} */ (null));
	useEffect(() => {
		setSummary(null);
		if (x.company_id === null) return;
		let current = true;
		get(`/v1/companies/${x.company_id}/summary`).then(
			(answer) => current && setSummary(answer),
			(error) => current && say(error.message, 'error'),
		);
		return () => {
			current = false;
		};
	}, [x.company_id]);
	/** @param {string} name */
	const id = (name) => (/** @type {string} */ value) => void change({ [name]: value ? Number(value) : null });
	const incidents = (summary?.open_incidents ?? []).map((i) => /** @type {[string, string]} */ ([String(i.id), `#${i.no} ${ruleTitle(i)}`]));
	/* One that is closed by now is no longer offered, but stays linked. */
	if (x.incident_id !== null && !incidents.some(([key]) => key === String(x.incident_id))) incidents.unshift([String(x.incident_id), `#${x.incident_no}`]);
	return html`<section class="card">
		<h2>${t('ticket.about')}</h2>
		<div class="fields">
			<div class="field wide"><span>${t('column.company')}</span>${h(CompanyChoice, { value: x.company_id === null ? '' : String(x.company_id), onChange: id('company_id'), none: t('ticket.unknown_company') })}</div>
			${ChoiceField({ label: t('column.category'), value: x.category, options: categoryOptions(words), onInput: (category) => void change({ category }) })}
			${ChoiceField({ label: t('ticket.severity'), value: String(x.severity), options: [1, 2, 3, 4, 5].map((n) => /** @type {[string, string]} */ ([String(n), word('severity', n)])), onInput: (n) => void change({ severity: Number(n) }) })}
			${x.company_id !== null && ChoiceField({ label: t('column.incident'), value: String(x.incident_id ?? ''), options: [['', '―'], ...incidents], onInput: id('incident_id') })}
			${x.company_id !== null && ChoiceField({ label: t('column.sensor'), value: String(x.sensor_id ?? ''), options: [['', '―'], ...(summary?.sensors ?? []).map((s) => /** @type {[string, string]} */ ([String(s.id), s.name]))], onInput: id('sensor_id') })}
		</div>
		${x.incident_id !== null && (x.spoke_at ? html`<p class="dim">${t('ticket.spoke_done')}</p>` : html`<button class="button" onClick=${() => change({ spoke_at: 'now' })}>${t('ticket.spoke')}</button>`)}
	</section>`;
}
