// @ts-check
/* The delivery log: what was sent to whom, and every try. */
import { html, useEffect, useLoad, useState } from '../lib.js';
import { t, wordKeys } from '../app.js';
import { get } from '../api.js';
import { keepQuery } from '../router.js';
import { MessageTable } from '../ui/messages.js';
import { Choice, Failed, Loading, wordOptions } from '../ui/parts.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-oncall').Message} Message */

const PAGE = 100;

/** @param {{query: URLSearchParams}} props */
export function Messages({ query }) {
	const [state, setState] = useState(query.get('state') ?? '');
	const [rows, setRows] = useState(/** @type {Message[]} */ ([]));
	const [next, setNext] = useState(/** @type {string | null} */ (null));
	useEffect(() => keepQuery(new URLSearchParams(state ? { state } : {})), [state]);
	const asked = `/v1/messages?limit=${PAGE}${state ? `&state=${state}` : ''}`;
	const { value, error, reload } = useLoad(() => get(asked), asked);
	useEffect(() => {
		document.title = `${t('tab.messages')} - Hinomi`;
	}, []);
	useEffect(() => {
		if (!value) return;
		setRows(/** @type {any} */ (value).messages);
		setNext(/** @type {any} */ (value).next);
	}, [value]);
	const more = async () => {
		const answer = /** @type {{messages: Message[], next: string | null}} */ (await get(`${asked}&cursor=${encodeURIComponent(next ?? '')}`));
		setRows([...rows, ...answer.messages]);
		setNext(answer.next);
	};
	return html`<div class="page">
		${Tabs({ group: 'oncall', current: 'messages' })}
		<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			${Choice({ label: t('column.state'), value: state, options: wordOptions(t('filter.all'), 'message_state', wordKeys.message_state), onChange: setState })}
			<button type="button" class="button" onClick=${reload}>${t('action.reload')}</button>
			<span class="dim">${t('messages.explained')}</span>
		</form>
		<div class="scrolls">
			${error && Failed({ error, retry: reload })} ${!value && !error && Loading()} ${value && MessageTable({ messages: rows, pages: true })}
			${next && html`<p class="more"><button class="button" onClick=${more}>${t('action.more')}</button></p>`}
		</div>
	</div>`;
}
