// @ts-check
/* Going from one report to the next without the board: the order in which the board last showed them, and who still waits
 * for a comment. And what somebody has typed and not saved, which no reload and no walk may lose. */

/** The reports of a month as the board last showed them, and the one that was looked at last. @type {{month: string, ids: number[], opened: number}} */
export const walk = { month: '', ids: [], opened: 0 };

/** @param {string} month @param {number[]} ids */
export function keepWalk(month, ids) {
	walk.month = month;
	walk.ids = ids;
}

/** The one that many further on; 0: there is none, or the current one is not among them. @param {number[]} ids @param {number} current @param {number} by */
export function stepFrom(ids, current, by) {
	const at = ids.indexOf(current);
	return at < 0 ? 0 : (ids[at + by] ?? 0);
}

/**
 * The next that waits, in the given order and round its end; what the order does not know comes last. 0: none but the
 * current one.
 * @param {number[]} order @param {number[]} waiting @param {number} current
 */
export function nextWaiting(order, waiting, current) {
	const open = new Set(waiting);
	open.delete(current);
	const at = order.indexOf(current);
	const round = at < 0 ? order : [...order.slice(at + 1), ...order.slice(0, at)];
	return round.find((id) => open.has(id)) ?? [...open][0] ?? 0;
}

/** Words typed and not saved, by report; base: what was saved when the typing began. @type {Map<number, {text: string, base: string}>} */
export const drafts = new Map();

/** @param {number} id @param {string} text @param {string} base */
export function keepDraft(id, text, base) {
	if (text.trim() === base.trim()) drafts.delete(id);
	else drafts.set(id, { text, base });
}
