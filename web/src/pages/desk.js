// @ts-check
/* The help desk: what people have asked, and taking a new question while its caller is on the telephone. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, mayDo, t, word } from '../app.js';
import { get } from '../api.js';
import { useCommands } from '../commands.js';
import { shortCompany } from '../core/company-name.js';
import { Throttle } from '../core/throttle.js';
import { referenceIn, VIEWS } from '../core/ticket.js';
import { keepQuery, navigate } from '../router.js';
import { listen } from '../stream.js';
import { chip, severity, text, time } from '../ui/cells.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { namedIn, useTicketWords } from '../ui/desk-parts.js';
import { Segments } from '../ui/fields.js';
import { Empty, Failed, Loading } from '../ui/parts.js';
import { TableGrid } from '../ui/table-grid.js';
import { Tabs } from '../ui/tabs.js';
import { TicketForm } from '../ui/ticket-form.js';

/** @typedef {import('../desk-types').Ticket} Ticket */

const RELOAD_MS = 1500;
/** What is typed is looked for when the typing pauses. */
const SETTLE_MS = 200;

/** @param {Ticket} x */
const callerOf = (x) => x.caller.name || x.caller.email || x.caller.phone || '';

/** @param {import('../desk-types').TicketWords} words @returns {import('../ui/table-grid.js').SortColumn<Ticket>[]} */
function columns(words) {
	return [
		{ key: 'ticket', label: t('column.ticket'), width: '78px', paint: (c, x) => text(c, x.reference), sort: (x) => x.id },
		{ key: 'severity', label: t('column.severity'), width: '76px', paint: (c, x) => severity(c, x.severity), sort: (x) => -x.severity },
		{ key: 'state', label: t('column.state'), width: '86px', paint: (c, x) => chip(c, `ticket-${x.state}`, word('ticket_state', x.state)), sort: (x) => x.state },
		{ key: 'company', label: t('column.company'), width: 'minmax(130px, 1.2fr)', paint: (c, x) => text(c, x.company === null ? t('ticket.unknown_company') : shortCompany(x.company), x.company ?? ''), sort: (x) => x.company ?? '', from: 620 },
		{ key: 'subject', label: t('column.subject'), width: 'minmax(120px, 2.4fr)', paint: (c, x) => text(c, x.subject, x.subject), sort: (x) => x.subject },
		{ key: 'category', label: t('column.category'), width: '118px', paint: (c, x) => text(c, namedIn(words.categories, x.category)), sort: (x) => x.category, from: 940 },
		{ key: 'channel', label: t('column.channel'), width: '68px', paint: (c, x) => text(c, word('ticket_channel', x.channel)), sort: (x) => x.channel, from: 1040 },
		{ key: 'caller', label: t('column.caller'), width: '110px', paint: (c, x) => text(c, callerOf(x), callerOf(x)), sort: callerOf, from: 760 },
		{ key: 'owner', label: t('column.owner'), width: '96px', paint: (c, x) => text(c, x.owner?.display_name ?? t('incident.nobody')), sort: (x) => x.owner?.display_name ?? '', from: 640 },
		{ key: 'opened', label: t('column.opened'), width: '146px', paint: (c, x) => time(c, x.opened_at), sort: (x) => x.opened_at, from: 840 },
		{ key: 'updated', label: t('column.updated'), width: '146px', paint: (c, x) => time(c, x.updated_at), sort: (x) => x.updated_at, from: 1240 },
	];
}

/** @param {{query: URLSearchParams}} props */
export function Desk({ query }) {
	const words = useTicketWords();
	const [view, setView] = useState(query.get('view') ?? 'open');
	const [company, setCompany] = useState(query.get('company') ?? '');
	const [typed, setTyped] = useState(query.get('q') ?? '');
	const [q, setQ] = useState(typed);
	const [taking, setTaking] = useState(query.has('new'));
	useEffect(() => {
		const timer = setTimeout(() => setQ(typed.trim()), SETTLE_MS);
		return () => clearTimeout(timer);
	}, [typed]);
	const path = `/v1/tickets?limit=200&counts=true&${VIEWS[view] ?? VIEWS.open}${company ? `&company=${company}` : ''}${q ? `&q=${encodeURIComponent(q)}` : ''}`;
	const { value, error, reload } = useLoad(() => get(path), path);
	useEffect(() => {
		const kept = new URLSearchParams();
		if (view !== 'open') kept.set('view', view);
		if (company) kept.set('company', company);
		if (q) kept.set('q', q);
		keepQuery(kept);
	}, [view, company, q]);
	useEffect(() => {
		const again = new Throttle(reload, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset' || event.event.startsWith('ticket.')) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, []);
	useCommands(() => (mayDo('desk') ? [{ id: 'new_ticket', keys: ['n'], label: word('command', 'new_ticket'), scope: 'page', run: () => setTaking(true) }] : []), []);
	if (taking && mayDo('desk')) return h(TicketForm, { company, done: () => setTaking(false) });
	const answer = /** @type {{tickets: Ticket[], next: string | null, counts?: Record<string, number>} | null} */ (value);
	return html`<div class="page">
		${Tabs({ group: 'desk', current: 'desk' })}
		<form
			class="filters"
			onSubmit=${(/** @type {Event} */ e) => {
				e.preventDefault();
				const id = referenceIn(typed);
				if (id) navigate(`/tickets/${id}`);
			}}
		>
			${Segments({ label: t('column.state'), value: view, options: Object.keys(VIEWS).map((v) => /** @type {[string, string]} */ ([v, viewName(v, answer?.counts)])), onChange: setView })}
			<input type="search" id="filter-text" placeholder=${t('desk.search')} aria-label=${t('desk.search')} value=${typed} onInput=${(/** @type {Event} */ e) => setTyped(/** @type {HTMLInputElement} */ (e.target).value)} />
			${h(CompanyChoice, { value: company, onChange: setCompany })}
			${mayDo('desk') && html`<button type="button" class="button primary push" onClick=${() => setTaking(true)}>${t('desk.take')}<kbd>n</kbd></button>`}
		</form>
		${error && Failed({ error, retry: reload })} ${!answer && !error && Loading()} ${answer && answer.tickets.length === 0 && Empty({ text: t('desk.empty') })}
		${answer && answer.tickets.length > 0 && words.categories.length > 0 && h(/** @type {typeof TableGrid<Ticket>} */ (TableGrid), { label: t('page.desk'), columns: () => columns(words), items: answer.tickets, sort: { key: 'severity', down: true }, onOpen: (x) => navigate(`/tickets/${x.id}`), rowClass: (x) => (x.severity <= 2 && x.state !== 'closed' ? 'grave' : '') })}
		${answer?.next && html`<p class="footnote padded">${t('desk.first', { n: answer.tickets.length })}</p>`}
	</div>`;
}

/** @param {string} view @param {Record<string, number> | undefined} counts */
function viewName(view, counts) {
	const name = word('desk_view', view);
	if (!counts) return name;
	const n = { open: (counts.open ?? 0) + (counts.working ?? 0), waiting: counts.waiting ?? 0 }[view];
	return n === undefined ? name : `${name} ${count(n)}`;
}
