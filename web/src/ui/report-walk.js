// @ts-check
/* From one report of a month to the next, and to the next that waits for a comment. */
import { html, useCallback, useEffect, useState } from '../lib.js';
import { mayDo, say, t, word } from '../app.js';
import { get } from '../api.js';
import { useCommands } from '../commands.js';
import { keepWalk, nextWaiting, stepFrom, walk } from '../core/report-walk.js';
import { Throttle } from '../core/throttle.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';

const PAGE = 500;
const RELOAD_MS = 2000;

/** The reports of a month as the board gives them. @param {string} month @param {string} filter @returns {Promise<number[]>} */
async function idsOf(month, filter) {
	/** @type {number[]} */
	const ids = [];
	let cursor = '';
	do {
		const page = /** @type {{rows: import('../types-reports').BoardRow[], next: string | null}} */ (await get(`/v1/reports/board?from=${month}&to=${month}&limit=${PAGE}${filter}${cursor}`));
		ids.push(...page.rows.flatMap((row) => row.cells[0]?.report_id ?? []));
		cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : '';
	} while (cursor);
	return ids;
}

/** @param {number} current @param {string} month */
async function orderOf(current, month) {
	if (walk.month !== month || !walk.ids.includes(current)) keepWalk(month, await idsOf(month, ''));
	return walk.ids;
}

/**
 * @param {number} id @param {string | null} month  null: a report that stands in no row
 * @returns {{step: (by: number) => void, nextDraft: () => void}}
 */
export function useWalk(id, month) {
	useEffect(() => {
		walk.opened = id;
	}, [id]);
	const step = useCallback(
		async (/** @type {number} */ by) => {
			if (!month) return;
			try {
				const to = stepFrom(await orderOf(id, month), id, by);
				if (to) navigate(`/reports/${to}`, { replace: true });
				else say(t(by > 0 ? 'report.was_last' : 'report.was_first'));
			} catch (error) {
				say(/** @type {Error} */ (error).message, 'error');
			}
		},
		[id, month],
	);
	const nextDraft = useCallback(async () => {
		if (!month) return;
		try {
			const [order, waiting] = await Promise.all([orderOf(id, month), idsOf(month, '&state=needs_comment')]);
			const to = nextWaiting(order, waiting, id);
			if (to) navigate(`/reports/${to}`, { replace: true });
			else say(t('report.all_commented'));
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	}, [id, month]);
	return { step, nextDraft };
}

/** @param {{id: number, month: string, step: (by: number) => void, nextDraft: () => void}} props */
export function WalkBar({ id, month, step, nextDraft }) {
	const [waiting, setWaiting] = useState(/** @type {number | null} */ (null));
	const writes = mayDo('write_reports');
	useEffect(() => {
		let over = false;
		const look = () => get(`/v1/months/${month}`).then((m) => !over && setWaiting(/** @type {import('../types-reports').MonthPage} */ (m).reports.needs_comment), () => undefined);
		const again = new Throttle(look, RELOAD_MS);
		look();
		const unlisten = listen((event) => event.event === 'report.upsert' && again.call());
		return () => {
			over = true;
			unlisten();
			again.stop();
		};
	}, [month]);
	useCommands(
		() => [
			{ id: 'report_next', keys: ['j'], label: word('command', 'report_next'), scope: 'page', run: () => step(1), walks: true },
			{ id: 'report_previous', keys: ['k'], label: word('command', 'report_previous'), scope: 'page', run: () => step(-1), walks: true },
			...(writes ? [{ id: 'report_next_draft', keys: ['n'], label: t('report.next_draft'), scope: /** @type {const} */ ('page'), run: nextDraft }] : []),
		],
		[step, nextDraft],
	);
	const at = walk.month === month ? walk.ids.indexOf(id) : -1;
	return html`<nav class="walk" aria-label=${t('report.walk')}>
		${writes && waiting !== null && waiting > 0 && html`<button type="button" class="button" onClick=${nextDraft}>${t('report.next_draft')} <b>${waiting}</b> <kbd>n</kbd></button>`}
		<button type="button" class="button" aria-label=${word('command', 'report_previous')} disabled=${at === 0} onClick=${() => step(-1)}>‹ <kbd>k</kbd></button>
		${at >= 0 && html`<span class="dim">${at + 1} / ${walk.ids.length}</span>`}
		<button type="button" class="button" aria-label=${word('command', 'report_next')} disabled=${at >= 0 && at === walk.ids.length - 1} onClick=${() => step(1)}><kbd>j</kbd> ›</button>
	</nav>`;
}
