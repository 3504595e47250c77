// @ts-check
/* How figures are printed, as reports and hinomictl print them. Rates: below 1 with one decimal, otherwise whole, both
 * half-up; a dash when nobody is affected. Shares: percent with one decimal, half-up, and never 100.0% of less. */

/** @param {number | null} rate */
export function showRate(rate) {
	if (rate === null) return '―';
	/* The nudge undoes binary rounding of a decimal tie (0.25 is exact, 56.5 is exact, 0.15 is not). */
	const nudged = rate * (1 + 1e-12);
	return nudged < 1 ? (Math.floor(nudged * 10 + 0.5) / 10).toFixed(1) : String(Math.floor(nudged + 0.5));
}

/** @param {number | null} share */
export function showShare(share) {
	if (share === null) return '―';
	const tenths = Math.floor(share * 1000 * (1 + 1e-12) + 0.5);
	return `${((share < 1 && tenths >= 1000 ? 999 : tenths) / 10).toFixed(1)}%`;
}
