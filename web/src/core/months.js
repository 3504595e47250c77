// @ts-check
/* Calendar months as "YYYY-MM". Plain calendar arithmetic: the zone matters only for "today", which the caller
 * gives. */

/** @param {string} month @param {number} by */
export function addMonths(month, by) {
	const [year, number] = month.split('-').map(Number);
	const index = year * 12 + (number - 1) + by;
	return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** @param {string} month */
export function lastDay(month) {
	const [year, number] = month.split('-').map(Number);
	return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}`;
}

/** Both ends inclusive. @param {string} from @param {string} to */
export function monthsBetween(from, to) {
	const out = [];
	for (let m = from; m <= to && out.length < 1200; m = addMonths(m, 1)) out.push(m);
	return out;
}

/** @param {string | null} text */
export function isMonth(text) {
	return text !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** Days, both ends inclusive, at most ten years of them. @param {string} from @param {string} to */
export function daysBetween(from, to) {
	const out = [];
	for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`) && out.length < 3660; at += 86400000) out.push(new Date(at).toISOString().slice(0, 10));
	return out;
}
