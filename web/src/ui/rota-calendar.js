// @ts-check
/* A rota day by day: who is on call when, gaps in red. Dragging over a day, or the keyboard's twin, the button under it,
 * asks for an override of that time. */
import { html, useRef, useState } from '../lib.js';
import { t, zone } from '../app.js';
import { bandsByDay, dayStarts, personClass, spanText } from '../core/rota.js';

/** @typedef {import('../core/rota.js').Span} Span */

const QUARTER_MS = 900000;

/** Dragged instants are rounded to quarters of an hour. @param {number} at */
function quarter(at) {
	return Math.round(at / QUARTER_MS) * QUARTER_MS;
}

/**
 * @param {{spans: Span[], from: number, days: number, now: number, onPick?: (from: number, to: number) => void}} props
 *   from: some instant of the first day
 */
export function RotaCalendar({ spans, from, days, now, onPick }) {
	const starts = dayStarts(from, days, (at) => zone().day(at));
	const [drag, setDrag] = useState(/** @type {{from: number, to: number} | null} */ (null));
	const anchor = useRef(0);
	/** @param {PointerEvent} event @param {number} day */
	const instant = (event, day) => {
		const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
		const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
		return quarter(starts[day] + share * (starts[day + 1] - starts[day]));
	};
	const finish = () => {
		if (drag && onPick && drag.to - drag.from >= QUARTER_MS) onPick(drag.from, drag.to);
		setDrag(null);
	};
	const dragged = drag ? bandsByDay([{ from: new Date(drag.from).toISOString(), to: new Date(drag.to).toISOString(), user_id: null, name: null }], starts) : [];
	return html`<div class=${onPick ? 'rota picks' : 'rota'} role="list" onPointerUp=${finish} onPointerCancel=${() => setDrag(null)}>
		<div class="rota-day head" aria-hidden="true"><span></span><span class="rota-hours">${[0, 6, 12, 18, 24].map((hour) => html`<i>${hour}</i>`)}</span></div>
		${bandsByDay(spans, starts).map(
			(bands, i) => html`<div class=${`rota-day ${zone().day(now) === zone().day(starts[i]) ? 'today' : ''}`} role="listitem">
				<span class="rota-label">${dayLabel(starts[i])}</span>
				<svg
					class="rota-bar"
					viewBox="0 0 1000 24"
					preserveAspectRatio="none"
					onPointerDown=${(/** @type {PointerEvent} */ e) => {
						if (!onPick) return;
						anchor.current = instant(e, i);
						setDrag({ from: anchor.current, to: anchor.current });
					}}
					onPointerMove=${(/** @type {PointerEvent} */ e) => {
						if (!drag) return;
						const at = instant(e, i);
						setDrag({ from: Math.min(at, anchor.current), to: Math.max(at, anchor.current) });
					}}
				>
					${bands.map((b) => html`<g><title>${`${b.span.name ?? t('oncall.nobody')}  ${spanText(zone().full(b.span.from), zone().full(b.span.to))}`}</title><rect class=${`${personClass(b.span.user_id)}${b.span.override_id ? ' by-override' : ''}`} x=${b.start * 1000} width=${Math.max(1, (b.end - b.start) * 1000)} y="1" height="22" /></g>`)}
					${(dragged[i] ?? []).map((b) => html`<rect class="dragged" x=${b.start * 1000} width=${(b.end - b.start) * 1000} y="0" height="24" />`)}
					${now >= starts[i] && now < starts[i + 1] && html`<rect class="now" x=${((now - starts[i]) / (starts[i + 1] - starts[i])) * 1000 - 1.5} width="3" y="0" height="24" />`}
				</svg>
				<span class="rota-names">${names(bands).map(([id, name]) => html`<span class=${`rota-name ${personClass(id)}`}><i></i>${name ?? t('oncall.nobody')}</span>`)}</span>
			</div>`,
		)}
	</div>`;
}

/** @param {number} at */
function dayLabel(at) {
	const day = zone().day(at);
	const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', timeZone: zone().timezone }).format(new Date(at));
	return `${day.slice(5).replace('-', '/')} ${weekday}`;
}

/** Who is in the bands, each once. @param {import('../core/rota.js').Band[]} bands @returns {[number | null, string | null][]} */
function names(bands) {
	return [...new Map(bands.map((b) => [b.span.user_id, b.span.name])).entries()];
}
