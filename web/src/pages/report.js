// @ts-check
/* One report: what it will look like, the analyst's word, who approves, to whom it went. Figures are frozen; people add
 * one comment and decide. */
import { h, html, useEffect, useLoad, useRef, useState } from '../lib.js';
import { isStaff, say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { addMonths } from '../core/months.js';
import { shortHash } from '../core/report-flow.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { TextField, useWork } from '../ui/fields.js';
import { Failed, Loading, Time } from '../ui/parts.js';
import { Pair } from '../ui/peek.js';
import { CommentForm } from '../ui/report-comment.js';
import { MonthFigures } from '../ui/report-figures.js';
import { Downloads, StepChip, Versions } from '../ui/report-parts.js';
import { BothLanguages } from '../ui/report-preview.js';
import { reportTitle } from '../ui/report-title.js';
import { useWalk, WalkBar } from '../ui/report-walk.js';
import { Weather } from '../ui/weather.js';

/** @typedef {import('../types-reports').ReportPage} ReportPage */
/** @typedef {import('../types-reports').ReportAction} ReportAction */

/** What asks for a reason, and what else. @type {ReportAction[]} */
const REASONED = ['withdraw', 'reissue', 'refresh'];
const WAITING_MS = 1500;
const FORMATS = ['pdf', 'xlsx', 'csv'];

/** Where a report belongs: the case, the company, the month's row. @param {ReportPage | null} r */
function homeOf(r) {
	if (!isStaff()) return '/portal';
	if (r?.incident_id) return `/incidents/${r.incident_id}`;
	if (r?.kind === 'certificate') return `/companies/${r.company_id}`;
	return r?.month && r.month !== addMonths(zone().day(Date.now()).slice(0, 7), -1) ? `/reports?month=${r.month}` : '/reports';
}

/** Escape leaves the field first, what is typed in it stays. @param {string} to */
function back(to) {
	const at = document.activeElement;
	if (at instanceof HTMLElement && at.matches('input, textarea, select')) at.blur();
	else navigate(to);
}

/** @param {{id: string}} props */
export function ReportView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/reports/${id}`), id);
	const [held, setHeld] = useState(/** @type {ReportPage | null} */ (null));
	/** What an action answered is newer than a page that was asked for before it. @param {Partial<ReportPage>} now */
	const take = (now) => setHeld((/** @type {ReportPage | null} */ was) => (was && (now.version ?? 0) < was.version ? was : /** @type {ReportPage} */ ({ ...was, ...now })));
	const month = held?.kind === 'monthly' && isStaff() ? held.month : null;
	const { step, nextDraft } = useWalk(Number(id), month);
	useEffect(() => {
		if (!value) return;
		take(/** @type {ReportPage} */ (value));
		document.title = `${value.company} ${reportTitle(/** @type {ReportPage} */ (value))} - Hinomi`;
	}, [value]);
	useEffect(() => listen((event) => (event.event === 'reset' || /** @type {any} */ (event.data).report?.id === Number(id)) && reload()), [id]);
	/* That the reporter is done with a job is no event of its own. */
	useEffect(() => {
		if (!value?.waiting) return undefined;
		const timer = setTimeout(reload, WAITING_MS);
		return () => clearTimeout(timer);
	}, [value]);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => back(homeOf(held)) }], [held]);
	if (error && !held) return html`<div class="page">${Failed({ error, retry: reload })}</div>`;
	if (!held) return html`<div class="page">${Loading()}</div>`;
	const path = `/v1/reports/${id}/file`;
	const staff = isStaff();
	return html`<div class="page scrolls report-page">
		<header class="company-head">
			<div>
				<p class="chips">
					<a href=${homeOf(held)}>${t(held.incident_id && staff ? 'page.incidents' : held.kind === 'certificate' && staff ? 'page.companies' : staff ? 'page.reports' : 'page.portal')}</a><span class="dim">/ ${held.reference}</span> ${StepChip({ step: staff || held.state === 'withdrawn' ? held.step : '' })}
					${held.issue > 1 && html`<span class="chip">${t(held.kind === 'interim' ? 'report.number_of' : 'report.issue', { n: held.issue })}</span>`} ${staff && held.waiting > 0 && html`<span class="dim" role="status">${t('report.working')}</span>`}
				</p>
				<h2>${held.grade && Weather({ grade: held.grade, large: true })} ${reportTitle(held)}</h2>
				<p class="dim">${staff ? html`<a href=${`/companies/${held.company_id}`}>${held.company}</a>` : held.company} ${held.member_no ?? ''} ${held.incident_id !== null && html` · <a href=${`/incidents/${held.incident_id}`}>${t('incident.number', { no: String(held.incident_no) })}</a>`}</p>
			</div>
			<div class="head-side">${month && h(WalkBar, { id: held.id, month, step, nextDraft })} ${h(Downloads, { path: `${path}?language=${held.language}`, formats: held.kind === 'monthly' ? FORMATS : ['pdf'], name: held.reference })}</div>
		</header>
		${error && Failed({ error, retry: reload })} ${held.error && staff && html`<p class="notice" role="alert">${t('report.error', { error: held.error })}</p>`} ${held.withdraw_reason && html`<p class="notice">${t('report.withdrawn', { reason: held.withdraw_reason })}</p>`}
		${held.issue_reason && html`<p class="notice">${t('report.reissued', { reason: held.issue_reason })} ${held.replaces && html`<a href=${`/reports/${held.replaces}`}>R-${held.replaces}</a>`}</p>`}
		<div class="two report-two">
			${h(BothLanguages, { path, own: held.language, stamp: `${held.version} ${held.snapshot.id}` })}
			<div class="stack-column">${staff ? h(Steps, { r: held, reload, take, nextDraft }) : held.comment && html`<section class="card"><h2>${t('report.comment_read')}</h2><p class="note-text">${held.comment}</p></section>`} ${staff && Deliveries({ r: held })} ${Figures({ r: held })}</div>
		</div>
	</div>`;
}

/** @param {{r: ReportPage, reload: () => void, take: (now: Partial<ReportPage>) => void, nextDraft: () => void}} props */
function Steps({ r, reload, take, nextDraft }) {
	const place = useRef(/** @type {HTMLElement | null} */ (null));
	const [busy, run] = useWork(reload);
	const [dirty, setDirty] = useState(false);
	const [asking, setAsking] = useState(/** @type {ReportAction | ''} */ (''));
	const [reason, setReason] = useState('');
	/** The version that the reporter was asked to publish: pictures that are drawn meanwhile count as waiting, too. */
	const [asked, setAsked] = useState(0);
	const publishing = asked === r.version && !r.error;
	const may = (/** @type {ReportAction} */ a) => r.actions.includes(a);
	/* The button that was pressed may be gone: the keyboard stays here. */
	useEffect(() => {
		if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
	}, [r.version]);
	/** @param {ReportAction} action @param {object | undefined} body @param {boolean} matched */
	const act = (action, body, matched) =>
		run(async () => {
			const made = /** @type {any} */ (await send('POST', `/v1/reports/${r.id}/${action}`, body, matched ? r.version : undefined));
			setAsking('');
			setReason('');
			const now = made?.report ?? made;
			if (now?.id === r.id && now.step) take(now);
			if (action === 'reissue' && made?.id) navigate(`/reports/${made.id}`);
			else if (action === 'publish') (setAsked(r.version), say(t('report.publishing')));
			else say(action === 'send' ? t('report.sent_to', { n: made?.written ?? 0 }) : t('saved'), action === 'send' && !made?.written ? 'error' : 'info');
		});
	const approve = () => act('approve', undefined, true);
	useCommands(() => (may('approve') && !dirty ? [{ id: 'report_approve', keys: ['a'], label: t('report.approve'), scope: 'page', run: approve }] : []), [r, dirty, busy]);
	return html`<section class="card report-steps" ref=${place} tabindex="-1" aria-label=${t('report.steps')}>
		<h2>${t('report.steps')}</h2>
		<ol class="flow">
			${Done({ done: true, label: word('report_step', 'draft'), who: r.made_by?.display_name ?? t('report.by_itself'), at: r.created_at })} ${(r.comment || may('comment') || r.kind !== 'certificate') && Done({ done: Boolean(r.comment), label: t('report.commented'), who: r.comment_by?.display_name ?? '', at: r.comment_at, more: r.needs_comment ? '' : t('report.not_needed') })}
			${Done({ done: Boolean(r.approved_at), label: word('report_step', 'approved'), who: r.approved_by?.display_name ?? '', at: r.approved_at })} ${Done({ done: Boolean(r.published_at), label: word('report_step', 'published'), who: r.published_by?.display_name ?? (r.published_at ? t('report.by_itself') : ''), at: r.published_at })}
			${r.kind === 'certificate' ? '' : html`${Done({ done: Boolean(r.sent_at), label: word('report_step', 'sent'), who: '', at: r.sent_at })} ${Done({ done: Boolean(r.opened_at), label: word('report_step', 'opened'), who: '', at: r.opened_at })}`}
		</ol>
		${h(CommentForm, { r, reload, take, onwards: r.kind === 'monthly' ? nextDraft : null, onDirty: setDirty })}
		<div class="actions">
			${may('approve') && html`<button class="button primary" disabled=${busy || dirty} onClick=${approve}>${t('report.approve')}</button>`} ${may('publish') && html`<button class=${may('approve') ? 'button' : 'button primary'} disabled=${busy || publishing} onClick=${() => act('publish', undefined, true)}>${t('report.publish')}</button>`}
			${may('send') && html`<button class=${r.sent_at ? 'button' : 'button primary'} disabled=${busy} onClick=${() => act('send', r.deliveries.length ? { again: true } : {}, false)}>${t(r.deliveries.length ? 'report.send_again' : 'report.send')}</button>`} ${may('unapprove') && html`<button class="button" disabled=${busy} onClick=${() => act('unapprove', undefined, true)}>${t('report.unapprove')}</button>`}
			${REASONED.filter(may).map((a) => html`<button class="button quiet" aria-expanded=${asking === a} onClick=${() => setAsking(asking === a ? '' : a)}>${t(`report.${a}`)}</button>`)}
		</div>
		${r.state === 'draft' && !may('approve') && html`<p class="hint">${t(r.needs_comment && !r.comment ? 'report.wait_comment' : 'report.wait_second')}</p>`}
		${asking &&
		html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), act(asking, { reason: reason.trim() }, asking !== 'refresh'))}>
			${TextField({ label: t(`report.${asking}_reason`), value: reason, onInput: setReason, required: true, max: 500, wide: true })}
			<div class="actions"><button class="button primary" disabled=${busy || !reason.trim()}>${t(`report.${asking}`)}</button><button type="button" class="button quiet" onClick=${() => setAsking('')}>${t('action.cancel')}</button></div>
		</form>`}
	</section>`;
}

/** @param {{done: boolean, label: string, who: string, at: string | null, more?: string}} props */
function Done({ done, label, who, at, more = '' }) {
	return html`<li class=${done ? 'done' : ''}><b>${label}</b> ${done && at ? Time({ ts: at }) : ''} ${(done ? who : more) && html`<span>${done ? who : more}</span>`}</li>`;
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
	return html`<section class="card report-figures">
		<h2>${t('report.figures')}</h2>
		${r.kind === 'monthly' && MonthFigures({ figures: r.figures })}
		<dl class="pairs">
			${Pair(t('report.shown_version'), t('report.version', { n: r.snapshot.version }))} ${Pair(t('report.frozen_at'), Time({ ts: r.snapshot.made_at }))} ${Pair('SHA-256', html`<code title=${r.snapshot.sha256}>${shortHash(r.snapshot.sha256)}</code>`)}
			${Pair(t('report.language'), r.language === 'ja' ? '日本語' : 'English')}
		</dl>
		${isStaff() && r.versions.length > 1 && html`<h3>${t('report.versions')}</h3>${Versions({ versions: r.versions, current: r.snapshot.version })}`}
	</section>`;
}
