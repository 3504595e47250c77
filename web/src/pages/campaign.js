// @ts-check
/* One campaign: which companies were hit on which days, their incidents, and a warning to those not hit yet. */
import { h, html, useLoad, useState } from '../lib.js';
import { count, isStaff, mayGovern, ruleTitle, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { navigate } from '../router.js';
import { daysBetween } from '../core/months.js';
import { IndicatorRef } from '../ui/indicator-ref.js';
import { Fact, Failed, Loading, Severity, StateChip, Time } from '../ui/parts.js';

/** @typedef {import('../types').CampaignPage} CampaignPage */

/* Days shown in the matrix: the newest of a longer campaign. */
const DAYS_SHOWN = 31;

/** @param {{id: string}} props */
export function CampaignView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/campaigns/${id}`), id);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/campaigns') }], [id]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!value) return html`<div class="page">${Loading()}</div>`;
	const c = /** @type {CampaignPage} */ (value);
	return html`<div class="page campaign scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips">
					<a href="/campaigns">${t('page.campaigns')}</a><span class="dim">/</span><b>${c.id}</b> ${Severity({ level: c.severity, long: true })}
					<span class=${`chip campaign-${c.kind}`}>${word('campaign_kind', c.kind)}</span>
				</p>
				<h2>${c.title}</h2>
				<p>${t(`campaign.why_${c.kind}`, { key: c.kind === 'indicator' ? '' : c.key, n: c.companies, minimum: c.minimum, days: c.window_days })}</p>
			</div>
			${c.merged_into !== null && html`<p class="notice">${t('campaign.merged')} <a href=${`/campaigns/${c.merged_into}`}>${t('incident.open_target')}</a></p>`}
			<dl class="facts">
				${Fact({ label: t('column.shared'), value: c.kind === 'indicator' ? h(IndicatorRef, { id: c.key }) : html`<code>${c.key}</code>` })} ${Fact({ label: t('column.companies_hit'), value: c.companies })} ${c.alerts !== null && Fact({ label: t('column.alerts'), value: c.alerts })}
				${Fact({ label: t('column.first'), value: Time({ ts: c.first_ts }) })} ${Fact({ label: t('column.last'), value: Time({ ts: c.last_ts }) })}
				${c.not_hit !== null && Fact({ label: t('campaign.not_hit'), value: c.not_hit })}
			</dl>
		</header>
		${!isStaff() && Own({ c })} ${c.members.length > 0 && Matrix({ c })}
		<div class="two">
			${Incidents({ c })}
			<div class="stack-column">${isStaff() && h(Warnings, { c, reload })} ${c.shared.length > 0 && Shared({ c })}</div>
		</div>
	</div>`;
}

/** What a company's own people are told. @param {{c: CampaignPage}} props */
function Own({ c }) {
	return html`<section class="card">
		<h2>${t('campaign.for_you')}</h2>
		<p>${c.own ? t('campaign.own_sentence', { n: c.own.alerts }) : t('campaign.warned_sentence')}</p>
		${c.warning && html`<p class="note-text">${c.warning.text}</p><p class="dim">${Time({ ts: c.warning.at })}</p>`}
	</section>`;
}

/** @param {{c: CampaignPage}} props */
function Matrix({ c }) {
	const days = daysBetween(c.first_day, c.last_day).slice(-DAYS_SHOWN);
	return html`<section class="card matrix-card">
		<h2>${t('campaign.matrix')} <small>${days[0]} – ${days[days.length - 1]}</small></h2>
		<div class="matrix-scroll" tabindex="0" role="region" aria-label=${t('campaign.matrix')}>
			<table class="matrix">
				<thead>
					<tr>
						<th scope="col">${t('column.company')}</th>
						${days.map((d) => html`<th scope="col"><span title=${d}>${d.slice(8)}</span></th>`)}
						<th scope="col" class="end">${t('column.alerts')}</th>
					</tr>
				</thead>
				<tbody>
					${c.members.map(
						(m) => html`<tr>
							<th scope="row"><a href=${`/companies/${m.company_id}`}>${m.company}</a></th>
							${days.map((d) => {
								const hit = m.days.find((x) => x.day === d);
								return html`<td class=${hit ? `hit-${hit.severity}` : ''} title=${hit ? `${d}  ${count(hit.alerts)}` : d}>${hit ? count(hit.alerts) : ''}</td>`;
							})}
							<td class="end">${count(m.alerts)}</td>
						</tr>`,
					)}
				</tbody>
			</table>
		</div>
	</section>`;
}

/** @param {{c: CampaignPage}} props */
function Incidents({ c }) {
	return html`<section class="card">
		<h2>${t('campaign.incidents')} <small>${count(c.incidents.length)}</small></h2>
		${c.incidents.length === 0 && html`<p class="dim">${t('campaign.no_incidents')}</p>`}
		<table class="plain">
			<tbody>
				${c.incidents.map(
					(i) => html`<tr>
						<td>${Severity({ level: i.severity })}</td>
						<td>${StateChip({ state: i.state })}</td>
						<td><a href=${`/incidents/${i.id}`}>#${i.no}</a></td>
						<td>${i.company}</td>
						<td class="grow">${ruleTitle(i)}</td>
						<td>${Time({ ts: i.last_ts })}</td>
					</tr>`,
				)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{c: CampaignPage}} props */
function Shared({ c }) {
	return html`<section class="card">
		<h2>${t('campaign.shared')}</h2>
		<table class="plain">
			<tbody>
				${c.shared.map((s) => html`<tr><td><span class=${`chip campaign-${s.kind}`}>${word('campaign_kind', s.kind)}</span></td><td class="grow">${s.title}<small class="dim"> ${s.key}</small></td><td class="end">${t('companies.count', { n: s.companies })}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{c: CampaignPage, reload: () => void}} props */
function Warnings({ c, reload }) {
	const [text, setText] = useState('');
	const [busy, setBusy] = useState(false);
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		setBusy(true);
		try {
			const answer = await send('POST', `/v1/campaigns/${c.id}/warnings`, { all_not_hit: true, text: text.trim() });
			say(t('campaign.warned', { n: /** @type {any} */ (answer).warned.length }));
			setText('');
			reload();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	return html`<section class="card">
		<h2>${t('campaign.warnings')} <small>${count(c.warnings.length)}</small></h2>
		${mayGovern() &&
		c.not_hit !== 0 &&
		html`<form class="stack-form" onSubmit=${submit}>
			<label>${t('campaign.warn_text')}<textarea rows="3" maxlength="4000" required value=${text} onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea></label>
			<p class="hint">${t('campaign.warn_hint')}</p>
			<button class="button primary" disabled=${busy || !text.trim()}>${t('campaign.warn', { n: c.not_hit ?? 0 })}</button>
		</form>`}
		<table class="plain">
			<tbody>
				${c.warnings.map((w) => html`<tr><td><a href=${`/companies/${w.company_id}`}>${w.company}</a></td><td class="grow">${w.text}</td><td>${w.user?.display_name ?? ''}</td><td>${Time({ ts: w.at })}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}
