// @ts-check
/* Our own line icons, 20 by 20. */
import { html } from '../lib.js';

/** @type {Record<string, string>} */
const PATHS = {
	inbox: 'M3 11h3.5l1.5 2.5h4L13.5 11H17M3 11l2.2-6h9.6L17 11v5H3z',
	incidents: 'M10 3 18 17H2zM10 8v4.5M10 14.4v.6',
	campaigns: 'M10 4.5a2 2 0 1 0 0-.1M4.5 15.500a2 2 0 1 0 0-.1M15.500 15.500a2 2 0 1 0 0-.1M9 6.300 5.400 13.400M11 6.300l3.600 7.100M6.600 15.400h6.800',
	rules: 'M4 4h12v12H4zM7 8h2l1-1.500M7 12h6M12 8h1',
	indicators: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM10 1v4M10 15v4M1 10h4M15 10h4',
	companies: 'M4 17V4h7v13M11 8h5v9M2 17h16M6.5 7h2M6.5 10h2M6.5 13h2M13 11h1.2M13 14h1.2',
	sensors: 'M10 11.5v5.5M7 17h6M10 9.7a1.3 1.3 0 1 0 0-.1M6.2 12.6a5 5 0 0 1 0-6.2M13.8 12.6a5 5 0 0 0 0-6.2M4 14.6a8 8 0 0 1 0-10.2M16 14.6a8 8 0 0 0 0-10.2',
	metrics: 'M3 3v14h14M6.5 14v-4M10 14V6M13.5 14V9',
	reports: 'M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500M7.500 10h5M7.500 13h5',
	desk: 'M3.5 11v-1a6.500 6.500 0 0 1 13 0v1M3.500 11h2v4h-2zM14.500 11h2v4h-2zM16.500 15c0 1.700-2 2.500-4.500 2.500',
	orders: 'M2 5h9v9H2zM11 8h4l3 3v3h-7M5.500 14a1.600 1.600 0 1 0 0 .1M14.500 14a1.600 1.600 0 1 0 0 .1',
	oncall: 'M5 3.500h3l1.500 4-2 1.500a8 8 0 0 0 3.500 3.500l1.500-2 4 1.500v3a1.500 1.500 0 0 1-1.500 1.500A12.500 12.500 0 0 1 3.500 5 1.500 1.500 0 0 1 5 3.500z',
	portal: 'M3 9.500 10 3.500l7 6M5 8.500V16.500h10V8.500M8.500 16.500v-4.500h3v4.500',
	help: 'M7.6 7.6a2.5 2.5 0 1 1 3.4 2.5c-.7.3-1 .8-1 1.6M10 14v.4M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z',
	search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4',
	close: 'M5 5l10 10M15 5 5 15',
	download: 'M10 3v9M6.5 8.8 10 12.3l3.5-3.5M4 16h12',
	theme: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14z',
	leave: 'M12 3.5H5v13h7M9 10h8M14 7l3 3-3 3',
};

/** @param {{name: string}} props */
export function Icon({ name }) {
	return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
