// @ts-check
/* Above a live list: how many rows, what is selected, whether it is live, and the pill with what waits. */
import { html, useSignal } from '../lib.js';
import { count, t, word } from '../app.js';

/** @param {{grid: import('./live-grid.js').LiveGrid<any>, more: boolean}} props */
export function LiveBar({ grid, more }) {
	const state = useSignal(grid.state);
	const { waiting, by, held, selected } = state;
	return html`<div class="live-bar">
		<span class="live-count">${t('live.count', { count: count(state.count) + (more ? '+' : '') })}</span>
		${selected > 0 && html`<span class="live-selected">${t('live.selected', { n: selected })}</span>`}
		${waiting > 0 &&
		html`<button class="pill" onClick=${() => grid.release()} title=${t('live.pill_title')}>
			▲ ${t('live.pill', { n: waiting })}${by[0] > 0 && html`<b class="pill-critical">${word('severity', 1)} ${count(by[0])}</b>`}
		</button>`}
		<button class=${`live-switch ${held ? 'held' : 'live'}`} onClick=${() => grid.toggleLive()} aria-pressed=${held === 'paused'}>
			<i></i>${held ? word('held', held) : t('live.live')}<kbd>l</kbd>
		</button>
	</div>`;
}
