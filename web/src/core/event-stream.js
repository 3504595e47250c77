// @ts-check
/* Parser of text/event-stream (WHATWG HTML, "Server-sent events"). EventSource hides comments, and the server's
 * heartbeat is one, so the dashboard reads the stream itself. */

/** @typedef {{id: string, event: string, data: string}} RawEvent */

export class EventStreamParser {
	constructor() {
		this.buffer = '';
		this.lastId = '';
		this.retry = 2000;
		/** @type {string[]} */
		this.data = [];
		this.event = '';
	}

	/**
	 * @param {string} text  the next piece, cut anywhere
	 * @returns {RawEvent[]} the events it completed
	 */
	push(text) {
		/** @type {RawEvent[]} */
		const out = [];
		this.buffer += text;
		/* A lone CR at the end may be half of CRLF: wait for what follows. */
		const lines = this.buffer.split(/\r\n|\n|\r(?!$)/);
		this.buffer = lines.pop() ?? '';
		for (const line of lines) this.line(line, out);
		return out;
	}

	/** @param {string} line @param {RawEvent[]} out */
	line(line, out) {
		if (line === '') {
			if (this.data.length) out.push({ id: this.lastId, event: this.event || 'message', data: this.data.join('\n') });
			this.data = [];
			this.event = '';
			return;
		}
		const colon = line.indexOf(':');
		if (colon === 0) return;
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
		if (field === 'data') this.data.push(value);
		else if (field === 'event') this.event = value;
		else if (field === 'id' && !value.includes('\0')) this.lastId = value;
		else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
	}
}
