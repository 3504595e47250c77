// @ts-check
/* What was published for a member: its months, its cases. */
import { h, html, useEffect, useLoad } from '../lib.js';
import { isStaff, mayDo, t, word } from '../app.js';
import { get, send } from '../api.js';
import { listen } from '../stream.js';
import { reportTitle } from './report-title.js';
import { Segments, useWork } from './fields.js';
import { Failed, Time } from './parts.js';
import { Downloads, StepChip } from './report-parts.js';
import { Weather } from './weather.js';

/** @typedef {import('../types-reports').Report} Report */
const SHOWN = 13;

/** @param {{company: number, written?: string, changed?: () => void}} props written: the language of its reports, which can be changed here */
export function MemberReports({ company, written, changed }) {
	const [busy, run] = useWork(changed);
	const { value, error, reload } = useLoad(() => get(`/v1/reports?company=${company}&limit=${SHOWN}`), String(company));
	useEffect(() => listen((event) => /** @type {any} */ (event.data).report?.company_id === company && reload()), [company]);
	const reports = /** @type {Report[]} */ ((value?.reports ?? []).filter((/** @type {Report} */ r) => r.kind !== 'certificate'));
	return html`<section class="card member-reports">
		<h2>${t('page.reports')} ${written && mayDo('report_language') && html`<span class="push">${Segments({ label: t('report.language'), value: written, options: [['ja', '日本語'], ['en', 'English']], onChange: (l) => !busy && run(() => send('PATCH', `/v1/companies/${company}`, { report_language: l })) })}</span>`}</h2>
		${error && Failed({ error, retry: reload })} ${value && !reports.length && html`<p class="dim">${t('portal.no_reports')}</p>`}
		<ul class="portal-list">${reports.map((r) => h(Line, { key: r.id, r }))}</ul>
	</section>`;
}

/** @param {{r: Report}} props */
function Line({ r }) {
	return html`<li class=${!isStaff() && r.state === 'withdrawn' ? 'withdrawn' : ''}>
		${r.grade && Weather({ grade: r.grade })} <a href=${`/reports/${r.id}`}><b>${reportTitle(r)}</b></a> ${r.grade && html`<span>${word('grade', r.grade)}</span>`} ${r.issue > 1 && r.kind !== 'interim' && html`<span class="chip">${t('report.issue', { n: r.issue })}</span>`}
		${isStaff() ? html`${StepChip({ step: r.step })} <span class="dim">${Time({ ts: r.published_at ?? r.created_at })}</span>` : r.state === 'withdrawn' ? html`<span class="chip step-withdrawn">${word('report_step', 'withdrawn')}</span>` : html`${!r.opened_at && html`<span class="chip step-approved">${t('portal.new')}</span>`} <span class="dim">${Time({ ts: r.published_at })}</span> ${h(Downloads, { path: `/v1/reports/${r.id}/file`, formats: ['pdf'], name: r.reference })}`}
	</li>`;
}
