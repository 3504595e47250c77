// @ts-check
/* How fast incidents were taken on, told and settled, by severity, and how many of the promises were kept. */
import { html, useState } from '../lib.js';
import { count, t } from '../app.js';
import { span } from '../core/clocks.js';
import { Icon } from './icons.js';
import { Severity } from './parts.js';

/** @typedef {import('../desk-types').ResponseFigures} ResponseFigures */
/** @typedef {import('../desk-types').ResponseRow} ResponseRow */
/** @typedef {import('../desk-types').ResponseFigure} ResponseFigure */

export const FIGURES = /** @type {const} */ (['mttd', 'mtta', 'mttn', 'mttc', 'mttr']);

/** @param {{figures: ResponseFigures, save: (name: string, rows: unknown[][]) => void}} props */
export function ResponseCard({ figures, save }) {
	const [without, setWithout] = useState(false);
	/** @param {ResponseFigure} f */
	const of = (f) => (without ? f.without_waiting : f);
	const csv = () =>
		save(`hinomi-response-${figures.from}-${figures.to}.csv`, [
			[t('column.severity'), t('column.incidents'), ...FIGURES.flatMap((f) => [`${t(`response.${f}`)} ${t('response.count')}`, `${t(`response.${f}`)} ${t('response.median')}`, `${t(`response.${f}`)} ${t('response.p90')}`, `${t(`response.${f}`)} ${t('response.mean')}`]), t('response.acknowledge'), t('response.notify')],
			...figures.rows.map((r) => [r.severity ?? t('metrics.total'), r.incidents, ...FIGURES.flatMap((f) => [r[f].count, of(r[f]).median_s, of(r[f]).p90_s, of(r[f]).mean_s]), r.acknowledge.percent, r.notify.percent]),
		]);
	return html`<section class="card response">
		<h2>
			${t('response.title')} <small>${figures.from} – ${figures.to}</small>
			<span class="segments">
				${[false, true].map((w) => html`<button type="button" class="segment" aria-pressed=${w === without} onClick=${() => setWithout(w)}>${t(w ? 'response.without' : 'response.with')}</button>`)}
			</span>
			<button class="button quiet" onClick=${csv}>${Icon({ name: 'download' })}CSV</button>
		</h2>
		<div class="table-scroll" tabindex="0" role="region" aria-label=${t('response.title')}>
			<table class="detection-table">
				<thead>
					<tr>
						<th scope="col">${t('column.severity')}</th>
						<th scope="col" class="end">${t('column.incidents')}</th>
						${FIGURES.map((f) => html`<th scope="col" class="end">${t(`response.${f}`)}<small>${t('response.median')} / ${t('response.p90')}</small></th>`)}
						<th scope="col" class="end">${t('response.acknowledge')}</th>
						<th scope="col" class="end">${t('response.notify')}</th>
					</tr>
				</thead>
				<tbody>
					${figures.rows.map((r) => Line({ r, of }))}
				</tbody>
			</table>
		</div>
		<p class="footnote">${t('response.note')}</p>
	</section>`;
}

/** @param {{r: ResponseRow, of: (f: ResponseFigure) => {median_s: number | null, p90_s: number | null}}} props */
function Line({ r, of }) {
	return html`<tr class=${`${r.severity === null ? 'total' : ''} ${r.incidents ? '' : 'zero'}`} data-row=${r.severity ?? 'all'}>
		<th scope="row">${r.severity === null ? t('metrics.total') : Severity({ level: r.severity, long: true })}</th>
		<td class="end">${count(r.incidents)}</td>
		${FIGURES.map((f) => html`<td class="end" title=${t('response.of', { n: r[f].count })}>${seconds(of(r[f]).median_s)}<small class="dim"> / ${seconds(of(r[f]).p90_s)}</small></td>`)}
		${Kept({ a: r.acknowledge })} ${Kept({ a: r.notify })}
	</tr>`;
}

/** @param {{a: import('../desk-types').Attainment}} props */
function Kept({ a }) {
	return html`<td class=${`end ${a.missed ? 'hot' : ''}`} title=${t('response.kept', { kept: a.kept, missed: a.missed, running: a.running })}>${a.percent === null ? '―' : `${a.percent.toFixed(1)}%`}</td>`;
}

/** @param {number | null} s */
function seconds(s) {
	return s === null ? '―' : span(s * 1000);
}
