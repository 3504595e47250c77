// @ts-check
/* A company as whoever answers its call must see it: contract, people, what is open, whether its sensors are well. */
import { html, useEffect, useState } from '../lib.js';
import { count, ruleTitle, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { pressing } from '../core/due.js';
import { Phone, TicketChip, yen } from './desk-parts.js';
import { Failed, Loading, Severity, StateChip, Time } from './parts.js';

/** @typedef {import('../desk-types').Caller} Caller */
/** @typedef {import('../desk-types').MemberRequest} MemberRequest */

const SHOWN = 6;

/** What /v1/callers gives, of a company that is known. @param {number} id @param {AbortSignal} signal @returns {Promise<Caller>} */
async function load(id, signal) {
	const [company, summary, people, contracts, tickets] = await Promise.all([
		get(`/v1/companies/${id}`, signal),
		get(`/v1/companies/${id}/summary`, signal),
		get(`/v1/companies/${id}/people`, signal),
		get(`/v1/companies/${id}/contracts`, signal),
		get(`/v1/tickets?company=${id}&limit=${SHOWN}`, signal),
	]);
	return {
		company,
		why: 'company',
		person: null,
		people: people.people,
		contract: contracts.contracts.find((/** @type {any} */ c) => c.state === 'valid') ?? null,
		tickets: tickets.tickets,
		open_incidents: summary.open_incidents,
		sensors: summary.sensors,
	};
}

/** Of a company by its number. @param {{company: number, contact?: number | null, except?: number}} props  contact: who called; except: a ticket that is open beside it */
export function CompanyCard({ company, contact = null, except = 0 }) {
	const [held, setHeld] = useState(/** @type {Caller | null} */ (null));
	const [requests, setRequests] = useState(/** @type {MemberRequest[]} */ ([]));
	const [error, setError] = useState(/** @type {Error | null} */ (null));
	useEffect(() => {
		const abort = new AbortController();
		const failed = (/** @type {Error} */ cause) => !abort.signal.aborted && setError(cause);
		setError(null);
		load(company, abort.signal).then(setHeld, failed);
		get(`/v1/requests?company=${company}&limit=${SHOWN}`, abort.signal).then((answer) => setRequests(answer.requests), failed);
		return () => abort.abort();
	}, [company]);
	if (error) return html`<section class="card">${Failed({ error })}</section>`;
	if (!held || held.company.id !== company) return html`<section class="card">${Loading()}</section>`;
	return CallerCard({ caller: { ...held, tickets: held.tickets.filter((x) => x.id !== except) }, contact, requests, whoWord: t('column.caller') });
}

/** @param {{caller: Caller, contact?: number | null, requests?: MemberRequest[], whoWord?: string}} props  whoWord: what whoever called is marked with */
export function CallerCard({ caller, contact = caller.person?.id ?? null, requests = [], whoWord = t('caller.calling') }) {
	const { company } = caller;
	return html`<section class="card caller" aria-live="polite">
		<h2><a href=${`/companies/${company.id}`}>${company.name}</a></h2>
		<p class="dim">${[company.industry, company.employees === null ? '' : t('company.employees', { n: company.employees }), company.area, company.member_no].filter(Boolean).join(' · ')}</p>
		${ContractLine({ contract: caller.contract })}
		<h3>${t('person.title')}</h3>
		${PeopleLines({ people: caller.people, calling: contact, whoWord })} ${Sensors({ sensors: caller.sensors })} ${Incidents({ caller })} ${Tickets({ tickets: caller.tickets })} ${Requests({ requests })}
	</section>`;
}

/** The contract in force, in one line. @param {{contract: import('../desk-types').Contract | null}} props */
export function ContractLine({ contract: c }) {
	if (!c) return html`<p class="chips"><span class="chip warn">${t('contract.none')}</span></p>`;
	return html`<p class="chips">
		<span class=${c.is_member ? 'chip member' : 'chip'}>${t(c.is_member ? 'company.member' : 'company.non_member')}</span><span>${c.plan}</span>
		<span class="dim">${c.to_day ? t('contract.until', { day: c.to_day }) : t('contract.since', { day: c.from_day })}</span>
		${c.dispatches > 0 && html`<span class=${c.dispatches_used >= c.dispatches ? 'chip warn' : 'chip'}>${t('contract.visits', { used: c.dispatches_used, n: c.dispatches })}</span>`}
		${c.insurance_yen > 0 && html`<span class="chip">${t('contract.insured', { yen: yen(c.insurance_yen) })}</span>`}
	</p>`;
}

/** @param {{people: import('../desk-types').CompanyPerson[], calling: number | null, whoWord: string}} props */
function PeopleLines({ people, calling, whoWord }) {
	if (!people.length) return html`<p><span class="chip warn">${t('person.none')}</span></p>`;
	return html`<ol class="people">
		${people.map(
			(p) => html`<li class=${p.id === calling ? 'calling' : ''}>
				<span class="person-name"><b>${p.name}</b> <span class="dim">${p.role}</span></span>
				${Phone({ phone: p.phone })} ${p.email && html`<a href=${`mailto:${p.email}`}>${p.email}</a>`}
				${p.id === calling && html`<span class="chip calling-chip">${whoWord}</span>`} ${!p.night && html`<span class="chip" title=${t('person.no_night_title')}>${t('person.no_night')}</span>`}
				${p.bounced_at && html`<span class="chip warn">${t('person.bounced')}</span>`}
			</li>`,
		)}
	</ol>`;
}

/** @param {{sensors: import('../types').Sensor[]}} props */
function Sensors({ sensors }) {
	return html`<h3>${t('page.sensors')}</h3>
		<ul class="caller-sensors">
			${sensors.map((s) => html`<li><span class=${`chip sensor-${s.state}`}>${word('sensor', s.state)}</span><span>${s.name}</span><span class="dim">${t('column.last_seen')} ${Time({ ts: s.last_seen_at })}</span></li>`)}
			${!sensors.length && html`<li class="dim">${t('company.no_sensors')}</li>`}
		</ul>`;
}

/** @param {{caller: Caller}} props */
function Incidents({ caller: { company, open_incidents: list } }) {
	return html`<h3>${t('company.open')} <b class=${company.open_grave ? 'hot' : ''}>${count(company.open_incidents)}</b></h3>
		<table class="plain">
			<tbody>
				${list.slice(0, SHOWN).map((i) => html`<tr><td>${Severity({ level: i.severity })}</td><td>${StateChip({ state: i.state })}</td><td class="grow"><a href=${`/incidents/${i.id}`}>#${i.no} ${ruleTitle(i)}</a></td></tr>`)}
			</tbody>
		</table>
		${company.open_incidents > Math.min(SHOWN, list.length) && html`<p class="more"><a href=${`/incidents?company=${company.id}`}>${t('company.all_open', { n: company.open_incidents })}</a></p>`}`;
}

/** @param {{tickets: import('../desk-types').Ticket[]}} props */
function Tickets({ tickets }) {
	return html`<h3>${t('company.tickets')} <b>${count(tickets.length)}</b></h3>
		<table class="plain">
			<tbody>
				${tickets.map((x) => html`<tr><td><a href=${`/tickets/${x.id}`}>${x.reference}</a></td><td>${TicketChip(x)}</td><td class="grow">${x.subject}</td></tr>`)}
			</tbody>
		</table>`;
}

/** @param {{requests: MemberRequest[]}} props */
function Requests({ requests }) {
	if (!requests.length) return null;
	const today = zone().day(Date.now());
	return html`<h3>${t('company.requests')} <b>${count(requests.length)}</b></h3>
		<table class="plain">
			<tbody>
				${requests.map((r) => html`<tr><td class=${`due-${pressing(today, r.due_on)}`}>${r.due_on}</td><td class="grow">${r.who}: ${r.what}</td></tr>`)}
			</tbody>
		</table>`;
}
