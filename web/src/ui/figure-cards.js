// @ts-check
/* How incidents are spread over companies, and how well was watched. */
import { html } from '../lib.js';
import { count, t, word } from '../app.js';
import { showShare } from '../core/rate.js';
import { Fact } from './parts.js';

/** @typedef {{from: number, to: number | null, companies: number}} IncidentClass */

/** @param {{f: any}} props f: GET /v1/metrics/incidents */
export function IncidentCard({ f }) {
	const classes = /** @type {IncidentClass[]} */ (f.classes);
	const most = Math.max(1, ...classes.map((c) => c.companies));
	return html`<section class="card">
		<h2>${t('spread.title')} <small>${f.from} – ${f.to}</small></h2>
		<dl class="facts">
			${Fact({ label: t('column.incidents'), value: f.incidents })} ${Fact({ label: t('spread.median'), value: String(f.median) })} ${Fact({ label: t('spread.p90'), value: String(f.p90) })} ${Fact({ label: t('spread.most'), value: f.most })}
			${Fact({ label: t('spread.judged'), value: showShare(f.judged_share) })}
		</dl>
		<table class="plain top spread">
			<tbody>
				${classes.map((c) => html`<tr><td>${c.to === null ? t('spread.and_more', { n: c.from }) : c.from === c.to ? t('spread.exactly', { n: c.from }) : t('spread.between', { from: c.from, to: c.to })}</td><td class="share"><svg viewBox="0 0 60 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${(60 * c.companies) / most} height="8" /></svg></td><td class="end">${t('report.companies', { n: c.companies })}</td></tr>`)}
			</tbody>
		</table>
		<p class="footnote">${t('spread.note', { true_positive: count(f.true_positives), benign_positive: count(f.benign_positives), false_positive: count(f.false_positives), undetermined: count(f.undetermined) })}</p>
	</section>`;
}

const WORST = 8;

/** @param {{f: any}} props f: GET /v1/metrics/coverage */
export function CoverageCard({ f }) {
	const worst = [...f.rows].filter((/** @type {any} */ r) => r.coverage !== null && r.coverage < 1).sort((/** @type {any} */ a, /** @type {any} */ b) => a.coverage - b.coverage).slice(0, WORST);
	return html`<section class="card">
		<h2>${t('coverage.title')} <small>${f.from} – ${f.to}</small></h2>
		<dl class="facts">
			${Fact({ label: t('coverage.share'), value: showShare(f.total.coverage) })} ${Fact({ label: t('column.sensors'), value: f.total.sensors })} ${Fact({ label: t('coverage.silent_companies'), value: f.total.silent_companies, tone: f.total.silent_companies ? 'hot' : '' })}
			${Fact({ label: t('coverage.lost'), value: f.total.dropped + f.total.missing, tone: f.total.dropped + f.total.missing ? 'hot' : '' })}
		</dl>
		${worst.length > 0 &&
		html`<table class="plain coverage">
			<thead><tr><th scope="col">${t('column.company')}</th><th scope="col" class="end">${t('coverage.share')}</th><th scope="col" class="end">${t('coverage.silent_hours')}</th><th scope="col" class="end">${t('coverage.lost')}</th></tr></thead>
			<tbody>${worst.map((/** @type {any} */ r) => html`<tr><td class="grow"><a href=${`/companies/${r.company_id}`}>${r.company}</a></td><td class="end">${showShare(r.coverage)}</td><td class="end">${count(r.silent_hours)}</td><td class="end">${count(r.dropped + r.missing)}</td></tr>`)}</tbody>
		</table>`}
		<p class="footnote">${t('coverage.note')}</p>
	</section>`;
}

/** @param {{cells: any[]}} props of GET /v1/metrics/peers */
export function PeersCard({ cells }) {
	return html`<section class="card">
		<h2>${t('peers.title')}</h2>
		<div class="table-scroll"><table class="plain peers">
			<thead><tr><th scope="col">${t('peers.cell')}</th><th scope="col" class="end">${t('metrics.monitored')}</th><th scope="col" class="end">${word('direction', 'inbound')}</th><th scope="col" class="end">${word('direction', 'outbound')}</th><th scope="col" class="end">${t('peers.viruses')}</th><th scope="col" class="end">${t('peers.median')}</th></tr></thead>
			<tbody>
				${cells.map((c) => html`<tr><td>${c.dimension === 'all' ? t('peers.all') : c.dimension === 'size' ? t('cohort.people', { size: c.value }) : c.value}</td><td class="end">${count(c.companies)}</td>${c.hidden ? html`<td class="dim" colspan="4">${t('peers.hidden')}</td>` : html`<td class="end">${share(c.with_inbound, c.companies)}</td><td class="end">${share(c.with_outbound, c.companies)}</td><td class="end">${share(c.with_viruses, c.companies)}</td><td class="end">${count(c.median_inbound)} / ${count(c.median_outbound)}</td>`}</tr>`)}
			</tbody>
		</table></div>
		<p class="footnote">${t('peers.note')}</p>
	</section>`;
}

/** @param {number} part @param {number} whole */
function share(part, whole) {
	return `${count(part)}（${showShare(whole ? part / whole : null)}）`;
}
