// @ts-check
/* Campaigns: the same attacker, destination, signature or indicator at several companies within days. */
import { h, html, useLoad, useState } from '../lib.js';
import { count, isStaff, t, word } from '../app.js';
import { get } from '../api.js';
import { navigate } from '../router.js';
import { chip, severity, text, time } from '../ui/cells.js';
import { Choice, Empty, Failed, Loading, wordOptions } from '../ui/parts.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Campaign} Campaign */

export const CAMPAIGN_KINDS = ['source', 'destination', 'signature', 'indicator'];

/** @returns {import('../ui/table-grid.js').SortColumn<Campaign>[]} */
function columns() {
	/** @type {import('../ui/table-grid.js').SortColumn<Campaign>[]} */
	const all = [
		{ key: 'severity', label: t('column.severity'), width: '76px', paint: (c, x) => severity(c, x.severity), sort: (x) => -x.severity },
		{ key: 'kind', label: t('column.campaign_kind'), width: '108px', paint: (c, x) => chip(c, `campaign-${x.kind}`, word('campaign_kind', x.kind)), sort: (x) => x.kind },
		{ key: 'key', label: t('column.shared'), width: 'minmax(130px, 1.2fr)', paint: (c, x) => text(c, x.key, x.key), sort: (x) => x.key },
		{ key: 'title', label: t('column.title'), width: 'minmax(180px, 2.4fr)', paint: (c, x) => text(c, x.title, x.title), sort: (x) => x.title },
		{ key: 'companies', label: t('column.companies_hit'), width: '88px', align: 'end', paint: (c, x) => text(c, count(x.companies)), sort: (x) => x.companies },
		{ key: 'alerts', label: t('column.alerts'), width: '84px', align: 'end', paint: (c, x) => text(c, count(x.alerts)), sort: (x) => x.alerts ?? 0 },
		{ key: 'warned', label: t('column.own_part'), width: '132px', paint: (c, x) => chip(c, x.own ? 'warn' : '', t(x.own ? 'campaign.own_hit' : 'campaign.own_warned')), sort: (x) => (x.own ? 1 : 0) },
		{ key: 'first', label: t('column.first'), width: '146px', paint: (c, x) => time(c, x.first_ts), sort: (x) => x.first_ts, from: 1000 },
		{ key: 'last', label: t('column.last'), width: '146px', paint: (c, x) => time(c, x.last_ts), sort: (x) => x.last_ts },
	];
	return all.filter((c) => c.key !== (isStaff() ? 'warned' : 'alerts'));
}

/** @param {{query: URLSearchParams}} props */
export function Campaigns({ query }) {
	const [kind, setKind] = useState(query.get('kind') ?? '');
	const [wanted, setWanted] = useState(query.get('q') ?? '');
	const path = `/v1/campaigns?${new URLSearchParams({ limit: '500', ...(kind ? { kind } : {}), ...(wanted ? { q: wanted } : {}) })}`;
	const { value, error, reload } = useLoad(() => get(path), path);
	const campaigns = /** @type {Campaign[]} */ (value ? /** @type {any} */ (value).campaigns : []);
	return html`<div class="page">
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input id="filter-text" type="search" placeholder=${t('filter.campaign')} aria-label=${t('filter.campaign')} autocomplete="off" value=${wanted} onChange=${(/** @type {Event} */ e) => setWanted(/** @type {HTMLInputElement} */ (e.target).value.trim())} />
			${Choice({ label: t('column.campaign_kind'), value: kind, options: wordOptions(t('filter.all_kinds'), 'campaign_kind', CAMPAIGN_KINDS), onChange: setKind })}
			<span class="dim">${t('campaign.explained')}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
		${value && campaigns.length === 0 && Empty({ text: t('campaign.empty') })}
		${value && campaigns.length > 0 && h(/** @type {typeof TableGrid<Campaign>} */ (TableGrid), { key: path, label: t('page.campaigns'), columns, items: campaigns, sort: { key: 'last', down: true }, onOpen: (c) => navigate(`/campaigns/${c.id}`) })}
	</div>`;
}
