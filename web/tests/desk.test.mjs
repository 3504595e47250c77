/* Decisions of the desk's pages that have no screen in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks, promiseLeft, span } from '../src/core/clocks.js';
import { addDays, daysUntil, pressing } from '../src/core/due.js';
import { board, isLate, way } from '../src/core/order-flow.js';
import { looksLikePhone, phoneDigits } from '../src/core/phone.js';
import { entryOf, hasTab, homeOf, may, pagesUnder, railOf } from '../src/core/roles.js';
import { nextStates, referenceIn, VIEWS } from '../src/core/ticket.js';
import { Times } from '../src/core/times.js';

const ROLES = ['viewer', 'analyst', 'lead', 'reporter', 'admin', 'wall', 'member', 'desk', 'vendor'];

test('telephone numbers in every spelling are the same digits', () => {
	for (const text of ['06-6123-4567', '0661234567', '06 6123 4567', '(06)6123-4567', '０６－６１２３－４５６７', '06ー6123ー4567', '+81 6-6123-4567', '+81-(0)6-6123-4567', '0081 6 6123 4567', '010-81-6-6123-4567', '+８１ 6 6123 4567']) assert.equal(phoneDigits(text), '0661234567', text);
	assert.equal(phoneDigits('090-1234-5678'), '09012345678');
	assert.equal(phoneDigits('内線'), '');
});

test('a number is told from a name or a member number', () => {
	for (const text of ['06-6123', '4567', '０６６１', '+81 6 61', '(06)6123']) assert.equal(looksLikePhone(text), true, text);
	for (const text of ['', '123', 'OS-10234', '山田', '7月12日', 'HD-100', '株式会社4567']) assert.equal(looksLikePhone(text), false, text);
});

test('references as they are typed', () => {
	for (const text of ['HD-12', 'hd-12', ' HD12 ', 'ＨＤ－１２', 'hd - 12']) assert.equal(referenceIn(text), 12, text);
	for (const text of ['HD-', 'HD-12 と', 'WO-12', '12', 'XHD-12']) assert.equal(referenceIn(text), 0, text);
});

test('days across months, leap days and the end of a year', () => {
	assert.equal(daysUntil('2026-12-31', '2027-01-01'), 1);
	assert.equal(daysUntil('2028-02-28', '2028-03-01'), 2, 'a leap year');
	assert.equal(daysUntil('2026-02-28', '2026-03-01'), 1);
	assert.equal(daysUntil('2026-07-02', '2026-06-30'), -2);
	assert.equal(addDays('2026-12-28', 7), '2027-01-04');
	assert.deepEqual(['2026-06-30', '2026-07-01', '2026-07-02', '2026-07-04', '2026-07-05'].map((d) => pressing('2026-07-01', d)), ['past', 'today', 'soon', 'soon', 'later']);
});

test('an order is late when nobody answered, or nobody came when it was said', () => {
	const now = Date.parse('2026-07-01T12:00:00Z');
	const order = (more) => ({ state: 'requested', requested_at: '2026-07-01T11:40:00Z', wanted_by: null, expected_at: null, ...more });
	assert.equal(isLate(order({}), now), false);
	assert.equal(isLate(order({ requested_at: '2026-07-01T11:29:00Z' }), now), true);
	assert.equal(isLate(order({ wanted_by: '2026-07-01T11:59:00Z' }), now), true);
	assert.equal(isLate(order({ state: 'accepted', expected_at: '2026-07-01T12:10:00Z', requested_at: '2026-06-30T00:00:00Z' }), now), false);
	assert.equal(isLate(order({ state: 'accepted', expected_at: '2026-07-01T11:50:00Z' }), now), true);
	assert.equal(isLate(order({ state: 'arrived', expected_at: '2026-07-01T11:50:00Z' }), now), false, 'somebody is there');
	assert.equal(isLate(order({ state: 'cancelled', requested_at: '2026-06-01T00:00:00Z' }), now), false);
});

test('every state of an order has one column of the board', () => {
	const states = ['requested', 'accepted', 'declined', 'arrived', 'left', 'reported', 'approved', 'cancelled'];
	const columns = board(states.map((state) => ({ state })));
	assert.deepEqual(columns.flatMap((c) => c.orders.map((o) => o.state)).sort(), [...states].sort());
	assert.deepEqual(columns.map((c) => [c.column, c.orders.length]), [['requested', 1], ['accepted', 1], ['working', 2], ['reported', 1], ['over', 3]]);
	assert.deepEqual(way({ requested_at: 'a', accepted_at: 'b', arrived_at: null, left_at: null, reported_at: null, approved_at: null }).map((s) => s.at), ['a', 'b', null, null, null, null]);
});

test('a time for an input is in the operator\u2019s zone, whatever the browser\u2019s is', () => {
	const tokyo = new Times('Asia/Tokyo', 'ja');
	assert.equal(tokyo.minute(Date.parse('2026-07-01T15:04:59Z')), '2026-07-02T00:04');
	assert.equal(tokyo.fromMinute('2026-07-02T00:04'), Date.parse('2026-07-01T15:04:00Z'));
	assert.ok(Number.isNaN(tokyo.fromMinute('')));
	/* Berlin: summer time begins 2026-03-29 at 01:00 UTC and ends 2026-10-25 at 01:00 UTC. */
	const berlin = new Times('Europe/Berlin', 'en');
	for (const [text, utc] of [['2026-03-29T01:59', '2026-03-29T00:59:00Z'], ['2026-03-29T03:00', '2026-03-29T01:00:00Z'], ['2026-10-25T01:59', '2026-10-24T23:59:00Z'], ['2026-10-25T02:30', '2026-10-25T00:30:00Z'], ['2026-10-25T03:00', '2026-10-25T02:00:00Z'], ['2026-07-01T12:00', '2026-07-01T10:00:00Z'], ['2026-01-01T00:00', '2025-12-31T23:00:00Z']]) assert.equal(new Date(berlin.fromMinute(text)).toISOString(), utc.replace('Z', '.000Z'), text);
	const newYork = new Times('America/New_York', 'en');
	assert.equal(newYork.fromMinute('2026-11-01T00:30'), Date.parse('2026-11-01T04:30:00Z'));
	assert.equal(newYork.fromMinute('2026-03-08T03:30'), Date.parse('2026-03-08T07:30:00Z'));
});

test('a page: how much is left of the promised time', () => {
	const target = { acknowledge_s: 300, warn_percent: 70 };
	assert.deepEqual(promiseLeft(target, 1000, 1000 + 200000), { state: 'running', left: 100000 });
	/* 70 percent of 300 s are over at 210 s. */
	assert.deepEqual(promiseLeft(target, 0, 210000), { state: 'warn', left: 90000 });
	assert.deepEqual(promiseLeft(target, 0, 300000), { state: 'warn', left: 0 });
	assert.deepEqual(promiseLeft(target, 0, 301000), { state: 'missed', left: -1000 });
	assert.equal(promiseLeft({ acknowledge_s: null, warn_percent: 70 }, 0, 1), null);
	assert.equal(promiseLeft(undefined, 0, 1), null);
});

test('clocks: what each took since the incident was made, and how promises stand', () => {
	const none = { state: 'none', due_at: null, warn_at: null };
	const kept = { state: 'kept', due_at: '2026-07-01T00:05:00Z', warn_at: null };
	const clocks = { event_at: '', received_at: null, raised_at: '2026-07-01T00:00:00Z', acknowledged_at: '2026-07-01T00:03:20Z', triaged_at: null, told_at: '2026-07-01T01:00:05Z', confirmed_at: null, contained_at: null, resolved_at: null, closed_at: '2026-07-03T02:30:00Z', waited_s: 0, waiting_since: null, acknowledge: kept, notify: none };
	const list = marks(clocks);
	assert.deepEqual(list.map((m) => m.mark), ['raised', 'acknowledged', 'triaged', 'told', 'confirmed', 'contained', 'resolved', 'closed']);
	assert.deepEqual(list.map((m) => (m.took === null ? null : span(m.took))), [null, '3:20', null, '1:00:05', null, null, null, '2 d 02:30']);
	assert.deepEqual(list.map((m) => m.promise?.state), [undefined, 'kept', undefined, undefined, undefined, undefined, undefined, undefined], 'what is not promised shows nothing');
	assert.deepEqual([0, 59999, 60000, 3599000, 3600000, 86399000, 86400000].map(span), ['0:00', '0:59', '1:00', '59:59', '1:00:00', '23:59:59', '1 d 00:00']);
});

test('everybody lands on a page they have, and no key goes to two pages', () => {
	for (const role of ROLES) {
		const pages = [...railOf(role), ...pagesUnder(role)];
		assert.ok(railOf(role).some((e) => `/${e.page}` === homeOf(role)), role);
		const keys = pages.map((e) => e.key).filter(Boolean);
		assert.equal(new Set(keys).size, keys.length, `${role}: ${keys}`);
		assert.equal(new Set(railOf(role).map((e) => e.page)).size, railOf(role).length, role);
		for (const e of pages) assert.notEqual(entryOf(role, e.page), '', `${role} ${e.page}`);
	}
});

test('tabs lead somewhere: no desk for a member, no vendors for whoever is bound to a company', () => {
	const shown = (/** @type {string} */ role, /** @type {number | null} */ company) => ['desk', 'orders', 'requests', 'vendors'].filter((page) => hasTab(role, company, page)).join(' ');
	assert.equal(shown('desk', null), 'desk orders requests vendors');
	assert.equal(shown('viewer', null), 'desk orders requests vendors');
	assert.equal(shown('analyst', 7), 'desk orders requests');
	assert.equal(shown('member', 7), 'orders requests');
	assert.ok(hasTab('wall', null, 'oncall') && hasTab('analyst', null, 'texts'));
});

test('a vendor has orders and nothing else; a member no page of the staff', () => {
	assert.deepEqual(railOf('vendor').map((e) => e.page), ['orders']);
	for (const page of ['inbox', 'incidents', 'companies', 'sensors', 'metrics', 'desk', 'tickets', 'requests', 'vendors', 'portal', 'rules', 'oncall']) assert.equal(entryOf('vendor', page), '', page);
	for (const page of ['desk', 'vendors', 'rules', 'indicators', 'oncall']) assert.equal(entryOf('member', page), '', page);
	assert.equal(entryOf('member', 'tickets'), 'portal');
	assert.equal(entryOf('desk', 'orders'), 'desk');
	assert.deepEqual(ROLES.filter((r) => may(r, 'live')), ROLES.filter((r) => r !== 'vendor'));
	assert.deepEqual(ROLES.filter((r) => may(r, 'desk')), ['analyst', 'lead', 'admin', 'desk'], 'as server/api/person.c');
	assert.deepEqual(ROLES.filter((r) => may(r, 'manage_desk')), ['lead', 'admin', 'desk']);
	assert.equal(may('lead', 'no such thing'), false);
});

test('from every state of a ticket something leads on, and never back to new', () => {
	for (const state of ['open', 'working', 'waiting', 'closed']) {
		assert.ok(nextStates(state).length > 0, state);
		assert.ok(!nextStates(state).includes('open') && !nextStates(state).includes('closed'), state);
	}
	const shown = Object.values(VIEWS).flatMap((v) => new URLSearchParams(v).get('state').split(','));
	assert.deepEqual([...new Set(shown)].sort(), ['closed', 'open', 'waiting', 'working'], 'every state is in a tab');
});
