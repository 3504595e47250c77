// @ts-check
/* What the pages of the help desk share: words of tickets, chips, small tables. */
import { html, useEffect, useState } from '../lib.js';
import { count, language, say, t, word } from '../app.js';
import { get } from '../api.js';
import { Time } from './parts.js';

/** @typedef {import('../desk-types').TicketWords} TicketWords */
/** @typedef {import('../desk-types').Order} Order */

/** Categories and closing reasons are the server's; asked for once. @type {TicketWords | null} */
let words = null;

/** @returns {TicketWords} empty until they have come */
export function useTicketWords() {
	const [, again] = useState(0);
	useEffect(() => {
		if (words) return;
		get('/v1/ticket-words').then(
			(answer) => {
				words = answer;
				again(1);
			},
			(error) => say(error.message, 'error'),
		);
	}, []);
	return words ?? { categories: [], closing_reasons: [] };
}

/** A category's or reason's name in the reader's language. @param {{name: string, ja: string, en: string}[]} list @param {string | null} name */
export function namedIn(list, name) {
	const found = list.find((x) => x.name === name);
	return found ? found[language.peek() === 'ja' ? 'ja' : 'en'] : (name ?? '');
}

/** Categories by group, as choices. @param {TicketWords} held @param {boolean} [byMember] only those offered in the portal @returns {[string, string][]} */
export function categoryOptions(held, byMember = false) {
	return held.categories.filter((c) => !byMember || c.by_member).map((c) => /** @type {[string, string]} */ ([c.name, namedIn(held.categories, c.name)]));
}

/** @param {{state: string}} props */
export function TicketChip({ state }) {
	return html`<span class=${`chip ticket-${state}`}>${word('ticket_state', state)}</span>`;
}

/** @param {{state: string}} props */
export function OrderChip({ state }) {
	return html`<span class=${`chip order-${state}`}>${word('order_state', state)}</span>`;
}

/** @param {number | null} yen */
export function yen(yen) {
	return yen === null ? '―' : t('yen', { n: count(yen) });
}

/** A telephone number that dials. @param {{phone: string | null}} props */
export function Phone({ phone }) {
	return phone ? html`<a class="tel" href=${`tel:${phone.normalize('NFKC').replace(/[^\d+]/g, '')}`}>${phone}</a>` : null;
}

/** Orders of a ticket, an incident or a company. @param {{orders: {id: number, kind: string, state: string, vendor: any, requested_at: string}[]}} props */
export function OrderLines({ orders }) {
	return html`<ul class="lines">
		${orders.map((o) => html`<li><a href=${`/orders/${o.id}`}>WO-${o.id}</a> ${OrderChip({ state: o.state })} <span>${word('order_kind', o.kind)}</span> <b>${typeof o.vendor === 'string' ? o.vendor : (o.vendor?.name ?? '')}</b> <span class="dim push">${Time({ ts: o.requested_at })}</span></li>`)}
	</ul>`;
}

/** Tickets of an incident or a company. @param {{tickets: {id: number, state: string, channel: string, subject: string, opened_at: string}[]}} props */
export function TicketLines({ tickets }) {
	return html`<ul class="lines">
		${tickets.map((x) => html`<li><a href=${`/tickets/${x.id}`}>HD-${x.id}</a> ${TicketChip(x)} <span>${word('ticket_channel', x.channel)}</span> <b>${x.subject}</b> <span class="dim push">${Time({ ts: x.opened_at })}</span></li>`)}
	</ul>`;
}

/** A step of an order's way; nobody arrives to help from afar. @param {string} kind @param {string} step */
export function stepName(kind, step) {
	return word('order_step', kind === 'remote' && ['arrived', 'left'].includes(step) ? `${step}_remote` : step);
}
