// @ts-check
/* What entries of an incident's timeline say that come of paging, of notices, of the case and of its reports. */
import { html } from '../lib.js';
import { count, isStaff, mayDo, t, word } from '../app.js';
import { yen } from './desk-parts.js';
import { Time } from './parts.js';

/** @typedef {Record<string, any>} Body */

/** @type {Record<string, (body: Body) => any>} */
const SAYINGS = {
	page: (b) => (mayDo('oncall') && b.page ? html`<a href=${`/pages/${b.page}`}>${t('timeline.page')}</a>` : t('timeline.page')),
	acknowledged: (b) => html`${t('timeline.acknowledged')} ${Via(b)}`,
	notice: (b) => (b.bounced ? html`<span class="hot">${t('timeline.bounced', { to: String(b.to ?? '') })}</span> <span class="dim">${b.text ?? ''}</span>` : b.messages ? html`${t('timeline.notice_asked', { to: names(b.messages) })} ${Note(b.note)}` : t('timeline.notice', { to: String(b.to ?? '') })),
	confirmed: (b) => html`${b.by === 'desk' ? t('timeline.confirmed_desk') : t('timeline.confirmed', { contact: String(b.contact ?? '') })} ${Note(b.note)}`,
	sla: (b) => html`<span class=${b.missed ? 'hot' : ''}>${t(b.missed ? 'timeline.sla_missed' : 'timeline.sla_soon', { promise: word('promise_of', b.promise ?? '') })}</span> ${b.due && Time({ ts: b.due })}`,
	clock: (b) => t(b.waiting ? 'timeline.waiting' : 'timeline.waiting_over'),
	step: (b) => html`${t('timeline.step', { step: word('step', b.step) })} ${b.done && html`<span class="chip good">${t('case.step_done')}</span>`} ${Note(b.text)}`,
	request: (b) => html`${t('timeline.request', { state: word('request_state', b.state ?? 'open') })} ${Note([b.who, b.what].filter(Boolean).join(': '))} ${b.note && Note(b.note)}`,
	ticket: (b) => html`<a href=${`/tickets/${b.ticket_id}`}>${b.reference}</a> ${b.subject} <span class="chip">${word('ticket_event', b.what ?? '')}</span>`,
	order: (b) => html`<a href=${`/orders/${b.order_id}`}>${b.reference}</a> ${b.vendor} <span class="chip">${word('order_kind', b.kind ?? '')}</span> <span class="chip">${word('order_state', b.what ?? '')}</span>`,
	insurance: (b) => html`${t('insurance.title')}: <span class="chip">${word('insurance_state', b.state ?? '')}</span> ${typeof b.claimed_yen === 'number' && html`${t('insurance.claimed')} ${yen(b.claimed_yen)}`} ${typeof b.paid_yen === 'number' && html`${t('insurance.paid')} ${yen(b.paid_yen)}`} ${b.reason && Note(b.reason)}`,
	privacy: (b) => html`${t('privacy.title')}: ${t(b.dropped ? 'privacy.dropped' : b.final_reported_at ? 'privacy.final_done' : b.first_reported_at ? 'privacy.first_done' : 'privacy.running')} ${b.drop_reason && Note(b.drop_reason)}`,
	report: (b) => html`<a href=${`/reports/${b.report_id}`}>${word('report_kind', b.kind ?? '')}${b.kind === 'interim' ? ` ${b.issue}` : ''}</a> <span class="chip">${word('report_step', b.what === 'withdraw' ? 'withdrawn' : 'published')}</span> ${Note(b.reason)}`,
	evidence: (b) => html`${t('timeline.evidence')} <span class="dim">${typeof b.files === 'number' && t('case.files', { n: b.files })}</span> ${b.sha256 && isStaff() && html`<code title=${b.sha256}>${String(b.sha256).slice(0, 16)}…</code>`}`,
};

/** @param {{name: string}[]} messages */
function names(messages) {
	return messages.map((m) => m.name).join('、');
}

/** @param {string} kind @param {Body} body @returns {any} null: nothing of ours */
export function caseSaying(kind, body) {
	return SAYINGS[kind]?.(body) ?? null;
}

/** How a page was answered. @param {Body} b */
export function Via(b) {
	return b.via ? html`<span class="chip">${word('ack_via', b.via)}</span>` : null;
}

/** @param {unknown} text */
function Note(text) {
	return text ? html`<div class="note-text">${typeof text === 'number' ? count(text) : String(text)}</div>` : null;
}
