// @ts-check
import { html } from '../lib.js';

/** @param {{query?: URLSearchParams}} props */
export function PlainWords({ query }) {
	return html`<div class="page">${query}</div>`;
}
