// @ts-check
/* The way of a report, as the board shows it: which steps there are, and what may be done with many at once. */

/** @typedef {import('../types-reports').MonthState} MonthState */
/** @typedef {import('../types-reports').Step} Step */

/** In order; what went wrong stands last. @type {Step[]} */
export const STEPS = ['needs_comment', 'draft', 'approved', 'published', 'sent', 'opened', 'failed', 'withdrawn'];
/** The best weather first. @type {import('../types-reports').Grade[]} */
export const GRADES = ['sunny', 'hazy', 'cloudy', 'rainy', 'fog'];
/** Months on the board at once. */
export const BOARD_MONTHS = 6;

/**
 * What can be done with all reports of a month, with how many there are: only what has any.
 * @param {MonthState} month
 * @returns {{kind: 'approve' | 'publish' | 'send', n: number}[]}
 */
export function bulkActions(month) {
	const { draft, approved, published } = month.reports;
	return [
		{ kind: /** @type {const} */ ('approve'), n: draft },
		{ kind: /** @type {const} */ ('publish'), n: approved },
		{ kind: /** @type {const} */ ('send'), n: published },
	].filter((x) => x.n > 0);
}

/** What a run has behind it, in percent. @param {{total: number, done: number, failed: number}} run */
export function progress(run) {
	return run.total > 0 ? Math.floor((100 * (run.done + run.failed)) / run.total) : 0;
}

/** A hash as people compare it: its first letters. @param {string} sha256 */
export function shortHash(sha256) {
	return sha256.slice(0, 12);
}

/** The name in a Content-Disposition; the fallback when there is none. @param {string | null} header @param {string} otherwise */
export function fileName(header, otherwise) {
	return /filename="([^"\\/]+)"/.exec(header ?? '')?.[1] ?? otherwise;
}
