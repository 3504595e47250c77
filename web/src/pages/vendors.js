// @ts-check
/* The firms that go on site: where, when they can be called, how busy they are. */
import { h, html, useLoad, useState } from '../lib.js';
import { count, mayDo, say, t } from '../app.js';
import { get, send } from '../api.js';
import { Phone } from '../ui/desk-parts.js';
import { AreaField, CheckField, ChoiceField, TextField, useValues, useWork } from '../ui/fields.js';
import { Empty, Failed, Loading } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../desk-types').Vendor} Vendor */

export function Vendors() {
	const { value, error, reload } = useLoad(() => get('/v1/vendors'), '');
	const [editing, setEditing] = useState(/** @type {number | null} */ (null));
	const vendors = /** @type {Vendor[] | null} */ (value ? value.vendors : null);
	const done = () => {
		setEditing(null);
		reload();
	};
	return html`<div class="page">
		${Tabs({ group: 'desk', current: 'vendors' })}
		<div class="filters"><span class="dim">${t('vendor.explained')}</span>${mayDo('manage_desk') && html`<button class="button primary push" aria-expanded=${editing === 0} onClick=${() => setEditing(editing === 0 ? null : 0)}>${t('vendor.add')}</button>`}</div>
		<div class="scrolls stacked-cards">
			${editing === 0 && h(VendorForm, { vendor: null, done, cancel: () => setEditing(null) })} ${error && Failed({ error, retry: reload })} ${!vendors && !error && Loading()} ${vendors?.length === 0 && Empty({ text: t('vendor.none') })}
			${vendors?.map((x) => (editing === x.id ? h(VendorForm, { key: x.id, vendor: x, done, cancel: () => setEditing(null) }) : Line({ x, edit: () => setEditing(x.id) })))}
		</div>
	</div>`;
}

/** @param {{x: Vendor, edit: () => void}} props */
function Line({ x, edit }) {
	return html`<section class=${`card vendor ${x.active ? '' : 'inactive'}`}>
		<div>
			<p class="chips"><b>${x.name}</b>${!x.active && html`<span class="chip">${t('vendor.inactive')}</span>`}${x.people === 0 && html`<span class="chip warn">${t('vendor.no_login')}</span>`}</p>
			<p class="dim">${x.areas.length ? x.areas.join('・') : t('vendor.everywhere')} · ${x.calendar ?? t('vendor.always')} · ${t('vendor.open_orders', { n: x.open_orders })} · ${t('vendor.people', { n: count(x.people) })}</p>
			<p>${Phone({ phone: x.phone })} ${x.email && html`<a href=${`mailto:${x.email}`}>${x.email}</a>`} ${x.note && html`<span class="dim">${x.note}</span>`}</p>
		</div>
		${mayDo('manage_desk') && html`<button class="button" onClick=${edit}>${t('action.edit')}</button>`}
	</section>`;
}

/** @param {{vendor: Vendor | null, done: () => void, cancel: () => void}} props */
function VendorForm({ vendor, done, cancel }) {
	const [busy, run] = useWork();
	const calendars = useLoad(() => get('/v1/calendars'), '');
	const [v, set] = useValues({ name: vendor?.name ?? '', areas: vendor?.areas.join('、') ?? '', calendar: String(vendor?.calendar_id ?? ''), email: vendor?.email ?? '', phone: vendor?.phone ?? '', note: vendor?.note ?? '', active: vendor?.active ?? true });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		const body = { name: v.name.trim(), areas: v.areas.split(/[,、，\n]/).map((a) => a.trim()).filter(Boolean), calendar_id: v.calendar ? Number(v.calendar) : null, email: v.email.trim() || null, phone: v.phone.trim() || null, note: v.note.trim(), active: v.active };
		run(async () => {
			await (vendor ? send('PATCH', `/v1/vendors/${vendor.id}`, body, vendor.version) : send('POST', '/v1/vendors', body));
			say(t('saved'));
			done();
		});
	};
	const options = /** @type {{id: number, name: string}[]} */ (calendars.value?.calendars ?? []);
	return html`<form class="card stacked" onSubmit=${submit}>
		<div class="fields">
			${TextField({ label: t('vendor.name'), value: v.name, onInput: set('name'), required: true, wide: true })} ${TextField({ label: t('vendor.areas'), value: v.areas, onInput: set('areas'), max: 2000, wide: true, hint: t('vendor.areas_hint') })}
			${ChoiceField({ label: t('vendor.hours'), value: v.calendar, options: [['', t('vendor.always')], ...options.map((c) => /** @type {[string, string]} */ ([String(c.id), c.name]))], onInput: set('calendar') })}
			${TextField({ label: t('person.email'), value: v.email, onInput: set('email'), type: 'email', max: 254 })} ${TextField({ label: t('person.phone'), value: v.phone, onInput: set('phone'), type: 'tel', max: 40 })}
		</div>
		${AreaField({ label: t('vendor.note'), value: v.note, onInput: set('note'), max: 2000, rows: 2 })} ${CheckField({ label: t('vendor.active'), checked: v.active, onChange: set('active') })}
		<div class="actions">
			<button class="button primary" disabled=${busy || !v.name.trim()}>${t('action.save')}</button>
			<button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button>
		</div>
	</form>`;
}
