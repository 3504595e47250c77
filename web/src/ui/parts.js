// @ts-check
/* Small components without hooks; call them as functions. */
import { html } from '../lib.js';
import { count, t, word, zone } from '../app.js';
import { directionClass } from './cells.js';

/** @param {{level: number, long?: boolean}} props */
export function Severity({ level, long = false }) {
	return html`<span class=${`sev sev-${level}`} title=${word('severity', level)}><i></i>${word(long ? 'severity' : 'severity.short', level)}</span>`;
}

/** @param {{ts: string | null, short?: boolean}} props */
export function Time({ ts, short = false }) {
	if (!ts) return html`<span class="none">―</span>`;
	return html`<time datetime=${ts} data-ts=${ts}>${short ? zone().clock(ts) : zone().full(ts)}</time>`;
}

/** @param {{direction: string, severity?: number}} props */
export function DirectionChip({ direction, severity = 5 }) {
	return html`<span class=${`chip ${directionClass({ direction, severity })}`}>${word('direction', direction)}</span>`;
}

/** @param {{state: string}} props */
export function StateChip({ state }) {
	return html`<span class=${`chip state-${state}`}>${word('state', state)}</span>`;
}

/** @param {{error: Error, retry?: () => void}} props */
export function Failed({ error, retry }) {
	return html`<div class="failed" role="alert">
		<p>${error.message}</p>
		${retry && html`<button class="button" onClick=${retry}>${t('action.retry')}</button>`}
	</div>`;
}

export function Loading() {
	return html`<div class="loading" aria-busy="true">${t('loading')}</div>`;
}

/** @param {{text: string}} props */
export function Empty({ text }) {
	return html`<div class="empty">${text}</div>`;
}

/** A figure with its caption. @param {{label: string, value: unknown, tone?: string}} props */
export function Fact({ label, value, tone = '' }) {
	return html`<div class=${`fact ${tone}`}><dt>${label}</dt><dd>${typeof value === 'number' ? count(value) : value}</dd></div>`;
}

/**
 * A choice in a filter bar.
 * @param {{label: string, value: string, options: [string, string][], onChange: (value: string) => void, id?: string, usual?: string}} props
 *   usual: the value that filters nothing
 */
export function Choice({ label, value, options, onChange, id, usual = '' }) {
	return html`<select
		class=${value === usual ? 'choice' : 'choice set'}
		id=${id}
		aria-label=${label}
		value=${value}
		onChange=${(/** @type {Event} */ e) => onChange(/** @type {HTMLSelectElement} */ (e.target).value)}
	>
		${options.map(([key, name]) => html`<option value=${key} selected=${key === value}>${name}</option>`)}
	</select>`;
}

/** Words of a closed set as choices, with "all" first. @param {string} all @param {string} set @param {(string | number)[]} values @returns {[string, string][]} */
export function wordOptions(all, set, values) {
	return [['', all], ...values.map((v) => /** @type {[string, string]} */ ([String(v), word(set, v)]))];
}
