// @ts-check
/* A raw record, laid out and selectable. */
import { html } from '../lib.js';
import { layOut, pieces } from '../core/raw-record.js';

/** @param {{raw: string}} props */
export function Raw({ raw }) {
	const { json, text } = layOut(raw);
	if (!json) return html`<pre class="raw wrap" tabindex="0">${text}</pre>`;
	return html`<pre class="raw" tabindex="0">${pieces(text).map((p) => (p.kind ? html`<span class=${`j-${p.kind}`}>${p.text}</span>` : p.text))}</pre>`;
}
