// @ts-check
/* Dispatch orders: the desk's board by state; for a vendor's people their own, made for a telephone in one hand. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, me, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { shortCompany } from '../core/company-name.js';
import { board, isLate, way } from '../core/order-flow.js';
import { Throttle } from '../core/throttle.js';
import { listen } from '../stream.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { OrderChip, stepName } from '../ui/desk-parts.js';
import { Empty, Failed, Loading, Time } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../desk-types').Order} Order */

const RELOAD_MS = 1500;
/** A vendor's page has no stream: it is loaded again so often while it is in sight. */
const REFRESH_MS = 30000;
const OVER_SHOWN = 15;

/** Open ones, and the last that are over. @param {string} company @returns {Promise<Order[]>} */
async function load(company) {
	const more = company ? `&company=${company}` : '';
	const [open, over] = await Promise.all([get(`/v1/orders?state=open&limit=200${more}`), get(`/v1/orders?state=declined,approved,cancelled&limit=${OVER_SHOWN}${more}`)]);
	return [...open.orders, ...over.orders];
}

/** @param {{query: URLSearchParams}} props */
export function Orders({ query }) {
	const [company, setCompany] = useState(query.get('company') ?? '');
	const { value, error, reload } = useLoad(() => load(company), company);
	const [held, setHeld] = useState(/** @type {Order[] | null} */ (null));
	const vendor = me.peek()?.role === 'vendor';
	useEffect(() => {
		if (value) setHeld(value);
	}, [value]);
	useEffect(() => {
		const again = new Throttle(reload, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset' || event.event === 'order.upsert') again.call();
		});
		const timer = vendor ? setInterval(() => document.visibilityState === 'visible' && reload(), REFRESH_MS) : 0;
		return () => {
			unlisten();
			again.stop();
			clearInterval(timer);
		};
	}, []);
	const body = error && !held ? Failed({ error, retry: reload }) : !held ? Loading() : vendor ? VendorList({ orders: held }) : Board({ orders: held });
	if (vendor) return html`<div class="page scrolls">${body}</div>`;
	return html`<div class="page">
		${Tabs({ group: 'desk', current: 'orders' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>${h(CompanyChoice, { value: company, onChange: setCompany })}<span class="dim">${t('order.explained')}</span></form>
		${body}
	</div>`;
}

/** @param {{orders: Order[]}} props */
function Board({ orders }) {
	const now = Date.now();
	return html`<div class="board">
		${board(orders).map(
			({ column, orders: list }) => html`<section class="board-column" aria-label=${word('order_column', column)}>
				<h2>${word('order_column', column)} <b>${column === 'over' ? '' : count(list.length)}</b></h2>
				${list.map(
					(o) => html`<a class=${`board-card ${isLate(o, now) ? 'late' : ''}`} href=${`/orders/${o.id}`}>
						<span class="board-top"><b>${o.reference}</b> ${['working', 'over'].includes(column) && OrderChip(o)} ${o.kind === 'remote' && html`<span class="chip">${word('order_kind', 'remote')}</span>`} ${isLate(o, now) && html`<span class="chip late-chip">${t(o.state === 'accepted' ? 'order.not_there' : 'order.no_answer')}</span>`}</span>
						<span class="board-company">${shortCompany(o.company_name)}</span>
						<span class="dim">${o.vendor.name}</span>
						<span class="board-time">${When({ o })}</span>
					</a>`,
				)}
				${!list.length && html`<p class="dim">${t('order.column_empty')}</p>`}
			</section>`,
		)}
	</div>`;
}

/** The time that matters in its state: what is to come, else what was last. @param {{o: Order}} props */
function When({ o }) {
	const last = way(o).filter((x) => x.at).pop();
	const [name, at] =
		o.state === 'accepted' && o.expected_at ? [t('order.expected'), o.expected_at]
		: o.state === 'requested' && o.wanted_by ? [t('order.wanted_by'), o.wanted_by]
		: [stepName(o.kind, last?.step ?? 'requested'), last?.at ?? o.requested_at];
	return html`${name} <time datetime=${at} data-ts=${at}>${zone().full(at).slice(5, 16)}</time>`;
}

/** @param {{orders: Order[]}} props */
function VendorList({ orders }) {
	const open = orders.filter((o) => !['declined', 'approved', 'cancelled'].includes(o.state));
	const waiting = open.filter((o) => o.state === 'requested');
	const groups = /** @type {[string, Order[]][]} */ ([
		['new', waiting],
		['going', open.filter((o) => !['requested', 'reported'].includes(o.state))],
		['reported', open.filter((o) => o.state === 'reported')],
		['over', orders.filter((o) => !open.includes(o))],
	]);
	if (!orders.length) return Empty({ text: t('order.none') });
	return html`<div class="vendor-list">
		${groups
			.filter(([, list]) => list.length)
			.map(
				([name, list]) => html`<section>
					<h2>${word('vendor_group', name)} ${name !== 'over' && html`<b>${count(list.length)}</b>`}</h2>
					${list.map(
						(o) => html`<a class=${`order-tile ${isLate(o, Date.now()) ? 'late' : ''}`} href=${`/orders/${o.id}`}>
							<span class="board-top"><b>${o.reference}</b> ${OrderChip(o)} <span class="chip">${word('order_kind', o.kind)}</span></span>
							<strong>${o.company_name}</strong>
							<span>${o.place}</span>
							<span class="order-task">${o.task}</span>
							<span class="dim">${o.expected_at && o.state === 'accepted' ? html`${t('order.expected')} ${Time({ ts: o.expected_at })}` : html`${t('order.requested')} ${Time({ ts: o.requested_at })}`}</span>
						</a>`,
					)}
				</section>`,
			)}
	</div>`;
}
