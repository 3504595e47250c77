// @ts-check
/* One page: what it is about, what was done, every message with its tries, who comes next; and answering it. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, me, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { countdown } from '../core/rota.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { MessageTable } from '../ui/messages.js';
import { Choice, Failed, Loading, Severity, Time } from '../ui/parts.js';
import { nextWords, PageFacts } from './oncall.js';

/** @typedef {import('../types-oncall').PageWhole} PageWhole */
/** @typedef {import('../types-oncall').PageSubject} PageSubject */
/** @typedef {import('../types-oncall').OncallPerson} OncallPerson */

/** Where a subject is to be looked at. @param {PageSubject} s */
function subjectLink(s) {
	const places = /** @type {Record<string, string>} */ ({ incident: 'incidents', campaign: 'campaigns', desk: 'tickets' });
	if (s.kind === 'sensor') return `/sensors?company=${s.company_id}`;
	return places[s.kind] ? `/${places[s.kind]}/${s.id}` : null;
}

/** @param {{id: string}} props */
export function PageView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/pages/${id}`), id);
	const [kept, setKept] = useState(/** @type {PageWhole | null} */ (null));
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (value) setKept(/** @type {PageWhole} */ (value));
	}, [value]);
	useEffect(() => {
		document.title = `${t('pager.title', { n: Number(id) })} - Hinomi`;
		const tick = setInterval(() => setNow(Date.now()), 1000);
		const stop = listen((event) => event.event === 'page.upsert' && String(/** @type {any} */ (event.data).page?.id) === id && reload());
		/* Whoever opens it signed in is at the desk: an answer by link becomes a full one. */
		if (mayDo('answer')) send('POST', `/v1/pages/${id}/confirm`).catch(() => undefined);
		return () => {
			clearInterval(tick);
			stop();
		};
	}, [id]);
	/** @param {string} what @param {unknown} [body] */
	const act = async (what, body) => {
		try {
			await send('POST', `/v1/pages/${id}/${what}`, body);
			say(t(`pager.done_${what.replace('-', '_')}`));
		} catch (failure) {
			say(/** @type {Error} */ (failure).message, 'error');
		}
		reload();
	};
	useCommands(
		() => [
			{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/pages') },
			{ id: 'ack', keys: ['a'], label: t('pager.ack'), scope: 'page', run: () => void act('ack') },
		],
		[id],
	);
	const p = /** @type {PageWhole | null} */ (value ?? kept);
	if (error && !p) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!p) return html`<div class="page">${Loading()}</div>`;
	return html`<div class="page scrolls">
		<header class="incident-head">
			<div class="incident-title">
				<p class="chips"><a href="/pages">${t('tab.pages')}</a><span class="dim">/</span><b>${p.id}</b>${Severity({ level: p.severity, long: true })}<span class=${`chip page-${p.state}`}>${word('page_state', p.state)}</span><span class="chip">${word('page_kind', p.kind)}</span>${p.is_storm && html`<span class="chip warn">${t('oncall.storm', { n: p.companies })}</span>`}</p>
				<h2>${p.title}</h2>
				${p.joined_into && html`<p class="notice">${t('pager.joined')} <a href=${`/pages/${p.joined_into}`}>${p.joined_into}</a></p>`}
				${p.fenced && html`<p class="notice hot">${t('pager.fenced')}</p>`} ${p.nobody && html`<p class="notice hot">${t('pager.nobody')}</p>`}
			</div>
			${PageFacts({ p })}
			${p.may_answer && (p.state === 'triggered' || p.state === 'acknowledged') && h(Actions, { p, act })}
		</header>
		${p.state === 'triggered' && p.next_at && html`<p class="card"><span class="countdown">${countdown(Date.parse(p.next_at) - now)}</span> ${t('oncall.then')} <b>${nextWords(p.next)}</b></p>`}
		<div class="two">
			<div class="stack-column">
				<section class="card">
					<h2>${t('pager.about')} <small>${t('pager.open_of', { open: p.open_subjects, all: p.subjects })}</small></h2>
					<table class="plain"><tbody>
						${p.all_subjects.map((s) => html`<tr class=${s.settled_at ? 'dim' : ''}><td>${Severity({ level: s.severity })}</td><td class="grow">${subjectLink(s) ? html`<a href=${subjectLink(s)}>${s.number ? `INC-${s.number} ` : ''}${s.title}</a>` : s.title}</td><td>${s.company ?? ''}</td><td>${Time({ ts: s.raised_at })}</td><td>${s.settled_at ? t('pager.settled') : ''}</td></tr>`)}
					</tbody></table>
				</section>
			</div>
			<section class="card">
				<h2>${t('pager.timeline')}</h2>
				<ol class="timeline">${p.timeline.map((e) => html`<li>${Time({ ts: e.at })}<div><b>${word('page_event', e.kind)}</b>${e.user?.display_name ?? ''} <span class="dim">${entryWords(e, p)}</span></div></li>`)}</ol>
			</section>
		</div>
		<section class="card"><h2>${t('pager.messages')}</h2>${MessageTable({ messages: p.messages })}</section>
	</div>`;
}

/** What an entry's body adds, as far as people want to read it. @param {import('../types-oncall').PageEntry} entry @param {PageWhole} p */
function entryWords({ body }, p) {
	const shown = ['reason', 'note', 'title', 'text', 'name', 'to', 'channel', 'error', 'via'];
	const sets = /** @type {Record<string, string>} */ ({ via: 'ack_via', channel: 'channel_kind' });
	const step = typeof body.step === 'number' && typeof body.loop === 'number' ? [t('route.loop_step', { loop: body.loop, step: body.step })] : [];
	const told = Array.isArray(body.told) && body.told.length ? [`→ ${body.told.join('、')}`] : [];
	/* Whoever it was handed to was told. */
	const heir = typeof body.to === 'number' ? p.messages.filter((m) => m.person?.id === body.to).slice(0, 1).map((m) => `→ ${m.person?.display_name}`) : [];
	return [...step, ...told, ...heir, ...shown.filter((key) => typeof body[key] === 'string' && body[key]).map((key) => (sets[key] ? word(sets[key], String(body[key])) : String(body[key])))].join(' · ');
}

/** @param {{p: PageWhole, act: (what: string, body?: unknown) => Promise<void>}} props */
function Actions({ p, act }) {
	const [reason, setReason] = useState('');
	const [to, setTo] = useState('');
	const { value } = useLoad(() => get('/v1/oncall/people'), 'people');
	const people = /** @type {OncallPerson[]} */ (value ? /** @type {any} */ (value).people : []);
	/* Only who was asked can decline: nothing else would be asked of somebody else because of it. */
	const asked = p.messages.some((m) => m.person?.id === me.peek()?.id);
	const said = reason.trim() ? { reason: reason.trim() } : {};
	return html`<div class="actions">
		<button class="button primary" onClick=${() => act('ack')}>${t('pager.ack')} <kbd>a</kbd></button>
		<input type="text" maxlength="500" placeholder=${t('pager.reason')} aria-label=${t('pager.reason')} value=${reason} onInput=${(/** @type {Event} */ e) => setReason(/** @type {HTMLInputElement} */ (e.target).value)} />
		${p.state === 'triggered' && asked && html`<button class="button" onClick=${() => act('decline', said)}>${t('pager.decline')}</button>`}
		<button class="button" onClick=${() => act('escalate', said)}>${t('pager.escalate')}</button>
		${Choice({ label: t('pager.hand_over_to'), value: to, options: [['', t('pager.hand_over_to')], ...people.map((x) => /** @type {[string, string]} */ ([String(x.id), x.display_name]))], onChange: setTo })}
		<button class="button" disabled=${!to} onClick=${() => act('hand-over', { user_id: Number(to), ...said })}>${t('pager.hand_over')}</button>
	</div>`;
}
