import test from 'node:test';
import assert from 'node:assert/strict';
import { bandsByDay, changed, countdown, dayStarts, durationSeconds, durationText, personClass, raised, rangesText, readRanges, spanText, without } from '../src/core/rota.js';
import { Times } from '../src/core/times.js';

test('days begin at local midnight, also across a clock change', () => {
	const tokyo = new Times('Asia/Tokyo', 'ja');
	assert.deepEqual(
		dayStarts(Date.parse('2026-11-25T03:00:00Z'), 2, (at) => tokyo.day(at)).map((at) => new Date(at).toISOString()),
		['2026-11-24T15:00:00.000Z', '2026-11-25T15:00:00.000Z', '2026-11-26T15:00:00.000Z'],
	);
	/* Berlin puts its clocks forward on 2026-03-29 and back on 2026-10-25: days of 23 and 25 hours. */
	const berlin = new Times('Europe/Berlin', 'en');
	const hours = (day) => {
		const [a, b] = dayStarts(Date.parse(day), 1, (at) => berlin.day(at));
		return (b - a) / 3600000;
	};
	assert.equal(hours('2026-03-29T12:00:00Z'), 23);
	assert.equal(hours('2026-10-25T12:00:00Z'), 25);
	assert.equal(hours('2026-10-26T12:00:00Z'), 24);
});

test('spans are cut by day', () => {
	const starts = [0, 24, 48].map((hour) => hour * 3600000);
	const span = (from, to, id) => ({ from: new Date(from * 3600000).toISOString(), to: new Date(to * 3600000).toISOString(), user_id: id, name: null });
	const [first, second] = bandsByDay([span(-6, 6, 1), span(6, 30, 2), span(30, 60, null)], starts);
	assert.deepEqual(first.map((b) => [b.span.user_id, b.start, b.end]), [[1, 0, 0.25], [2, 0.25, 1]]);
	assert.deepEqual(second.map((b) => [b.span.user_id, b.start, b.end]), [[2, 0, 0.25], [null, 0.25, 1]]);
});

test('times that run out', () => {
	assert.equal(countdown(272000), '4:32');
	assert.equal(countdown(3872000), '1:04:32');
	assert.equal(countdown(-1), '0:00');
});

test('durations are read and written', () => {
	assert.equal(durationSeconds('5m'), 300);
	assert.equal(durationSeconds(' 2h '), 7200);
	assert.equal(durationSeconds('5'), null);
	assert.equal(durationSeconds('5min'), null);
	for (const text of ['0s', '45s', '5m', '2h', '1d', '90m']) assert.equal(durationText(durationSeconds(text)), text);
});

test('editing leaves the list that was loaded alone', () => {
	const list = [{ a: 1 }, { a: 2 }, { a: 3 }];
	assert.deepEqual(changed(list, 1, { a: 9 }), [{ a: 1 }, { a: 9 }, { a: 3 }]);
	assert.deepEqual(without(list, 0), [{ a: 2 }, { a: 3 }]);
	assert.deepEqual(raised(list, 2), [{ a: 1 }, { a: 3 }, { a: 2 }]);
	assert.deepEqual(raised(list, 0), list);
	assert.deepEqual(list, [{ a: 1 }, { a: 2 }, { a: 3 }]);
});

test('a span in words', () => {
	assert.equal(spanText('2026-11-25 18:00:00', '2026-11-26 09:00:00'), '2026-11-25 18:00 – 11-26 09:00');
	assert.equal(spanText('2026-11-25 09:00:00', '2026-11-25 18:00:00'), '2026-11-25 09:00 – 18:00');
	assert.equal(spanText('2026-12-31 18:00:00', '2027-01-01 09:00:00'), '2026-12-31 18:00 – 2027-01-01 09:00');
});

test('nobody has no colour of a person', () => {
	assert.equal(personClass(null), 'nobody');
	assert.match(personClass(5), /^person-[0-5]$/);
});

test('hours of a day as people type them', () => {
	assert.deepEqual(readRanges('9:00-12:00, 13:00–17:30'), [['09:00', '12:00'], ['13:00', '17:30']]);
	assert.deepEqual(readRanges('18:00〜24:00'), [['18:00', '24:00']]);
	assert.deepEqual(readRanges(''), []);
	for (const bad of ['9-12', '12:00-09:00', '24:00-25:00', '09:00-12:60', 'morning']) assert.equal(readRanges(bad), null);
	assert.equal(rangesText([['09:00', '12:00'], ['13:00', '17:30']]), '09:00-12:00, 13:00-17:30');
	assert.equal(rangesText(undefined), '');
});
