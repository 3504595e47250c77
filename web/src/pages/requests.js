// @ts-check
/* What members were asked to do, over all companies: those that are due first. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, t, word } from '../app.js';
import { get } from '../api.js';
import { keepQuery } from '../router.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { Segments } from '../ui/fields.js';
import { Empty, Failed, Loading } from '../ui/parts.js';
import { RequestForm, RequestList } from '../ui/request-parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../desk-types').MemberRequest} MemberRequest */

/** @param {{query: URLSearchParams}} props */
export function Requests({ query }) {
	const [state, setState] = useState(query.get('state') ?? 'open');
	const [company, setCompany] = useState(query.get('company') ?? '');
	const [asking, setAsking] = useState(false);
	const path = `/v1/requests?state=${state}&limit=200${company ? `&company=${company}` : ''}`;
	const { value, error, reload } = useLoad(() => get(path), path);
	const answer = /** @type {{requests: MemberRequest[], open: number, overdue: number} | null} */ (value);
	useEffect(() => {
		const kept = new URLSearchParams();
		if (state !== 'open') kept.set('state', state);
		if (company) kept.set('company', company);
		keepQuery(kept);
	}, [state, company]);
	return html`<div class="page">
		${Tabs({ group: 'desk', current: 'requests' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Segments({ label: t('column.state'), value: state, options: ['open', 'done', 'withdrawn'].map((s) => /** @type {[string, string]} */ ([s, word('request_state', s)])), onChange: setState })} ${h(CompanyChoice, { value: company, onChange: setCompany })}
			${answer && html`<span class="dim">${t('request.tally', { n: answer.open })}</span>${answer.overdue > 0 && html`<b class="hot">${t('request.overdue', { n: answer.overdue })}</b>`}`}
			${mayDo('desk') && html`<button type="button" class="button primary push" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${t('request.new')}</button>`}
		</form>
		<div class="scrolls stacked-cards">
			${asking && !company && html`<p class="notice">${t('request.choose_company')}</p>`}
			${asking && company && html`<section class="card">${h(RequestForm, { path: '/v1/requests', more: { company_id: Number(company) }, done: (made) => {
				setAsking(false);
				if (made) reload();
			} })}</section>`}
			${error && Failed({ error, retry: reload })} ${!answer && !error && Loading()} ${answer?.requests.length === 0 && Empty({ text: t('request.none') })}
			${answer && answer.requests.length > 0 && html`<section class="card">${RequestList({ requests: answer.requests, reload, company: true })}</section>`}
		</div>
	</div>`;
}
