// @ts-check
/* The help desk's views, and what a ticket may become next (server/model/ticket.h has the last word). */

/** Tabs of the desk: what each asks the server for. @type {Record<string, string>} */
export const VIEWS = { open: 'state=open,working', mine: 'state=open,working,waiting&owner=me', waiting: 'state=waiting', closed: 'state=closed' };

/** States that a button leads to, from a state. @type {Record<string, string[]>} */
const NEXT = { open: ['working', 'waiting'], working: ['waiting'], waiting: ['working'], closed: ['working'] };

/** @param {string} state */
export function nextStates(state) {
	return NEXT[state] ?? [];
}

/** The number in what somebody typed: HD-123, hd 123, full-width or not; 0: none. @param {string} text */
export function referenceIn(text) {
	const found = /^\s*hd\s*-?\s*(\d{1,15})\s*$/i.exec(text.normalize('NFKC'));
	return found ? Number(found[1]) : 0;
}
