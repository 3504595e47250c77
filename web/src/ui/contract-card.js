// @ts-check
/* A company's contracts: one package of monitoring, desk, dispatch and insurance. Another plan is another contract. */
import { h, html, useLoad, useState } from '../lib.js';
import { mayDo, say, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { addDays } from '../core/due.js';
import { yen } from './desk-parts.js';
import { AreaField, ChoiceField, Segments, TextField, useValues, useWork } from './fields.js';
import { Failed, Loading } from './parts.js';
import { Pair } from './peek.js';

/** @typedef {import('../desk-types').Contract} Contract */
/** @typedef {import('../desk-types').Plan} Plan */

/** @param {{company: number, member: boolean}} props */
export function ContractCard({ company, member }) {
	const { value, error, reload } = useLoad(() => get(`/v1/companies/${company}/contracts`), String(company));
	const [open, setOpen] = useState('');
	const contracts = /** @type {Contract[] | null} */ (value ? value.contracts : null);
	const valid = contracts?.find((c) => c.state === 'valid');
	const done = () => {
		setOpen('');
		reload();
	};
	return html`<section class="card">
		<h2>${t('contract.title')} ${mayDo('manage_desk') && html`<button class="button" aria-expanded=${open === 'new'} onClick=${() => setOpen(open === 'new' ? '' : 'new')}>${t('contract.add')}</button>`}</h2>
		${error && Failed({ error, retry: reload })} ${!contracts && !error && Loading()} ${contracts && !valid && html`<p><span class="chip warn">${t('contract.none')}</span></p>`}
		${open === 'new' && h(NewContract, { company, member, done, cancel: () => setOpen('') })} ${valid && Now({ c: valid })}
		${valid && mayDo('manage_desk') && (open === 'end' ? h(EndContract, { c: valid, done, cancel: () => setOpen('') }) : html`<p class="more"><button class="button quiet" onClick=${() => setOpen('end')}>${t('contract.change')}</button></p>`)}
		${contracts && contracts.some((c) => c !== valid) &&
		html`<table class="plain">
			<tbody>
				${contracts.filter((c) => c !== valid).map((c) => html`<tr><td><span class="chip">${word('contract_state', c.state)}</span></td><td class="grow">${c.plan}</td><td>${t(c.is_member ? 'company.member' : 'company.non_member')}</td><td>${c.from_day} – ${c.to_day ?? ''}</td></tr>`)}
			</tbody>
		</table>`}
	</section>`;
}

/** @param {{c: Contract}} props */
function Now({ c }) {
	return html`<dl class="pairs">
		${Pair(t('contract.plan'), html`<b>${c.plan}</b> <span class=${c.is_member ? 'chip member' : 'chip'}>${t(c.is_member ? 'company.member' : 'company.non_member')}</span>`)}
		${Pair(t('contract.price'), html`${t('contract.monthly', { yen: yen(c.yen) })} ${c.yen_taxed !== null && html`<span class="dim">${t('contract.taxed', { yen: yen(c.yen_taxed), percent: String(c.tax_percent) })}</span>`}`)}
		${Pair(t('contract.days'), c.to_day ? `${c.from_day} – ${c.to_day}` : t('contract.since', { day: c.from_day }))} ${Pair(t('contract.dispatches'), html`<span class=${c.dispatches_used >= c.dispatches && c.dispatches > 0 ? 'hot' : ''}>${t('contract.visits_used', { used: c.dispatches_used, n: c.dispatches })}</span>`)}
		${Pair(t('contract.insurance'), c.insurance_yen > 0 ? html`${t('contract.up_to', { yen: yen(c.insurance_yen) })} ${c.insurance_no && html`<code>${c.insurance_no}</code>`}` : t('contract.uninsured'))} ${c.note && Pair(t('contract.note'), c.note)}
		${c.warnings.length > 0 && Pair('', c.warnings.map((w) => html`<span class="chip warn">${word('contract_warning', w)}</span> `))}
	</dl>`;
}

/** @param {{company: number, member: boolean, done: () => void, cancel: () => void}} props */
function NewContract({ company, member, done, cancel }) {
	const today = zone().day(Date.now());
	const [busy, run] = useWork();
	const plans = useLoad(() => get('/v1/plans'), '');
	const [v, set] = useValues({ plan: '', is_member: member ? 'yes' : 'no', from: addDays(`${today.slice(0, 8)}01`, 0), to: '', insurance: '', note: '' });
	const list = /** @type {Plan[]} */ (plans.value?.plans ?? []);
	const plan = v.plan || String(list[0]?.id ?? '');
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			await send('POST', `/v1/companies/${company}/contracts`, { plan_id: Number(plan), is_member: v.is_member === 'yes', from_day: v.from, to_day: v.to || null, insurance_no: v.insurance.trim() || null, note: v.note.trim() });
			say(t('saved'));
			done();
		});
	};
	return html`<form class="stacked" onSubmit=${submit}>
		${Segments({ label: t('column.member'), value: v.is_member, options: [['yes', t('company.member')], ['no', t('company.non_member')]], onChange: set('is_member') })}
		<div class="fields">
			${ChoiceField({ label: t('contract.plan'), value: plan, options: list.map((p) => /** @type {[string, string]} */ ([String(p.id), `${p.name} ${yen(v.is_member === 'yes' ? p.member_yen : p.other_yen)}`])), onInput: set('plan') })}
			${TextField({ label: t('contract.from'), value: v.from, onInput: set('from'), required: true, type: 'date' })} ${TextField({ label: t('contract.to'), value: v.to, onInput: set('to'), type: 'date' })}
			${TextField({ label: t('contract.insurance_no'), value: v.insurance, onInput: set('insurance'), max: 100 })}
		</div>
		${AreaField({ label: t('contract.note'), value: v.note, onInput: set('note'), max: 2000, rows: 2 })}
		<div class="actions"><button class="button primary" disabled=${busy || !plan || !v.from}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}

/** @param {{c: Contract, done: () => void, cancel: () => void}} props */
function EndContract({ c, done, cancel }) {
	const [busy, run] = useWork();
	const [v, set] = useValues({ to: c.to_day ?? '', insurance: c.insurance_no ?? '', note: c.note });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(async () => {
			await send('PATCH', `/v1/contracts/${c.id}`, { to_day: v.to || null, insurance_no: v.insurance.trim() || null, note: v.note.trim() }, c.version);
			say(t('saved'));
			done();
		});
	};
	return html`<form class="stacked" onSubmit=${submit}>
		<div class="fields">${TextField({ label: t('contract.to'), value: v.to, onInput: set('to'), type: 'date' })} ${TextField({ label: t('contract.insurance_no'), value: v.insurance, onInput: set('insurance'), max: 100 })}</div>
		${AreaField({ label: t('contract.note'), value: v.note, onInput: set('note'), max: 2000, rows: 2 })}
		<div class="actions"><button class="button primary" disabled=${busy}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}
