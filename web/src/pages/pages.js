// @ts-check
/* Pages: everything that somebody had to answer, newest first. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, t, word } from '../app.js';
import { get } from '../api.js';
import { keepQuery, navigate } from '../router.js';
import { listen } from '../stream.js';
import { anchor, chip, severity, text, time } from '../ui/cells.js';
import { Choice, Empty, Failed, Loading } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types-oncall').OncallPage} OncallPage */

/** @returns {import('../ui/table-grid.js').SortColumn<OncallPage>[]} */
function columns() {
	return [
		{ key: 'severity', label: t('column.severity'), width: '76px', paint: (c, p) => severity(c, p.severity), sort: (p) => -p.severity },
		{ key: 'state', label: t('column.state'), width: '116px', paint: (c, p) => chip(c, `page-${p.state}`, word('page_state', p.state)), sort: (p) => p.state },
		{ key: 'title', label: t('column.title'), width: 'minmax(220px, 3fr)', paint: (c, p) => anchor(c, `/pages/${p.id}`, p.title), sort: (p) => p.title },
		{ key: 'company', label: t('column.company'), width: 'minmax(120px, 1.4fr)', paint: (c, p) => text(c, p.companies > 1 ? t('pages.companies', { n: p.companies }) : (p.subject?.company ?? '')), sort: (p) => p.subject?.company ?? '' },
		{ key: 'subjects', label: t('pages.subjects'), width: '72px', align: 'end', paint: (c, p) => text(c, count(p.subjects)), sort: (p) => p.subjects },
		{ key: 'policy', label: t('pager.policy'), width: 'minmax(90px, 1fr)', paint: (c, p) => text(c, p.policy.name), sort: (p) => p.policy.name, from: 1000 },
		{ key: 'raised', label: t('oncall.raised'), width: '146px', paint: (c, p) => time(c, p.raised_at), sort: (p) => p.raised_at },
		{ key: 'by', label: t('pager.acked'), width: '110px', paint: (c, p) => text(c, p.ack_by?.display_name ?? (p.nobody ? t('oncall.was_nobody') : '―')), sort: (p) => p.ack_by?.display_name ?? '' },
		{ key: 'acked', label: t('pager.acked_at'), width: '146px', paint: (c, p) => time(c, p.ack_at), sort: (p) => p.ack_at ?? '', from: 1160 },
	];
}

/** @param {{query: URLSearchParams}} props */
export function Pages({ query }) {
	const [state, setState] = useState(query.get('state') ?? 'open');
	useEffect(() => keepQuery(new URLSearchParams(state === 'open' ? {} : { state })), [state]);
	const { value, error, reload } = useLoad(() => get(`/v1/pages?state=${state}&limit=500`), state);
	const [kept, setKept] = useState(/** @type {{key: string, pages: OncallPage[]} | null} */ (null));
	useEffect(() => {
		if (value) setKept({ key: state, pages: /** @type {any} */ (value).pages });
	}, [value]);
	useEffect(() => {
		document.title = `${t('tab.pages')} - Hinomi`;
		return listen((event) => event.event === 'page.upsert' && reload());
	}, []);
	const pages = value ? /** @type {OncallPage[]} */ (/** @type {any} */ (value).pages) : kept?.key === state ? kept.pages : null;
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'pages' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Choice({ label: t('column.state'), value: state, usual: 'open', options: [['unacked', t('pages.unacked')], ['open', t('pages.open')], ['all', t('filter.all')]], onChange: setState })}
			<span class="dim">${pages ? t('pages.count', { n: pages.length }) : ''}</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!pages && !error && Loading()} ${pages && pages.length === 0 && Empty({ text: t('pages.none') })}
		${pages && pages.length > 0 && h(/** @type {typeof TableGrid<OncallPage>} */ (TableGrid), { label: t('tab.pages'), columns, items: pages, sort: { key: 'raised', down: true }, onOpen: (p) => navigate(`/pages/${p.id}`) })}
	</div>`;
}
