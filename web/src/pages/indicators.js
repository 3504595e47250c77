// @ts-check
/* Indicators of compromise: what is looked for, where it comes from, and taking more in. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, mayGovern, t, word } from '../app.js';
import { get } from '../api.js';
import { shownState } from '../core/indicator.js';
import { keepQuery, navigate } from '../router.js';
import { anchor, chip, text, time } from '../ui/cells.js';
import { ImportForm } from '../ui/import-form.js';
import { Choice, Empty, Failed, Loading, Time, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Indicator} Indicator */
/** @typedef {import('../types').IndicatorSource} IndicatorSource */

const PAGE = 500;

/** @returns {import('../ui/table-grid.js').SortColumn<Indicator>[]} */
function columns() {
	return [
		{ key: 'state', label: t('column.state'), width: '92px', paint: (c, i) => chip(c, `indicator-${shownState(i, Date.now())}`, word('indicator_state', shownState(i, Date.now()))), sort: (i) => shownState(i, Date.now()) },
		{ key: 'kind', label: t('column.indicator_kind'), width: '92px', paint: (c, i) => text(c, word('indicator_kind', i.kind)), sort: (i) => i.kind },
		{ key: 'value', label: t('column.value'), width: 'minmax(200px, 2.4fr)', paint: (c, i) => anchor(c, `/indicators/${i.id}`, i.value), sort: (i) => i.value },
		{ key: 'feed', label: t('column.indicator_source'), width: 'minmax(100px, 1fr)', paint: (c, i) => text(c, i.source.name), sort: (i) => i.source.name },
		{ key: 'labels', label: t('column.labels'), width: 'minmax(100px, 1.4fr)', paint: (c, i) => text(c, [...i.labels, i.state_reason].filter(Boolean).join(', ')), sort: (i) => i.labels.join(), from: 980 },
		{ key: 'confidence', label: t('column.confidence'), width: '76px', align: 'end', paint: (c, i) => text(c, count(i.confidence)), sort: (i) => i.confidence },
		{ key: 'tlp', label: 'TLP', width: '148px', paint: (c, i) => chip(c, `tlp-${i.tlp.replace('+', '-')}`, `TLP:${i.tlp.toUpperCase()}`), sort: (i) => i.tlp, from: 860 },
		{ key: 'until', label: t('column.valid_until'), width: '146px', paint: (c, i) => time(c, i.valid_until), sort: (i) => i.valid_until ?? '9999', from: 1100 },
		{ key: 'added', label: t('column.added'), width: '146px', paint: (c, i) => time(c, i.created_at), sort: (i) => i.created_at },
	];
}

/** @param {{query: URLSearchParams}} props */
export function Indicators({ query }) {
	const [filter, setFilter] = useState({ q: query.get('q') ?? '', kind: query.get('kind') ?? '', source: query.get('source') ?? '', state: query.get('state') ?? '' });
	const [adding, setAdding] = useState(false);
	const asked = new URLSearchParams(Object.entries(filter).filter(([, v]) => v)).toString();
	useEffect(() => keepQuery(new URLSearchParams(asked)), [asked]);
	const { value, error, reload } = useLoad(() => get(`/v1/indicators?limit=${PAGE}${asked && `&${asked}`}`), asked);
	const sources = useLoad(() => get('/v1/indicator-sources'), '');
	const known = /** @type {IndicatorSource[]} */ (sources.value ? /** @type {any} */ (sources.value).sources : []);
	const list = /** @type {Indicator[]} */ (value ? /** @type {any} */ (value).indicators : []);
	/** @param {Partial<typeof filter>} change */
	const narrow = (change) => setFilter({ ...filter, ...change });
	return html`<div class="page">
		${Tabs({ group: 'indicators', current: 'indicators' })}
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input id="filter-text" type="search" placeholder=${t('filter.indicator')} aria-label=${t('filter.indicator')} autocomplete="off" value=${filter.q} onChange=${(/** @type {Event} */ e) => narrow({ q: /** @type {HTMLInputElement} */ (e.target).value.trim() })} />
			${Choice({ label: t('column.indicator_kind'), value: filter.kind, options: wordOptions(t('filter.all_kinds'), 'indicator_kind', ['ip', 'domain', 'url', 'hash']), onChange: (kind) => narrow({ kind }) })}
			${Choice({ label: t('column.indicator_source'), value: filter.source, options: [['', t('filter.all_sources')], ...known.map((s) => /** @type {[string, string]} */ ([String(s.id), s.name]))], onChange: (source) => narrow({ source }) })}
			${Choice({ label: t('column.state'), value: filter.state, options: wordOptions(t('filter.all_states'), 'indicator_state', ['active', 'held_back', 'revoked']), onChange: (state) => narrow({ state }) })}
			${value && /** @type {any} */ (value).next && html`<span class="dim">${t('indicator.first_page', { n: PAGE })}</span>`}
			${mayGovern() && html`<button type="button" class="button primary push" aria-expanded=${adding} onClick=${() => setAdding(!adding)}>${t('indicator.import')}</button>`}
		</form>
		${adding &&
		h(ImportForm, {
			sources: known.map((s) => s.name),
			done: () => {
				reload();
				sources.reload();
			},
			close: () => setAdding(false),
		})}
		${known.length > 0 && !adding && Sources({ sources: known, chosen: filter.source, choose: (source) => narrow({ source }) })} ${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
		${value && list.length === 0 && Empty({ text: t('indicator.empty') })}
		${value && list.length > 0 && h(/** @type {typeof TableGrid<Indicator>} */ (TableGrid), { key: asked, label: t('page.indicators'), columns, items: list, sort: { key: 'added', down: true }, onOpen: (i) => navigate(`/indicators/${i.id}`) })}
	</div>`;
}

/** @param {{sources: IndicatorSource[], chosen: string, choose: (id: string) => void}} props */
function Sources({ sources, chosen, choose }) {
	return html`<ul class="sources">
		${sources.map(
			(s) => html`<li>
				<button class="source" aria-pressed=${String(s.id) === chosen} onClick=${() => choose(String(s.id) === chosen ? '' : String(s.id))}>
					<b>${s.name}</b><span>${t('indicator.source_counts', { active: s.active, held: s.held_back })}</span>
					<span class="dim">${s.imported_at ? Time({ ts: s.imported_at }) : '―'}${s.rejects > 0 && html` · <span title=${s.last_rejects.map((r) => `${r.entry}: ${r.reason}`).join('\n')}>${t('indicator.rejects', { n: s.rejects })}</span>`}</span>
				</button>
			</li>`,
		)}
	</ul>`;
}
