// @ts-check
/* Regular contacts from inside to outside, with the parts of their score. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, t } from '../app.js';
import { get } from '../api.js';
import { keepQuery } from '../router.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { ScoreParts } from '../ui/causes.js';
import { Choice, Empty, Failed, Loading, Time } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types').Contact} Contact */

/** @param {{query: URLSearchParams}} props */
export function Contacts({ query }) {
	const [company, setCompany] = useState(query.get('company') ?? '');
	const [least, setLeast] = useState(query.get('min_score') ?? '50');
	const asked = new URLSearchParams({ ...(company ? { company } : {}), min_score: least }).toString();
	useEffect(() => keepQuery(new URLSearchParams(asked)), [asked]);
	const { value, error, reload } = useLoad(() => get(`/v1/contacts?limit=200&${asked}`), asked);
	const contacts = /** @type {Contact[]} */ (value ? /** @type {any} */ (value).contacts : []);
	return html`<div class="page">
		${Tabs({ group: 'indicators', current: 'contacts' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${h(CompanyChoice, { value: company, onChange: setCompany })}
			${Choice({ label: t('contact.least'), value: least, usual: '50', options: ['75', '50'].map((n) => /** @type {[string, string]} */ ([n, t('contact.score_from', { n: Number(n) })])), onChange: setLeast })}
			<span class="dim">${t('contact.explained')}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()} ${value && contacts.length === 0 && Empty({ text: t('contact.empty') })}
		<div class="scrolls padded stack-column">${contacts.map((c) => Card({ c }))}</div>
	</div>`;
}

/** @param {{c: Contact}} props */
function Card({ c }) {
	return html`<section class="card contact">
		<h2>
			<span class=${`score ${c.score >= 75 ? 'hot' : ''}`}>${count(c.score)}</span> <code>${c.inside_ip}</code> → <code>${c.destination}:${c.port}</code> <small><a href=${`/companies/${c.company_id}`}>${c.company}</a></small>
			${c.incident_id !== null && html`<a class="button" href=${`/incidents/${c.incident_id}`}>${t('page.incidents')} #${c.incident_no}</a>`}
		</h2>
		<div class="two">
			${ScoreParts({ parts: c.parts })}
			<p>${t('contact.times', { n: c.contacts })}<br />${Time({ ts: c.first_ts })} – ${Time({ ts: c.last_ts })}</p>
		</div>
	</section>`;
}
