// @ts-check
/* Whom a company wants to be told, in order: read, changed, put in another order, looked over. The company's own people
 * may do it as well. */
import { h, html, useLoad, useState } from '../lib.js';
import { mayDo, say, t, zone } from '../app.js';
import { get, send } from '../api.js';
import { daysUntil } from '../core/due.js';
import { Phone } from './desk-parts.js';
import { CheckField, ChoiceField, TextField, useValues, useWork } from './fields.js';
import { Failed, Loading } from './parts.js';

/** @typedef {import('../desk-types').CompanyPerson} CompanyPerson */

/** Asked for once a year (SCS 6-1-1-4). */
const REVIEW_DAYS = 365;

/** @param {{company: number}} props */
export function PeopleCard({ company }) {
	const { value, error, reload } = useLoad(() => get(`/v1/companies/${company}/people`), String(company));
	const [editing, setEditing] = useState(-1);
	const [busy, run] = useWork(reload);
	const people = /** @type {CompanyPerson[] | null} */ (value ? value.people : null);
	const done = () => {
		setEditing(-1);
		reload();
	};
	const cancel = () => setEditing(-1);
	return html`<section class="card people-card">
		<h2>${t('person.title')} ${mayDo('people') && html`<button class="button" aria-expanded=${editing === 0} onClick=${() => setEditing(editing === 0 ? -1 : 0)}>${t('person.add')}</button>`}</h2>
		${error && Failed({ error, retry: reload })} ${!people && !error && Loading()} ${people?.length === 0 && html`<p><span class="chip warn">${t('person.none')}</span></p>`}
		${editing === 0 && h(PersonForm, { company, person: null, done, cancel })}
		<ol class="people">
			${people?.map((p, i) => (editing === p.id ? html`<li key=${p.id}>${h(PersonForm, { company, person: p, done, cancel })}</li>` : Line({ p, first: i === 0, last: i === people.length - 1, busy, run, edit: () => setEditing(p.id) })))}
		</ol>
		${people && people.length > 0 && html`<p class="hint">${t('person.explained')}</p>`}
	</section>`;
}

/** @param {{p: CompanyPerson, first: boolean, last: boolean, busy: boolean, run: (work: () => Promise<unknown>) => Promise<boolean>, edit: () => void}} props */
function Line({ p, first, last, busy, run, edit }) {
	const stale = p.reviewed_on === null || daysUntil(p.reviewed_on, zone().day(Date.now())) > REVIEW_DAYS;
	/** @param {number} by */
	const move = (by) => run(() => send('PATCH', `/v1/people/${p.id}`, { position: p.position + by }, p.version));
	return html`<li key=${p.id}>
		<span class="person-no">${p.position}</span>
		<div class="person-body">
			<p class="chips">
				<b>${p.name}</b><span class="dim">${p.role}</span> ${Phone({ phone: p.phone })} ${p.email && html`<a href=${`mailto:${p.email}`}>${p.email}</a>`}
				${!p.night && html`<span class="chip" title=${t('person.no_night_title')}>${t('person.no_night')}${p.calendar && ` (${p.calendar})`}</span>`} ${p.email && p.gets_reports && html`<span class="chip">${t(p.attach_reports ? 'person.reports_attached' : 'person.reports')}</span>`} ${p.bounced_at && html`<span class="chip warn">${t('person.bounced')}</span>`}
			</p>
			<p class="dim">${p.reviewed_on ? t('person.reviewed_on', { day: p.reviewed_on }) : t('person.never_reviewed')} ${stale && html`<span class="chip warn">${t('person.review_due')}</span>`}</p>
		</div>
		${mayDo('people') &&
		html`<div class="person-acts">
			<button class="icon-button" disabled=${busy || first} onClick=${() => move(-1)} aria-label=${t('person.up', { name: p.name })} title=${t('person.up', { name: p.name })}>↑</button>
			<button class="icon-button" disabled=${busy || last} onClick=${() => move(1)} aria-label=${t('person.down', { name: p.name })} title=${t('person.down', { name: p.name })}>↓</button>
			<button class="button quiet" disabled=${busy} onClick=${() => run(() => send('POST', `/v1/people/${p.id}/reviewed`))}>${t('person.holds')}</button>
			<button class="button quiet" onClick=${edit}>${t('action.edit')}</button>
		</div>`}
	</li>`;
}

/** @param {{company: number, person: CompanyPerson | null, done: () => void, cancel: () => void}} props */
function PersonForm({ company, person, done, cancel }) {
	const [busy, run] = useWork();
	const [sure, setSure] = useState(false);
	const [v, set] = useValues({ name: person?.name ?? '', role: person?.role ?? '', email: person?.email ?? '', phone: person?.phone ?? '', language: person?.language ?? 'ja', night: person?.night ?? true, reports: person?.gets_reports ?? true, attached: person?.attach_reports ?? false });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		const body = { name: v.name.trim(), role: v.role.trim(), email: v.email.trim() || null, phone: v.phone.trim() || null, language: v.language, night: v.night, gets_reports: v.reports, attach_reports: v.reports && v.attached };
		run(async () => {
			await (person ? send('PATCH', `/v1/people/${person.id}`, body, person.version) : send('POST', `/v1/companies/${company}/people`, body));
			say(t('saved'));
			done();
		});
	};
	const remove = () => {
		if (!sure) return setSure(true);
		run(async () => {
			await send('DELETE', `/v1/people/${person?.id}`);
			say(t('person.removed'));
			done();
		});
	};
	return html`<form class="stacked person-form" onSubmit=${submit}>
		<div class="fields">
			${TextField({ label: t('person.name'), value: v.name, onInput: set('name'), required: true, max: 100 })} ${TextField({ label: t('person.role'), value: v.role, onInput: set('role'), max: 100, placeholder: t('person.role_example') })}
			${TextField({ label: t('person.phone'), value: v.phone, onInput: set('phone'), type: 'tel', max: 40 })} ${TextField({ label: t('person.email'), value: v.email, onInput: set('email'), type: 'email', max: 254 })}
			${ChoiceField({ label: t('person.language'), value: v.language, options: [['ja', '日本語'], ['en', 'English']], onInput: set('language') })}
		</div>
		${CheckField({ label: t('person.not_at_night'), checked: !v.night, onChange: (on) => set('night')(!on) })}
		<p class="hint">${t('person.no_night_title')}</p>
		${CheckField({ label: t('person.gets_reports'), checked: v.reports, onChange: set('reports') })} ${v.reports && CheckField({ label: t('person.attach_reports'), checked: v.attached, onChange: set('attached') })}
		<div class="actions">
			<button class="button primary" disabled=${busy || !v.name.trim() || !(v.email.trim() || v.phone.trim())}>${t('action.save')}</button>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
			${person && html`<button type="button" class="button push danger" disabled=${busy} onClick=${remove}>${t(sure ? 'person.really_remove' : 'person.remove')}</button>`}
		</div>
	</form>`;
}
