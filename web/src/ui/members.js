// @ts-check
/* Companies that met something: first and last contact, how often. */
import { html } from '../lib.js';
import { count, t, word } from '../app.js';
import { Time } from './parts.js';

/** @typedef {import('../types').MemberContact & {indicators?: {id: number, kind: string, value: string}[]}} Member */

/** One may have been met in several forms: a name, and names below it. @template {{id: number}} T @param {T[]} list */
function distinct(list) {
	return list.filter((x, i) => list.findIndex((y) => y.id === x.id) === i);
}

/** @param {{members: Member[]}} props */
export function Members({ members }) {
	return html`<table class="plain">
		<thead>
			<tr>
				<th>${t('column.company')}</th>
				${members[0]?.indicators && html`<th>${t('page.indicators')}</th>`}
				<th>${t('column.first_contact')}</th>
				<th>${t('column.last_contact')}</th>
				<th class="end">${t('column.contacts')}</th>
			</tr>
		</thead>
		<tbody>
			${members.map(
				(m) => html`<tr>
					<td><a href=${`/companies/${m.company_id}`}>${m.company}</a></td>
					${m.indicators && html`<td class="grow">${distinct(m.indicators).map((i) => html`<a class="address" href=${`/indicators/${i.id}`} title=${word('indicator_kind', i.kind)}>${i.value}</a> `)}</td>`}
					<td>${Time({ ts: m.first_ts })}</td>
					<td>${Time({ ts: m.last_ts })}</td>
					<td class="end">${count(m.contacts)}</td>
				</tr>`,
			)}
		</tbody>
	</table>`;
}
