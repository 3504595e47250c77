#!/usr/bin/env node
/* The help desk on the real server, by three logins in three browsers: the desk, a vendor's technician with a telephone,
 * the member. From the call to the evidence pack.
 *
 *   node tests/e2e/real-desk.mjs --desk LINK --vendor LINK --member LINK
 *
 * LINKs are set-up links; tests/integration/test_desk_browser.sh makes them, and one incident "REAL BEACON". */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { argv, env, exit } from 'node:process';
import { launch, watch } from './browser.mjs';

const PASSWORD = 'correct horse battery staple';

/** @param {string} name */
function option(name) {
	const place = argv.indexOf(`--${name}`);
	assert.ok(place > 0 && argv[place + 1], `--${name} is missing`);
	return argv[place + 1];
}

const browser = await launch();
let passed = 0;
let failed = 0;

/** Somebody with a browser of their own, signed in. @param {string} link @param {string} email @param {number} width */
async function person(link, email, width) {
	const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, locale: 'ja-JP', ignoreHTTPSErrors: true, hasTouch: width < 500, acceptDownloads: true });
	/* Before sign-in /v1/me answers 401, which the browser itself reports. */
	const complaints = await watch(context, /401/);
	const page = await context.newPage();
	page.setDefaultTimeout(20000);
	await page.goto(link);
	await page.fill('input[name=password]', PASSWORD);
	await page.fill('input[name=again]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.click('.door a.primary');
	await page.fill('input[name=email]', email);
	await page.fill('input[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.frame');
	return { page, complaints, url: new URL(link).origin };
}

/** @type {Record<string, Awaited<ReturnType<typeof person>>>} */
const people = {};

/** One step of the story; when it fails, what follows cannot be judged. @param {string} name @param {() => Promise<void>} body */
async function step(name, body) {
	if (failed) return;
	try {
		await body();
		passed++;
		console.log(`ok      ${name}`);
		if (env.SHOTS) for (const [who, a] of Object.entries(people)) await a.page.screenshot({ path: `${env.SHOTS}/desk-${String(passed).padStart(2, '0')}-${who}.png` });
	} catch (error) {
		failed++;
		console.log(`FAILED  ${name}\n${error.stack ?? error}`);
		for (const [who, a] of Object.entries(people)) {
			console.log(`        ${who} is at ${a.page.url()}: ${(await a.page.textContent('.toast').catch(() => '')) ?? ''}`);
			if (env.SHOTS) await a.page.screenshot({ path: `${env.SHOTS}/desk-failed-${who}.png` }).catch(() => undefined);
		}
	}
}

await step('three people come in, and each lands where their work is', async () => {
	people.desk = await person(option('desk'), 'hayashi@example.jp', 1440);
	people.vendor = await person(option('vendor'), 'mori@example.jp', 390);
	people.member = await person(option('member'), 'yamada@example.jp', 390);
	await people.desk.page.waitForURL(/\/desk$/);
	await people.vendor.page.waitForURL(/\/orders$/);
	await people.member.page.waitForURL(/\/portal$/);
	await people.desk.page.waitForSelector('.lamp.live');
	await people.member.page.waitForSelector('.lamp.live');
	await people.vendor.page.waitForSelector('.empty');
});
const { desk, vendor, member } = people;

await step('the member says in the portal whom to call', async () => {
	await member.page.click('.people-card h2 .button');
	await member.page.fill('.person-form input >> nth=0', '山田 太郎');
	await member.page.fill('.person-form input >> nth=1', '社長');
	await member.page.fill('.person-form input >> nth=2', '０６－６１２３－４５６７');
	await member.page.fill('.person-form input >> nth=3', 'taro@member.example');
	await member.page.click('.person-form .primary');
	await member.page.waitForSelector('.people-card li:has-text("山田 太郎")');
});

await step('the desk knows the caller by the number: contract, incident, everything beside the form', async () => {
	await desk.page.keyboard.press('n');
	await desk.page.waitForFunction(() => document.activeElement?.id === 'caller');
	await desk.page.keyboard.type('+81 6-6123-4567');
	await desk.page.waitForSelector('.caller h2:has-text("みおつくし精機")');
	assert.match(await desk.page.textContent('.caller'), /お助け隊.*駆け付け 0 \/ 1 回.*保険 300,000 円.*山田 太郎.*今お電話の方.*REAL BEACON/s);
	await desk.page.fill('#subject', '経理のパソコンがおかしい');
	await desk.page.selectOption('.taking-form select >> nth=0', 'malware');
	await desk.page.selectOption('.taking-form select >> nth=2', { index: 1 });
	await desk.page.click('.taking-form .primary');
	await desk.page.waitForURL(/\/tickets\/\d+$/);
	await desk.page.waitForSelector('p:has-text("会員への連絡済み")');
	await desk.page.waitForSelector('.facts a:has-text("#1")');
});

await step('an internal note stays inside; the answer is seen by the member', async () => {
	await desk.page.fill('#note', '社内だけの話');
	await desk.page.click('.talk-form .primary');
	await desk.page.waitForSelector('.talk-note:has-text("社内だけの話")');
	await desk.page.click('.switch');
	await desk.page.fill('#note', '業者が伺います');
	await desk.page.click('.talk-form .outward');
	await desk.page.waitForSelector('.talk-answer:has-text("業者が伺います")');
	await member.page.reload();
	await member.page.click('.portal-list a:has-text("経理のパソコンがおかしい")');
	await member.page.waitForSelector('.talk-answer:has-text("業者が伺います")');
	assert.doesNotMatch(await member.page.textContent('main'), /社内だけの話/);
	await member.page.fill('#note', '15時以降でお願いします');
	await member.page.click('.talk-form .button');
	await desk.page.waitForSelector('.talk-note.for-member:has-text("15時以降でお願いします")');
});

await step('a vendor is ordered: the one of the area stands first', async () => {
	await desk.page.click('.incident-head button:has-text("駆け付けを依頼")');
	await desk.page.waitForSelector('.vendor-choice .picked:has-text("東成テクノ"):has-text("地域内")');
	await desk.page.fill('form.stacked textarea', '経理のパソコンを切り離して確認してください');
	await desk.page.fill('form.stacked .field.wide input', '大阪市東成区1-2-3');
	assert.equal(await desk.page.inputValue('form.stacked input[type=tel]'), '+81 6-6123-4567');
	await desk.page.click('form.stacked .primary');
	await desk.page.waitForURL(/\/orders\/\d+$/);
	await desk.page.waitForSelector('.order-head .order-requested');
});

await step('the technician accepts, arrives, leaves and reports with one thumb; the desk watches it happen', async () => {
	await vendor.page.reload();
	await vendor.page.click('.order-tile:has-text("みおつくし精機")');
	await vendor.page.click('.big:has-text("引き受ける")');
	await vendor.page.click('.quick .button >> nth=0');
	await vendor.page.click('.order-form .big');
	await vendor.page.waitForSelector('.order-head .order-accepted');
	await desk.page.waitForSelector('.order-head .order-accepted');
	await vendor.page.click('.big:has-text("到着しました")');
	await desk.page.waitForSelector('.order-head .order-arrived');
	await vendor.page.click('.big:has-text("退出しました")');
	await vendor.page.click('.big:has-text("作業報告")');
	await vendor.page.fill('.order-form textarea', '不審なプログラムを止めました');
	await vendor.page.fill('.order-form input[type=number]', '15000');
	await vendor.page.click('.order-form .big');
	await vendor.page.waitForSelector('.order-head .order-reported');
	assert.equal(await vendor.page.locator('main a[href^="/companies"], main a[href^="/tickets"], main a[href^="/incidents"]').count(), 0);
	await desk.page.click('.big:has-text("承認する")');
	await desk.page.waitForSelector('.order-head .order-approved');
	assert.match(await desk.page.textContent('main'), /15,000 円.*契約に含まれる/s);
});

await step('the vendor is shown nothing else of the server', async () => {
	const refused = await vendor.page.evaluate(async () => {
		const paths = ['/v1/companies', '/v1/incidents', '/v1/alerts', '/v1/tickets', '/v1/requests', '/v1/vendors', '/v1/stream', '/v1/oncall/now'];
		return Promise.all(paths.map((p) => fetch(p).then((r) => `${p} ${r.status}`)));
	});
	assert.deepEqual(refused.filter((r) => !r.endsWith(' 403')), []);
	/* The browser reports the refusals that this was about. */
	assert.deepEqual((await vendor.complaints()).splice(0).filter((c) => !/403/.test(c)), []);
});

await step('the member sees the visit and what came of it, and has nothing to press', async () => {
	await member.page.goto(`${member.url}/portal`);
	await member.page.click('.portal-list a:has-text("東成テクノ")');
	await member.page.waitForSelector('.order-head .order-approved');
	assert.equal(await member.page.locator('.order-acts').count(), 0);
});

await step('the case: a step, a request that the member does, insurance, the law', async () => {
	await desk.page.goto(`${desk.url}/incidents/9001`);
	await desk.page.waitForSelector('.case-steps li.done:nth-child(1):has-text("会員へ連絡しました")');
	await desk.page.waitForSelector('.clocks .way li:nth-child(4).done');
	await desk.page.click('.card:has(.case-steps) h2 .button');
	await desk.page.fill('.card:has(.case-steps) textarea', '端末を初期化した');
	await desk.page.selectOption('.card:has(.case-steps) select', '4');
	await desk.page.click('.card:has(.case-steps) .check');
	await desk.page.click('.card:has(.case-steps) .primary');
	await desk.page.waitForSelector('.case-steps li.done:nth-child(4):has-text("端末を初期化した")');
	await desk.page.waitForSelector('.clocks .way li:nth-child(7).done');
	const asked = '.card:has(> h2:has-text("会員へのお願い"))';
	await desk.page.click(`${asked} h2 .button`);
	await desk.page.fill('.request-form textarea', 'パスワードを変えてください');
	await desk.page.fill('.request-form input >> nth=0', '経理の方');
	await desk.page.click('.request-form .primary');
	await desk.page.waitForSelector(`${asked} .request:has-text("パスワードを変えてください")`);
	const insurance = '.card:has(> h2:has-text("保険"))';
	await desk.page.click(`${insurance} .button:has-text("請求の準備")`);
	await desk.page.waitForSelector(`${insurance} .insurance-prepared`);
	const law = '.card:has(> h2:has-text("個人情報保護法"))';
	await desk.page.click(`${law} h2 .button`);
	await desk.page.click(`${law} .primary`);
	await desk.page.waitForSelector(`${law} .privacy-dates li:nth-child(2)`);
	await member.page.goto(`${member.url}/portal`);
	await member.page.click('.asked .request:has-text("パスワードを変えてください") .primary');
	await member.page.click('.request-note .primary');
	await member.page.waitForSelector('.asked:has-text("今お願いしていることはありません")');
});

await step('the timeline tells all of it in words', async () => {
	await desk.page.reload();
	await desk.page.waitForSelector('.timeline .kind-request:has-text("完了")');
	const said = (await desk.page.textContent('.timeline')).replace(/\s+/g, ' ');
	for (const words of [/HD-\d+ 経理のパソコンがおかしい/, /WO-\d+ 東成テクノ/, /復旧.*端末を初期化した/, /経理の方: パスワードを変えてください/, /保険.*準備中/, /個人情報保護法/]) assert.match(said, words);
});

await step('the evidence pack: one ZIP, its hashes hold', async () => {
	const download = desk.page.waitForEvent('download');
	await desk.page.click('.button:has-text("ZIPを作成")');
	const file = await (await download).path();
	await desk.page.waitForSelector('.pack:has-text("林 さくら")');
	const read = (name) => execFileSync('unzip', ['-p', file, name], { maxBuffer: 1 << 26 });
	const names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).split('\n').filter(Boolean);
	const list = names.find((n) => n.endsWith('SHA256SUMS'));
	assert.ok(list, names.join(' '));
	const folder = list.slice(0, -'SHA256SUMS'.length);
	const sums = read(list).toString().trim().split('\n').map((line) => line.split(/ [ *]/));
	assert.ok(sums.length >= 3);
	for (const [hash, name] of sums) assert.equal(createHash('sha256').update(read(folder + name)).digest('hex'), hash, name);
	console.log(`sha256: ${createHash('sha256').update(read(list)).digest('hex')}`);
});

await step('nothing was printed as an error, and nothing broke the Content-Security-Policy', async () => {
	for (const [who, a] of Object.entries(people)) assert.deepEqual(await a.complaints(), [], who);
});

await browser.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
exit(failed ? 1 : 0);
