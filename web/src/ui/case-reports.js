// @ts-check
/* Reports of a case: the first one at once, interim ones, the final one. */
import { html, useEffect, useLoad } from '../lib.js';
import { mayDo, t, word } from '../app.js';
import { get, send } from '../api.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { useWork } from './fields.js';
import { Failed, Time } from './parts.js';
import { StepChip } from './report-parts.js';

/** @typedef {import('../types-reports').Report} Report */
const KINDS = /** @type {const} */ (['first', 'interim', 'final']);

/** @param {{incident: number}} props */
export function CaseReports({ incident }) {
	const { value, error, reload } = useLoad(() => get(`/v1/incidents/${incident}/reports`), String(incident));
	const [busy, run] = useWork();
	useEffect(() => listen((event) => /** @type {any} */ (event.data).report?.incident_id === incident && reload()), [incident]);
	const reports = /** @type {Report[]} */ (value?.reports ?? []);
	const open = (/** @type {string} */ kind) => (kind === 'interim' ? reports.every((r) => r.kind !== kind || ['published', 'withdrawn'].includes(r.state)) : reports.every((r) => r.kind !== kind));
	return html`<section class="card case-reports">
		<h2>
			${t('case_report.title')}
			${value && mayDo('write_reports') && html`<span class="push actions">${KINDS.filter(open).map((kind) => html`<button class="button" disabled=${busy} onClick=${() => run(async () => navigate(`/reports/${/** @type {Report} */ (await send('POST', `/v1/incidents/${incident}/reports`, { kind })).id}`))}>${t(`case_report.${kind}`)}</button>`)}</span>`}
		</h2>
		${error && Failed({ error, retry: reload })} ${value && !reports.length && html`<p class="dim">${t('case_report.none')}</p>`} ${ReportLines({ reports })}
	</section>`;
}

/** @param {{reports: Report[]}} props */
export function ReportLines({ reports }) {
	return html`<ul class="portal-list">
		${reports.map((r) => html`<li><a href=${`/reports/${r.id}`}><span class="dim">${r.reference}</span> <b>${word('report_kind', r.kind)}${r.kind === 'interim' ? ` ${r.issue}` : ''}</b></a> ${StepChip({ step: r.step })} <span class="dim">${Time({ ts: r.published_at ?? r.created_at })}</span></li>`)}
	</ul>`;
}
