// @ts-check
/* Taking indicators in: a file or pasted text, and what became of it. */
import { html, useState } from '../lib.js';
import { say, t, word } from '../app.js';
import { send } from '../api.js';
import { Choice, Fact } from './parts.js';

/** @typedef {import('../types').IndicatorImport} IndicatorImport */

const FORMATS = ['plain', 'hosts', 'stix', 'misp'];
const TLPS = ['clear', 'green', 'amber', 'amber+strict', 'red'];

/** What a document looks like. @param {string} text */
function formatOf(text) {
	const head = text.trimStart();
	if (head.startsWith('{')) return /"type"\s*:\s*"bundle"/.test(head.slice(0, 2000)) || /"spec_version"/.test(head.slice(0, 4000)) ? 'stix' : 'misp';
	return /^(?:0\.0\.0\.0|127\.0\.0\.1)\s+\S/m.test(head.slice(0, 4000)) ? 'hosts' : 'plain';
}

/** @param {{sources: string[], done: () => void, close: () => void}} props */
export function ImportForm({ sources, done, close }) {
	const [text, setText] = useState('');
	const [source, setSource] = useState('');
	const [format, setFormat] = useState('plain');
	const [confidence, setConfidence] = useState('50');
	const [tlp, setTlp] = useState('amber');
	const [hunt, setHunt] = useState(true);
	const [busy, setBusy] = useState(false);
	const [result, setResult] = useState(/** @type {IndicatorImport | null} */ (null));
	/** @param {string} words */
	const take = (words) => {
		setText(words);
		setFormat(formatOf(words));
	};
	/** @param {Event} event */
	const choose = async (event) => {
		const file = /** @type {HTMLInputElement} */ (event.target).files?.[0];
		if (!file) return;
		take(await file.text());
		if (!source) setSource(file.name.replace(/\.[^.]*$/, ''));
	};
	/** @param {Event} event */
	const submit = async (event) => {
		event.preventDefault();
		setBusy(true);
		try {
			setResult(/** @type {IndicatorImport} */ (await send('POST', '/v1/indicators', { source: source.trim(), format, text, confidence: Number(confidence), tlp, hunt })));
			done();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
		setBusy(false);
	};
	return html`<form class="card mute-form" onSubmit=${submit}>
		<div class="mute-line">
			<input type="file" aria-label=${t('indicator.file')} onChange=${choose} />
			<input type="text" list="known-sources" required maxlength="100" placeholder=${t('indicator.source_name')} aria-label=${t('indicator.source_name')} value=${source} onInput=${(/** @type {Event} */ e) => setSource(/** @type {HTMLInputElement} */ (e.target).value)} />
			<datalist id="known-sources">${sources.map((s) => html`<option value=${s}></option>`)}</datalist>
			${Choice({ label: t('indicator.format'), value: format, usual: format, options: FORMATS.map((f) => /** @type {[string, string]} */ ([f, word('indicator_format', f)])), onChange: setFormat })}
			${Choice({ label: t('column.confidence'), value: confidence, usual: confidence, options: ['90', '70', '50', '30'].map((c) => /** @type {[string, string]} */ ([c, t('indicator.confidence', { n: Number(c) })])), onChange: setConfidence })}
			${Choice({ label: 'TLP', value: tlp, usual: tlp, options: TLPS.map((x) => /** @type {[string, string]} */ ([x, `TLP:${x.toUpperCase()}`])), onChange: setTlp })}
			<label class="check"><input type="checkbox" checked=${hunt} onChange=${(/** @type {Event} */ e) => setHunt(/** @type {HTMLInputElement} */ (e.target).checked)} />${t('indicator.hunt_too')}</label>
		</div>
		<textarea class="import-text" rows="6" spellcheck=${false} required placeholder=${t('indicator.paste')} aria-label=${t('indicator.paste')} value=${text} onInput=${(/** @type {Event} */ e) => take(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea>
		<div class="actions">
			<button class="button primary" disabled=${busy || !text.trim() || !source.trim()}>${t('indicator.take_in')}</button>
			<button type="button" class="button quiet" onClick=${close}>${t('action.close')}</button>
		</div>
		${result && Result({ r: result })}
	</form>`;
}

/** @param {{r: IndicatorImport}} props */
function Result({ r }) {
	return html`<section class="preview" aria-live="polite">
		<h3>${t('indicator.result', { source: r.source.name })}</h3>
		<dl class="facts">
			${Fact({ label: t('indicator.added'), value: r.added })} ${Fact({ label: t('indicator.changed'), value: r.changed })} ${Fact({ label: t('indicator.unchanged'), value: r.unchanged })}
			${Fact({ label: word('indicator_state', 'held_back'), value: r.held_back })} ${Fact({ label: word('indicator_state', 'revoked'), value: r.revoked })} ${Fact({ label: t('indicator.rejected'), value: r.rejected, tone: r.rejected ? 'hot' : '' })}
			${r.hunt_id !== null && Fact({ label: t('tab.hunts'), value: html`<a href=${`/hunts/${r.hunt_id}`}>${t('indicator.see_hunt')}</a>` })}
		</dl>
		${r.rejects.length > 0 &&
		html`<table class="plain">
			<tbody>
				${r.rejects.slice(0, 20).map((x) => html`<tr><td><code>${x.entry}</code></td><td class="grow">${x.reason}</td></tr>`)}
			</tbody>
		</table>`}
	</section>`;
}
