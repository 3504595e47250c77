// @ts-check
/* Whether the attached insurance covers a case, and what was claimed, sent and decided. */
import { html, useState } from '../lib.js';
import { mayDo, t, word } from '../app.js';
import { send } from '../api.js';
import { yen } from './desk-parts.js';
import { AreaField, ChoiceField, TextField, useValues, useWork } from './fields.js';
import { Pair } from './peek.js';

/** @typedef {import('../desk-types').Entitlement} Entitlement */
/** @typedef {import('../desk-types').InsuranceCase} InsuranceCase */

/** @param {{entitlement: Entitlement, insurance: InsuranceCase | null, id: number, reload: () => void}} props */
export function CaseMoney({ entitlement: e, insurance: c, id, reload }) {
	const [busy, run] = useWork(reload);
	const [editing, setEditing] = useState(false);
	const [v, set] = useValues({ state: c?.state ?? 'prepared', claim: c?.claim_no ?? '', claimed: c?.claimed_yen === null || !c ? '' : String(c.claimed_yen), paid: '', reason: c?.reason ?? '' });
	/** @param {Event} event */
	const submit = (event) => {
		event.preventDefault();
		run(() => send('PATCH', `/v1/insurance/${c?.id}`, { state: v.state, claim_no: v.claim.trim() || null, claimed_yen: v.claimed === '' ? null : Number(v.claimed), ...(v.paid === '' ? {} : { paid_yen: Number(v.paid) }), reason: v.reason.trim() }, c?.version));
	};
	return html`<section class="card">
		<h2>
			${t('insurance.title')} ${c && html`<span class=${`chip insurance-${c.state}`}>${word('insurance_state', c.state)}</span>`}
			${mayDo('desk') && !c && e.entitled && html`<button class="button" disabled=${busy} onClick=${() => run(() => send('POST', `/v1/incidents/${id}/insurance`, {}))}>${t('insurance.open')}</button>`}
			${mayDo('desk') && c && html`<button class="button" aria-expanded=${editing} onClick=${() => setEditing(!editing)}>${t('action.edit')}</button>`}
		</h2>
		<p class="chips"><span class=${e.entitled ? 'chip good' : 'chip warn'}>${word('insurance_verdict', e.verdict)}</span> ${e.plan && html`<span>${e.plan}</span>`} <span class="dim">${t('insurance.on_day', { day: e.on_day })}</span></p>
		${e.entitled && html`<p class="dim">${t('insurance.terms', { limit: yen(e.limit_yen), share: yen(e.member_share_yen) })}</p>`}
		${c && !editing &&
		html`<dl class="pairs">
			${c.insurance_no && Pair(t('contract.insurance_no'), c.insurance_no)} ${c.claim_no && Pair(t('insurance.claim_no'), c.claim_no)} ${Pair(t('insurance.claimed'), yen(c.claimed_yen))}
			${['covered', 'declined'].includes(c.state) && Pair(t('insurance.paid'), yen(c.paid_yen))} ${['covered', 'declined'].includes(c.state) && Pair(t('insurance.share'), yen(c.member_share_yen))} ${c.reason && Pair(t('column.reason'), c.reason)}
		</dl>`}
		${c && editing &&
		html`<form class="stacked" onSubmit=${submit}>
			<div class="fields">
				${ChoiceField({ label: t('column.state'), value: v.state, options: ['prepared', 'submitted', 'covered', 'declined'].map((s) => /** @type {[string, string]} */ ([s, word('insurance_state', s)])), onInput: set('state') })} ${TextField({ label: t('insurance.claim_no'), value: v.claim, onInput: set('claim'), max: 100 })}
				${TextField({ label: t('insurance.claimed_yen'), value: v.claimed, onInput: set('claimed'), type: 'number', min: '0', required: v.state === 'covered' })} ${v.state === 'covered' && TextField({ label: t('insurance.paid_yen'), value: v.paid, onInput: set('paid'), type: 'number', min: '0', hint: t('insurance.worked_out') })}
			</div>
			${AreaField({ label: t('column.reason'), value: v.reason, onInput: set('reason'), max: 2000, rows: 2, required: v.state === 'declined' })}
			<div class="actions"><button class="button primary" disabled=${busy}>${t('action.save')}</button><button type="button" class="button quiet" onClick=${() => setEditing(false)}>${t('action.cancel')}</button></div>
		</form>`}
	</section>`;
}
