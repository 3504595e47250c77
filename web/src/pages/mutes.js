// @ts-check
/* Mutes and drills: what is hidden from the list of incidents, by whom, why and until when. */
import { h, html, useEffect, useLoad, useMemo, useState } from '../lib.js';
import { count, mayTriage, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { readConditions } from '../core/conditions.js';
import { navigate } from '../router.js';
import { chip, text, time } from '../ui/cells.js';
import { MuteForm } from '../ui/mute-form.js';
import { Choice, Empty, Failed, Loading, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';
import { TableGrid } from '../ui/table-grid.js';

/** @typedef {import('../types').Mute} Mute */

/** @param {Mute} m */
export function scopeWords(m) {
	return m.scope === 'company' ? (m.company ?? '') : m.scope === 'group' ? t('mute.group', { tag: m.group_tag ?? '' }) : t('mute.all');
}

/** @param {unknown} conditions */
export function conditionText(conditions) {
	return readConditions(conditions)
		.map(([field, modifiers, value]) => `${word('field', field)}${modifiers ? ` ${word('modifier', modifiers)}` : ''} ${value}`)
		.join(' + ');
}

/** @returns {import('../ui/table-grid.js').SortColumn<Mute>[]} */
function columns() {
	return [
		{ key: 'state', label: t('column.state'), width: '84px', paint: (c, m) => chip(c, `mute-${m.state}`, word('mute_state', m.state)), sort: (m) => m.state },
		{ key: 'kind', label: t('column.mute_kind'), width: '76px', paint: (c, m) => chip(c, m.kind === 'drill' ? 'warn' : '', word('mute_kind', m.kind)), sort: (m) => m.kind },
		{ key: 'scope', label: t('column.scope'), width: 'minmax(120px, 1.2fr)', paint: (c, m) => text(c, scopeWords(m), scopeWords(m)), sort: scopeWords },
		{ key: 'conditions', label: t('column.conditions'), width: 'minmax(180px, 2.4fr)', paint: (c, m) => text(c, conditionText(m.conditions), JSON.stringify(m.conditions)) },
		{ key: 'reason', label: t('column.reason'), width: 'minmax(140px, 1.8fr)', paint: (c, m) => text(c, m.reason, m.reason), sort: (m) => m.reason },
		{ key: 'hits', label: t('column.hidden'), width: '84px', align: 'end', paint: (c, m) => text(c, count(m.hits)), sort: (m) => m.hits },
		{ key: 'last', label: t('column.last_hit'), width: '96px', paint: (c, m) => text(c, m.last_hit_day ?? '―'), sort: (m) => m.last_hit_day ?? '', from: 1100 },
		{ key: 'owner', label: t('column.owner'), width: '96px', paint: (c, m) => text(c, m.owner.display_name), sort: (m) => m.owner.display_name, from: 940 },
		{ key: 'expires', label: t('column.expires'), width: '146px', paint: (c, m) => time(c, m.ended_at ?? m.expires_at), sort: (m) => m.ended_at ?? m.expires_at },
	];
}

/** @param {{query: URLSearchParams}} props */
export function Mutes({ query }) {
	const asked = query.get('field');
	const [adding, setAdding] = useState(Boolean(asked) && mayTriage());
	const [state, setState] = useState('active');
	const [kind, setKind] = useState('');
	const { value, error, reload } = useLoad(() => get(`/v1/mutes?limit=500&state=${state}`), state);
	const mutes = /** @type {Mute[]} */ (value ? /** @type {any} */ (value).mutes : []);
	const shown = useMemo(() => mutes.filter((m) => !kind || m.kind === kind), [value, kind]);
	useEffect(() => {
		document.title = `${t('tab.mutes')} - Hinomi`;
	}, []);
	return html`<div class="page">
		${Tabs({ group: 'rules', current: 'mutes' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Choice({ label: t('column.state'), value: state, usual: 'active', options: [['active', t('mute.active')], ['expired', t('mute.over')], ['all', t('filter.all')]], onChange: setState })}
			${Choice({ label: t('column.mute_kind'), value: kind, options: wordOptions(t('filter.all_kinds'), 'mute_kind', ['mute', 'drill']), onChange: setKind })}
			<span class="dim">${t('mute.explained')}</span>
			${mayTriage() && html`<button type="button" class="button primary push" aria-expanded=${adding} onClick=${() => setAdding(!adding)}>${t('mute.add')}</button>`}
		</form>
		${adding &&
		h(MuteForm, {
			start: { company: query.get('company') ?? '', rows: asked ? [{ field: asked, modifier: '', value: query.get('value') ?? '' }] : [{ field: 'signature_id', modifier: '', value: '' }] },
			today: zone().day(Date.now()),
			done: (made) => {
				setAdding(false);
				if (made) reload();
			},
		})}
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()} ${value && shown.length === 0 && !adding && Empty({ text: t('mute.empty') })}
		${value && shown.length > 0 && h(/** @type {typeof TableGrid<Mute>} */ (TableGrid), { label: t('tab.mutes'), columns, items: shown, sort: { key: 'expires', down: false }, onOpen: (m) => navigate(`/mutes/${m.id}`) })}
	</div>`;
}
