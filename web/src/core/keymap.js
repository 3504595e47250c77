// @ts-check
/* From key events to commands, safe with Japanese keyboards and input methods.
 *
 *  - Keys of a composition are never commands. The first key of one comes before compositionstart and the last
 *    Enter may come after compositionend: keyCode 229 marks both.
 *  - A key is matched by what it types. In kana input it types no ASCII: then by its place on the keyboard.
 *  - Nothing is bound to [ ] \ ^ @, which move between JIS and US keyboards.
 *  - Nothing acts in a text field or with Ctrl, Alt or Meta held, save the palette (Mod+k) and Escape.
 *
 * A binding is "j", "Shift+X" is written "X", a sequence "g i", the palette "Mod+k". */

export const SEQUENCE_MS = 1500;

/**
 * What the keymap reads of a KeyboardEvent.
 * @typedef {object} Stroke
 * @property {string} key
 * @property {string} code
 * @property {number} [keyCode]
 * @property {boolean} [isComposing]
 * @property {boolean} [ctrlKey]
 * @property {boolean} [metaKey]
 * @property {boolean} [altKey]
 * @property {boolean} [shiftKey]
 * @property {boolean} [editable]  the event's target takes text
 * @property {number} time         milliseconds
 */

/** By place, for layouts that type kana. Shift+Quote is * on a JIS keyboard. @type {Record<string, [string, string]>} */
const PLACES = {
	Slash: ['/', '?'],
	Period: ['.', '>'],
	Comma: [',', '<'],
	Quote: [':', '*'],
};

/**
 * The key's name in bindings; '' when it is part of a composition or means nothing here.
 * @param {Stroke} stroke
 */
export function keyName(stroke) {
	if (stroke.isComposing || stroke.keyCode === 229) return '';
	let { key } = stroke;
	if (key === 'Process' || key === 'Unidentified' || (key.length === 1 && key.charCodeAt(0) > 126)) {
		key = placeName(stroke.code, Boolean(stroke.shiftKey));
	}
	if (!key || key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta') return '';
	if (stroke.ctrlKey || stroke.metaKey) return stroke.altKey ? '' : `Mod+${key.toLowerCase()}`;
	return stroke.altKey ? '' : key;
}

/** @param {string} code @param {boolean} shift */
function placeName(code, shift) {
	const letter = /^Key([A-Z])$/.exec(code);
	if (letter) return shift ? letter[1] : letter[1].toLowerCase();
	const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code);
	if (digit) return shift ? '' : digit[1];
	const place = PLACES[code];
	return place ? place[shift ? 1 : 0] : '';
}

/** Reads strokes, remembers the first key of a sequence. */
export class KeyReader {
	constructor() {
		/** First key of an unfinished sequence. */
		this.prefix = '';
		this.since = 0;
	}

	/**
	 * @param {Stroke} stroke
	 * @param {Map<string, string>} bindings   binding -> command
	 * @param {boolean} [singleKeys]           false: the user switched single-key commands off
	 * @returns {{command?: string, prefix?: string, cancelled?: boolean} | null} null: the key is not ours
	 */
	read(stroke, bindings, singleKeys = true) {
		const name = keyName(stroke);
		if (!name) return null;
		if (stroke.editable && name !== 'Escape' && !name.startsWith('Mod+')) return null;
		const prefix = this.prefix && stroke.time - this.since <= SEQUENCE_MS ? this.prefix : '';
		this.prefix = '';
		const command = bindings.get(prefix ? `${prefix} ${name}` : name);
		if (prefix && !command) return { cancelled: true };
		if (command) return !singleKeys && isPrintable(prefix || name) ? null : { command };
		if (singleKeys && startsSequence(name, bindings)) {
			this.prefix = name;
			this.since = stroke.time;
			return { prefix: name };
		}
		return null;
	}
}

/** @param {string} name */
function isPrintable(name) {
	return name.length === 1;
}

/** @param {string} name @param {Map<string, string>} bindings */
function startsSequence(name, bindings) {
	for (const binding of bindings.keys()) if (binding.startsWith(`${name} `)) return true;
	return false;
}
