/* The smaller pure modules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownState } from '../src/core/indicator.js';
import { conditionWords, groupPairs, spanUnit } from '../src/core/cause.js';
import { readConditions, toSelection } from '../src/core/conditions.js';
import { filterFromQuery, filterIsEmpty, filterMatches, filterToQuery } from '../src/core/alert-filter.js';
import { shortCompany } from '../src/core/company-name.js';
import { toCsv } from '../src/core/csv.js';
import { EventStreamParser } from '../src/core/event-stream.js';
import { poolSize, scrollToShow, windowOf } from '../src/core/grid-window.js';
import { AMBER_MS, LagMeter, RED_MS } from '../src/core/lag.js';
import { addMonths, isMonth, lastDay, monthsBetween, daysBetween } from '../src/core/months.js';
import { showRate, showShare } from '../src/core/rate.js';
import { indent, layOut, pieces } from '../src/core/raw-record.js';
import { readReason, windowUnit } from '../src/core/reason.js';
import { drafts, keepDraft, nextWaiting, stepFrom } from '../src/core/report-walk.js';
import { Throttle } from '../src/core/throttle.js';
import { daysLeft, showBytes, showSkew, Times } from '../src/core/times.js';

test('grid: the window covers the screen and the overscan, within the list', () => {
	assert.deepEqual(windowOf(0, 280, 28, 100000, 6), { first: 0, end: 16 });
	assert.deepEqual(windowOf(2800, 280, 28, 100000, 6), { first: 94, end: 116 });
	assert.deepEqual(windowOf(2800 + 14, 280, 28, 100000, 6), { first: 94, end: 117 });
	assert.deepEqual(windowOf(2799720, 280, 28, 100000, 6), { first: 99984, end: 100000 });
	assert.deepEqual(windowOf(0, 280, 28, 0, 6), { first: 0, end: 0 });
	assert.deepEqual(windowOf(99999, 280, 28, 3, 6), { first: 3, end: 3 }, 'scrolled beyond a list that shrank');
});

test('grid: the pool has a node for every row of any window', () => {
	for (const viewport of [1, 27, 28, 29, 280, 717, 1440]) {
		const pool = poolSize(viewport, 28, 6);
		for (let top = 0; top < 28 * 50; top += 5) {
			const { first, end } = windowOf(top, viewport, 28, 100000, 6);
			assert.ok(end - first <= pool, `viewport ${viewport}, scrolled ${top}: ${end - first} rows, ${pool} nodes`);
		}
	}
});

test('grid: showing a row scrolls as little as possible', () => {
	assert.equal(scrollToShow(0, 500, 280, 28), 0);
	assert.equal(scrollToShow(20, 500, 280, 28), 500, 'already visible');
	assert.equal(scrollToShow(27, 500, 280, 28), 28 * 28 - 280);
});

test('stream: pieces cut anywhere give the same events', () => {
	const text = 'retry: 1500\n:hb\n\nid: a-1\nevent: alert.upsert\ndata: {"x":1}\n\nid: a-2\r\ndata: two\r\ndata: lines\r\n\r\ndata:no space\n\nevent: empty\n\n';
	const want = [
		{ id: 'a-1', event: 'alert.upsert', data: '{"x":1}' },
		{ id: 'a-2', event: 'message', data: 'two\nlines' },
		{ id: 'a-2', event: 'message', data: 'no space' },
	];
	for (const size of [1, 2, 3, 7, 1000]) {
		const parser = new EventStreamParser();
		const got = [];
		for (let i = 0; i < text.length; i += size) got.push(...parser.push(text.slice(i, i + size)));
		assert.deepEqual(got, want, `pieces of ${size}`);
		assert.equal(parser.retry, 1500);
	}
});

test('lag: the fastest frame is no lag; silence is red', () => {
	const meter = new LagMeter();
	meter.hear(10000, new Date(4000).toISOString());
	assert.equal(meter.lag, 0, 'clocks may differ by any constant');
	meter.hear(13000, new Date(6500).toISOString());
	assert.equal(meter.lag, 500);
	assert.equal(meter.state(13000), 'live');
	meter.hear(20000, new Date(20000 - 6000 - AMBER_MS - 1).toISOString());
	assert.equal(meter.state(20000), 'late');
	assert.equal(meter.state(20000 + RED_MS + 1), 'lost');
	meter.hear(60000);
	assert.notEqual(meter.state(60000), 'lost', 'a heartbeat without a time counts as life');
});

const ALERT = { company_id: 3, direction: 'outbound', engine: 'ips', severity: 2, signature: 'ET MALWARE Emotet', category: 'Trojan', source: { ip: '192.168.1.2' }, destination: { ip: '203.0.113.9' } };

test('filter: same meaning for the stream as for the API', () => {
	const filter = (change) => ({ ...filterFromQuery(new URLSearchParams()), ...change });
	const cases = [
		[{}, true],
		[{ company: '3' }, true],
		[{ company: '4' }, false],
		[{ severity: '2' }, true],
		[{ severity: '3' }, true],
		[{ severity: '1' }, false],
		[{ direction: 'inbound' }, false],
		[{ engine: 'ips', q: 'emotet' }, true],
		[{ q: 'trojan' }, true],
		[{ q: '203.0.113.9' }, true],
		[{ q: '203.0.113' }, false],
	];
	for (const [change, want] of cases) assert.equal(filterMatches(filter(change), ALERT), want, JSON.stringify(change));
	assert.equal(filterMatches(filter({ q: 'x' }), { ...ALERT, signature: null, category: null }), false);
});

test('filter: to the address and back', () => {
	const query = 'company=3&severity=2&q=a%26b';
	assert.equal(filterToQuery(filterFromQuery(new URLSearchParams(query))).toString(), query);
	assert.equal(filterIsEmpty(filterFromQuery(new URLSearchParams('other=1'))), true);
});

test('raw: JSON is indented, the rest is left alone', () => {
	assert.deepEqual(layOut('{"a":[1,{}],"b":"x"}'), { json: true, text: '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "x"\n}' });
	assert.deepEqual(layOut('date=2026-11-24 msg="{"'), { json: false, text: 'date=2026-11-24 msg="{"' });
	assert.deepEqual(layOut('{broken'), { json: false, text: '{broken' });
});

test('raw: numbers beyond 2^53 are shown as they came', () => {
	const { text } = layOut('{"flow_id":1844674407370955161,"s":"a,b:{[\\"","e":[],"o":{ }}');
	assert.equal(text, '{\n  "flow_id": 1844674407370955161,\n  "s": "a,b:{[\\"",\n  "e": [],\n  "o": {}\n}');
});

test('raw: indent() says what JSON.stringify says', () => {
	const value = { a: [1, 2, { b: null }], 'k:"y,': 'v\\', t: true, n: -1.5e3, e: {}, l: [[]] };
	assert.equal(indent(JSON.stringify(value)), JSON.stringify(value, null, 2));
});

test('raw: colouring loses nothing', () => {
	const text = JSON.stringify({ key: 'va"lue', n: -12.5, w: null, deep: { t: [true, 'x: 1'] } }, null, 2);
	const out = pieces(text);
	assert.equal(out.map((p) => p.text).join(''), text);
	assert.deepEqual(out.filter((p) => p.kind === 'key').map((p) => p.text), ['"key"', '"n"', '"w"', '"deep"', '"t"']);
	assert.deepEqual(out.filter((p) => p.kind === 'number').map((p) => p.text), ['-12.5']);
});

test('rates of the pilot as its presentation prints them', () => {
	/* Sum of detections * 365 / (12 * sum of days), from the 110 companies of data/pilot-2019.csv. */
	const rate = (n, days) => (n * 365) / (12 * days);
	assert.equal(showRate(rate(19100, 10422)), '56');
	assert.equal(showRate(rate(18325, 7776)), '72');
	assert.equal(showRate(rate(775, 5738)), '4');
	assert.equal(showRate(rate(692, 5041)), '4');
	assert.equal(showRate(rate(683, 5041)), '4');
	assert.equal(showRate(rate(1, 208)), '0.1');
});

test('rates: half-up, one decimal below 1, a dash for nobody', () => {
	assert.equal(showRate(0.25), '0.3');
	assert.equal(showRate(0.15), '0.2');
	assert.equal(showRate(0.149), '0.1');
	assert.equal(showRate(1.5), '2');
	assert.equal(showRate(2.5), '3');
	assert.equal(showRate(1.49), '1');
	assert.equal(showRate(0), '0.0');
	assert.equal(showRate(null), '―');
});

test('shares: half-up, never all of it when something is missing', () => {
	assert.equal(showShare(6688 / 6744), '99.2%');
	assert.equal(showShare(560 / 2396), '23.4%');
	assert.equal(showShare(1 / 80), '1.3%');
	assert.equal(showShare(8759 / 8760), '99.9%');
	assert.equal(showShare(1), '100.0%');
	assert.equal(showShare(0), '0.0%');
	assert.equal(showShare(null), '―');
});

test('months', () => {
	assert.equal(addMonths('2020-01', -1), '2019-12');
	assert.equal(addMonths('2019-12', 1), '2020-01');
	assert.equal(addMonths('2019-07', 18), '2021-01');
	assert.equal(lastDay('2020-02'), '2020-02-29');
	assert.equal(lastDay('2100-02'), '2100-02-28');
	assert.equal(lastDay('2026-11'), '2026-11-30');
	assert.deepEqual(monthsBetween('2019-11', '2020-02'), ['2019-11', '2019-12', '2020-01', '2020-02']);
	assert.deepEqual(['2019-07', '2019-13', '2019-7', '', null].map(isMonth), [true, false, false, false, false]);
});

test('csv: marked as UTF-8, quoted, and no formula runs', () => {
	assert.equal(toCsv([['a', 1, null], ['x,y', 'q"q', '=1+1'], ['-2', -2, '@x']]), '\uFEFFa,1,\r\n"x,y","q""q",\'=1+1\r\n\'-2,-2,\'@x\r\n');
});

test('times: operator zone with seconds, UTC on hover', () => {
	const times = new Times('Asia/Tokyo', 'ja');
	assert.equal(times.full('2026-11-24T15:23:11.250Z'), '2026-11-25 00:23:11');
	assert.equal(times.label, 'JST');
	assert.equal(times.day(Date.parse('2026-11-24T15:00:00Z')), '2026-11-25');
	assert.equal(times.full(null), '');
	assert.match(times.hover('2026-11-24T15:23:11Z', Date.parse('2026-11-24T15:25:11Z')), /^2026-11-24 15:23:11 UTC\n2 ?分前$/);
	assert.equal(times.month('2026-11'), '2026年11月');
	assert.equal(new Times('Asia/Tokyo', 'en').month('2026-11'), 'Nov 2026');
});

test('times: ages take the gravest unit', () => {
	const times = new Times('Asia/Tokyo', 'en');
	const now = Date.parse('2026-11-24T12:00:00Z');
	assert.match(times.age('2026-11-24T11:59:30Z', now), /^30 sec/);
	assert.match(times.age('2026-11-24T10:00:00Z', now), /^2 hr/);
	assert.match(times.age('2026-11-20T12:00:00Z', now), /^4 days/);
});

test('sizes, skew, days left', () => {
	assert.deepEqual([0, 1023, 1536, 20 * 2 ** 20, 3 * 2 ** 40].map(showBytes), ['0 B', '1023 B', '1.5 KiB', '20 MiB', '3.0 TiB']);
	assert.deepEqual([320, -1500, 300000, -3 * 86400000].map(showSkew), ['+320 ms', '−1.5 s', '+5 min', '−3 d']);
	assert.equal(daysLeft('2026-11-30T00:00:00Z', Date.parse('2026-11-24T12:00:00Z')), 5);
	assert.equal(daysLeft('2026-11-20T00:00:00Z', Date.parse('2026-11-24T12:00:00Z')), -5);
});

test('company names: the legal form as its sign', () => {
	assert.equal(shortCompany('株式会社山田製作所'), '㈱山田製作所');
	assert.equal(shortCompany('なにわ印刷株式会社'), 'なにわ印刷㈱');
	assert.equal(shortCompany('有限会社 中村食品'), '㈲中村食品');
	assert.equal(shortCompany('さくら税理士法人'), 'さくら税理士法人');
});

test('reasons: JSON text, an object, or neither', () => {
	const reason = { rule: 'base/1', anchor: '192.168.1.5', stage: 'reconnaissance', window_s: 3600 };
	assert.deepEqual(readReason(JSON.stringify(reason)), { ...reason, signature: '', runs: 1 });
	assert.deepEqual(readReason({ ...reason, runs: 4 }), { ...reason, signature: '', runs: 4 });
	assert.equal(readReason('words'), null);
	assert.equal(readReason('null'), null);
	assert.deepEqual([3600, 5400, 90, 7200].map(windowUnit), [[1, 'hours'], [90, 'minutes'], [90, 'seconds'], [2, 'hours']]);
});

test('throttle: at once, then so often, and the last wish is kept', () => {
	let now = 0;
	let due = null;
	const runs = [];
	const clock = {
		now: () => now,
		later: (run, ms) => {
			due = { run, at: now + ms };
			return due;
		},
		cancel: () => {
			due = null;
		},
	};
	const throttle = new Throttle(() => runs.push(now), 1000, clock);
	for (now = 0; now < 2500; now += 100) {
		if (due && due.at <= now) {
			const { run } = due;
			due = null;
			run();
		}
		throttle.call();
	}
	assert.deepEqual(runs, [0, 1000, 2000]);
	assert.equal(due.at, 3000);
	now = 3000;
	due.run();
	assert.deepEqual(runs, [0, 1000, 2000, 3000]);
	throttle.call();
	throttle.stop();
	assert.equal(due, null);
});

test('a cause: conditions in words, its group as pairs, its timespan in a whole unit', () => {
	const word = (set, value) => `${set}:${value}`;
	assert.equal(conditionWords([{ op: 'gte', value: 30 }], word), 'operator:gte 30');
	assert.equal(conditionWords([{ op: 'gt', value: 100 }, { op: 'lte', value: 200 }], word), 'operator:gt 100, operator:lte 200');
	assert.equal(conditionWords([], word), 'operator:all', 'no condition: all of its rules');
	assert.deepEqual(groupPairs({ 'inside.ip': '192.168.1.20', port: 443 }), [['inside.ip', '192.168.1.20'], ['port', '443']]);
	assert.deepEqual(groupPairs(null), []);
	assert.deepEqual([86400, 172800, 90000, 7200, 300, 90, 61].map(spanUnit), [[1, 'days'], [2, 'days'], [25, 'hours'], [2, 'hours'], [5, 'minutes'], [90, 'seconds'], [61, 'seconds']]);
});

test('conditions of a mute: rows become a selection, a selection is read back', () => {
	const rows = [{ field: 'signature_id', modifier: '', value: '2001219' }, { field: 'source.ip', modifier: 'cidr', value: '192.0.2.0/24, 198.51.100.7/32' }];
	const selection = { signature_id: '2001219', 'source.ip|cidr': ['192.0.2.0/24', '198.51.100.7/32'] };
	assert.deepEqual(toSelection(rows), selection);
	assert.equal(toSelection([{ field: 'signature_id', modifier: '', value: '  ' }]), null, 'an empty value would match nothing, or all');
	assert.equal(toSelection([rows[0], { ...rows[0], value: '7' }]), null, 'the same field twice');
	assert.equal(toSelection([]), null);
	assert.deepEqual(readConditions(selection), [['signature_id', '', '2001219'], ['source.ip', 'cidr', '192.0.2.0/24, 198.51.100.7/32']]);
	assert.deepEqual(readConditions(JSON.stringify([{ a: 1 }, { b: 2 }])), [['a', '', '1'], ['b', '', '2']]);
	assert.deepEqual(readConditions('not json'), []);
});

test('an indicator past its validity is shown as expired, whatever else it was is kept', () => {
	const end = '2026-01-01T00:00:00Z';
	const now = Date.parse(end);
	assert.equal(shownState({ state: 'active', valid_until: end }, now - 1), 'active');
	assert.equal(shownState({ state: 'active', valid_until: end }, now), 'expired');
	assert.equal(shownState({ state: 'revoked', valid_until: end }, now + 1), 'revoked');
	assert.equal(shownState({ state: 'active', valid_until: null }, now), 'active');
});

test('days between two, over the end of February', () => {
	assert.deepEqual(daysBetween('2028-02-28', '2028-03-01'), ['2028-02-28', '2028-02-29', '2028-03-01']);
	assert.deepEqual(daysBetween('2026-03-02', '2026-03-01'), []);
});

test('from one report to the next, and to the next that waits, round the end of the list', () => {
	const order = [11, 12, 13, 14];
	assert.deepEqual([stepFrom(order, 12, 1), stepFrom(order, 12, -1), stepFrom(order, 14, 1), stepFrom(order, 99, 1)], [13, 11, 0, 0]);
	assert.equal(nextWaiting(order, [12, 14], 12), 14);
	assert.equal(nextWaiting(order, [12, 14], 14), 12, 'round the end');
	assert.equal(nextWaiting(order, [12], 12), 0, 'none but this one');
	assert.equal(nextWaiting(order, [12, 14], 99), 12, 'one that the list does not know: from its beginning');
	assert.equal(nextWaiting(order, [77], 12), 77, 'one that came since');
});

test('typed words are kept until they are saved or taken back', () => {
	keepDraft(5, 'half a sen', '');
	assert.deepEqual(drafts.get(5), { text: 'half a sen', base: '' });
	keepDraft(5, '  ', '');
	assert.equal(drafts.has(5), false);
});
