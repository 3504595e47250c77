// @ts-check
/* Words in the user's language. A dictionary is flat: key -> text, with {name} for parameters. A key may have plural
 * forms key.one, key.other; {n} chooses. */

/** @typedef {Record<string, string>} Dictionary */
/** @typedef {Record<string, string | number>} Params */

export class Translator {
	/** @param {string} language @param {Dictionary} dictionary */
	constructor(language, dictionary) {
		this.language = language;
		this.dictionary = dictionary;
		this.plural = new Intl.PluralRules(language);
		this.number = new Intl.NumberFormat(language);
	}

	/** @param {string} key @param {Params} [params] */
	t(key, params) {
		let text = this.dictionary[key];
		if (text === undefined && params && typeof params.n === 'number') {
			text = this.dictionary[`${key}.${this.plural.select(params.n)}`] ?? this.dictionary[`${key}.other`];
		}
		if (text === undefined) return key;
		return params ? text.replace(/\{(\w+)\}/g, (all, name) => this.fill(params[name], all)) : text;
	}

	/** @param {string | number | undefined} value @param {string} otherwise */
	fill(value, otherwise) {
		if (value === undefined) return otherwise;
		return typeof value === 'number' ? this.number.format(value) : value;
	}

	/** A word of a closed set, such as direction.inbound; the value itself when it is not known. @param {string} set @param {string | number} value */
	word(set, value) {
		return this.dictionary[`${set}.${value}`] ?? String(value);
	}
}
