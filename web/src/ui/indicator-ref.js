// @ts-check
/* An indicator by its number: what it is about and whose it is, with a way to its page. */
import { h, html, useLoad } from '../lib.js';
import { get } from '../api.js';

/** @typedef {import('../types').IndicatorPage} IndicatorPage */

/** Who may not see it gets its number. @param {{id: number | string, source?: boolean}} props */
export function IndicatorRef({ id, source = true }) {
	const { value } = useLoad(() => get(`/v1/indicators/${id}`), String(id));
	const i = /** @type {IndicatorPage | null} */ (value);
	if (!i) return html`<code>#${id}</code>`;
	return html`<a href=${`/indicators/${id}`}><code>${i.value}</code></a>${source && html` <span class="dim">${i.source.name}</span>`}`;
}

/** @param {{ids: unknown}} props */
export function IndicatorRefs({ ids }) {
	if (!Array.isArray(ids) || !ids.length) return null;
	return html`<ul class="cause-parts">
		${ids.map((id) => html`<li>${h(IndicatorRef, { id, key: id })}</li>`)}
	</ul>`;
}
