// @ts-check
/* One mute or drill: what it hides, where and when it did, and how to end it. */
import { html, useLoad } from '../lib.js';
import { count, mayTriage, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { readConditions } from '../core/conditions.js';
import { navigate } from '../router.js';
import { DayBars } from '../ui/days.js';
import { Fact, Failed, Loading, Time } from '../ui/parts.js';
import { scopeWords } from './mutes.js';

/** @typedef {import('../types').MutePage} MutePage */

/** @param {{id: string}} props */
export function MuteView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/mutes/${id}`), id);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/mutes') }], [id]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!value) return html`<div class="page">${Loading()}</div>`;
	const m = /** @type {MutePage} */ (value);
	const end = async () => {
		try {
			await send('POST', `/v1/mutes/${m.id}/end`);
			say(t('mute.ended'));
			reload();
		} catch (failure) {
			say(/** @type {Error} */ (failure).message, 'error');
		}
	};
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips"><a href="/mutes">${t('tab.mutes')}</a><span class="dim">/</span><b>${m.id}</b><span class=${`chip mute-${m.state}`}>${word('mute_state', m.state)}</span><span class="chip">${word('mute_kind', m.kind)}</span></p>
				<h2>${m.reason}</h2>
				<p>${scopeWords(m)}</p>
			</div>
			<dl class="facts">
				${Fact({ label: t('column.hidden'), value: m.hits })} ${Fact({ label: t('column.owner'), value: m.owner.display_name })} ${Fact({ label: t('mute.starts'), value: Time({ ts: m.starts_at }) })}
				${Fact({ label: t('column.expires'), value: Time({ ts: m.expires_at }) })} ${m.ended_at && Fact({ label: t('mute.ended_at'), value: html`${Time({ ts: m.ended_at })} ${m.ended_by?.display_name ?? ''}` })}
			</dl>
			${mayTriage() && (m.state === 'active' || m.state === 'scheduled') && html`<div class="actions"><button class="button" onClick=${end}>${t('mute.end')}</button></div>`}
		</header>
		<div class="two">
			<div class="stack-column">
				<section class="card">
					<h2>${t('column.conditions')}</h2>
					<dl class="pairs">
						${readConditions(m.conditions).map(([field, modifiers, text]) => html`<div><dt>${word('field', field)} ${modifiers && word('modifier', modifiers)}</dt><dd><code>${text}</code></dd></div>`)}
					</dl>
				</section>
				<section class="card"><h2>${t('mute.days')}</h2>${m.days.length ? DayBars({ days: m.days, label: t('mute.days') }) : html`<p class="dim">${t('mute.nothing_yet')}</p>`}</section>
			</div>
			<section class="card">
				<h2>${t('mute.companies')}</h2>
				<table class="plain">
					<tbody>
						${m.companies.map((c) => html`<tr><td class="grow"><a href=${`/companies/${c.company_id}`}>${c.company}</a></td><td class="end">${count(c.alerts)}</td></tr>`)}
					</tbody>
				</table>
			</section>
		</div>
	</div>`;
}
