// @ts-check
/* The address bar. Pages are paths; filters are their query. */
import { signal } from './lib.js';

/** The path and query shown. */
export const address = signal(location.pathname + location.search);

/** Where the list of incidents was left: its filters, and the incident that was opened from it. */
export const leftList = { path: '/incidents', opened: 0 };

/** @param {string} to @param {{replace?: boolean}} [options] */
export function navigate(to, { replace = false } = {}) {
	if (to === location.pathname + location.search) return;
	if (replace) history.replaceState(null, '', to);
	else history.pushState(null, '', to);
	address.value = to;
}

/** Changes the query without making the page anew. @param {URLSearchParams} query */
export function keepQuery(query) {
	const text = query.toString();
	history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
}

export function startRouter() {
	addEventListener('popstate', () => {
		address.value = location.pathname + location.search;
	});
	document.addEventListener('click', (event) => {
		if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
		if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.hasAttribute('download') || link.target) return;
		event.preventDefault();
		navigate(link.pathname + link.search);
	});
}
