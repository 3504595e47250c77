// @ts-check
/* The pages that stand together under one entry of the rail. */
import { html } from '../lib.js';
import { me, t } from '../app.js';
import { hasTab } from '../core/roles.js';

/** @type {Record<string, string[]>} */
const GROUPS = {
	rules: ['rules', 'mutes', 'rule-sets'],
	indicators: ['indicators', 'hunts', 'contacts'],
	oncall: ['oncall', 'pages', 'messages', 'escalation', 'channels', 'texts'],
	desk: ['desk', 'orders', 'requests', 'vendors'],
	reports: ['reports', 'months', 'billing', 'report-texts', 'plain-words'],
};

/** @param {{group: string, current: string}} props */
export function Tabs({ group, current }) {
	return html`<nav class="tabs" aria-label=${t(`page.${group}`)}>
		${GROUPS[group].filter((name) => hasTab(me.peek()?.role ?? '', me.peek()?.company_id, name)).map((name) => html`<a href=${`/${name}`} aria-current=${name === current ? 'page' : undefined}>${t(`tab.${name}`)}</a>`)}
	</nav>`;
}
