// @ts-check
/* Rules and how good they are: what they matched, what came of it, how often it was judged false. */
import { h, html, useEffect, useLoad, useMemo, useState } from '../lib.js';
import { count, ruleTitle, t, word } from '../app.js';
import { get } from '../api.js';
import { keepQuery, navigate } from '../router.js';
import { anchor, chip, text } from '../ui/cells.js';
import { Choice, Failed, Loading, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Rule} Rule */

export const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'];
const KINDS = ['detection', 'correlation', 'grouping', 'builtin'];
/* A rule that is wrong this often, over so many judged incidents, is worth a look. */
const NOISY_RATE = 0.3;
const NOISY_JUDGED = 5;
const PAGE = 500;

/** @param {number | null} share */
export function percent(share) {
	return share === null ? '―' : `${Math.round(share * 100)}%`;
}

/** Whether single records match it: correlations, groupings and what the server finds itself have none of their own.
 * @param {Rule} r */
export function isCounted(r) {
	return r.kind === 'detection' || r.alerts > 0;
}

/** @param {HTMLElement} cell @param {number} n */
function number(cell, n) {
	text(cell, count(n));
	cell.classList.toggle('zero', n === 0);
}

/** @returns {import('../ui/table-grid.js').SortColumn<Rule>[]} */
function columns() {
	return [
		{ key: 'level', label: t('column.level'), width: '84px', paint: (c, r) => chip(c, `level-${r.level}`, word('rule_level', r.level)), sort: (r) => -LEVELS.indexOf(r.level) },
		{ key: 'title', label: t('column.rule'), width: 'minmax(220px, 3fr)', paint: (c, r) => anchor(c, `/rules/${r.id}`, ruleTitle(r)), sort: ruleTitle },
		{ key: 'kind', label: t('column.rule_kind'), width: '104px', paint: (c, r) => text(c, word('rule_kind', r.kind)), sort: (r) => r.kind },
		{ key: 'alerts', label: t('column.matched'), title: t('column.matched_title'), width: '88px', align: 'end', paint: (c, r) => (isCounted(r) ? number(c, r.alerts) : text(c, '―')), sort: (r) => r.alerts },
		{ key: 'companies', label: t('column.companies_hit'), width: '80px', align: 'end', paint: (c, r) => number(c, r.companies), sort: (r) => r.companies },
		{ key: 'incidents', label: t('column.incidents'), width: '96px', align: 'end', paint: (c, r) => number(c, r.incidents), sort: (r) => r.incidents },
		{ key: 'judged', label: t('column.judged'), title: t('column.judged_title'), width: '88px', align: 'end', paint: (c, r) => text(c, r.incidents ? `${percent(r.judged_share)}` : '―', t('rule.judged_of', { judged: r.judged, incidents: r.incidents })), sort: (r) => r.judged_share ?? -1 },
		{ key: 'false', label: t('column.false_rate'), title: t('column.false_rate_title'), width: '88px', align: 'end', paint: paintFalse, sort: (r) => r.false_positive_rate ?? -1 },
		{ key: 'file', label: t('column.file'), width: 'minmax(120px, 1.2fr)', paint: (c, r) => text(c, r.file ? `${r.file}:${r.line}` : '', r.uid), sort: (r) => r.file, from: 1160 },
		{ key: 'force', label: t('column.version'), width: '92px', paint: (c, r) => text(c, r.first_version === 0 ? '' : r.in_force ? t('rule.since', { n: r.first_version }) : t('rule.until', { n: r.last_version ?? 0 })), sort: (r) => r.first_version, from: 980 },
	];
}

/** @param {HTMLElement} cell @param {Rule} r */
function paintFalse(cell, r) {
	text(cell, percent(r.false_positive_rate), t('rule.false_of', { n: r.false_positives, judged: r.judged }));
	cell.classList.toggle('hot', r.judged >= NOISY_JUDGED && (r.false_positive_rate ?? 0) >= NOISY_RATE);
}

/** @param {string} query @returns {Promise<{rules: Rule[], from: string, to: string}>} every page of it */
async function all(query) {
	/** @type {Rule[]} */
	const rules = [];
	let answer = await get(`/v1/rules?limit=${PAGE}${query}`);
	rules.push(...answer.rules);
	while (answer.next && rules.length < 20000) {
		answer = await get(`/v1/rules?limit=${PAGE}${query}&cursor=${encodeURIComponent(answer.next)}`);
		rules.push(...answer.rules);
	}
	return { rules, from: answer.from, to: answer.to };
}

/** @param {{query: URLSearchParams}} props */
export function Rules({ query }) {
	const [wanted, setWanted] = useState('');
	const [level, setLevel] = useState(query.get('level') ?? '');
	const [kind, setKind] = useState(query.get('kind') ?? '');
	const [force, setForce] = useState(query.get('in_force') ?? 'true');
	useEffect(() => keepQuery(new URLSearchParams(Object.entries({ level, kind, in_force: force === 'true' ? '' : force }).filter(([, v]) => v))), [level, kind, force]);
	const asked = force === 'all' ? '' : `&in_force=${force}`;
	const { value, error, reload } = useLoad(() => all(asked), asked);
	const answer = /** @type {{rules: Rule[], from: string, to: string} | null} */ (value);
	const shown = useMemo(() => {
		const low = wanted.trim().toLowerCase();
		return (answer?.rules ?? []).filter((r) => (!level || r.level === level) && (!kind || r.kind === kind) && [r.title, r.title_ja ?? '', r.uid, r.file, ...r.tags].some((x) => x.toLowerCase().includes(low)));
	}, [value, wanted, level, kind]);
	return html`<div class="page">
		${Tabs({ group: 'rules', current: 'rules' })}
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input id="filter-text" type="search" placeholder=${t('filter.rule')} aria-label=${t('filter.rule')} autocomplete="off" value=${wanted} onInput=${(/** @type {Event} */ e) => setWanted(/** @type {HTMLInputElement} */ (e.target).value)} />
			${Choice({ label: t('column.level'), value: level, options: wordOptions(t('filter.all_levels'), 'rule_level', LEVELS), onChange: setLevel })}
			${Choice({ label: t('column.rule_kind'), value: kind, options: wordOptions(t('filter.all_kinds'), 'rule_kind', KINDS), onChange: setKind })}
			${Choice({ label: t('rule.force'), value: force, usual: 'true', options: [['true', t('rule.in_force')], ['false', t('rule.gone')], ['all', t('filter.all')]], onChange: setForce })}
			<span class="dim">${t('rules.count', { n: shown.length })}${answer && ` · ${answer.from} – ${answer.to}`}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
		${value && h(/** @type {typeof TableGrid<Rule>} */ (TableGrid), { label: t('page.rules'), columns, items: shown, sort: { key: 'alerts', down: true }, onOpen: (r) => navigate(`/rules/${r.id}`), rowClass: (r) => (r.in_force ? '' : 'gone-rule') })}
	</div>`;
}
