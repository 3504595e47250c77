// @ts-check
/* The sentences of reports, as shipped or as the chamber wrote them. The list shows them as members read them. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { keepQuery } from '../router.js';
import { AreaField } from '../ui/fields.js';
import { Choice, Failed, Loading, Time } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-reports').ReportText} ReportText */

const GROUPS = ['month', 'annex', 'case', 'certificate', 'chamber'];

/** @param {{query: URLSearchParams}} props */
export function ReportTexts({ query }) {
	const [group, setGroup] = useState(query.get('group') ?? 'month');
	const [language, setLanguage] = useState(query.get('language') ?? 'ja');
	const [editing, setEditing] = useState(query.get('key') ?? '');
	const { value, error, reload } = useLoad(() => get('/v1/report-texts'), '');
	const [kept, setKept] = useState(/** @type {ReportText[]} */ ([]));
	useEffect(() => keepQuery(new URLSearchParams({ group, language, ...(editing ? { key: editing } : {}) })), [group, language, editing]);
	useEffect(() => {
		document.title = `${t('tab.report-texts')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (value) setKept(/** @type {any} */ (value).texts);
	}, [value]);
	const shown = kept.filter((x) => x.group === group && x.language === language);
	return html`<div class="page">
		${Tabs({ group: 'reports', current: 'report-texts' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Choice({ label: t('report_text.group'), value: group, usual: group, options: GROUPS.map((g) => /** @type {[string, string]} */ ([g, word('report_text_group', g)])), onChange: setGroup })}
			${Choice({ label: t('texts.language'), value: language, usual: language, options: [['ja', '日本語'], ['en', 'English']], onChange: setLanguage })}
			<span class="dim">${t('report_text.explained')}</span>
		</form>
		<div class="scrolls">
			${error && Failed({ error, retry: reload })} ${!kept.length && !error && Loading()}
			<section class="card">
				<ul class="report-texts" lang=${language}>
					${shown.map((x) =>
						editing === x.key
							? h(Editor, { key: `${x.key} ${x.language} ${x.version}`, x, reload, close: () => setEditing('') })
							: html`<li><button type="button" class="report-text" onClick=${() => setEditing(x.key)}><span>${x.sample}</span><small class="dim">${x.key}${x.shipped.in_force ? '' : html` <span class="chip step-approved">${t('report_text.changed')}</span>`}</small></button></li>`,
					)}
				</ul>
			</section>
		</div>
	</div>`;
}

/** @param {{x: ReportText, reload: () => void, close: () => void}} props */
function Editor({ x, reload, close }) {
	const [text, setText] = useState(x.text);
	const [sample, setSample] = useState(x.sample);
	const [fault, setFault] = useState('');
	const may = mayDo('manage_reports');
	const dirty = text !== x.text;
	/** @param {() => Promise<void>} work */
	const trying = async (work) => {
		setFault('');
		try {
			await work();
		} catch (error) {
			setFault(/** @type {Error} */ (error).message);
		}
	};
	/** @param {string | null} next */
	const save = (next) =>
		trying(async () => {
			await send('PUT', `/v1/report-texts/${x.key}/${x.language}`, { text: next }, x.version);
			say(t('texts.saved'));
			reload();
		});
	const look = () => trying(async () => setSample(/** @type {any} */ (await send('POST', '/v1/report-texts/preview', { key: x.key, language: x.language, text })).sample));
	return html`<li class="text-editing">
		<p class="dim">${x.purpose} <code>${x.key}</code> ${x.shipped.in_force ? t('texts.shipped') : html`${t('texts.changed', { version: x.version })} ${x.saved_by?.display_name ?? ''} ${Time({ ts: x.saved_at })}`}</p>
		${x.names.length > 0 && html`<p>${t('texts.names')} ${x.names.map((n) => html`<code class="chip">${`{{${n}}}`}</code> `)}</p>`}
		${may && AreaField({ label: t('report_text.text'), value: text, onInput: setText, max: 4000, rows: Math.min(12, 2 + Math.ceil(text.length / 60)) })}
		<p class="rendered">${sample}</p>
		${fault && html`<p class="form-error" role="alert">${fault}</p>`}
		<div class="actions">
			${may && html`<button class="button" disabled=${!dirty} onClick=${look}>${t('texts.preview')}</button><button class="button primary" disabled=${!dirty} onClick=${() => save(text)}>${t('action.save')}</button><button class="button quiet" disabled=${x.shipped.in_force} onClick=${() => save(null)}>${t('texts.back')}</button>`}
			<button class="button quiet" onClick=${close}>${t('action.close')}</button>
		</div>
	</li>`;
}
