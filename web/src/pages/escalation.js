// @ts-check
/* What happens when something must be answered: routes choose a policy, a policy has steps; promised times; business
 * hours. What is changed can be tried before it counts. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, say, t, word, wordKeys } from '../app.js';
import { get, send } from '../api.js';
import { changed, durationSeconds, durationText, raised, without } from '../core/rota.js';
import { CompanyChoice } from '../ui/company-choice.js';
import { hoursOf, hoursTexts, HoursForm } from '../ui/hours-form.js';
import { Choice, Failed, Loading, Severity, Time, wordOptions } from '../ui/parts.js';
import { durationWords, PolicyForm, PolicySteps } from '../ui/policy-form.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-oncall').Policy} Policy */
/** @typedef {import('../types-oncall').Route} Route */
/** @typedef {import('../types-oncall').EscalationRoutes} EscalationRoutes */
/** @typedef {import('../types-oncall').Calendar} Calendar */
/** @typedef {import('../types-oncall').SlaTarget} SlaTarget */
/** @typedef {import('../types-oncall').RouteTrial} RouteTrial */
/** @typedef {import('../ui/policy-form.js').Choices} Choices */
/** @typedef {{policies: Policy[], routes: EscalationRoutes, calendars: Calendar[], sla: {targets: SlaTarget[], version: number}, choices: Choices}} Everything */

const KINDS = ['incident', 'sensor', 'campaign', 'report', 'external', 'desk'];
const BLANK = { steps: [{ after: '0s', targets: [{ role: 'lead' }] }], loops: 2, ack_expires: '1h', link_ack_expires: '15m' };

/** @returns {Promise<Everything>} */
async function loadAll() {
	const [policies, routes, calendars, sla, schedules, people, channels] = await Promise.all(['policies', 'escalation-routes', 'calendars', 'sla-targets', 'schedules', 'oncall/people', 'channels?shared=true'].map((path) => get(`/v1/${path}`)));
	return {
		policies: policies.policies,
		routes,
		calendars: calendars.calendars,
		sla,
		choices: { schedules: schedules.schedules, people: people.people.map((/** @type {any} */ p) => ({ id: p.id, name: p.display_name })), channels: channels.channels, calendars: calendars.calendars },
	};
}

/** Says what went wrong, and whether it went well. @param {() => Promise<unknown>} work @param {string} done */
async function doing(work, done) {
	try {
		await work();
		say(done);
		return true;
	} catch (error) {
		say(/** @type {Error} */ (error).message, 'error');
		return false;
	}
}

export function Escalation() {
	const { value, error, reload } = useLoad(loadAll, 'escalation');
	const [kept, setKept] = useState(/** @type {Everything | null} */ (null));
	useEffect(() => {
		document.title = `${t('tab.escalation')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (value) setKept(value);
	}, [value]);
	const all = value ?? kept;
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'escalation' })}
		<div class="scrolls stack-column">
			${error && Failed({ error, retry: reload })} ${!all && !error && Loading()}
			${all && h(Routes, { key: `routes ${all.routes.version}`, all, reload })}
			${all && h(Policies, { all, reload })}
			${all && html`<div class="two">${h(Promises, { key: `sla ${all.sla.version}`, all, reload })} ${h(Calendars, { calendars: all.calendars, reload })}</div>`}
		</div>
	</div>`;
}

/* ---- routes ---- */

/** This severity or a graver one. @param {number} level */
function severityWords(level) {
	return level === 1 ? word('severity', 1) : t('route.or_graver', { severity: word('severity', level) });
}

/** When a route fits, in words. @param {Route} r @param {Everything} all */
function routeWords(r, all) {
	const words = [];
	if (r.kinds?.length) words.push(r.kinds.map((k) => word('page_kind', k)).join('・'));
	if (r.severity) words.push(severityWords(r.severity));
	if (r.directions?.length) words.push(r.directions.map((d) => word('direction', d)).join('・'));
	if (r.companies?.length) words.push(t('route.companies', { list: r.companies.join(', ') }));
	if (r.tags?.length) words.push(t('route.tags', { list: r.tags.join(', ') }));
	const calendar = all.calendars.find((c) => c.id === r.calendar);
	if (calendar) words.push(t(r.calendar_open === false ? 'schedule.while_closed' : 'schedule.while_open', { name: calendar.name }));
	return words.join(' / ') || t('route.everything');
}

/** @param {{all: Everything, reload: () => void}} props */
function Routes({ all, reload }) {
	/* What is in force, as it came with this version: what is loaded anew of the same version is no change. */
	const [inForce] = useState(all.routes.rules.routes);
	const [routes, setRoutes] = useState(inForce);
	const [at, setAt] = useState(-1);
	const dirty = routes !== inForce;
	const save = async () => {
		if (await doing(() => send('PUT', '/v1/escalation-routes', { rules: { routes } }, all.routes.version), t('route.saved'))) reload();
	};
	const policyName = (/** @type {number | null} */ id) => all.policies.find((p) => p.id === id)?.name ?? (id === null ? t('route.nobody') : String(id));
	return html`<section class="card">
		<h2>${t('route.title')} <small>${t('route.explained')}</small></h2>
		<table class="plain routes"><tbody>
			${routes.map(
				(r, i) => html`<tr>
					<td class="dim">${i + 1}</td><td><b>${r.name}</b></td><td class="grow">${routeWords(r, all)}</td><td>→ <b class=${r.policy === null ? 'dim' : ''}>${policyName(r.policy)}</b></td><td class="dim">${word('route_group', r.group ?? 'company')}</td>
					<td>${mayDo('manage_oncall') && html`<span class="row-actions"><button class="mini" disabled=${i === 0} onClick=${() => setRoutes(raised(routes, i))}>${t('action.up')}</button><button class="mini" onClick=${() => setAt(at === i ? -1 : i)}>${t('action.edit')}</button><button class="mini" onClick=${() => (setRoutes(without(routes, i)), setAt(-1))}>${t('action.remove')}</button></span>`}</td>
				</tr>
				${at === i && html`<tr><td></td><td colspan="5">${RouteForm({ route: r, all, set: (change) => setRoutes(changed(routes, i, change)) })}</td></tr>`}`,
			)}
		</tbody></table>
		${mayDo('manage_oncall') &&
		html`<div class="actions more">
			<button class="button" onClick=${() => (setRoutes([...routes, { name: t('route.new'), policy: all.policies[0]?.id ?? null }]), setAt(routes.length))}>${t('route.add')}</button>
			${dirty && html`<button class="button primary" onClick=${save}>${t('route.save')}</button><button class="button quiet" onClick=${() => (setRoutes(inForce), setAt(-1))}>${t('action.cancel')}</button>`}
		</div>`}
		${h(Trial, { routes: dirty ? routes : null })}
	</section>`;
}

/** Without members that say nothing. @param {Route} route @returns {Partial<Route>} */
function tidy(route) {
	return Object.fromEntries(Object.entries(route).map(([k, v]) => [k, Array.isArray(v) && v.length === 0 ? undefined : v === '' || v === 0 ? undefined : v]));
}

/** @param {{route: Route, all: Everything, set: (change: Partial<Route>) => void}} props */
function RouteForm({ route, all, set: setRaw }) {
	/** @param {Partial<Route>} change */
	const set = (change) => setRaw(tidy({ ...route, ...change }));
	/** @param {string[] | undefined} list @param {string} value */
	const toggled = (list, value) => ((list ?? []).includes(value) ? (list ?? []).filter((x) => x !== value) : [...(list ?? []), value]);
	/** @param {string[]} values @param {string} names @param {string[] | undefined} chosen @param {(list: string[]) => void} change */
	const checks = (values, names, chosen, change) => values.map((v) => html`<label><input type="checkbox" checked=${(chosen ?? []).includes(v)} onChange=${() => change(toggled(chosen, v))} /> ${word(names, v)}</label>`);
	/** @param {Event} e */
	const typed = (e) => /** @type {HTMLInputElement} */ (e.target).value;
	return html`<div class="layer">
		<div class="mute-line">
			<input class="grow" type="text" maxlength="100" aria-label=${t('column.name')} value=${route.name} onInput=${(/** @type {Event} */ e) => set({ name: typed(e) })} />
			<label>${t('pager.policy')} ${Choice({ label: t('pager.policy'), value: String(route.policy ?? ''), usual: String(route.policy ?? ''), options: [['', t('route.nobody')], ...all.policies.map((p) => /** @type {[string, string]} */ ([String(p.id), p.name]))], onChange: (v) => setRaw({ policy: v ? Number(v) : null }) })}</label>
			<label>${t('route.group')} ${Choice({ label: t('route.group'), value: route.group ?? 'company', usual: 'company', options: wordOptions('', 'route_group', ['company', 'subject', 'policy']).slice(1), onChange: (v) => set({ group: v }) })}</label>
		</div>
		<div class="mute-line"><span class="dim">${t('route.kinds')}</span>${checks(KINDS, 'page_kind', route.kinds, (kinds) => set({ kinds }))}</div>
		<div class="mute-line"><span class="dim">${t('column.direction')}</span>${checks(wordKeys.direction, 'direction', route.directions, (directions) => set({ directions }))}</div>
		<div class="mute-line">
			<label>${t('column.severity')} ${Choice({ label: t('column.severity'), value: String(route.severity ?? ''), options: [['', t('filter.all')], ...[1, 2, 3].map((n) => /** @type {[string, string]} */ ([String(n), severityWords(n)]))], onChange: (v) => set({ severity: v ? Number(v) : undefined }) })}</label>
			<label>${t('route.company_ids')} <input type="text" value=${(route.companies ?? []).join(', ')} onChange=${(/** @type {Event} */ e) => set({ companies: typed(e).split(/[,、\s]+/).map(Number).filter(Boolean) })} /></label>
			<label>${t('route.tag_list')} <input type="text" value=${(route.tags ?? []).join(', ')} onChange=${(/** @type {Event} */ e) => set({ tags: typed(e).split(/[,、]+/).map((x) => x.trim()).filter(Boolean) })} /></label>
			<label>${t('route.hours')} ${Choice({ label: t('route.hours'), value: route.calendar ? `${route.calendar_open !== false}:${route.calendar}` : '', options: [['', t('schedule.always')], ...all.calendars.flatMap((c) => /** @type {[string, string][]} */ ([[`true:${c.id}`, t('schedule.while_open', { name: c.name })], [`false:${c.id}`, t('schedule.while_closed', { name: c.name })]]))], onChange: (v) => setRaw(v ? { calendar: Number(v.split(':')[1]), calendar_open: v.startsWith('true') } : { calendar: undefined, calendar_open: undefined }) })}</label>
		</div>
	</div>`;
}

/** Who would be told, and when. @param {{routes: Route[] | null}} props  routes: not saved yet; null: those in force */
function Trial({ routes }) {
	const [kind, setKind] = useState('incident');
	const [severity, setSeverity] = useState('1');
	const [company, setCompany] = useState('');
	const [trial, setTrial] = useState(/** @type {RouteTrial | null} */ (null));
	const run = () => doing(async () => setTrial(/** @type {RouteTrial} */ (await send('POST', '/v1/escalation-routes/try', { kind, severity: Number(severity), ...(company ? { company_id: Number(company) } : {}), ...(routes ? { rules: { routes } } : {}) }))), t('route.tried'));
	/** @param {import('../types-oncall').NoticeTarget} x */
	const names = (x) => [...x.people.map((p) => p.display_name), ...x.contacts.map((c) => t('target.contact', { name: c.name })), ...(x.channel ? [x.channel.name] : []), ...(x.member && !x.contacts.length ? [t(`target.member_${x.member}`)] : [])].join('、') || t('oncall.nobody');
	return html`<div class="preview">
		<div class="mute-line">
			<b>${t('route.try')}</b>
			${Choice({ label: t('route.kinds'), value: kind, usual: kind, options: wordOptions('', 'page_kind', KINDS).slice(1), onChange: setKind })}
			${Choice({ label: t('column.severity'), value: severity, usual: severity, options: wordOptions('', 'severity', [1, 2, 3]).slice(1), onChange: setSeverity })}
			${h(CompanyChoice, { value: company, onChange: setCompany })}
			<button class="button" onClick=${run}>${t('route.try_now')}</button>
		</div>
		${trial && html`<p>${trial.route ?? t('route.none_fits')} → <b>${trial.policy?.name ?? t('route.nobody')}</b></p>`}
		${trial &&
		trial.steps.length > 0 &&
		html`<table class="plain"><tbody>
			${trial.steps.map((s) => html`<tr><td>${Time({ ts: s.at })}</td><td class="dim">${t('route.loop_step', { loop: s.loop, step: s.step })}</td><td class=${`grow ${s.nobody ? 'hot' : ''}`}>${s.targets.map((x) => html`<span class="chip">${x.schedule ? `${x.schedule.name}: ` : x.role ? `${word('role', x.role)}: ` : ''}${names(x)}</span> `)}${s.nobody ? t('oncall.next_nobody') : ''}</td></tr>`)}
			${trial.exhausted_at && html`<tr><td>${Time({ ts: trial.exhausted_at })}</td><td></td><td class="grow">${t('route.exhausted')}</td></tr>`}
		</tbody></table>`}
	</div>`;
}

/* ---- policies ---- */

/** @param {{all: Everything, reload: () => void}} props */
function Policies({ all, reload }) {
	const [editing, setEditing] = useState(/** @type {number | null} */ (null));
	/** @param {Policy | null} p */
	const form = (p) =>
		h(PolicyForm, {
			key: p?.id ?? 0,
			name: p?.name ?? '',
			rules: p?.rules ?? BLANK,
			choices: all.choices,
			save: async (name, rules) => {
				await (p ? send('PUT', `/v1/policies/${p.id}`, { name, rules }, p.version) : send('POST', '/v1/policies', { name, rules }));
				say(t('policy.saved'));
				setEditing(null);
				reload();
			},
			cancel: () => setEditing(null),
		});
	return html`<section class="card">
		<h2>${t('policy.title')} ${mayDo('manage_oncall') && html`<button class="button" onClick=${() => setEditing(0)}>${t('policy.add')}</button>`}</h2>
		${editing === 0 && form(null)}
		<div class="stack-column">
			${all.policies.map((p) =>
				editing === p.id
					? form(p)
					: html`<div class="layer">
							<p class="chips"><b>${p.name}</b><span class="dim">${t('policy.summary', { loops: p.rules.loops, expires: durationSeconds(p.rules.ack_expires) ? durationWords(p.rules.ack_expires) : t('duration.for_ever') })}</span>${p.rules.hours && html`<span class="chip">${all.calendars.find((c) => c.id === p.rules.hours)?.name}</span>`}${mayDo('manage_oncall') && html`<button class="mini" onClick=${() => setEditing(p.id)}>${t('action.edit')}</button>`}</p>
							${PolicySteps({ rules: p.rules, choices: all.choices })}
						</div>`,
			)}
		</div>
	</section>`;
}

/* ---- promised times ---- */

/** @param {{all: Everything, reload: () => void}} props */
function Promises({ all, reload }) {
	/** @param {number | null} seconds */
	const shown = (seconds) => (seconds ? durationText(seconds) : '');
	const [rows, setRows] = useState(() => [1, 2, 3, 4, 5].map((severity) => ({ severity, ...text(all.sla.targets.find((x) => x.severity === severity)) })));
	/** @param {SlaTarget | undefined} x */
	function text(x) {
		return { acknowledge: shown(x?.acknowledge_s ?? null), notify: shown(x?.notify_s ?? null), calendar: String(x?.notify_calendar_id ?? ''), warn: x?.warn_percent ?? 70 };
	}
	const good = rows.every((r) => [r.acknowledge, r.notify].every((x) => !x || durationSeconds(x)));
	const save = async () => {
		const targets = rows.filter((r) => r.acknowledge || r.notify).map((r) => ({ severity: r.severity, acknowledge_s: r.acknowledge ? durationSeconds(r.acknowledge) : null, notify_s: r.notify ? durationSeconds(r.notify) : null, notify_calendar_id: r.calendar ? Number(r.calendar) : null, warn_percent: r.warn }));
		if (await doing(() => send('PUT', '/v1/sla-targets', { targets }, all.sla.version), t('sla.saved'))) reload();
	};
	const may = mayDo('manage_oncall');
	/** @param {number} i @param {'acknowledge' | 'notify'} key */
	const field = (i, key) => html`<input class="narrow" type="text" disabled=${!may} aria-label=${t(`sla.${key}`)} placeholder="―" aria-invalid=${rows[i][key] && !durationSeconds(rows[i][key]) ? 'true' : undefined} value=${rows[i][key]} onInput=${(/** @type {Event} */ e) => setRows(changed(rows, i, { [key]: /** @type {HTMLInputElement} */ (e.target).value.trim() }))} />`;
	return html`<section class="card">
		<h2>${t('sla.title')} <small>${t('policy.duration')}</small></h2>
		<table class="plain">
			<thead><tr><th>${t('column.severity')}</th><th>${t('sla.acknowledge')}</th><th>${t('sla.notify')}</th><th>${t('sla.calendar')}</th></tr></thead>
			<tbody>${rows.map((r, i) => html`<tr><td>${Severity({ level: r.severity, long: true })}</td><td>${field(i, 'acknowledge')}</td><td>${field(i, 'notify')}</td><td class="grow">${may ? Choice({ label: t('sla.calendar'), value: r.calendar, options: [['', t('policy.always')], ...all.calendars.map((c) => /** @type {[string, string]} */ ([String(c.id), c.name]))], onChange: (v) => setRows(changed(rows, i, { calendar: v })) }) : (all.calendars.find((c) => String(c.id) === r.calendar)?.name ?? t('policy.always'))}</td></tr>`)}</tbody>
		</table>
		${may && html`<div class="actions more"><button class="button" disabled=${!good} onClick=${save}>${t('action.save')}</button></div>`}
	</section>`;
}

/* ---- business hours ---- */

/** @param {{calendars: Calendar[], reload: () => void}} props */
function Calendars({ calendars, reload }) {
	const [editing, setEditing] = useState(0);
	return html`<section class="card">
		<h2>${t('hours.title')}</h2>
		<div class="stack-column">
			${calendars.map((c) =>
				editing === c.id
					? h(CalendarForm, { key: c.id, c, done: () => (setEditing(0), reload()), cancel: () => setEditing(0) })
					: html`<p class="chips"><b>${c.name}</b><span class=${`chip ${c.open ? 'sensor-up' : ''}`}>${c.open ? t('hours.open') : t('hours.closed_now')}</span><span class="dim">→ ${Time({ ts: c.next_change })}</span>${mayDo('manage_oncall') && html`<button class="mini" onClick=${() => setEditing(c.id)}>${t('action.edit')}</button>`}</p>`,
			)}
		</div>
	</section>`;
}

/** @param {{c: Calendar, done: () => void, cancel: () => void}} props */
function CalendarForm({ c, done, cancel }) {
	const [texts, setTexts] = useState(hoursTexts(c.rules.hours));
	const [holidays, setHolidays] = useState(c.rules.holidays ?? false);
	const [yearly, setYearly] = useState((c.rules.closed_yearly ?? []).join(', '));
	const [closed, setClosed] = useState((c.rules.closed ?? []).join(', '));
	const [open, setOpen] = useState((c.rules.open ?? []).join(', '));
	const hours = hoursOf(texts);
	/** @param {string} text */
	const days = (text) => text.split(/[,、\s]+/).filter(Boolean);
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		const rules = { hours: hours ?? {}, holidays, closed_yearly: days(yearly), closed: days(closed), open: days(open) };
		if (await doing(() => send('PUT', `/v1/calendars/${c.id}`, { name: c.name, timezone: c.timezone, rules }, c.version), t('hours.saved'))) done();
	};
	/** @param {string} key @param {string} value @param {(v: string) => void} set */
	const line = (key, value, set) => html`<label>${t(key)} <input class="grow" type="text" value=${value} onInput=${(/** @type {Event} */ e) => set(/** @type {HTMLInputElement} */ (e.target).value)} /></label>`;
	return html`<form class="layer" onSubmit=${submit}>
		<b>${c.name}</b> ${HoursForm({ texts, onChange: setTexts })}
		<div class="mute-line"><label><input type="checkbox" checked=${holidays} onChange=${() => setHolidays(!holidays)} /> ${t('hours.holidays')}</label></div>
		<div class="mute-line">${line('hours.yearly', yearly, setYearly)}</div>
		<div class="mute-line">${line('hours.closed_days', closed, setClosed)} ${line('hours.open_days', open, setOpen)}</div>
		<div class="actions"><button class="button primary" disabled=${!hours}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}
