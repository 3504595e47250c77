// @ts-check
/* What a cause says, taken apart: its condition in words, its group as pairs, its timespan in a whole unit. */

/**
 * @param {unknown} conditions  a list of {op, value}
 * @param {(set: string, value: string) => string} word
 */
export function conditionWords(conditions, word) {
	/* Of a correlation without a condition all its rules must have been met. */
	if (!Array.isArray(conditions) || conditions.length === 0) return word('operator', 'all');
	return conditions.map((c) => `${word('operator', String(c.op))} ${c.value}`).join(', ');
}

/** @param {unknown} group @returns {[string, string][]} */
export function groupPairs(group) {
	if (typeof group !== 'object' || group === null) return [];
	return Object.entries(group).map(([field, value]) => [field, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
}

/** The whole unit that a timespan is said in. @param {number} seconds @returns {[number, 'days' | 'hours' | 'minutes' | 'seconds']} */
export function spanUnit(seconds) {
	if (seconds >= 86400 && seconds % 86400 === 0) return [seconds / 86400, 'days'];
	if (seconds >= 3600 && seconds % 3600 === 0) return [seconds / 3600, 'hours'];
	if (seconds >= 60 && seconds % 60 === 0) return [seconds / 60, 'minutes'];
	return [seconds, 'seconds'];
}
