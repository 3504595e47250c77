/* The freeze rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveList, QUIET_MS } from '../src/core/live-list.js';

const at = (second) => `2026-11-24T09:00:${String(second).padStart(2, '0')}Z`;
const row = (id, second = id, more = {}) => ({ id, ts: at(second), ...more });
const list = (options = {}) => new LiveList({ time: (x) => x.ts, ...options });
const ids = (l) => Array.from({ length: l.length }, (_, i) => l.at(i).id);
const NOW = 1e12;

test('rows are shown newest first, whatever order the server sent', () => {
	const l = list();
	l.reset([row(1), row(3), row(2)]);
	assert.deepEqual(ids(l), [3, 2, 1]);
});

test('same time: the higher id is newer', () => {
	const l = list();
	l.reset([row(8, 5), row(9, 5), row(7, 5)]);
	assert.deepEqual(ids(l), [9, 8, 7]);
});

test('times with and without fractions of a second compare as times', () => {
	const l = list();
	l.reset([{ id: 1, ts: '2026-11-24T09:00:05Z' }, { id: 2, ts: '2026-11-24T09:00:05.500Z' }, { id: 3, ts: '2026-11-24T09:00:04.999Z' }]);
	assert.deepEqual(ids(l), [2, 1, 3]);
});

test('nothing held: a tick merges by itself', () => {
	const l = list();
	l.reset([row(1)]);
	assert.equal(l.upsert(row(2)), 'pending');
	assert.deepEqual(ids(l), [1], 'not before the tick');
	assert.equal(l.tick(NOW), true);
	assert.deepEqual(ids(l), [2, 1]);
	assert.equal(l.tick(NOW), false);
});

for (const [why, hold] of [
	['paused', (l) => (l.paused = true)],
	['selected', (l) => l.toggleSelected(1)],
	['focused', (l) => l.focus(1)],
	['scrolled', (l) => (l.atTop = false)],
	['keys', (l) => (l.lastKey = NOW - QUIET_MS + 1)],
]) {
	test(`held by ${why}: new rows wait, merge() still brings them in`, () => {
		const l = list();
		l.reset([row(1)]);
		hold(l);
		l.upsert(row(2));
		assert.equal(l.heldBy(NOW), why);
		assert.equal(l.tick(NOW), false);
		assert.deepEqual(ids(l), [1]);
		assert.equal(l.waiting(() => 1).count, 1);
		assert.equal(l.merge(), true);
		assert.deepEqual(ids(l), [2, 1]);
		assert.equal(l.waiting(() => 1).count, 0);
	});
}

test('three quiet seconds after a key the list is live again', () => {
	const l = list();
	l.reset([row(1)]);
	l.lastKey = NOW;
	l.upsert(row(2));
	assert.equal(l.tick(NOW + QUIET_MS - 1), false);
	assert.equal(l.tick(NOW + QUIET_MS), true);
});

test('late arrivals go where their time says', () => {
	const l = list();
	l.reset([row(1, 10), row(2, 20), row(3, 30)]);
	l.upsert(row(4, 25));
	l.upsert(row(5, 40));
	l.upsert(row(6, 5));
	l.merge();
	assert.deepEqual(ids(l), [5, 3, 4, 2, 1, 6]);
});

test('an update of a shown row is seen at once and moves nothing while held', () => {
	const l = list({ version: (x) => x.v });
	l.reset([row(1, 10, { v: 1, text: 'a' }), row(2, 20, { v: 1 })]);
	l.focus(2);
	const before = l.at(1).stamp;
	assert.equal(l.upsert(row(1, 50, { v: 2, text: 'b' })), 'updated');
	assert.deepEqual(ids(l), [2, 1], 'stays where it was');
	assert.equal(l.at(1).item.text, 'b');
	assert.notEqual(l.at(1).stamp, before, 'is painted again');
	assert.equal(l.indexOf(1), 1);
	l.focus(null);
	l.merge();
	assert.deepEqual(ids(l), [1, 2], 'moves with the merge');
});

test('an older version changes nothing; the same version changes nothing', () => {
	const l = list({ version: (x) => x.v });
	l.reset([row(1, 1, { v: 5, text: 'now' })]);
	assert.equal(l.upsert(row(1, 1, { v: 4, text: 'old' })), 'stale');
	assert.equal(l.upsert(row(1, 1, { v: 5, text: 'again' })), 'stale');
	assert.equal(l.at(0).item.text, 'now');
});

test('a list without versions takes the stream, once each', () => {
	const l = list();
	l.reset([row(1)]);
	assert.equal(l.upsert(row(1, 1, { text: 'stream' }), 7), 'updated');
	assert.equal(l.upsert(row(1, 1, { text: 'double' }), 7), 'stale');
	assert.equal(l.at(0).item.text, 'stream');
	assert.equal(l.length, 1);
});

test('a gone row stays while focused or selected, and leaves with the next merge after', () => {
	const l = list();
	l.reset([row(1), row(2), row(3)]);
	l.focus(2);
	l.toggleSelected(1);
	l.leave(1, 'closed');
	l.leave(2, 'closed');
	l.leave(3, 'closed');
	assert.deepEqual(ids(l), [3, 2, 1], 'all stay where they are');
	assert.equal(l.at(1).gone, 'closed');
	l.merge();
	assert.deepEqual(ids(l), [2, 1], 'only the row nobody holds leaves');
	l.focus(null);
	l.clearSelection();
	assert.equal(l.tick(NOW), true);
	assert.deepEqual(ids(l), []);
});

test('a row that matches again is no longer gone', () => {
	const l = list();
	l.reset([row(1)]);
	l.leave(1, 'closed');
	l.upsert(row(1), 2);
	assert.equal(l.at(0).gone, null);
	l.merge();
	assert.deepEqual(ids(l), [1]);
});

test('a waiting row that is gone never shows', () => {
	const l = list();
	l.reset([row(1)]);
	l.upsert(row(2));
	l.leave(2, 'closed');
	l.merge();
	assert.deepEqual(ids(l), [1]);
});

test('an older page goes below, without doubles', () => {
	const l = list();
	l.reset([row(5), row(4)]);
	l.appendOlder([row(4), row(3), row(2)]);
	assert.deepEqual(ids(l), [5, 4, 3, 2]);
	assert.equal(l.indexOf(2), 3);
});

test('older than what is loaded: left to the page that will bring it', () => {
	const l = list();
	l.reset([row(5, 50), row(4, 40)]);
	l.hasOlder = true;
	assert.equal(l.upsert(row(9, 10)), 'stale');
	l.hasOlder = false;
	assert.equal(l.upsert(row(9, 10)), 'pending');
});

test('over the limit the oldest go, but never a focused or selected row', () => {
	const l = list({ limit: 3 });
	l.reset([row(1), row(2), row(3)]);
	l.focus(1);
	l.upsert(row(4));
	l.upsert(row(5));
	l.merge();
	assert.deepEqual(ids(l), [5, 4, 3, 1]);
	assert.equal(l.hasOlder, true);
	assert.equal(l.shown.has(2), false);
});

test('a reset forgets what is no longer there', () => {
	const l = list();
	l.reset([row(1), row(2)]);
	l.focus(1);
	l.toggleSelected(2);
	l.upsert(row(3));
	l.reset([row(2), row(4)]);
	assert.deepEqual(ids(l), [4, 2]);
	assert.equal(l.focusId, null);
	assert.deepEqual([...l.selection], [2]);
	assert.equal(l.waiting(() => 1).count, 0);
});

test('waiting rows are counted by severity', () => {
	const l = list();
	l.upsert(row(1, 1, { severity: 1 }));
	l.upsert(row(2, 2, { severity: 5 }));
	l.upsert(row(3, 3, { severity: 1 }));
	assert.deepEqual(l.waiting((x) => x.severity), { count: 3, by: [2, 0, 0, 0, 1] });
});

test('any order of arrival gives the same list (2,000 rows, shuffled in three ways)', () => {
	const all = Array.from({ length: 2000 }, (_, i) => ({ id: i + 1, ts: new Date(NOW + ((i * 7919) % 600) * 1000).toISOString() }));
	const orders = [all, [...all].reverse(), all.map((_, i) => all[(i * 1201) % all.length])];
	const results = orders.map((order) => {
		const l = list();
		order.forEach((x, i) => {
			l.upsert(x);
			if (i % 37 === 0) l.tick(NOW);
		});
		l.merge();
		for (const x of all) assert.equal(l.at(l.indexOf(x.id)).id, x.id);
		return ids(l);
	});
	assert.equal(results[0].length, 2000);
	assert.deepEqual(results[1], results[0]);
	assert.deepEqual(results[2], results[0]);
});

test('a rank goes before the time; a row whose rank changed moves when it may', () => {
	const l = list({ rank: (x) => x.rank, version: (x) => x.version ?? 0 });
	l.reset([row(1, 1, { rank: 5 }), row(2, 2, { rank: 1 }), row(3, 3, { rank: 5 }), row(4, 4, { rank: 3 })]);
	assert.deepEqual(ids(l), [3, 1, 4, 2]);
	l.focus(4);
	l.upsert(row(2, 2, { rank: 9, version: 1 }));
	l.upsert(row(5, 5, { rank: 4 }));
	assert.equal(l.tick(NOW), false);
	assert.deepEqual(ids(l), [3, 1, 4, 2], 'nothing moves while a row is in focus');
	assert.equal(l.indexOf(4), 2);
	l.focus(null);
	l.tick(NOW);
	assert.deepEqual(ids(l), [2, 3, 1, 5, 4]);
	l.appendOlder([row(6, 9, { rank: 0 })]);
	assert.deepEqual(ids(l), [2, 3, 1, 5, 4, 6]);
});
