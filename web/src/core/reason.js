// @ts-check
/* Why an incident exists, as the correlator wrote it. */

/** @typedef {{rule: string, anchor: string, stage: string, signature: string, window_s: number, runs: number}} Reason */

/**
 * @param {unknown} reason  JSON text or the object itself
 * @returns {Reason | null} null when it is not in the form of the base rule
 */
export function readReason(reason) {
	let value = reason;
	if (typeof reason === 'string') {
		try {
			value = JSON.parse(reason);
		} catch {
			return null;
		}
	}
	if (typeof value !== 'object' || value === null || !('rule' in value)) return null;
	const { rule, anchor, stage, signature, window_s: window, runs } = /** @type {Record<string, unknown>} */ (value);
	return {
		rule: String(rule),
		anchor: typeof anchor === 'string' ? anchor : '',
		stage: typeof stage === 'string' ? stage : '',
		signature: typeof signature === 'string' ? signature : '',
		window_s: typeof window === 'number' ? window : 0,
		runs: typeof runs === 'number' ? runs : 1,
	};
}

/** The whole unit a window is said in. @param {number} seconds @returns {[number, 'hours' | 'minutes' | 'seconds']} */
export function windowUnit(seconds) {
	if (seconds >= 3600 && seconds % 3600 === 0) return [seconds / 3600, 'hours'];
	if (seconds >= 60 && seconds % 60 === 0) return [seconds / 60, 'minutes'];
	return [seconds, 'seconds'];
}
