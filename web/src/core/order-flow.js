// @ts-check
/* A dispatch order on its way from request to approval: the columns of the board, the steps, and what is late. What may
 * be done next is the server's to say (`actions` of an order). */

/** The columns of the board, in the order of the work, with the states in each. @type {[string, string[]][]} */
export const BOARD = [
	['requested', ['requested']],
	['accepted', ['accepted']],
	['working', ['arrived', 'left']],
	['reported', ['reported']],
	['over', ['declined', 'approved', 'cancelled']],
];

/** A request that no vendor has answered for so long is late. */
const ANSWER_MS = 30 * 60000;

/** @typedef {Pick<import('../desk-types').Order, 'state' | 'requested_at' | 'wanted_by' | 'expected_at'>} Dated */

/** Nobody answered, or nobody came when it was said. @param {Dated} order @param {number} now */
export function isLate(order, now) {
	if (order.state === 'requested') return now - Date.parse(order.requested_at) > ANSWER_MS || (order.wanted_by !== null && Date.parse(order.wanted_by) < now);
	return order.state === 'accepted' && order.expected_at !== null && Date.parse(order.expected_at) < now;
}

/** @template {{state: string}} T @param {T[]} orders @returns {{column: string, orders: T[]}[]} */
export function board(orders) {
	return BOARD.map(([column, states]) => ({ column, orders: orders.filter((o) => states.includes(o.state)) }));
}

const STEPS = /** @type {const} */ (['requested', 'accepted', 'arrived', 'left', 'reported', 'approved']);

/** The steps of the way, with when each was done. @param {import('../desk-types').Order} order */
export function way(order) {
	return STEPS.map((step) => ({ step, at: order[`${step}_at`] }));
}
