// @ts-check
/* Why an incident exists, in a sentence. */
import { t, word } from '../app.js';
import { readReason, windowUnit } from '../core/reason.js';

/** @param {import('../types').Incident} incident */
export function reasonSentence(incident) {
	const reason = readReason(incident.reason);
	if (!reason) return String(incident.reason ?? '');
	const outside = incident.direction === 'inbound' || incident.direction === 'external';
	const [n, unit] = windowUnit(reason.window_s);
	const alike =
		reason.stage && reason.stage !== 'none'
			? t('reason.stage', { stage: word('stage', reason.stage) })
			: t('reason.signature', { signature: reason.signature || incident.title });
	return t('reason.sentence', {
		anchor: reason.anchor || '―',
		side: t(outside ? 'reason.outside' : 'reason.inside'),
		direction: word('direction', incident.direction),
		alike,
		window: t(`reason.${unit}`, { n }),
	});
}
