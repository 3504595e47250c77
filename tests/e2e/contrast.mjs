/* WCAG 2.2, 1.4.3: contrast of text against what is behind it. Runs inside the page. */

/** @returns {string[]} texts with less than 4.5 to 1 (3 to 1 where large), each with its colours */
export function contrastFaults() {
	const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
	/** Any CSS colour as [r, g, b, a 0..1]. */
	const parse = (colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
		return [r, g, b, a / 255];
	};
	const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
	const luminance = (c) => {
		const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (element) => {
		const stack = [];
		for (let e = element; e; e = e.parentElement) {
			const colour = parse(getComputedStyle(e).backgroundColor);
			if (colour[3] > 0) stack.push(colour);
			if (colour[3] === 1) break;
		}
		return stack.reduceRight((below, top) => over(top, below), parse(getComputedStyle(document.documentElement).backgroundColor));
	};
	const faults = new Set();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const modal = document.querySelector('dialog[open]');
	while (walker.nextNode()) {
		const text = walker.currentNode.nodeValue.trim();
		const element = walker.currentNode.parentElement;
		if (!text || (modal && !modal.contains(element)) || element.closest('noscript, .spoken, :disabled, option, title')) continue;
		const style = getComputedStyle(element);
		const box = element.getBoundingClientRect();
		if (style.visibility === 'hidden' || !box.width || !box.height) continue;
		const svg = element instanceof SVGElement;
		const behind = ground(element);
		const front = over(parse(svg ? style.fill : style.color), behind);
		const [a, b] = [luminance(front), luminance(behind)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
		if (ratio < (large ? 3 : 4.5)) faults.add(`${ratio.toFixed(2)} ${element.className?.baseVal ?? element.className} "${text.slice(0, 30)}" ${style.color} on ${behind.map(Math.round)}`);
	}
	return [...faults];
}
