// @ts-check
/* The clocks t0 to t9 of an incident: which are shown, how long each took, and how a promise stands. */

/** @typedef {import('../desk-types').Clocks} Clocks */

/** In order: the name of its time, the promise that goes with it. t0 and t1 stand in the incident's own facts. @type {[string, 'acknowledge' | 'notify' | ''][]} */
export const MARKS = [
	['raised', ''],
	['acknowledged', 'acknowledge'],
	['triaged', ''],
	['told', 'notify'],
	['confirmed', ''],
	['contained', ''],
	['resolved', ''],
	['closed', ''],
];

/**
 * @param {Clocks} clocks
 * @returns {{mark: string, at: string | null, took: number | null, promise: import('../desk-types').PromiseState | null}[]} took: milliseconds since the incident was made
 */
export function marks(clocks) {
	const start = Date.parse(clocks.raised_at);
	return MARKS.map(([mark, promise]) => {
		const at = /** @type {string | null} */ (clocks[/** @type {keyof Clocks} */ (`${mark}_at`)]);
		const held = promise ? clocks[promise] : null;
		return { mark, at, took: at && mark !== 'raised' ? Date.parse(at) - start : null, promise: held && held.state !== 'none' ? held : null };
	});
}

/**
 * How the promised time until somebody takes it on stands: for pages, of which there are no clocks of their own.
 * @param {{acknowledge_s: number | null, warn_percent: number} | undefined} target  of its severity
 * @param {number} raised @param {number} now  in ms
 * @returns {{state: 'running' | 'warn' | 'missed', left: number} | null} left: ms, negative when it is missed
 */
export function promiseLeft(target, raised, now) {
	if (!target?.acknowledge_s) return null;
	const left = raised + target.acknowledge_s * 1000 - now;
	return { state: left < 0 ? 'missed' : left <= (target.acknowledge_s * 1000 * (100 - target.warn_percent)) / 100 ? 'warn' : 'running', left };
}

/** 45 s, 12:07, 3:04:05, 2 d 03:04: as clocks show it, without words. @param {number} ms */
export function span(ms) {
	const s = Math.floor(Math.abs(ms) / 1000);
	const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
	const [days, hours, minutes] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
	if (days) return `${days} d ${two(hours)}:${two(minutes)}`;
	return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
