// @ts-check
/* What detections are called in plain words: rows in order, the first that fits counts. And trying one out. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { language, mayDo, say, t, word, wordKeys } from '../app.js';
import { get, send } from '../api.js';
import { AreaField, ChoiceField, TextField, useValues, useWork } from '../ui/fields.js';
import { Failed, Loading, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-reports').PlainWord} PlainWord */

const STAGES = ['none', 'reconnaissance', 'delivery', 'exploitation', 'installation', 'command-and-control', 'actions'];

export function PlainWords() {
	const { value, error, reload } = useLoad(() => get('/v1/plain-words'), '');
	const [kept, setKept] = useState(/** @type {PlainWord[] | null} */ (null));
	const [editing, setEditing] = useState(/** @type {number | null} */ (null));
	const [found, setFound] = useState(/** @type {number | null} */ (null));
	useEffect(() => {
		document.title = `${t('tab.plain-words')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (value) setKept(/** @type {any} */ (value).words);
	}, [value]);
	const done = () => {
		setEditing(null);
		reload();
	};
	return html`<div class="page">
		${Tabs({ group: 'reports', current: 'plain-words' })}
		<div class="filters"><span class="dim">${t('plain_word.explained')}</span>${mayDo('manage_reports') && html`<button class="button primary push" aria-expanded=${editing === 0} onClick=${() => setEditing(editing === 0 ? null : 0)}>${t('plain_word.add')}</button>`}</div>
		<div class="scrolls stacked-cards">
			${h(Trial, { found: setFound })} ${editing === 0 && h(WordForm, { x: null, done, cancel: () => setEditing(null) })} ${error && Failed({ error, retry: reload })} ${!kept && !error && Loading()}
			${kept &&
			html`<section class="card"><div class="table-scroll"><table class="plain words">
				<thead><tr><th scope="col">${t('plain_word.position')}</th><th scope="col">${t('plain_word.fits')}</th><th scope="col">${t('plain_word.words')}</th><th scope="col">${t('plain_word.advice')}</th><th></th></tr></thead>
				<tbody>${kept.map((x) => (editing === x.id ? html`<tr><td colspan="5">${h(WordForm, { key: x.version, x, done, cancel: () => setEditing(null) })}</td></tr>` : Line({ x, found: found === x.id, edit: () => setEditing(x.id) })))}</tbody>
			</table></div></section>`}
		</div>
	</div>`;
}

/** @param {{x: PlainWord, found: boolean, edit: () => void}} props */
function Line({ x, found, edit }) {
	const ja = language.peek() === 'ja';
	return html`<tr class=${found ? 'hit-2' : ''} data-word=${x.id}>
		<td>${x.position}</td>
		<td>${[x.direction && word('direction', x.direction), x.engine && word('engine', x.engine), x.stage && word('stage', x.stage)].filter(Boolean).map((w) => html`<span class="chip">${w}</span> `)} ${x.category && html`<code>${x.category}</code> `}${x.signature && html`<code>${x.signature}</code>`}</td>
		<td class="wrap"><b>${ja ? x.ja : x.en}</b><br /><small class="dim">${ja ? x.en : x.ja}</small></td>
		<td class="wrap">${ja ? x.advice_ja : x.advice_en} ${x.minutes !== null && (ja ? x.advice_ja : x.advice_en) ? html`<small class="dim nowrap">${t('request.takes', { n: x.minutes })}</small>` : ''}</td>
		<td>${mayDo('manage_reports') && html`<button class="button quiet" onClick=${edit}>${t('action.edit')}</button>`}</td>
	</tr>`;
}

/** Which row a detection would get. @param {{found: (id: number | null) => void}} props */
function Trial({ found }) {
	const [busy, run] = useWork();
	const [v, set] = useValues({ direction: 'inbound', engine: 'ips', category: '', signature: '' });
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			const got = /** @type {any} */ (await send('POST', '/v1/plain-words/try', { direction: v.direction, engine: v.engine, ...(v.category ? { category: v.category } : {}), ...(v.signature ? { signature: v.signature } : {}) }));
			setAnswer(got);
			found(got.word_id);
		});
	};
	return html`<form class="card trial" onSubmit=${submit}>
		<h2>${t('plain_word.try')}</h2>
		<div class="fields">
			${ChoiceField({ label: t('column.direction'), value: v.direction, options: wordKeys.direction.map((k) => /** @type {[string, string]} */ ([k, word('direction', k)])), onInput: set('direction') })} ${ChoiceField({ label: t('metrics.kind'), value: v.engine, options: wordKeys.engine.map((k) => /** @type {[string, string]} */ ([k, word('engine', k)])), onInput: set('engine') })}
			${TextField({ label: t('plain_word.category'), value: v.category, onInput: set('category'), max: 500 })} ${TextField({ label: t('plain_word.signature'), value: v.signature, onInput: set('signature'), max: 500 })}
		</div>
		<div class="actions"><button class="button" disabled=${busy}>${t('plain_word.try_it')}</button>${answer && html`<p role="status"><b>${language.peek() === 'ja' ? answer.ja : answer.en}</b> <span class="dim">${answer.word_id === null ? t('plain_word.last_resort') : ''}</span></p>`}</div>
	</form>`;
}

/** @param {{x: PlainWord | null, done: () => void, cancel: () => void}} props */
function WordForm({ x, done, cancel }) {
	const [busy, run] = useWork();
	const [sure, setSure] = useState(false);
	const [v, set] = useValues({ direction: x?.direction ?? '', engine: x?.engine ?? '', stage: x?.stage ?? '', category: x?.category ?? '', signature: x?.signature ?? '', ja: x?.ja ?? '', en: x?.en ?? '', advice_ja: x?.advice_ja ?? '', advice_en: x?.advice_en ?? '', minutes: String(x?.minutes ?? ''), position: String(x?.position ?? '') });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		const body = { direction: v.direction || null, engine: v.engine || null, stage: v.stage || null, category: v.category.trim() || null, signature: v.signature.trim() || null, ja: v.ja.trim(), en: v.en.trim(), advice_ja: v.advice_ja.trim(), advice_en: v.advice_en.trim(), minutes: v.minutes ? Number(v.minutes) : null, ...(v.position ? { position: Number(v.position) } : {}) };
		run(async () => {
			await (x ? send('PUT', `/v1/plain-words/${x.id}`, body, x.version) : send('POST', '/v1/plain-words', body));
			say(t('saved'));
			done();
		});
	};
	const remove = () => (sure ? run(async () => (await send('DELETE', `/v1/plain-words/${x?.id}`, undefined, x?.version), done())) : setSure(true));
	return html`<form class="card stacked" onSubmit=${submit}>
		<div class="fields">
			${ChoiceField({ label: t('column.direction'), value: v.direction, options: wordOptions(t('plain_word.any'), 'direction', wordKeys.direction), onInput: set('direction') })} ${ChoiceField({ label: t('metrics.kind'), value: v.engine, options: wordOptions(t('plain_word.any'), 'engine', wordKeys.engine), onInput: set('engine') })}
			${ChoiceField({ label: t('plain_word.stage'), value: v.stage, options: wordOptions(t('plain_word.any'), 'stage', STAGES), onInput: set('stage') })} ${TextField({ label: t('plain_word.category'), value: v.category, onInput: set('category') })} ${TextField({ label: t('plain_word.signature'), value: v.signature, onInput: set('signature') })}
			${TextField({ label: t('plain_word.position'), value: v.position, onInput: set('position'), type: 'number', min: '1', hint: t('plain_word.position_hint') })}
		</div>
		<div class="fields">
			${TextField({ label: t('plain_word.ja'), value: v.ja, onInput: set('ja'), required: true, max: 100, wide: true })} ${TextField({ label: t('plain_word.en'), value: v.en, onInput: set('en'), required: true, max: 200, wide: true })} ${AreaField({ label: t('plain_word.advice_ja'), value: v.advice_ja, onInput: set('advice_ja'), max: 500, rows: 2 })}
			${AreaField({ label: t('plain_word.advice_en'), value: v.advice_en, onInput: set('advice_en'), max: 500, rows: 2 })} ${TextField({ label: t('plain_word.minutes'), value: v.minutes, onInput: set('minutes'), type: 'number', min: '1' })}
		</div>
		<div class="actions">
			<button class="button primary" disabled=${busy || !v.ja.trim() || !v.en.trim()}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
			${x && html`<button type="button" class="button push danger" disabled=${busy} onClick=${remove}>${t(sure ? 'plain_word.really_remove' : 'plain_word.remove')}</button>`}
		</div>
	</form>`;
}
