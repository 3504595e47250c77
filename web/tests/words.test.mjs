/* The two dictionaries against each other and against the sources. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Translator } from '../src/core/translate.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(root, 'i18n', `${name}.json`), 'utf8'));
const ja = read('ja');
const en = read('en');

function sources(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const name = join(folder, entry.name);
		if (entry.isDirectory()) return sources(name);
		return name.endsWith('.js') && !name.includes('/vendor/') ? [readFileSync(name, 'utf8')] : [];
	});
}

const text = sources(join(root, 'src')).join('\n');
/* Named outright: t('key') and t(x ? 'a' : 'b'). */
const named = new Set([...text.matchAll(/\bt\((?:[^()`]*(?:\([^()]*\))?[^()`]*\? )?'([\w.-]+)'(?: : '([\w.-]+)')?/g)].flatMap(([, a, b]) => (b ? [a, b] : [a])));
/* Made up: t(`prefix.${x}`), word('set', x), and the names of commands and severities. */
const prefixes = [...text.matchAll(/\bt\((?:[^()`]* )?`([\w.]+?)[._]\$\{/g), ...text.matchAll(/\bword\('([\w.]+)'/g), ...text.matchAll(/'((?:severity|held|state|role|theme|timeline|sensor|direction|engine|action|stage|disposition|command|beacon|campaign_kind|field|hunt_state|indicator_format|indicator_kind|indicator_state|modifier|mute_kind|mute_state|operator|rule_change|rule_kind|rule_level|tag)(?:\.short)?)'/g)].map((m) => m[1]);

/* Plural forms stand for one key. */
const base = (key) => {
	const stem = key.replace(/\.(one|other)$/, '');
	return `${stem}.one` in en ? stem : key;
};

test('both languages have the same keys, apart from plural forms', () => {
	assert.deepEqual([...new Set(Object.keys(ja).map(base))].sort(), [...new Set(Object.keys(en).map(base))].sort());
});

test('every key that the sources name exists', () => {
	assert.ok(named.size > 120, `found only ${named.size} keys in the sources`);
	const known = new Set([...Object.keys(en), ...Object.keys(en).map(base)]);
	assert.deepEqual([...named].filter((key) => !known.has(key)), []);
});

test('every key is used', () => {
	const used = (key) => named.has(key) || text.includes(`'${key}'`) || prefixes.some((p) => key.startsWith(`${p}.`) || key.startsWith(`${p}_`));
	assert.deepEqual([...new Set(Object.keys(en).map(base))].filter((key) => !used(key)), []);
});

test('texts have the same parameters in both languages', () => {
	const parameters = (s) => [...new Set([...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();
	for (const key of Object.keys(ja)) {
		const twin = en[key];
		if (twin !== undefined) assert.deepEqual(parameters(twin), parameters(ja[key]), key);
	}
});

test('English texts hold no Japanese, and no text is empty', () => {
	for (const [key, value] of Object.entries(en)) assert.ok(value && !/[\u3040-\u30ff\u4e00-\u9fff]/.test(value), key);
	for (const [key, value] of Object.entries(ja)) assert.ok(value, key);
});

test('plural forms are complete for the language', () => {
	for (const [language, words] of [['en', en], ['ja', ja]]) {
		const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
		const keys = Object.keys(words).filter((k) => base(k) !== k);
		for (const key of keys) for (const form of wanted) assert.ok(words[`${base(key)}.${form}`], `${language} ${base(key)}.${form}`);
	}
});

test('the translator fills in, counts, and falls back to the key', () => {
	const t = new Translator('en', { hello: 'Hello {name}', 'row.one': '{n} row', 'row.other': '{n} rows' });
	assert.equal(t.t('hello', { name: '{n}' }), 'Hello {n}', 'a value is not filled in again');
	assert.equal(t.t('row', { n: 1 }), '1 row');
	assert.equal(t.t('row', { n: 1200 }), '1,200 rows');
	assert.equal(t.t('missing'), 'missing');
	const j = new Translator('ja', { 'row.other': '{n} 件' });
	assert.equal(j.t('row', { n: 1 }), '1 件');
});
