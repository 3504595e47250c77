// @ts-check
/* What is shown of an indicator's state: one that is in force but past its validity is looked for no longer. */

/** @param {{state: string, valid_until: string | null}} i @param {number} now  in milliseconds */
export function shownState(i, now) {
	return i.state === 'active' && i.valid_until !== null && Date.parse(i.valid_until) <= now ? 'expired' : i.state;
}
