// @ts-check
/* What companies pay for a month: by plan and membership, with the days on which the contract is valid, and tax. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, t, zone } from '../app.js';
import { get } from '../api.js';
import { addMonths, isMonth } from '../core/months.js';
import { keepQuery } from '../router.js';
import { anchor, text } from '../ui/cells.js';
import { Empty, Failed, Loading } from '../ui/parts.js';
import { Downloads, MonthChoice } from '../ui/report-parts.js';
import { TableGrid } from '../ui/table-grid.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {{id: number, company_id: number, company: string, member_no: string | null, plan: string, is_member: boolean, from_day: string, to_day: string | null, days: number, yen: number, tax_percent: number | null, tax: number | null, yen_taxed: number | null, changed: boolean, warnings: string[]}} BillingLine */
/** @typedef {{plan: string, is_member: boolean, companies: number, yen: number, yen_taxed: number | null}} BillingTotal */

const MONTHS = 24;

/** @returns {import('../ui/table-grid.js').SortColumn<BillingLine>[]} */
function columns() {
	return [
		{ key: 'company', label: t('column.company'), width: 'minmax(170px, 2fr)', paint: (c, l) => anchor(c, `/companies/${l.company_id}`, l.company), sort: (l) => l.company },
		{ key: 'member_no', label: t('report.member_no'), width: '96px', paint: (c, l) => text(c, l.member_no ?? '―'), sort: (l) => l.member_no ?? '' },
		{ key: 'plan', label: t('billing.plan'), width: 'minmax(110px, 1fr)', paint: (c, l) => text(c, l.plan), sort: (l) => l.plan },
		{ key: 'member', label: t('cohort.member'), width: '108px', paint: (c, l) => text(c, t(l.is_member ? 'company.member' : 'company.non_member')), sort: (l) => Number(l.is_member) },
		{ key: 'valid', label: t('billing.valid'), width: '190px', paint: (c, l) => text(c, `${l.from_day} – ${l.to_day ?? t('company.now')}`), sort: (l) => l.from_day },
		{ key: 'yen', label: t('billing.yen'), width: '124px', align: 'end', paint: (c, l) => text(c, count(l.yen)), sort: (l) => l.yen },
		{ key: 'tax', label: t('billing.tax'), width: '108px', align: 'end', paint: (c, l) => text(c, l.tax === null ? '―' : `${count(l.tax)} (${l.tax_percent}%)`), sort: (l) => l.tax ?? 0 },
		{ key: 'yen_taxed', label: t('billing.yen_taxed'), width: '100px', align: 'end', paint: (c, l) => text(c, count(l.yen_taxed)), sort: (l) => l.yen_taxed ?? 0 },
		{ key: 'notes', label: t('billing.notes'), width: 'minmax(120px, 1fr)', paint: (c, l) => text(c, [l.changed ? t('billing.changed') : '', ...l.warnings.map((w) => t(`billing.${w}`))].filter(Boolean).join('・')), sort: (l) => Number(l.changed) + l.warnings.length },
	];
}

/** @param {{query: URLSearchParams}} props */
export function Billing({ query }) {
	const now = zone().day(Date.now()).slice(0, 7);
	const [month, setMonth] = useState(isMonth(query.get('month')) ? String(query.get('month')) : now);
	const { value, error, reload } = useLoad(() => get(`/v1/billing?month=${month}`), month);
	useEffect(() => keepQuery(new URLSearchParams(month === now ? {} : { month })), [month]);
	useEffect(() => {
		document.title = `${t('tab.billing')} - Hinomi`;
	}, []);
	const bill = /** @type {{lines: BillingLine[], totals: BillingTotal[], companies: number, yen: number, yen_taxed: number | null} | null} */ (value);
	return html`<div class="page">
		${Tabs({ group: 'reports', current: 'billing' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${MonthChoice({ label: t('billing.month'), value: month, months: Array.from({ length: MONTHS }, (_, i) => addMonths(now, 1 - i)), naming: (m) => zone().month(m), onChange: setMonth })}
			<span class="push">${h(Downloads, { path: `/v1/billing?month=${month}`, formats: ['csv'], name: `billing-${month}` })}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!bill && !error && Loading()} ${bill && !bill.lines.length && Empty({ text: t('billing.none') })}
		${bill && bill.lines.length > 0 && html`${Totals({ bill })} ${h(/** @type {typeof TableGrid<BillingLine>} */ (TableGrid), { key: month, label: t('tab.billing'), columns, items: bill.lines.map((l) => ({ ...l, id: l.company_id })), sort: { key: 'company', down: false } })}`}
	</div>`;
}

/** @param {{bill: {totals: BillingTotal[], companies: number, yen: number, yen_taxed: number | null}}} props */
function Totals({ bill }) {
	return html`<div class="table-scroll billing-totals"><table class="plain">
		<thead><tr><th scope="col">${t('billing.plan')}</th><th scope="col">${t('cohort.member')}</th><th scope="col" class="end">${t('billing.companies')}</th><th scope="col" class="end">${t('billing.yen')}</th><th scope="col" class="end">${t('billing.yen_taxed')}</th></tr></thead>
		<tbody>
			${bill.totals.map((x) => html`<tr><td>${x.plan}</td><td>${t(x.is_member ? 'company.member' : 'company.non_member')}</td><td class="end">${count(x.companies)}</td><td class="end">${count(x.yen)}</td><td class="end">${count(x.yen_taxed)}</td></tr>`)}
			<tr class="total"><th scope="row" colspan="2">${t('metrics.total')}</th><td class="end">${count(bill.companies)}</td><td class="end">${count(bill.yen)}</td><td class="end">${count(bill.yen_taxed)}</td></tr>
		</tbody>
	</table></div>`;
}
