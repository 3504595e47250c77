// @ts-check
/* Why an incident exists: the rules that matched its alerts or counted them, in words, with their numbers. */
import { h, html } from '../lib.js';
import { count, isStaff, ruleTitle, t, word } from '../app.js';
import { conditionWords, groupPairs, spanUnit } from '../core/cause.js';
import { IndicatorRefs } from './indicator-ref.js';
import { Empty, Severity, Time } from './parts.js';

/** @typedef {import('../types').Cause} Cause */

const COUNTED = ['event_count', 'value_count', 'temporal', 'temporal_ordered', 'value_sum', 'value_avg', 'value_percentile'];

/** @param {Cause} cause */
function sentence(cause) {
	const { condition, measured } = cause.detail;
	if (cause.rule.uid === 'builtin:beacon') return t('cause.beacon', { score: Number(measured ?? 0), least: Number(condition?.score ?? 0) });
	if (cause.rule.uid === 'builtin:indicator') return t('cause.indicator', { n: cause.hits });
	if (!condition) return t('cause.matched', { n: cause.hits });
	const [n, unit] = spanUnit(Number(condition.timespan_s ?? 0));
	const parts = { within: t(`reason.${unit}`, { n }), condition: conditionWords(condition.conditions, word), measured: typeof measured === 'number' ? measured : '―', hits: cause.hits };
	return t(`cause.${COUNTED.includes(condition.type) ? condition.type : 'counted'}`, parts);
}

/** What it counted of each of its rules. @param {Cause} cause @param {import('../types').RuleRef[]} rules */
function Parts(cause, rules) {
	const parts = Array.isArray(cause.detail.rules) ? cause.detail.rules : [];
	if (!parts.length) return null;
	return html`<ol class="cause-parts">
		${parts.map((r) => html`<li>${titleOf(rules, r)}${typeof r.hits === 'number' && html` <span class="dim">×${count(r.hits)}</span>`} ${r.first_ts && Time({ ts: String(r.first_ts) })}</li>`)}
	</ol>`;
}

/** @param {import('../types').RuleRef[]} rules @param {{rule_id: number, title?: string}} part */
function titleOf(rules, part) {
	const known = rules.find((r) => r.id === part.rule_id);
	return known ? ruleTitle(known) : part.title || part.rule_id;
}

/* What each part of a beacon's score can be at most. */
const WEIGHTS = { interval: 30, jitter: 15, size: 15, duration: 20, prevalence: 10, first_seen: 10 };

/** The parts of a beacon's score, each as a bar of its weight. @param {{parts: Record<string, any> | null}} props */
export function ScoreParts({ parts }) {
	const rows = /** @type {[string, number][]} */ (Object.entries(WEIGHTS).filter(([name]) => typeof parts?.[name] === 'number'));
	if (!rows.length) return null;
	return html`<dl class="score-parts">
		${rows.map(
			([name, weight]) => html`<div>
				<dt>${word('beacon', name)}</dt>
				<dd>
					<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8" /><rect class="bar-part" width=${(100 * parts?.[name]) / weight} height="8" /></svg>
					<span>${count(parts?.[name])} / ${count(weight)}</span>
				</dd>
			</div>`,
		)}
	</dl>
	${beaconFacts(parts)}`;
}

/** What the parts were worked out from. @param {Record<string, any> | null} parts */
function beaconFacts(parts) {
	if (typeof parts?.median_gap_s !== 'number') return '';
	const bytes = Number(parts.median_bytes ?? -1);
	return html`<p class="dim">
		${t('beacon.measured', { calls: Number(parts.calls ?? 0), gap: parts.median_gap_s.toFixed(1), deviation: Number(parts.deviation_s ?? 0).toFixed(1), hours: (Number(parts.duration_s ?? 0) / 3600).toFixed(1), companies: Number(parts.companies ?? 0) })}
		${bytes >= 0 && t('beacon.measured_bytes', { bytes })}
	</p>`;
}

/** @param {{causes: Cause[], rules: import('../types').RuleRef[]}} props  rules: those that the causes name */
export function Causes({ causes, rules }) {
	if (!causes.length) return Empty({ text: t('cause.none') });
	return html`<ul class="causes">
		${causes.map(
			(cause) => html`<li>
				<p class="chips">
					${Severity({ level: cause.severity })} ${isStaff() && cause.rule.kind !== 'grouping' ? html`<a href=${`/rules/${cause.rule.id}`}>${ruleTitle(cause.rule)}</a>` : html`<b>${ruleTitle(cause.rule)}</b>`}
					<span class="chip">${word('rule_kind', cause.rule.kind)}</span>
				</p>
				<p>${sentence(cause)}</p>
				${cause.lost_hits > 0 && html`<p class="notice">${t('cause.lost', { n: cause.lost_hits })}</p>`}
				${groupPairs(cause.detail.group).length > 0 && html`<p class="cause-group">${groupPairs(cause.detail.group).map(([field, value]) => html`<span><span class="dim">${word('field', field)}</span> <code>${value}</code></span>`)}</p>`}
				${Parts(cause, rules)} ${cause.rule.uid === 'builtin:beacon' && ScoreParts({ parts: cause.detail.about ?? null })} ${cause.rule.uid === 'builtin:indicator' && isStaff() && h(IndicatorRefs, { ids: cause.detail.about?.indicators })}
				<p class="dim">${Time({ ts: cause.first_ts })} – ${Time({ ts: cause.last_ts })} · ${t('cause.version', { n: cause.rule_set })}</p>
			</li>`,
		)}
	</ul>`;
}
