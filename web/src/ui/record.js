// @ts-check
/* What an alert or incident says for itself: its raw record, laid out and selectable; and why it exists. */
import { html } from '../lib.js';
import { count, t, word } from '../app.js';
import { layOut, pieces } from '../core/raw-record.js';
import { readReason, windowUnit } from '../core/reason.js';

/** @param {{raw: string}} props */
export function Raw({ raw }) {
	const { json, text } = layOut(raw);
	if (!json) return html`<pre class="raw wrap" tabindex="0">${text}</pre>`;
	return html`<pre class="raw" tabindex="0">${pieces(text).map((p) => (p.kind ? html`<span class=${`j-${p.kind}`}>${p.text}</span>` : p.text))}</pre>`;
}

/* The rules that we ship, and what has no rule of its own, say what they do; a rule of the operator's own goes by its name. */
const NAMED = ['inbound-noise', 'inbound-blocked', 'outbound-stopped-page', 'outbound-policy', 'drill', 'firing'];
const BASE = ['base', 'earlier'];

/** @param {import('../types').Incident} incident */
export function reasonSentence(incident) {
	const reason = readReason(incident.reason);
	if (!reason) return String(incident.reason ?? '');
	const name = reason.rule.replace(/\/\d+$/, '');
	if (NAMED.includes(name)) return t(`reason.rule_${name.replaceAll('-', '_')}`, { anchor: reason.anchor || '―' });
	const outside = incident.direction === 'inbound' || incident.direction === 'external';
	const [n, unit] = windowUnit(reason.window_s);
	const alike =
		reason.stage && reason.stage !== 'none'
			? t('reason.stage', { stage: word('stage', reason.stage) })
			: t('reason.signature', { signature: reason.signature || incident.title });
	const parts = {
		anchor: reason.anchor || '―',
		side: t(outside ? 'reason.outside' : 'reason.inside'),
		direction: word('direction', incident.direction),
		alike,
		window: t(`reason.${unit}`, { n }),
	};
	if (!BASE.includes(name)) return t('reason.rule_other', { rule: name, window: parts.window });
	if (incident.alert_count === 1) return t('reason.single', parts);
	return reason.runs > 1 ? t('reason.joined', { ...parts, runs: count(reason.runs) }) : t('reason.sentence', parts);
}
