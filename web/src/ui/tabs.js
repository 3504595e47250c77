// @ts-check
/* The pages that stand together under one entry of the rail. */
import { html } from '../lib.js';
import { t } from '../app.js';

/** @type {Record<string, string[]>} */
const GROUPS = {
	rules: ['rules', 'mutes', 'rule-sets'],
	indicators: ['indicators', 'hunts', 'contacts'],
	oncall: ['oncall', 'pages', 'messages', 'escalation', 'channels', 'texts'],
	desk: ['desk', 'orders', 'requests', 'vendors'],
};

/** @param {{group: string, current: string}} props */
export function Tabs({ group, current }) {
	return html`<nav class="tabs" aria-label=${t(`page.${group}`)}>
		${GROUPS[group].map((name) => html`<a href=${`/${name}`} aria-current=${name === current ? 'page' : undefined}>${t(`tab.${name}`)}</a>`)}
	</nav>`;
}
