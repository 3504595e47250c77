// @ts-check
/* What the pages of reports share: chips, files that are drawn when they are asked for, runs with their progress. */
import { h, html, useEffect, useState } from '../lib.js';
import { count, mayDo, say, t, word } from '../app.js';
import { get, request, send } from '../api.js';
import { fileName, progress } from '../core/report-flow.js';
import { emit, listen } from '../stream.js';
import { useWork } from './fields.js';
import { Icon } from './icons.js';
import { Time } from './parts.js';

/** @typedef {import('../types-reports').ReportRun} ReportRun */

/** A file that takes longer than this is given up. */
const DRAWN_MS = 60000;
const RUN_MS = 1500;

/** @param {{step: string}} props  '': none */
export function StepChip({ step }) {
	return step ? html`<span class=${`chip step-${step}`}>${word('report_step', step)}</span>` : null;
}

/**
 * Asks for a file until it is drawn. null: the signal stopped it.
 * @param {string} path @param {AbortSignal} [signal]
 * @returns {Promise<Response | null>}
 */
export async function drawn(path, signal) {
	const until = Date.now() + DRAWN_MS;
	for (;;) {
		const response = await request('GET', path, { signal });
		if (response.status !== 202) return response;
		if (Date.now() > until) throw new Error(t('report.slow'));
		await new Promise((done) => setTimeout(done, Math.min(2000, 300 * Math.max(1, Number(response.headers.get('Retry-After') ?? 1)))));
		if (signal?.aborted) return null;
	}
}

/** Saves it under the name that the server gives. @param {string} path @param {string} name */
export async function saveFile(path, name) {
	const response = await drawn(path);
	if (!response) return;
	const url = URL.createObjectURL(await response.blob());
	const link = document.createElement('a');
	link.href = url;
	link.download = fileName(response.headers.get('Content-Disposition'), name);
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** Buttons that save a document in its formats. @param {{path: string, formats: string[], name: string}} props path: with its query, but for the format */
export function Downloads({ path, formats, name }) {
	const [busy, run] = useWork();
	return html`<span class="downloads">
		${formats.map((f) => html`<button type="button" class="button" disabled=${busy} onClick=${() => run(() => saveFile(`${path}${path.includes('?') ? '&' : '?'}format=${f}`, `${name}.${f}`))}>${Icon({ name: 'download' })}${f.toUpperCase()}</button>`)}
		${busy && html`<span class="dim" role="status">${t('report.drawing')}</span>`}
	</span>`;
}

const RUN_STARTED = 'report-run.started';

/** Tells what shows runs that there is a new one. @param {string} month */
export function runStarted(month) {
	say(t('run.started'));
	emit({ id: '', event: RUN_STARTED, data: { month } });
}

/** @param {ReportRun} r */
function ending(r) {
	const what = word('run_kind', r.kind);
	if (r.error) return `${what}: ${r.error}`;
	return r.kind === 'close' ? t(r.state === 'stopped' ? 'run.stopped' : 'run.closed', { what }) : t(r.state === 'stopped' ? 'run.stopped' : r.failed ? 'run.over_failed' : 'run.over', { what, done: count(r.done), failed: count(r.failed) });
}

/** Runs that are not finished, and what failed in the last one. @param {{month: string, reload: () => void}} props */
export function Runs({ month, reload }) {
	const [runs, setRuns] = useState(/** @type {ReportRun[]} */ ([]));
	useEffect(() => {
		let timer = 0;
		let over = false;
		let working = false;
		/** Those that were over when we came, or were told of since. @type {Set<number> | null} */
		let told = null;
		const look = async () => {
			clearTimeout(timer);
			try {
				const answer = /** @type {{runs: ReportRun[]}} */ (await get(`/v1/report-runs?month=${month}`));
				if (over) return;
				const ended = answer.runs.filter((r) => r.state !== 'running');
				const fresh = ended.filter((r) => told && !told.has(r.id));
				told = new Set(ended.map((r) => r.id));
				working = answer.runs.some((r) => r.state === 'running');
				if (fresh.length) {
					reload();
					say(fresh.map(ending).join(' · '), fresh.some((r) => r.failed || r.error) ? 'error' : 'info');
				}
				setRuns(answer.runs);
				timer = setTimeout(look, working ? RUN_MS : 10 * RUN_MS);
			} catch (error) {
				if (!over) say(/** @type {Error} */ (error).message, 'error');
			}
		};
		look();
		/* One's own run may be over before its first event: the page says when it has started one. */
		const unlisten = listen((event) => ['report.upsert', RUN_STARTED].includes(event.event) && !working && look());
		return () => {
			over = true;
			clearTimeout(timer);
			unlisten();
		};
	}, [month]);
	const shown = runs.filter((r, i) => r.state === 'running' || (i === 0 && (r.failed > 0 || r.error)));
	return html`<div class="runs">${shown.map((r) => h(RunLine, { key: r.id, r }))}</div>`;
}

/** @param {{r: ReportRun}} props */
function RunLine({ r }) {
	const [busy, work] = useWork();
	const [failures, setFailures] = useState(/** @type {ReportRun['failures'] | null} */ (null));
	const part = progress(r);
	return html`<div class=${`run run-${r.state}`} data-run=${r.id}>
		<b>${word('run_kind', r.kind)}</b>
		<progress max="100" value=${part} aria-label=${word('run_kind', r.kind)}></progress>
		<span>${t('run.progress', { done: r.done, total: r.total })}</span>
		${r.failed > 0 && html`<button type="button" class="text-button hot" aria-expanded=${failures !== null} onClick=${() => (failures ? setFailures(null) : work(async () => setFailures(/** @type {ReportRun} */ (await get(`/v1/report-runs/${r.id}`)).failures ?? [])))}>${t('run.failed', { n: r.failed })}</button>`}
		<span class="dim">${r.asked_by ?? t('report.by_itself')} ${Time({ ts: r.asked_at })}</span>
		${r.state === 'running' && mayDo('manage_reports') && html`<button type="button" class="button quiet" disabled=${busy} onClick=${() => work(() => send('POST', `/v1/report-runs/${r.id}/stop`))}>${t('run.stop')}</button>`}
		${r.error && html`<p class="form-error">${r.error}</p>`}
		${failures &&
		html`<ul class="run-failures">
			${failures.map((f) => html`<li>${f.report_id ? html`<a href=${`/reports/${f.report_id}`}>${f.company ?? `R-${f.report_id}`}</a>` : (f.company ?? '')} <span class="dim">${f.error}</span></li>`)}
		</ul>`}
	</div>`;
}

/** A month as a year and a month, the newest first. @param {{label: string, value: string, months: string[], onChange: (month: string) => void, naming: (month: string) => string}} props */
export function MonthChoice({ label, value, months, onChange, naming }) {
	return html`<select class="choice" aria-label=${label} value=${value} onChange=${(/** @type {Event} */ e) => onChange(/** @type {HTMLSelectElement} */ (e.target).value)}>
		${months.map((m) => html`<option value=${m} selected=${m === value}>${naming(m)}</option>`)}
	</select>`;
}

/** What differs between a version and the one before. @param {{versions: import('../types-reports').FrozenVersion[], current?: number}} props */
export function Versions({ versions, current }) {
	return html`<ol class="versions" reversed>
		${versions.map(
			(v) => html`<li class=${v.version === current ? 'current' : ''}>
				<p><b>${t('report.version', { n: v.version })}</b> ${v.version === current && html`<span class="chip">${t('report.shown_version')}</span>`} ${Time({ ts: v.made_at })} <span class="dim">${v.made_by ?? t('report.by_itself')}</span> <code title=${v.sha256}>${v.sha256.slice(0, 12)}</code></p>
				${v.reason && html`<p>${v.reason}</p>`}
				${v.changes.length > 0 &&
				html`<details>
					<summary>${t('report.changes', { n: v.changes.length })}</summary>
					<ul class="changes">
						${v.changes.map((c) => html`<li><code>${c.path}</code> ${shownValue(c.from)} → ${shownValue(c.to)}</li>`)}
					</ul>
				</details>`}
			</li>`,
		)}
	</ol>`;
}

/** @param {unknown} value */
function shownValue(value) {
	if (typeof value === 'number') return count(value);
	return value === null || value === undefined ? '―' : typeof value === 'string' ? value : JSON.stringify(value);
}
