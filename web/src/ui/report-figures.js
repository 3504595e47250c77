// @ts-check
/* What a monthly report is drawn from, in short: the month beside the one before, its cases, what it asks for. For whoever
 * writes the comment, and for a member with a telephone, on which a page of A4 is small. */
import { html } from '../lib.js';
import { count, isStaff, t } from '../app.js';
import { showShare } from '../core/rate.js';
import { Pair } from './peek.js';
import { Severity } from './parts.js';

/** @typedef {{month: string, monitored_days: number, inbound: number, inbound_stopped: number, outbound: number, outbound_stopped: number, viruses: number, viruses_removed: number, incidents: number}} MonthCount */
/** @typedef {{incident_id: number, no: number, ja: string, en: string, severity: number, open: boolean, carried: boolean}} CaseRow */
/** @typedef {{who_ja: string, who_en: string, what_ja: string, what_en: string, due_on: string, minutes: number}} RequestRow */

const COUNTS = /** @type {const} */ ([
	['inbound', 'inbound_stopped'],
	['outbound', 'outbound_stopped'],
	['viruses', 'viruses_removed'],
	['incidents', ''],
]);

/** A text that stands in both languages. @param {Record<string, any>} x @param {string} [name] */
function said(x, name = '') {
	const language = document.documentElement.lang === 'ja' ? 'ja' : 'en';
	return String(x[name ? `${name}_${language}` : language] ?? '');
}

/** @param {{figures: Record<string, any>}} props */
export function MonthFigures({ figures }) {
	const months = /** @type {MonthCount[]} */ (figures.months ?? []);
	const [before, now] = [months[months.length - 2], months[months.length - 1]];
	const cases = /** @type {CaseRow[]} */ (figures.cases ?? []);
	const requests = /** @type {RequestRow[]} */ (figures.requests ?? []);
	return html`${(figures.reasons ?? []).length > 0 && html`<h3>${t('report.why')}</h3><ul class="reasons">${figures.reasons.map((/** @type {any} */ x) => html`<li>${said(x)}</li>`)}</ul>`}
		${requests.length > 0 && html`<h3>${t('report.requests')}</h3><ul class="reasons">${requests.map((x) => html`<li><b>${said(x, 'who')}</b> ${said(x, 'what')} <span class="dim">${x.due_on} ${x.minutes ? t('request.takes', { n: x.minutes }) : ''}</span></li>`)}</ul>`}
		${cases.length > 0 &&
		html`<h3>${t('report.cases')}</h3>
			<ul class="reasons">
				${cases.map((c) => html`<li>${Severity({ level: c.severity })} <a href=${`/incidents/${c.incident_id}`}>#${c.no} ${said(c)}</a> ${c.open && html`<span class="chip warn">${t('report.case_open')}</span>`}</li>`)}
			</ul>`}
		${now &&
		html`<table class="plain month-counts">
			<thead><tr><th></th><th scope="col" class="end">${t('report.this_month')}</th><th scope="col" class="end">${t('report.stopped')}</th><th scope="col" class="end">${t('report.month_before')}</th></tr></thead>
			<tbody>${COUNTS.map(([name, stopped]) => html`<tr><th scope="row">${t(`report.count_${name}`)}</th><td class="end"><b>${count(now[name])}</b></td><td class="end">${stopped ? count(now[stopped]) : ''}</td><td class="end">${before?.monitored_days ? count(before[name]) : '―'}</td></tr>`)}</tbody>
		</table>`}
		<dl class="pairs">${figures.due_hours > 0 && Pair(t('report.watched'), html`${showShare(figures.seen_hours / figures.due_hours)} <span class="dim">${t('report.watched_hours', { seen: count(figures.seen_hours), due: count(figures.due_hours) })}</span>`)}</dl>
		${isStaff() && figures.company_id && html`<p><a href=${`/incidents?company=${figures.company_id}&state=all`}>${t('report.all_incidents')}</a></p>`}`;
}
