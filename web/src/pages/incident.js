// @ts-check
/* One incident: what it is and why it exists, what was done, its alerts with their raw records. */
import { h, html, useEffect, useState, useLoad } from '../lib.js';
import { count, isStaff, mayDo, mayTriage, ruleTitle, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { groupPairs } from '../core/cause.js';
import { Throttle } from '../core/throttle.js';
import { leftList, navigate } from '../router.js';
import { listen } from '../stream.js';
import { changeIncident, DISPOSITIONS, remember } from '../triage.js';
import { CaseReports } from '../ui/case-reports.js';
import { CallForm, CaseMember, CasePapers, CaseSteps, CaseTop, useCase } from '../ui/case-panel.js';
import { caseSaying, Via } from '../ui/case-words.js';
import { Causes } from '../ui/causes.js';
import { DirectionChip, Fact, Failed, Loading, Severity, StateChip, Time } from '../ui/parts.js';
import { Pair } from '../ui/peek.js';
import { Raw, reasonSentence } from '../ui/record.js';
import { endpoint } from './inbox.js';

/** @typedef {import('../types').IncidentPage} IncidentPage */
/** @typedef {import('../types').Alert} Alert */

/** A busy incident changes ten times a second: its page is loaded again once a second at most. */
const RELOAD_MS = 1000;

/* The state buttons, with the states each is offered in. */
const STEPS = /** @type {[string, string[]][]} */ ([
	['acknowledged', ['open']],
	['contained', ['open', 'acknowledged']],
	['open', ['closed', 'contained', 'acknowledged']],
]);

/** @param {{id: string}} props */
export function IncidentView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/incidents/${id}`), id);
	const [held, setHeld] = useState(/** @type {IncidentPage | null} */ (null));
	const [changed, setChanged] = useState(0);
	/* While it is loaded again, what was there stays on the screen. */
	useEffect(() => {
		if (!value) return;
		remember(/** @type {IncidentPage} */ (value));
		setHeld(/** @type {IncidentPage} */ (value));
	}, [value]);
	useEffect(() => {
		const again = new Throttle(() => {
			setChanged((n) => n + 1);
			reload();
		}, RELOAD_MS);
		const unlisten = listen((event) => {
			if (event.event === 'reset' || (event.event === 'incident.upsert' && event.data.incident.id === Number(id))) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, [id]);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	return h(Shown, { incident: held, changed });
}

/** @param {{incident: IncidentPage, changed: number}} props */
function Shown({ incident, changed }) {
	const [closing, setClosing] = useState(false);
	const file = useCase(incident, changed);
	const [calling, setCalling] = useState(/** @type {'' | 'page' | 'tell'} */ (''));
	/** @param {import('../triage.js').Change} change */
	const act = async (change) => {
		try {
			const after = await changeIncident(incident, change);
			if (!after) return;
			setClosing(false);
			say(t('incident.changed', { no: after.no, state: word('state', after.state) }));
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	useCommands(() => [...commands(incident, act), ...calls(setCalling)], [incident]);
	return html`<div class="page incident scrolls">
		${Head({ incident, act, close: () => setClosing(!closing), closing, calling, call: (what) => setCalling(what === calling ? '' : what) })} ${closing && h(CloseForm, { act, cancel: () => setClosing(false) })}
		${calling && h(CallForm, { key: calling, incident, what: calling, done: () => setCalling('') })} ${CaseTop({ file, incident })}
		<div class="two">
			<div class="stack-column">
				<section class="card why">
					<h2>${t('incident.why')}</h2>
					<p>${reasonSentence(incident)}</p>
					<p class="dim">${t('incident.rule', { rule: incident.rule })}${incident.rule_set > 0 && ` · ${t('cause.version', { n: incident.rule_set })}`}</p>
					${incident.causes.length > 0 && html`<h3>${t('incident.causes')}</h3>${Causes({ causes: incident.causes, rules: incident.rules })}`}
				</section>
				${Story({ incident })} ${CaseSteps({ file, incident })}
				<section class="card">
					<h2>${t('incident.timeline')}</h2>
					${Timeline({ incident })} ${mayTriage() && incident.state !== 'merged' && h(Composer, { id: incident.id })}
				</section>
			</div>
			<div class="stack-column">
				${CampaignCard({ incident })} ${CaseMember({ file, incident })} ${incident.signatures.length > 0 && Signatures({ incident })} ${incident.hosts.inside.length + incident.hosts.outside.length > 0 && Hosts({ incident })} ${CasePapers({ file, incident })} ${mayDo('see_reports') && h(CaseReports, { key: incident.id, incident: incident.id })}
			</div>
		</div>
		${h(Alerts, { incident, changed })}
	</div>`;
}

/** @param {IncidentPage} incident @param {(change: import('../triage.js').Change) => void} act @returns {import('../commands.js').Command[]} */
function commands(incident, act) {
	return [
		{ id: 'acknowledge', keys: ['a'], label: t('command.acknowledge'), scope: 'page', run: () => act({ state: 'acknowledged', owner_id: 'me' }) },
		...DISPOSITIONS.map((disposition, i) => ({
			id: `close_${disposition}`,
			keys: [`e ${i + 1}`],
			label: t('command.close', { disposition: word('disposition', disposition) }),
			scope: /** @type {const} */ ('page'),
			run: () => act({ state: 'closed', disposition }),
		})),
		{ id: 'company', keys: ['w'], label: word('command', 'company'), scope: 'page', run: () => navigate(`/companies/${incident.company_id}`) },
		{ id: 'note', keys: ['n'], label: word('command', 'note'), scope: 'page', run: () => document.getElementById('note')?.focus() },
		{
			id: 'back',
			keys: ['Escape'],
			label: word('command', 'back_list'),
			scope: 'page',
			run: () => {
				if (document.activeElement instanceof HTMLTextAreaElement) document.activeElement.blur();
				else navigate(leftList.path);
			},
		},
	];
}

/** Reaching people by hand. @param {(what: 'page' | 'tell') => void} call @returns {import('../commands.js').Command[]} */
function calls(call) {
	if (!mayDo('desk')) return [];
	return [
		{ id: 'page_oncall', keys: ['p'], label: t('case.page'), scope: 'page', run: () => call('page') },
		{ id: 'tell_member', keys: ['m'], label: t('case.tell'), scope: 'page', run: () => call('tell') },
	];
}

/** @param {{incident: IncidentPage, act: (change: import('../triage.js').Change) => void, close: () => void, closing: boolean, calling: string, call: (what: 'page' | 'tell') => void}} props */
function Head({ incident, act, close, closing, calling, call }) {
	const unmerged = incident.state !== 'merged';
	const live = mayTriage() && unmerged;
	return html`<header class="incident-head">
		<div class="incident-title">
			<p class="chips">
				<a href=${leftList.path}>${t('page.incidents')}</a><span class="dim">/</span><b>#${incident.no}</b>
				${Severity({ level: incident.severity, long: true })} ${StateChip({ state: incident.state })} ${DirectionChip(incident)}
				${incident.stage !== 'none' && html`<span class="chip">${word('stage', incident.stage)}</span>`}
				${incident.tags.map((tag) => html`<span class=${`chip tag-${tag}`}>${word('tag', tag)}</span>`)}
				${incident.disposition && html`<span class="chip">${word('disposition', incident.disposition)}</span>`}
			</p>
			<h2>${ruleTitle(incident)}</h2>
			<p><a href=${`/companies/${incident.company_id}`}>${incident.company}</a>${incident.close_reason && html`<span class="dim"> ${incident.close_reason}</span>`}</p>
		</div>
		${incident.state === 'merged' && html`<p class="notice">${t('incident.merged')} <a href=${`/incidents/${incident.merged_into}`}>${t('incident.open_target')}</a></p>`}
		<dl class="facts">
			${Fact({ label: t('column.owner'), value: incident.owner?.display_name ?? t('incident.nobody') })}
			${Fact({ label: t('column.first'), value: Time({ ts: incident.first_ts }) })} ${Fact({ label: t('column.last'), value: Time({ ts: incident.last_ts }) })}
			${Fact({ label: t('column.detections'), value: incident.detection_count })} ${Fact({ label: t('column.alerts'), value: incident.alert_count })}
			${Fact({ label: t('column.blocked'), value: incident.blocked_count })}
		</dl>
		${(live || (unmerged && mayDo('desk'))) &&
		html`<div class="actions">
			${unmerged && mayDo('desk') && html`<button class="button" aria-expanded=${calling === 'page'} onClick=${() => call('page')}>${t('case.page')}<kbd>p</kbd></button><button class="button" aria-expanded=${calling === 'tell'} onClick=${() => call('tell')}>${t('case.tell')}<kbd>m</kbd></button>`}
			${live && incident.state !== 'closed' && html`<button class="button" onClick=${() => act({ owner_id: 'me' })}>${t('action.take')}</button>`}
			${live && STEPS.filter(([, from]) => from.includes(incident.state)).map(
				([state]) => html`<button class=${state === 'acknowledged' ? 'button primary' : 'button'} onClick=${() => act(state === 'acknowledged' ? { state, owner_id: 'me' } : { state })}>
					${t(`action.to_${state}`)}${state === 'acknowledged' && html`<kbd>a</kbd>`}
				</button>`,
			)}
			${live && incident.state !== 'closed' && html`<button class="button" aria-expanded=${closing} onClick=${close}>${t('action.close_incident')}<kbd>e</kbd></button>`}
		</div>`}
	</header>`;
}

/** @param {{act: (change: import('../triage.js').Change) => void, cancel: () => void}} props */
function CloseForm({ act, cancel }) {
	const [disposition, setDisposition] = useState('');
	const [reason, setReason] = useState('');
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		if (disposition) act({ state: 'closed', disposition, ...(reason.trim() ? { close_reason: reason.trim() } : {}) });
	};
	return html`<form class="card close-form" onSubmit=${submit}>
		<fieldset>
			<legend>${t('incident.disposition')}</legend>
			${DISPOSITIONS.map(
				(d) => html`<label><input type="radio" name="disposition" value=${d} checked=${d === disposition} onChange=${() => setDisposition(d)} required />${word('disposition', d)}</label>`,
			)}
		</fieldset>
		<input type="text" placeholder=${t('incident.close_reason')} aria-label=${t('incident.close_reason')} value=${reason} onInput=${(/** @type {Event} */ e) => setReason(/** @type {HTMLInputElement} */ (e.target).value)} />
		<button class="button primary" type="submit" disabled=${!disposition}>${t('action.close_incident')}</button>
		<button class="button quiet" type="button" onClick=${cancel}>${t('action.cancel')}</button>
	</form>`;
}

/** @typedef {{rule_id?: number, title?: string, hits?: number, first_ts?: string, last_ts?: string}} Step */

/** How an attack went on, step by step: the newest telling of each rule and group. @param {{incident: IncidentPage}} props */
function Story({ incident }) {
	/** @type {Map<string, Record<string, any>>} */
	const told = new Map();
	for (const e of incident.timeline) if (e.kind === 'story') told.set(`${e.body.rule_id} ${JSON.stringify(e.body.group)}`, e.body);
	if (told.size === 0) return null;
	return html`<section class="card story">
		<h2>${t('incident.story')}</h2>
		${[...told.values()].map(
			(body) => html`<h3>${nameOf(incident, body.rule_id, body.title)} ${groupPairs(body.group).map(([field, value]) => html`<span>${word('field', field)} <code>${value}</code> </span>`)}</h3>
				<ol class="story-steps">
					${/** @type {Step[]} */ (body.steps ?? []).map((step) => html`<li>${Time({ ts: step.first_ts ?? null })}<div><b>${nameOf(incident, step.rule_id, step.title ?? '')}</b> ${typeof step.hits === 'number' && html`<span class="dim">×${count(step.hits)}</span>`}</div></li>`)}
				</ol>`,
		)}
	</section>`;
}

/** @param {{incident: IncidentPage}} props */
function CampaignCard({ incident }) {
	if (!incident.campaigns.length) return null;
	return html`<section class="card">
		<h2>${t('incident.campaigns')}</h2>
		<table class="plain">
			<tbody>
				${incident.campaigns.map((c) => html`<tr><td>${Severity({ level: c.severity })}</td><td><span class=${`chip campaign-${c.kind}`}>${word('campaign_kind', c.kind)}</span></td><td class="grow"><a href=${`/campaigns/${c.id}`}>${c.title}</a></td><td class="end">${t('companies.count', { n: c.companies })}</td></tr>`)}
			</tbody>
		</table>
	</section>`;
}

/** A rule's name in the reader's language. @param {IncidentPage} incident @param {unknown} id @param {string} title */
function nameOf(incident, id, title) {
	const known = incident.rules.find((r) => r.id === id);
	return known ? ruleTitle(known) : title;
}

/** What a timeline entry says. @param {IncidentPage} incident @param {import('../types').TimelineEntry} entry */
function saying(incident, entry) {
	const body = entry.body ?? {};
	const read = (/** @type {string} */ name) => (body[name] === undefined || body[name] === null ? '' : String(body[name]));
	switch (entry.kind) {
		case 'note':
			return html`<div class="note-text">${read('text')}</div>`;
		case 'state':
			return html`${read('from') ? t('timeline.state', { from: word('state', read('from')), to: word('state', read('to')) }) : word('state', read('to') || read('state'))}
				${Via(body)} ${read('disposition') && html`<span class="chip">${word('disposition', read('disposition'))}</span>`} ${read('close_reason') && html`<span class="dim">${read('close_reason')}</span>`}`;
		case 'severity':
			return t('timeline.severity', { from: word('severity', read('from')), to: word('severity', read('to')) });
		case 'owner':
			return t('timeline.owner', { to: personName(body.to) || t('incident.nobody') });
		case 'cause':
			return t('timeline.cause', { rule: nameOf(incident, body.rule_id, read('title')) });
		case 'campaign':
			return html`<a href=${`/campaigns/${read('campaign_id')}`}>${t('timeline.campaign', { title: read('title') })}</a>`;
		default:
			return caseSaying(entry.kind, body) ?? word('timeline', entry.kind);
	}
}

/** @param {unknown} person */
function personName(person) {
	if (typeof person === 'object' && person !== null && 'display_name' in person) return String(person.display_name);
	return person === null || person === undefined ? '' : String(person);
}

/** @param {{incident: IncidentPage}} props */
function Timeline({ incident }) {
	return html`<ol class="timeline">
		${incident.timeline.map(
			(entry) => html`<li class=${`kind-${entry.kind}`}>
				${Time({ ts: entry.at })}
				<div><b>${entry.user?.display_name ?? t('triage.system')}</b> ${saying(incident, entry)}</div>
			</li>`,
		)}
	</ol>`;
}

/** @param {{id: number}} props */
function Composer({ id }) {
	const [text, setText] = useState('');
	const [busy, setBusy] = useState(false);
	const submit = async () => {
		if (!text.trim() || busy) return;
		setBusy(true);
		try {
			await send('POST', `/v1/incidents/${id}/notes`, { text: text.trim() });
			setText('');
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	/** @param {KeyboardEvent} event */
	const onKey = (event) => {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) submit();
	};
	return html`<form
		class="composer"
		onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			submit();
		}}
	>
		<textarea id="note" rows="2" placeholder=${t('incident.note')} aria-label=${t('incident.note')} value=${text} onKeyDown=${onKey} onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea>
		<button class="button" type="submit" disabled=${busy || !text.trim()}>${t('action.note')}<kbd>Ctrl ↵</kbd></button>
	</form>`;
}

/** @param {{incident: IncidentPage}} props */
function Signatures({ incident }) {
	return html`<section class="card">
		<h2>${t('incident.signatures')}</h2>
		<table class="plain">
			<tbody>
				${incident.signatures.map(
					(s) => html`<tr>
						<td>${Severity({ level: s.severity })}</td>
						<td class="grow">${s.signature ?? '―'}<small class="dim"> ${s.signature_id ?? ''}</small></td>
						<td class="end">${count(s.count)}</td>
						${mayTriage() && isStaff() && html`<td>${s.signature_id && html`<a class="mini-link" href=${`/mutes?company=${incident.company_id}&field=signature_id&value=${encodeURIComponent(s.signature_id)}`}>${t('mute.short')}</a>`}</td>`}
					</tr>`,
				)}
			</tbody>
		</table>
	</section>`;
}

/** @param {{incident: IncidentPage}} props */
function Hosts({ incident }) {
	const list = (/** @type {string[]} */ ips) => (ips.length ? ips.map((ip) => html`<a class="address" href=${`/inbox?q=${encodeURIComponent(ip)}&company=${incident.company_id}`}>${ip}</a>`) : '―');
	return html`<section class="card">
		<h2>${t('incident.hosts')}</h2>
		<dl class="pairs">${Pair(t('incident.inside'), list(incident.hosts.inside))} ${Pair(t(incident.direction === 'internal' ? 'incident.peers' : 'incident.outside'), list(incident.hosts.outside))}</dl>
	</section>`;
}

/** @param {{incident: IncidentPage, changed: number}} props */
function Alerts({ incident, changed }) {
	const [alerts, setAlerts] = useState(/** @type {Alert[]} */ ([]));
	const [next, setNext] = useState(/** @type {string | null} */ (null));
	const [failure, setFailure] = useState(/** @type {Error | null} */ (null));
	const path = `/v1/alerts?incident=${incident.id}&company=${incident.company_id}&limit=100&raw=false`;
	useEffect(() => {
		let current = true;
		get(path).then(
			(answer) => {
				if (!current) return;
				setAlerts(answer.alerts);
				setNext(answer.next);
			},
			(error) => current && setFailure(error),
		);
		return () => {
			current = false;
		};
	}, [incident.id, changed]);
	const more = async () => {
		try {
			const answer = await get(`${path}&cursor=${encodeURIComponent(next ?? '')}`);
			setAlerts([...alerts, ...answer.alerts]);
			setNext(answer.next);
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	return html`<section class="card">
		<h2>${t('incident.alerts')} <small>${count(incident.alert_count)}</small></h2>
		${failure && Failed({ error: failure })} ${incident.alert_count === 0 && alerts.length === 0 && html`<p class="dim">${t('incident.no_alerts')}</p>`}
		<table class="plain alerts" hidden=${alerts.length === 0}>
			<thead>
				<tr>
					<th></th>
					${['severity', 'time', 'signature', 'source', 'destination', 'engine', 'action', 'sensor'].map((c) => html`<th>${t(`column.${c}`)}</th>`)}
				</tr>
			</thead>
			<tbody>
				${alerts.map((a) => h(AlertRow, { key: a.id, a }))}
			</tbody>
		</table>
		${next && html`<button class="button" onClick=${more}>${t('action.more')}</button>`}
	</section>`;
}

/** @param {{a: Alert}} props */
function AlertRow({ a }) {
	const [open, setOpen] = useState(false);
	const [full, setFull] = useState(/** @type {Alert | null} */ (null));
	const toggle = async () => {
		setOpen(!open);
		if (open || full) return;
		try {
			setFull(await get(`/v1/alerts/${a.id}?company=${a.company_id}`));
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	const name = a.signature || a.category || t('alert.unnamed');
	return html`<tr class="alert-row">
			<td><button class="fold" aria-expanded=${open} aria-label=${`${t('peek.raw')}: ${name}`} onClick=${toggle}>${open ? '▾' : '▸'}</button></td>
			<td>${Severity({ level: a.severity })}</td>
			<td>${Time({ ts: a.ts })}</td>
			<td class="grow">
				${name}${a.repeat_count > 1 && html` <span class="dim">×${count(a.repeat_count)}</span>`} ${a.kind === 'context' && html`<span class="chip">${t('alert.context')}</span>`}
				${a.mute_id !== null && html`<span class="chip">${t('alert.muted')}</span>`}
			</td>
			<td class="address">${endpoint(a.source)}</td>
			<td class="address">${endpoint(a.destination)}</td>
			<td>${word('engine', a.engine)}</td>
			<td><span class=${`chip act-${a.action}`}>${word('action', a.action)}</span></td>
			<td>${a.sensor}</td>
		</tr>
		${open &&
		html`<tr>
			<td></td>
			<td colspan="8">${full ? (full.raw ? h(Raw, { raw: full.raw }) : t('peek.no_raw')) : t('loading')}</td>
		</tr>`}`;
}
