// @ts-check
/* Months: which are closed, since when, and whether anything came late. */
import { html, useEffect, useLoad } from '../lib.js';
import { count, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { GRADES, STEPS } from '../core/report-flow.js';
import { Throttle } from '../core/throttle.js';
import { listen } from '../stream.js';
import { Empty, Failed, Loading, Time } from '../ui/parts.js';
import { StepChip } from '../ui/report-parts.js';
import { Tabs } from '../ui/tabs.js';
import { Weather } from '../ui/weather.js';

/** @typedef {import('../types-reports').MonthState} MonthState */

export function Months() {
	const { value, error, reload } = useLoad(() => get('/v1/months'), '');
	useEffect(() => {
		document.title = `${t('tab.months')} - Hinomi`;
		const again = new Throttle(reload, 2000);
		const unlisten = listen((event) => event.event === 'report.upsert' && again.call());
		return () => {
			unlisten();
			again.stop();
		};
	}, []);
	const months = /** @type {MonthState[] | null} */ (value ? value.months : null);
	return html`<div class="page">
		${Tabs({ group: 'reports', current: 'months' })}
		<div class="scrolls">
			${error && Failed({ error, retry: reload })} ${!months && !error && Loading()} ${months?.length === 0 && Empty({ text: t('month.none') })}
			${months &&
			months.length > 0 &&
			html`<section class="card"><div class="table-scroll"><table class="plain months">
				<thead><tr><th scope="col">${t('report.month')}</th><th scope="col">${t('month.closed')}</th><th scope="col" class="end">${t('month.reports')}</th><th scope="col">${t('report.steps')}</th><th scope="col">${t('report.grade')}</th></tr></thead>
				<tbody>${months.map((m) => Line({ m }))}</tbody>
			</table></div></section>`}
		</div>
	</div>`;
}

/** @param {{m: MonthState}} props */
function Line({ m }) {
	return html`<tr>
		<th scope="row"><a href=${`/months/${m.month}`}>${zone().month(m.month)}</a></th>
		<td>${m.version === null ? html`<span class=${m.over ? 'chip warn' : 'chip'}>${t(m.over ? 'month.open' : 'month.running')}</span>` : html`${Time({ ts: m.closed_at })} <span class="dim">${m.closed_by ?? t('report.by_itself')}</span> ${m.version > 1 && html`<span class="chip">${t('report.version', { n: m.version })}</span>`} ${m.outdated ? html`<span class="chip warn">${t('month.outdated', { n: m.outdated })}</span>` : ''}`}</td>
		<td class="end"><a href=${`/reports?month=${m.month}`}>${count(m.reports.total)}</a></td>
		<td>${STEPS.filter((s) => m.reports[s]).map((s) => html`<a href=${`/reports?month=${m.month}&state=${s}`}>${StepChip({ step: s })} ${count(m.reports[s])}</a> `)}</td>
		<td class="grades">${GRADES.filter((g) => m.grades[g]).map((g) => html`<a href=${`/reports?month=${m.month}&grade=${g}`} title=${word('grade', g)}>${Weather({ grade: g })} ${count(m.grades[g])}</a> `)}</td>
	</tr>`;
}
