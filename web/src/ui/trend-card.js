// @ts-check
/* Thirteen months: detections inwards and outwards, and the share of companies with contact from inside to outside. */
import { html, useState } from '../lib.js';
import { count, t, word, zone } from '../app.js';
import { showRate, showShare } from '../core/rate.js';
import { niceCeiling } from './charts.js';
import { Icon } from './icons.js';

/** @typedef {{month: string, monitored_companies: number, inbound: number, inbound_companies: number, inbound_per_company_month: number | null, outbound: number, outbound_companies: number, outbound_per_company_month: number | null, prevalence: number | null, incidents: number, coverage: number | null}} TrendMonth */

const WIDTH = 1240;
const HEIGHT = 170;
const LEFT = 56;
const BOTTOM = 20;
const FIGURES = /** @type {const} */ (['inbound', 'outbound', 'prevalence', 'incidents', 'coverage']);

/** @param {{rows: TrendMonth[], save: (name: string, rows: unknown[][]) => void}} props */
export function TrendCard({ rows, save }) {
	const [figure, setFigure] = useState(/** @type {(typeof FIGURES)[number]} */ ('outbound'));
	const shares = figure === 'prevalence' || figure === 'coverage';
	const values = rows.map((r) => r[figure]);
	const top = shares ? 1 : niceCeiling(Math.max(1, ...values.map((v) => v ?? 0)));
	const plot = HEIGHT - BOTTOM - 16;
	const step = (WIDTH - LEFT) / Math.max(1, rows.length);
	const csv = () => save(`hinomi-trend-${rows[0]?.month}-${rows[rows.length - 1]?.month}.csv`, [[t('metrics.month_label'), t('metrics.monitored'), ...FIGURES.map((f) => t(`trend.${f}`)), t('trend.inbound_rate'), t('trend.outbound_rate')], ...rows.map((r) => [r.month, r.monitored_companies, ...FIGURES.map((f) => r[f]), r.inbound_per_company_month, r.outbound_per_company_month])]);
	return html`<section class="card trend">
		<h2>
			${t('trend.title')}
			<span class="segments">${FIGURES.map((f) => html`<button type="button" class="segment" aria-pressed=${f === figure} onClick=${() => setFigure(f)}>${t(`trend.${f}`)}</button>`)}</span>
			<button class="button quiet" onClick=${csv}>${Icon({ name: 'download' })}CSV</button>
		</h2>
		<div class="table-scroll"><svg class="trend-bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${t(`trend.${figure}`)}>
			<line x1=${LEFT} x2=${WIDTH} y1=${HEIGHT - BOTTOM} y2=${HEIGHT - BOTTOM} />
			${rows.map((r, i) => {
				const v = r[figure];
				const height = v ? Math.max(1, (plot * v) / top) : 0;
				const x = LEFT + i * step;
				const label = v === null ? '―' : shares ? showShare(v) : count(v);
				return html`<g>
					<title>${`${zone().month(r.month)}\n${t(`trend.${figure}`)} ${label}\n${t('metrics.monitored')} ${count(r.monitored_companies)}\n${word('direction', 'inbound')} ${showRate(r.inbound_per_company_month)} / ${word('direction', 'outbound')} ${showRate(r.outbound_per_company_month)} ${t('metrics.unit')}`}</title>
					<rect class="hit" x=${x} width=${step} y="0" height=${HEIGHT - BOTTOM} />
					<rect class="bar-part" x=${x + step * 0.2} width=${step * 0.6} y=${HEIGHT - BOTTOM - height} height=${height} />
					<text x=${x + step / 2} y=${HEIGHT - BOTTOM - height - 4} text-anchor="middle">${r.monitored_companies || v ? label : '―'}</text>
					<text class="day" x=${x + step / 2} y=${HEIGHT - 5} text-anchor="middle">${r.month.slice(2).replace('-', '/')}</text>
				</g>`;
			})}
		</svg></div>
		<p class="footnote">${t(`trend.${figure}_note`)}</p>
	</section>`;
}
