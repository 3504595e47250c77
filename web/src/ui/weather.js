// @ts-check
/* The weather marks of a month: strokes, so that they read in any theme and without colour. */
import { html } from '../lib.js';
import { word } from '../app.js';

const CLOUD = 'M5.500 14.500a3 3 0 0 1 .3-6 4.200 4.200 0 0 1 8-.6 3.300 3.300 0 0 1 .4 6.600z';

/** @type {Record<string, string>} */
const PATHS = {
	sunny: 'M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.400 1.400M14.300 14.300l1.400 1.400M15.700 4.300l-1.400 1.400M5.700 14.300l-1.400 1.400',
	hazy: 'M12.500 6.200a2.800 2.800 0 1 0-5.200-.2M9.500 1.500v1.300M5 3.500l1 1M14 3.500l-1 1M6 16a2.600 2.600 0 0 1 .2-5.200 3.800 3.800 0 0 1 7.200-.4 2.900 2.900 0 0 1 .3 5.600z',
	cloudy: CLOUD,
	rainy: 'M5.500 11.500a3 3 0 0 1 .3-6 4.200 4.200 0 0 1 8-.6 3.300 3.300 0 0 1 .4 6.600zM6.500 14l-1 3M10 14l-1 3M13.500 14l-1 3',
	fog: 'M4 6h12M3 9.500h9M14 9.500h3M4 13h3M9 13h7M5 16.500h9',
};

/** @param {{grade: string, large?: boolean}} props */
export function Weather({ grade, large = false }) {
	if (!PATHS[grade]) return null;
	return html`<svg class=${large ? 'weather large' : 'weather'} data-grade=${grade} viewBox="0 0 20 20" role="img" aria-label=${word('grade', grade)}><path d=${PATHS[grade]} /></svg>`;
}

/** A mark and a chip in a grid's cell. @param {HTMLElement} cell @param {string} grade @param {string} className @param {string} label */
export function paintWeather(cell, grade, className, label) {
	const name = 'http://www.w3.org/2000/svg';
	let [mark, chip] = /** @type {[Element | undefined, Element | undefined]} */ ([...cell.children]);
	if (!mark || !chip) {
		mark = document.createElementNS(name, 'svg');
		mark.setAttribute('viewBox', '0 0 20 20');
		mark.append(document.createElementNS(name, 'path'));
		chip = document.createElement('span');
		cell.replaceChildren(mark, chip);
	}
	mark.setAttribute('class', PATHS[grade] ? 'weather' : 'weather none');
	mark.setAttribute('data-grade', grade);
	mark.firstElementChild?.setAttribute('d', PATHS[grade] ?? '');
	chip.className = `chip ${className}`;
	chip.textContent = label;
}
