// @ts-check
/* The live stream: one connection per browser. The tab that holds the Web Lock reads it and passes every event to
 * the others by BroadcastChannel; when that tab closes, the next one takes over where it stopped. */
import { signal } from './lib.js';
import { mayDo, me } from './app.js';
import { EventStreamParser } from './core/event-stream.js';
import { LagMeter } from './core/lag.js';

/** @typedef {import('./types').StreamEvent} StreamEvent */
/** @typedef {(event: StreamEvent) => void} Listener */

const TOPICS = 'alerts,incidents,sensors';
/** What not everybody sees, by what one must be allowed. @type {[string, string][]} */
const MORE_TOPICS = [
	['oncall', 'pages'],
	['see_desk', 'tickets,orders'],
	['see_reports', 'reports'],
];
/** Heartbeats come every 15 s: silence for longer means that the connection is dead. */
const SILENCE_MS = 40000;
const CHECK_MS = 1000;

/** @type {Set<Listener>} */
const listeners = new Set();
const meter = new LagMeter();
let cursor = '';
let heardAny = false;
/** @type {AbortController | null} */
let running = null;
/** @type {BroadcastChannel | null} */
let channel = null;

/** What the lamp shows. `since`: when we last heard anything (our clock, ms). */
export const link = signal({ state: /** @type {'starting' | 'live' | 'late' | 'lost'} */ ('starting'), lag: 0, since: 0 });

/** @param {Listener} listener @returns {() => void} stops listening */
export function listen(listener) {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/**
 * Starts the stream once. A page that has just loaded a list gives its cursor, so that nothing falls between list
 * and stream.
 * @param {string | null} [from]
 */
export function startStream(from) {
	if (running) return;
	running = new AbortController();
	const { signal: stopped } = running;
	cursor = from ?? '';
	const name = `hinomi-stream-${me.peek()?.id}`;
	channel = new BroadcastChannel(name);
	channel.onmessage = (message) => take(message.data);
	const timer = setInterval(showLink, CHECK_MS);
	stopped.addEventListener('abort', () => clearInterval(timer));
	heardAny = false;
	meter.hear(Date.now());
	if (!navigator.locks) {
		readForever(stopped);
		return;
	}
	navigator.locks.request(name, { signal: stopped }, () => readForever(stopped)).catch(() => undefined);
}

/** At sign-out. */
export function stopStream() {
	running?.abort();
	running = null;
	channel?.close();
	channel = null;
	cursor = '';
	link.value = { state: 'starting', lag: 0, since: 0 };
}

function showLink() {
	const state = meter.state(Date.now());
	if (!heardAny && state === 'live') return;
	link.value = { state, lag: meter.lag, since: meter.heard };
}

/** An event or heartbeat, from the connection or another tab. @param {{heard?: boolean, event?: StreamEvent}} message */
function take(message) {
	heardAny = true;
	meter.hear(Date.now(), message.event?.data?.server_time);
	if (link.peek().state !== 'live') showLink();
	const { event } = message;
	if (!event) return;
	if (event.id) cursor = event.id;
	for (const listener of listeners) listener(event);
}

/** A change this tab made itself: its views need not wait for the stream. @param {StreamEvent} event */
export function emit(event) {
	for (const listener of listeners) listener(event);
}

/** Takes it here and tells the other tabs. @param {{heard?: boolean, event?: StreamEvent}} message */
function pass(message) {
	channel?.postMessage(message);
	take(message);
}

/** @param {AbortSignal} stopped */
async function readForever(stopped) {
	let retry = 2000;
	while (!stopped.aborted) {
		try {
			retry = await readOnce(stopped);
		} catch (error) {
			if (error instanceof SignedOut) return;
		}
		/* Spread over 3 s, so that a restart of the server is not followed by everybody at once. */
		await pause(retry + Math.random() * 3000, stopped);
	}
}

class SignedOut extends Error {}

/** @param {AbortSignal} stopped @returns {Promise<number>} milliseconds to wait before the next try */
async function readOnce(stopped) {
	const connection = new AbortController();
	const stop = () => connection.abort();
	stopped.addEventListener('abort', stop);
	let watchdog = setTimeout(stop, SILENCE_MS);
	try {
		const query = new URLSearchParams({ topics: [TOPICS, ...MORE_TOPICS.filter(([what]) => mayDo(what)).map(([, topics]) => topics)].join(',') });
		if (cursor) query.set('cursor', cursor);
		const response = await fetch(`/v1/stream?${query}`, { signal: connection.signal, headers: { Accept: 'text/event-stream' } });
		if (response.status === 401) {
			me.value = null;
			throw new SignedOut();
		}
		if (!response.ok || !response.body) return 5000;
		const parser = new EventStreamParser();
		const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return parser.retry;
			clearTimeout(watchdog);
			watchdog = setTimeout(stop, SILENCE_MS);
			const events = parser.push(value);
			if (!events.length) pass({ heard: true });
			for (const raw of events) pass({ event: decode(raw) });
		}
	} finally {
		clearTimeout(watchdog);
		stopped.removeEventListener('abort', stop);
		connection.abort();
	}
}

/** @param {import('./core/event-stream.js').RawEvent} raw @returns {StreamEvent} */
function decode(raw) {
	/** @type {any} */
	let data = {};
	try {
		data = JSON.parse(raw.data);
	} catch {
		console.warn('the stream sent an event that is not JSON', raw.event);
	}
	return { id: raw.id, event: raw.event, data };
}

/** @param {number} ms @param {AbortSignal} stopped @returns {Promise<void>} */
function pause(ms, stopped) {
	return new Promise((done) => {
		const timer = setTimeout(done, ms);
		stopped.addEventListener('abort', () => {
			clearTimeout(timer);
			done();
		});
	});
}
