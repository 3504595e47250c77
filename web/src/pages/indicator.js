// @ts-check
/* One indicator: where it comes from, whether it is looked for, and which companies have met it. */
import { h, html, useLoad, useState } from '../lib.js';
import { mayGovern, mayTriage, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { shownState } from '../core/indicator.js';
import { navigate } from '../router.js';
import { Empty, Fact, Failed, Loading, Time } from '../ui/parts.js';
import { Members } from '../ui/members.js';

/** @typedef {import('../types').IndicatorPage} IndicatorPage */

/** @param {{id: string}} props */
export function IndicatorView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/indicators/${id}`), id);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/indicators') }], [id]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!value) return html`<div class="page">${Loading()}</div>`;
	const i = /** @type {IndicatorPage} */ (value);
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips">
					<a href="/indicators">${t('page.indicators')}</a><span class="dim">/</span><span class=${`chip indicator-${shownState(i, Date.now())}`}>${word('indicator_state', shownState(i, Date.now()))}</span><span class="chip">${word('indicator_kind', i.kind)}</span
					><span class=${`chip tlp-${i.tlp.replace('+', '-')}`}>TLP:${i.tlp.toUpperCase()}</span>${i.labels.map((l) => html`<span class="chip">${l}</span>`)}
				</p>
				<h2><code>${i.value}</code></h2>
				<p>${i.description}</p>
				${i.state_reason && html`<p class="notice">${i.state_reason}</p>`}
			</div>
			<dl class="facts">
				${Fact({ label: t('column.indicator_source'), value: i.source.name })} ${Fact({ label: t('column.confidence'), value: i.confidence })} ${Fact({ label: t('indicator.valid_from'), value: Time({ ts: i.valid_from }) })}
				${Fact({ label: t('column.valid_until'), value: i.valid_until ? Time({ ts: i.valid_until }) : t('indicator.no_end') })}
			</dl>
			${h(Actions, { i, reload })}
		</header>
		<section class="card">
			<h2>${t('indicator.met')} <small>${t('companies.count', { n: i.members.length })}</small></h2>
			${i.members.length ? Members({ members: i.members }) : Empty({ text: t('indicator.nobody') })}
		</section>
	</div>`;
}

/** @param {{i: IndicatorPage, reload: () => void}} props */
function Actions({ i, reload }) {
	const [revoking, setRevoking] = useState(false);
	const [reason, setReason] = useState('');
	/** @param {() => Promise<unknown>} work */
	const tried = async (work) => {
		try {
			await work();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	const hunt = () =>
		tried(async () => {
			const made = /** @type {import('../types').Hunt} */ (await send('POST', '/v1/hunts', { indicator_id: i.id }));
			navigate(`/hunts/${made.id}`);
		});
	const revoke = () =>
		tried(async () => {
			await send('POST', `/v1/indicators/${i.id}/revoke`, { reason: reason.trim() });
			setRevoking(false);
			reload();
		});
	return html`<div class="actions">
		${mayTriage() && i.state !== 'revoked' && html`<button class="button" onClick=${hunt}>${t('indicator.hunt')}</button>`}
		${mayGovern() && i.state !== 'revoked' && !revoking && html`<button class="button" onClick=${() => setRevoking(true)}>${t('indicator.revoke')}</button>`}
		${revoking &&
		html`<input type="text" maxlength="500" placeholder=${t('mute.reason')} aria-label=${t('mute.reason')} value=${reason} onInput=${(/** @type {Event} */ e) => setReason(/** @type {HTMLInputElement} */ (e.target).value)} />
			<button class="button primary" disabled=${!reason.trim()} onClick=${revoke}>${t('indicator.revoke')}</button>`}
	</div>`;
}
