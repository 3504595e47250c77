// @ts-check
/* Every time on the screen says, when pointed at, what it is in UTC and how long ago: made at that moment, so that
 * the age is right. */
import { zone } from '../app.js';

export function startHover() {
	document.addEventListener('mouseover', (event) => {
		const node = event.target instanceof Element ? event.target.closest('[data-ts]') : null;
		if (node instanceof HTMLElement && node.dataset.ts) node.title = zone().hover(node.dataset.ts, Date.now());
	});
}
