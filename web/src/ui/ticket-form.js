// @ts-check
/* Taking a question while its caller is on the telephone: one field finds who it is as it is typed; beside it stands
 * all that is known of the company. */
import { h, html, useEffect, useState } from '../lib.js';
import { ruleTitle, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { looksLikePhone } from '../core/phone.js';
import { navigate } from '../router.js';
import { CallerCard, CompanyCard } from './caller-card.js';
import { categoryOptions, useTicketWords } from './desk-parts.js';
import { AreaField, CheckField, ChoiceField, Segments, TextField, useValues, useWork } from './fields.js';

/** @typedef {import('../desk-types').Caller} Caller */
/** @typedef {import('../desk-types').Ticket} Ticket */
/** @typedef {{callers: Caller[], tickets: Ticket[], more: boolean}} Found */

/** What is typed is looked for when the typing pauses. */
const SETTLE_MS = 150;
/** @type {Found} */
const NOBODY = { callers: [], tickets: [], more: false };

/** Who a number or a name may be, the likeliest first. @param {string} typed @returns {Found} */
function useCallers(typed) {
	const [found, setFound] = useState(NOBODY);
	useEffect(() => {
		const wanted = typed.trim();
		if (wanted.length < 2) {
			setFound(NOBODY);
			return;
		}
		const abort = new AbortController();
		const timer = setTimeout(() => {
			get(`/v1/callers?q=${encodeURIComponent(wanted)}`, abort.signal).then(setFound, (error) => !abort.signal.aborted && say(error.message, 'error'));
		}, SETTLE_MS);
		return () => {
			clearTimeout(timer);
			abort.abort();
		};
	}, [typed]);
	return found;
}

const START = { channel: 'phone', name: '', phone: '', email: '', category: '', severity: '', subject: '', body: '', incident: '', sensor: '', spoke: true };

/** What is sent: nothing that was left empty. @param {typeof START} v @param {Caller | undefined} caller @param {number} company */
function ticketOf(v, caller, company) {
	return {
		company_id: company || null,
		contact_id: caller?.person?.id ?? null,
		channel: v.channel,
		caller_name: v.name.trim(),
		caller_phone: v.phone.trim() || null,
		caller_email: v.email.trim() || null,
		category: v.category,
		...(v.severity ? { severity: Number(v.severity) } : {}),
		subject: v.subject.trim(),
		body: v.body.trim(),
		owner_id: 'me',
		incident_id: v.incident ? Number(v.incident) : null,
		sensor_id: v.sensor ? Number(v.sensor) : null,
	};
}

/** @param {{company: string, done: () => void}} props  company: who it is when that is known already, or '' */
export function TicketForm({ company, done }) {
	const words = useTicketWords();
	const [typed, setTyped] = useState('');
	const [at, setAt] = useState(0);
	const [stranger, setStranger] = useState(false);
	const [byHand, setByHand] = useState(false);
	const [busy, run] = useWork();
	const [v, set, merge] = useValues(START);
	const found = useCallers(typed);
	const place = Math.min(at, found.callers.length - 1);
	const caller = stranger ? undefined : found.callers[place];
	const companyId = stranger ? 0 : (caller?.company.id ?? (typed.trim() ? 0 : Number(company)));
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: done }], []);
	useEffect(() => document.getElementById('caller')?.focus(), []);
	useEffect(() => setAt(0), [typed]);
	useEffect(() => {
		if (!v.category && words.categories.length) set('category')(words.categories.find((c) => c.group === 'calm')?.name ?? words.categories[0].name);
	}, [words]);
	/* Whoever was found fills in name and numbers, until somebody types there. */
	useEffect(() => {
		if (!byHand) merge({ name: caller?.person?.name ?? '', phone: looksLikePhone(typed) ? typed.trim() : (caller?.person?.phone ?? ''), email: caller?.person?.email ?? '' });
	}, [caller?.company.id, caller?.person?.id, typed, byHand]);
	useEffect(() => merge({ incident: '', sensor: '' }), [companyId]);
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			const made = /** @type {Ticket} */ (await send('POST', '/v1/tickets', ticketOf(v, caller, companyId)));
			if (v.incident && v.spoke && v.channel !== 'mail') await send('PATCH', `/v1/tickets/${made.id}`, { spoke_at: 'now' }, made.version);
			say(t('ticket.made', { reference: made.reference }));
			navigate(`/tickets/${made.id}`);
		});
	};
	/** @param {'name' | 'phone' | 'email'} name */
	const own = (name) => (/** @type {string} */ value) => {
		setByHand(true);
		set(name)(value);
	};
	const choose = { typed, setTyped, place, setAt, stranger, setStranger, found };
	return html`<div class="page scrolls taking">
		<div class="two">
			<form class="card taking-form" onSubmit=${submit}>
				<h2>${t('desk.taking')} ${Segments({ label: t('column.channel'), value: v.channel, options: ['phone', 'visit', 'mail', 'monitoring'].map((c) => /** @type {[string, string]} */ ([c, word('ticket_channel', c)])), onChange: set('channel') })}</h2>
				${Who(choose)}
				<div class="fields">
					${TextField({ label: t('ticket.caller_name'), value: v.name, onInput: own('name'), max: 100 })} ${TextField({ label: t('ticket.caller_phone'), value: v.phone, onInput: own('phone'), type: 'tel', max: 40 })}
					${TextField({ label: t('ticket.caller_email'), value: v.email, onInput: own('email'), type: 'email', max: 254 })}
				</div>
				${TextField({ label: t('column.subject'), value: v.subject, onInput: set('subject'), required: true, max: 300, wide: true, id: 'subject' })} ${AreaField({ label: t('ticket.body'), value: v.body, onInput: set('body'), rows: 5, max: 50000 })}
				<div class="fields">
					${ChoiceField({ label: t('column.category'), value: v.category, options: categoryOptions(words), onInput: set('category') })}
					${ChoiceField({ label: t('ticket.severity'), value: v.severity, options: [['', t('ticket.by_category')], ...[1, 2, 3, 4, 5].map((n) => /** @type {[string, string]} */ ([String(n), word('severity', n)]))], onInput: set('severity') })}
					${caller && ChoiceField({ label: t('column.incident'), value: v.incident, options: [['', '―'], ...caller.open_incidents.map((i) => /** @type {[string, string]} */ ([String(i.id), `#${i.no} ${ruleTitle(i)}`]))], onInput: set('incident') })}
					${caller && ChoiceField({ label: t('column.sensor'), value: v.sensor, options: [['', '―'], ...caller.sensors.map((s) => /** @type {[string, string]} */ ([String(s.id), s.name]))], onInput: set('sensor') })}
				</div>
				${v.incident && v.channel !== 'mail' && CheckField({ label: t('ticket.spoke'), checked: v.spoke, onChange: set('spoke') })}
				<div class="actions">
					<button class="button primary" disabled=${busy || !v.subject.trim() || !v.category}>${t('desk.register')}</button>
					<button type="button" class="button quiet" onClick=${done}>${t('action.cancel')}</button>
					${!companyId && html`<span class="dim">${t('caller.unknown')}</span>`}
				</div>
			</form>
			<div class="stack-column">
				${caller ? CallerCard({ caller }) : companyId ? h(CompanyCard, { company: companyId }) : html`<section class="card"><p class="dim">${t('caller.explained')}</p></section>`}
			</div>
		</div>
	</div>`;
}

/**
 * The field that finds, and what it found.
 * @param {{typed: string, setTyped: (text: string) => void, place: number, setAt: (at: number) => void, stranger: boolean, setStranger: (on: boolean) => void, found: Found}} props
 */
function Who({ typed, setTyped, place, setAt, stranger, setStranger, found }) {
	const n = found.callers.length;
	/** @param {KeyboardEvent} event */
	const onKey = (event) => {
		if (event.isComposing || event.keyCode === 229) return;
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (by && n) {
			setStranger(false);
			setAt((place + by + n) % n);
		} else if (event.key === 'Enter') document.getElementById('subject')?.focus();
		else return;
		event.preventDefault();
	};
	return html`<label class="field wide">
			<span>${t('caller.who')}</span>
			<input class="who" type="text" id="caller" autocomplete="off" spellcheck=${false} role="combobox" aria-expanded=${n > 0} aria-controls="callers" aria-activedescendant=${n && !stranger ? `caller-${place}` : undefined} placeholder=${t('caller.hint')} value=${typed} onKeyDown=${onKey} onInput=${(/** @type {Event} */ e) => {
				setStranger(false);
				setTyped(/** @type {HTMLInputElement} */ (e.target).value);
			}} />
		</label>
		<ul class="callers" id="callers" role="listbox" aria-label=${t('caller.found')}>
			${found.callers.map(
				(c, i) => html`<li role="option" id=${`caller-${i}`} aria-selected=${!stranger && i === place} onClick=${() => {
					setStranger(false);
					setAt(i);
				}}>
					<b>${c.company.name}</b><span>${c.person ? `${c.person.name} ${c.person.role}` : ''}</span><span class="dim">${c.person?.phone ?? word('caller_why', c.why)}</span>
				</li>`,
			)}
			${typed.trim().length > 1 && html`<li role="option" class="dim" aria-selected=${stranger || !n} onClick=${() => setStranger(true)}>${t(n ? 'caller.another' : 'caller.none')}</li>`}
		</ul>
		${found.tickets.length > 0 && html`<p class="chips">${found.tickets.map((x) => html`<a href=${`/tickets/${x.id}`}>${x.reference} ${x.subject}</a>`)}</p>`}
		${found.more && html`<p class="hint">${t('caller.more')}</p>`}`;
}
