// @ts-check
/* The texts of notices, as shipped or as the chamber wrote them; with sample facts beside. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { keepQuery } from '../router.js';
import { Choice, Failed, Loading, Time } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-oncall').Template} Template */

/** @param {{query: URLSearchParams}} props */
export function Texts({ query }) {
	const [kind, setKind] = useState(query.get('kind') ?? 'page');
	const [language, setLanguage] = useState(query.get('language') ?? 'ja');
	const { value, error, reload } = useLoad(() => get('/v1/templates'), 'templates');
	const [kept, setKept] = useState(/** @type {Template[]} */ ([]));
	useEffect(() => keepQuery(new URLSearchParams({ kind, language })), [kind, language]);
	useEffect(() => {
		document.title = `${t('tab.texts')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (value) setKept(/** @type {any} */ (value).templates);
	}, [value]);
	const shown = kept.find((x) => x.kind === kind && x.language === language);
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'texts' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Choice({ label: t('texts.kind'), value: kind, usual: kind, options: [...new Set(kept.map((x) => x.kind))].map((k) => /** @type {[string, string]} */ ([k, word('notice_kind', k)])), onChange: setKind })}
			${Choice({ label: t('texts.language'), value: language, usual: language, options: [['ja', '日本語'], ['en', 'English']], onChange: setLanguage })}
		</form>
		<div class="scrolls">${error && Failed({ error, retry: reload })} ${!kept.length && !error && Loading()} ${shown && h(Editor, { key: `${kind} ${language} ${shown.version}`, x: shown, reload })}</div>
	</div>`;
}

/** @param {{x: Template, reload: () => void}} props */
function Editor({ x, reload }) {
	const [subject, setSubject] = useState(x.subject);
	const [body, setBody] = useState(x.body);
	const [sample, setSample] = useState(x.sample);
	const [fault, setFault] = useState('');
	const may = mayDo('manage_oncall');
	const dirty = subject !== x.subject || body !== x.body;
	/** @param {() => Promise<void>} work */
	const trying = async (work) => {
		setFault('');
		try {
			await work();
		} catch (error) {
			setFault(/** @type {Error} */ (error).message);
		}
	};
	const look = () => trying(async () => setSample(/** @type {any} */ (await send('POST', '/v1/templates/preview', { kind: x.kind, language: x.language, subject, body }))));
	/** @param {string | null} s @param {string | null} b */
	const save = (s, b) =>
		trying(async () => {
			await send('PUT', `/v1/templates/${x.kind}/${x.language}`, { subject: s, body: b }, x.version);
			say(t('texts.saved'));
			reload();
		});
	return html`<div class="stack-column">
		<p class="dim">${x.shipped.in_force ? t('texts.shipped') : html`${t('texts.changed', { version: x.version })} ${x.saved_by?.display_name ?? ''} ${Time({ ts: x.saved_at })}`}</p>
		<p>${t('texts.names')} ${x.names.map((n) => html`<code class="chip">${`{{${n}}}`}</code> `)}</p>
		<div class="text-editor">
			<div class="stack-column">
				<input type="text" maxlength="300" disabled=${!may} aria-label=${t('texts.subject')} value=${subject} onInput=${(/** @type {Event} */ e) => setSubject(/** @type {HTMLInputElement} */ (e.target).value)} />
				<textarea disabled=${!may} aria-label=${t('texts.body')} value=${body} onInput=${(/** @type {Event} */ e) => setBody(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea>
			</div>
			<div class="stack-column"><p class="rendered"><b>${sample.subject}</b></p><div class="rendered">${sample.body}</div></div>
		</div>
		${fault && html`<p class="form-error" role="alert">${fault}</p>`}
		${may &&
		html`<div class="actions">
			<button class="button" disabled=${!dirty} onClick=${look}>${t('texts.preview')}</button><button class="button primary" disabled=${!dirty} onClick=${() => save(subject, body)}>${t('action.save')}</button>
			<button class="button quiet" disabled=${x.shipped.in_force} onClick=${() => save(null, null)}>${t('texts.back')}</button>
		</div>`}
	</div>`;
}
