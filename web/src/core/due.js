// @ts-check
/* Days until something is due, by the calendar of the operator's zone. Days are YYYY-MM-DD. */

const DAY_MS = 86400000;

/** Whole days from one day to another; negative when it is past. @param {string} today @param {string} day */
export function daysUntil(today, day) {
	return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);
}

/** @param {string} day @param {number} days */
export function addDays(day, days) {
	return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How pressing: past, today, within three days, later. @param {string} today @param {string} day @returns {'past' | 'today' | 'soon' | 'later'} */
export function pressing(today, day) {
	const days = daysUntil(today, day);
	if (days < 0) return 'past';
	if (days === 0) return 'today';
	return days <= 3 ? 'soon' : 'later';
}
