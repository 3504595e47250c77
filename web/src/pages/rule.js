// @ts-check
/* One rule: its quality, its days, where it is noisiest, its text and how that came about. */
import { html, useLoad } from '../lib.js';
import { count, ruleTitle, t, word } from '../app.js';
import { get } from '../api.js';
import { useCommands } from '../commands.js';
import { navigate } from '../router.js';
import { DayBars } from '../ui/days.js';
import { Fact, Failed, Loading, Time } from '../ui/parts.js';
import { isCounted, percent } from './rules.js';

/** @typedef {import('../types').RulePage} RulePage */

/** @param {{id: string}} props */
export function RuleView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/rules/${id}`), id);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/rules') }], [id]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!value) return html`<div class="page">${Loading()}</div>`;
	const r = /** @type {RulePage} */ (value);
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips">
					<a href="/rules">${t('page.rules')}</a><span class="dim">/</span><span class=${`chip level-${r.level}`}>${word('rule_level', r.level)}</span><span class="chip">${word('rule_kind', r.kind)}</span>
					${!r.in_force && html`<span class="chip warn">${t('rule.gone')}</span>`} ${r.tags.map((tag) => html`<span class="chip">${tag}</span>`)}
				</p>
				<h2>${ruleTitle(r)}</h2>
				<p>${r.description}</p>
				<p class="dim"><code>${r.uid}</code> ${r.file && html`· ${r.file}:${r.line}`}</p>
			</div>
			<dl class="facts">
				${Fact({ label: t('column.matched'), value: isCounted(r) ? r.alerts : '―' })} ${Fact({ label: t('column.incidents'), value: r.incidents })} ${Fact({ label: t('column.companies_hit'), value: r.companies })}
				${Fact({ label: t('column.judged'), value: `${percent(r.judged_share)} (${r.judged})` })} ${Fact({ label: t('column.false_rate'), value: `${percent(r.false_positive_rate)} (${r.false_positives})` })}
			</dl>
			<div class="actions">
				<a class="button" href=${`/incidents?rule=${r.id}&state=all`}>${t('rule.incidents')}</a>
				<a class="button" href=${`/mutes?field=rule.uid&value=${encodeURIComponent(r.uid)}`}>${t('mute.this')}</a>
			</div>
		</header>
		<div class="two">
			<div class="stack-column">
				${isCounted(r) && html`<section class="card"><h2>${t('rule.days')} <small>${r.from} – ${r.to}</small></h2>${DayBars({ days: r.days, label: t('rule.days') })}</section>`}
				${r.text !== null && html`<section class="card"><h2>${t('rule.text')} <small>${r.file}</small></h2><pre class="raw" tabindex="0">${r.text}</pre></section>`}
			</div>
			<div class="stack-column">${Lost({ r })} ${Judgements({ r })} ${isCounted(r) && Noisiest({ r })} ${Changes({ r })}</div>
		</div>
	</div>`;
}

/** What it could not count: never silently. @param {{r: RulePage}} props */
function Lost({ r }) {
	const { thinned, dropped, companies, last_at } = r.lost_hits;
	if (thinned + dropped === 0) return null;
	const rows = /** @type {[string, number][]} */ ([
		['rule.lost_thinned', thinned],
		['rule.lost_dropped', dropped],
	]);
	return html`<section class="card lost">
		<h2>${t('rule.lost')}</h2>
		<p class="notice">${t('rule.lost_explained', { n: companies })} ${Time({ ts: last_at })}</p>
		<table class="plain">
			<tbody>
				${rows.map(([name, n]) => html`<tr><td class="grow">${t(name)}</td><td class="end">${count(n)}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{r: RulePage}} props */
function Judgements({ r }) {
	const rows = /** @type {[string, number][]} */ ([
		['true_positive', r.true_positives],
		['benign_positive', r.benign_positives],
		['false_positive', r.false_positives],
		['undetermined', r.undetermined],
		['not_judged', r.incidents - r.judged],
	]);
	return html`<section class="card">
		<h2>${t('rule.judgements')}</h2>
		<table class="plain">
			<tbody>
				${rows.map(([name, n]) => html`<tr><td class="grow">${name === 'not_judged' ? t('rule.not_judged') : word('disposition', name)}</td><td class="end">${count(n)}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{r: RulePage}} props */
function Noisiest({ r }) {
	return html`<section class="card">
		<h2>${t('rule.noisiest')}</h2>
		${r.noisiest.length === 0 && html`<p class="dim">${t('rule.nowhere')}</p>`}
		<table class="plain">
			<tbody>
				${r.noisiest.map((c) => html`<tr><td class="grow"><a href=${`/companies/${c.company_id}`}>${c.company}</a></td><td class="end">${count(c.alerts)}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{r: RulePage}} props */
function Changes({ r }) {
	return html`<section class="card">
		<h2>${t('rule.changes')}</h2>
		<table class="plain">
			<tbody>
				${r.changes.map((c) => html`<tr><td>${t('rule.version', { n: c.version })}</td><td>${Time({ ts: c.created_at })}</td><td>${c.actor}</td><td class="grow">${c.note}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}
