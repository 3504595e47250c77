/* Made-up help desk for the mock server: contracts, contacts, tickets, vendors, orders, requests, cases. */

export function makeDesk(world) {
	return { routes: [], decorate: (page) => page };
}
