// @ts-check
/* Weekly hours as a document has them, one line a day. */
import { html } from '../lib.js';
import { t, word } from '../app.js';
import { rangesText, readRanges, WEEKDAYS } from '../core/rota.js';

/** @typedef {Record<string, [string, string][]>} Hours */

/** What is typed, per day; a day that cannot be read keeps its text until it can. @param {Hours | undefined} hours @returns {Record<string, string>} */
export function hoursTexts(hours) {
	return Object.fromEntries(WEEKDAYS.map((day) => [day, rangesText(hours?.[day])]));
}

/** The document of what is typed; null: some day cannot be read. @param {Record<string, string>} texts @returns {Hours | null} */
export function hoursOf(texts) {
	/** @type {Hours} */
	const hours = {};
	for (const day of WEEKDAYS) {
		const ranges = readRanges(texts[day] ?? '');
		if (!ranges) return null;
		if (ranges.length) hours[day] = ranges;
	}
	return hours;
}

/** @param {{texts: Record<string, string>, onChange: (texts: Record<string, string>) => void, disabled?: boolean}} props */
export function HoursForm({ texts, onChange, disabled = false }) {
	return html`<fieldset class="hours" disabled=${disabled}>
		<legend>${t('hours.legend')}</legend>
		${WEEKDAYS.map(
			(day) => html`<label><span>${word('weekday', day)}</span>
				<input type="text" aria-invalid=${readRanges(texts[day] ?? '') ? undefined : 'true'} placeholder=${t('hours.closed')} value=${texts[day] ?? ''} onInput=${(/** @type {Event} */ e) => onChange({ ...texts, [day]: /** @type {HTMLInputElement} */ (e.target).value })} />
			</label>`,
		)}
	</fieldset>`;
}
