/* The help desk, dispatch and the member's portal in the browser: one login of each kind of people. */
import assert from 'node:assert/strict';
import { env } from 'node:process';
import { contrastFaults } from './contrast.mjs';

/** Pages of a telephone, by who holds it. */
const PHONE_PAGES = [
	['vendor@example.jp', [['orders', '.order-tile'], ['orders/30', '.way']]],
	['member@example.jp', [['portal', '.people-card li'], ['tickets/100', '.talk'], ['orders/36', '.way']]],
	['desk@example.jp', [['desk', '.row:not([hidden])'], ['tickets/100', '.caller'], ['orders', '.board-card'], ['companies/1', '.people-card li']]],
];

/** Another person in a browser profile of their own. */
export async function signInAs(browser, mock, email, width = 1280) {
	const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 800 }, locale: 'ja-JP', hasTouch: width < 500 });
	const page = await context.newPage();
	page.setDefaultTimeout(15000);
	await page.goto(`${mock.url}/login`);
	await page.fill('input[name=email]', email);
	await page.fill('input[name=password]', 'correct horse battery staple');
	await page.click('button[type=submit]');
	await page.waitForSelector('.frame');
	return { page, context };
}

/** @param {{test: Function, browser: any, streaming: Function}} kit */
export async function deskTests({ test, browser, streaming }) {
	await test('each kind of people lands on its own page and has its own rail', {}, async ({ mock }) => {
		for (const [email, path, rail] of [
			['desk@example.jp', '/desk', ['相談窓口', 'アラート', 'インシデント', '当番', 'キャンペーン', '企業', 'センサー', '検知状況', 'レポート']],
			['vendor@example.jp', '/orders', ['依頼']],
			['member@example.jp', '/portal', ['マイページ', 'アラート', 'インシデント', 'キャンペーン', '企業', 'センサー', '検知状況']],
		]) {
			const { page, context } = await signInAs(browser, mock, email);
			await page.waitForURL(new RegExp(`${path}$`));
			assert.deepEqual(await page.$$eval('.rail a.rail-item span', (all) => all.map((x) => x.textContent)), rail, email);
			if (email.startsWith('vendor')) {
				await page.goto(`${mock.url}/inbox`);
				await page.waitForSelector('.empty:has-text("ページが見つかりません")');
				assert.equal(await page.locator('.lamp').count(), 0, 'no live stream for a vendor');
			}
			await context.close();
		}
	});

	await test('a caller is found by the number as it is typed; everything is there without a click', {}, async ({ page, mock }) => {
		await page.keyboard.press('g');
		await page.keyboard.press('d');
		await page.waitForSelector('.row:has-text("経理のパソコンが勝手に再起動する")');
		await page.keyboard.press('n');
		await page.waitForFunction(() => document.activeElement?.id === 'caller');
		await page.keyboard.type('０６-6123-4567');
		await page.waitForSelector('.caller h2:has-text("株式会社山田精機製作所")');
		assert.match(await page.textContent('.caller'), /お助け隊.*駆け付け 1 \/ 1 回.*保険 300,000 円.*山田 太郎.*今お電話の方.*センサー.*未完了のインシデント.*HD-100/s);
		assert.equal(await page.inputValue('.taking-form .fields input >> nth=0'), '山田 太郎', 'the name fills itself in');
		await page.fill('#caller', '北浜');
		await page.waitForSelector('.caller h2:has-text("北浜ロジスティクス")');
		await page.keyboard.press('Enter');
		await page.waitForFunction(() => document.activeElement?.id === 'subject');
		await page.keyboard.type('昨日から通信が遅い');
		await page.click('.taking-form .primary');
		await page.waitForURL(/\/tickets\/\d+$/);
		await page.waitForSelector('.incident-head h2:has-text("昨日から通信が遅い")');
		const made = mock.desk.tickets.at(-1);
		assert.deepEqual([made.company_id, made.caller.name, made.channel, made.owner.display_name], [3, '北浜 健', 'phone', '田中 一郎']);
	});

	await test('somebody nobody knows is taken too, and given a company later', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/desk?new=1`);
		await page.fill('#caller', '0120-999-999');
		await page.waitForSelector('.callers li:has-text("見つかりません")');
		await page.fill('#subject', '名前を言わない電話');
		await page.click('.taking-form .primary');
		await page.waitForSelector('.chip.warn:has-text("会社不明")');
		await page.selectOption('#filter-company', '2');
		await page.waitForSelector('.caller h2:has-text("なにわ印刷")');
		assert.equal(mock.desk.tickets.at(-1).company_id, 2);
	});

	await test('a note is internal unless the switch says otherwise; an answer goes out by mail; closing needs a reason', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/tickets/101`);
		await page.waitForSelector('.talk');
		await page.fill('#note', '社内の話');
		await page.click('.talk-form .primary');
		await page.waitForSelector('.talk-note:has-text("社内の話") .talk-chip-inside');
		assert.equal(await page.locator('.talk-note.for-member').count(), 0);
		await page.click('.incident-head button:has-text("終了する")');
		await page.click('.close-form label:has-text("回答した")');
		assert.equal(await page.isDisabled('.close-form .primary'), true, 'nothing was answered yet');
		await page.click('.close-form .quiet');
		await page.click('.switch');
		await page.waitForSelector('.talk-form.to-member .button.outward');
		await page.fill('#note', '画面を閉じて大丈夫です');
		await page.click('.talk-form .outward');
		await page.waitForSelector('.talk-answer:has-text("画面を閉じて大丈夫です"):has-text("メールで回答")');
		assert.equal(await page.locator('.talk-form.to-member').count(), 0, 'the switch is off again');
		await page.click('.incident-head button:has-text("終了する")');
		await page.click('.close-form label:has-text("回答した")');
		await page.click('.close-form .primary');
		await page.waitForSelector('.incident-head .ticket-closed');
		assert.equal(mock.desk.tickets.find((x) => x.id === 101).close_reason, 'answered');
	});

	await test('somebody was faster with a ticket: nothing is changed, and the latest is shown', { expect: /401|412/ }, async ({ page, mock }) => {
		await page.goto(`${mock.url}/tickets/102`);
		await page.waitForSelector('.talk');
		const held = mock.desk.tickets.find((x) => x.id === 102);
		Object.assign(held, { version: held.version + 1, state: 'working', owner: { id: 5, display_name: '窓口 花子' } });
		await page.keyboard.press('a');
		await page.waitForSelector('.toast.error:has-text("先に変更しました")');
		await page.waitForSelector('.facts:has-text("窓口 花子")');
		assert.equal(held.owner.id, 5);
	});

	await test('an order from ticket to approval by three logins: desk, vendor on a telephone, member', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/tickets/103`);
		await page.waitForSelector('.talk');
		await page.click('.incident-head button:has-text("駆け付けを依頼")');
		await page.waitForSelector('.vendor-choice .picked:has-text("なにわネットワーク工業")');
		await page.click('.vendor-choice label:has-text("堺ITサポート")');
		await page.fill('form.stacked textarea', '機器のランプを確認してください');
		await page.fill('form.stacked .field.wide input', '此花区1-2-3');
		await page.click('form.stacked .primary');
		await page.waitForURL(/\/orders\/\d+$/);
		const order = mock.desk.orders.at(-1);
		await page.waitForSelector('.order-head .order-requested');
		const vendor = await signInAs(browser, mock, 'vendor@example.jp', 390);
		const tile = `.order-tile[href="/orders/${order.id}"]`;
		await vendor.page.click(tile);
		await vendor.page.waitForSelector('.order-acts .big');
		assert.equal(await vendor.page.locator('main a[href^="/companies"], main a[href^="/tickets"], main a[href^="/incidents"]').count(), 0, 'a vendor is not led to what it may not see');
		const small = await vendor.page.$$eval('.order-acts .button', (all) => all.map((b) => b.getBoundingClientRect().height).filter((x) => x < 44));
		assert.deepEqual(small, [], 'every button is tall enough for a thumb');
		await vendor.page.click('.big:has-text("引き受ける")');
		await vendor.page.click('.quick .button:has-text("2 時間後")');
		await vendor.page.click('.order-form .big');
		await vendor.page.waitForSelector('.order-head .order-accepted');
		assert.ok(Math.abs(Date.parse(order.expected_at) - Date.now() - 2 * 3600000) < 120000, order.expected_at);
		await page.waitForSelector('.order-head .order-accepted');
		await vendor.page.click('.big:has-text("到着しました")');
		await vendor.page.click('.big:has-text("退出しました")');
		await vendor.page.click('.big:has-text("作業報告")');
		await vendor.page.fill('.order-form textarea', '電源を入れ直し、緑になりました');
		await vendor.page.fill('.order-form input[type=number]', '12000');
		await vendor.page.click('.order-form .big');
		await vendor.page.waitForSelector('.order-head .order-reported');
		assert.equal(await vendor.page.locator('.big:has-text("承認")').count(), 0);
		await vendor.context.close();
		await page.click('.big:has-text("承認する")');
		await page.waitForSelector('.order-head .order-approved');
		assert.match(await page.textContent('main'), /12,000 円.*契約に含まれる/s);
		await page.goto(`${mock.url}/orders`);
		await page.waitForSelector(`.board-card[href="/orders/${order.id}"]:has-text("承認済み")`);
		assert.equal(await page.locator('.board-card.late').count(), 2, 'one without an answer, one that did not come');
		const member = await signInAs(browser, mock, 'member@example.jp', 390);
		await member.page.click('.portal-list a[href="/orders/30"]');
		await member.page.waitForSelector('.way');
		assert.equal(await member.page.locator('.order-acts').count(), 0, 'a member looks and does not touch');
		await member.context.close();
	});

	await test('the portal: a request is done with a word, a question is asked, the contacts are put in order', {}, async ({ mock }) => {
		const { page, context } = await signInAs(browser, mock, 'member@example.jp', 390);
		await page.waitForSelector('.asked .request');
		await page.click('.asked .request:has-text("全体検査") .primary');
		await page.fill('.request-note input', '問題なし');
		await page.click('.request-note .primary');
		await page.waitForSelector('.asked .request:has-text("全体検査")', { state: 'detached' });
		assert.deepEqual([mock.desk.requests[0].state, mock.desk.requests[0].note], ['done', '問題なし']);
		await page.click('.person-acts button[aria-label="川口 美咲 を先にする"]');
		await page.waitForSelector('.people-card li:first-child:has-text("川口 美咲")');
		await page.click('.portal button:has-text("質問・相談する")');
		assert.deepEqual(await page.$$eval('.portal form select option', (all) => all.map((o) => o.value).filter((v) => v === 'monitoring')), [], 'only what members may choose');
		await page.fill('.portal form input', '料金について');
		await page.click('.portal form .primary');
		await page.waitForURL(/\/tickets\/\d+$/);
		await page.fill('#note', '追加の質問です');
		await page.click('.talk-form .button');
		await page.waitForSelector('.talk-note.for-member:has-text("追加の質問です")');
		assert.equal(await page.locator('.switch, .incident-head .actions, .caller').count(), 0, 'nothing of the desk');
		await context.close();
	});

	await test('the case on the incident page: steps, waiting, insurance, law, evidence, page on-call, tell the member', { context: { acceptDownloads: true } }, async ({ page, mock }) => {
		const id = mock.world.findIncidents(new URLSearchParams('company=1'))[0].id;
		await page.goto(`${mock.url}/incidents/${id}`);
		await page.waitForSelector('.clocks .way');
		await page.click('.card:has(.case-steps) h2 .button');
		await page.selectOption('.card:has(.case-steps) select', '2');
		await page.fill('.card:has(.case-steps) textarea', 'LANケーブルを抜いた');
		await page.click('.card:has(.case-steps) .check');
		await page.click('.card:has(.case-steps) .primary');
		await page.waitForSelector('.case-steps li.done:nth-child(2):has-text("LANケーブルを抜いた")');
		await page.click('.clocks .button:has-text("会員待ちにする")');
		await page.waitForSelector('.clocks .chip.warn:has-text("会員待ち")');
		await page.click('.clocks .button:has-text("会員が確認した")');
		await page.waitForSelector('.clocks .way li:nth-child(5).done');
		const insurance = '.card:has(> h2:has-text("保険"))';
		await page.click(`${insurance} .button:has-text("請求の準備")`);
		await page.click(`${insurance} .button:has-text("編集")`);
		await page.selectOption(`${insurance} select`, 'covered');
		await page.fill(`${insurance} input[type=number] >> nth=0`, '180000');
		await page.click(`${insurance} .primary`);
		await page.waitForSelector(`${insurance}:has-text("150,000 円"):has-text("30,000 円")`);
		const law = '.card:has(> h2:has-text("個人情報保護法"))';
		await page.click(`${law} h2 .button`);
		await page.click(`${law} .primary`);
		await page.waitForSelector(`${law} .privacy-dates li:nth-child(2)`);
		await page.click(`${law} .privacy-dates li:nth-child(1) .button`);
		await page.waitForSelector(`${law} .privacy-dates li.done:nth-child(1)`);
		const download = page.waitForEvent('download');
		await page.click('.button:has-text("ZIPを作成")');
		assert.match((await download).suggestedFilename(), /\.zip$/);
		await page.waitForSelector('.pack:has-text("9f9f9f9f9f9f9f9f")');
		await page.click('.card:has(> h2:has-text("会員へのお願い")) h2 .button');
		await page.fill('.request-form textarea', '全員のパスワードを変えてください');
		await page.fill('.request-form input >> nth=0', '総務の方');
		await page.click('.request-form .primary');
		await page.waitForSelector('.request:has-text("全員のパスワードを変えてください")');
		await page.keyboard.press('p');
		await page.waitForSelector('form:has-text("当番を呼び出す")');
		await page.fill('form.stacked textarea', '至急見てください');
		await page.click('form.stacked .primary');
		await page.waitForSelector('.toast:has-text("当番を呼び出しました")');
		await page.click('.incident-head button:has-text("会員へ通知")');
		await page.click('form.stacked .primary');
		await page.waitForSelector('.toast:has-text("3 名に送ります")');
	});

	await test('the timeline says in words what paging, notices and the case left in it', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/incidents/${mock.world.findIncidents(new URLSearchParams('tag=kill-chain'))[0].id}`);
		await page.waitForSelector('.timeline .kind-evidence');
		const said = Object.fromEntries(await page.$$eval('.timeline li', (all) => all.map((x) => [x.className, x.textContent.replace(/\s+/g, ' ')])));
		for (const [kind, words] of [
			['page', /当番を呼び出しました/], ['acknowledged', /呼び出しに応答しました.*リンク/], ['notice', /堺ITサポート 森.*戻ってきました.*550/], ['confirmed', /山田 太郎.*確認しました/],
			['sla', /会員への連絡.*近づいています/], ['clock', /会員待ちにしました/], ['step', /初動.*完了.*LANケーブル/], ['request', /経理の方: 全体検査/], ['ticket', /HD-100.*紐付け/],
			['order', /WO-30.*堺ITサポート.*引き受け/], ['insurance', /支払い決定.*180,000 円.*150,000 円/], ['privacy', /速報を報告済み/], ['evidence', /14 ファイル/],
		]) assert.match(said[`kind-${kind}`] ?? '', words, kind);
		assert.equal(await page.locator('.timeline a[href="/pages/31"]').count(), 1);
	});

	await test('company page: people, contract, requests, tickets; a vendor is added; a viewer changes nothing', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/companies/1`);
		await page.waitForSelector('.people-card li');
		await page.click('.people-card h2 .button');
		await page.fill('.person-form input >> nth=0', '新任 次郎');
		await page.fill('.person-form input >> nth=2', '06-6123-9999');
		await page.click('.person-form .check');
		await page.click('.person-form .primary');
		await page.waitForSelector('.people-card li:nth-child(4):has-text("新任 次郎"):has-text("夜間不要")');
		await page.click('.people-card li:nth-child(4) button:has-text("編集")');
		await page.click('.person-form .danger');
		await page.click('.person-form .danger:has-text("本当に")');
		await page.waitForSelector('.people-card li:has-text("新任 次郎")', { state: 'detached' });
		assert.match(await page.textContent('.card:has(> h2:has-text("契約"))'), /月額 6,000 円.*税込 6,600 円.*1 \/ 1 回/s);
		await page.click('a.button:has-text("相談を受ける")');
		await page.waitForSelector('.caller h2:has-text("山田精機")');
		await page.goto(`${mock.url}/vendors`);
		await page.waitForSelector('.vendor');
		await page.click('.filters .primary');
		await page.fill('form.stacked input >> nth=0', '新しい業者');
		await page.click('form.stacked .primary');
		await page.waitForSelector('.vendor:has-text("新しい業者")');
		const viewer = await signInAs(browser, mock, 'viewer@example.jp');
		for (const path of ['/desk', '/tickets/100', '/orders/30', '/vendors', '/requests']) {
			await viewer.page.goto(`${mock.url}${path}`);
			await viewer.page.waitForSelector('.row:not([hidden]), .talk, .way, .vendor, .request');
			assert.deepEqual(await viewer.page.$$eval('main button.button', (all) => all.map((b) => b.textContent)), [], path);
		}
		await viewer.context.close();
	});

	for (const scheme of ['light', 'dark']) {
		await test(`on a telephone: readable, nothing wider than the screen, in both languages: ${scheme}`, {}, async ({ mock }) => {
			for (const [email, pages] of PHONE_PAGES) {
				const { page, context } = await signInAs(browser, mock, email, 390);
				await page.emulateMedia({ colorScheme: scheme });
				for (const language of ['ja', 'en']) {
					if ((await page.evaluate(() => document.documentElement.lang)) !== language) await page.click('.bar .text-button');
					await page.waitForSelector(`html[lang=${language}]`);
					for (const [name, ready] of pages) {
						await page.goto(`${mock.url}/${name}`);
						await page.waitForSelector(ready);
						await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
						assert.deepEqual(await page.evaluate(contrastFaults), [], `${name}, ${language}: too little contrast`);
						const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('main .scrolls, .filters, .bar')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className).join(' '));
						assert.ok(!wide, `${name}, ${language}: wider than the screen: ${wide}`);
						if (env.SHOTS) await page.screenshot({ path: `${env.SHOTS}/${email.split('@')[0]}-${name.replace('/', '-')}-${language}-${scheme}-390.png` });
					}
				}
				await context.close();
			}
		});
	}

	await test('a mail that comes in shows at once on the desk', {}, async ({ page, mock }) => {
		await page.goto(`${mock.url}/desk`);
		await page.waitForSelector('.row:not([hidden])');
		await streaming(mock);
		mock.desk.openTicket({ company_id: 2, category: 'question', channel: 'mail', subject: '今届いたメール', caller: { name: '大西', phone: null, email: 'a@example.jp' }, opened_by: null });
		await page.waitForSelector('.row:has-text("今届いたメール")');
	});
}

/** Pages for the test of contrast and of what fits: path, what shows that it is there. */
export const DESK_PAGES = [
	['desk', '.row:not([hidden])'],
	['desk?new=1', '#caller'],
	['tickets/100', '.caller'],
	['orders', '.board-card'],
	['orders/34', '.way'],
	['requests', '.request'],
	['vendors', '.vendor'],
];
