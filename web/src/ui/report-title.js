// @ts-check
/* What a report is called. */
import { t, word, zone } from '../app.js';

/** @param {import('../types-reports').Report} r */
export function reportTitle(r) {
	if (r.kind === 'monthly') return t('report.monthly', { month: zone().month(r.month ?? '') });
	if (r.kind === 'certificate') return `${word('report_kind', r.kind)} KM-${r.certificate ?? ''}`;
	return `${word('report_kind', r.kind)}${r.kind === 'interim' ? ` ${r.issue}` : ''} ${t('incident.number', { no: String(r.incident_no ?? '') })}`;
}
