// @ts-check
/* What every page shares: who is signed in, words, times, theme, toasts. */
import { signal } from './lib.js';
import { Translator } from './core/translate.js';
import { isOpenTo, may } from './core/roles.js';
import { Times } from './core/times.js';

/** @typedef {import('./types').Me} Me */

/** null: nobody; undefined: not known yet. */
export const me = signal(/** @type {Me | null | undefined} */ (undefined));
export const language = signal('ja');
export const theme = signal(localStorage.getItem('theme') ?? 'auto');
export const singleKeys = signal(localStorage.getItem('single-keys') !== 'off');
/** What the status strip says. */
export const toast = signal(/** @type {{text: string, kind: 'info' | 'error', turn: number} | null} */ (null));
/** A line for screen readers only. */
export const spoken = signal('');

let translator = new Translator('ja', {});
let times = new Times('Asia/Tokyo', 'ja');

/** @param {string} key @param {import('./core/translate.js').Params} [params] */
export function t(key, params) {
	return translator.t(key, params);
}

/** A word of a closed set. @param {string} set @param {string | number} value */
export function word(set, value) {
	return translator.word(set, value);
}

/** @param {number | null | undefined} n */
export function count(n) {
	return n === null || n === undefined ? '―' : translator.number.format(n);
}

/** The times of the operator's zone. */
export function zone() {
	return times;
}

/** @param {string} name */
export async function useLanguage(name) {
	const response = await fetch(new URL(`../i18n/${name}.json`, import.meta.url));
	if (!response.ok) throw new Error(`the words for "${name}" are missing: HTTP ${response.status}`);
	translator = new Translator(name, await response.json());
	times = new Times(me.peek()?.timezone ?? 'Asia/Tokyo', name);
	document.documentElement.lang = name;
	localStorage.setItem('language', name);
	language.value = name;
}

/** Takes the server's answer about the user. @param {Me} answer */
export async function signIn(answer) {
	me.value = answer;
	times = new Times(answer.timezone, language.peek());
	if (answer.language !== language.peek()) await useLanguage(answer.language);
}

/** @param {string} name auto, light or dark */
export function useTheme(name) {
	localStorage.setItem('theme', name);
	document.documentElement.dataset.theme = name;
	theme.value = name;
}

/** @param {boolean} on */
export function useSingleKeys(on) {
	localStorage.setItem('single-keys', on ? 'on' : 'off');
	singleKeys.value = on;
}

let turn = 0;

/** @param {string} text @param {'info' | 'error'} [kind] */
export function say(text, kind = 'info') {
	toast.value = { text, kind, turn: ++turn };
}

/** Whether who is signed in may do something: core/roles.js. @param {string} what */
export function mayDo(what) {
	return may(me.peek()?.role ?? '', what) && isOpenTo(what, me.peek()?.company_id);
}

/** Roles that may change incidents. */
export function mayTriage() {
	return mayDo('triage');
}

/** Roles that may mute for several companies, and put rules in force. */
export function mayGovern() {
	const user = me.peek();
	return ['lead', 'admin'].includes(user?.role ?? '') && user?.company_id === null;
}

/** Whoever works for the chamber, not for one company of it, nor for a vendor. */
export function isStaff() {
	return !['member', 'vendor'].includes(me.peek()?.role ?? '');
}

/** A rule's name in the reader's language. @param {{title: string, title_ja?: string | null}} rule */
export function ruleTitle(rule) {
	return (language.peek() === 'ja' && rule.title_ja) || rule.title;
}

/** The closed sets of the API that people choose from. */
export const wordKeys = {
	direction: ['inbound', 'outbound', 'internal', 'external', 'unknown'],
	engine: ['ips', 'antivirus', 'web', 'dns', 'other'],
	state: ['open', 'acknowledged', 'contained', 'closed'],
	message_state: ['pending', 'sending', 'sent', 'failed', 'cancelled', 'expired', 'bundled', 'quarantined'],
};
