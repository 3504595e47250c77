// @ts-check
/* Counts by day as bars, with a text twin in each bar's title. */
import { html } from '../lib.js';
import { count, t } from '../app.js';

const WIDTH = 600;
const HEIGHT = 64;

/** @param {{days: {day: string, alerts: number}[], label: string}} props */
export function DayBars({ days, label }) {
	const most = Math.max(1, ...days.map((d) => d.alerts));
	const step = WIDTH / Math.max(1, days.length);
	const total = days.reduce((sum, d) => sum + d.alerts, 0);
	return html`<figure class="day-bars">
		<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${`${label}: ${count(total)}`}>
			${days.map((d, i) => {
				const height = d.alerts ? Math.max(1, ((HEIGHT - 2) * d.alerts) / most) : 0;
				return html`<g>
					<title>${`${d.day}  ${count(d.alerts)}`}</title>
					<rect class="hit" x=${i * step} width=${step} y="0" height=${HEIGHT} />
					<rect class="bar-part" x=${i * step + step * 0.12} width=${step * 0.76} y=${HEIGHT - height} height=${height} />
				</g>`;
			})}
		</svg>
		<figcaption><span>${days[0]?.day ?? ''}</span><span>${t('days.most', { n: most })}</span><span>${days[days.length - 1]?.day ?? ''}</span></figcaption>
	</figure>`;
}
