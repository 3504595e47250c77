// @ts-check
/* A device's record, laid out for reading. */

/**
 * JSON is indented; anything else is shown as it came.
 * @param {string} raw
 * @returns {{json: boolean, text: string}}
 */
export function layOut(raw) {
	const trimmed = raw.trim();
	if (trimmed.startsWith('{')) {
		try {
			/* Integers beyond 2^53 (flow ids) would change if they went through Number: keep such records as they came. */
			const value = JSON.parse(trimmed);
			const text = JSON.stringify(value, null, 2);
			if (!/[:[,]\s*-?\d{16,}/.test(trimmed)) return { json: true, text };
			return { json: true, text: indent(trimmed) };
		} catch {
			return { json: false, text: raw };
		}
	}
	return { json: false, text: raw };
}

/**
 * Indents valid JSON without touching its values.
 * @param {string} json
 */
export function indent(json) {
	let out = '';
	let depth = 0;
	let inText = false;
	for (let i = 0; i < json.length; i++) {
		const c = json[i];
		if (inText) {
			out += c;
			if (c === '\\') out += json[++i];
			else if (c === '"') inText = false;
		} else if (c === '"') {
			inText = true;
			out += c;
		} else if (c === '{' || c === '[') {
			const close = /^\s*[\]}]/.exec(json.slice(i + 1, i + 64));
			if (close) {
				out += c + close[0].trim();
				i += close[0].length;
			} else out += `${c}\n${'  '.repeat(++depth)}`;
		} else if (c === '}' || c === ']') out += `\n${'  '.repeat(--depth)}${c}`;
		else if (c === ',') out += `,\n${'  '.repeat(depth)}`;
		else if (c === ':') out += ': ';
		else if (!/\s/.test(c)) out += c;
	}
	return out;
}

/**
 * Pieces of laid-out JSON with their kind, for colouring.
 * @param {string} text
 * @returns {{kind: 'key' | 'text' | 'number' | 'word' | '', text: string}[]}
 */
export function pieces(text) {
	const out = [];
	const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
	let last = 0;
	for (let m = pattern.exec(text); m; m = pattern.exec(text)) {
		if (m.index > last) out.push({ kind: /** @type {''} */ (''), text: text.slice(last, m.index) });
		if (m[1]) {
			out.push({ kind: /** @type {'key' | 'text'} */ (m[2] ? 'key' : 'text'), text: m[1] });
			if (m[2]) out.push({ kind: /** @type {''} */ (''), text: m[2] });
		} else out.push({ kind: /** @type {'number' | 'word'} */ (m[3] ? 'number' : 'word'), text: m[0] });
		last = m.index + m[0].length;
	}
	if (last < text.length) out.push({ kind: /** @type {''} */ (''), text: text.slice(last) });
	return out;
}
