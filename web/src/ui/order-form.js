// @ts-check
/* Sending a vendor: the firms that could go now, the best first, and all that they get to know. */
import { html, useEffect, useState } from '../lib.js';
import { say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { navigate } from '../router.js';
import { AreaField, Segments, TextField, useValues, useWork } from './fields.js';
import { Loading, Time } from './parts.js';

/** @typedef {import('../desk-types').VendorMatch} VendorMatch */

/** @param {{company: number, ticket?: number | null, incident?: number | null, person: {name: string, phone: string | null}, area: string | null, done: () => void}} props */
export function OrderForm({ company, ticket = null, incident = null, person, area, done }) {
	const [vendors, setVendors] = useState(/** @type {VendorMatch[] | null} */ (null));
	const [busy, run] = useWork();
	const [v, set] = useValues({ kind: 'onsite', vendor: 0, place: area ?? '', name: person.name, phone: person.phone ?? '', task: '', wanted: '' });
	useEffect(() => {
		get(`/v1/vendors/match?company=${company}`).then(
			(answer) => {
				setVendors(answer.vendors);
				if (answer.vendors.length) set('vendor')(answer.vendors[0].id);
			},
			(error) => say(error.message, 'error'),
		);
	}, [company]);
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			const made = /** @type {import('../desk-types').Order} */ (
				await send('POST', '/v1/orders', {
					kind: v.kind,
					company_id: company,
					vendor_id: v.vendor,
					ticket_id: ticket,
					incident_id: incident,
					task: v.task.trim(),
					place: v.place.trim(),
					contact_name: v.name.trim(),
					contact_phone: v.phone.trim(),
					wanted_by: v.wanted ? new Date(zone().fromMinute(v.wanted)).toISOString() : null,
				})
			);
			say(t('order.made', { reference: made.reference }));
			navigate(`/orders/${made.id}`);
		});
	};
	return html`<form class="card stacked" onSubmit=${submit}>
		<h2>${t('order.new')} ${Segments({ label: t('order.kind'), value: v.kind, options: ['onsite', 'remote'].map((k) => /** @type {[string, string]} */ ([k, word('order_kind', k)])), onChange: set('kind') })}</h2>
		<fieldset class="vendor-choice">
			<legend>${t('order.vendor')}</legend>
			${!vendors && Loading()} ${vendors && !vendors.length && html`<p><span class="chip warn">${t('vendor.none')}</span></p>`}
			${vendors?.map((x) => html`<label class=${x.id === v.vendor ? 'picked' : ''}>
				<input type="radio" name="vendor" checked=${x.id === v.vendor} onChange=${() => set('vendor')(x.id)} />
				<b>${x.name}</b>
				<span class=${x.in_area ? 'chip good' : 'chip warn'}>${t(x.in_area ? 'vendor.in_area' : 'vendor.out_of_area')}</span>
				<span class=${x.open_now ? 'chip good' : 'chip warn'}>${t(x.open_now ? 'vendor.open_now' : 'vendor.closed_now')}</span>
				${!x.open_now && x.changes_at && html`<span class="dim">${t('vendor.opens')} ${Time({ ts: x.changes_at })}</span>`}
				<span class="dim">${t('vendor.open_orders', { n: x.open_orders })}</span>
			</label>`)}
		</fieldset>
		${AreaField({ label: t('order.task'), value: v.task, onInput: set('task'), required: true, max: 5000, rows: 4, hint: t('order.task_hint') })}
		<div class="fields">
			${TextField({ label: t(v.kind === 'remote' ? 'order.connect' : 'order.place'), value: v.place, onInput: set('place'), required: true, max: 500, wide: true })}
			${TextField({ label: t('order.contact_name'), value: v.name, onInput: set('name'), required: true, max: 100 })} ${TextField({ label: t('order.contact_phone'), value: v.phone, onInput: set('phone'), required: true, type: 'tel', max: 40 })}
			${TextField({ label: t('order.wanted_by'), value: v.wanted, onInput: set('wanted'), type: 'datetime-local' })}
		</div>
		<div class="actions">
			<button class="button primary" disabled=${busy || !v.vendor || !v.task.trim() || !v.place.trim() || !v.name.trim() || !v.phone.trim()}>${t('order.send')}</button>
			<button type="button" class="button quiet" onClick=${done}>${t('action.cancel')}</button>
		</div>
	</form>`;
}
