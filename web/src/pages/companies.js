// @ts-check
/* All companies of the chamber. */
import { h, html, useLoad, useMemo, useState } from '../lib.js';
import { count, t } from '../app.js';
import { get } from '../api.js';
import { navigate } from '../router.js';
import { anchor, chip, text, time } from '../ui/cells.js';
import { Failed, Loading } from '../ui/parts.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Company} Company */

/** @param {Company} c */
function monitored(c) {
	if (!c.monitored_from) return '―';
	return `${c.monitored_from} – ${c.monitored_to ?? ''}`;
}

/** @returns {import('../ui/table-grid.js').SortColumn<Company>[]} */
function columns() {
	return [
		{ key: 'name', label: t('column.company'), width: 'minmax(160px, 2fr)', paint: (c, x) => anchor(c, `/companies/${x.id}`, x.name), sort: (x) => x.name },
		{ key: 'member', label: t('column.member'), width: '104px', paint: (c, x) => chip(c, x.member ? 'member' : 'quiet', t(x.member ? 'company.member' : 'company.non_member')), sort: (x) => (x.member ? 1 : 0) },
		{ key: 'number', label: t('column.member_no'), width: '88px', paint: (c, x) => text(c, x.member_no ?? ''), sort: (x) => x.member_no ?? '', from: 1100 },
		{ key: 'industry', label: t('column.industry'), width: 'minmax(80px, 1fr)', paint: (c, x) => text(c, x.industry ?? ''), sort: (x) => x.industry ?? '' },
		{ key: 'employees', label: t('column.employees'), width: '76px', align: 'end', paint: (c, x) => text(c, x.employees === null ? '' : count(x.employees)), sort: (x) => x.employees ?? -1, from: 900 },
		{ key: 'area', label: t('column.area'), width: 'minmax(98px, .8fr)', paint: (c, x) => text(c, x.area ?? ''), sort: (x) => x.area ?? '', from: 1000 },
		{ key: 'grave', label: t('column.open_grave'), title: t('column.open_grave_title'), width: '84px', align: 'end', paint: (c, x) => number(c, x.open_grave, x.open_grave ? 'hot' : ''), sort: (x) => x.open_grave + x.open_incidents / 1e9 },
		{ key: 'open', label: t('column.open_incidents'), title: t('column.open_incidents_title'), width: '84px', align: 'end', paint: (c, x) => number(c, x.open_incidents), sort: (x) => x.open_incidents },
		{ key: 'detections', label: t('column.detections_30d'), width: '96px', align: 'end', paint: (c, x) => number(c, x.detections_30d), sort: (x) => x.detections_30d },
		{ key: 'sensors', label: t('column.sensors'), width: '74px', align: 'end', paint: (c, x) => number(c, x.sensors), sort: (x) => x.sensors },
		{ key: 'down', label: t('column.sensors_down'), width: '72px', align: 'end', paint: (c, x) => number(c, x.sensors_down, x.sensors_down ? 'hot' : ''), sort: (x) => x.sensors_down },
		{ key: 'monitored', label: t('column.monitored'), width: '186px', paint: (c, x) => text(c, monitored(x)), sort: (x) => x.monitored_from ?? '', from: 1300 },
		{ key: 'seen', label: t('column.last_seen'), width: '146px', paint: (c, x) => time(c, x.last_seen_at), sort: (x) => x.last_seen_at ?? '', from: 860 },
	];
}

/** @param {HTMLElement} cell @param {number} n @param {string} [tone] */
function number(cell, n, tone = '') {
	text(cell, count(n));
	cell.classList.toggle('zero', n === 0);
	cell.classList.toggle('hot', tone === 'hot');
}

export function Companies() {
	const { value, error, reload } = useLoad(() => get('/v1/companies'), '');
	const [wanted, setWanted] = useState('');
	const companies = /** @type {Company[]} */ (value ? /** @type {any} */ (value).companies : []);
	const shown = useMemo(() => {
		const low = wanted.trim().toLowerCase();
		return companies.filter((c) => [c.name, c.member_no, c.industry, c.area].some((x) => (x ?? '').toLowerCase().includes(low)));
	}, [value, wanted]);
	return html`<div class="page">
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input id="filter-text" type="search" placeholder=${t('filter.company')} aria-label=${t('filter.company')} autocomplete="off" value=${wanted} onInput=${(/** @type {Event} */ e) => setWanted(/** @type {HTMLInputElement} */ (e.target).value)} />
			<span class="dim">${t('companies.count', { n: shown.length })}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
		${value && h(/** @type {typeof TableGrid<Company>} */ (TableGrid), { label: t('page.companies'), columns, items: shown, sort: { key: 'grave', down: true }, onOpen: (c) => navigate(`/companies/${c.id}`) })}
	</div>`;
}
