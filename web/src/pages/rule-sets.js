// @ts-check
/* Versions of the rule set: who put what in force, and what it changed. */
import { h, html, useLoad, useState } from '../lib.js';
import { count, t, word } from '../app.js';
import { get } from '../api.js';
import { Failed, Loading, Time } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types').RuleSet} RuleSet */
/** @typedef {import('../types').RuleSetPage} RuleSetPage */

export function RuleSets() {
	const { value, error, reload } = useLoad(() => get('/v1/rule-sets?limit=100'), '');
	const sets = /** @type {RuleSet[]} */ (value ? /** @type {any} */ (value).rule_sets : []);
	return html`<div class="page">
		${Tabs({ group: 'rules', current: 'rule-sets' })}
		<div class="scrolls stack-column padded">
			${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
			${value && sets.length === 0 && html`<p class="empty">${t('rule_set.none')}</p>`} ${sets.map((s) => h(Version, { key: s.version, s }))}
			<p class="footnote">${t('rule_set.how')}</p>
		</div>
	</div>`;
}

/** @param {{s: RuleSet}} props */
function Version({ s }) {
	const [open, setOpen] = useState(false);
	return html`<section class="card">
		<h2>
			<button class="fold" aria-expanded=${open} aria-label=${t('rule_set.show')} onClick=${() => setOpen(!open)}>${open ? '▾' : '▸'}</button>${t('rule.version', { n: s.version })}
			${s.in_force && html`<span class="chip state-contained">${t('rule.in_force')}</span>`} <small>${t('rules.count', { n: s.rules })} · ${t('rule_set.files', { n: s.files })}</small>
		</h2>
		<p>${Time({ ts: s.created_at })} ${s.actor} <span class="dim">${s.note}</span></p>
		${open && h(Files, { version: s.version })}
	</section>`;
}

/** @param {{version: number}} props */
function Files({ version }) {
	const { value, error } = useLoad(() => get(`/v1/rule-sets/${version}`), String(version));
	if (error) return Failed({ error });
	if (!value) return Loading();
	const page = /** @type {RuleSetPage} */ (value);
	const changed = page.file_list.filter((f) => f.change);
	return html`<table class="plain">
		<tbody>
			${changed.map((f) => html`<tr><td><span class="chip">${word('rule_change', String(f.change))}</span></td><td class="grow">${f.name}</td><td class="end">${count(f.bytes)}</td></tr>`)}
			${page.removed.map((name) => html`<tr><td><span class="chip warn">${word('rule_change', 'removed')}</span></td><td class="grow">${name}</td><td></td></tr>`)}
			${changed.length + page.removed.length === 0 && html`<tr><td class="dim">${t('rule_set.same')}</td></tr>`}
		</tbody>
	</table>`;
}
