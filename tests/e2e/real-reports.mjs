#!/usr/bin/env node
/* A month of reports on the real server, by four logins in four browsers: who leads, who writes, the desk, and a member with
 * a telephone. From closing the month to the certificate that is revoked.
 *
 *   node tests/e2e/real-reports.mjs --lead LINK --analyst LINK --member LINK --desk LINK --office LINK --month YYYY-MM
 *
 * LINKs are set-up links; tests/integration/test_reports_browser.sh makes them, and the chamber of months.sql. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
const month = option('month');
let passed = 0;
let failed = 0;

/** Somebody with a browser of their own, signed in. @param {string} who @param {string} email @param {number} width */
async function person(who, email, width) {
	const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, locale: 'ja-JP', ignoreHTTPSErrors: true, hasTouch: width < 500, acceptDownloads: true });
	/* Before sign-in /v1/me answers 401, which the browser itself reports; 400 is a text that is refused. */
	const complaints = await watch(context, /401|status of 400/);
	/* What the strip said, for when something fails. */
	await context.addInitScript(() => {
		window.toasts = [];
		setInterval(() => {
			const text = document.querySelector('.toast')?.textContent ?? '';
			if (text && text !== window.toasts.at(-1)) window.toasts.push(text);
		}, 50);
	});
	const page = await context.newPage();
	page.setDefaultTimeout(20000);
	await page.goto(option(who));
	await page.fill('input[name=password]', PASSWORD);
	await page.fill('input[name=again]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.click('.door a.primary');
	await page.fill('input[name=email]', email);
	await page.fill('input[name=password]', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('.lamp.live');
	return { page, complaints, url: new URL(option(who)).origin };
}

/** @type {Record<string, Awaited<ReturnType<typeof person>>>} */
const people = {};

/** One step of the story; when it fails, what follows cannot be judged. @param {string} name @param {() => Promise<void>} body */
async function step(name, body) {
	if (failed) return;
	try {
		const begun = Date.now();
		await body();
		passed++;
		console.log(`ok      ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
		if (env.SHOTS) for (const [who, a] of Object.entries(people)) await a.page.screenshot({ path: `${env.SHOTS}/reports-${String(passed).padStart(2, '0')}-${who}.png` });
	} catch (error) {
		failed++;
		console.log(`FAILED  ${name}\n${error.stack ?? error}`);
		for (const [who, a] of Object.entries(people)) {
			console.log(`        ${who} is at ${a.page.url()}: ${await a.page.evaluate(() => window.toasts.join(' | ')).catch(() => '')}`);
			if (env.SHOTS) await a.page.screenshot({ path: `${env.SHOTS}/reports-failed-${who}.png` }).catch(() => undefined);
		}
	}
}

/** Presses something that saves a file. @param {any} page @param {string} selector */
async function saved(page, selector) {
	const coming = page.waitForEvent('download');
	await page.click(selector);
	const download = await coming;
	return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** The pages of a report stand there, drawn. @param {any} page @param {number} n */
const drawn = (page, n) => page.waitForFunction((wanted) => document.querySelectorAll('.preview-page:not(.waiting) img').length === wanted, n);
const box = (page) => page.waitForFunction(() => document.activeElement?.id === 'report-comment');
/** The cell of a company in the board. */
const cell = (name, what) => `.row:has-text("${name}") .cell:last-child ${what}`;

await step('four people come in', async () => {
	[people.lead, people.analyst, people.desk, people.office, people.member] = await Promise.all([person('lead', 'hamada@example.jp', 1440), person('analyst', 'sasaki@example.jp', 1280), person('desk', 'hayashi@example.jp', 1280), person('office', 'okuda@example.jp', 1280), person('member', 'yamada@example.jp', 390)]);
	assert.match(people.member.page.url(), /\/portal$/);
	await people.member.page.waitForSelector('.member-reports .dim');
});
const { lead, analyst, desk, office, member } = people;

await step('the month is closed; the drafts stand on the board of who watches', async () => {
	await analyst.page.goto(`${analyst.url}/reports`);
	await analyst.page.waitForSelector('.month-bar a.button');
	await lead.page.goto(`${lead.url}/months/${month}`);
	await lead.page.click('.closing .primary');
	await lead.page.waitForSelector('.toast:has-text("月の締めが終わりました")');
	await drawn(lead.page, 2);
	await analyst.page.waitForSelector(cell('山田精機', '.step-needs_comment'));
	await analyst.page.waitForSelector('.month-bar .step-needs_comment');
});

await step('the chamber’s own report in four formats, and the bill', async () => {
	for (const [format, begins] of [['PDF', '%PDF-'], ['XLSX', 'PK'], ['CSV', '\ufeff'], ['JSON', '{']]) {
		const file = await saved(lead.page, `.downloads .button:has-text("${format}")`);
		assert.ok(file.name.startsWith(month) && file.bytes.toString('utf8', 0, 8).startsWith(begins), `${file.name} begins with ${file.bytes.toString('latin1', 0, 8)}`);
	}
	await lead.page.goto(`${lead.url}/billing?month=${month}`);
	await lead.page.waitForSelector('.row:has-text("山田精機")');
	const bill = await saved(lead.page, '.downloads .button');
	assert.match(bill.bytes.toString('utf8'), /山田精機/);
});

await step('comment after comment from the keyboard: open, write, save and go on', async () => {
	await analyst.page.click(cell('山田精機', 'a'));
	await box(analyst.page);
	await drawn(analyst.page, 2);
	const before = analyst.page.url();
	assert.match(await analyst.page.textContent('.report-figures'), /内→外の検知.*?6/s);
	await analyst.page.keyboard.type('パソコン1台が外の不審な通信先へ接続しました。検査をお願いします。');
	await analyst.page.keyboard.press('Control+Enter');
	await analyst.page.waitForFunction((url) => location.href !== url, before);
	await box(analyst.page);
	/* Back by k: what was saved stands there. */
	await analyst.page.goto(before);
	await analyst.page.waitForSelector('.flow li.done:has-text("佐々木 望")');
});

await step('who wrote the words does not approve them; the other does, by a key', async () => {
	assert.equal(await analyst.page.locator('button:has-text("承認する")').count(), 0);
	await lead.page.goto(analyst.page.url());
	await lead.page.waitForSelector('button:has-text("承認する"):not(:disabled)');
	await lead.page.keyboard.press('a');
	await lead.page.waitForSelector('.chips .step-approved');
	await analyst.page.waitForSelector('.chips .step-approved');
});

await step('published, mailed, and the member has it on the telephone', async () => {
	await lead.page.click('button:has-text("公開する")');
	await lead.page.click('button:has-text("送付する")');
	await lead.page.waitForSelector('.deliveries li:has-text("shacho1@member.example")');
	await lead.page.waitForSelector('.chips .step-sent');
	await member.page.waitForSelector('.member-reports li:has-text("新着")');
	const file = await saved(member.page, '.member-reports .button:has-text("PDF")');
	console.log(`report sha256: ${createHash('sha256').update(file.bytes).digest('hex')}`);
	await lead.page.waitForSelector('.flow li.done:has-text("開封済み")');
	await member.page.click('.member-reports li a');
	await member.page.waitForSelector('.note-text:has-text("検査をお願いします")');
	await drawn(member.page, 1);
	assert.equal(await member.page.locator('.report-steps, .deliveries, .walk').count(), 0);
	assert.ok(await member.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the telephone');
});

await step('a colleague saves while one types: nothing is lost, and it is said who', async () => {
	await analyst.page.goto(`${analyst.url}/reports?month=${month}&q=${encodeURIComponent('なにわ印刷')}`);
	await analyst.page.click(cell('なにわ印刷', 'a'));
	await analyst.page.waitForSelector('#report-comment');
	await analyst.page.fill('#report-comment', '自分の文');
	await lead.page.goto(analyst.page.url());
	await lead.page.fill('#report-comment', '浜田の文');
	await lead.page.click('.report-steps form .button >> nth=0');
	await analyst.page.waitForSelector('.notice:has-text("浜田 みなと") .note-text:has-text("浜田の文")');
	assert.equal(await analyst.page.inputValue('#report-comment'), '自分の文');
	/* Looking at another one and coming back keeps it, too. */
	await analyst.page.keyboard.press('Escape');
	await analyst.page.focus('#report-comment');
	await analyst.page.keyboard.press('Escape');
	await analyst.page.waitForFunction(() => document.activeElement?.id !== 'report-comment');
	await analyst.page.keyboard.press('Escape');
	await analyst.page.waitForURL(/\/reports$/);
	await analyst.page.goBack();
	await analyst.page.waitForFunction(() => document.querySelector('#report-comment')?.value === '自分の文');
	await analyst.page.click('button:has-text("自分の文を続ける")');
	await analyst.page.click('.report-steps form .button >> nth=0');
	await lead.page.waitForFunction(() => document.querySelector('#report-comment')?.value === '自分の文');
});

await step('all others at once: asked once, told when it is done, by name what could not be', async () => {
	await analyst.page.goto(`${analyst.url}/reports`);
	await lead.page.goto(`${lead.url}/reports`);
	for (const [verb, done] of [['承認', 'step-approved'], ['公開', 'step-published'], ['送付', 'step-sent']]) {
		await lead.page.click(`.month-bar button:has-text("件を${verb}")`);
		await lead.page.click('.month-bar button:has-text("よろしいですか")');
		await lead.page.waitForSelector(`.toast:has-text("${verb}: ")`);
		await lead.page.waitForSelector(cell('なにわ印刷', `.${done}`));
		await analyst.page.waitForSelector(cell('なにわ印刷', `.${done}`));
	}
});

await step('issued again, with the words of the first issue', async () => {
	await lead.page.goto(`${lead.url}/reports?month=${month}`);
	await lead.page.click(cell('なにわ印刷', 'a'));
	await lead.page.click('button:has-text("再発行")');
	await lead.page.fill('.report-steps form input', '件数の訂正');
	await lead.page.click('.report-steps form .primary');
	await lead.page.waitForSelector('.notice:has-text("件数の訂正")');
	await lead.page.click('button:has-text("前の発行の文を入れる")');
	await lead.page.waitForFunction(() => document.querySelector('#report-comment')?.value === '自分の文');
	await lead.page.click('.report-steps form .button >> nth=0');
	await lead.page.waitForSelector('.chips .step-draft');
	await lead.page.waitForSelector('.chips .chip:has-text("第 2 回発行")');
});

await step('the month closed once more needs a reason', async () => {
	await lead.page.goto(`${lead.url}/months/${month}`);
	await lead.page.click('button:has-text("もう一度締める")');
	assert.equal(await lead.page.isDisabled('.closing .primary'), true);
	await lead.page.fill('.closing input', '遅れて届いた記録');
	await lead.page.click('.closing .primary');
	await lead.page.waitForSelector('.toast:has-text("月の締めが終わりました")');
	await lead.page.waitForSelector('button:has-text("もう一度締める"):not(:disabled)');
});

await step('a certificate: made, approved by another, downloaded by the member, revoked', async () => {
	await office.page.goto(`${office.url}/companies/1`);
	await office.page.click('button:has-text("証明書を作る")');
	await drawn(office.page, 2);
	assert.equal(await office.page.locator('button:has-text("承認する")').count(), 0, 'not by who made it');
	await lead.page.goto(office.page.url());
	await lead.page.click('button:has-text("承認する")');
	await lead.page.click('button:has-text("公開する")');
	await lead.page.waitForSelector('.chips .step-published');
	await lead.page.keyboard.press('Escape');
	await lead.page.waitForURL(/\/companies\/1$/);
	await member.page.goto(`${member.url}/portal`);
	const file = await saved(member.page, '.certificates li:has-text("有効") .button:has-text("PDF")');
	assert.match(file.name, /^certificate-KM-\d+/);
	await lead.page.click('.certificates button:has-text("失効させる")');
	await lead.page.fill('.certificates form input', '内容の誤り');
	await lead.page.click('.certificates form .primary');
	await lead.page.waitForSelector('.certificates .chip:has-text("失効")');
});

await step('a case has its first report, and the member reads it', async () => {
	await analyst.page.goto(`${analyst.url}/incidents/101`);
	await analyst.page.click('.case-reports button:has-text("速報を作る")');
	await drawn(analyst.page, 2);
	await analyst.page.waitForSelector('.company-head a[href="/incidents/101"]');
	await lead.page.goto(analyst.page.url());
	await lead.page.click('button:has-text("承認する")');
	await lead.page.click('.report-steps button:has-text("公開する")');
	await lead.page.waitForSelector('.chips .step-published');
	await member.page.waitForSelector('.member-reports li:has-text("速報")');
});

await step('a text of the reports: a name that is not there is refused; a row of plain words is tried', async () => {
	await lead.page.goto(`${lead.url}/report-texts?key=heading_summary`);
	await lead.page.fill('.text-editing textarea', '{{nonsense}}');
	await lead.page.click('.text-editing button >> nth=0');
	await lead.page.waitForSelector('.form-error:has-text("nonsense")');
	await lead.page.fill('.text-editing textarea', '今月のかなめ');
	await lead.page.click('.text-editing .primary');
	await lead.page.waitForSelector('.toast:has-text("文面を保存しました")');
	await lead.page.goto(`${lead.url}/plain-words`);
	await lead.page.selectOption('.trial select >> nth=0', 'outbound');
	await lead.page.fill('.trial input >> nth=1', 'ET MALWARE Stealer');
	await lead.page.click('.trial button');
	await lead.page.waitForSelector('tr.hit-2');
});

await step('the desk reads all of it, and has no button to press', async () => {
	await desk.page.goto(`${desk.url}/reports`);
	await desk.page.waitForSelector(cell('山田精機', '.step-opened'));
	assert.equal(await desk.page.locator('.month-bar .actions button').count(), 0);
	assert.equal(await desk.page.locator('.tabs a[href="/billing"]').count(), 0);
	await desk.page.click(cell('山田精機', 'a'));
	await drawn(desk.page, 2);
	assert.equal(await desk.page.locator('.report-steps button, #report-comment').count(), 0);
});

for (const [who, a] of Object.entries(people)) await step(`nothing that ${who} saw complained`, async () => assert.deepEqual(await a.complaints(), []));
await browser.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
exit(failed ? 1 : 0);
