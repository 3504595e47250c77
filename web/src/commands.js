// @ts-check
/* The commands at hand: keys, palette and help read one list. A page adds its own while it is shown. */
import { signal, useEffect } from './lib.js';
import { singleKeys } from './app.js';
import { KeyReader } from './core/keymap.js';

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} label        already in the user's language
 * @property {string[]} keys       bindings, the first is the one shown
 * @property {'global' | 'page'} scope
 * @property {(event?: KeyboardEvent) => void} run
 * @property {boolean} [hidden]    not in the palette
 * @property {boolean} [walks]     only moves about in the list: last in the palette
 */

/** @type {Set<Command[]>} */
const sets = new Set();
const reader = new KeyReader();
/** First key of a sequence under way: the screen shows what may follow. */
export const prefix = signal('');
let prefixTimer = 0;

/** @returns {Command[]} later sets (pages) win over earlier ones (global) */
export function allCommands() {
	return [...sets].flat();
}

/** @param {Command[]} commands @returns {() => void} */
export function addCommands(commands) {
	sets.add(commands);
	return () => sets.delete(commands);
}

/** Adds a page's commands while it is shown. @param {() => Command[]} make @param {unknown[]} inputs */
export function useCommands(make, inputs) {
	useEffect(() => addCommands(make()), inputs);
}

/** @param {EventTarget | null} target */
function takesText(target) {
	if (!(target instanceof HTMLElement)) return false;
	return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
}

/** Keys that press the focused control itself. @param {KeyboardEvent} event */
function pressesControl(event) {
	return (event.key === 'Enter' || event.key === ' ') && event.target instanceof HTMLElement && event.target.matches('a, button, summary, [role=option]');
}

/** @param {KeyboardEvent} event */
function onKey(event) {
	/* An open dialog has the keyboard to itself. */
	if (event.defaultPrevented || pressesControl(event) || document.querySelector('dialog[open]')) return;
	const bindings = new Map();
	const commands = new Map();
	for (const command of allCommands()) {
		commands.set(command.id, command);
		for (const key of command.keys) bindings.set(key, command.id);
	}
	const result = reader.read(
		{
			key: event.key,
			code: event.code,
			keyCode: event.keyCode,
			isComposing: event.isComposing,
			ctrlKey: event.ctrlKey,
			metaKey: event.metaKey,
			altKey: event.altKey,
			shiftKey: event.shiftKey,
			editable: takesText(event.target),
			time: event.timeStamp,
		},
		bindings,
		singleKeys.peek(),
	);
	showPrefix(result?.prefix ?? '');
	if (!result) return;
	event.preventDefault();
	if (result.command) commands.get(result.command)?.run(event);
}

/** @param {string} key */
function showPrefix(key) {
	clearTimeout(prefixTimer);
	prefix.value = key;
	if (key) prefixTimer = setTimeout(() => (prefix.value = ''), 1500);
}

export function startKeys() {
	document.addEventListener('keydown', onKey);
}
