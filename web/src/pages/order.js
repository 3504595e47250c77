// @ts-check
/* One order: the same page for the desk and, with large buttons, for the vendor's people on site. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { isStaff, me, say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { way } from '../core/order-flow.js';
import { Throttle } from '../core/throttle.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { OrderChip, Phone, stepName, yen } from '../ui/desk-parts.js';
import { AreaField, TextField, useValues, useWork } from '../ui/fields.js';
import { Failed, Loading, Time } from '../ui/parts.js';
import { Pair } from '../ui/peek.js';

/** @typedef {import('../desk-types').OrderPage} OrderPage */

const RELOAD_MS = 1000;
const HOUR_MS = 3600000;
/** Acts that are done at a touch; the others ask something first. */
const AT_ONCE = ['arrive', 'leave', 'approve'];
/** What stands first, large; the rest beside it. */
const MAIN = ['accept', 'arrive', 'leave', 'report', 'approve'];

/** @param {{id: string}} props */
export function OrderView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/orders/${id}`), id);
	const [held, setHeld] = useState(/** @type {OrderPage | null} */ (null));
	useEffect(() => {
		if (value) setHeld(/** @type {OrderPage} */ (value));
	}, [value]);
	useEffect(() => {
		const again = new Throttle(reload, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset' || (event.event === 'order.upsert' && event.data.order.id === Number(id))) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, [id]);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	return h(Shown, { o: held, setHeld, reload });
}

/** @param {{o: OrderPage, setHeld: (o: OrderPage) => void, reload: () => void}} props */
function Shown({ o, setHeld, reload }) {
	const [open, setOpen] = useState('');
	const [busy, run] = useWork();
	const list = me.peek()?.role === 'member' ? '/portal' : '/orders';
	/** @param {string} act @param {object} [body]  approving takes none */
	const doIt = (act, body) =>
		run(async () => {
			setHeld(/** @type {OrderPage} */ (await send('POST', `/v1/orders/${o.id}/${act === 'note' ? 'notes' : act}`, body)));
			setOpen('');
			say(t(`order.said_${act}`));
		}).then((went) => went || reload());
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => (open ? setOpen('') : navigate(list)) }], [open]);
	const acts = o.actions.filter((a) => a !== 'change');
	const vendor = me.peek()?.role === 'vendor';
	return html`<div class=${`page scrolls order ${vendor ? 'of-vendor' : ''}`}>
		<header class="order-head">
			<p class="chips"><a href=${list}>${t(list === '/portal' ? 'page.portal' : 'page.orders')}</a><span class="dim">/</span><b>${o.reference}</b> ${OrderChip(o)} <span class="chip">${word('order_kind', o.kind)}</span></p>
			<h2>${o.company_id !== null && isStaff() ? html`<a href=${`/companies/${o.company_id}`}>${o.company_name}</a>` : o.company_name}</h2>
			${o.state === 'declined' && o.decline_reason && html`<p class="notice">${t('order.declined_because', { reason: o.decline_reason })}</p>`}
			${acts.length > 0 &&
			html`<div class="order-acts">
				${MAIN.filter((a) => acts.includes(a)).map((a) => html`<button class="button primary big" disabled=${busy} aria-expanded=${AT_ONCE.includes(a) ? undefined : open === a} onClick=${() => (AT_ONCE.includes(a) ? doIt(a, a === 'approve' ? undefined : {}) : setOpen(open === a ? '' : a))}>${actName(a, o.kind)}</button>`)}
				${acts.filter((a) => !MAIN.includes(a)).map((a) => html`<button class="button" disabled=${busy} aria-expanded=${open === a} onClick=${() => setOpen(open === a ? '' : a)}>${actName(a, o.kind)}</button>`)}
			</div>`}
			${open && h(ActForm, { key: open, act: open, o, busy, doIt, cancel: () => setOpen('') })}
		</header>
		${Way({ o })}
		<div class="two">
			<section class="card">
				<h2>${t('order.what')}</h2>
				<p class="order-text">${o.task}</p>
				<dl class="pairs">
					${Pair(t(o.kind === 'remote' ? 'order.connect' : 'order.place'), o.place)} ${Pair(t('order.contact_name'), html`${o.contact_name} ${Phone({ phone: o.contact_phone })}`)} ${o.wanted_by && Pair(t('order.wanted_by'), Time({ ts: o.wanted_by }))}
					${o.expected_at && Pair(t('order.expected'), Time({ ts: o.expected_at }))} ${o.technician && Pair(t('order.technician'), o.technician)} ${!vendor && Pair(t('order.vendor'), o.vendor.name)}
					${o.ticket_id !== null && Pair(t('page.tickets'), html`<a href=${`/tickets/${o.ticket_id}`}>HD-${o.ticket_id}</a>`)} ${o.incident_id !== null && Pair(t('column.incident'), html`<a href=${`/incidents/${o.incident_id}`}>${t('order.see_incident')}</a>`)}
					${o.requested_by && Pair(t('order.requested_by'), o.requested_by.display_name)}
				</dl>
			</section>
			<div class="stack-column">
				${o.work_report !== null &&
				html`<section class="card">
					<h2>${t('order.report')}</h2>
					<p class="order-text">${o.work_report}</p>
					<dl class="pairs">${o.found && Pair(t('order.found'), o.found)} ${Pair(t('order.cost'), yen(o.cost_yen))} ${o.entitled !== null && Pair(t('order.entitled'), t(o.entitled ? 'order.included' : 'order.not_included'))}</dl>
				</section>`}
				<section class="card">
					<h2>${t('order.history')}</h2>
					<ol class="timeline">
						${o.events.map((e) => html`<li>${Time({ ts: e.at })}<div><b>${e.user?.display_name ?? t(e.side === 'vendor' ? 'order.side_vendor' : 'order.side_desk')}</b> ${word('order_event', e.kind)} ${e.body.expected_at && html`<span class="dim">${t('order.expected')} ${Time({ ts: e.body.expected_at })}</span>`} ${(e.body.text ?? e.body.reason) && html`<div class="note-text">${e.body.text ?? e.body.reason}</div>`}</div></li>`)}
					</ol>
				</section>
			</div>
		</div>
	</div>`;
}

/** @param {string} act @param {string} kind */
function actName(act, kind) {
	return word('order_act', kind === 'remote' && ['arrive', 'leave'].includes(act) ? `${act}_remote` : act);
}

/** Which steps are behind, and when. @param {{o: OrderPage}} props */
function Way({ o }) {
	return html`<ol class="way">
		${way(o).map(({ step, at }) => html`<li class=${at ? 'done' : ''}><b>${stepName(o.kind, step)}</b> ${at ? Time({ ts: at }) : html`<span class="dim">―</span>`}</li>`)}
	</ol>`;
}

/** @param {{act: string, o: OrderPage, busy: boolean, doIt: (act: string, body: object) => void, cancel: () => void}} props */
function ActForm({ act, o, busy, doIt, cancel }) {
	const [v, set] = useValues({ expected: zone().minute(Date.now() + HOUR_MS), technician: o.technician ?? '', text: act === 'report' ? (o.work_report ?? '') : '', found: o.found ?? '', cost: o.cost_yen === null ? '' : String(o.cost_yen) });
	const technician = v.technician.trim() ? { technician: v.technician.trim() } : {};
	/** @type {Record<string, () => object>} */
	const bodies = {
		accept: () => ({ expected_at: new Date(zone().fromMinute(v.expected)).toISOString(), ...technician }),
		report: () => ({ work_report: v.text.trim(), ...(v.found.trim() ? { found: v.found.trim() } : {}), cost_yen: Number(v.cost), ...technician }),
		note: () => ({ text: v.text.trim() }),
	};
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		doIt(act, (bodies[act] ?? (() => ({ reason: v.text.trim() })))());
	};
	return html`<form class="card stacked order-form" onSubmit=${submit}>
		${act === 'accept' &&
		html`<div class="quick" role="group" aria-label=${t('order.expected')}>
				${[0.5, 1, 2, 3].map((hours) => html`<button type="button" class="button" onClick=${() => set('expected')(zone().minute(Date.now() + hours * HOUR_MS))}>${hours < 1 ? t('order.in_minutes', { n: hours * 60 }) : t('order.in_hours', { n: hours })}</button>`)}
			</div>
			${TextField({ label: t('order.expected'), value: v.expected, onInput: set('expected'), required: true, type: 'datetime-local' })}`}
		${act === 'report' ? AreaField({ label: t('order.report'), value: v.text, onInput: set('text'), required: true, max: 20000, rows: 6, placeholder: t('order.report_example') }) : act !== 'accept' && AreaField({ label: t(act === 'note' ? 'order.note' : 'column.reason'), value: v.text, onInput: set('text'), required: true, max: act === 'note' ? 10000 : 1000, rows: 3 })}
		${act === 'report' && html`${TextField({ label: t('order.found'), value: v.found, onInput: set('found'), max: 2000, wide: true })} ${TextField({ label: t('order.cost_yen'), value: v.cost, onInput: set('cost'), required: true, type: 'number', inputmode: 'numeric', min: '0' })}`}
		${['accept', 'report'].includes(act) && TextField({ label: t('order.technician'), value: v.technician, onInput: set('technician'), max: 100 })}
		<div class="order-acts">
			<button class="button primary big" disabled=${busy || (act === 'accept' ? !v.expected : !v.text.trim()) || (act === 'report' && !(Number(v.cost) >= 0 && v.cost !== ''))}>${actName(act, o.kind)}</button>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
		</div>
	</form>`;
}
