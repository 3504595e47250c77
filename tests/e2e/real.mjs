#!/usr/bin/env node
/* The dashboard on the real server, with a real agent behind it: two analysts in two browsers, one alert from the line
 * in eve.json to the colleague's name beside it. Waits for what it wants to see, never for a time.
 *
 *   node tests/e2e/real.mjs --first LINK --second LINK --eve FILE --company NAME
 *
 * LINKs are set-up links of analysts called 田中 一郎 and 佐藤 恵; FILE is the empty eve.json that the agent of the only
 * company follows. tests/integration/test_dashboard.sh makes all of these. */
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { argv, env, exit } from 'node:process';
import { launch, watch } from './browser.mjs';

const PASSWORD = 'correct horse battery staple';
const HOST = '192.168.1.37';

/** @param {string} name */
function option(name) {
	const place = argv.indexOf(`--${name}`);
	assert.ok(place > 0 && argv[place + 1], `--${name} is missing`);
	return argv[place + 1];
}

const eve = option('eve');
const company = option('company');
let flow = 1000;

/** What Suricata would write: something inside calls its command server. @param {string} signature */
function alertLine(signature) {
	const record = {
		timestamp: new Date().toISOString().replace('Z', '000+0000'),
		flow_id: ++flow,
		in_iface: 'eth1',
		event_type: 'alert',
		src_ip: HOST,
		src_port: 49152,
		dest_ip: '203.0.113.66',
		dest_port: 443,
		proto: 'TCP',
		alert: { action: 'allowed', gid: 1, signature_id: 2900101, rev: 1, signature, category: 'Malware Command and Control Activity Detected', severity: 1, metadata: { signature_severity: ['Critical'] } },
		app_proto: 'tls',
	};
	appendFileSync(eve, `${JSON.stringify(record)}\n`);
}

const browser = await launch();
let passed = 0;
let failed = 0;

/** One step of the story; when it fails, what follows cannot be judged. @param {string} name @param {() => Promise<void>} body */
async function step(name, body) {
	if (failed) return;
	try {
		await body();
		passed++;
		console.log(`ok      ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAILED  ${name}\n${error.stack ?? error}`);
		if (env.SHOTS) for (const [who, a] of Object.entries({ tanaka, sato })) await a.page.screenshot({ path: `${env.SHOTS}/real-${who}.png` }).catch(() => undefined);
	}
}

/** An analyst with a browser of their own. @param {string} link */
async function analyst(link) {
	const context = await browser.newContext({ viewport: { width: 1680, height: 900 }, locale: 'ja-JP', ignoreHTTPSErrors: true });
	/* Before sign-in and after sign-out /v1/me answers 401, which the browser itself reports. */
	const complaints = await watch(context, /401/);
	const page = await context.newPage();
	page.setDefaultTimeout(20000);
	return { link, context, page, complaints, url: new URL(link).origin };
}

/** From the set-up link to the inbox, by the keyboard. @param {Awaited<ReturnType<typeof analyst>>} a @param {string} email */
async function comeIn({ page, link }, email) {
	await page.goto(link);
	await page.fill('input[name=password]', PASSWORD);
	await page.fill('input[name=again]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.click('.door a.primary');
	await page.fill('input[name=email]', email);
	await page.fill('input[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.lamp.live');
}

const tanaka = await analyst(option('first'));
const sato = await analyst(option('second'));

await step('by the set-up link to a password, a session and an inbox that says that it is empty', async () => {
	await comeIn(tanaka, 'tanaka@example.jp');
	await tanaka.page.waitForSelector('.empty:has-text("アラートはまだありません")');
	await tanaka.page.waitForSelector('.user:has-text("田中 一郎")');
	await tanaka.page.evaluate(() => (window.neverReloaded = true));
});

await step('a used link says so', async () => {
	const page = await sato.context.newPage();
	await page.goto(tanaka.link);
	await page.fill('input[name=password]', PASSWORD);
	await page.fill('input[name=again]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.form-error:has-text("期限切れ")');
	await page.close();
	/* The browser reports the 404 that this was about. */
	assert.deepEqual((await sato.complaints()).splice(0).filter((c) => !/404/.test(c)), []);
});

await step('a line in eve.json is a row of the inbox, with its incident, without a reload', async () => {
	alertLine('REAL MALWARE CnC');
	const row = '.row:has-text("REAL MALWARE CnC")';
	await tanaka.page.waitForSelector(`${row} .c-incident a:has-text("#1 未対応")`);
	assert.equal(await tanaka.page.textContent(`${row} .c-direction`), '内→外');
	assert.equal(await tanaka.page.textContent(`${row} .c-source`), `${HOST}:49152`);
	assert.equal(await tanaka.page.getAttribute(`${row} .c-company`, 'title'), company);
	await tanaka.page.waitForSelector(`${row} .sev-1`);
	assert.equal(await tanaka.page.evaluate(() => window.neverReloaded), true);
});

await step('the peek shows the record as it came, and why there is an incident', async () => {
	await tanaka.page.keyboard.press('j');
	await tanaka.page.keyboard.press('Enter');
	await tanaka.page.waitForSelector(`.peek .raw:has-text('"flow_id": ${flow}')`);
	await tanaka.page.waitForSelector(`.peek-incident:has-text("${HOST}")`);
});

await step('a colleague acknowledges; the first analyst sees who, where the row stands', async () => {
	await comeIn(sato, 'sato@example.jp');
	await sato.page.keyboard.press('g');
	await sato.page.keyboard.press('n');
	await sato.page.waitForSelector('.incidents .row:has-text("REAL MALWARE CnC")');
	await sato.page.waitForSelector('.severities .level-1:has-text("緊急1")');
	await sato.page.keyboard.press('j');
	await sato.page.keyboard.press('a');
	await sato.page.waitForSelector('.row.focused .state-acknowledged');
	await tanaka.page.waitForSelector('.peek-incident .state-acknowledged');
	await tanaka.page.waitForSelector('.peek-incident .owner:has-text("佐藤 恵")');
	await tanaka.page.waitForSelector('.row.focused .c-incident:has-text("#1 対応中")');
});

await step('what arrives meanwhile waits, and comes in on l', async () => {
	alertLine('REAL SECOND');
	await tanaka.page.waitForSelector('.pill:has-text("新着 1 件")');
	assert.equal(await tanaka.page.locator('.row:has-text("REAL SECOND")').count(), 0);
	await tanaka.page.keyboard.press('l');
	await tanaka.page.waitForSelector('.row:has-text("REAL SECOND") .c-incident:has-text("#1 対応中")');
});

await step('a note written on one page is on the other at once, with its author', async () => {
	await sato.page.keyboard.press('Enter');
	await sato.page.waitForSelector('.incident-head h2:has-text("REAL MALWARE CnC")');
	await sato.page.waitForSelector('.alerts tbody tr:nth-child(2)');
	await tanaka.page.click('.peek-incident a');
	await tanaka.page.waitForSelector('.timeline .kind-state:has-text("佐藤 恵")');
	await tanaka.page.fill('#note', '端末の利用者に電話した <b>');
	await tanaka.page.click('.composer button');
	await sato.page.waitForSelector('.kind-note:has-text("田中 一郎") .note-text:has-text("端末の利用者に電話した <b>")');
});

await step('back from the incident, its row in the list has the focus', async () => {
	await sato.page.keyboard.press('Escape');
	await sato.page.waitForSelector('.incidents .row.focused:has-text("REAL MALWARE CnC")');
});

await step('sensor, company and detection table count the same two alerts', async () => {
	await tanaka.page.keyboard.press('Escape');
	await tanaka.page.waitForSelector('.incidents .row:has-text("佐藤 恵")');
	await tanaka.page.keyboard.press('g');
	await tanaka.page.keyboard.press('s');
	await tanaka.page.waitForSelector('.row .sensor-up');
	await tanaka.page.keyboard.press('g');
	await tanaka.page.keyboard.press('c');
	await tanaka.page.waitForSelector('.row .c-detections:has-text("2")');
	await tanaka.page.waitForSelector('.row .c-grave:has-text("1")');
	await tanaka.page.keyboard.press('g');
	await tanaka.page.keyboard.press('e');
	const cells = await tanaka.page.waitForSelector('tr[data-row="outbound.ips"]').then((row) => row.$$eval('td', (all) => all.map((c) => c.textContent)));
	assert.deepEqual([cells[0], cells[1], cells[2]], ['1', '100.0%', '2']);
	const shown = await tanaka.page.evaluate(() => fetch(`/v1/metrics/detections?from=${document.querySelector('.detections small').textContent.replace(' – ', '&to=')}`).then((r) => r.json()));
	assert.deepEqual(shown.rows.filter((r) => r.direction === 'outbound' && r.engine === 'ips').map((r) => [r.companies, r.detections]), [[1, 2]]);
});

await step('another language, also after a reload', async () => {
	await tanaka.page.click('.bar .text-button');
	await tanaka.page.waitForSelector('.detection-table :text("Inbound")');
	await tanaka.page.reload();
	await tanaka.page.waitForSelector('.detection-table :text("Outbound")');
	assert.equal(await tanaka.page.evaluate(() => document.documentElement.lang), 'en');
});

await step('signing out ends this session and no other', async () => {
	await tanaka.page.click('.bar .icon-button:last-child');
	await tanaka.page.waitForSelector('input[name=email]');
	assert.equal(await tanaka.page.evaluate(() => fetch('/v1/me').then((r) => r.status)), 401);
	assert.equal(await sato.page.evaluate(() => fetch('/v1/me').then((r) => r.status)), 200);
});

await step('nothing was printed as an error, and nothing broke the Content-Security-Policy', async () => {
	for (const a of [tanaka, sato]) assert.deepEqual(await a.complaints(), []);
});

await browser.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
exit(failed ? 1 : 0);
