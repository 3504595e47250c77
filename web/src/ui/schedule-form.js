// @ts-check
/* A schedule as people edit it: layers, each with its people in turn, its rotation and when it counts. What is typed is
 * tried against the server before it is saved, so that gaps are seen before they happen. */
import { html, useState } from '../lib.js';
import { say, t, word } from '../app.js';
import { changed, raised, without } from '../core/rota.js';
import { hoursOf, hoursTexts, HoursForm } from './hours-form.js';
import { Choice } from './parts.js';

/** @typedef {{unit: string, every: number, start: string, handover: string}} Rotation */
/** @typedef {{name: string, people: number[], rotation: Rotation, from?: string, to?: string, hours?: Record<string, [string, string][]>, calendar?: number, calendar_open?: boolean}} Layer */
/** @typedef {{layers: Layer[]}} ScheduleRules */
/** @typedef {{id: number, name: string}} Named */
/** What is edited: the layer, and its hours as typed. @typedef {Layer & {texts: Record<string, string> | null}} Draft */

const UNITS = ['hour', 'day', 'week', 'month'];

/** @param {Layer} layer @returns {Draft} */
function draftOf(layer) {
	return { ...layer, texts: layer.hours ? hoursTexts(layer.hours) : null };
}

/** @param {Draft} draft @returns {Layer | null} null: something cannot be read */
function layerOf({ texts, ...layer }) {
	const { hours: _, from, to, ...rest } = layer;
	const hours = texts ? hoursOf(texts) : undefined;
	if (hours === null || !layer.people.length || !/^\d{4}-\d{2}-\d{2}$/.test(layer.rotation.start) || !/^\d{2}:\d{2}$/.test(layer.rotation.handover)) return null;
	return { ...rest, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(hours ? { hours } : {}) };
}

/**
 * @param {{rules: ScheduleRules, name: string, today: string, people: Named[], calendars: Named[], preview: (rules: ScheduleRules) => Promise<void>, save: (name: string, rules: ScheduleRules) => Promise<void>, cancel: () => void}} props
 */
export function ScheduleForm({ rules, name: startName, today, people, calendars, preview, save, cancel }) {
	const [name, setName] = useState(startName);
	const [layers, setLayers] = useState(() => rules.layers.map(draftOf));
	const [busy, setBusy] = useState(false);
	const read = layers.map(layerOf);
	const document = read.every(Boolean) ? { layers: /** @type {Layer[]} */ (read) } : null;
	/** @param {number} i @param {Partial<Draft>} change */
	const set = (i, change) => setLayers(changed(layers, i, change));
	const add = () => setLayers([...layers, { name: '', people: [], rotation: { unit: 'week', every: 1, start: today, handover: '09:00' }, texts: null }]);
	/** @param {() => Promise<void>} work */
	const working = async (work) => {
		setBusy(true);
		try {
			await work();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	return html`<form
		class="card stack-column"
		onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			if (document) working(() => save(name.trim(), document));
		}}
	>
		<div class="mute-line"><input class="grow" type="text" required maxlength="100" aria-label=${t('column.name')} value=${name} onInput=${(/** @type {Event} */ e) => setName(/** @type {HTMLInputElement} */ (e.target).value)} /><span class="dim">${t('schedule.layers_explained')}</span></div>
		${layers.map((layer, i) => LayerForm({ layer, people, calendars, set: (change) => set(i, change), up: i ? () => setLayers(raised(layers, i)) : null, drop: () => setLayers(without(layers, i)) }))}
		<div class="actions">
			<button type="button" class="button" disabled=${layers.length >= 16} onClick=${add}>${t('schedule.add_layer')}</button>
			<span class="spring"></span>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
			<button type="button" class="button" disabled=${busy || !document} onClick=${() => document && working(() => preview(document))}>${t('schedule.preview')}</button>
			<button class="button primary" disabled=${busy || !document || !name.trim()}>${t('action.save')}</button>
		</div>
	</form>`;
}

/** @param {Draft} layer */
function limitOf(layer) {
	return layer.texts ? 'hours' : layer.calendar ? (layer.calendar_open === false ? `closed:${layer.calendar}` : `open:${layer.calendar}`) : '';
}

/** @param {string} value @param {Draft} layer @returns {Partial<Draft>} */
function readLimit(value, layer) {
	if (value === 'hours') return { texts: layer.texts ?? hoursTexts({}), calendar: undefined, calendar_open: undefined };
	if (!value) return { texts: null, calendar: undefined, calendar_open: undefined };
	const [kind, id] = value.split(':');
	return { texts: null, calendar: Number(id), calendar_open: kind === 'open' };
}

/** @param {{layer: Draft, people: Named[], calendars: Named[], set: (change: Partial<Draft>) => void, up: (() => void) | null, drop: () => void}} props */
function LayerForm({ layer, people, calendars, set, up, drop }) {
	const { rotation } = layer;
	/** @param {Partial<Rotation>} change */
	const turn = (change) => set({ rotation: { ...rotation, ...change } });
	const options = people.map((p) => /** @type {[string, string]} */ ([String(p.id), p.name]));
	const limits = /** @type {[string, string][]} */ ([['', t('schedule.always')], ['hours', t('schedule.own_hours')], ...calendars.flatMap((c) => [[`open:${c.id}`, t('schedule.while_open', { name: c.name })], [`closed:${c.id}`, t('schedule.while_closed', { name: c.name })]])]);
	const limit = limitOf(layer);
	/** @param {string} key @param {string} kind @param {string} value @param {(v: string) => void} change */
	const field = (key, kind, value, change) => html`<label>${t(key)} <input type=${kind} value=${value} onInput=${(/** @type {Event} */ e) => change(/** @type {HTMLInputElement} */ (e.target).value)} /></label>`;
	return html`<fieldset class="layer">
		<div class="mute-line">
			<input class="grow" type="text" maxlength="100" placeholder=${t('schedule.layer_name')} aria-label=${t('schedule.layer_name')} value=${layer.name} onInput=${(/** @type {Event} */ e) => set({ name: /** @type {HTMLInputElement} */ (e.target).value })} />
			${up && html`<button type="button" class="mini" onClick=${up}>${t('action.up')}</button>`}
			<button type="button" class="mini" onClick=${drop}>${t('action.remove')}</button>
		</div>
		<div class="mute-line">
			<span class="dim">${t('schedule.people')}</span>
			${layer.people.map(
				(id, n) => html`<span class="target">
					${Choice({ label: t('schedule.person_no', { n: n + 1 }), value: String(id), usual: String(id), options, onChange: (v) => set({ people: layer.people.map((p, m) => (m === n ? Number(v) : p)) }) })}
					${n > 0 && html`<button type="button" class="mini" title=${t('action.up')} aria-label=${t('action.up')} onClick=${() => set({ people: raised(layer.people, n) })}>←</button>`}
					<button type="button" class="mini" title=${t('action.remove')} aria-label=${t('action.remove')} onClick=${() => set({ people: without(layer.people, n) })}>×</button>
				</span>`,
			)}
			<button type="button" class="button quiet" disabled=${!people.length} onClick=${() => set({ people: [...layer.people, people.find((p) => !layer.people.includes(p.id))?.id ?? people[0].id] })}>${t('schedule.add_person')}</button>
		</div>
		<div class="mute-line">
			<label>${t('schedule.every')} <input class="narrow" type="text" inputmode="numeric" value=${rotation.every} onInput=${(/** @type {Event} */ e) => turn({ every: Number(/** @type {HTMLInputElement} */ (e.target).value) || 1 })} /></label>
			${Choice({ label: t('schedule.unit'), value: rotation.unit, usual: rotation.unit, options: UNITS.map((u) => /** @type {[string, string]} */ ([u, word('rotation_unit', u)])), onChange: (unit) => turn({ unit }) })}
			${field('schedule.handover', 'time', rotation.handover, (handover) => turn({ handover }))} ${field('schedule.start', 'date', rotation.start, (start) => turn({ start }))}
		</div>
		<div class="mute-line">
			<label>${t('schedule.counts')} ${Choice({ label: t('schedule.counts'), value: limit, options: limits, onChange: (v) => set(readLimit(v, layer)) })}</label>
			${field('schedule.from', 'date', layer.from ?? '', (from) => set({ from }))} ${field('schedule.to', 'date', layer.to ?? '', (to) => set({ to }))}
		</div>
		${layer.texts && HoursForm({ texts: layer.texts, onChange: (texts) => set({ texts }) })}
	</fieldset>`;
}
