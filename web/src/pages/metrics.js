// @ts-check
/* The detection table: the figures of the pilot, for any months; and how fast incidents were handled. */
import { h, html, useEffect, useLoad, useMemo, useState } from '../lib.js';
import { count, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { CohortBar, cohortQuery, readCohort } from '../ui/cohort-bar.js';
import { CoverageCard, IncidentCard, PeersCard } from '../ui/figure-cards.js';
import { TrendCard } from '../ui/trend-card.js';
import { toCsv } from '../core/csv.js';
import { addMonths, isMonth, lastDay, monthsBetween } from '../core/months.js';
import { showRate, showShare } from '../core/rate.js';
import { keepQuery } from '../router.js';
import { anchor, text } from '../ui/cells.js';
import { Icon } from '../ui/icons.js';
import { Choice, Empty, Failed, Loading } from '../ui/parts.js';
import { ResponseCard } from '../ui/response-card.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').DetectionTable} DetectionTable */
/** @typedef {import('../types').DetectionRow} DetectionRow */
/** @typedef {import('../types').CompanyMonth} CompanyMonth */
/** @typedef {{from: string, to: string}} Period */
/** @typedef {{id: number, company: string, months: Map<string, CompanyMonth>, incidents: number, detections: number, days: number}} CompanyRow */

const FIRST_YEAR = 2018;

/** @param {{query: URLSearchParams}} props */
export function Metrics({ query }) {
	const now = zone().day(Date.now()).slice(0, 7);
	const [period, setPeriod] = useState(/** @returns {Period} */ () => {
		const to = isMonth(query.get('to')) ? String(query.get('to')) : now;
		const from = isMonth(query.get('from')) ? String(query.get('from')) : to;
		return from <= to ? { from, to } : { from: to, to: from };
	});
	const [cohort, setCohort] = useState(() => readCohort(query));
	const of = cohortQuery(cohort);
	const key = `${period.from}..${period.to}${of}`;
	const days = `from=${period.from}-01&to=${lastDay(period.to)}${of}`;
	useEffect(() => keepQuery(new URLSearchParams({ ...period, ...Object.fromEntries(Object.entries(cohort).filter(([, v]) => v)) })), [key]);
	const table = useLoad(() => get(`/v1/metrics/detections?${days}`), key);
	const trend = useLoad(() => get(`/v1/metrics/trend?to=${period.to}${of}`), key);
	const months = useLoad(() => get(`/v1/metrics/company-months?from=${period.from}&to=${period.to}${of}`), key);
	const response = useLoad(() => get(`/v1/metrics/response?${days}`), key);
	const spread = useLoad(() => get(`/v1/metrics/incidents?${days}`), key);
	const coverage = useLoad(() => get(`/v1/metrics/coverage?${days}&limit=500`), key);
	const peers = useLoad(() => get(`/v1/metrics/peers?month=${period.to}`), period.to);
	const loads = [table, trend, months, response, spread, coverage, peers];
	const error = loads.find((l) => l.error)?.error;
	return html`<div class="page metrics scrolls">
		<div class="filters">${h(PeriodBar, { period, now, onChange: setPeriod })} ${h(CohortBar, { cohort, onChange: setCohort })}</div>
		${error && Failed({ error, retry: () => loads.forEach((l) => l.reload()) })} ${!table.value && !error && Loading()} ${table.value && Detections({ table: /** @type {DetectionTable} */ (table.value) })}
		${trend.value && h(TrendCard, { rows: /** @type {any} */ (trend.value).rows, save: saveCsv })}
		<div class="two">
			<div class="stack-column">${coverage.value && CoverageCard({ f: coverage.value })}</div>
			<div class="stack-column">${spread.value && IncidentCard({ f: spread.value })}</div>
		</div>
		${response.value && h(ResponseCard, { figures: /** @type {import('../desk-types').ResponseFigures} */ (response.value), save: saveCsv })}
		${months.value && h(Months, { key, rows: /** @type {any} */ (months.value).rows, period })} ${peers.value && PeersCard({ cells: /** @type {any} */ (peers.value).rows })}
	</div>`;
}

/** @param {{period: Period, now: string, onChange: (period: Period) => void}} props */
function PeriodBar({ period, now, onChange }) {
	/** An end that passes the other takes it along. @param {Partial<Period>} change */
	const set = (change) => {
		const next = { ...period, ...change };
		if (next.from > next.to) onChange(change.from ? { from: next.from, to: next.from } : { from: next.to, to: next.to });
		else onChange(next);
	};
	/** @type {[string, Period][]} */
	const presets = [
		['this_month', { from: now, to: now }],
		['last_month', { from: addMonths(now, -1), to: addMonths(now, -1) }],
		['three_months', { from: addMonths(now, -2), to: now }],
		['year', { from: addMonths(now, -11), to: now }],
	];
	return html`<form class="period" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
		${MonthPicker({ label: t('metrics.from'), name: 'from', value: period.from, now, onChange: (from) => set({ from }) })}
		<span class="dim">–</span>
		${MonthPicker({ label: t('metrics.to'), name: 'to', value: period.to, now, onChange: (to) => set({ to }) })}
		<span class="segments">
			${presets.map(
				([name, p]) => html`<button type="button" class="segment" aria-pressed=${p.from === period.from && p.to === period.to} onClick=${() => onChange(p)}>${t(`metrics.${name}`)}</button>`,
			)}
		</span>
	</form>`;
}

/** Year and month as two lists: works alike in every browser and language. @param {{label: string, name: string, value: string, now: string, onChange: (month: string) => void}} props */
function MonthPicker({ label, name, value, now, onChange }) {
	const [year, month] = value.split('-');
	const last = Math.max(Number(now.slice(0, 4)), Number(year));
	const first = Math.min(FIRST_YEAR, Number(year));
	const years = Array.from({ length: last - first + 1 }, (_, i) => String(last - i));
	const months = Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0'));
	return html`<span class="month-picker" role="group" aria-label=${label}>
		${Choice({ label: `${label}: ${t('metrics.year_label')}`, id: `${name}-year`, value: year, usual: year, options: years.map((y) => [y, t('metrics.year_value', { year: y })]), onChange: (y) => onChange(`${y}-${month}`) })}
		${Choice({ label: `${label}: ${t('metrics.month_label')}`, id: `${name}-month`, value: month, usual: month, options: months.map((m) => [m, t('metrics.month_value', { month: String(Number(m)) })]), onChange: (m) => onChange(`${year}-${m}`) })}
	</span>`;
}

/** @param {{table: DetectionTable}} props */
function Detections({ table }) {
	return html`<section class="card detections">
		<h2>
			${t('metrics.title')} <small>${table.from} – ${table.to}</small>
			<button class="button quiet" onClick=${() => saveTable(table)}>${Icon({ name: 'download' })}CSV</button>
		</h2>
		<dl class="facts">
			<div class="fact"><dt>${t('metrics.monitored')}</dt><dd>${t('metrics.companies_value', { n: table.monitored_companies })}</dd></div>
			<div class="fact"><dt>${t('metrics.mean_days')}</dt><dd>${t('metrics.days_value', { days: table.mean_monitored_days === null ? '―' : table.mean_monitored_days.toFixed(1) })}</dd></div>
		</dl>
		<div class="table-scroll"><table class="detection-table">
			<thead>
				<tr>
					<th scope="col">${t('metrics.kind')}</th>
					<th scope="col" class="end">${t('metrics.affected')}</th>
					<th scope="col" class="end">${t('metrics.share')}</th>
					<th scope="col" class="end">${t('metrics.detections')}</th>
					<th scope="col" class="end">${t('metrics.per_affected')}<small>${t('metrics.unit')}</small></th>
					<th scope="col" class="end">${t('metrics.per_monitored')}<small>${t('metrics.unit')}</small></th>
				</tr>
			</thead>
			<tbody>
				${table.rows.map((row) => DetectionLine({ row, monitored: table.monitored_companies }))}
			</tbody>
		</table></div>
		<p class="footnote">${t('metrics.note')}</p>
	</section>`;
}

/** @param {{row: DetectionRow, monitored: number}} props */
function DetectionLine({ row, monitored }) {
	const total = row.engine === 'total';
	return html`<tr class=${`${total ? 'total' : ''} ${row.detections ? '' : 'zero'}`} data-row=${`${row.direction}.${row.engine}`}>
		<th scope="row">${total ? word('direction', row.direction) : word('engine', row.engine)}</th>
		<td class="end">${count(row.companies)}</td>
		<td class="end">${showShare(monitored ? row.companies / monitored : null)}</td>
		<td class="end">${count(row.detections)}</td>
		<td class="end rate">${showRate(row.per_company_month)}</td>
		<td class="end">${showRate(row.per_monitored_company_month)}</td>
	</tr>`;
}

/** @param {string} name @param {unknown[][]} rows */
function saveCsv(name, rows) {
	const url = URL.createObjectURL(new Blob([toCsv(rows)], { type: 'text/csv' }));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** @param {DetectionTable} table */
function saveTable(table) {
	saveCsv(`hinomi-detections-${table.from}-${table.to}.csv`, [
		[t('metrics.csv_direction'), t('metrics.kind'), t('metrics.affected'), t('metrics.detections'), t('metrics.per_affected'), t('metrics.per_monitored')],
		...table.rows.map((r) => [word('direction', r.direction), word('engine', r.engine), r.companies, r.detections, r.per_company_month, r.per_monitored_company_month]),
		[],
		[t('metrics.monitored'), table.monitored_companies],
		[t('metrics.mean_days'), table.mean_monitored_days],
	]);
}

/** One row a company. @param {CompanyMonth[]} rows @returns {CompanyRow[]} */
function byCompany(rows) {
	/** @type {Map<number, CompanyRow>} */
	const out = new Map();
	for (const r of rows) {
		const held = out.get(r.company_id) ?? { id: r.company_id, company: r.company, months: new Map(), incidents: 0, detections: 0, days: 0 };
		held.months.set(r.month, r);
		held.incidents += r.incidents;
		held.detections += r.detections;
		held.days += r.monitored_days;
		out.set(r.company_id, held);
	}
	return [...out.values()];
}

/** @param {string[]} months @param {'incidents' | 'detections'} figure @returns {import('../ui/table-grid.js').SortColumn<CompanyRow>[]} */
function monthColumns(months, figure) {
	return [
		{ key: 'company', label: t('column.company'), width: 'minmax(160px, 260px)', paint: (c, r) => anchor(c, `/companies/${r.id}`, r.company), sort: (r) => r.company },
		{ key: 'days', label: t('metrics.monitored_days'), width: '92px', align: 'end', paint: (c, r) => text(c, count(r.days)), sort: (r) => r.days },
		{ key: 'total', label: t('metrics.total'), width: '84px', align: 'end', paint: (c, r) => text(c, count(r[figure])), sort: (r) => r[figure] },
		...months.map((m) => ({
			key: m,
			label: months.length > 6 ? m.slice(2) : zone().month(m),
			width: 'minmax(58px, 110px)',
			align: /** @type {const} */ ('end'),
			paint: (/** @type {HTMLElement} */ c, /** @type {CompanyRow} */ r) => {
				const cell = r.months.get(m);
				text(c, cell ? count(cell[figure]) : '', cell ? t('metrics.cell', { incidents: cell.incidents, detections: cell.detections, days: cell.monitored_days }) : '');
				c.classList.toggle('zero', !cell || cell[figure] === 0);
			},
			sort: (/** @type {CompanyRow} */ r) => r.months.get(m)?.[figure] ?? -1,
		})),
	];
}

/** @param {{rows: CompanyMonth[], period: Period}} props */
function Months({ rows, period }) {
	const [figure, setFigure] = useState(/** @type {'incidents' | 'detections'} */ ('incidents'));
	const companies = useMemo(() => byCompany(rows), [rows]);
	const months = monthsBetween(period.from, period.to);
	const save = () =>
		saveCsv(`hinomi-company-months-${period.from}-${period.to}.csv`, [
			[t('column.company'), t('metrics.month_label'), t('column.incidents'), t('column.detections'), t('metrics.monitored_days')],
			...rows.map((r) => [r.company, r.month, r.incidents, r.detections, r.monitored_days]),
		]);
	return html`<section class="card">
		<h2>
			${t('metrics.by_company')}
			<span class="segments">
				${/** @type {const} */ (['incidents', 'detections']).map((f) => html`<button type="button" class="segment" aria-pressed=${f === figure} onClick=${() => setFigure(f)}>${t(`column.${f}`)}</button>`)}
			</span>
			<button class="button quiet" onClick=${save}>${Icon({ name: 'download' })}CSV</button>
		</h2>
		${companies.length ? h(/** @type {typeof TableGrid<CompanyRow>} */ (TableGrid), { key: figure, label: t('metrics.by_company'), columns: () => monthColumns(months, figure), items: companies, sort: { key: 'total', down: true }, rows: 14 }) : Empty({ text: t('metrics.nobody') })}
	</section>`;
}
