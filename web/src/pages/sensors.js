// @ts-check
/* Every sensor: does it live, is its clock right, does it keep up. */
import { h, html, useEffect, useLoad, useMemo, useState } from '../lib.js';
import { count, t, word } from '../app.js';
import { get } from '../api.js';
import { listen } from '../stream.js';
import { daysLeft, showBytes, showSkew } from '../core/times.js';
import { anchor, chip, text, time } from '../ui/cells.js';
import { paintHeat } from '../ui/charts.js';
import { Choice, Failed, Loading, wordOptions } from '../ui/parts.js';
import { TableGrid } from '../ui/table-grid.js';
import { navigate } from '../router.js';

/** @typedef {import('../types').Sensor} Sensor */

const STATES = ['down', 'late', 'new', 'up', 'muted', 'revoked'];
/* A clock this far off is worth a look; certificates this near their end as well. */
const SKEW_MS = 5000;
const CERTIFICATE_DAYS = 14;

/** @param {HTMLElement} cell @param {string} words @param {boolean} hot @param {string} [title] */
function flagged(cell, words, hot, title) {
	text(cell, words, title);
	cell.classList.toggle('hot', hot);
}

/** @param {HTMLElement} cell @param {Sensor} s */
function paintDrops(cell, s) {
	const { expected, received, dropped, unparsed, duplicate, ignored } = s.today;
	const title = t('sensor.today', { expected, received, dropped, unparsed, duplicate, ignored });
	flagged(cell, count(dropped), dropped > 0, title);
	cell.classList.toggle('zero', dropped === 0);
}

/** @param {HTMLElement} cell @param {Sensor} s */
function paintCertificate(cell, s) {
	if (!s.certificate_not_after) return flagged(cell, '―', false);
	const days = daysLeft(s.certificate_not_after, Date.now());
	flagged(cell, t('sensor.days', { n: days }), days < CERTIFICATE_DAYS, s.certificate_not_after);
}

/** @param {boolean} withCompany @returns {import('../ui/table-grid.js').SortColumn<Sensor>[]} */
export function sensorColumns(withCompany) {
	/** @type {import('../ui/table-grid.js').SortColumn<Sensor>[]} */
	const columns = [
		{ key: 'state', label: t('column.state'), width: '88px', paint: (c, s) => chip(c, `sensor-${s.state}`, word('sensor', s.state)), sort: (s) => -STATES.indexOf(s.state) },
		{ key: 'name', label: t('column.sensor'), width: 'minmax(100px, 1.2fr)', paint: (c, s) => text(c, s.name, s.name), sort: (s) => s.name },
		{ key: 'company', label: t('column.company'), width: 'minmax(120px, 1.6fr)', paint: (c, s) => anchor(c, `/companies/${s.company_id}`, s.company), sort: (s) => s.company },
		{ key: 'hours', label: t('column.hours'), width: '182px', paint: (c, s) => paintHeat(c, s.hours), sort: (s) => s.hours.reduce((a, b) => a + b, 0), from: 780 },
		{ key: 'received', label: t('column.received_today'), width: '86px', align: 'end', paint: (c, s) => text(c, count(s.today.received)), sort: (s) => s.today.received },
		{ key: 'seen', label: t('column.last_seen'), width: '146px', paint: (c, s) => time(c, s.last_seen_at), sort: (s) => s.last_seen_at ?? '' },
		{ key: 'event', label: t('column.last_event'), width: '146px', paint: (c, s) => time(c, s.last_event_at), sort: (s) => s.last_event_at ?? '', from: 1480 },
		{ key: 'skew', label: t('column.skew'), width: '76px', align: 'end', paint: (c, s) => flagged(c, s.clock_skew_ms === null ? '―' : showSkew(s.clock_skew_ms), Math.abs(s.clock_skew_ms ?? 0) > SKEW_MS), sort: (s) => Math.abs(s.clock_skew_ms ?? 0) },
		{ key: 'spool', label: t('column.spool'), width: '72px', align: 'end', paint: (c, s) => flagged(c, s.spool_records === null ? '―' : count(s.spool_records), (s.spool_records ?? 0) > 10000, s.spool_bytes === null ? '' : showBytes(s.spool_bytes)), sort: (s) => s.spool_records ?? -1 },
		{ key: 'drops', label: t('column.drops'), width: '64px', align: 'end', paint: paintDrops, sort: (s) => s.today.dropped },
		{ key: 'unparsed', label: t('column.unparsed'), width: '76px', align: 'end', paint: (c, s) => flagged(c, count(s.today.unparsed), s.today.unparsed > 0), sort: (s) => s.today.unparsed, from: 1240 },
		{ key: 'disk', label: t('column.disk'), width: '84px', align: 'end', paint: (c, s) => text(c, s.disk_free_bytes === null ? '―' : showBytes(s.disk_free_bytes)), sort: (s) => s.disk_free_bytes ?? -1, from: 1340 },
		{ key: 'certificate', label: t('column.certificate'), width: '68px', align: 'end', paint: paintCertificate, sort: (s) => s.certificate_not_after ?? '9999' },
		{ key: 'version', label: t('column.version'), width: '66px', paint: (c, s) => text(c, s.agent_version ?? '―'), sort: (s) => s.agent_version ?? '', from: 1160 },
	];
	return withCompany ? columns : columns.filter((c) => c.key !== 'company');
}

/** @param {{query: URLSearchParams}} props */
export function Sensors({ query }) {
	const { value, error, reload } = useLoad(() => get('/v1/sensors'), '');
	const [sensors, setSensors] = useState(/** @type {Sensor[]} */ ([]));
	const [state, setState] = useState(query.get('state') ?? '');
	const [wanted, setWanted] = useState('');
	useEffect(() => setSensors(value ? /** @type {any} */ (value).sensors : []), [value]);
	useEffect(
		() =>
			listen((event) => {
				if (event.event === 'reset') reload();
				if (event.event === 'sensor.upsert') setSensors((all) => all.map((s) => (s.id === event.data.sensor.id ? { ...s, ...event.data.sensor } : s)));
			}),
		[],
	);
	const shown = useMemo(() => {
		const low = wanted.trim().toLowerCase();
		return sensors.filter((s) => (!state || s.state === state) && [s.name, s.company].some((x) => x.toLowerCase().includes(low)));
	}, [sensors, state, wanted]);
	return html`<div class="page">
		<form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input id="filter-text" type="search" placeholder=${t('filter.sensor')} aria-label=${t('filter.sensor')} autocomplete="off" value=${wanted} onInput=${(/** @type {Event} */ e) => setWanted(/** @type {HTMLInputElement} */ (e.target).value)} />
			${Choice({ label: t('column.state'), value: state, options: wordOptions(t('filter.all_states'), 'sensor', STATES), onChange: setState })}
			<span class="tallies">
				${STATES.map((s) => [s, sensors.filter((x) => x.state === s).length]).map(([s, n]) => Number(n) > 0 && html`<span class=${`chip sensor-${s}`}>${word('sensor', s)} ${count(Number(n))}</span>`)}
			</span>
		</form>
		${error && Failed({ error, retry: reload })} ${!value && !error && Loading()}
		${value && h(/** @type {typeof TableGrid<Sensor>} */ (TableGrid), { label: t('page.sensors'), columns: () => sensorColumns(true), items: shown, sort: { key: 'state', down: true }, onOpen: (s) => navigate(`/companies/${s.company_id}`) })}
	</div>`;
}
