// @ts-check
/* How single values look in a grid cell. Painting writes into recycled nodes, so every painter sets all it ever
 * sets. */
import { word, zone } from '../app.js';

/** @param {HTMLElement} cell @param {string} text @param {string} [title] */
export function text(cell, text, title = '') {
	if (cell.firstChild && cell.childNodes.length === 1 && cell.firstChild.nodeType === 3) cell.firstChild.nodeValue = text;
	else cell.textContent = text;
	if (cell.title !== title) cell.title = title;
}

/** @param {HTMLElement} cell @param {string | null} ts */
export function time(cell, ts) {
	text(cell, zone().full(ts));
	if (ts) cell.dataset.ts = ts;
	else delete cell.dataset.ts;
}

/** Colour, shape and word. @param {HTMLElement} cell @param {number} level */
export function severity(cell, level) {
	let mark = cell.firstElementChild;
	if (!mark) {
		mark = document.createElement('span');
		mark.append(document.createElement('i'), document.createTextNode(''));
		cell.replaceChildren(mark);
	}
	mark.className = `sev sev-${level}`;
	/** @type {Text} */ (mark.lastChild).nodeValue = word('severity.short', level);
	cell.title = word('severity', level);
}

/** A small label with a colour of its own. @param {HTMLElement} cell @param {string} className @param {string} label */
export function chip(cell, className, label) {
	let mark = cell.firstElementChild;
	if (!(mark instanceof HTMLSpanElement)) {
		mark = document.createElement('span');
		cell.replaceChildren(mark);
	}
	mark.className = `chip ${className}`;
	mark.textContent = label;
}

/** Which way it went; of the graver kind when something inside talks outwards and it is no trifle.
 * @param {HTMLElement} cell @param {{direction: string, severity: number}} item */
export function direction(cell, item) {
	chip(cell, directionClass(item), word('direction.short', item.direction));
	cell.title = word('direction', item.direction);
}

/** @param {{direction: string, severity: number}} item */
export function directionClass({ direction, severity }) {
	return `dir-${direction}${severity <= 3 ? ' grave' : ''}`;
}

/** @param {HTMLElement} cell @param {string} href @param {string} label @param {string} [className] */
export function anchor(cell, href, label, className = '') {
	let link = cell.firstElementChild;
	if (!href) {
		text(cell, label);
		return;
	}
	if (!(link instanceof HTMLAnchorElement)) {
		link = document.createElement('a');
		/** @type {HTMLAnchorElement} */ (link).tabIndex = -1;
		cell.replaceChildren(link);
	}
	/** @type {HTMLAnchorElement} */ (link).href = href;
	link.className = className;
	link.textContent = label;
}
