// @ts-check
/* Start: who is signed in, in which language, and the page of the address. */
import { h, html, render, useEffect, useSignal, useState } from './lib.js';
import { language, me, say, signIn, t, useLanguage, useTheme, theme } from './app.js';
import { ApiError, get } from './api.js';
import { startKeys } from './commands.js';
import { entryOf, homeOf, may } from './core/roles.js';
import { address, navigate, startRouter } from './router.js';
import { startStream, stopStream } from './stream.js';
import { Frame, startHover } from './ui/frame.js';
import { Failed, Loading } from './ui/parts.js';
import { Inbox } from './pages/inbox.js';
import { Login, Setup } from './pages/login.js';

/**
 * @typedef {object} Page
 * @property {RegExp} path
 * @property {string} name     which entry of the rail is lit, and the title
 * @property {boolean} [waits] loads a list of its own first, and starts the stream from that list's cursor
 * @property {(props: {id: string, query: URLSearchParams}) => any} show
 */

/* The inbox comes with the first load; the others when they are first opened.
 * @type {Page[]} */
const PAGES = /** @type {Page[]} */ ([
	{ path: /^\/(?:inbox)?$/, name: 'inbox', waits: true, show: ({ query }) => h(Inbox, { query }) },
	{ path: /^\/incidents$/, name: 'incidents', waits: true, show: later(() => import('./pages/incidents.js'), (m, { query }) => h(m.Incidents, { query })) },
	{ path: /^\/incidents\/(\d+)$/, name: 'incidents', show: later(() => import('./pages/incident.js'), (m, { id }) => h(m.IncidentView, { key: id, id })) },
	{ path: /^\/campaigns$/, name: 'campaigns', show: later(() => import('./pages/campaigns.js'), (m, { query }) => h(m.Campaigns, { query })) },
	{ path: /^\/campaigns\/(\d+)$/, name: 'campaigns', show: later(() => import('./pages/campaign.js'), (m, { id }) => h(m.CampaignView, { key: id, id })) },
	{ path: /^\/companies$/, name: 'companies', show: later(() => import('./pages/companies.js'), (m) => h(m.Companies, {})) },
	{ path: /^\/companies\/(\d+)$/, name: 'companies', show: later(() => import('./pages/company.js'), (m, { id }) => h(m.CompanyView, { key: id, id })) },
	{ path: /^\/sensors$/, name: 'sensors', show: later(() => import('./pages/sensors.js'), (m, { query }) => h(m.Sensors, { query })) },
	{ path: /^\/metrics$/, name: 'metrics', show: later(() => import('./pages/metrics.js'), (m, { query }) => h(m.Metrics, { query })) },
	{ path: /^\/rules$/, name: 'rules', show: later(() => import('./pages/rules.js'), (m, { query }) => h(m.Rules, { query })) },
	{ path: /^\/rules\/(\d+)$/, name: 'rules', show: later(() => import('./pages/rule.js'), (m, { id }) => h(m.RuleView, { key: id, id })) },
	{ path: /^\/rule-sets$/, name: 'rules', show: later(() => import('./pages/rule-sets.js'), (m) => h(m.RuleSets, {})) },
	{ path: /^\/mutes$/, name: 'rules', show: later(() => import('./pages/mutes.js'), (m, { query }) => h(m.Mutes, { query })) },
	{ path: /^\/mutes\/(\d+)$/, name: 'rules', show: later(() => import('./pages/mute.js'), (m, { id }) => h(m.MuteView, { key: id, id })) },
	{ path: /^\/indicators$/, name: 'indicators', show: later(() => import('./pages/indicators.js'), (m, { query }) => h(m.Indicators, { query })) },
	{ path: /^\/indicators\/(\d+)$/, name: 'indicators', show: later(() => import('./pages/indicator.js'), (m, { id }) => h(m.IndicatorView, { key: id, id })) },
	{ path: /^\/hunts$/, name: 'indicators', show: later(() => import('./pages/hunts.js'), (m) => h(m.Hunts, {})) },
	{ path: /^\/hunts\/(\d+)$/, name: 'indicators', show: later(() => import('./pages/hunt.js'), (m, { id }) => h(m.HuntView, { key: id, id })) },
	{ path: /^\/oncall$/, name: 'oncall', show: later(() => import('./pages/oncall.js'), (m) => h(m.Oncall, {})) },
	{ path: /^\/schedules\/(\d+)$/, name: 'oncall', show: later(() => import('./pages/schedule.js'), (m, { id }) => h(m.ScheduleView, { key: id, id })) },
	{ path: /^\/pages$/, name: 'oncall', show: later(() => import('./pages/pages.js'), (m, { query }) => h(m.Pages, { query })) },
	{ path: /^\/pages\/(\d+)$/, name: 'oncall', show: later(() => import('./pages/page.js'), (m, { id }) => h(m.PageView, { key: id, id })) },
	{ path: /^\/messages$/, name: 'oncall', show: later(() => import('./pages/messages.js'), (m, { query }) => h(m.Messages, { query })) },
	{ path: /^\/escalation$/, name: 'oncall', show: later(() => import('./pages/escalation.js'), (m) => h(m.Escalation, {})) },
	{ path: /^\/channels$/, name: 'oncall', show: later(() => import('./pages/channels.js'), (m) => h(m.Channels, {})) },
	{ path: /^\/texts$/, name: 'oncall', show: later(() => import('./pages/texts.js'), (m, { query }) => h(m.Texts, { query })) },
	{ path: /^\/desk$/, name: 'desk', show: later(() => import('./pages/desk.js'), (m, { query }) => h(m.Desk, { query })) },
	{ path: /^\/tickets\/(\d+)$/, name: 'tickets', show: later(() => import('./pages/ticket.js'), (m, { id }) => h(m.TicketView, { key: id, id })) },
	{ path: /^\/orders$/, name: 'orders', show: later(() => import('./pages/orders.js'), (m, { query }) => h(m.Orders, { query })) },
	{ path: /^\/orders\/(\d+)$/, name: 'orders', show: later(() => import('./pages/order.js'), (m, { id }) => h(m.OrderView, { key: id, id })) },
	{ path: /^\/requests$/, name: 'requests', show: later(() => import('./pages/requests.js'), (m, { query }) => h(m.Requests, { query })) },
	{ path: /^\/vendors$/, name: 'vendors', show: later(() => import('./pages/vendors.js'), (m) => h(m.Vendors, {})) },
	{ path: /^\/reports$/, name: 'reports', show: later(() => import('./pages/reports.js'), (m, { query }) => h(m.Reports, { query })) },
	{ path: /^\/reports\/(\d+)$/, name: 'report', show: later(() => import('./pages/report.js'), (m, { id }) => h(m.ReportView, { key: id, id })) },
	{ path: /^\/months$/, name: 'reports', show: later(() => import('./pages/months.js'), (m) => h(m.Months, {})) },
	{ path: /^\/months\/(\d{4}-\d{2})$/, name: 'reports', show: later(() => import('./pages/month.js'), (m, { id }) => h(m.MonthView, { key: id, id })) },
	{ path: /^\/billing$/, name: 'reports', show: later(() => import('./pages/billing.js'), (m, { query }) => h(m.Billing, { query })) },
	{ path: /^\/report-texts$/, name: 'reports', show: later(() => import('./pages/report-texts.js'), (m, { query }) => h(m.ReportTexts, { query })) },
	{ path: /^\/plain-words$/, name: 'reports', show: later(() => import('./pages/plain-words.js'), (m) => h(m.PlainWords, {})) },
	{ path: /^\/portal$/, name: 'portal', show: later(() => import('./pages/portal.js'), (m) => h(m.Portal, {})) },
	{ path: /^\/contacts$/, name: 'indicators', show: later(() => import('./pages/contacts.js'), (m, { query }) => h(m.Contacts, { query })) },
]);

/**
 * A page whose module is fetched when it is first shown.
 * @template M
 * @param {() => Promise<M>} load
 * @param {(module: M, props: {id: string, query: URLSearchParams}) => any} show
 */
function later(load, show) {
	/** @type {M | null} */
	let module = null;
	/** @param {{id: string, query: URLSearchParams}} props */
	function Later(props) {
		const [failure, setFailure] = useState(/** @type {Error | null} */ (null));
		const [, again] = useState(0);
		useEffect(() => {
			if (module) return;
			load().then(
				(m) => {
					module = m;
					again((n) => n + 1);
				},
				(error) => setFailure(error),
			);
		}, []);
		if (failure) return Failed({ error: failure, retry: () => location.reload() });
		return module ? show(module, props) : Loading();
	}
	return (/** @type {{id: string, query: URLSearchParams}} */ props) => h(Later, props);
}

function App() {
	const user = useSignal(me);
	const where = useSignal(address);
	const spoken = useSignal(language);
	const [path, query = ''] = where.split('?');
	const page = PAGES.find((p) => p.path.test(path));
	useEffect(() => {
		document.title = `${t(page ? `page.${page.name}` : 'page.none')} - Hinomi`;
	}, [where, spoken, user]);
	useEffect(() => {
		if (!user) stopStream();
		else if (!page?.waits && may(user.role, 'live')) startStream();
	}, [user, page]);
	if (path === '/setup') return h(Setup, {});
	if (user === undefined) return html`<div class="boot"></div>`;
	if (user === null) return h(Login, {});
	if (!page || !entryOf(user.role, page.name)) return h(Frame, { name: '' }, html`<div class="page"><p class="empty">${t('page.missing')}</p></div>`);
	const id = page.path.exec(path)?.[1] ?? '';
	return h(Frame, { name: page.name, key: spoken }, page.show({ id, query: new URLSearchParams(query) }));
}

async function start() {
	useTheme(theme.peek());
	const wanted = localStorage.getItem('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');
	startRouter();
	startKeys();
	startHover();
	const asked = location.pathname === '/setup' ? Promise.resolve(null) : get('/v1/me').catch((error) => error);
	await useLanguage(wanted);
	const answer = await asked;
	if (answer instanceof ApiError || answer === null) {
		me.value = null;
		if (answer && answer.status !== 401) say(answer.message, 'error');
	} else {
		await signIn(answer);
		if (['/', '/login'].includes(location.pathname)) navigate(homeOf(answer.role), { replace: true });
	}
	render(h(App, {}), /** @type {HTMLElement} */ (document.getElementById('app')));
}

start();
