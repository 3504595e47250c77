// @ts-check
/* Which companies the figures are about: members or not, industry, size, area, tag; as many as there are to choose from. */
import { html, useLoad } from '../lib.js';
import { count, isStaff, t } from '../app.js';
import { get } from '../api.js';
import { Choice } from './parts.js';

/** @typedef {Record<string, string>} Cohort */
/** @typedef {{dimension: string, value: string, companies: number}} CohortValue */

export const DIMENSIONS = /** @type {const} */ (['member', 'industry', 'size', 'area', 'tag']);

/** As the API takes it, with a leading "&". @param {Cohort} cohort */
export function cohortQuery(cohort) {
	const set = DIMENSIONS.filter((d) => cohort[d]).map((d) => `&${d}=${encodeURIComponent(cohort[d])}`);
	return set.join('');
}

/** @param {URLSearchParams} query @returns {Cohort} */
export function readCohort(query) {
	return Object.fromEntries(DIMENSIONS.filter((d) => query.get(d)).map((d) => [d, String(query.get(d))]));
}

/** @param {{cohort: Cohort, onChange: (cohort: Cohort) => void}} props */
export function CohortBar({ cohort, onChange }) {
	const { value } = useLoad(() => get('/v1/metrics/cohorts'), '');
	if (!isStaff() || !value) return null;
	const all = /** @type {CohortValue[]} */ (value.cohorts);
	return html`<span class="cohorts">
		${DIMENSIONS.map((d) => {
			const values = all.filter((c) => c.dimension === d);
			if (values.length < 2 && !cohort[d]) return null;
			return Choice({ label: t(`cohort.${d}`), value: cohort[d] ?? '', options: [['', t(`cohort.${d}_all`)], ...values.map((c) => /** @type {[string, string]} */ ([c.value, t('cohort.value', { name: named(d, c.value), companies: count(c.companies) })]))], onChange: (v) => onChange({ ...cohort, [d]: v }) });
		})}
		${cohortQuery(cohort) && html`<button type="button" class="text-button" onClick=${() => onChange({})}>${t('cohort.clear')}</button>`}
	</span>`;
}

/** @param {string} dimension @param {string} value */
function named(dimension, value) {
	if (dimension === 'member') return t(value === 'yes' ? 'company.member' : 'company.non_member');
	return dimension === 'size' ? t('cohort.people', { size: value }) : value;
}
