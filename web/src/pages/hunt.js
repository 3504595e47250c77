// @ts-check
/* What a retro-hunt found: members with first and last contact. */
import { html, useEffect, useLoad } from '../lib.js';
import { t, word } from '../app.js';
import { get } from '../api.js';
import { useCommands } from '../commands.js';
import { navigate } from '../router.js';
import { Members } from '../ui/members.js';
import { Empty, Fact, Failed, Loading, Time } from '../ui/parts.js';
import { seconds } from './hunts.js';

/** @typedef {import('../types').HuntPage} HuntPage */

/** How often one that is not done yet is asked for. */
const LOOK_MS = 1000;

/** @param {{id: string}} props */
export function HuntView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/hunts/${id}`), id);
	const hunt = /** @type {HuntPage | null} */ (value);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/hunts') }], [id]);
	useEffect(() => {
		if (hunt?.state !== 'due') return;
		const timer = setTimeout(reload, LOOK_MS);
		return () => clearTimeout(timer);
	}, [value]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!hunt) return html`<div class="page">${Loading()}</div>`;
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips"><a href="/hunts">${t('tab.hunts')}</a><span class="dim">/</span><b>#${hunt.id}</b><span class=${`chip hunt-${hunt.state}`}>${word('hunt_state', hunt.state)}</span></p>
				<h2>${t('hunt.title', { source: hunt.source.name })}</h2>
				${hunt.message && html`<p class="notice">${hunt.message}</p>`}
			</div>
			<dl class="facts">
				${Fact({ label: t('page.indicators'), value: hunt.indicators })} ${Fact({ label: t('column.companies_found'), value: hunt.companies, tone: hunt.companies ? 'hot' : '' })} ${Fact({ label: t('column.took'), value: seconds(hunt.duration_ms) })}
				${Fact({ label: t('column.actor'), value: hunt.actor })} ${Fact({ label: t('column.time'), value: Time({ ts: hunt.created_at }) })}
			</dl>
		</header>
		<section class="card">
			<h2>${t('hunt.members')}</h2>
			${hunt.state === 'due' ? Loading() : hunt.members.length ? Members({ members: hunt.members }) : Empty({ text: t('hunt.nobody') })}
		</section>
	</div>`;
}
