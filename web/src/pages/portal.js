// @ts-check
/* What a member's own people land on: what they are asked to do, their questions, visits, whom we call. Plain words. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { me, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { navigate } from '../router.js';
import { categoryOptions, OrderChip, TicketChip, useTicketWords } from '../ui/desk-parts.js';
import { AreaField, ChoiceField, TextField, useValues, useWork } from '../ui/fields.js';
import { ContractLine } from '../ui/caller-card.js';
import { Failed, Loading, Time } from '../ui/parts.js';
import { Certificates } from '../ui/certificates.js';
import { MemberReports } from '../ui/member-reports.js';
import { PeopleCard } from '../ui/people-card.js';
import { RequestList } from '../ui/request-parts.js';

/** @typedef {import('../desk-types').Ticket} Ticket */
/** @typedef {import('../desk-types').Order} Order */

const SHOWN = 10;

/** @param {number} company */
async function load(company) {
	const [own, requests, tickets, orders, contracts] = await Promise.all([
		get(`/v1/companies/${company}`),
		get('/v1/requests?limit=50'),
		get(`/v1/tickets?state=open,working,waiting,closed&limit=${SHOWN}`),
		get(`/v1/orders?limit=${SHOWN}`),
		get(`/v1/companies/${company}/contracts`),
	]);
	return { own: /** @type {import('../types').CompanyPage} */ (own), requests: requests.requests, tickets: /** @type {Ticket[]} */ (tickets.tickets), orders: /** @type {Order[]} */ (orders.orders), contracts: contracts.contracts };
}

export function Portal() {
	const company = me.peek()?.company_id ?? 0;
	const { value, error, reload } = useLoad(() => load(company), String(company));
	const [held, setHeld] = useState(/** @type {Awaited<ReturnType<typeof load>> | null} */ (null));
	const [asking, setAsking] = useState(false);
	useEffect(() => {
		if (value) setHeld(value);
	}, [value]);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	const { own } = held;
	return html`<div class="page scrolls portal">
		<header class="portal-head">
			<h2>${own.name}</h2>
			${ContractLine({ contract: held.contracts.find((/** @type {any} */ c) => c.state === 'valid') ?? null })}
			<ul class="portal-state">
				<li class=${own.sensors_down ? 'hot' : ''}><a href="/sensors">${own.sensors_down ? t('portal.sensors_down', { n: own.sensors_down }) : t('portal.sensors_well', { n: own.sensors })}</a></li>
				<li class=${own.open_grave ? 'hot' : ''}><a href="/incidents">${own.open_incidents ? t('portal.incidents', { n: own.open_incidents }) : t('portal.no_incidents')}</a></li>
			</ul>
		</header>
		<section class="card asked">
			<h2>${t('portal.asked')}</h2>
			${held.requests.length ? RequestList({ requests: held.requests, reload }) : html`<p class="dim">${t('portal.nothing_asked')}</p>`}
		</section>
		${h(MemberReports, { company, written: own.report_language, changed: reload })} ${h(Certificates, { company })}
		<section class="card">
			<h2>${t('portal.questions')} <button class="button primary" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${t('portal.ask')}</button></h2>
			${asking && h(Question, { cancel: () => setAsking(false) })}
			<ul class="portal-list">
				${held.tickets.map((x) => html`<li><a href=${`/tickets/${x.id}`}><span class="dim">${x.reference}</span> <b>${x.subject}</b></a> ${TicketChip(x)} <span class="dim">${Time({ ts: x.updated_at })}</span></li>`)}
				${!held.tickets.length && html`<li class="dim">${t('portal.no_questions')}</li>`}
			</ul>
		</section>
		${held.orders.length > 0 &&
		html`<section class="card">
			<h2>${t('page.orders')}</h2>
			<ul class="portal-list">
				${held.orders.map((o) => html`<li><a href=${`/orders/${o.id}`}><span class="dim">${o.reference}</span> <b>${o.vendor.name}</b></a> <span class="chip">${word('order_kind', o.kind)}</span> ${OrderChip(o)} ${o.expected_at && o.state === 'accepted' && html`<span class="dim">${t('order.expected')} ${Time({ ts: o.expected_at })}</span>`}</li>`)}
			</ul>
		</section>`}
		${h(PeopleCard, { company })}
	</div>`;
}

/** @param {{cancel: () => void}} props */
function Question({ cancel }) {
	const words = useTicketWords();
	const [busy, run] = useWork();
	const [v, set] = useValues({ category: '', subject: '', body: '' });
	const options = categoryOptions(words, true);
	const category = v.category || (words.categories.find((c) => c.by_member && c.group === 'calm')?.name ?? options[0]?.[0] ?? '');
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			const made = /** @type {Ticket} */ (await send('POST', '/v1/tickets', { category, subject: v.subject.trim(), body: v.body.trim() }));
			say(t('portal.sent', { reference: made.reference }));
			navigate(`/tickets/${made.id}`);
		});
	};
	return html`<form class="stacked" onSubmit=${submit}>
		<p class="hint">${t('portal.urgent')}</p>
		<div class="fields">${ChoiceField({ label: t('portal.about'), value: category, options, onInput: set('category') })}</div>
		${TextField({ label: t('column.subject'), value: v.subject, onInput: set('subject'), required: true, max: 300, wide: true })} ${AreaField({ label: t('ticket.body'), value: v.body, onInput: set('body'), rows: 5, max: 50000 })}
		<div class="actions"><button class="button primary" disabled=${busy || !v.subject.trim() || !category}>${t('talk.send')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}
