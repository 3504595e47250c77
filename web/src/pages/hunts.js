// @ts-check
/* Retro-hunts: indicators looked for in what all members met before they were known. */
import { h, html, useLoad } from '../lib.js';
import { count, t, word } from '../app.js';
import { get } from '../api.js';
import { navigate } from '../router.js';
import { anchor, chip, text, time } from '../ui/cells.js';
import { Empty, Failed, Loading } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Hunt} Hunt */

/** @param {number | null} ms */
export function seconds(ms) {
	return ms === null ? '―' : t('hunt.seconds', { s: (ms / 1000).toFixed(1) });
}

/** @returns {import('../ui/table-grid.js').SortColumn<Hunt>[]} */
function columns() {
	return [
		{ key: 'state', label: t('column.state'), width: '96px', paint: (c, x) => chip(c, `hunt-${x.state}`, word('hunt_state', x.state)), sort: (x) => x.state },
		{ key: 'id', label: t('column.no'), width: '72px', paint: (c, x) => anchor(c, `/hunts/${x.id}`, `#${x.id}`), sort: (x) => x.id },
		{ key: 'feed', label: t('column.indicator_source'), width: 'minmax(140px, 2fr)', paint: (c, x) => text(c, x.source.name), sort: (x) => x.source.name },
		{ key: 'indicators', label: t('page.indicators'), width: '104px', align: 'end', paint: (c, x) => text(c, count(x.indicators)), sort: (x) => x.indicators },
		{ key: 'companies', label: t('column.companies_found'), width: '112px', align: 'end', paint: paintFound, sort: (x) => x.companies },
		{ key: 'took', label: t('column.took'), width: '92px', align: 'end', paint: (c, x) => text(c, seconds(x.duration_ms)), sort: (x) => x.duration_ms ?? 0 },
		{ key: 'actor', label: t('column.actor'), width: 'minmax(120px, 1fr)', paint: (c, x) => text(c, x.actor), sort: (x) => x.actor },
		{ key: 'at', label: t('column.time'), width: '146px', paint: (c, x) => time(c, x.created_at), sort: (x) => x.created_at },
	];
}

/** @param {HTMLElement} cell @param {Hunt} x */
function paintFound(cell, x) {
	text(cell, count(x.companies));
	cell.classList.toggle('hot', x.companies > 0);
}

export function Hunts() {
	const { value, error, reload } = useLoad(() => get('/v1/hunts?limit=500'), '');
	const hunts = /** @type {Hunt[]} */ (value ? /** @type {any} */ (value).hunts : []);
	return html`<div class="page">
		${Tabs({ group: 'indicators', current: 'hunts' })} ${error && Failed({ error, retry: reload })} ${!value && !error && Loading()} ${value && hunts.length === 0 && Empty({ text: t('hunt.empty') })}
		${value && hunts.length > 0 && h(/** @type {typeof TableGrid<Hunt>} */ (TableGrid), { label: t('tab.hunts'), columns, items: hunts, sort: { key: 'at', down: true }, onOpen: (x) => navigate(`/hunts/${x.id}`) })}
	</div>`;
}
