// @ts-check
/* A company's side of the desk on its page: people, contract, what it was asked, its tickets and visits. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, t } from '../app.js';
import { get } from '../api.js';
import { Throttle } from '../core/throttle.js';
import { listen } from '../stream.js';
import { ContractCard } from './contract-card.js';
import { OrderLines, TicketLines } from './desk-parts.js';
import { Failed } from './parts.js';
import { PeopleCard } from './people-card.js';
import { RequestForm, RequestList } from './request-parts.js';

/** @typedef {import('../desk-types').Ticket} Ticket */

const SHOWN = 10;
const RELOAD_MS = 2000;

/** @param {number} id */
async function load(id) {
	const [tickets, requests, orders] = await Promise.all([get(`/v1/tickets?company=${id}&state=open,working,waiting,closed&limit=${SHOWN}`), get(`/v1/requests?company=${id}&limit=${SHOWN}`), get(`/v1/orders?company=${id}&limit=${SHOWN}`)]);
	return { tickets: /** @type {Ticket[]} */ (tickets.tickets), requests: requests.requests, orders: orders.orders };
}

/** @param {{company: number, member: boolean}} props */
export function CompanyDesk({ company, member }) {
	const { value, error, reload } = useLoad(() => load(company), String(company));
	const [asking, setAsking] = useState(false);
	useEffect(() => {
		const again = new Throttle(reload, RELOAD_MS);
		const unlisten = listen((event) => {
			const { ticket, order } = event.data;
			if ((ticket ?? order)?.company_id === company) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, [company]);
	return html`<div class="two">
		<div class="stack-column">${h(PeopleCard, { company })} ${value && Tickets({ tickets: value.tickets, company })}</div>
		<div class="stack-column">
			${h(ContractCard, { company, member })} ${error && Failed({ error, retry: reload })}
			${value &&
			html`<section class="card">
				<h2>${t('company.requests')} ${mayDo('desk') && html`<button class="button" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${t('request.new')}</button>`}</h2>
				${asking &&
				h(RequestForm, {
					path: '/v1/requests',
					more: { company_id: company },
					done: (made) => {
						setAsking(false);
						if (made) reload();
					},
				})}
				${value.requests.length ? RequestList({ requests: value.requests, reload }) : html`<p class="dim">${t('request.none')}</p>`}
			</section>`}
			${value && value.orders.length > 0 && html`<section class="card"><h2>${t('page.orders')}</h2>${OrderLines({ orders: value.orders })}</section>`}
		</div>
	</div>`;
}

/** @param {{tickets: Ticket[], company: number}} props */
function Tickets({ tickets, company }) {
	return html`<section class="card">
		<h2>${t('company.tickets')} ${mayDo('desk') && html`<a class="button" href=${`/desk?new=1&company=${company}`}>${t('desk.take')}</a>`}</h2>
		${tickets.length === 0 && html`<p class="dim">${t('desk.empty')}</p>`}
		${TicketLines({ tickets })}
		${tickets.length >= SHOWN && html`<p class="more"><a href=${`/desk?company=${company}`}>${t('action.more')}</a></p>`}
	</section>`;
}
