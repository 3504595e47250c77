// @ts-check
/* The choice of one company in a filter bar. */
import { useEffect, useState } from '../lib.js';
import { say, t } from '../app.js';
import { get } from '../api.js';
import { Choice } from './parts.js';

/** @param {{value: string, onChange: (id: string) => void, none?: string}} props  none: what no company is called */
export function CompanyChoice({ value, onChange, none }) {
	const [companies, setCompanies] = useState(/** @type {import('../types').Company[]} */ ([]));
	useEffect(() => {
		get('/v1/companies').then(
			(answer) => setCompanies(answer.companies),
			(error) => say(error.message, 'error'),
		);
	}, []);
	const options = companies.map((c) => /** @type {[string, string]} */ ([String(c.id), c.name]));
	return Choice({ label: t('column.company'), value, options: [['', none ?? t('filter.all_companies')], ...options], onChange, id: 'filter-company', usual: none ? value : '' });
}
