// @ts-check
/* How the detection table prints a rate: below 1 with one decimal, otherwise whole, both half-up; a dash when
 * nobody is affected. */

/** @param {number | null} rate */
export function showRate(rate) {
	if (rate === null) return '―';
	/* The nudge undoes binary rounding of a decimal tie (0.25 is exact, 56.5 is exact, 0.15 is not). */
	const nudged = rate * (1 + 1e-12);
	return nudged < 1 ? (Math.floor(nudged * 10 + 0.5) / 10).toFixed(1) : String(Math.floor(nudged + 0.5));
}
