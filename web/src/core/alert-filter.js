// @ts-check
/* The inbox's filter: as a query of the API, as the page's address, and as a test for events of the stream (which
 * carry every alert of the user's scope). */

/** @typedef {import('../types').Alert} Alert */
/** @typedef {{company: string, direction: string, engine: string, severity: string, q: string}} AlertFilter */

/** @type {(keyof AlertFilter)[]} */
const MEMBERS = ['company', 'direction', 'engine', 'severity', 'q'];

/** @param {URLSearchParams} query @returns {AlertFilter} */
export function filterFromQuery(query) {
	const filter = { company: '', direction: '', engine: '', severity: '', q: '' };
	for (const name of MEMBERS) filter[name] = query.get(name) ?? '';
	return filter;
}

/** @param {AlertFilter} filter */
export function filterToQuery(filter) {
	const query = new URLSearchParams();
	for (const name of MEMBERS) if (filter[name]) query.set(name, filter[name]);
	return query;
}

/** @param {AlertFilter} filter */
export function filterIsEmpty(filter) {
	return MEMBERS.every((name) => !filter[name]);
}

/** @param {AlertFilter} filter @param {Alert} alert */
export function filterMatches(filter, alert) {
	if (filter.company && alert.company_id !== Number(filter.company)) return false;
	if (filter.direction && alert.direction !== filter.direction) return false;
	if (filter.engine && alert.engine !== filter.engine) return false;
	if (filter.severity && alert.severity > Number(filter.severity)) return false;
	return !filter.q || textMatches(filter.q, alert);
}

/** @param {string} text @param {Alert} alert */
function textMatches(text, alert) {
	const wanted = text.trim().toLowerCase();
	return (
		(alert.signature ?? '').toLowerCase().includes(wanted) ||
		(alert.category ?? '').toLowerCase().includes(wanted) ||
		alert.source.ip === wanted ||
		alert.destination.ip === wanted
	);
}
