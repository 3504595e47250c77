// @ts-check
/* The on-call board: who is on call, whether the engine is well, what nobody has answered yet and who is asked next. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { mayDo } from '../app.js';
import { promiseLeft } from '../core/clocks.js';
import { countdown, dayStarts } from '../core/rota.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { Empty, Fact, Failed, Loading, Severity, Time } from '../ui/parts.js';
import { RotaCalendar } from '../ui/rota-calendar.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-oncall').OncallNow} OncallNow */
/** @typedef {import('../types-oncall').OncallPage} OncallPage */
/** @typedef {import('../types-oncall').PageWhole} PageWhole */
/** @typedef {import('../types-oncall').SchedulePage} SchedulePage */
/** @typedef {import('../types-oncall').OncallLoad} OncallLoad */
/** @typedef {import('../types-oncall').Drill} Drill */
/** @typedef {import('../types-oncall').SlaTarget} SlaTarget */

const DAY_MS = 86400000;
const REFRESH_MS = 30000;
const DAYS = 7;

/** The calendar's form of the API's spans. @param {import('../types-oncall').OncallSpan[]} spans */
export function calendarSpans(spans) {
	return spans.map((s) => ({ from: s.from, to: s.to, user_id: s.person?.id ?? null, name: s.person?.display_name ?? null, override_id: s.override_id }));
}

/** Loads the board, the open pages with whom each asks next, and a week of every schedule. */
async function loadBoard() {
	const [now, open, drills, sla] = await Promise.all([get('/v1/oncall/now'), get('/v1/pages?state=unacked&limit=50'), get('/v1/drills?limit=1'), get('/v1/sla-targets')]);
	const board = /** @type {OncallNow} */ (now);
	const from = dayStarts(Date.now(), 1, (at) => zone().day(at))[0];
	const query = `from=${encodeURIComponent(new Date(from).toISOString())}&to=${encodeURIComponent(new Date(from + DAYS * DAY_MS).toISOString())}`;
	const [weeks, pages] = await Promise.all([
		Promise.all(board.schedules.map((s) => get(`/v1/schedules/${s.id}?${query}`))),
		Promise.all(/** @type {{pages: OncallPage[]}} */ (open).pages.map((p) => get(`/v1/pages/${p.id}`))),
	]);
	pages.sort((a, b) => a.severity - b.severity || Date.parse(a.raised_at) - Date.parse(b.raised_at));
	return { board, weeks: /** @type {SchedulePage[]} */ (weeks), pages: /** @type {PageWhole[]} */ (pages), drill: /** @type {{drills: Drill[]}} */ (drills).drills[0] ?? null, targets: /** @type {{targets: SlaTarget[]}} */ (sla).targets, from };
}

export function Oncall() {
	const { value, error, reload } = useLoad(loadBoard, 'board');
	const [kept, setKept] = useState(/** @type {Awaited<ReturnType<typeof loadBoard>> | null} */ (null));
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (value) setKept(value);
	}, [value]);
	useEffect(() => {
		document.title = `${t('page.oncall')} - Hinomi`;
		const tick = setInterval(() => setNow(Date.now()), 1000);
		const again = setInterval(reload, REFRESH_MS);
		const stop = listen((event) => event.event === 'page.upsert' && reload());
		return () => {
			clearInterval(tick);
			clearInterval(again);
			stop();
		};
	}, []);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/pages') }], []);
	const shown = value ?? kept;
	if (error && !shown) return html`<div class="page">${Tabs({ group: 'oncall', current: 'oncall' })}${Failed({ error, retry: reload })}</div>`;
	if (!shown) return html`<div class="page">${Tabs({ group: 'oncall', current: 'oncall' })}${Loading()}</div>`;
	const { board, weeks, pages, drill, targets, from } = shown;
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'oncall' })}
		<div class="scrolls stack-column">
			${Engine({ board, stale: error })}
			<div class="oncall-now">${board.schedules.map((s) => NowCard({ s, now }))}</div>
			<section class="card">
				<h2>${t('oncall.unacked')} <small>${count(board.pages.unacked)}</small></h2>
				${pages.length === 0 ? html`<p class="dim">${t('oncall.all_answered')}</p>` : html`<ul class="unacked">${pages.map((p) => Unacked({ p, now, target: targets.find((x) => x.severity === p.severity), done: reload }))}</ul>`}
			</section>
			<div class="two">
				<div class="stack-column">
					${weeks.map((w) => html`<section class="card"><h2><a href=${`/schedules/${w.id}`}>${w.name}</a> <small>${w.timezone}</small></h2>${h(RotaCalendar, { spans: calendarSpans(w.spans), from, days: DAYS, now })}</section>`)}
					${weeks.length === 0 && Empty({ text: t('oncall.no_schedule') })}
				</div>
				<div class="stack-column">${h(Drills, { drill, reload })} ${h(Load, {})}</div>
			</div>
		</div>
	</div>`;
}

/** @param {{board: OncallNow, stale: Error | null}} props */
function Engine({ board, stale }) {
	const { engine } = board;
	const alive = engine.engines.filter((e) => e.alive);
	return html`<section class=${`engine-lamp ${stale ? 'red' : engine.lamp}`} aria-label=${t('oncall.engine')}>
		<b><i></i>${stale ? t('oncall.lamp_unknown') : t(`oncall.lamp_${engine.lamp}`)}</b>
		<span>${t('oncall.engines', { n: alive.length })}</span>
		<span>${t('oncall.mail_ok')} ${Time({ ts: engine.mail_ok_at })}</span>
		<span>${engine.pulse ? html`${t('oncall.pulsed')} ${Time({ ts: engine.pulsed_at })}` : t('oncall.no_pulse')}</span>
		<span>${t('oncall.waiting', { n: engine.messages_waiting })}</span>
		${stale && html`<ul><li>${stale.message}</li></ul>`} ${engine.faults.length > 0 && html`<ul>${engine.faults.map((f) => html`<li>${f.text}</li>`)}</ul>`}
	</section>`;
}

/** @param {{s: OncallNow['schedules'][number], now: number}} props */
function NowCard({ s, now }) {
	return html`<section class="card">
		<h2><a href=${`/schedules/${s.id}`}>${s.name}</a></h2>
		<p class=${`oncall-who ${s.now ? '' : 'nobody'}`}>${s.now?.display_name ?? t('oncall.nobody')} ${s.override_id && html`<span class="chip">${t('oncall.stands_in')}</span>`}</p>
		<p class="dim">${s.until ? html`${t('oncall.until', { at: zone().full(s.until).slice(0, 16) })} → ${s.next?.display_name ?? t('oncall.nobody')}` : t('oncall.no_change')}</p>
		${s.gaps.length > 0 && html`<p class="hot">${t('oncall.gap_from')} ${Time({ ts: s.gaps[0].from })}${Date.parse(s.gaps[0].from) <= now ? ` ${t('oncall.gap_now')}` : ''}</p>`}
	</section>`;
}

/** Who comes next, in words. @param {PageWhole['next']} next */
export function nextWords(next) {
	if (!next) return '';
	if (next.kind === 'leads') return t('oncall.next_leads');
	const names = next.targets.flatMap((x) => [...x.people.map((p) => p.display_name), ...x.contacts.map((c) => t('target.contact', { name: c.name })), ...(x.channel ? [x.channel.name] : [])]);
	return next.nobody || names.length === 0 ? t('oncall.next_nobody') : names.join('、');
}

/** @param {{p: PageWhole, now: number, target: SlaTarget | undefined, done: () => void}} props  target: what is promised of its severity */
function Unacked({ p, now, target, done }) {
	const promise = p.kind === 'incident' ? promiseLeft(target, Date.parse(p.raised_at), now) : null;
	/** @param {string} what */
	const act = async (what) => {
		try {
			await send('POST', `/v1/pages/${p.id}/${what}`, what === 'ack' ? undefined : {});
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		done();
	};
	return html`<li>
		${Severity({ level: p.severity, long: true })}
		<div>
			<p><a href=${`/pages/${p.id}`}><b>${p.title}</b></a> <span class="dim">${p.subject?.company ?? ''}${p.is_storm ? ` ${t('oncall.storm', { n: p.companies })}` : ''}</span></p>
			<p class="dim">${t('oncall.raised')} ${Time({ ts: p.raised_at })} · ${t('pager.step_of', { step: p.step, steps: p.steps, loop: p.loop, loops: p.loops })}${p.nobody ? html` · <span class="hot">${t('oncall.was_nobody')}</span>` : ''}${promise && html` · <span class=${`promise-${promise.state}`}>${word('promise_of', 'acknowledge')}: ${word('promise', promise.state)} ${promise.left < 0 ? '+' : ''}${countdown(Math.abs(promise.left))}</span>`}</p>
			<p>${p.next_at ? html`<span class="countdown">${countdown(Date.parse(p.next_at) - now)}</span> ${t('oncall.then')} <b>${nextWords(p.next)}</b>` : html`<span class="hot">${t('pager.fenced')}</span>`}</p>
		</div>
		${mayDo('answer') && html`<div class="actions"><button class="button primary" onClick=${() => act('ack')}>${t('pager.ack')}</button><button class="button" onClick=${() => act('escalate')}>${t('pager.escalate')}</button></div>`}
	</li>`;
}

/** The last drill, and a button for the next. @param {{drill: Drill | null, reload: () => void}} props */
function Drills({ drill, reload }) {
	const { value } = useLoad(() => (drill ? get(`/v1/drills/${drill.id}`) : Promise.resolve(null)), drill ? `${drill.id}/${drill.sent}/${drill.answered}` : '');
	const whole = /** @type {import('../types-oncall').DrillWhole | null} */ (value);
	/** @param {string} who */
	const start = async (who) => {
		try {
			await send('POST', '/v1/drills', { who });
			say(t('drill.started'));
			reload();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	return html`<section class="card">
		<h2>${t('drill.title')} ${mayDo('manage_oncall') && html`<span class="actions push"><button class="button" onClick=${() => start('on_call')}>${t('drill.on_call')}</button><button class="button" onClick=${() => start('all')}>${t('drill.all')}</button></span>`}</h2>
		${!drill && html`<p class="dim">${t('drill.none')}</p>`}
		${drill && html`<p>${Time({ ts: drill.started_at })} ${drill.started_by?.display_name ?? t('drill.monthly')} · ${t('drill.result', { answered: drill.answered, people: drill.people })}</p>`}
		${whole &&
		html`<table class="plain"><tbody>
			${whole.results.map((r) => html`<tr><td class="grow">${r.person.display_name}</td><td><span class=${`chip drill-${r.result}`}>${word('drill_result', r.result)}</span></td><td>${Time({ ts: r.answered_at ?? r.sent_at })}</td><td class="dim">${r.last_error ?? ''}</td></tr>`)}
		</tbody></table>`}
	</section>`;
}

/** What the last thirty days asked of each person. */
function Load() {
	const today = zone().day(Date.now());
	const from = zone().day(Date.now() - 29 * DAY_MS);
	const { value, error } = useLoad(() => get(`/v1/oncall/load?from=${from}&to=${today}`), today);
	const load = /** @type {OncallLoad | null} */ (value);
	return html`<section class="card">
		<h2>${t('load.title')}</h2>
		${error && Failed({ error })}
		${load && load.people.length === 0 && html`<p class="dim">${t('load.none')}</p>`}
		${load &&
		load.people.length > 0 &&
		html`<table class="plain figures">
			<thead><tr><th>${t('load.person')}</th><th class="end">${t('load.pages')}</th><th class="end">${t('load.notices')}</th><th class="end" title=${t('load.night_title')}>${t('load.night')}</th><th class="end">${t('load.answered')}</th><th class="end">${t('load.median')}</th></tr></thead>
			<tbody>
				${load.people.map((p) => html`<tr><td class="grow">${p.person.display_name}</td><td class="end">${count(p.pages)}</td><td class="end">${count(p.notices)}</td><td class=${`end ${p.nights > 3 ? 'hot' : ''}`}>${count(p.night_notices)}</td><td class="end">${count(p.acknowledged)}</td><td class="end">${p.median_answer_s === null ? '―' : countdown(p.median_answer_s * 1000)}</td></tr>`)}
			</tbody>
		</table>`}
	</section>`;
}

/** Of the pages: kept here because both the board and a page show them. @param {{p: OncallPage}} props */
export function PageFacts({ p }) {
	return html`<dl class="facts">
		${Fact({ label: t('pager.policy'), value: p.policy.name })} ${Fact({ label: t('pager.step'), value: t('pager.step_of', { step: p.step, steps: p.steps, loop: p.loop, loops: p.loops }) })}
		${Fact({ label: t('oncall.raised'), value: Time({ ts: p.raised_at }) })} ${Fact({ label: t('pager.first_sent'), value: Time({ ts: p.first_sent_at }) })}
		${p.ack_at && Fact({ label: t('pager.acked'), value: html`${p.ack_by?.display_name ?? ''} ${Time({ ts: p.ack_at })}` })} ${p.state === 'acknowledged' && p.ack_until && Fact({ label: t('pager.ack_until'), value: Time({ ts: p.ack_until }) })}
		${p.closed_at && Fact({ label: t('pager.closed_at'), value: Time({ ts: p.closed_at }) })}
	</dl>`;
}
