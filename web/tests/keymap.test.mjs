import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName, KeyReader, SEQUENCE_MS } from '../src/core/keymap.js';

const stroke = (key, more = {}) => ({ key, code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '', time: 0, ...more });
const bindings = new Map([
	['j', 'next'],
	['J', 'extend'],
	['a', 'acknowledge'],
	['n', 'note'],
	['g n', 'incidents'],
	['e 1', 'close'],
	['* n', 'none'],
	['Escape', 'back'],
	['Mod+k', 'palette'],
	['/', 'filter'],
	['?', 'help'],
]);
const read = (reader, key, more) => reader.read(stroke(key, more), bindings);

test('a key is its command; shift is another key', () => {
	const reader = new KeyReader();
	assert.deepEqual(read(reader, 'j'), { command: 'next' });
	assert.deepEqual(read(reader, 'J', { shiftKey: true }), { command: 'extend' });
	assert.equal(read(reader, 'q'), null);
	assert.equal(read(reader, 'Shift'), null);
});

test('sequences: g n is not n, and n alone is n', () => {
	const reader = new KeyReader();
	assert.deepEqual(read(reader, 'g'), { prefix: 'g' });
	assert.deepEqual(read(reader, 'n', { time: 100 }), { command: 'incidents' });
	assert.deepEqual(read(reader, 'n', { time: 200 }), { command: 'note' });
});

test('a wrong second key cancels and does nothing else', () => {
	const reader = new KeyReader();
	read(reader, 'e');
	assert.deepEqual(read(reader, 'a'), { cancelled: true });
	assert.deepEqual(read(reader, 'a'), { command: 'acknowledge' });
});

test('a sequence waits only so long', () => {
	const reader = new KeyReader();
	read(reader, 'g', { time: 0 });
	assert.deepEqual(read(reader, 'n', { time: SEQUENCE_MS + 1 }), { command: 'note' });
});

test('a modifier pressed on its own does not end a sequence', () => {
	const reader = new KeyReader();
	assert.deepEqual(read(reader, '*', { shiftKey: true }), { prefix: '*' });
	assert.equal(read(reader, 'Shift'), null);
	assert.deepEqual(read(reader, 'n'), { command: 'none' });
});

test('nothing of a composition is a command: isComposing, or keyCode 229 around it', () => {
	const reader = new KeyReader();
	assert.equal(read(reader, 'j', { isComposing: true }), null);
	assert.equal(read(reader, 'Process', { code: 'KeyJ', keyCode: 229 }), null);
	assert.equal(read(reader, 'Enter', { keyCode: 229 }), null);
	assert.equal(read(reader, 'Escape', { isComposing: true }), null, 'Escape ends the composition, not the page');
});

test('kana input is matched by place', () => {
	assert.equal(keyName({ key: 'ま', code: 'KeyJ', time: 0 }), 'j');
	assert.equal(keyName({ key: 'ち', code: 'KeyA', time: 0 }), 'a');
	assert.equal(keyName({ key: 'Process', code: 'KeyJ', keyCode: 74, time: 0 }), 'j');
	assert.equal(keyName({ key: 'め', code: 'Slash', time: 0 }), '/');
	assert.equal(keyName({ key: '・', code: 'Slash', shiftKey: true, time: 0 }), '?');
	assert.equal(keyName({ key: 'ぬ', code: 'Digit1', time: 0 }), '1');
	assert.equal(keyName({ key: 'む', code: 'BracketRight', time: 0 }), '', 'keys that move between JIS and US mean nothing');
});

test('full-width letters are matched by place, too', () => {
	assert.equal(keyName({ key: 'ｊ', code: 'KeyJ', time: 0 }), 'j');
});

test('in a text field only Escape and the palette act', () => {
	const reader = new KeyReader();
	assert.equal(read(reader, 'j', { editable: true }), null);
	assert.equal(read(reader, 'g', { editable: true }), null);
	assert.deepEqual(read(reader, 'Escape', { editable: true }), { command: 'back' });
	assert.deepEqual(read(reader, 'k', { editable: true, ctrlKey: true }), { command: 'palette' });
});

test('with Ctrl, Alt or Meta nothing acts but the palette', () => {
	const reader = new KeyReader();
	assert.equal(read(reader, 'j', { ctrlKey: true }), null);
	assert.equal(read(reader, 'j', { altKey: true }), null);
	assert.equal(read(reader, 'a', { metaKey: true }), null);
	assert.deepEqual(read(reader, 'k', { metaKey: true }), { command: 'palette' });
	assert.deepEqual(read(reader, 'K', { ctrlKey: true }), { command: 'palette' }, 'with Caps Lock');
});

test('single keys can be switched off (WCAG 2.1.4); Escape and the palette stay', () => {
	const reader = new KeyReader();
	const off = (key, more) => reader.read(stroke(key, more), bindings, false);
	assert.equal(off('j'), null);
	assert.equal(off('g'), null);
	assert.deepEqual(off('Escape'), { command: 'back' });
	assert.deepEqual(off('k', { ctrlKey: true }), { command: 'palette' });
});

test('AltGr is not a command', () => {
	assert.equal(keyName({ key: 'j', code: 'KeyJ', ctrlKey: true, altKey: true, time: 0 }), '');
});
