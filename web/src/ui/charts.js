// @ts-check
/* Charts of our own: a stack of severities per day, and a strip of hours. Plain SVG with a text twin. */
import { html, useEffect, useRef, useState } from '../lib.js';
import { count, t, word } from '../app.js';

const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 20;

/** A round number at or above n: 1, 2 or 5 times a power of ten. @param {number} n */
export function niceCeiling(n) {
	if (n <= 4) return 4;
	const power = 10 ** Math.floor(Math.log10(n));
	for (const step of [1, 2, 4, 5, 10]) if (step * power >= n) return step * power;
	return 10 * power;
}

/** @param {{days: {day: string, by_severity: number[]}[]}} props */
export function SeverityStack({ days }) {
	const place = useRef(/** @type {SVGSVGElement | null} */ (null));
	const [width, setWidth] = useState(900);
	useEffect(() => {
		const observer = new ResizeObserver(([entry]) => setWidth(Math.max(300, Math.floor(entry.contentRect.width))));
		if (place.current) observer.observe(place.current);
		return () => observer.disconnect();
	}, []);
	const top = niceCeiling(Math.max(1, ...days.map((d) => d.by_severity.reduce((a, b) => a + b, 0))));
	const plot = HEIGHT - BOTTOM - 8;
	const step = (width - LEFT) / Math.max(1, days.length);
	const y = (/** @type {number} */ n) => 8 + plot * (1 - n / top);
	const ticks = [0, top / 2, top];
	return html`<svg class="stack" ref=${place} role="img" aria-label=${t('company.stack')}>
		${ticks.map(
			(n) => html`<g class="tick">
				<line x1=${LEFT} x2=${width} y1=${y(n)} y2=${y(n)} />
				<text x=${LEFT - 6} y=${y(n) + 4} text-anchor="end">${count(n)}</text>
			</g>`,
		)}
		${days.map((d, i) => Bar(d, LEFT + i * step, step, y))}
		${days.map(
			(d, i) =>
				(i % 5 === 4 || i === 0) && html`<text class="day" x=${LEFT + (i + 0.5) * step} y=${HEIGHT - 5} text-anchor="middle">${d.day.slice(5)}</text>`,
		)}
	</svg>`;
}

/** @param {{day: string, by_severity: number[]}} d @param {number} x @param {number} step @param {(n: number) => number} y */
function Bar(d, x, step, y) {
	let below = 0;
	const title = [d.day, ...d.by_severity.map((n, i) => (n ? `${word('severity', i + 1)} ${count(n)}` : '')).filter(Boolean)].join('\n');
	/* Info at the foot, the gravest on top, where the eye goes first. */
	const parts = [4, 3, 2, 1, 0].map((i) => {
		const n = d.by_severity[i] ?? 0;
		if (!n) return null;
		const from = y(below);
		below += n;
		return html`<rect class=${`fill-${i + 1}`} x=${x + step * 0.14} width=${step * 0.72} y=${y(below)} height=${Math.max(1, from - y(below))} />`;
	});
	return html`<g>
		<title>${title}</title>
		<rect class="hit" x=${x} width=${step} y="0" height=${HEIGHT - BOTTOM} />
		${parts}
	</g>`;
}

/** The legend of the stack. */
export function SeverityLegend() {
	return html`<ul class="legend">
		${[1, 2, 3, 4, 5].map((n) => html`<li><span class=${`sev sev-${n}`}><i></i>${word('severity', n)}</span></li>`)}
	</ul>`;
}

/** How strong an hour's colour is, 0..4: quarters of a logarithmic scale. @param {number} n @param {number} most */
export function heat(n, most) {
	if (n <= 0) return 0;
	return Math.min(4, 1 + Math.floor((3.999 * Math.log1p(n)) / Math.log1p(Math.max(most, 4))));
}

/** Writes a strip of 24 hours into a grid cell. @param {HTMLElement} cell @param {number[]} hours */
export function paintHeat(cell, hours) {
	const name = 'http://www.w3.org/2000/svg';
	let svg = cell.firstElementChild;
	if (!svg) {
		svg = document.createElementNS(name, 'svg');
		svg.setAttribute('class', 'heat');
		svg.setAttribute('viewBox', '0 0 168 14');
		svg.setAttribute('role', 'img');
		for (let i = 0; i < 24; i++) {
			const box = document.createElementNS(name, 'rect');
			box.setAttribute('x', String(i * 7));
			box.setAttribute('width', '6');
			box.setAttribute('height', '14');
			svg.append(box);
		}
		cell.replaceChildren(svg);
	}
	const most = Math.max(...hours, 0);
	hours.forEach((n, i) => /** @type {Element} */ (svg).children[i]?.setAttribute('class', `heat-${heat(n, most)}`));
	const total = hours.reduce((a, b) => a + b, 0);
	svg.setAttribute('aria-label', t('sensor.heat', { n: total }));
	cell.title = `${t('sensor.heat', { n: total })}\n${hours.map((n) => count(n)).join(' ')}`;
}
