// @ts-check
/* One alert beside the list: what fired and why, its incident, the raw record. */
import { h, html, useEffect, useState } from '../lib.js';
import { count, t, word, zone } from '../app.js';
import { get } from '../api.js';
import { listen } from '../stream.js';
import { fetchIncident, present, recall } from '../triage.js';
import { Icon } from './icons.js';
import { DirectionChip, Severity, StateChip, Time } from './parts.js';
import { Raw, reasonSentence } from './record.js';

/** @typedef {import('../types').Alert} Alert */
/** @typedef {import('../types').Incident} Incident */
/** @typedef {(change: Partial<import('../core/alert-filter.js').AlertFilter>) => void} Narrow */

/* Walking down the list with a key held must not ask for every row passed. */
const SETTLE_MS = 90;

/** @param {{alert: Alert, close: () => void, narrow: Narrow}} props */
export function Peek({ alert, close, narrow }) {
	const [full, setFull] = useState(/** @type {Alert | null} */ (null));
	const [incident, setIncident] = useState(/** @type {Incident | null} */ (recall(present(alert.incident_id)) ?? null));
	const [error, setError] = useState('');
	useEffect(() => {
		const abort = new AbortController();
		setError('');
		setIncident(recall(present(alert.incident_id)) ?? null);
		const timer = setTimeout(async () => {
			try {
				setFull(await get(`/v1/alerts/${alert.id}?company=${alert.company_id}`, abort.signal));
				if (alert.incident_id !== null) setIncident(await fetchIncident(alert.incident_id, abort.signal));
			} catch (cause) {
				if (!abort.signal.aborted) setError(/** @type {Error} */ (cause).message);
			}
		}, SETTLE_MS);
		return () => {
			clearTimeout(timer);
			abort.abort();
		};
	}, [alert.id, alert.incident_id]);
	useEffect(
		() =>
			listen((event) => {
				if (event.event !== 'incident.upsert') return;
				/* The list has learnt of it first. */
				const mine = present(alert.incident_id);
				if ([alert.incident_id, mine].includes(event.data.incident.id)) setIncident(recall(mine) ?? event.data.incident);
			}),
		[alert.incident_id],
	);
	const a = full?.id === alert.id ? full : alert;
	return html`<aside class="peek" aria-label=${t('peek.title')}>
		<header>
			<h2>${a.signature || a.category || t(a.kind === 'unparsed' ? 'alert.unparsed' : 'alert.unnamed')}</h2>
			<button class="icon-button" onClick=${close} title=${`${t('action.close')} (Esc)`} aria-label=${t('action.close')}>${Icon({ name: 'close' })}</button>
			<p class="chips">
				${Severity({ level: a.severity, long: true })} ${DirectionChip(a)}
				<span class=${`chip act-${a.action}`}>${word('action', a.action)}</span>
				<a href=${`/companies/${a.company_id}`}>${a.company}</a>
			</p>
		</header>
		<div class="peek-body">
			${Why({ a })} ${a.incident_id !== null && IncidentBox({ a, incident })} ${Facts({ a, narrow })}
			<h3>${t('peek.raw')} ${a.format && html`<small>${a.format}</small>`}</h3>
			${error && html`<p class="failed">${error}</p>`}
			${full?.id === alert.id ? (full.raw ? h(Raw, { raw: full.raw }) : html`<p class="none">${t('peek.no_raw')}</p>`) : html`<p class="loading">${t('loading')}</p>`}
			${full?.id === alert.id && full.raw_base64 && html`<p class="hint">${t('peek.bytes')}</p>`}
		</div>
	</aside>`;
}

/** Why it fired. @param {{a: Alert}} props */
function Why({ a }) {
	const stage = a.stage && a.stage !== 'none' ? word('stage', a.stage) : '';
	return html`<dl class="pairs">
		${Pair(t('peek.engine'), word('engine', a.engine))} ${a.category && Pair(t('peek.category'), a.category)}
		${Pair(t('peek.signature_id'), a.signature_id ?? '―')} ${stage && Pair(t('peek.stage'), stage)}
		${a.technique.length > 0 && Pair('ATT&CK', a.technique.join(', '))} ${Pair(t('peek.score'), `${a.score} / 100`)}
	</dl>`;
}

/** @param {{a: Alert, incident: Incident | null}} props */
function IncidentBox({ a, incident }) {
	return html`<section class="peek-incident">
		<p>
			<a href=${`/incidents/${incident?.id ?? a.incident_id}`}>${t('incident.number', { no: String(incident?.no ?? a.incident_no) })}</a>
			${incident && StateChip({ state: incident.state })}
			${incident?.owner && html`<span class="owner">${incident.owner.display_name}</span>`}
			${incident && html`<span class="dim">${t('incident.detections', { n: incident.detection_count })}</span>`}
		</p>
		${incident && html`<p class="dim">${reasonSentence(incident)}</p>`}
	</section>`;
}

/** @param {{a: Alert, narrow: Narrow}} props */
function Facts({ a, narrow }) {
	return html`<dl class="pairs">
		${Pair(t('column.source'), Address(a.source, narrow))} ${Pair(t('column.destination'), Address(a.destination, narrow))}
		${a.transport && Pair(t('peek.transport'), a.transport.toUpperCase())} ${a.inside_ip && Pair(t('peek.inside'), a.inside_ip)}
		${a.attacker_ip && Pair(t('peek.attacker'), a.attacker_ip)}
		${Pair(t('column.time'), html`${Time({ ts: a.ts })} <small>${zone().label}</small>${!a.clock_ok && html`<span class="chip warn">${t('peek.clock')}</span>`}`)}
		${Pair(t('peek.received'), Time({ ts: a.received_at }))} ${!a.clock_ok && a.event_time && Pair(t('peek.claimed'), Time({ ts: a.event_time }))}
		${Pair(t('peek.sensor'), a.sensor)} ${a.repeat_count > 1 && Pair(t('peek.repeat'), count(a.repeat_count))}
		${a.community_id && Pair('Community ID', html`<code>${a.community_id}</code>`)} ${a.flow_id && Pair(t('peek.flow'), html`<code>${String(a.flow_id)}</code>`)}
	</dl>`;
}

/** @param {{ip: string | null, port: number | null}} end @param {Narrow} narrow */
function Address(end, narrow) {
	if (!end.ip) return '―';
	const ip = end.ip;
	return html`<span class="address">${ip}${end.port !== null && html`<span class="dim">:${end.port}</span>`}</span>
		<button class="mini" onClick=${() => narrow({ q: ip })} title=${t('peek.same_title')}>${t('peek.same')}</button>`;
}

/** @param {string} label @param {any} value */
export function Pair(label, value) {
	return html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
}
