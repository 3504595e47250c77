// @ts-check
/* One schedule: four weeks of it, its gaps, overrides, and its layers to edit. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, me, say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { dayStarts, spanText } from '../core/rota.js';
import { navigate } from '../router.js';
import { Choice, Failed, Loading, Time } from '../ui/parts.js';
import { RotaCalendar } from '../ui/rota-calendar.js';
import { ScheduleForm } from '../ui/schedule-form.js';
import { calendarSpans } from './oncall.js';

/** @typedef {import('../types-oncall').SchedulePage} SchedulePage */
/** @typedef {import('../types-oncall').ScheduleSpans} ScheduleSpans */
/** @typedef {import('../types-oncall').OncallPerson} OncallPerson */
/** @typedef {import('../ui/schedule-form.js').ScheduleRules} ScheduleRules */

const DAY_MS = 86400000;
const DAYS = 28;

/** @param {{id: string}} props */
export function ScheduleView({ id }) {
	const [week, setWeek] = useState(0);
	const from = dayStarts(Date.now() + week * 7 * DAY_MS, 1, (at) => zone().day(at))[0];
	const query = `from=${encodeURIComponent(new Date(from).toISOString())}&to=${encodeURIComponent(new Date(from + DAYS * DAY_MS).toISOString())}`;
	const { value, error, reload } = useLoad(() => get(`/v1/schedules/${id}?${query}`), `${id} ${query}`);
	const choices = useLoad(() => Promise.all([get('/v1/oncall/people'), get('/v1/calendars')]), 'choices');
	const [editing, setEditing] = useState(false);
	const [tried, setTried] = useState(/** @type {ScheduleSpans | null} */ (null));
	const [picked, setPicked] = useState(/** @type {{from: number, to: number} | null} */ (null));
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/oncall') }], []);
	const s = /** @type {SchedulePage | null} */ (value);
	useEffect(() => {
		if (s) document.title = `${s.name} - Hinomi`;
	}, [s]);
	if (error) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!s || !choices.value) return html`<div class="page">${choices.error ? Failed({ error: choices.error }) : Loading()}</div>`;
	const [{ people }, { calendars }] = /** @type {[{people: OncallPerson[]}, {calendars: import('../types-oncall').Calendar[]}]} */ (/** @type {unknown} */ (choices.value));
	/** @param {ScheduleRules} rules */
	const preview = async (rules) => setTried(/** @type {ScheduleSpans} */ (await send('POST', '/v1/schedules/preview', { timezone: s.timezone, rules, schedule_id: s.id, from: new Date(from).toISOString(), to: new Date(from + DAYS * DAY_MS).toISOString() })));
	/** @param {string} name @param {ScheduleRules} rules */
	const save = async (name, rules) => {
		await send('PUT', `/v1/schedules/${s.id}`, { name, timezone: s.timezone, rules }, s.version);
		say(t('schedule.saved'));
		setEditing(false);
		setTried(null);
		reload();
	};
	const shown = tried ?? s;
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips"><a href="/oncall">${t('page.oncall')}</a><span class="dim">/</span><span class="chip">${s.timezone}</span></p>
				<h2>${s.name}</h2>
				<p>${t('schedule.now')} <b class=${s.now ? '' : 'hot'}>${s.now?.display_name ?? t('oncall.nobody')}</b> ${s.until && html`${t('oncall.until', { at: zone().full(s.until).slice(0, 16) })} → ${s.next?.display_name ?? t('oncall.nobody')}`}</p>
			</div>
			<div class="actions">
				<button class="button" onClick=${() => setWeek(week - 1)}>${t('schedule.week_before')}</button>
				<button class="button" disabled=${week === 0} onClick=${() => setWeek(0)}>${t('schedule.today')}</button>
				<button class="button" onClick=${() => setWeek(week + 1)}>${t('schedule.week_after')}</button>
				${mayDo('answer') && html`<button class="button" onClick=${() => setPicked({ from: Math.ceil(Date.now() / 3600000) * 3600000, to: Math.ceil(Date.now() / 3600000) * 3600000 + 8 * 3600000 })}>${t('schedule.override')}</button>`}
				${mayDo('manage_oncall') && html`<button class="button primary" aria-expanded=${editing} onClick=${() => setEditing(!editing)}>${t('action.edit')}</button>`}
			</div>
		</header>
		${picked && h(OverrideForm, { key: picked.from, schedule: s, picked, people, done: () => (setPicked(null), reload()), cancel: () => setPicked(null) })}
		${editing && h(ScheduleForm, { rules: s.rules, name: s.name, today: zone().day(Date.now()), people: people.map((p) => ({ id: p.id, name: p.display_name })), calendars, preview, save, cancel: () => (setEditing(false), setTried(null)) })}
		<section class="card">
			<h2>${tried ? t('schedule.tried') : t('schedule.weeks')} ${mayDo('answer') && html`<small>${t('schedule.drag')}</small>`}</h2>
			${shown.gaps.length > 0 && html`<p class="notice hot">${t('schedule.gaps', { n: shown.gaps.length })} ${shown.gaps.slice(0, 3).map((g) => html`<span class="span">${spanText(zone().full(g.from), zone().full(g.to))}</span>`)}</p>`}
			${h(RotaCalendar, { spans: calendarSpans(shown.spans), from, days: DAYS, now: Date.now(), onPick: mayDo('answer') ? (/** @type {number} */ a, /** @type {number} */ b) => setPicked({ from: a, to: b }) : undefined })}
		</section>
		<section class="card">
			<h2>${t('schedule.overrides')}</h2>
			${s.overrides.length === 0 && html`<p class="dim">${t('schedule.no_overrides')}</p>`}
			<table class="plain"><tbody>${s.overrides.map((o) => h(OverrideRow, { key: o.id, o, done: reload }))}</tbody></table>
		</section>
	</div>`;
}

/** @param {{o: import('../types-oncall').Override, done: () => void}} props */
function OverrideRow({ o, done }) {
	const end = async () => {
		try {
			await send('DELETE', `/v1/overrides/${o.id}`);
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		done();
	};
	const mine = o.person.id === me.peek()?.id || o.made_by.id === me.peek()?.id;
	return html`<tr class=${o.ended_at ? 'dim' : ''}>
		<td>${spanText(zone().full(o.from), zone().full(o.to))}</td><td><b>${o.person.display_name}</b></td><td class="grow">${o.reason ?? ''}</td><td class="dim">${o.made_by.display_name} ${Time({ ts: o.made_at })}</td>
		<td>${o.ended_at ? t('schedule.taken_back') : (mayDo('manage_oncall') || mine) && Date.parse(o.to) > Date.now() && html`<button class="mini" onClick=${end}>${t('schedule.take_back')}</button>`}</td>
	</tr>`;
}

/** @param {{schedule: SchedulePage, picked: {from: number, to: number}, people: OncallPerson[], done: () => void, cancel: () => void}} props */
function OverrideForm({ schedule, picked, people, done, cancel }) {
	const [from, setFrom] = useState(zone().minute(picked.from));
	const [to, setTo] = useState(zone().minute(picked.to));
	const [who, setWho] = useState(String(me.peek()?.id ?? ''));
	const [reason, setReason] = useState('');
	const choices = mayDo('manage_oncall') ? people : people.filter((p) => p.id === me.peek()?.id);
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		try {
			await send('POST', `/v1/schedules/${schedule.id}/overrides`, { user_id: Number(who), from: new Date(zone().fromMinute(from)).toISOString(), to: new Date(zone().fromMinute(to)).toISOString(), reason: reason.trim() || null });
			say(t('schedule.override_made'));
			done();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	return html`<form class="card" onSubmit=${submit}>
		<div class="mute-line">
			<b>${t('schedule.override')}</b>
			${Choice({ label: t('schedule.who'), value: who, usual: who, options: choices.map((p) => /** @type {[string, string]} */ ([String(p.id), p.display_name])), onChange: setWho })}
			<label>${t('schedule.from')} <input type="datetime-local" required value=${from} onInput=${(/** @type {Event} */ e) => setFrom(/** @type {HTMLInputElement} */ (e.target).value)} /></label>
			<label>${t('schedule.to')} <input type="datetime-local" required value=${to} onInput=${(/** @type {Event} */ e) => setTo(/** @type {HTMLInputElement} */ (e.target).value)} /></label>
			<input class="grow" type="text" maxlength="500" placeholder=${t('pager.reason')} aria-label=${t('pager.reason')} value=${reason} onInput=${(/** @type {Event} */ e) => setReason(/** @type {HTMLInputElement} */ (e.target).value)} />
			<button class="button primary" disabled=${!who || !from || !to || from >= to}>${t('action.save')}</button>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
		</div>
	</form>`;
}
