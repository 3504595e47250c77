// @ts-check
/* Preact, its hooks, templates and signals, as the pages use them. House rule: templates hold lower-case tags only;
 * a component without hooks is called as a function, one with hooks through h(), so that its props are checked. */
import { h } from './vendor/preact.js';
import { useEffect, useState } from './vendor/hooks.js';
import htm from './vendor/htm.js';
import { signal, effect } from './vendor/signals-core.js';

export { h, render, Fragment } from './vendor/preact.js';
export { useEffect, useMemo, useRef, useState, useLayoutEffect, useCallback } from './vendor/hooks.js';
export { signal, effect };

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);

/**
 * A signal's value; the component renders again when it changes.
 * @template T
 * @param {import('./vendor/signals-core.js').Signal<T>} source
 * @returns {T}
 */
export function useSignal(source) {
	const [, again] = useState(0);
	useEffect(() => {
		let first = source.peek();
		return effect(() => {
			const value = source.value;
			if (value !== first) {
				first = value;
				again((n) => n + 1);
			}
		});
	}, [source]);
	return source.peek();
}

/**
 * Loads something when `key` changes; an answer that comes after the next load began is dropped.
 * @template T
 * @param {() => Promise<T>} load
 * @param {string} key
 * @returns {{value: T | null, error: Error | null, reload: () => void}}
 */
export function useLoad(load, key) {
	const [state, setState] = useState(/** @type {{key: string, value: T | null, error: Error | null}} */ ({ key, value: null, error: null }));
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		let current = true;
		load().then(
			(value) => current && setState({ key, value, error: null }),
			(error) => current && setState({ key, value: null, error }),
		);
		return () => {
			current = false;
		};
	}, [key, turn]);
	const mine = state.key === key;
	return { value: mine ? state.value : null, error: mine ? state.error : null, reload: () => setTurn((n) => n + 1) };
}
