// @ts-check
/* One ticket: what was asked, what was said and done, and the company beside it. Members see what is for them. */
import { h, html, useEffect, useState, useLoad } from '../lib.js';
import { isStaff, mayDo, me, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { nextStates } from '../core/ticket.js';
import { Throttle } from '../core/throttle.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { CompanyCard } from '../ui/caller-card.js';
import { namedIn, OrderLines, Phone, TicketChip, useTicketWords } from '../ui/desk-parts.js';
import { CheckField, ChoiceField, TextField, useWork } from '../ui/fields.js';
import { OrderForm } from '../ui/order-form.js';
import { Fact, Failed, Loading, Severity, Time } from '../ui/parts.js';
import { RequestForm } from '../ui/request-parts.js';
import { TicketLinks } from '../ui/ticket-links.js';

/** @typedef {import('../desk-types').TicketPage} TicketPage */
/** @typedef {import('../desk-types').TicketWords} TicketWords */
/** @typedef {(change: Record<string, unknown>) => Promise<boolean>} Change */

const RELOAD_MS = 1000;

/** @param {{id: string}} props */
export function TicketView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/tickets/${id}`), id);
	const [held, setHeld] = useState(/** @type {TicketPage | null} */ (null));
	/* While it is loaded again, what was there stays on the screen. */
	useEffect(() => {
		if (value) setHeld(/** @type {TicketPage} */ (value));
	}, [value]);
	useEffect(() => {
		const again = new Throttle(reload, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset' || (event.event === 'ticket.upsert' && event.data.ticket.id === Number(id)) || (event.event === 'order.upsert' && event.data.order.ticket_id === Number(id))) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, [id]);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	return h(Shown, { x: held, reload });
}

/** @param {{x: TicketPage, reload: () => void}} props */
function Shown({ x, reload }) {
	const words = useTicketWords();
	const [open, setOpen] = useState('');
	const [busy, run] = useWork(reload);
	/** @type {Change} */
	const change = (what) => run(() => send('PATCH', `/v1/tickets/${x.id}`, what, x.version));
	const list = isStaff() ? '/desk' : '/portal';
	useCommands(
		() => [
			{
				id: 'back',
				keys: ['Escape'],
				label: word('command', 'back_list'),
				scope: 'page',
				run: () => {
					if (document.activeElement instanceof HTMLTextAreaElement) document.activeElement.blur();
					else if (open) setOpen('');
					else navigate(list);
				},
			},
			{ id: 'note', keys: ['n'], label: word('command', 'note'), scope: 'page', run: () => document.getElementById('note')?.focus() },
			...(mayDo('desk') ? [{ id: 'take', keys: ['a'], label: t('ticket.take'), scope: /** @type {const} */ ('page'), run: () => void change({ owner_id: 'me', ...(x.state === 'open' ? { state: 'working' } : {}) }) }] : []),
		],
		[x, open],
	);
	const done = () => {
		setOpen('');
		reload();
	};
	return html`<div class="page scrolls ticket">
		${Head({ x, words, change, busy, open, setOpen, list })}
		${open === 'close' && h(CloseForm, { x, words, change, cancel: () => setOpen('') })}
		${open === 'order' && x.company_id !== null && h(OrderForm, { company: x.company_id, ticket: x.id, incident: x.incident_id, person: x.caller, area: null, done: () => setOpen('') })}
		${open === 'request' && x.company_id !== null && html`<section class="card">${h(RequestForm, { path: x.incident_id === null ? '/v1/requests' : `/v1/incidents/${x.incident_id}/requests`, more: { ticket_id: x.id, ...(x.incident_id === null ? { company_id: x.company_id } : {}) }, done })}</section>`}
		<div class=${isStaff() ? 'two' : 'stack-column'}>
			<div class="stack-column">
				<section class="card">
					<h2>${t('ticket.conversation')}</h2>
					<ol class="talk">
						${First({ x })} ${x.events.filter((e) => e.kind !== 'opened').map((e) => html`<li key=${e.id} class=${`talk-${e.kind} ${e.for_member ? 'for-member' : ''}`}>${Entry({ e, words })}</li>`)}
					</ol>
					${mayDo('talk') && h(Composer, { x, reload })}
				</section>
				${x.orders.length > 0 && html`<section class="card"><h2>${t('page.orders')}</h2>${OrderLines({ orders: x.orders })}</section>`}
			</div>
			${isStaff() && html`<div class="stack-column">${mayDo('desk') && h(TicketLinks, { x, words, change })} ${x.company_id !== null && h(CompanyCard, { key: x.company_id, company: x.company_id, contact: x.contact_id, except: x.id })}</div>`}
		</div>
	</div>`;
}

/** @param {{x: TicketPage, words: TicketWords, change: Change, busy: boolean, open: string, setOpen: (form: string) => void, list: string}} props */
function Head({ x, words, change, busy, open, setOpen, list }) {
	/** @param {string} form @param {string} label */
	const opens = (form, label) => html`<button class="button" aria-expanded=${open === form} onClick=${() => setOpen(open === form ? '' : form)}>${label}</button>`;
	return html`<header class="incident-head">
		<div class="incident-title">
			<p class="chips">
				<a href=${list}>${t(isStaff() ? 'page.desk' : 'page.portal')}</a><span class="dim">/</span><b>${x.reference}</b> ${isStaff() && Severity({ level: x.severity, long: true })} ${TicketChip(x)}
				<span class="chip">${namedIn(words.categories, x.category)}</span><span class="chip">${word('ticket_channel', x.channel)}</span>
				${x.close_reason && html`<span class="chip">${namedIn(words.closing_reasons, x.close_reason)}</span>`}
			</p>
			<h2>${x.subject}</h2>
			<p>${x.company_id === null ? html`<span class="chip warn">${t('ticket.unknown_company')}</span>` : isStaff() ? html`<a href=${`/companies/${x.company_id}`}>${x.company}</a>` : x.company}</p>
		</div>
		<dl class="facts">
			${Fact({ label: t('column.caller'), value: html`${x.caller.name || '―'} ${Phone(x.caller)}` })} ${Fact({ label: t('column.owner'), value: x.owner?.display_name ?? t('incident.nobody') })}
			${Fact({ label: t('column.opened'), value: Time({ ts: x.opened_at }) })} ${x.closed_at && Fact({ label: t('ticket.closed_at'), value: Time({ ts: x.closed_at }) })}
			${x.incident_id !== null && Fact({ label: t('column.incident'), value: html`<a href=${`/incidents/${x.incident_id}`}>#${x.incident_no}</a>` })} ${x.minutes !== null && x.minutes > 0 && Fact({ label: t('ticket.minutes'), value: x.minutes })}
		</dl>
		${mayDo('desk') &&
		html`<div class="actions">
			${x.state !== 'closed' && x.owner?.id !== me.peek()?.id && html`<button class=${x.owner ? 'button' : 'button primary'} disabled=${busy} onClick=${() => change({ owner_id: 'me', ...(x.state === 'open' ? { state: 'working' } : {}) })}>${t('ticket.take')}<kbd>a</kbd></button>`}
			${nextStates(x.state).map((state) => html`<button class="button" disabled=${busy} onClick=${() => change({ state })}>${t(x.state === 'closed' ? 'ticket.reopen' : `ticket.to_${state}`)}</button>`)}
			${x.company_id !== null && opens('order', t('order.new'))} ${x.company_id !== null && opens('request', t('request.new'))} ${x.state !== 'closed' && opens('close', t('ticket.close'))}
		</div>`}
	</header>`;
}

/** @param {{x: TicketPage, words: TicketWords, change: Change, cancel: () => void}} props */
function CloseForm({ x, words, change, cancel }) {
	const [reason, setReason] = useState('');
	const chosen = words.closing_reasons.find((r) => r.name === reason);
	const unanswered = Boolean(chosen?.needs_answer && !x.answer);
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		if (await change({ state: 'closed', close_reason: reason })) cancel();
	};
	return html`<form class="card close-form" onSubmit=${submit}>
		<fieldset>
			<legend>${t('column.reason')}</legend>
			${words.closing_reasons.map((r) => html`<label><input type="radio" name="reason" checked=${r.name === reason} onChange=${() => setReason(r.name)} required />${namedIn(words.closing_reasons, r.name)}</label>`)}
		</fieldset>
		<button class="button primary" disabled=${!reason || unanswered}>${t('ticket.close')}</button>
		<button class="button quiet" type="button" onClick=${cancel}>${t('action.cancel')}</button>
		${unanswered && html`<span class="chip warn">${t('ticket.needs_answer')}</span>`}
	</form>`;
}

/** What was asked first. @param {{x: TicketPage}} props */
function First({ x }) {
	return html`<li class="talk-opened for-member">
		<p class="talk-head"><b>${x.caller.name || x.opened_by?.display_name || t('ticket.somebody')}</b> ${Time({ ts: x.opened_at })} ${x.opened_by && isStaff() && html`<span class="dim">${t('ticket.taken_by', { name: x.opened_by.display_name })}</span>`}</p>
		<div class="bubble">${x.body || x.subject}</div>
	</li>`;
}

/** @param {{e: import('../desk-types').TicketEvent, words: TicketWords}} props */
function Entry({ e, words }) {
	const b = e.body;
	const who = html`<b>${e.kind === 'mail' ? (b.from ?? b.address ?? '') : (e.user?.display_name ?? t('triage.system'))}</b>`;
	switch (e.kind) {
		case 'note':
		case 'mail':
		case 'answer':
			return html`<p class="talk-head">${who} ${Time({ ts: e.at })} <span class=${`chip talk-chip-${e.for_member ? 'member' : 'inside'}`}>${t(e.kind === 'answer' ? (b.mail ? 'talk.mailed' : 'talk.told') : e.kind === 'mail' ? 'talk.mail' : e.for_member ? 'talk.visible' : 'talk.internal')}</span>
					${b.minutes > 0 && html`<span class="dim">${t('talk.minutes', { n: b.minutes })}</span>`}</p>
				<div class="bubble">${b.text ?? ''}</div>`;
		case 'state':
		case 'closed':
			return html`<p class="talk-line">${Time({ ts: e.at })} ${who} ${t('timeline.state', { from: word('ticket_state', b.from), to: word('ticket_state', b.to) })} ${b.close_reason && html`<span class="chip">${namedIn(words.closing_reasons, b.close_reason)}</span>`}</p>`;
		case 'owner':
			return html`<p class="talk-line">${Time({ ts: e.at })} ${who} ${t('timeline.owner', { to: b.to?.display_name ?? t('incident.nobody') })}</p>`;
		case 'order':
			return html`<p class="talk-line">${Time({ ts: e.at })} ${who} <a href=${`/orders/${b.order_id}`}>${b.reference ?? `WO-${b.order_id}`}</a> ${b.vendor ?? ''} <span class="chip">${word('order_state', b.what ?? '')}</span></p>`;
		default:
			return html`<p class="talk-line">${Time({ ts: e.at })} ${who} ${t('talk.linked')} ${b.company ?? ''} ${b.incident_id ? html`<a href=${`/incidents/${b.incident_id}`}>${t('column.incident')}</a>` : ''}</p>`;
	}
}

/** Internal by default; a switch makes it an answer that the member sees. @param {{x: TicketPage, reload: () => void}} props */
function Composer({ x, reload }) {
	const [text, setText] = useState('');
	const [open, setOpen] = useState(false);
	const [mail, setMail] = useState(x.caller.email !== null);
	const [state, setState] = useState('waiting');
	const [minutes, setMinutes] = useState('');
	const [busy, run] = useWork(reload);
	const member = !isStaff();
	const submit = () =>
		text.trim() &&
		run(async () => {
			if (open) await send('POST', `/v1/tickets/${x.id}/answer`, { text: text.trim(), mail: mail && x.caller.email !== null, state });
			else await send('POST', `/v1/tickets/${x.id}/notes`, { text: text.trim(), ...(!member && minutes ? { minutes: Number(minutes) } : {}) });
			say(t(open ? 'talk.answered' : 'talk.noted'));
			setText('');
			setMinutes('');
			setOpen(false);
		});
	/** @param {KeyboardEvent} event */
	const onKey = (event) => {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) submit();
	};
	const label = member ? t('talk.to_desk') : open ? t('talk.to_member') : t('talk.inside');
	return html`<form class=${`talk-form ${open ? 'to-member' : ''}`} onSubmit=${(/** @type {Event} */ e) => {
		e.preventDefault();
		submit();
	}}>
		${!member && html`<label class="switch"><input type="checkbox" role="switch" checked=${open} onChange=${(/** @type {Event} */ e) => setOpen(/** @type {HTMLInputElement} */ (e.target).checked)} /><i></i>${t('talk.switch')}</label>`}
		<textarea id="note" rows="3" maxlength="10000" placeholder=${label} aria-label=${label} value=${text} onKeyDown=${onKey} onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea>
		<div class="talk-choices">
			${open && (x.caller.email ? CheckField({ label: t('talk.by_mail', { address: x.caller.email }), checked: mail, onChange: setMail }) : html`<span class="dim">${t('talk.no_address')}</span>`)}
			${open && ChoiceField({ label: t('talk.then'), value: state, options: ['waiting', 'working', 'closed'].map((s) => /** @type {[string, string]} */ ([s, word('ticket_state', s)])), onInput: setState })}
			${!open && !member && TextField({ label: t('ticket.minutes'), value: minutes, onInput: setMinutes, type: 'number', min: '0' })}
			<button class=${open ? 'button outward' : 'button primary'} disabled=${busy || !text.trim()}>${t(member ? 'talk.send' : open ? 'talk.answer' : 'action.note')}<kbd>Ctrl ↵</kbd></button>
		</div>
	</form>`;
}
