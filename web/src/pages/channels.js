// @ts-check
/* How people and rooms are reached: mine, those of others, shared ones, and other systems that may page us. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { mayDo, me, say, t, word } from '../app.js';
import { get, send } from '../api.js';
import { Choice, Failed, Loading, Time, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-oncall').Channel} Channel */
/** @typedef {import('../types-oncall').Integration} Integration */
/** @typedef {import('../types-oncall').OncallPerson} OncallPerson */

const KINDS = ['mail', 'webhook', 'pagerduty', 'slack', 'teams', 'lineworks', 'command'];
const ADDRESS = { mail: 'name@example.jp', command: '', webhook: 'https://', pagerduty: 'https://events.pagerduty.com/v2/enqueue', slack: 'https://hooks.slack.com/…', teams: 'https://…', lineworks: 'https://webhook.worksmobile.com/…' };

async function loadAll() {
	const governs = mayDo('manage_oncall');
	const [channels, people, integrations] = await Promise.all([get('/v1/channels'), get('/v1/oncall/people'), governs ? get('/v1/integrations') : Promise.resolve({ integrations: [] })]);
	return { channels: /** @type {Channel[]} */ (channels.channels), people: /** @type {OncallPerson[]} */ (people.people), integrations: /** @type {Integration[]} */ (integrations.integrations) };
}

export function Channels() {
	const { value, error, reload } = useLoad(loadAll, 'channels');
	const [kept, setKept] = useState(/** @type {Awaited<ReturnType<typeof loadAll>> | null} */ (null));
	const [secret, setSecret] = useState(/** @type {{name: string, text: string} | null} */ (null));
	useEffect(() => {
		document.title = `${t('tab.channels')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (value) setKept(value);
	}, [value]);
	const all = value ?? kept;
	const mine = me.peek()?.id ?? 0;
	/** @param {Channel | Integration} made */
	const made = (made) => {
		const text = 'secret' in made ? made.secret : 'key' in made ? made.key : undefined;
		if (text) setSecret({ name: made.name, text });
		reload();
	};
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'channels' })}
		<div class="scrolls stack-column">
			${error && Failed({ error, retry: reload })} ${!all && !error && Loading()}
			${secret && html`<p class="notice">${t('channels.secret', { name: secret.name })} <code>${secret.text}</code> <button class="mini" onClick=${() => setSecret(null)}>${t('action.close')}</button></p>`}
			${all && mayDo('answer') && h(List, { title: t('channels.mine'), note: t('channels.mine_note'), channels: all.channels.filter((c) => c.person?.id === mine), path: '/v1/me/channels', made, reload })}
			${all && h(List, { title: t('channels.shared'), note: t('channels.shared_note'), channels: all.channels.filter((c) => !c.person), path: mayDo('manage_oncall') ? '/v1/channels' : null, made, reload })}
			${all && People({ all, mine })}
			${all && mayDo('manage_oncall') && h(Integrations, { integrations: all.integrations, made, reload })}
		</div>
	</div>`;
}

/** @param {{all: {channels: Channel[], people: OncallPerson[]}, mine: number}} props */
function People({ all, mine }) {
	return html`<section class="card">
		<h2>${t('channels.people')}</h2>
		<table class="plain"><tbody>
			${all.people
				.filter((p) => p.id !== mine)
				.map((p) => html`<tr><td>${p.display_name}</td><td class="dim">${word('role', p.role)}</td><td class="grow">${all.channels.filter((c) => c.person?.id === p.id).map((c) => html`<span class=${`chip ${c.enabled ? '' : 'message-failed'}`} title=${c.disabled_why ?? ''}>${c.position}. ${word('channel_kind', c.kind)} ${c.address}</span> `)}${p.channels === 0 ? html`<span class="dim">${t('channels.sign_in_mail')}</span>` : ''}</td></tr>`)}
		</tbody></table>
	</section>`;
}

/** @param {{title: string, note: string, channels: Channel[], path: string | null, made: (c: Channel) => void, reload: () => void}} props */
function List({ title, note, channels, path, made, reload }) {
	const [adding, setAdding] = useState(false);
	/** @param {() => Promise<unknown>} work @param {string} said */
	const doing = async (work, said) => {
		try {
			const answer = await work();
			say(said);
			if (answer && typeof answer === 'object' && 'id' in answer) made(/** @type {Channel} */ (answer));
			else reload();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	return html`<section class="card">
		<h2>${title} <small>${note}</small>${path && html`<button class="button" aria-expanded=${adding} onClick=${() => setAdding(!adding)}>${t('channels.add')}</button>`}</h2>
		${adding && path && h(ChannelForm, { add: (channel) => doing(() => send('POST', path, channel), t('channels.added')).then(() => setAdding(false)), cancel: () => setAdding(false) })}
		${channels.length === 0 && html`<p class="dim">${t('channels.none')}</p>`}
		<table class="plain"><tbody>
			${channels.map(
				(c) => html`<tr>
					<td class="dim">${c.position}</td><td><b>${c.name}</b></td><td>${word('channel_kind', c.kind)}</td><td class="grow"><code>${c.address}</code> ${c.disabled_why && html`<span class="hot">${c.disabled_why}</span>`} ${c.failing_since && html`<span class="hot">${t('channels.failing')} ${Time({ ts: c.failing_since })}</span>`}</td>
					<td><span class=${`chip ${c.enabled ? 'sensor-up' : 'message-failed'}`}>${c.enabled ? t('channels.on') : t('channels.off')}</span></td>
					<td>${path && html`<span class="row-actions"><button class="mini" onClick=${() => doing(() => send('POST', `/v1/channels/${c.id}/test`), t('channels.tested'))}>${t('channels.test')}</button><button class="mini" onClick=${() => doing(() => send('PATCH', `/v1/channels/${c.id}`, { enabled: !c.enabled }, c.version), t('channels.changed'))}>${c.enabled ? t('channels.switch_off') : t('channels.switch_on')}</button>${c.kind === 'webhook' && html`<button class="mini" onClick=${() => doing(() => send('PATCH', `/v1/channels/${c.id}`, { new_secret: true }, c.version), t('channels.changed'))}>${t('channels.new_secret')}</button>`}<button class="mini" onClick=${() => doing(() => send('DELETE', `/v1/channels/${c.id}`), t('channels.removed'))}>${t('action.remove')}</button></span>`}</td>
				</tr>`,
			)}
		</tbody></table>
	</section>`;
}

/** @param {{add: (channel: Record<string, unknown>) => void, cancel: () => void}} props */
function ChannelForm({ add, cancel }) {
	const [kind, setKind] = useState('mail');
	const [name, setName] = useState('');
	const [address, setAddress] = useState('');
	const [secret, setSecret] = useState('');
	const [template, setTemplate] = useState('');
	const chat = ['slack', 'teams', 'lineworks'].includes(kind);
	/** @param {Event} e */
	const typed = (e) => /** @type {HTMLInputElement} */ (e.target).value;
	return html`<form
		class="layer"
		onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			add({ kind, name: name.trim() || word('channel_kind', kind), address: address.trim(), ...(secret ? { secret } : {}), ...(chat && template.trim() ? { template } : {}) });
		}}
	>
		<div class="mute-line">
			${Choice({ label: t('channels.kind'), value: kind, usual: kind, options: wordOptions('', 'channel_kind', KINDS).slice(1), onChange: setKind })}
			<input type="text" maxlength="100" placeholder=${t('column.name')} aria-label=${t('column.name')} value=${name} onInput=${(/** @type {Event} */ e) => setName(typed(e))} />
			${kind !== 'command' && html`<input class="grow" type="text" required placeholder=${/** @type {Record<string, string>} */ (ADDRESS)[kind]} aria-label=${t('channels.address')} value=${address} onInput=${(/** @type {Event} */ e) => setAddress(typed(e))} />`}
			${kind === 'pagerduty' && html`<input type="text" required placeholder=${t('channels.routing_key')} aria-label=${t('channels.routing_key')} value=${secret} onInput=${(/** @type {Event} */ e) => setSecret(typed(e))} />`}
		</div>
		<p class="dim">${t(`channels.about_${kind}`)}</p>
		${chat && html`<textarea rows="3" placeholder=${t('channels.template')} aria-label=${t('channels.template')} value=${template} onInput=${(/** @type {Event} */ e) => setTemplate(typed(e))}></textarea>`}
		<div class="actions"><button class="button primary">${t('channels.add')}</button><button type="button" class="button quiet" onClick=${cancel}>${t('action.cancel')}</button></div>
	</form>`;
}

/** @param {{integrations: Integration[], made: (i: Integration) => void, reload: () => void}} props */
function Integrations({ integrations, made, reload }) {
	const [name, setName] = useState('');
	/** @param {() => Promise<unknown>} work */
	const doing = async (work) => {
		try {
			await work();
		} catch (error) {
			say(/** @type {Error} */ (error).message, 'error');
		}
	};
	return html`<section class="card">
		<h2>${t('integrations.title')} <small>${t('integrations.note')}</small></h2>
		<table class="plain"><tbody>
			${integrations.map((i) => html`<tr><td class="grow"><b>${i.name}</b></td><td class="dim">${i.created_by.display_name} ${Time({ ts: i.created_at })}</td><td>${i.last_used_at ? html`${t('integrations.used')} ${Time({ ts: i.last_used_at })}` : t('integrations.never')}</td><td><button class="mini" onClick=${() => doing(async () => (await send('DELETE', `/v1/integrations/${i.id}`), reload()))}>${t('action.remove')}</button></td></tr>`)}
		</tbody></table>
		<form
			class="mute-line more"
			onSubmit=${(/** @type {Event} */ e) => {
				e.preventDefault();
				doing(async () => (made(/** @type {Integration} */ (await send('POST', '/v1/integrations', { name: name.trim() }))), setName('')));
			}}
		>
			<input type="text" required maxlength="100" placeholder=${t('integrations.name')} aria-label=${t('integrations.name')} value=${name} onInput=${(/** @type {Event} */ e) => setName(/** @type {HTMLInputElement} */ (e.target).value)} /><button class="button">${t('integrations.add')}</button>
		</form>
	</section>`;
}
