// @ts-check
/* Fields of forms, each with its caption above it; call them as functions. And sending a form once at a time. */
import { html, useState } from '../lib.js';
import { say, t } from '../app.js';
import { ApiError } from '../api.js';

/** @typedef {{label: string, value: string, onInput: (value: string) => void, required?: boolean, max?: number, type?: string, hint?: string, id?: string, placeholder?: string, wide?: boolean, inputmode?: string, list?: string, disabled?: boolean, min?: string}} FieldProps */

/** @param {(value: string) => void} take */
const taking = (take) => (/** @type {Event} */ e) => take(/** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (e.target).value);

/** @param {boolean | undefined} required */
const needed = (required) => required && html`<em>${t('field.needed')}</em>`;

/** @param {FieldProps} props */
export function TextField({ label, value, onInput, required, max = 200, type = 'text', hint, id, placeholder, wide, inputmode, list, disabled, min }) {
	return html`<label class=${wide ? 'field wide' : 'field'}>
		<span>${label}${needed(required)}</span>
		<input type=${type} id=${id} value=${value} required=${required} maxlength=${type === 'number' || type.startsWith('date') ? undefined : max} placeholder=${placeholder} inputmode=${inputmode} list=${list} disabled=${disabled} min=${min} autocomplete="off" onInput=${taking(onInput)} />
		${hint && html`<small>${hint}</small>`}
	</label>`;
}

/** @param {FieldProps & {rows?: number}} props */
export function AreaField({ label, value, onInput, required, max = 10000, rows = 3, hint, id, placeholder }) {
	return html`<label class="field wide">
		<span>${label}${needed(required)}</span>
		<textarea id=${id} rows=${rows} maxlength=${max} required=${required} placeholder=${placeholder} value=${value} onInput=${taking(onInput)}></textarea>
		${hint && html`<small>${hint}</small>`}
	</label>`;
}

/** @param {FieldProps & {options: [string, string][]}} props */
export function ChoiceField({ label, value, options, onInput, required, hint, id, disabled }) {
	return html`<label class="field">
		<span>${label}${needed(required)}</span>
		<select id=${id} required=${required} disabled=${disabled} value=${value} onChange=${taking(onInput)}>
			${options.map(([key, name]) => html`<option value=${key} selected=${key === value}>${name}</option>`)}
		</select>
		${hint && html`<small>${hint}</small>`}
	</label>`;
}

/** @param {{label: string, checked: boolean, onChange: (on: boolean) => void, className?: string}} props */
export function CheckField({ label, checked, onChange, className = '' }) {
	return html`<label class=${`check ${className}`}><input type="checkbox" checked=${checked} onChange=${(/** @type {Event} */ e) => onChange(/** @type {HTMLInputElement} */ (e.target).checked)} />${label}</label>`;
}

/**
 * One of a few, all in sight.
 * @param {{label: string, value: string, options: [string, string][], onChange: (value: string) => void}} props
 */
export function Segments({ label, value, options, onChange }) {
	return html`<span class="segments" role="group" aria-label=${label}>
		${options.map(([key, name]) => html`<button type="button" class="segment" aria-pressed=${key === value} onClick=${() => onChange(key)}>${name}</button>`)}
	</span>`;
}

/**
 * Runs one thing at a time and says what went wrong. When somebody was faster (412), what is shown is loaded again.
 * @param {() => void} [reload]  after it went well, too
 * @returns {[boolean, (work: () => Promise<unknown>) => Promise<boolean>]}
 */
export function useWork(reload) {
	const [busy, setBusy] = useState(false);
	/** @param {() => Promise<unknown>} work */
	const run = async (work) => {
		if (busy) return false;
		setBusy(true);
		try {
			await work();
			reload?.();
			return true;
		} catch (error) {
			const faster = error instanceof ApiError && error.status === 412;
			say(faster ? t('error.faster') : /** @type {Error} */ (error).message, 'error');
			if (faster) reload?.();
			return false;
		} finally {
			setBusy(false);
		}
	};
	return [busy, run];
}

/** A form's values by name, and a way to change one. @template {Record<string, any>} T @param {T} start @returns {[T, (name: keyof T) => (value: any) => void, (values: Partial<T>) => void]} */
export function useValues(start) {
	const [values, setValues] = useState(start);
	return [values, (name) => (value) => setValues((/** @type {T} */ held) => ({ ...held, [name]: value })), (more) => setValues((/** @type {T} */ held) => ({ ...held, ...more }))];
}
