// @ts-check
/* The inbox: every alert as it arrives, and a peek at one of them. */
import { h, html, signal, useEffect, useRef, useSignal, useState } from '../lib.js';
import { count, say, t, word, wordKeys } from '../app.js';
import { get, request } from '../api.js';
import { useCommands } from '../commands.js';
import { shortCompany } from '../core/company-name.js';
import { filterFromQuery, filterIsEmpty, filterMatches, filterToQuery } from '../core/alert-filter.js';
import { keepQuery, navigate } from '../router.js';
import { listen, startStream } from '../stream.js';
import { forget, present, recall, remember, triageCommands } from '../triage.js';
import { anchor, chip, direction, severity, text, time } from '../ui/cells.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { LiveBar } from '../ui/live-bar.js';
import { LiveGrid, walkingCommands } from '../ui/live-grid.js';
import { Choice, Failed, wordOptions } from '../ui/parts.js';
import { Peek } from '../ui/peek.js';

/** @typedef {import('../types').Alert} Alert */
/** @typedef {import('../core/alert-filter.js').AlertFilter} AlertFilter */

const PAGE = 200;

/** @param {{ip: string | null, port: number | null}} end */
export function endpoint(end) {
	if (!end.ip) return '―';
	if (end.port === null) return end.ip;
	return end.ip.includes(':') ? `[${end.ip}]:${end.port}` : `${end.ip}:${end.port}`;
}

/** @returns {import('../ui/grid.js').Column<Alert>[]} */
function columns() {
	return [
		{ key: 'severity', label: t('column.severity'), width: '76px', paint: (c, a) => severity(c, a.severity) },
		{ key: 'ts', label: t('column.time'), width: '142px', paint: (c, a) => time(c, a.ts) },
		{ key: 'company', label: t('column.company'), width: 'minmax(118px, 1.2fr)', paint: (c, a) => text(c, shortCompany(a.company), a.company) },
		{ key: 'direction', label: t('column.direction'), width: '62px', paint: direction },
		{ key: 'signature', label: t('column.signature'), width: 'minmax(150px, 3fr)', paint: paintSignature },
		{ key: 'count', label: t('column.count'), width: '42px', align: 'end', paint: (c, a) => text(c, a.repeat_count > 1 ? `×${count(a.repeat_count)}` : ''), from: 860 },
		{ key: 'source', label: t('column.source'), width: 'minmax(137px, .5fr)', paint: (c, a) => text(c, endpoint(a.source), endpoint(a.source)) },
		{ key: 'destination', label: t('column.destination'), width: 'minmax(137px, .5fr)', paint: (c, a) => text(c, endpoint(a.destination), endpoint(a.destination)), from: 820 },
		{ key: 'engine', label: t('column.engine'), width: '96px', paint: (c, a) => text(c, word('engine', a.engine)), from: 1300 },
		{ key: 'action', label: t('column.action'), width: '82px', paint: (c, a) => chip(c, `act-${a.action}`, word('action', a.action)), from: 980 },
		{ key: 'incident', label: t('column.incident'), width: '112px', paint: paintIncident, from: 900 },
	];
}

/** @param {HTMLElement} cell @param {Alert} a */
function paintSignature(cell, a) {
	const name = a.kind === 'unparsed' ? t('alert.unparsed') : a.signature || a.category || t('alert.unnamed');
	text(cell, name, a.category ? `${name}\n${a.category}` : name);
}

/** @param {HTMLElement} cell @param {Alert} a */
function paintIncident(cell, a) {
	if (a.incident_id === null) return text(cell, '');
	const incident = recall(present(a.incident_id));
	const state = incident?.state ?? a.incident_state ?? 'open';
	anchor(cell, `/incidents/${incident?.id ?? a.incident_id}`, `#${incident?.no ?? a.incident_no} ${word('state', state)}`, `link-${state}`);
}

/** Loading, live events and the peek of one inbox. */
class InboxModel {
	/** @param {AlertFilter} filter */
	constructor(filter) {
		this.filter = filter;
		/** @type {string | null} */
		this.next = null;
		this.loading = false;
		/** Events that came while the list was on its way: they may be newer than it. @type {import('../types').StreamEvent[]} */
		this.early = [];
		this.error = signal(/** @type {Error | null} */ (null));
		this.ready = signal(false);
		this.peek = signal(/** @type {Alert | null} */ (null));
		this.abort = new AbortController();
		/** Alerts by incident, so that a change of the incident repaints its rows. @type {Map<number, Set<number>>} */
		this.members = new Map();
		/** @type {LiveGrid<Alert>} */
		this.live = new LiveGrid({
			label: t('inbox.title'),
			columns: columns(),
			time: (a) => a.ts,
			severity: (a) => a.severity,
			paintRow: (row, node) => this.paintRow(row, node),
			onNearEnd: () => this.older(),
			onOpen: (alert) => (this.peek.value = alert),
			onFocus: () => this.follow(),
		});
		this.unlisten = listen((event) => this.take(event));
	}

	/** A row whose incident was closed stays and says by whom. @param {import('../core/live-list.js').Entry<Alert>} row @param {HTMLElement} node */
	paintRow(row, node) {
		const state = recall(present(row.item.incident_id))?.state ?? row.item.incident_state;
		node.classList.toggle('closed', state === 'closed');
		node.classList.toggle('grave', row.item.severity === 1);
	}

	/** @param {Alert[]} alerts */
	note(alerts) {
		for (const a of alerts) {
			if (a.incident_id === null) continue;
			const members = this.members.get(a.incident_id);
			if (members) members.add(a.id);
			else this.members.set(a.incident_id, new Set([a.id]));
		}
	}

	/** @param {string | null} cursor */
	path(cursor) {
		const query = filterToQuery(this.filter);
		query.set('limit', String(PAGE));
		query.set('raw', 'false');
		if (cursor) query.set('cursor', cursor);
		return `/v1/alerts?${query}`;
	}

	async load() {
		this.loading = true;
		try {
			const response = await request('GET', this.path(null), { signal: this.abort.signal });
			const { alerts, next } = await response.json();
			startStream(response.headers.get('X-Stream-Cursor'));
			this.next = next;
			this.live.list.hasOlder = next !== null;
			this.members.clear();
			forget();
			this.note(alerts);
			this.live.reset(alerts);
			this.error.value = null;
			this.ready.value = true;
		} catch (error) {
			if (this.abort.signal.aborted) return;
			this.error.value = /** @type {Error} */ (error);
		} finally {
			this.settle();
		}
	}

	settle() {
		this.loading = false;
		for (const event of this.early.splice(0)) this.take(event);
	}

	async older() {
		if (this.loading || !this.next) return;
		this.loading = true;
		try {
			const { alerts, next } = await get(this.path(this.next), this.abort.signal);
			this.next = next;
			this.live.list.hasOlder = next !== null;
			this.note(alerts);
			this.live.list.appendOlder(alerts);
			this.live.sync();
		} catch (error) {
			if (!this.abort.signal.aborted) say(/** @type {Error} */ (error).message, 'error');
		} finally {
			this.settle();
		}
	}

	/** @param {import('../types').StreamEvent} event */
	take(event) {
		if (this.loading) return void this.early.push(event);
		if (event.event === 'reset') return void this.load();
		if (event.event === 'alert.upsert') {
			const alert = /** @type {Alert} */ (event.data.alert);
			if (!filterMatches(this.filter, alert)) return;
			this.note([alert]);
			this.live.list.upsert(alert, event.data.ver);
			this.live.list.tick(Date.now());
			this.live.sync();
		} else if (event.event === 'incident.upsert') this.takeIncident(event.data.incident);
	}

	/** @param {import('../types').Incident} incident */
	takeIncident(incident) {
		remember(incident);
		const rows = this.members.get(incident.id) ?? new Set();
		for (const id of rows) this.live.list.touch(id);
		if (incident.merged_into !== null) this.members.set(incident.merged_into, new Set([...rows, ...(this.members.get(incident.merged_into) ?? [])]));
		this.live.sync();
	}

	/** An open peek follows the focus. */
	follow() {
		if (!this.peek.peek()) return;
		const alert = this.live.focused();
		if (alert) this.peek.value = alert;
	}

	stop() {
		this.abort.abort();
		this.unlisten();
		this.live.stop();
	}
}

/** What filtering by the focused cell means. @param {Alert} a @param {string} column @returns {Partial<AlertFilter> | null} */
function filterByCell(a, column) {
	switch (column) {
		case 'severity':
			return { severity: String(a.severity) };
		case 'direction':
			return { direction: a.direction };
		case 'engine':
			return { engine: a.engine };
		case 'signature':
			return a.signature ? { q: a.signature } : null;
		case 'source':
			return a.source.ip ? { q: a.source.ip } : null;
		case 'destination':
			return a.destination.ip ? { q: a.destination.ip } : null;
		default:
			return { company: String(a.company_id) };
	}
}

/** @param {Alert} a */
function asText(a) {
	return [a.ts, word('severity', a.severity), a.company, word('direction', a.direction), a.signature ?? '', endpoint(a.source), '→', endpoint(a.destination), word('action', a.action)].join(' ');
}

/** @param {string} text */
async function copy(text) {
	await navigator.clipboard.writeText(text);
	say(t('copied'));
}

/** @param {InboxModel} model @param {(change: Partial<AlertFilter>) => void} narrow @returns {import('../commands.js').Command[]} */
function commands(model, narrow) {
	const { live } = model;
	const focused = () => live.focused();
	/** @type {(id: string, keys: string[], run: () => void) => import('../commands.js').Command} */
	const make = (id, keys, run) => ({ id, keys, label: word('command', id), scope: 'page', run });
	return [
		...walkingCommands(live),
		make('open', ['Enter', 'o'], () => {
			if (!focused()) live.focusAt(0);
			model.peek.value = focused();
		}),
		make('back', ['Escape'], () => {
			if (document.activeElement instanceof HTMLElement && document.activeElement.closest('.filters')) live.grid.element.focus();
			else if (model.peek.peek()) model.peek.value = null;
			else live.escape();
		}),
		make('filter', ['/'], () => document.getElementById('filter-text')?.focus()),
		make('filter_cell', ['f'], () => {
			const alert = focused();
			const change = alert && filterByCell(alert, live.column());
			if (change) narrow(change);
		}),
		make('copy', ['c'], () => {
			if (live.targets().length) copy(live.targets().map(asText).join('\n'));
		}),
		make('copy_json', ['C'], () => {
			if (live.targets().length) copy(JSON.stringify(live.targets(), null, 2));
		}),
		make('company', ['w'], () => {
			const alert = focused();
			if (alert) navigate(`/companies/${alert.company_id}`);
		}),
		...triageCommands(() => live.targets().map((a) => a.incident_id)),
	];
}

/** @param {{query: URLSearchParams}} props */
export function Inbox({ query }) {
	const [filter, setFilter] = useState(() => filterFromQuery(query));
	const address = filterToQuery(filter).toString();
	useEffect(() => keepQuery(filterToQuery(filter)), [address]);
	/** @param {Partial<AlertFilter>} change */
	const narrow = (change) => setFilter((now) => ({ ...now, ...change }));
	return html`<div class="page inbox">
		${h(Filters, { filter, narrow, clear: () => setFilter(filterFromQuery(new URLSearchParams())) })}
		${h(InboxList, { key: address, filter, narrow })}
	</div>`;
}

/** @param {{filter: AlertFilter, narrow: (change: Partial<AlertFilter>) => void}} props */
function InboxList({ filter, narrow }) {
	const place = useRef(/** @type {HTMLDivElement | null} */ (null));
	const [model] = useState(() => new InboxModel(filter));
	useEffect(() => {
		place.current?.replaceChildren(model.live.grid.element);
		model.load();
		if (document.activeElement === document.body) model.live.grid.element.focus({ preventScroll: true });
		return () => model.stop();
	}, [model]);
	useCommands(() => commands(model, narrow), [model]);
	const error = useSignal(model.error);
	const ready = useSignal(model.ready);
	const peek = useSignal(model.peek);
	const state = useSignal(model.live.state);
	return html`<div class=${peek ? 'split peeking' : 'split'}>
		<section class="pane">
			${h(LiveBar, { grid: model.live, more: model.next !== null })} ${error && Failed({ error, retry: () => model.load() })}
			<div class="grid-place" ref=${place}></div>
			${ready && state.count === 0 && html`<p class="empty over">${t(filterIsEmpty(filter) ? 'inbox.empty' : 'inbox.no_match')}</p>`}
		</section>
		${peek && h(Peek, { alert: peek, close: () => (model.peek.value = null), narrow })}
	</div>`;
}

/** @param {{filter: AlertFilter, narrow: (change: Partial<AlertFilter>) => void, clear: () => void}} props */
function Filters({ filter, narrow, clear }) {
	const [draft, setDraft] = useState(filter.q);
	useEffect(() => setDraft(filter.q), [filter.q]);
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		narrow({ q: draft.trim() });
		/** @type {HTMLElement | null} */ (document.querySelector('.grid'))?.focus();
	};
	return html`<form class="filters" onSubmit=${submit} role="search">
		<input
			id="filter-text"
			class=${filter.q ? 'set' : ''}
			type="search"
			value=${draft}
			placeholder=${t('filter.text')}
			aria-label=${t('filter.text')}
			autocomplete="off"
			spellcheck=${false}
			onInput=${(/** @type {Event} */ e) => setDraft(/** @type {HTMLInputElement} */ (e.target).value)}
			onChange=${(/** @type {Event} */ e) => narrow({ q: /** @type {HTMLInputElement} */ (e.target).value.trim() })}
		/>
		${h(CompanyChoice, { value: filter.company, onChange: (company) => narrow({ company }) })}
		${Choice({ label: t('column.direction'), value: filter.direction, options: wordOptions(t('filter.all_directions'), 'direction', wordKeys.direction), onChange: (direction) => narrow({ direction }) })}
		${Choice({ label: t('column.engine'), value: filter.engine, options: wordOptions(t('filter.all_engines'), 'engine', wordKeys.engine), onChange: (engine) => narrow({ engine }) })}
		${Choice({
			label: t('column.severity'),
			value: filter.severity,
			options: [['', t('filter.all_severities')], ...[1, 2, 3, 4].map((n) => /** @type {[string, string]} */ ([String(n), n === 1 ? word('severity', 1) : t('filter.or_graver', { severity: word('severity', n) })]))],
			onChange: (level) => narrow({ severity: level }),
			id: 'filter-severity',
		})}
		${!filterIsEmpty(filter) && html`<button type="button" class="button quiet" onClick=${clear}>${t('filter.clear')}</button>`}
	</form>`;
}
