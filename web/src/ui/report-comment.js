// @ts-check
/* The analyst's word on a report. What is being typed stays, whoever changes the report meanwhile: it is said who, and the
 * writer decides whose text goes on. */
import { html, useEffect, useRef, useState } from '../lib.js';
import { say, t } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { drafts, keepDraft } from '../core/report-walk.js';
import { AreaField, useWork } from './fields.js';

/** @typedef {import('../types-reports').ReportPage} ReportPage */

const MOST = 2000;
/** On a telephone the keyboard would cover what the words are about. */
const FOCUS_FROM = 800;
const BOX = 'report-comment';

function focusBox() {
	document.getElementById(BOX)?.focus({ preventScroll: true });
}

/** Leaving the browser's page would lose what is typed. @param {BeforeUnloadEvent} event */
function holdBack(event) {
	if (drafts.size) event.preventDefault();
}

/**
 * @param {{r: ReportPage, reload: () => void, take: (now: Partial<ReportPage>) => void, onwards: (() => void) | null, onDirty: (dirty: boolean) => void}} props
 *   onwards: to the next that waits
 */
export function CommentForm({ r, reload, take, onwards, onDirty }) {
	const held = r.comment ?? '';
	const [busy, run] = useWork(reload);
	const [text, setText] = useState(drafts.get(r.id)?.text ?? held);
	const [base, setBase] = useState(drafts.get(r.id)?.base ?? held);
	/** A key may follow the last letter before that one is painted. */
	const latest = useRef(text);
	/** @param {string} words */
	const write = (words) => {
		latest.current = words;
		setText(words);
	};
	const dirty = text.trim() !== base.trim();
	const theirs = dirty && held !== base && held.trim() !== text.trim();
	const may = r.actions.includes('comment');
	useEffect(() => {
		/* Nothing of one's own: what was saved elsewhere simply stands there. */
		if (!dirty && held !== base) {
			write(held);
			setBase(held);
		}
	}, [held]);
	useEffect(() => {
		keepDraft(r.id, text, base);
		onDirty(dirty);
	}, [text, base]);
	useEffect(() => {
		addEventListener('beforeunload', holdBack);
		if (may && r.needs_comment && !held && innerWidth >= FOCUS_FROM && document.activeElement?.id !== BOX) focusBox();
		return () => removeEventListener('beforeunload', holdBack);
	}, []);
	/** @param {(() => void) | null} [then] */
	const save = async (then = null) => {
		const words = latest.current.trim();
		const done = await run(async () => {
			const now = /** @type {ReportPage} */ (await send('PUT', `/v1/reports/${r.id}/comment`, { comment: words }, r.version));
			setBase(now.comment ?? '');
			write(now.comment ?? '');
			drafts.delete(r.id);
			take(now);
		});
		if (done) say(t('report.comment_saved'));
		if (done) then?.();
	};
	/** A new issue begins without words: those of the one before can be taken along. */
	const fetchLast = () => run(async () => write(/** @type {ReportPage} */ (await get(`/v1/reports/${r.replaces}`)).comment ?? ''));
	useCommands(
		() => [
			{ id: 'report_comment', keys: ['c'], label: t('report.write_comment'), scope: 'page', run: focusBox },
			{ id: 'report_save_next', keys: ['Mod+enter'], label: t(onwards ? 'report.save_next' : 'report.save_comment'), scope: 'page', run: () => (latest.current.trim() !== base.trim() ? !theirs && save(onwards) : onwards?.()) },
		],
		[r, text, base],
	);
	if (!may)
		return html`${r.comment && html`<h3>${t('report.comment')}</h3><p class="note-text">${r.comment}</p>`}
		${dirty && html`<div class="notice" role="status"><p>${t('report.kept_words')}</p><p class="note-text">${text}</p><button type="button" class="button quiet" onClick=${() => (write(held), setBase(held))}>${t('report.drop_words')}</button></div>`}`;
	return html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), save())}>
		${AreaField({ label: t('report.comment'), value: text, onInput: write, max: MOST, rows: 6, id: BOX, hint: r.needs_comment ? t('report.comment_needed') : t('report.comment_hint') })}
		${theirs &&
		html`<div class="notice" role="alert">
			<p>${t('report.changed_by', { who: r.comment_by?.display_name ?? t('report.somebody') })}</p>
			<p class="note-text">${held || t('report.comment_removed')}</p>
			<div class="actions"><button type="button" class="button" onClick=${() => (write(held), setBase(held))}>${t('report.take_theirs')}</button><button type="button" class="button" onClick=${() => setBase(held)}>${t('report.keep_mine')}</button></div>
		</div>`}
		<div class="actions">
			<button class="button" disabled=${busy || !dirty || theirs}>${t('report.save_comment')}</button>
			${onwards && html`<button type="button" class="button" disabled=${busy || !dirty || theirs} onClick=${() => save(onwards)}>${t('report.save_next')} <kbd>Ctrl ⏎</kbd></button>`}
			${r.replaces && !held && !dirty && html`<button type="button" class="button quiet" disabled=${busy} onClick=${fetchLast}>${t('report.last_words')}</button>`}
		</div>
	</form>`;
}
