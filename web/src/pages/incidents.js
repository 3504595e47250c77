// @ts-check
/* The incident list: live, under the same freeze rule as the inbox. */
import { h, html, signal, useEffect, useRef, useSignal, useState } from '../lib.js';
import { count, ruleTitle, say, t, word, wordKeys } from '../app.js';
import { get, request } from '../api.js';
import { useCommands } from '../commands.js';
import { shortCompany } from '../core/company-name.js';
import { Throttle } from '../core/throttle.js';
import { keepQuery, leftList, navigate } from '../router.js';
import { listen, startStream } from '../stream.js';
import { remember, triageCommands } from '../triage.js';
import { anchor, chip, direction, severity, text, time } from '../ui/cells.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { LiveBar } from '../ui/live-bar.js';
import { LiveGrid, walkingCommands } from '../ui/live-grid.js';
import { Choice, Failed, wordOptions } from '../ui/parts.js';

/** @typedef {import('../types').Incident} Incident */
/** @typedef {{state: string, severity: string, direction: string, company: string, q: string, tag: string, rule: string, sort: string}} IncidentFilter */

const PAGE = 200;
/** The counts above the list are asked for again this often at most. */
const COUNT_MS = 3000;
/* What the list can be ordered by, with the column that stands for it; the first is the usual one. */
const SORTS = /** @type {Record<string, {column: string, rank: (i: Incident) => number}>} */ ({
	/* Of one severity, first what something was let through of. */
	severity: { column: 'severity', rank: (i) => -(2 * i.severity + (i.alert_count > 0 && i.blocked_count >= i.alert_count ? 1 : 0)) },
	detections: { column: 'detections', rank: (i) => i.detection_count },
	activity: { column: 'last', rank: () => 0 },
});
/* An analyst's way of looking is remembered: the severity and the order, never what would hide whose work. */
const REMEMBERED = 'incidents-view';
const STATES = { active: ['open', 'acknowledged', 'contained'], all: wordKeys.state };

/** @param {URLSearchParams} query @returns {IncidentFilter} */
function fromQuery(query) {
	const asked = [...query.keys()].length ? query : new URLSearchParams(localStorage.getItem(REMEMBERED) ?? '');
	const read = (/** @type {string} */ name) => asked.get(name) ?? '';
	const sort = SORTS[read('sort')] ? read('sort') : 'severity';
	return { state: read('state') || 'active', severity: read('severity'), direction: read('direction'), company: read('company'), q: read('q'), tag: read('tag'), rule: read('rule'), sort };
}

/** @param {IncidentFilter} filter */
function keep({ severity, sort }) {
	localStorage.setItem(REMEMBERED, String(new URLSearchParams({ severity, sort })));
}

/** @type {Record<string, string>} */
const USUAL = { state: 'active', sort: 'severity' };

/** @param {IncidentFilter} filter */
function toQuery(filter) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(filter)) if (value && value !== USUAL[name]) query.set(name, value);
	return query;
}

/** @param {string} state */
function statesOf(state) {
	return STATES[/** @type {keyof typeof STATES} */ (state)] ?? [state];
}

/** @param {IncidentFilter} filter @param {Incident} incident */
function matches(filter, incident) {
	if (!statesOf(filter.state).includes(incident.state)) return false;
	if (filter.severity && incident.severity > Number(filter.severity)) return false;
	if (filter.direction && incident.direction !== filter.direction) return false;
	if (filter.company && incident.company_id !== Number(filter.company)) return false;
	if (filter.tag && !incident.tags.includes(filter.tag)) return false;
	return !filter.q || incident.title.toLowerCase().includes(filter.q.toLowerCase()) || String(incident.no) === filter.q;
}

/** @returns {import('../ui/grid.js').Column<Incident>[]} */
function incidentColumns() {
	return [
		{ key: 'severity', label: t('column.severity'), width: '76px', sortable: true, paint: (c, i) => severity(c, i.severity) },
		{ key: 'state', label: t('column.state'), width: '112px', paint: (c, i) => chip(c, `state-${i.state}`, word('state', i.state)) },
		{ key: 'no', label: t('column.no'), width: '56px', align: 'end', paint: (c, i) => anchor(c, `/incidents/${i.id}`, `#${i.no}`) },
		{ key: 'company', label: t('column.company'), width: 'minmax(118px, 1.2fr)', paint: (c, i) => text(c, shortCompany(i.company), i.company) },
		{ key: 'direction', label: t('column.direction'), width: '62px', paint: direction },
		{ key: 'title', label: t('column.title'), width: 'minmax(180px, 3fr)', paint: (c, i) => text(c, ruleTitle(i), i.title) },
		{ key: 'tags', label: t('column.tags'), width: '124px', paint: (c, i) => text(c, i.tags.map((tag) => word('tag', tag)).join(' ')), from: 1120 },
		{ key: 'stage', label: t('column.stage'), width: 'minmax(92px, .8fr)', paint: (c, i) => text(c, i.stage === 'none' ? '' : word('stage', i.stage)), from: 1240 },
		{ key: 'detections', label: t('column.detections'), width: '78px', sortable: true, align: 'end', paint: (c, i) => text(c, count(i.detection_count)) },
		{ key: 'blocked', label: t('column.blocked'), width: '60px', align: 'end', paint: (c, i) => text(c, i.alert_count ? `${Math.floor((100 * i.blocked_count) / i.alert_count)}%` : ''), from: 980, title: t('column.blocked_title') },
		{ key: 'first', label: t('column.first'), width: '146px', paint: (c, i) => time(c, i.first_ts), from: 1320 },
		{ key: 'last', label: t('column.last'), width: '146px', sortable: true, paint: (c, i) => time(c, i.last_ts) },
		{ key: 'owner', label: t('column.owner'), width: '92px', paint: (c, i) => text(c, i.owner?.display_name ?? ''), from: 860 },
	];
}

class IncidentsModel {
	/** @param {IncidentFilter} filter @param {(counts: number[]) => void} count @param {(sort: string) => void} order */
	constructor(filter, count, order) {
		this.filter = filter;
		this.count = count;
		/** @type {string | null} */
		this.next = null;
		this.loading = false;
		/** Events that came while the list was on its way: they may be newer than it. @type {import('../types').StreamEvent[]} */
		this.early = [];
		this.error = signal(/** @type {Error | null} */ (null));
		this.ready = signal(false);
		this.abort = new AbortController();
		/** @type {LiveGrid<Incident>} */
		this.live = new LiveGrid({
			label: t('page.incidents'),
			columns: incidentColumns(),
			time: (i) => i.last_ts,
			rank: SORTS[filter.sort].rank,
			version: (i) => i.version,
			severity: (i) => i.severity,
			paintRow: (row, node) => {
				node.classList.toggle('closed', row.item.state === 'closed');
				node.classList.toggle('grave', row.item.severity === 1);
			},
			onNearEnd: () => this.older(),
			onOpen: (incident) => navigate(`/incidents/${incident.id}`),
			onSort: (column) => order(Object.keys(SORTS).find((name) => SORTS[name].column === column) ?? 'severity'),
		});
		this.live.grid.showSort(SORTS[filter.sort].column, true);
		this.again = new Throttle(() => this.recount(), COUNT_MS);
		this.unlisten = listen((event) => this.take(event));
	}

	/** @param {string | null} cursor */
	path(cursor) {
		const query = toQuery(this.filter);
		query.set('state', statesOf(this.filter.state).join(','));
		query.set('sort', this.filter.sort);
		query.set('limit', String(PAGE));
		if (cursor) query.set('cursor', cursor);
		else query.set('counts', 'true');
		return `/v1/incidents?${query}`;
	}

	async recount() {
		try {
			const query = new URLSearchParams(this.path(null).split('?')[1]);
			query.set('limit', '1');
			this.count((await get(`/v1/incidents?${query}`, this.abort.signal)).by_severity);
		} catch {
			/* The next event asks again. */
		}
	}

	/** Coming back from an incident, its row has the focus again. */
	comeBack() {
		const index = this.live.list.indexOf(leftList.opened);
		leftList.opened = 0;
		if (index >= 0) this.live.focusAt(index);
	}

	/** @param {boolean} older */
	async fetch(older) {
		if (this.loading) return;
		this.loading = true;
		try {
			const response = await request('GET', this.path(older ? this.next : null), { signal: this.abort.signal });
			const { incidents, next, by_severity: counts } = await response.json();
			startStream(response.headers.get('X-Stream-Cursor'));
			this.next = next;
			this.live.list.hasOlder = next !== null;
			incidents.forEach(remember);
			if (older) this.live.list.appendOlder(incidents);
			else {
				this.live.reset(incidents);
				this.count(counts);
				this.comeBack();
			}
			this.live.sync();
			this.error.value = null;
			this.ready.value = true;
		} catch (error) {
			if (!this.abort.signal.aborted) this.error.value = /** @type {Error} */ (error);
		} finally {
			this.loading = false;
			for (const event of this.early.splice(0)) this.take(event);
		}
	}

	older() {
		if (this.next) this.fetch(true);
	}

	/** @param {import('../types').StreamEvent} event */
	take(event) {
		if (this.loading) return void this.early.push(event);
		if (event.event === 'reset') return void this.fetch(false);
		if (event.event !== 'incident.upsert') return;
		const incident = /** @type {Incident} */ (event.data.incident);
		remember(incident);
		this.again.call();
		/* Which rules are behind an incident, only the server can say: none joins by itself. */
		if (this.filter.rule && !this.live.list.shown.has(incident.id)) return;
		if (matches(this.filter, incident)) {
			this.live.list.upsert(incident, event.data.ver);
			this.live.list.tick(Date.now());
		} else this.drop(incident, event.data.by);
		this.live.sync();
	}

	/** It no longer belongs here: shown struck through, with who did it, until the list may move. @param {Incident} incident @param {unknown} by */
	drop(incident, by) {
		const { list } = this.live;
		if (list.shown.has(incident.id)) list.upsert(incident, incident.version);
		const who = typeof by === 'string' ? by : (incident.owner?.display_name ?? '');
		list.leave(incident.id, t('live.gone', { who, state: word('state', incident.state) }));
	}

	stop() {
		leftList.opened = Number(/^\/incidents\/(\d+)$/.exec(location.pathname)?.[1] ?? 0);
		this.again.stop();
		this.abort.abort();
		this.unlisten();
		this.live.stop();
	}
}

/** @param {IncidentsModel} model @returns {import('../commands.js').Command[]} */
function commands({ live }) {
	/** @type {(id: string, keys: string[], run: () => void) => import('../commands.js').Command} */
	const make = (id, keys, run) => ({ id, keys, label: word('command', id), scope: 'page', run });
	return [
		...walkingCommands(live),
		make('open', ['Enter', 'o'], () => {
			const incident = live.focused();
			if (incident) navigate(`/incidents/${incident.id}`);
			else live.focusAt(0);
		}),
		make('back', ['Escape'], () => {
			if (document.activeElement instanceof HTMLElement && document.activeElement.closest('.filters')) live.grid.element.focus();
			else live.escape();
		}),
		make('filter', ['/'], () => document.getElementById('filter-text')?.focus()),
		make('company', ['w'], () => {
			const incident = live.focused();
			if (incident) navigate(`/companies/${incident.company_id}`);
		}),
		make('copy', ['c'], () => {
			const lines = live.targets().map((i) => `#${i.no} ${word('severity', i.severity)} ${word('state', i.state)} ${i.company} ${i.title} ${i.first_ts} - ${i.last_ts}`);
			if (lines.length) navigator.clipboard.writeText(lines.join('\n')).then(() => say(t('copied')));
		}),
		...triageCommands(() => live.targets().map((i) => i.id)),
	];
}

/** @param {{query: URLSearchParams}} props */
export function Incidents({ query }) {
	const [filter, setFilter] = useState(() => fromQuery(query));
	const address = toQuery(filter).toString();
	const [counts, setCounts] = useState(/** @type {number[] | null} */ (null));
	useEffect(() => {
		keepQuery(toQuery(filter));
		leftList.path = `/incidents${address ? `?${address}` : ''}`;
	}, [address]);
	/** @param {Partial<IncidentFilter>} change */
	const narrow = (change) => setFilter((now) => ({ ...now, ...change }));
	/** @param {Partial<IncidentFilter>} change */
	const view = (change) => {
		keep({ ...filter, ...change });
		narrow(change);
	};
	return html`<div class="page incidents">
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input
				id="filter-text"
				class=${filter.q ? 'set' : ''}
				type="search"
				placeholder=${t('filter.title')}
				aria-label=${t('filter.title')}
				value=${filter.q}
				autocomplete="off"
				spellcheck=${false}
				onChange=${(/** @type {Event} */ e) => narrow({ q: /** @type {HTMLInputElement} */ (e.target).value.trim() })}
			/>
			${Choice({
				label: t('column.state'),
				value: filter.state,
				options: [['active', t('filter.active')], ['all', t('filter.all_states')], ...wordKeys.state.map((s) => /** @type {[string, string]} */ ([s, word('state', s)]))],
				onChange: (state) => narrow({ state }),
				usual: 'active',
			})}
			${h(CompanyChoice, { value: filter.company, onChange: (company) => narrow({ company }) })}
			${Choice({ label: t('column.direction'), value: filter.direction, options: wordOptions(t('filter.all_directions'), 'direction', wordKeys.direction), onChange: (direction) => narrow({ direction }) })}
			${Choice({ label: t('column.tags'), value: filter.tag, options: wordOptions(t('filter.all_tags'), 'tag', ['kill-chain', 'beacon', 'indicator', 'drill']), onChange: (tag) => narrow({ tag }) })}
			${filter.rule && html`<span class="chip">${t('filter.rule_id', { id: filter.rule })}</span>`}
			${(filter.q || filter.company || filter.direction || filter.tag || filter.rule || filter.state !== 'active') && html`<button type="button" class="button quiet" onClick=${() => narrow({ q: '', company: '', direction: '', tag: '', rule: '', state: 'active' })}>${t('filter.clear')}</button>`}
			${SeverityTabs({ value: filter.severity, counts, onChange: (level) => view({ severity: level }) })}
		</form>
		${h(IncidentList, { key: address, filter, count: setCounts, order: (/** @type {string} */ sort) => view({ sort }) })}
	</div>`;
}

/** This severity and the graver ones, with how many there are. @param {{value: string, counts: number[] | null, onChange: (level: string) => void}} props */
function SeverityTabs({ value, counts, onChange }) {
	return html`<span class="segments severities" role="group" aria-label=${t('column.severity')}>
		${[5, 1, 2, 3, 4].map((level) => {
			const key = level === 5 ? '' : String(level);
			const name = level === 5 ? t('filter.all') : level === 1 ? word('severity', 1) : t('filter.or_graver_short', { severity: word('severity.short', level) });
			return html`<button type="button" class=${`segment level-${level}`} aria-pressed=${key === value} onClick=${() => onChange(key)}>
				${name}${counts && html`<b>${count(counts.slice(0, level).reduce((a, b) => a + b, 0))}</b>`}
			</button>`;
		})}
	</span>`;
}

/** @param {{filter: IncidentFilter, count: (counts: number[]) => void, order: (sort: string) => void}} props */
function IncidentList({ filter, count, order }) {
	const place = useRef(/** @type {HTMLDivElement | null} */ (null));
	const [model] = useState(() => new IncidentsModel(filter, count, order));
	useEffect(() => {
		place.current?.replaceChildren(model.live.grid.element);
		model.fetch(false);
		if (document.activeElement === document.body) model.live.grid.element.focus({ preventScroll: true });
		return () => model.stop();
	}, [model]);
	useCommands(() => commands(model), [model]);
	const error = useSignal(model.error);
	const ready = useSignal(model.ready);
	const state = useSignal(model.live.state);
	return html`<div class="split">
		<section class="pane">
			${h(LiveBar, { grid: model.live, more: model.next !== null })} ${error && Failed({ error, retry: () => model.fetch(false) })}
			<div class="grid-place" ref=${place}></div>
			${ready && state.count === 0 && html`<p class="empty over">${t('incidents.empty')}</p>`}
		</section>
	</div>`;
}
