// @ts-check
/* The monthly reports: members by months, where each is, and what can be done with many at once. */
import { h, html, useEffect, useLoad, useMemo, useState } from '../lib.js';
import { count, mayDo, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { addMonths, isMonth, monthsBetween } from '../core/months.js';
import { BOARD_MONTHS, bulkActions, GRADES, STEPS } from '../core/report-flow.js';
import { keepWalk, walk } from '../core/report-walk.js';
import { Throttle } from '../core/throttle.js';
import { keepQuery, navigate } from '../router.js';
import { listen } from '../stream.js';
import { anchor, text } from '../ui/cells.js';
import { useWork } from '../ui/fields.js';
import { Choice, Empty, Failed, Loading } from '../ui/parts.js';
import { MonthChoice, Runs, runStarted } from '../ui/report-parts.js';
import { TableGrid } from '../ui/table-grid.js';
import { Tabs } from '../ui/tabs.js';
import { paintWeather, Weather } from '../ui/weather.js';

/** @typedef {import('../types-reports').BoardRow} BoardRow */
/** @typedef {import('../types-reports').MonthState} MonthState */
/** @typedef {BoardRow & {id: number}} Row */

const PAGE = 500;
const RELOAD_MS = 2000;
const PAINT_MS = 250;

/**
 * All pages of the board.
 * @param {string} from @param {string} to @param {string} filter
 * @param {(rows: Row[]) => void} first  is given the first page, while the others are on their way
 * @returns {Promise<Row[]>}
 */
async function loadBoard(from, to, filter, first) {
	/** @type {Row[]} */
	const rows = [];
	let cursor = '';
	do {
		const page = /** @type {{rows: BoardRow[], next: string | null}} */ (await get(`/v1/reports/board?from=${from}&to=${to}&limit=${PAGE}${filter}${cursor}`));
		rows.push(...page.rows.map((r) => ({ ...r, id: r.company_id })));
		if (!cursor && page.next) first([...rows]);
		cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : '';
	} while (cursor);
	return rows;
}

/**
 * What became of a report, written into its row; a new issue takes the old one's place. The same rows when none is meant.
 * @param {Row[]} rows @param {string[]} months @param {import('../types-reports').Report[]} reports  as the live stream tells them
 */
function withChanges(rows, months, reports) {
	/** @type {Map<number, Row>} */
	const changed = new Map();
	const byCompany = new Map(rows.map((r) => [r.company_id, r]));
	for (const report of reports) {
		const at = months.indexOf(report.month ?? '');
		const row = changed.get(report.company_id) ?? byCompany.get(report.company_id);
		const held = row?.cells[at];
		const stale = held && (held.report_id === report.id ? held.version > report.version : held.issue > report.issue);
		if (!row || at < 0 || report.kind !== 'monthly' || stale) continue;
		const cells = [...row.cells];
		cells[at] = { report_id: report.id, step: report.step, grade: report.grade, issue: report.issue, waiting: 0, version: report.version };
		changed.set(row.company_id, { ...row, cells });
	}
	return changed.size ? rows.map((r) => changed.get(r.company_id) ?? r) : rows;
}

/** @param {string[]} months @returns {import('../ui/table-grid.js').SortColumn<Row>[]} */
function columns(months) {
	return [
		{ key: 'company', label: t('column.company'), width: 'minmax(160px, 2fr)', paint: (c, r) => anchor(c, `/companies/${r.company_id}`, r.company), sort: (r) => r.company },
		{ key: 'member_no', label: t('report.member_no'), width: '96px', paint: (c, r) => text(c, r.member_no ?? '―'), sort: (r) => r.member_no ?? '', from: 1100 },
		{ key: 'recipients', label: t('report.recipients'), width: '72px', align: 'center', paint: (c, r) => (text(c, count(r.recipients), r.recipients ? '' : t('report.nobody')), c.classList.toggle('hot', r.recipients === 0)), sort: (r) => r.recipients, from: 500 },
		...months.map((month, i) => ({
			key: month,
			label: zone().month(month),
			width: i === months.length - 1 ? 'minmax(140px, 1fr)' : 'minmax(118px, 1fr)',
			paint: (/** @type {HTMLElement} */ c, /** @type {Row} */ r) => paintCell(c, r.cells[i], `${r.company} ${zone().month(month)}`),
			sort: (/** @type {Row} */ r) => (r.cells[i] ? STEPS.indexOf(/** @type {any} */ (r.cells[i]).step) : 99),
			from: i === months.length - 1 ? undefined : 620 + 122 * (months.length - 1 - i),
		})),
	];
}

/** Where the month's report is, leading to it. @param {HTMLElement} c @param {import('../types-reports').BoardCell | null} cell @param {string} what  company and month */
function paintCell(c, cell, what) {
	if (!cell) {
		text(c, '');
		return;
	}
	const label = `${word('report_step', cell.step)}${cell.issue > 1 ? ` #${cell.issue}` : ''}${cell.waiting ? ' …' : ''}`;
	let link = c.firstElementChild;
	if (!(link instanceof HTMLAnchorElement)) {
		link = document.createElement('a');
		link.setAttribute('tabindex', '-1');
		c.replaceChildren(link);
	}
	link.setAttribute('href', `/reports/${cell.report_id}`);
	paintWeather(/** @type {HTMLElement} */ (link), cell.grade, `step-${cell.step}`, label);
	const title = cell.grade ? `${word('grade', cell.grade)} · ${label}` : label;
	link.setAttribute('data-report', String(cell.report_id));
	link.setAttribute('title', title);
	link.setAttribute('aria-label', `${what} ${title}`);
}

/** @param {{query: URLSearchParams}} props */
export function Reports({ query }) {
	const last = addMonths(zone().day(Date.now()).slice(0, 7), -1);
	const [month, setMonth] = useState(isMonth(query.get('month')) ? String(query.get('month')) : last);
	const [state, setState] = useState(query.get('state') ?? '');
	const [grade, setGrade] = useState(query.get('grade') ?? '');
	const [name, setName] = useState(query.get('q') ?? '');
	const [asked, setAsked] = useState(name);
	const from = addMonths(month, 1 - BOARD_MONTHS);
	const filter = `${state ? `&state=${state}` : ''}${grade ? `&grade=${grade}` : ''}${asked ? `&q=${encodeURIComponent(asked)}` : ''}`;
	const key = `${month}${filter}`;
	const shown = useMemo(() => monthsBetween(from, month), [month]);
	const [rows, setRows] = useState(/** @type {Row[] | null} */ (null));
	const board = useLoad(() => loadBoard(from, month, filter, (first) => setRows((/** @type {Row[] | null} */ held) => held ?? first)), key);
	const months = useLoad(() => get('/v1/months'), 'months');
	const [states, setStates] = useState(/** @type {MonthState[] | null} */ (null));
	const list = states ?? [];
	const current = list.find((m) => m.month === month) ?? null;
	const reload = () => (board.reload(), months.reload());
	useEffect(() => {
		const timer = setTimeout(() => setAsked(name.trim()), 250);
		return () => clearTimeout(timer);
	}, [name]);
	useEffect(() => keepQuery(new URLSearchParams(Object.entries({ month: month === last ? '' : month, state, grade, q: asked }).filter(([, v]) => v))), [key]);
	useEffect(() => setRows(null), [month]);
	useEffect(() => {
		if (board.value) setRows(board.value);
	}, [board.value]);
	useEffect(() => {
		if (months.value) setStates(months.value.months);
	}, [months.value]);
	useEffect(() => {
		/** @type {import('../types-reports').Report[]} */
		let heard = [];
		const paint = new Throttle(() => {
			const reports = heard.splice(0);
			setRows((/** @type {Row[] | null} */ held) => held && withChanges(held, shown, reports));
		}, PAINT_MS);
		const again = new Throttle(months.reload, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset') return reload();
			const report = /** @type {any} */ (event.data).report;
			if (event.event !== 'report.upsert' || !report?.step) return undefined;
			heard.push(report);
			paint.call();
			return again.call();
		});
		return () => {
			unlisten();
			paint.stop();
			again.stop();
		};
	}, [month]);
	useCommands(() => [{ id: 'find_report', keys: ['/'], label: word('command', 'filter'), scope: 'page', run: () => document.getElementById('board-name')?.focus() }], []);
	return html`<div class="page reports">
		${Tabs({ group: 'reports', current: 'reports' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${MonthChoice({ label: t('report.month'), value: month, months: [...new Set([month, last, ...list.map((m) => m.month)])].sort().reverse(), naming: (m) => zone().month(m), onChange: setMonth })}
			<input type="search" id="board-name" value=${name} placeholder=${t('report.find')} aria-label=${t('report.find')} onInput=${(/** @type {Event} */ e) => setName(/** @type {HTMLInputElement} */ (e.target).value)} />
			${Choice({ label: t('column.state'), value: state, options: [['', t('report.all_steps')], ['none', t('report.no_report')], ...STEPS.map((s) => /** @type {[string, string]} */ ([s, word('report_step', s)]))], onChange: setState })}
			${Choice({ label: t('report.grade'), value: grade, options: [['', t('report.all_grades')], ...GRADES.map((g) => /** @type {[string, string]} */ ([g, word('grade', g)]))], onChange: setGrade })}
			<span class="dim">${rows ? t('report.companies', { n: rows.length }) : ''}</span>
		</form>
		${states && h(MonthBar, { key: month, month, state: current, pick: (step) => setState(step === state ? '' : step), picked: state, reload })} ${h(Runs, { month, reload })}
		${(board.error || months.error) && Failed({ error: /** @type {Error} */ (board.error ?? months.error), retry: reload })} ${!rows && !board.error && Loading()}
		${rows && rows.length === 0 && Empty({ text: t(filter ? 'report.none_such' : 'report.none') })}
		${rows && rows.length > 0 && h(/** @type {typeof TableGrid<Row>} */ (TableGrid), { key: month, label: t('page.reports'), columns: () => columns(shown), items: rows, sort: { key: 'company', down: false }, onOpen: openNewest, onOrder: (shown) => keepWalk(month, shown.flatMap((r) => r.cells[r.cells.length - 1]?.report_id ?? [])), opened: (r) => r.cells.some((cell) => cell?.report_id === walk.opened) })}
	</div>`;
}

/** The report of the month that is shown last, or else the newest there is. @param {Row} r */
function openNewest(r) {
	const cell = [...r.cells].reverse().find(Boolean);
	navigate(cell ? `/reports/${cell.report_id}` : `/companies/${r.company_id}`);
}

/** How far the month is, and what may be done with all of it. @param {{month: string, state: MonthState | null, pick: (step: string) => void, picked: string, reload: () => void}} props */
function MonthBar({ month, state, pick, picked, reload }) {
	const [busy, run] = useWork(reload);
	const [sure, setSure] = useState('');
	if (!state || state.version === null) {
		return html`<div class="month-bar">
			<b>${zone().month(month)}</b><span>${t(state?.over === false ? 'month.running' : 'month.open')}</span>
			<a class="button" href=${`/months/${month}`}>${t('month.to_close')}</a>
		</div>`;
	}
	/** @param {'approve' | 'publish' | 'send'} kind @param {number} n */
	const start = (kind, n) =>
		run(async () => {
			setSure('');
			await send('POST', '/v1/report-runs', { kind, month, expect_max: n });
			runStarted(month);
		});
	return html`<div class="month-bar">
		<a href=${`/months/${month}`}><b>${zone().month(month)}</b></a>
		<ul class="step-counts">
			${STEPS.filter((s) => state.reports[s]).map((s) => html`<li><button type="button" class=${`chip step-${s}`} aria-pressed=${picked === s} onClick=${() => pick(s)}>${word('report_step', s)} <b>${count(state.reports[s])}</b></button></li>`)}
		</ul>
		<ul class="step-counts grades">${GRADES.filter((g) => state.grades[g]).map((g) => html`<li title=${word('grade', g)}>${Weather({ grade: g })}<b>${count(state.grades[g])}</b></li>`)}</ul>
		${state.outdated ? html`<a class="chip warn" href=${`/months/${month}`}>${t('month.outdated', { n: state.outdated })}</a>` : ''}
		${mayDo('manage_reports') &&
		html`<span class="push actions">
			${bulkActions(state).map(({ kind, n }) =>
				sure === kind
					? html`<button type="button" class="button primary" disabled=${busy} onClick=${() => start(kind, n)}>${t(`run.really_${kind}`, { n })}</button><button type="button" class="button quiet" onClick=${() => setSure('')}>${t('action.cancel')}</button>`
					: html`<button type="button" class="button" disabled=${busy} onClick=${() => setSure(kind)}>${t(`run.${kind}`, { n })}</button>`,
			)}
		</span>`}
	</div>`;
}
