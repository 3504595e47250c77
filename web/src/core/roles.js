// @ts-check
/* Which pages a role of people has, and where it lands. The server decides what may be done (server/api/person.c); this
 * only keeps what would be refused off the screen. */

const ANALYSTS = ['analyst', 'lead', 'admin'];
const STAFF = ['viewer', 'reporter', ...ANALYSTS];
const DESK = [...ANALYSTS, 'desk'];
const EVERYBODY = [...STAFF, 'wall', 'desk', 'member'];

/**
 * Entries of the rail in order: the page, the key that follows g, whose it is.
 * @type {{page: string, key: string, roles: string[]}[]}
 */
const ENTRIES = [
	{ page: 'portal', key: 'p', roles: ['member'] },
	{ page: 'desk', key: 'd', roles: ['desk'] },
	{ page: 'inbox', key: 'i', roles: EVERYBODY },
	{ page: 'incidents', key: 'n', roles: EVERYBODY },
	{ page: 'desk', key: 'd', roles: STAFF },
	{ page: 'orders', key: 'w', roles: ['vendor'] },
	{ page: 'oncall', key: 'o', roles: [...STAFF, 'desk', 'wall'] },
	{ page: 'campaigns', key: 'm', roles: EVERYBODY },
	{ page: 'companies', key: 'c', roles: EVERYBODY },
	{ page: 'sensors', key: 's', roles: EVERYBODY },
	{ page: 'metrics', key: 'e', roles: EVERYBODY },
	{ page: 'reports', key: 'r', roles: [...STAFF, 'desk'] },
	{ page: 'rules', key: 'u', roles: STAFF },
	{ page: 'indicators', key: 't', roles: STAFF },
];

/** What stands under an entry of the rail by tabs, and is reached by the palette too. @type {{page: string, key: string, roles: string[]}[]} */
const UNDER = [
	{ page: 'orders', key: 'w', roles: [...STAFF, 'desk'] },
	{ page: 'requests', key: 'q', roles: [...STAFF, 'desk'] },
	{ page: 'vendors', key: '', roles: [...STAFF, 'desk'] },
];

/** @type {Record<string, string[]>} */
const PERMISSIONS = {
	triage: ANALYSTS,
	see_desk: [...STAFF, 'desk', 'member'],
	desk: DESK,
	manage_desk: ['lead', 'admin', 'desk'],
	see_orders: [...STAFF, 'desk', 'member', 'vendor'],
	work_orders: [...DESK, 'vendor'],
	talk: [...DESK, 'member'],
	answer_requests: [...DESK, 'member'],
	people: [...DESK, 'member'],
	live: EVERYBODY,
	oncall: [...STAFF, 'desk', 'wall'],
	answer: DESK,
	manage_oncall: ['lead', 'admin'],
	see_reports: [...STAFF, 'desk', 'member'],
	write_reports: [...ANALYSTS, 'reporter'],
	manage_reports: ['lead', 'reporter', 'admin'],
	report_language: [...DESK, 'reporter', 'member'],
};

/** @param {string} role */
export function railOf(role) {
	return ENTRIES.filter((e) => e.roles.includes(role));
}

/** @param {string} role */
export function pagesUnder(role) {
	return UNDER.filter((e) => e.roles.includes(role));
}

/** The entry that is lit on pages that have none of their own: the first of these that the role has. @type {Record<string, string[]>} */
const BELONGS = { orders: ['orders', 'desk', 'portal'], tickets: ['desk', 'portal'], requests: ['desk', 'portal'], vendors: ['desk'], report: ['reports', 'portal'] };

/** The entry of the rail a page belongs to; '' when the role has no such page. @param {string} role @param {string} page */
export function entryOf(role, page) {
	const mine = railOf(role).map((e) => e.page);
	return (BELONGS[page] ?? [page]).find((name) => mine.includes(name)) ?? '';
}

/** Where a person lands. @param {string} role */
export function homeOf(role) {
	return { member: '/portal', vendor: '/orders', desk: '/desk' }[role] ?? '/inbox';
}

/** Rights and pages of people who see all companies. */
const ALL_COMPANIES = ['oncall', 'answer', 'manage_oncall', 'vendors', 'reports', 'manage_reports'];

/** @param {string} what  a right or a page @param {number | null | undefined} companyId  the one that a person is bound to */
export function isOpenTo(what, companyId) {
	return !ALL_COMPANIES.includes(what) || companyId === null || companyId === undefined;
}

/** Whether a tab leads somewhere. @param {string} role @param {number | null | undefined} companyId @param {string} page */
export function hasTab(role, companyId, page) {
	if (page === 'billing' && !may(role, 'manage_reports')) return false;
	return isOpenTo(page, companyId) && (!['desk', 'vendors'].includes(page) || role === 'desk' || STAFF.includes(role));
}

/** @param {string} role @param {string} what  a key of PERMISSIONS */
export function may(role, what) {
	return (PERMISSIONS[what] ?? []).includes(role);
}
