/* Months and reports in the browser: the board, the way of one report, many at once, a member's own page. */
import assert from 'node:assert/strict';
import { signInAs } from './desk.mjs';

/** @param {{test: Function, browser: any}} kit */
export async function reportTests({ test, browser }) {
	await test('the board: members by months, found by step, weather and name', {}, async ({ page, mock }) => {
		await page.keyboard.press('g');
		await page.keyboard.press('r');
		await page.waitForURL(/\/reports$/);
		await page.waitForSelector('.row:has-text("株式会社山田精機製作所") .step-needs_comment');
		assert.equal(await page.locator('.row:not([hidden])').count(), 12);
		assert.equal(await page.locator('.row:has-text("北浜") .hot').textContent(), '0', 'a report that would reach nobody');
		await page.click('.step-counts .step-approved');
		await page.waitForFunction(() => document.querySelectorAll('.row:not([hidden])').length === 2);
		assert.match(page.url(), /state=approved/);
		await page.click('.step-counts .step-approved');
		await page.fill('#board-name', '淀川');
		await page.waitForFunction(() => document.querySelectorAll('.row:not([hidden])').length === 1);
		await page.fill('#board-name', 'そんな会社はない');
		await page.waitForSelector('.empty:has-text("あてはまる企業はありません")');
		await page.goto(`${mock.url}/reports?grade=rainy`);
		await page.waitForSelector('.row:not([hidden]) .cell:last-child .weather[data-grade=rainy]');
	});

	await test('a report: both languages as they will look, the comment, approval, publishing, sending', { expect: /401|412/ }, async ({ page, mock }) => {
		await page.goto(`${mock.url}/reports`);
		await page.waitForSelector('.row:has-text("山田精機")');
		await page.click('.row:has-text("山田精機") .cell:last-child a');
		await page.waitForURL(/\/reports\/\d+$/);
		await page.waitForFunction(() => document.activeElement?.id === 'report-comment');
		await page.waitForFunction(() => document.querySelectorAll('.preview-page:not(.waiting) img').length === 2);
		await page.click('.preview-page:first-child .segment >> nth=2');
		await page.waitForSelector('.preview-page:first-child:not(.waiting) img[alt*="3 ページ目"]');
		assert.equal(await page.locator('button:has-text("承認する")').count(), 0, 'this month needs a comment first');
		await page.waitForSelector('.hint:has-text("コメントがあると承認できます")');
		const other = await signInAs(browser, mock, 'reporter@example.jp');
		await other.page.goto(page.url());
		await other.page.waitForSelector('#report-comment');
		await other.page.fill('#report-comment', 'パソコン1台が外の不審な通信先へ接続しようとしました。検査をお願いします。');
		await page.fill('#report-comment', '別の文');
		await other.page.click('button:has-text("コメントを保存")');
		await page.waitForSelector('.notice .note-text:has-text("検査をお願いします")');
		assert.equal(await page.inputValue('#report-comment'), '別の文', 'what is being typed is not lost');
		assert.equal(await page.isDisabled('button:has-text("承認する")'), true);
		await page.click('button:has-text("この文にする")');
		await other.page.waitForSelector('.hint:has-text("別の人が承認")');
		assert.equal(await other.page.locator('button:has-text("承認する")').count(), 0, 'not by who wrote the comment');
		await other.context.close();
		await page.waitForSelector('button:has-text("承認する"):not(:disabled)');
		assert.match(await page.inputValue('#report-comment'), /検査をお願いします/);
		await page.click('button:has-text("承認する")');
		await page.waitForSelector('.chips .step-approved');
		await page.click('button:has-text("公開する")');
		await page.click('button:has-text("送付する")');
		await page.waitForSelector('.deliveries li:has-text("山田 社長")');
		await page.waitForSelector('.flow li.done:has-text("送付済み")');
		const download = page.waitForEvent('download');
		await page.click('.downloads .button:has-text("PDF")');
		assert.match((await download).suggestedFilename(), /\.pdf$/);
		await page.click('button:has-text("再発行")');
		await page.fill('.report-steps form input', '件数の訂正');
		await page.click('.report-steps form .primary');
		await page.waitForSelector('.notice:has-text("件数の訂正")');
		await page.waitForSelector('.chips .chip:has-text("第 2 回発行")');
	});

	await test('forty comments before noon: written, saved and on to the next without the mouse', { expect: /401/ }, async ({ page, mock }) => {
		await page.goto(`${mock.url}/reports`);
		await page.waitForSelector('.row:not([hidden])');
		const waiting = Number(await page.textContent('.month-bar .step-needs_comment b'));
		assert.ok(waiting > 2);
		await page.click('.row:has(.step-needs_comment) .cell:last-child a >> nth=0');
		for (let i = 0; i < waiting; i++) {
			await page.waitForFunction(() => document.activeElement?.id === 'report-comment');
			const url = page.url();
			if (i === 0) {
				/* What is not saved is there again after looking at the next one. */
				await page.keyboard.type('途中');
				await page.keyboard.press('Escape');
				await page.keyboard.press('j');
				await page.waitForFunction((was) => location.href !== was, url);
				await page.waitForSelector('.report-steps');
				await page.evaluate(() => /** @type {any} */ (document.activeElement).blur());
				await page.keyboard.press('k');
				await page.waitForFunction((was) => location.href === was, url);
				await page.waitForFunction(() => document.activeElement?.id === 'report-comment' && document.querySelector('#report-comment').value === '途中');
				await page.keyboard.press('End');
			}
			await page.keyboard.type(`コメント${i}`);
			await page.keyboard.press('Control+Enter');
			if (i + 1 < waiting) await page.waitForFunction((was) => location.href !== was, url);
		}
		await page.waitForSelector('.toast:has-text("コメント待ちのレポートはほかにありません")');
		assert.equal(await page.inputValue('#report-comment'), `コメント${waiting - 1}`, 'to the last letter');
		assert.equal(await page.locator('.walk button:has-text("次のコメント待ち")').count(), 0);
		await page.keyboard.press('Escape');
		await page.$eval('#report-comment', (e) => e.blur());
		await page.keyboard.press('Escape');
		await page.waitForURL(/\/reports$/);
		await page.waitForSelector('.row.focused');
		assert.equal(await page.locator('.month-bar .step-needs_comment').count(), 0);
	});

	await test('three thousand companies: the first are there before the last, and nothing is drawn that is not seen', {}, async ({ page, mock }) => {
		mock.crowd(3000);
		await page.goto(`${mock.url}/reports`);
		await page.waitForSelector('.row:not([hidden])');
		await page.waitForFunction(() => document.querySelector('.grid')?.getAttribute('aria-rowcount') === '3013');
		assert.ok((await page.locator('.row').count()) < 80);
		await page.$eval('.grid-body', (e) => (e.scrollTop = 28 * 1500));
		await page.waitForFunction(() => [...document.querySelectorAll('.row:not([hidden])')].some((r) => Math.abs(Number(r.getAttribute('aria-rowindex')) - 1510) < 20));
		await page.fill('#board-name', 'T-2999');
		await page.waitForFunction(() => document.querySelectorAll('.row:not([hidden])').length === 1);
		await page.fill('#board-name', '');
		await page.waitForFunction(() => document.querySelector('.grid')?.getAttribute('aria-rowcount') === '3013');
	});

	await test('many at once: asked once, with progress, and what failed by name', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/reports`);
		await page.waitForSelector('.row:has-text("山田精機")');
		await page.click('.month-bar button:has-text("3 件を承認")');
		await page.click('.month-bar button:has-text("3 件を承認してよろしいですか")');
		await page.waitForSelector('.run-running, .month-bar .step-approved:has-text("5")');
		await page.waitForSelector('.month-bar .step-approved:has-text("5")');
		await page.waitForSelector('.month-bar button:has-text("5 件を公開")');
	});

	await test('a month: closed again only with a reason; the chamber’s own report', { expect: /401|409/ }, async ({ page, mock }) => {
		await page.goto(`${mock.url}/months`);
		await page.waitForSelector('.months .chip.warn:has-text("締め後に変化 1 社")');
		await page.click('.months tbody tr:has(.chip.warn:has-text("締め後")) th a');
		await page.waitForSelector('.preview-page:not(.waiting) img');
		await page.click('button:has-text("もう一度締める")');
		assert.equal(await page.isDisabled('.closing .primary'), true);
		await page.fill('.closing input', '遅れて届いた記録');
		await page.click('.closing .primary');
		await page.waitForSelector('.versions li:has-text("遅れて届いた記録")');
	});

	await test('a member sees what was published, with a file for each', {}, async ({ mock }) => {
		const { page, context } = await signInAs(browser, mock, 'member@example.jp');
		await page.waitForSelector('.member-reports li:has-text("速報")');
		await page.waitForSelector('.certificates li:has-text("KM-7")');
		assert.equal(await page.locator('.member-reports .step-draft, .member-reports .step-needs_comment').count(), 0);
		const download = page.waitForEvent('download');
		await page.click('.member-reports li >> nth=1 >> button:has-text("PDF")');
		assert.match((await download).suggestedFilename(), /\.pdf$/);
		await page.click('.member-reports li >> nth=1 >> a');
		await page.waitForSelector('.preview-page:not(.waiting) img');
		assert.equal(await page.locator('.report-steps, .deliveries').count(), 0, 'the chamber’s side of it is not theirs');
		await context.close();
	});

	await test('texts and plain words: what a report never says is refused, a row is tried', { expect: /401|400/ }, async ({ page, mock }) => {
		await page.goto(`${mock.url}/report-texts`);
		await page.click('.report-text:has-text("0件でした")');
		await page.fill('.text-editing textarea', 'お客様は安全です。');
		await page.click('.text-editing .primary');
		await page.waitForSelector('.form-error:has-text("安全です")');
		await page.fill('.text-editing textarea', '0件でした。');
		await page.click('.text-editing .primary');
		await page.waitForSelector('.text-editing button:has-text("出荷時"):not(:disabled), .text-editing .quiet:not(:disabled)');
		await page.goto(`${mock.url}/plain-words`);
		await page.selectOption('.trial select >> nth=0', 'outbound');
		await page.click('.trial button');
		await page.waitForSelector('tr.hit-2[data-word="1"]');
		await page.click('button:has-text("追加")');
		await page.fill('form.stacked label:has-text("日本語") input', '広告の読み込み');
		await page.fill('form.stacked label:has-text("英語") input', 'Advertisements');
		await page.click('form.stacked .primary');
		await page.waitForSelector('.words td:has-text("広告の読み込み")');
	});

	await test('figures of a cohort: chosen once, kept in the address, asked for everywhere', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/metrics`);
		await page.waitForSelector('.trend-bars');
		const asked = [];
		page.on('request', (request) => request.url().includes('/v1/metrics/') && asked.push(request.url()));
		await page.selectOption('.cohorts select >> nth=1', '製造業');
		await page.waitForFunction(() => location.search.includes('industry='));
		await page.waitForSelector('.detection-table');
		for (const name of ['detections', 'trend', 'company-months', 'response', 'incidents', 'coverage']) assert.ok(asked.some((u) => u.includes(`/metrics/${name}?`) && u.includes('industry=')), `${name} asks for the cohort`);
		await page.waitForSelector('.peers td:has-text("少数のため非表示")');
	});
}

/** For the pictures: name and what must be there. */
export const REPORT_PAGES = [
	['reports', '.row:not([hidden])'],
	['reports/6', '.preview-page:not(.waiting) img'],
	['months', '.months'],
	['billing', '.row:not([hidden])'],
	['report-texts', '.report-text'],
	['plain-words', '.words td'],
];
