// @ts-check
/* Which rows of a long list are on the screen, and which of the recycled row nodes shows each. All in pixels and
 * row numbers; no screen in it. */

/**
 * Rows to paint: first inclusive, end exclusive.
 * @param {number} scrollTop
 * @param {number} viewport   height
 * @param {number} rowHeight
 * @param {number} count
 * @param {number} overscan   rows painted beyond either edge
 */
export function windowOf(scrollTop, viewport, rowHeight, count, overscan) {
	const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
	const end = Math.min(count, Math.ceil((scrollTop + viewport) / rowHeight) + overscan);
	return { first: Math.min(first, end), end };
}

/**
 * Nodes needed so that no two rows of one window want the same node.
 * @param {number} viewport
 * @param {number} rowHeight
 * @param {number} overscan
 */
export function poolSize(viewport, rowHeight, overscan) {
	return Math.ceil(viewport / rowHeight) + 1 + 2 * overscan;
}

/**
 * The scroll position that shows a row, moving as little as possible.
 * @param {number} index
 * @param {number} scrollTop
 * @param {number} viewport
 * @param {number} rowHeight
 */
export function scrollToShow(index, scrollTop, viewport, rowHeight) {
	const top = index * rowHeight;
	if (top < scrollTop) return top;
	if (top + rowHeight > scrollTop + viewport) return top + rowHeight - viewport;
	return scrollTop;
}
