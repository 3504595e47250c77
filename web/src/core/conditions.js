// @ts-check
/* The conditions of a mute: rows on the screen, a Sigma selection for the server. */

/** @typedef {{field: string, modifier: string, value: string}} Row */

/** What the form offers; the server knows more. */
export const FIELDS = ['signature_id', 'signature', 'category', 'source.ip', 'destination.ip', 'inside.ip', 'attacker.ip', 'remote.ip', 'destination.port', 'direction', 'engine', 'action', 'severity', 'stage', 'rule.uid'];
export const MODIFIERS = ['', 'contains', 'startswith', 'endswith', 'cidr'];

/** Values separated by commas or line ends; any of them will do. @param {string} text @returns {string | string[]} */
function values(text) {
	const list = text
		.split(/[\n,]/)
		.map((v) => v.trim())
		.filter(Boolean);
	return list.length === 1 ? list[0] : list;
}

/** @param {Row[]} rows @returns {Record<string, string | string[]> | null} null: not all rows are filled in, or two say the same field */
export function toSelection(rows) {
	/** @type {Record<string, string | string[]>} */
	const selection = {};
	for (const { field, modifier, value } of rows) {
		const key = modifier ? `${field}|${modifier}` : field;
		const wanted = values(value);
		if (!field || wanted.length === 0 || key in selection) return null;
		selection[key] = wanted;
	}
	return rows.length ? selection : null;
}

/** Conditions as the server gives them, as pairs to show. @param {unknown} conditions @returns {[string, string, string][]} field, modifiers, values */
export function readConditions(conditions) {
	const held = typeof conditions === 'string' ? parse(conditions) : conditions;
	const maps = Array.isArray(held) ? held : [held];
	return maps.flatMap((map) =>
		typeof map === 'object' && map !== null
			? Object.entries(map).map(([key, value]) => {
					const [field, ...modifiers] = key.split('|');
					return /** @type {[string, string, string]} */ ([field, modifiers.join(' '), Array.isArray(value) ? value.join(', ') : String(value)]);
				})
			: [],
	);
}

/** @param {string} text */
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
