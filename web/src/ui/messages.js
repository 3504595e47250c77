// @ts-check
/* Messages to people with every try: of one page, or of all. */
import { html } from '../lib.js';
import { mayDo, say, t, word } from '../app.js';
import { send } from '../api.js';
import { Time } from './parts.js';

/** @typedef {import('../types-oncall').Message} Message */

/** For whom. @param {Message} m */
export function receiver(m) {
	return m.person?.display_name ?? (m.contact ? `${m.contact.company} ${m.contact.name}` : (m.channel?.name ?? m.address));
}

/** @param {Message} m */
async function again(m) {
	try {
		await send('POST', `/v1/messages/${m.id}/replay`);
		say(t('messages.again_done'));
	} catch (error) {
		say(/** @type {Error} */ (error).message, 'error');
	}
}

/** @param {{messages: Message[], pages?: boolean}} props  pages: with a link to the page of each */
export function MessageTable({ messages, pages = false }) {
	if (messages.length === 0) return html`<p class="dim">${t('messages.none')}</p>`;
	return html`<table class="plain messages">
		<thead><tr><th>${t('messages.made')}</th><th>${t('column.state')}</th><th>${t('messages.kind')}</th><th>${t('messages.to')}</th><th>${t('messages.by')}</th><th>${t('messages.tries')}</th></tr></thead>
		<tbody>
			${messages.map(
				(m) => html`<tr>
					<td>${Time({ ts: m.created_at })}</td>
					<td><span class=${`chip message-${m.state}`}>${word('message_state', m.state)}</span>${m.bounced_at && html` <span class="chip message-failed">${t('messages.bounced')}</span>`}</td>
					<td>${word('notice_kind', m.kind)}${pages && m.page_id ? html` <a href=${`/pages/${m.page_id}`}>${m.page_id}</a>` : ''}</td>
					<td>${receiver(m)}</td>
					<td>${word('channel_kind', m.channel_kind)} <span class="dim">${m.address}</span></td>
					<td class="grow">
						${m.tries.map((x) => html`<div class="try"><span class=${x.outcome === 'sent' ? 'good' : 'hot'}>${word('try_outcome', x.outcome)}</span> ${x.code || ''} <span class="dim">${x.took_ms} ms · ${x.text}</span></div>`)}
						${m.tries.length === 0 && m.last_error && html`<span class="hot">${m.last_error}</span>`} ${m.opened_at && html`<span class="dim">${t('messages.opened')} ${Time({ ts: m.opened_at })}</span>`}
						${mayDo('manage_oncall') && ['failed', 'expired', 'quarantined', 'cancelled'].includes(m.state) && html`<button class="mini" onClick=${() => again(m)}>${t('messages.again')}</button>`}
					</td>
				</tr>`,
			)}
		</tbody>
	</table>`;
}
