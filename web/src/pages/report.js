// @ts-check
/* One report: what it will look like, the analyst's word, who approves, to whom it went. Figures are frozen; people add
 * one comment and decide. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { isStaff, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { shortHash } from '../core/report-flow.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { AreaField, TextField, useWork } from '../ui/fields.js';
import { Failed, Loading, Time } from '../ui/parts.js';
import { Pair } from '../ui/peek.js';
import { Downloads, StepChip, Versions } from '../ui/report-parts.js';
import { BothLanguages } from '../ui/report-preview.js';
import { reportTitle } from '../ui/report-title.js';
import { Weather } from '../ui/weather.js';

/** @typedef {import('../types-reports').ReportPage} ReportPage */
/** @typedef {import('../types-reports').ReportAction} ReportAction */

/** What asks for a reason, and what else. @type {ReportAction[]} */
const REASONED = ['withdraw', 'reissue', 'refresh'];
const FORMATS = ['pdf', 'xlsx', 'csv'];

/** @param {{id: string}} props */
export function ReportView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/reports/${id}`), id);
	const [held, setHeld] = useState(/** @type {ReportPage | null} */ (null));
	useEffect(() => {
		if (value) setHeld(/** @type {ReportPage} */ (value));
	}, [value]);
	useEffect(() => listen((event) => /** @type {any} */ (event.data).report?.id === Number(id) && reload()), [id]);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate(isStaff() ? '/reports' : '/portal') }], []);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	const path = `/v1/reports/${id}/file`;
	return html`<div class="page scrolls report-page">
		<header class="company-head">
			<div>
				<p class="chips">
					<a href=${isStaff() ? `/reports${held.month ? `?month=${held.month}` : ''}` : '/portal'}>${t('page.reports')}</a><span class="dim">/ ${held.reference}</span> ${StepChip({ step: held.step })}
					${held.issue > 1 && html`<span class="chip">${t(held.kind === 'interim' ? 'report.number_of' : 'report.issue', { n: held.issue })}</span>`} ${held.waiting > 0 && html`<span class="dim" role="status">${t('report.working')}</span>`}
				</p>
				<h2>${held.grade && Weather({ grade: held.grade, large: true })} ${reportTitle(held)}</h2>
				<p class="dim">${isStaff() ? html`<a href=${`/companies/${held.company_id}`}>${held.company}</a>` : held.company} ${held.member_no ?? ''} ${held.incident_id !== null && html` · <a href=${`/incidents/${held.incident_id}`}>${t('incident.number', { no: String(held.incident_no) })}</a>`}</p>
			</div>
			${h(Downloads, { path: `${path}?language=${held.language}`, formats: held.kind === 'certificate' ? ['pdf'] : held.kind === 'monthly' ? FORMATS : ['pdf'], name: held.reference })}
		</header>
		${held.error && isStaff() && html`<p class="notice" role="alert">${t('report.error', { error: held.error })}</p>`} ${held.withdraw_reason && html`<p class="notice">${t('report.withdrawn', { reason: held.withdraw_reason })}</p>`}
		${held.issue_reason && html`<p class="notice">${t('report.reissued', { reason: held.issue_reason })} ${held.replaces && html`<a href=${`/reports/${held.replaces}`}>R-${held.replaces}</a>`}</p>`}
		<div class="two report-two">
			${h(BothLanguages, { path, own: held.language, stamp: `${held.version} ${held.snapshot.id}` })}
			<div class="stack-column">${isStaff() && h(Steps, { key: held.version, r: held, reload })} ${isStaff() && Deliveries({ r: held })} ${Figures({ r: held })}</div>
		</div>
	</div>`;
}

/** @param {{r: ReportPage, reload: () => void}} props */
function Steps({ r, reload }) {
	const [busy, run] = useWork(reload);
	const [comment, setComment] = useState(r.comment ?? '');
	const [asking, setAsking] = useState(/** @type {ReportAction | ''} */ (''));
	const [reason, setReason] = useState('');
	const may = (/** @type {ReportAction} */ a) => r.actions.includes(a);
	/** @param {ReportAction} action @param {object | undefined} body @param {boolean} matched */
	const act = (action, body, matched) =>
		run(async () => {
			const made = /** @type {any} */ (await send('POST', `/v1/reports/${r.id}/${action}`, body, matched ? r.version : undefined));
			setAsking('');
			setReason('');
			if (action === 'reissue' && made?.id) navigate(`/reports/${made.id}`);
			else say(action === 'send' ? t('report.sent_to', { n: made?.written ?? 0 }) : t('saved'), action === 'send' && !made?.written ? 'error' : 'info');
		});
	const save = () => run(() => send('PUT', `/v1/reports/${r.id}/comment`, { comment: comment.trim() }, r.version));
	const dirty = comment.trim() !== (r.comment ?? '');
	return html`<section class="card report-steps">
		<h2>${t('report.steps')}</h2>
		<ol class="flow">
			${Done({ done: true, label: word('report_step', 'draft'), who: t('report.by_itself'), at: r.created_at })} ${Done({ done: Boolean(r.comment), label: t('report.commented'), who: r.comment_by?.display_name ?? '', at: r.comment_at, more: r.needs_comment ? '' : t('report.not_needed') })}
			${Done({ done: Boolean(r.approved_at), label: word('report_step', 'approved'), who: r.approved_by?.display_name ?? '', at: r.approved_at })} ${Done({ done: Boolean(r.published_at), label: word('report_step', 'published'), who: r.published_by?.display_name ?? (r.published_at ? t('report.by_itself') : ''), at: r.published_at })}
			${Done({ done: Boolean(r.sent_at), label: word('report_step', 'sent'), who: '', at: r.sent_at })} ${Done({ done: Boolean(r.opened_at), label: word('report_step', 'opened'), who: '', at: r.opened_at })}
		</ol>
		${may('comment')
			? html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), save())}>
					${AreaField({ label: t('report.comment'), value: comment, onInput: setComment, max: 2000, rows: 5, id: 'report-comment', hint: r.needs_comment ? t('report.comment_needed') : t('report.comment_hint') })}
					<div class="actions"><button class="button" disabled=${busy || !dirty}>${t('report.save_comment')}</button></div>
				</form>`
			: r.comment && html`<h3>${t('report.comment')}</h3><p class="note-text">${r.comment}</p>`}
		<div class="actions">
			${may('approve') && html`<button class="button primary" disabled=${busy || dirty} onClick=${() => act('approve', undefined, true)}>${t('report.approve')}</button>`} ${may('publish') && html`<button class="button primary" disabled=${busy} onClick=${() => act('publish', undefined, true)}>${t('report.publish')}</button>`}
			${may('send') && html`<button class=${r.sent_at ? 'button' : 'button primary'} disabled=${busy} onClick=${() => act('send', r.deliveries.length ? { again: true } : {}, false)}>${t(r.deliveries.length ? 'report.send_again' : 'report.send')}</button>`} ${may('unapprove') && html`<button class="button" disabled=${busy} onClick=${() => act('unapprove', undefined, true)}>${t('report.unapprove')}</button>`}
			${REASONED.filter(may).map((a) => html`<button class="button quiet" aria-expanded=${asking === a} onClick=${() => setAsking(asking === a ? '' : a)}>${t(`report.${a}`)}</button>`)}
		</div>
		${!r.actions.includes('approve') && r.state === 'draft' && html`<p class="hint">${t(r.needs_comment && !r.comment ? 'report.wait_comment' : 'report.wait_second')}</p>`}
		${asking &&
		html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), act(asking, { reason: reason.trim() }, asking !== 'refresh'))}>
			${TextField({ label: t(`report.${asking}_reason`), value: reason, onInput: setReason, required: true, max: 500, wide: true })}
			<div class="actions"><button class="button primary" disabled=${busy || !reason.trim()}>${t(`report.${asking}`)}</button><button type="button" class="button quiet" onClick=${() => setAsking('')}>${t('action.cancel')}</button></div>
		</form>`}
	</section>`;
}

/** @param {{done: boolean, label: string, who: string, at: string | null, more?: string}} props */
function Done({ done, label, who, at, more = '' }) {
	return html`<li class=${done ? 'done' : ''}><b>${label}</b> <span>${done ? who : more}</span> ${done && at ? Time({ ts: at }) : ''}</li>`;
}

/** @param {{r: ReportPage}} props */
function Deliveries({ r }) {
	if (!['published', 'withdrawn'].includes(r.state)) return null;
	return html`<section class="card">
		<h2>${t('report.deliveries')}</h2>
		${!r.deliveries.length && html`<p class="dim">${t('report.not_sent')}</p>`}
		<ul class="deliveries">
			${r.deliveries.map(
				(d) => html`<li>
					<p><b>${d.name ?? d.address}</b> <span class="dim">${d.name ? d.address : ''}</span> ${d.attached && html`<span class="chip">${t('report.attached')}</span>`}</p>
					<p class="dim">${d.failed_at ? html`<span class="hot">${t('report.delivery_failed')} ${Time({ ts: d.failed_at })}</span>` : d.handed_over_at ? html`${t('report.handed_over')} ${Time({ ts: d.handed_over_at })}` : t('report.on_its_way')}${d.opened_at && html` · <b>${t('report.opened')}</b> ${Time({ ts: d.opened_at })} ${d.opened_by === 'code' ? t('report.by_code') : (d.opened_by ?? '')}`}</p>
				</li>`,
			)}
		</ul>
	</section>`;
}

/** What it is drawn from. @param {{r: ReportPage}} props */
function Figures({ r }) {
	const reasons = r.kind === 'monthly' ? /** @type {{ja: string, en: string}[]} */ (r.figures.reasons ?? []) : [];
	const ja = document.documentElement.lang === 'ja';
	return html`<section class="card">
		<h2>${t('report.figures')}</h2>
		${reasons.length > 0 && html`<h3>${t('report.why')}</h3><ul class="reasons">${reasons.map((x) => html`<li>${ja ? x.ja : x.en}</li>`)}</ul>`}
		<dl class="pairs">
			${Pair(t('report.shown_version'), t('report.version', { n: r.snapshot.version }))} ${Pair(t('report.frozen_at'), Time({ ts: r.snapshot.made_at }))} ${Pair('SHA-256', html`<code title=${r.snapshot.sha256}>${shortHash(r.snapshot.sha256)}</code>`)}
			${Pair(t('report.language'), r.language === 'ja' ? '日本語' : 'English')}
		</dl>
		${isStaff() && r.versions.length > 1 && html`<h3>${t('report.versions')}</h3>${Versions({ versions: r.versions, current: r.snapshot.version })}`}
	</section>`;
}
