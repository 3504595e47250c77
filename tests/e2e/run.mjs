#!/usr/bin/env node
/* The dashboard in a real browser against the mock server. Waits for what it wants to see, never for a time.
 *
 *   node tests/e2e/run.mjs --web BUILD/web [NAME...]      runs the tests whose name contains one of the words
 *
 * SHOTS=DIR saves pictures of every page. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { argv, env, exit } from 'node:process';
import { launch, watch } from './browser.mjs';
import { contrastFaults } from './contrast.mjs';
import { DESK_PAGES, deskTests } from './desk.mjs';
import { REPORT_PAGES, reportTests } from './reports.mjs';
import { startMock } from './mock-server.mjs';

const EMAIL = 'tanaka@example.jp';
const PASSWORD = 'correct horse battery staple';
const KIB = 1024;

const web = path.resolve(argv[argv.indexOf('--web') + 1] ?? 'build/web');
const wanted = argv.slice(2).filter((a, i, all) => !a.startsWith('--') && all[i - 1] !== '--web');
const browser = await launch();
let passed = 0;
let failed = 0;

/** Runs one test with its own server, browser profile and page; whatever the page complains about fails it. */
async function test(name, options, body) {
	if (wanted.length && !wanted.some((w) => name.includes(w))) return;
	const mock = await startMock({ web, alerts: options.alerts ?? 400 });
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'ja-JP', ...options.context });
	/* Before sign-in /v1/me answers 401, which the browser itself reports. */
	const complaints = await watch(context, options.expect ?? /401/);
	const page = await context.newPage();
	page.setDefaultTimeout(15000);
	try {
		if (!options.signedOut) await signIn(page, mock);
		await body({ page, mock, context });
		assert.deepEqual(await complaints(), []);
		passed++;
		console.log(`ok      ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAILED  ${name}\n${error.stack ?? error}`);
		for (const complaint of await complaints().catch(() => [])) console.log(`        ${complaint}`);
		if (env.SHOTS) await page.screenshot({ path: `${env.SHOTS}/failed-${failed}.png` }).catch(() => undefined);
	} finally {
		await context.close();
		mock.close();
	}
}

async function signIn(page, mock) {
	await page.goto(`${mock.url}/inbox`);
	await page.fill('input[name=email]', EMAIL);
	await page.fill('input[name=password]', PASSWORD);
	await page.click('button[type=submit]');
	await page.waitForSelector('.row:not([hidden])');
}

/** Steers the mock server. */
async function steer(mock, what, body = {}) {
	const response = await fetch(`${mock.address}/mock/${what}`, { method: 'POST', body: JSON.stringify(body) });
	assert.equal(response.status, 200);
	return response.json();
}

/** The stream is open, so what the server now sends will arrive. */
async function streaming(mock) {
	for (;;) {
		const { open } = await steer(mock, 'streams');
		if (open) return open;
		await new Promise((again) => setTimeout(again, 20));
	}
}

/** The signatures on the screen, top first. */
function shown(page, selector = '.c-signature') {
	return page.$$eval('.row:not([hidden])', (rows, cell) => rows.sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex'))).map((r) => r.querySelector(cell).textContent), selector);
}

/** The first rows in the given order of columns: something that shows any movement. */
function fingerprint(page) {
	return page.$$eval('.row:not([hidden])', (rows) => rows.sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex'))).slice(0, 12).map((r) => `${r.querySelector('.c-ts').textContent} ${r.querySelector('.c-source').textContent}`));
}

const named = (signature, more = {}) => ({ fields: { signature, ...more } });

await test('wrong password is refused in words, the right one opens the inbox', { signedOut: true }, async ({ page, mock }) => {
	await page.goto(`${mock.url}/login`);
	await page.fill('input[name=email]', EMAIL);
	await page.fill('input[name=password]', 'wrong');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.form-error');
	assert.match(await page.textContent('.form-error'), /パスワードが違います/);
	await page.fill('input[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.row:not([hidden])');
	assert.equal(new URL(page.url()).pathname, '/inbox');
});

await test('a page asked for before signing in is shown after it', { signedOut: true }, async ({ page, mock }) => {
	await page.goto(`${mock.url}/companies/3`);
	await page.fill('input[name=email]', EMAIL);
	await page.fill('input[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.company-head');
	assert.match(await page.textContent('.company-head h2'), /北浜ロジスティクス/);
});

await test('set-up link: the password is set once, a used link says so', { signedOut: true, expect: /401|404/ }, async ({ page, mock }) => {
	await page.goto(`${mock.url}/setup#used`);
	await page.fill('input[name=password]', 'a long enough phrase');
	await page.fill('input[name=again]', 'another phrase');
	await page.click('button[type=submit]');
	await page.waitForSelector('.form-error:has-text("一致しません")');
	await page.fill('input[name=again]', 'a long enough phrase');
	await page.click('button[type=submit]');
	await page.waitForSelector('.form-error:has-text("期限切れ")');
	await page.goto('about:blank');
	await page.goto(`${mock.url}/setup#good`);
	await page.fill('input[name=password]', 'a long enough phrase');
	await page.fill('input[name=again]', 'a long enough phrase');
	await page.click('button[type=submit]');
	await page.waitForSelector('.door a.primary');
	await page.click('.door a.primary');
	await page.waitForSelector('input[name=email]');
});

await test('a new alert arrives by itself at the top', {}, async ({ page, mock }) => {
	await streaming(mock);
	await steer(mock, 'alert', { change: named('LIVE ONE') });
	await page.waitForSelector('.row:has-text("LIVE ONE")');
	assert.equal((await shown(page))[0], 'LIVE ONE');
});

await test('freeze: nothing moves under a selected row; l merges and the selection stays', {}, async ({ page, mock }) => {
	await streaming(mock);
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('x');
	await page.waitForSelector('.row.selected');
	const before = await fingerprint(page);
	await steer(mock, 'alert', { n: 3, change: named('WAITS') });
	await page.waitForSelector('.pill');
	await page.waitForFunction(() => /新着 3 件/.test(document.querySelector('.pill')?.textContent ?? ''));
	assert.deepEqual(await fingerprint(page), before);
	assert.equal(await page.locator('.row:has-text("WAITS")').count(), 0);
	await page.keyboard.press('l');
	await page.waitForSelector('.row:has-text("WAITS")');
	assert.deepEqual((await shown(page)).slice(0, 3), ['WAITS', 'WAITS', 'WAITS']);
	assert.equal(await page.locator('.pill').count(), 0);
	assert.equal(await page.locator('.row.selected').count(), 1);
	assert.equal((await fingerprint(page))[4], before[1], 'the selected row went down by three');
});

await test('freeze: focused, scrolled and paused lists hold still; Escape lets go', {}, async ({ page, mock }) => {
	await streaming(mock);
	const before = await fingerprint(page);
	await page.keyboard.press('j');
	await steer(mock, 'alert', { change: named('ONE') });
	await page.waitForSelector('.pill');
	assert.deepEqual(await fingerprint(page), before);
	await page.keyboard.press('Escape');
	await page.waitForSelector('.row:has-text("ONE")');
	await page.$eval('.grid-body', (e) => (e.scrollTop = 1400));
	await page.waitForSelector('.live-switch.held');
	const scrolled = await fingerprint(page);
	await steer(mock, 'alert', { change: named('TWO') });
	await page.waitForSelector('.pill');
	assert.deepEqual(await fingerprint(page), scrolled);
	await page.click('.pill');
	await page.waitForSelector('.row:has-text("TWO")');
	await page.waitForSelector('.live-switch.live');
	await page.keyboard.press('l');
	await page.waitForSelector('.live-switch[aria-pressed=true]');
	await steer(mock, 'alert', { change: named('THREE') });
	await page.waitForSelector('.pill');
	assert.equal(await page.locator('.row:has-text("THREE")').count(), 0);
	await page.keyboard.press('l');
	await page.waitForSelector('.row:has-text("THREE")');
});

await test('keyboard triage: open, peek with raw record, acknowledge, close with a disposition', { context: { viewport: { width: 1680, height: 900 } } }, async ({ page, mock }) => {
	await streaming(mock);
	const { ids } = await steer(mock, 'alert', { change: { company_id: 1, kind: ['TRIAGE ME', '2035464', 'Malware', 'outbound', 'ips', 1, 92, 'command-and-control', ['T1071'], 'tcp', 587, 1] } });
	await page.waitForSelector('.row:has-text("TRIAGE ME")');
	await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.peek .raw:has-text("TRIAGE ME")');
	await page.waitForSelector('.peek-incident:has-text("C2通信")');
	await page.keyboard.press('a');
	await page.waitForSelector('.toast:has-text("対応を開始しました")');
	await page.waitForSelector('.row.focused .c-incident:has-text("対応中")');
	await page.waitForSelector('.peek-incident .state-acknowledged');
	await page.keyboard.press('e');
	await page.waitForSelector('.follow:has-text("誤検知")');
	await page.keyboard.press('1');
	await page.waitForSelector('.row.focused.closed .c-incident:has-text("クローズ")');
	const incident = mock.world.incident(mock.world.alert(ids[0]).incident_id);
	assert.deepEqual([incident.state, incident.disposition, incident.owner.display_name], ['closed', 'true_positive', '田中 一郎']);
	await page.keyboard.press('Escape');
	await page.waitForSelector('.peek', { state: 'detached' });
});

await test('a colleague was faster: nothing is changed, and it says who', { expect: /401|412/ }, async ({ page, mock }) => {
	await streaming(mock);
	const { ids } = await steer(mock, 'alert', { change: { kind: ['RACE', '1', 'x', 'outbound', 'ips', 1, 92, 'command-and-control', [], 'tcp', 443, 1] } });
	await page.waitForSelector('.row:has-text("RACE") .c-incident:has-text("未対応")');
	const id = mock.world.alert(ids[0]).incident_id;
	const { version } = await steer(mock, 'overtake', { id });
	await page.keyboard.press('j');
	await page.keyboard.press('a');
	await page.waitForSelector('.toast.error:has-text("佐藤 恵")');
	assert.equal(mock.world.incident(id).version, version);
	await page.waitForSelector('.row.focused .c-incident:has-text("対応中")');
});

await test('alerts that join do not stand in the way of a decision', { expect: /401|412/ }, async ({ page, mock }) => {
	await streaming(mock);
	const { ids } = await steer(mock, 'alert', { change: { kind: ['BUSY', '1', 'x', 'outbound', 'ips', 1, 92, 'command-and-control', [], 'tcp', 443, 1] } });
	await page.waitForSelector('.row:has-text("BUSY") .c-incident:has-text("未対応")');
	const id = mock.world.alert(ids[0]).incident_id;
	await steer(mock, 'grow', { id });
	await page.keyboard.press('j');
	await page.keyboard.press('a');
	await page.waitForSelector('.row.focused .c-incident:has-text("対応中")');
	assert.deepEqual([mock.world.incident(id).state, mock.world.incident(id).owner.display_name], ['acknowledged', '田中 一郎']);
	assert.equal(await page.locator('.toast.error').count(), 0);
});

await test('keys in a text field are text; / goes there and Escape comes back', {}, async ({ page }) => {
	await page.keyboard.press('/');
	await page.waitForFunction(() => document.activeElement?.id === 'filter-text');
	await page.keyboard.type('jax');
	assert.equal(await page.inputValue('#filter-text'), 'jax');
	assert.equal(await page.locator('.row.focused, .row.selected').count(), 0);
	await page.keyboard.press('Escape');
	await page.waitForFunction(() => document.activeElement?.id !== 'filter-text');
});

await test('filters: by cell with f, by company, in the address, and for live rows', {}, async ({ page, mock }) => {
	await streaming(mock);
	await page.selectOption('#filter-company', '2');
	await page.waitForURL(/company=2/);
	await page.waitForFunction(() => [...document.querySelectorAll('.row:not([hidden]) .c-company')].every((c) => c.textContent === 'なにわ印刷㈱') && document.querySelector('.row:not([hidden])'));
	await steer(mock, 'alert', { change: { company_id: 5, ...named('OTHER COMPANY') } });
	await steer(mock, 'alert', { change: { company_id: 2, ...named('THIS COMPANY') } });
	await page.waitForSelector('.row:has-text("THIS COMPANY")');
	assert.equal(await page.locator('.row:has-text("OTHER COMPANY")').count(), 0);
	await page.reload();
	await page.waitForSelector('.row:has-text("THIS COMPANY")');
	assert.equal(await page.inputValue('#filter-company'), '2');
	await page.keyboard.press('j');
	for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
	await page.keyboard.press('f');
	await page.waitForURL(/q=THIS\+COMPANY/);
	await page.waitForFunction(() => document.querySelectorAll('.row:not([hidden])').length === 1);
});

await test('the language switches everywhere and is remembered by the server', {}, async ({ page, mock }) => {
	await page.click('.bar .text-button');
	await page.waitForSelector('.filters input[placeholder^="Signature"]');
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
	assert.equal(mock.world.me().language, 'en');
	assert.equal(await page.title(), 'Inbox - Hinomi');
	const japanese = await page.$$eval('.rail, .filters label, .live-bar, .grid-head', (nodes) => nodes.map((n) => n.textContent).filter((s) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(s)));
	assert.deepEqual(japanese, []);
	await page.reload();
	await page.waitForSelector('.filters input[placeholder^="Signature"]');
});

await test('100,000 rows: scrolled from end to end, the row nodes stay a small pool', { alerts: 30 }, async ({ page }) => {
	const result = await page.evaluate(async () => {
		const base = new URL('.', document.querySelector('script[src]').src).href;
		const { Grid } = await import(`${base}ui/grid.js`);
		const place = document.createElement('div');
		place.id = 'bench';
		document.querySelector('main').replaceChildren(place);
		place.style.height = '700px';
		const column = (key) => ({ key, label: key, width: '1fr', paint: (cell, item) => (cell.textContent = `${key} ${item}`) });
		const grid = new Grid({ label: 'bench', columns: ['a', 'b', 'c', 'd', 'e', 'f'].map(column), count: () => 100000, row: (i) => ({ id: i, stamp: 1, item: i }) });
		place.append(grid.element);
		const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		await frame();
		let most = 0;
		const wrong = [];
		for (let step = 0; step <= 60; step++) {
			grid.body.scrollTop = (step / 60) * (100000 * 28 - 672);
			await frame();
			const rows = [...grid.space.children];
			most = Math.max(most, rows.length);
			const first = Math.ceil(grid.body.scrollTop / 28);
			const indexes = rows.filter((r) => !r.hidden).map((r) => Number(r.getAttribute('aria-rowindex')) - 2);
			for (let i = first; i < first + 23; i++) if (!indexes.includes(i) && i < 100000) wrong.push(`row ${i} missing at step ${step}`);
			for (const r of rows) if (!r.hidden && r.children[0].textContent !== `a ${Number(r.getAttribute('aria-rowindex')) - 2}`) wrong.push(`row shows ${r.children[0].textContent}`);
		}
		return { most, wrong, rowcount: grid.element.getAttribute('aria-rowcount'), height: grid.space.offsetHeight };
	});
	assert.deepEqual(result.wrong, []);
	assert.ok(result.most <= 40, `${result.most} row nodes`);
	assert.equal(result.rowcount, '100001');
	assert.equal(result.height, 2800000);
});

await test('older alerts are fetched as one scrolls, each once', { alerts: 1500 }, async ({ page }) => {
	for (let i = 0; i < 40; i++) {
		const done = await page.evaluate(() => {
			const body = document.querySelector('.grid-body');
			body.scrollTop = body.scrollHeight;
			return document.querySelector('.grid').getAttribute('aria-rowcount');
		});
		if (done === '1501') break;
		await page.waitForFunction((n) => document.querySelector('.grid').getAttribute('aria-rowcount') !== n, done);
	}
	assert.equal(await page.getAttribute('.grid', 'aria-rowcount'), '1501');
});

await test('incidents: a colleague closes one; it stays, struck through, until the list may move', {}, async ({ page, mock }) => {
	await page.keyboard.press('g');
	await page.keyboard.press('n');
	await page.waitForSelector('.incidents .row:not([hidden])');
	await streaming(mock);
	await page.keyboard.press('j');
	await page.waitForSelector('.row.focused');
	const number = await page.textContent('.row.focused .c-no');
	const href = await page.getAttribute('.row.focused .c-no a', 'href');
	const company = await page.textContent('.row.focused .c-company');
	await steer(mock, 'close', { id: Number(href.split('/').pop()) });
	await page.waitForSelector('.row.focused.gone[data-gone*="佐藤 恵"]');
	assert.equal(await page.textContent('.row.focused .c-no'), number);
	await page.keyboard.press('Escape');
	await page.waitForFunction(([n, c]) => ![...document.querySelectorAll('.row:not([hidden])')].some((r) => r.querySelector('.c-no').textContent === n && r.querySelector('.c-company').textContent === c), [number, company]);
});

/** The severities on the screen, top first. */
function severities(page) {
	return page.$$eval('.row:not([hidden])', (rows) => rows.sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex'))).map((r) => Number(/sev-(\d)/.exec(r.querySelector('.sev').className)[1])));
}

await test('incidents: the gravest first; the tabs count, filter and are remembered; columns sort', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/incidents`);
	await page.waitForSelector('.row:not([hidden])');
	await streaming(mock);
	const order = await severities(page);
	assert.deepEqual(order, [...order].sort());
	const counts = mock.world.countIncidents(new URLSearchParams('state=open,acknowledged,contained'));
	const sums = counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b, 0));
	const tabs = async () => Object.fromEntries(await page.$$eval('.severities .segment', (all) => all.map((b) => [b.className.slice(-1), Number(b.querySelector('b').textContent.replace(',', ''))])));
	assert.deepEqual(await tabs(), { 1: sums[0], 2: sums[1], 3: sums[2], 4: sums[3], 5: sums[4] });
	await steer(mock, 'alert', { change: { company_id: 1, kind: ['GRAVE ONE', '9', 'x', 'outbound', 'ips', 1, 92, 'actions', [], 'tcp', 4444, 1] } });
	await page.waitForSelector('.row[aria-rowindex="2"]:has-text("GRAVE ONE")');
	await page.waitForSelector(`.severities .level-1 b:text-is("${sums[0] + 1}")`);
	await page.click('.severities .level-2');
	await page.waitForURL(/severity=2/);
	await page.waitForFunction(() => document.querySelector('.row:not([hidden])') && !document.querySelector('.row:not([hidden]) :is(.sev-3, .sev-4, .sev-5)'));
	await page.click('.grid-head .sort:has-text("検知件数")');
	await page.waitForURL(/sort=detections/);
	await page.waitForSelector('[aria-sort=descending]:has-text("検知件数")');
	const detections = (await shown(page, '.c-detections')).map((n) => Number(n.replace(',', '')));
	assert.deepEqual(detections, [...detections].sort((a, b) => b - a));
	await page.keyboard.press('g');
	await page.keyboard.press('i');
	await page.waitForURL(/inbox/);
	await page.keyboard.press('g');
	await page.keyboard.press('n');
	await page.waitForSelector('.severities .level-2[aria-pressed=true]');
	await page.waitForSelector('[aria-sort=descending]:has-text("検知件数")');
});

await test('an incident that was merged: its alerts name the one that took over, and so do the keys', {}, async ({ page, mock }) => {
	await streaming(mock);
	const kind = (stage) => ['MERGES', '9', 'x', 'outbound', 'ips', 1, 92, stage, [], 'tcp', 443, 1];
	const { ids } = await steer(mock, 'alert', { change: { company_id: 1, kind: kind('delivery'), fields: { signature: 'MERGES one' } } });
	const { ids: others } = await steer(mock, 'alert', { change: { company_id: 1, kind: kind('actions'), fields: { signature: 'MERGES two' } } });
	const [from, into] = [ids[0], others[0]].map((id) => mock.world.incident(mock.world.alert(id).incident_id));
	await page.waitForSelector(`.row:has-text("MERGES one") .c-incident:has-text("#${from.no} 未対応")`);
	await steer(mock, 'merge', { id: from.id, into: into.id });
	await page.waitForSelector(`.row:has-text("MERGES one") .c-incident a[href="/incidents/${into.id}"]:has-text("#${into.no} 未対応")`);
	await page.click('.row:has-text("MERGES one") .c-signature');
	await page.keyboard.press('a');
	await page.waitForSelector(`.row.focused:has-text("MERGES one") .c-incident:has-text("#${into.no} 対応中")`);
	assert.equal(mock.world.incident(into.id).state, 'acknowledged');
});

await test('incident page: acknowledge, note, close with a reason, reopen; the timeline tells all', {}, async ({ page, mock }) => {
	await streaming(mock);
	const { ids } = await steer(mock, 'alert', { n: 2, change: { company_id: 1, kind: ['STORY', '7', 'x', 'outbound', 'ips', 2, 70, 'command-and-control', ['T1071'], 'tcp', 443, 1], fields: { signature: 'STORY' } } });
	await page.waitForSelector('.row:has-text("STORY")');
	await page.goto(`${mock.url}/incidents/${mock.world.alert(ids[1]).incident_id}`);
	await page.waitForSelector('.why:has-text("C2通信")');
	await page.click('.actions .primary');
	await page.waitForSelector('.incident-head .state-acknowledged');
	await page.fill('#note', '利用者へ電話で確認済み <b>');
	await page.click('.composer button');
	await page.waitForSelector('.note-text:has-text("利用者へ電話で確認済み <b>")');
	await page.click('.actions button:has-text("クローズ")');
	await page.click('.close-form label:has-text("想定内")');
	await page.fill('.close-form input[type=text]', '保守作業');
	await page.click('.close-form .primary');
	await page.waitForSelector('.incident-head .state-closed');
	await page.waitForSelector('.timeline .kind-state:has-text("保守作業")');
	await page.click('.actions button:has-text("未対応に戻す")');
	await page.waitForSelector('.incident-head .state-open');
	await page.click('.fold');
	await page.waitForSelector('.alerts .raw:has-text("STORY")');
});

await test('detection table: the pilot as its presentation prints it, and its CSV', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/metrics?from=2019-07&to=2020-01`);
	await page.waitForSelector('.detection-table');
	const table = await page.$$eval('.detection-table tbody tr', (rows) => Object.fromEntries(rows.map((r) => [r.dataset.row, [...r.querySelectorAll('td')].map((c) => c.textContent)])));
	const row = (key) => [table[key][0], table[key][2], table[key][3]];
	assert.deepEqual(row('inbound.total'), ['64', '19,100', '56']);
	assert.deepEqual(row('inbound.ips'), ['48', '18,325', '72']);
	assert.deepEqual(row('inbound.antivirus'), ['34', '775', '4']);
	assert.deepEqual(row('outbound.total'), ['31', '692', '4']);
	assert.deepEqual(row('outbound.ips'), ['31', '683', '4']);
	assert.deepEqual(row('outbound.antivirus'), ['1', '1', '0.1']);
	assert.deepEqual(row('inbound.web'), ['0', '0', '―']);
	assert.equal(await page.inputValue('#from-year'), '2019');
	const download = page.waitForEvent('download');
	await page.click('.detections .button');
	const file = await download;
	assert.equal(file.suggestedFilename(), 'hinomi-detections-2019-07-01-2020-01-31.csv');
	let csv = '';
	for await (const piece of await file.createReadStream()) csv += piece;
	assert.match(csv, /^\uFEFF方向,検知の種類,/);
	assert.match(csv, /外→内,IPS,48,18325,71\.68,/);
	const response = await page.$$eval('.response tbody tr', (rows) => Object.fromEntries(rows.map((r) => [r.dataset.row, [...r.querySelectorAll('td')].map((c) => c.textContent)])));
	assert.deepEqual(response[1], ['3', '0:42 / 2:06', '3:10 / 9:30', '10:55 / 32:45', '1:06:40 / 3:20:00', '1 d 01:00 / 3 d 03:00', '100.0%', '100.0%']);
	assert.deepEqual(response[2].slice(-2), ['88.9%', '100.0%']);
	assert.equal(response[5][1], '― / ―');
	await page.click('.response .segment >> nth=1');
	await page.waitForSelector('.response tr[data-row="1"] td:has-text("0:33 / 1:24")');
	await page.selectOption('#to-month', '03');
	await page.waitForURL(/to=2020-03/);
});

await test('an incident says why: rules with their numbers, the course of the attack, its campaign; a signature is muted from there', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/incidents?tag=kill-chain&state=all`);
	await page.waitForSelector('.row:not([hidden])');
	await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.causes');
	assert.match(await page.textContent('.causes > li:nth-child(1)'), /攻撃を受けた端末が外部と通信.*1日以内に、次の順で 2 段階が続きました（条件：≧ 2）.*社内IP.*192\.168\.1\.20.*第 3 版/s);
	assert.match(await page.textContent('.causes > li:nth-child(4)'), /記録 1,?200 件を破棄しました/, 'what could not be counted is said');
	assert.doesNotMatch(await page.textContent('.causes > li:nth-child(1)'), /破棄/);
	assert.match(await page.textContent('.causes > li:nth-child(2) .score-parts'), /間隔の規則性.*29 \/ 30/s);
	assert.match(await page.textContent('.causes > li:nth-child(2)'), /87 \/ 100、条件：≧ 75.*通信 128 回、間隔 60\.0 秒（ずれ 1\.2 秒）、2\.5 時間継続.*2 社.*512 バイト/s);
	await page.waitForSelector('.causes a[href="/indicators/1"]');
	assert.match(await page.textContent('.causes > li:nth-child(3)'), /bad\.example JPCERT.*203\.0\.113\.0\/24 abuse-list/s, 'which indicators, and whose');
	assert.deepEqual(await page.$$eval('.story-steps li b', (all) => all.map((x) => x.textContent)), ['外部からの攻撃', '外部への不審な通信']);
	await page.click('.mini-link');
	await page.waitForSelector('.mute-form');
	assert.equal(await page.inputValue('#filter-company'), '1', 'the company is the incident\'s');
	assert.notEqual(await page.inputValue('.mute-rows input'), '', 'the signature is filled in');
	await page.goBack();
	await page.waitForSelector('.causes');
	await page.click('.stack-column a[href="/campaigns/9"]');
	await page.waitForSelector('.matrix');
});

await test('a campaign: who was hit on which day; those not hit are warned', {}, async ({ page, mock }) => {
	await page.keyboard.press('g');
	await page.keyboard.press('m');
	await page.waitForSelector('.row:has-text("update.bad.example")');
	await page.click('.row:has-text("update.bad.example")');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.matrix');
	assert.equal(await page.locator('.matrix tbody tr').count(), 4);
	assert.equal(await page.locator('.matrix tbody tr:nth-child(1) td[class^=hit]').count(), 5);
	await page.fill('.stack-form textarea', '不審な通信にご注意ください');
	await page.click('.stack-form .primary');
	await page.waitForSelector('.toast:has-text("8 社に注意喚起しました")');
	await page.waitForSelector('td:has-text("不審な通信にご注意ください")');
});

await test('rules: quality in figures, one that is wrong too often stands out; text and versions', {}, async ({ page, mock }) => {
	await page.keyboard.press('g');
	await page.keyboard.press('u');
	await page.waitForSelector('.row:has-text("外部からの SSH 総当たり")');
	assert.equal(await page.textContent('.row:has-text("SSH 総当たり") .c-judged'), '92%');
	assert.equal(await page.textContent('.row:has-text("SSH 総当たり") .c-false'), '55%');
	assert.equal(await page.locator('.row:has-text("SSH 総当たり") .c-false.hot').count(), 1);
	assert.equal(await page.locator('.row:has-text("廃止したルール"):not([hidden])').count(), 0, 'what is no longer in force is not shown');
	await page.click('.row:has-text("SSH 総当たり") a');
	await page.waitForSelector('pre:has-text("timespan: 5m")');
	assert.match(await page.textContent('main'), /しきい値を 20 から 30 に/);
	assert.match(await page.textContent('.lost'), /2 社で破棄.*correlator\.group_hits.*4,200.*correlator\.company_hits.*17/s, 'what could not be counted is said');
	await page.goto(`${mock.url}/rule-sets`);
	await page.click('.fold >> nth=0');
	await page.waitForSelector('td:has-text("old/former.yml")');
});

await test('a mute is tried on the past before it hides anything; a drill; ending one', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/mutes`);
	await page.click('.push');
	assert.equal(await page.isDisabled('.mute-form .primary'), true);
	await page.selectOption('#filter-company', '1');
	await page.fill('.mute-rows input', '2001219');
	await page.fill('.mute-form input[required].grow >> nth=-1', '保守業者のスキャン');
	assert.equal(await page.isDisabled('.mute-form .primary'), true, 'not before it was tried');
	await page.click('.mute-form .actions .button >> nth=0');
	await page.waitForSelector('.preview:has-text("93")');
	await page.fill('.mute-rows input', '2001220');
	await page.waitForSelector('.preview', { state: 'detached' });
	await page.click('.mute-form .actions .button >> nth=0');
	await page.waitForSelector('.preview');
	await page.click('.mute-form .primary');
	await page.waitForSelector('.row:has-text("保守業者のスキャン"):has-text("2001220")');
	await page.goto(`${mock.url}/mutes/2`);
	await page.waitForSelector('.chip:has-text("訓練")');
	await page.click('.actions .button');
	await page.waitForSelector('.chip.mute-ended');
});

await test('indicators: pasted, their form recognised, what was not usable said; a hunt lists the members', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/indicators`);
	await page.waitForSelector('.row:has-text("bad.example")');
	await page.click('.push');
	await page.fill('.import-text', '{"type": "bundle", "objects": []}');
	assert.equal(await page.inputValue('.mute-form select >> nth=0'), 'stix');
	await page.fill('.import-text', 'evil.example\nworse.example\n');
	assert.equal(await page.inputValue('.mute-form select >> nth=0'), 'plain');
	await page.fill('.mute-form input[type=text]', 'JPCERT 早期警戒');
	await page.click('.mute-form .primary');
	await page.waitForSelector('.preview:has-text("line 3")');
	await page.click('.preview a[href="/hunts/4"]');
	await page.waitForSelector('td:has-text("株式会社山田精機製作所")');
	assert.match(await page.textContent('.facts'), /214/);
	await page.goto(`${mock.url}/contacts`);
	await page.waitForSelector('.contact:has-text("update.bad.example")');
});

await test('on call: an unanswered page says who is next and when; taking it empties the list', {}, async ({ page, mock }) => {
	await page.keyboard.press('g');
	await page.keyboard.press('o');
	await page.waitForSelector('.unacked li');
	assert.equal(await page.locator('.unacked li').count(), 2);
	const first = await page.textContent('.unacked li:first-child');
	assert.match(first, /佐藤 恵、会員の 山田 社長/);
	assert.match(first, /[34]:\d\d/);
	assert.match(first, /対応開始: 期限超過 \+1:\d\d/);
	assert.match(await page.textContent('.unacked li:last-child .promise-running'), /対応開始: 残り 8:\d\d/);
	assert.match(await page.textContent('.engine-lamp.red'), /当番がいない呼び出しが 1 件/);
	assert.equal(await page.locator('.rota-day.today').count(), 2);
	assert.ok((await page.locator('.rota-name.nobody').count()) > 0, 'the gap is shown');
	await page.click('.unacked li:first-child .primary');
	await page.waitForFunction(() => document.querySelectorAll('.unacked li').length === 1);
	await page.goto(`${mock.url}/pages/31`);
	await page.waitForSelector('.chip.page-acknowledged');
	assert.match(await page.textContent('.messages'), /410 122 ms · Gone/);
});

await test('a schedule: dragging over a day asks for an override; layers are tried before they are saved', {}, async ({ page, mock }) => {
	await page.goto(`${mock.url}/schedules/1`);
	const bar = page.locator('.rota-bar').nth(2);
	await bar.waitFor();
	const box = await bar.boundingBox();
	await page.mouse.move(box.x + box.width * 0.25, box.y + 8);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.5, box.y + 8, { steps: 4 });
	await page.mouse.up();
	await page.waitForSelector('input[type=datetime-local]');
	const [from, to] = await page.$$eval('input[type=datetime-local]', (inputs) => inputs.map((i) => i.value));
	assert.match(from, /T06:00$/);
	assert.match(to, /T12:00$/);
	await page.click('form:has(input[type=datetime-local]) .primary');
	await page.waitForFunction(() => !document.querySelector('input[type=datetime-local]'));
	await page.waitForFunction(() => document.querySelectorAll('table.plain tr:has(button.mini)').length === 2);
	await page.click('.incident-head .primary');
	await page.waitForSelector('fieldset.layer');
	assert.equal(await page.locator('fieldset.layer').count(), 2);
	await page.locator('fieldset.layer .hours input').first().fill('18-24');
	assert.ok(await page.isDisabled('form.card .actions .primary'), 'hours that cannot be read are not saved');
	await page.locator('fieldset.layer .hours input').first().fill('18:00-24:00');
	await page.click('form.card .actions .primary');
	await page.waitForFunction(() => !document.querySelector('fieldset.layer'));
});

await test('policies: who would be told is seen before it counts; a text with a bad name is refused with where it stands', { expect: /401|400/ }, async ({ page, mock }) => {
	await page.goto(`${mock.url}/escalation`);
	await page.waitForSelector('.steps.read');
	await page.click('.preview .button');
	await page.waitForSelector('.preview td.hot');
	assert.match(await page.textContent('.preview td.hot'), /予備の連絡先/);
	await page.locator('.layer .mini').first().click();
	await page.waitForSelector('.steps:not(.read) .narrow');
	await page.locator('.steps:not(.read) .narrow').nth(1).fill('5 minutes');
	assert.ok(await page.isDisabled('form.card .actions .primary'));
	await page.locator('.steps:not(.read) .narrow').nth(1).fill('7m');
	await page.click('form.card .actions .primary');
	await page.waitForFunction(() => /7分後に/.test(document.querySelector('.steps.read')?.textContent ?? ''));
	assert.equal(await page.locator('.actions.more .primary').count(), 0, 'routes that nobody touched need no saving');
	await page.goto(`${mock.url}/texts`);
	await page.waitForSelector('.text-editor textarea');
	await page.fill('.text-editor textarea', '{{nonsense}}');
	await page.click('.actions .button:not(.primary)');
	assert.match(await page.textContent('.form-error'), /line 1: \{\{nonsense\}\}/);
});

await test('one stream for all tabs of a browser; the next tab takes over', {}, async ({ page, mock, context }) => {
	await streaming(mock);
	const second = await context.newPage();
	await second.goto(`${mock.url}/inbox`);
	await second.waitForSelector('.row:not([hidden])');
	assert.equal((await steer(mock, 'streams')).open, 1);
	await steer(mock, 'alert', { change: named('FOR BOTH') });
	await page.waitForSelector('.row:has-text("FOR BOTH")');
	await second.waitForSelector('.row:has-text("FOR BOTH")');
	await page.close();
	await steer(mock, 'alert', { change: named('TAKEN OVER') });
	await second.waitForSelector('.row:has-text("TAKEN OVER")');
});

await test('a reset of the stream loads the list again', {}, async ({ page, mock }) => {
	await streaming(mock);
	mock.world.nextAlert(Date.now(), named('MISSED'));
	await steer(mock, 'reset');
	await page.waitForSelector('.row:has-text("MISSED")');
});

await test('a session that ended leads to the door, signing out too', {}, async ({ page, context }) => {
	await page.click('.bar .icon-button:last-child');
	await page.waitForSelector('input[name=email]');
	assert.equal((await context.cookies()).length <= 1, true);
	await page.reload();
	await page.waitForSelector('input[name=email]');
});

await test('palette and help by keyboard; the row keeps the focus afterwards', {}, async ({ page }) => {
	await page.keyboard.press('j');
	await page.keyboard.press('Control+k');
	await page.waitForSelector('dialog.palette[open]');
	await page.keyboard.type('なにわ');
	await page.waitForSelector('.palette li[aria-selected=true]:has-text("なにわ印刷")');
	await page.keyboard.press('Escape');
	await page.waitForSelector('dialog', { state: 'detached' });
	await page.keyboard.press('?');
	await page.waitForSelector('dialog.help[open]');
	await page.keyboard.press('j');
	await page.keyboard.press('Escape');
	await page.waitForSelector('dialog', { state: 'detached' });
	assert.equal(await page.getAttribute('.row.focused', 'aria-rowindex'), '2', 'keys in a dialog do not reach the list');
	await page.keyboard.press('Control+k');
	await page.waitForSelector('dialog.palette[open]');
	await page.keyboard.type('センサー');
	await page.waitForSelector('.palette li[aria-selected=true]:has-text("センサーへ移動")');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/sensors$/);
});

await test('weight: the inbox, cold, is at most 130 KB compressed in at most 45 requests, with no web font', { signedOut: true }, async ({ page, mock, context }) => {
	await signIn(page, mock);
	const cold = await context.newPage();
	const client = await context.newCDPSession(cold);
	await client.send('Network.enable');
	await client.send('Network.setCacheDisabled', { cacheDisabled: true });
	const kinds = new Map();
	let bytes = 0;
	let fonts = 0;
	client.on('Network.responseReceived', ({ requestId, response, type }) => {
		kinds.set(requestId, response.url);
		if (type === 'Font') fonts++;
	});
	client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
		if (!/\/v1\//.test(kinds.get(requestId) ?? '')) bytes += encodedDataLength;
	});
	await cold.goto(`${mock.url}/inbox`, { waitUntil: 'load' });
	await cold.waitForSelector('.row:not([hidden])');
	await cold.waitForSelector('.lamp.live');
	await cold.waitForFunction(() => document.querySelectorAll('#filter-company option').length > 5 && document.querySelector('.c-incident a[class]'));
	console.log(`        ${kinds.size} requests, ${(bytes / KIB).toFixed(1)} KiB of page, ${fonts} fonts`);
	assert.ok(bytes <= 130 * 1000, `${bytes} bytes`);
	assert.ok(kinds.size <= 45, `${kinds.size} requests:\n${[...kinds.values()].join('\n')}`);
	assert.equal(fonts, 0);
});

await deskTests({ test, browser, streaming });
await reportTests({ test, browser });

for (const scheme of ['light', 'dark']) {
	for (const [language, width] of [['ja', 1280], ['en', 1920]]) {
		const options = { context: { viewport: { width, height: width === 1280 ? 800 : 1080 }, colorScheme: scheme } };
		await test(`contrast of every text, and nothing cut off: ${scheme}, ${language}, ${width} wide`, options, async ({ page, mock }) => {
			await streaming(mock);
			if (language === 'en') {
				await page.click('.bar .text-button');
				await page.waitForSelector('.filters input[placeholder^="Signature"]');
				await page.waitForSelector('.row:not([hidden])');
			}
			const look = async (name) => {
				assert.deepEqual(await page.evaluate(contrastFaults), [], `${name}: too little contrast`);
				const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('main .scrolls, .filters, .grid-body, .bar')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className).join(' '));
				assert.ok(!wide, `${name}: wider than its place: ${wide}`);
				const cut = await page.$$eval('.row:not([hidden]) .cell:not(.away):has(.chip, .sev)', (cells) => [...new Set(cells.filter((c) => c.scrollWidth > c.clientWidth).map((c) => `${c.className} "${c.textContent}"`))]);
				assert.deepEqual(cut, [], `${name}: marks that do not fit their column`);
				if (env.SHOTS) {
					mkdirSync(env.SHOTS, { recursive: true });
					await page.screenshot({ path: `${env.SHOTS}/${name}-${language}-${scheme}-${width}.png` });
				}
			};
			await page.waitForSelector('.lamp.live');
			await look('inbox');
			await page.keyboard.press('j');
			await page.keyboard.press('x');
			await page.keyboard.press('j');
			await page.keyboard.press('Enter');
			await page.waitForSelector('.peek .raw');
			await steer(mock, 'alert', { change: { kind: ['WAITS', '1', 'x', 'outbound', 'ips', 1, 92, 'command-and-control', [], 'tcp', 443, 1] } });
			await page.waitForSelector('.pill-critical');
			await look('peek');
			await page.keyboard.press('?');
			await page.waitForSelector('dialog.help[open]');
			await look('help');
			await page.keyboard.press('Escape');
			await page.keyboard.press('Control+k');
			await page.waitForSelector('dialog.palette[open] li');
			await look('palette');
			await page.keyboard.press('Escape');
			for (const [name, ready] of [['incidents', '.row:not([hidden])'], ['companies', '.row:not([hidden])'], ['companies/1', '.company .row:not([hidden])'], ['sensors', '.row:not([hidden])'], ['metrics', '.metrics .row:not([hidden])'], ['campaigns', '.row:not([hidden])'], ['campaigns/9', '.matrix'], ['rules', '.row:not([hidden])'], ['rules/1', 'pre'], ['rule-sets', '.card'], ['mutes?field=signature_id&value=2001219&company=1', '.mute-form'], ['mutes/1', '.day-bars'], ['indicators', '.row:not([hidden])'], ['indicators/1', 'td'], ['hunts', '.row:not([hidden])'], ['hunts/4', 'td'], ['contacts', '.contact'], ['oncall', '.unacked li'], ['pages', '.row:not([hidden])'], ['pages/31', '.messages'], ['messages', '.messages'], ['schedules/1', '.rota'], ['escalation', '.steps'], ['channels', '.card'], ['texts', '.text-editor'], ...DESK_PAGES, ...REPORT_PAGES]) {
				await page.goto(`${mock.url}/${name}`);
				await page.waitForSelector(ready);
				await page.waitForSelector('.lamp.live');
				await look(name.replace(/\/\d+$/, '-one').replace(/\?.*/, '-form'));
				if (name !== 'incidents') continue;
				await page.keyboard.press('j');
				await page.keyboard.press('Enter');
				await page.waitForSelector('.alerts tbody tr');
				await look('incident');
				await page.goto(`${mock.url}/incidents?tag=kill-chain&state=all`);
				await page.waitForSelector('.row:not([hidden])');
				await page.keyboard.press('j');
				await page.keyboard.press('Enter');
				await page.waitForSelector('.causes');
				await page.waitForSelector('.alerts tbody tr');
				await look('incident-why');
			}
		});
	}
}

await browser.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
exit(failed ? 1 : 0);
