// @ts-check
/* What stands around every page: rail, top bar with lamp and clock, status strip, palette, help. */
import { h, html, useEffect, useSignal, useState } from '../lib.js';
import { language, me, say, spoken, t, theme, toast, useLanguage, useTheme, word, zone } from '../app.js';
import { send } from '../api.js';
import { prefix, addCommands, allCommands } from '../commands.js';
import { entryOf, homeOf, isOpenTo, may, pagesUnder, railOf } from '../core/roles.js';
import { navigate } from '../router.js';
import { link } from '../stream.js';
import { Icon } from './icons.js';
import { openHelp, openPalette, Dialogs } from './palette.js';

/** @param {import('../types').Me | null | undefined} user */
function railFor(user) {
	return railOf(user?.role ?? '').filter((e) => isOpenTo(e.page, user?.company_id));
}

/** @returns {import('../commands.js').Command[]} */
function globalCommands() {
	return [
		...[...railFor(me.peek()), ...pagesUnder(me.peek()?.role ?? '').filter((e) => isOpenTo(e.page, me.peek()?.company_id))].map(({ page, key }) => ({ id: `go_${page}`, keys: key ? [`g ${key}`] : [], label: t('command.go', { page: t(`page.${page}`) }), scope: /** @type {const} */ ('global'), run: () => navigate(`/${page}`) })),
		{ id: 'help', keys: ['?'], label: word('command', 'help'), scope: 'global', run: openHelp },
		{ id: 'palette', keys: ['Mod+k'], label: word('command', 'palette'), scope: 'global', run: openPalette, hidden: true },
		{ id: 'theme', keys: [], label: word('command', 'theme'), scope: 'global', run: nextTheme },
		{ id: 'language', keys: [], label: word('command', 'language'), scope: 'global', run: () => void otherLanguage() },
		{ id: 'leave', keys: [], label: word('command', 'leave'), scope: 'global', run: () => void leave() },
	];
}

function nextTheme() {
	const order = ['auto', 'light', 'dark'];
	useTheme(order[(order.indexOf(theme.peek()) + 1) % order.length]);
	say(word('theme', theme.peek()));
}

async function otherLanguage() {
	const name = language.peek() === 'ja' ? 'en' : 'ja';
	await useLanguage(name);
	try {
		me.value = /** @type {import('../types').Me} */ (await send('PATCH', '/v1/me', { language: name }));
	} catch (error) {
		say(/** @type {Error} */ (error).message, 'error');
	}
}

async function leave() {
	try {
		await send('DELETE', '/v1/session');
	} catch (error) {
		say(/** @type {Error} */ (error).message, 'error');
		return;
	}
	me.value = null;
	navigate('/login');
}

/** @param {{name: string, children?: any}} props */
export function Frame({ name, children }) {
	const user = useSignal(me);
	const chosen = useSignal(theme);
	const lit = entryOf(user?.role ?? '', name);
	useEffect(() => addCommands(globalCommands()), []);
	return html`<div class="frame">
		<nav class="rail" aria-label=${t('rail')}>
			<a class="brand" href=${homeOf(user?.role ?? '')} aria-label="Hinomi">${Brand()}</a>
			${railFor(user).map(
				({ page, key }) => html`<a class="rail-item" href=${`/${page}`} aria-current=${page === lit ? 'page' : undefined} title=${`${t(`page.${page}`)} (g ${key})`}>
					${Icon({ name: page })}<span>${t(`rail.${page}`)}</span>
				</a>`,
			)}
			<span class="spring"></span>
			<button class="rail-item" onClick=${openHelp} title=${`${t('help.title')} (?)`}>${Icon({ name: 'help' })}<span>${t('rail.help')}</span></button>
		</nav>
		<header class="bar">
			<h1>${name ? t(`page.${name}`) : ''}</h1>
			<span class="operator">${user?.operator}</span>
			<button class="search" onClick=${openPalette}>${Icon({ name: 'search' })}<span>${t('palette.open')}</span><kbd>Ctrl K</kbd></button>
			${may(user?.role ?? '', 'live') && h(Lamp, {})} ${h(Clock, {})}
			<button class="text-button" lang=${language.peek() === 'ja' ? 'en' : 'ja'} onClick=${otherLanguage} title=${t('language.switch')}>${language.peek() === 'ja' ? 'English' : '日本語'}</button>
			<button class="icon-button" onClick=${nextTheme} title=${`${t('theme.title')}: ${word('theme', chosen)}`} aria-label=${t('theme.title')}>${Icon({ name: 'theme' })}</button>
			<span class="user" title=${user?.email}>${user?.display_name}<small>${user ? word('role', user.role) : ''}</small></span>
			<button class="icon-button" onClick=${leave} title=${t('leave')} aria-label=${t('leave')}>${Icon({ name: 'leave' })}</button>
		</header>
		<main>${children}</main>
		${h(Status, {})} ${h(Dialogs, {})}
	</div>`;
}

/** A fire look-out tower: hinomi yagura. */
export function Brand() {
	return html`<svg viewBox="0 0 32 32" aria-hidden="true">
		<path class="mark" d="M16 3 25 9H7zM9.5 10.5h13v6h-13zM11 18h10l3 11h-2.6l-.9-3.5h-9L10.600 29H8z" />
		<circle class="mark-eye" cx="16" cy="13.500" r="1.800" />
	</svg>`;
}

function Lamp() {
	const { state, lag, since } = useSignal(link);
	const silent = Math.max(0, Math.floor((Date.now() - since) / 1000));
	const text =
		state === 'lost' ? t('lamp.lost', { time: `${String(Math.floor(silent / 60)).padStart(2, '0')}:${String(silent % 60).padStart(2, '0')}` })
		: state === 'starting' ? t('lamp.starting')
		: t('lamp.lag', { ms: Math.round(lag) });
	return html`<span class=${`lamp ${state}`} title=${t('lamp.title')}><i></i>${text}</span>`;
}

function Clock() {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	const stamp = zone().full(new Date(now).toISOString());
	return html`<span class="clock"><span>${stamp.slice(0, 10)}</span> <b>${stamp.slice(11)}</b> <small>${zone().label}</small></span>`;
}

const TOAST_MS = 6000;

/** The status strip, and what a screen reader is told. */
function Status() {
	const shown = useSignal(toast);
	const words = useSignal(spoken);
	const first = useSignal(prefix);
	useEffect(() => {
		if (!shown) return;
		const timer = setTimeout(() => (toast.value = null), TOAST_MS);
		return () => clearTimeout(timer);
	}, [shown?.turn]);
	const follow = first ? allCommands().flatMap((c) => c.keys.filter((k) => k.startsWith(`${first} `)).map((k) => ({ key: k.slice(2), label: c.label }))) : [];
	return html`<div class="status">
		<div role="status" class=${shown ? `toast ${shown.kind}` : 'toast none'}>${shown?.text}</div>
		<div role="status" class="spoken">${words}</div>
		${first && html`<div class="follow"><kbd>${first}</kbd>${follow.map((f) => html`<span><kbd>${f.key}</kbd>${f.label}</span>`)}</div>`}
	</div>`;
}

/** Every time on the screen says, when pointed at, what it is in UTC and how long ago: made at that moment, so that
 * the age is right. */
export function startHover() {
	document.addEventListener('mouseover', (event) => {
		const node = event.target instanceof Element ? event.target.closest('[data-ts]') : null;
		if (node instanceof HTMLElement && node.dataset.ts) node.title = zone().hover(node.dataset.ts, Date.now());
	});
}
