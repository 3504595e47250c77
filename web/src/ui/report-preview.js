// @ts-check
/* The pages of a document as pictures, drawn by the reporter: what is seen is what will be sent. */
import { h, html, useEffect, useState } from '../lib.js';
import { isStaff, t } from '../app.js';
import { drawn } from './report-parts.js';

/** As an address that the Content-Security-Policy allows in a picture. @param {Blob} blob @returns {Promise<string>} */
function dataUrl(blob) {
	return new Promise((done, failed) => {
		const reader = new FileReader();
		reader.onload = () => done(String(reader.result));
		reader.onerror = () => failed(reader.error);
		reader.readAsDataURL(blob);
	});
}

/**
 * @param {{path: string, language: string, stamp: string, label: string}} props
 *   path: of the file; stamp: another one is loaded anew
 */
export function Preview({ path, language, stamp, label }) {
	const [page, setPage] = useState(1);
	const [large, setLarge] = useState(false);
	const [shown, setShown] = useState({ key: '', src: '', pages: 0, error: '' });
	const key = `${path} ${language} ${page} ${stamp}`;
	useEffect(() => {
		const stop = new AbortController();
		const load = async () => {
			const response = await drawn(`${path}?format=png&language=${language}&page=${page}`, stop.signal);
			if (!response) return;
			const src = await dataUrl(await response.blob());
			if (!stop.signal.aborted) setShown({ key, src, pages: Number(response.headers.get('X-Pages') ?? 1), error: '' });
		};
		load().catch((error) => {
			if (!stop.signal.aborted) setShown((/** @type {typeof shown} */ held) => ({ ...held, key, error: error.message }));
		});
		return () => stop.abort();
	}, [key]);
	const waiting = shown.key !== key;
	return html`<figure class=${`preview-page ${waiting ? 'waiting' : ''} ${large ? 'wide' : ''}`} aria-busy=${waiting}>
		<figcaption>
			<b>${label}</b>
			${shown.pages > 1 &&
			html`<span class="segments">${Array.from({ length: Math.min(shown.pages, 9) }, (_, i) => html`<button type="button" class="segment" aria-pressed=${page === i + 1} aria-label=${t('report.page', { n: i + 1 })} onClick=${() => setPage(i + 1)}>${i + 1}</button>`)}</span>`}
			${waiting && html`<span class="dim" role="status">${t('report.drawing')}</span>`}
		</figcaption>
		${shown.error && html`<p class="form-error" role="alert">${shown.error}</p>`}
		${shown.src ? html`<button type="button" class=${large ? 'paper large' : 'paper'} aria-pressed=${large} title=${t(large ? 'report.reduce' : 'report.enlarge')} onClick=${() => setLarge(!large)}><img src=${shown.src} alt=${t('report.page_alt', { label, n: page })} /></button>` : html`<div class="paper empty-paper"></div>`}
	</figure>`;
}

/** Both languages side by side, the report's own first; a member has its own. @param {{path: string, own: string, stamp: string}} props */
export function BothLanguages({ path, own, stamp }) {
	const languages = !isStaff() ? [own] : own === 'en' ? ['en', 'ja'] : ['ja', 'en'];
	return html`<div class="previews">${languages.map((l) => h(Preview, { key: l, path, language: l, stamp, label: l === 'ja' ? '日本語' : 'English' }))}</div>`;
}
