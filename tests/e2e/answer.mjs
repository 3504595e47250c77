#!/usr/bin/env node
/* The page behind a link in a notice, on a phone of 390 px without script: what it shows, that it can be used with one
 * thumb, and that it does what it says.
 *
 *   node tests/e2e/answer.mjs --origin URL --first TOKEN --second TOKEN --member TOKEN --drill TOKEN [--shots DIR] */
import { mkdirSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { launch } from './browser.mjs';
import { contrastFaults } from './contrast.mjs';

const option = (name) => (argv.includes(`--${name}`) ? argv[argv.indexOf(`--${name}`) + 1] : undefined);
const origin = option('origin');
const shots = option('shots');
let passed = 0;
let failed = 0;
function check(text, good, got = '') {
	if (good) passed++;
	else failed++;
	console.log(good ? `ok      ${text}` : `FAILED  ${text}: ${got}`);
}

if (shots) mkdirSync(shots, { recursive: true });
const browser = await launch();
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, javaScriptEnabled: false, ignoreHTTPSErrors: true };
const context = await browser.newContext({ ...phone, locale: 'ja-JP', colorScheme: 'light' });
const page = await context.newPage();
page.setDefaultTimeout(15000);
const asked = [];
page.on('request', (request) => asked.push(request.url()));
const complaints = [];
page.on('console', (message) => complaints.push(message.text()));

async function shot(name) {
	if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
}
async function look(name, buttons) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	check(`${name}: nothing sticks out`, wide <= page.viewportSize().width, `${wide} px`);
	const faults = await page.evaluate(contrastFaults);
	check(`${name}: every text can be read`, faults.length === 0, faults.join('; '));
	const boxes = await Promise.all((await page.locator('button').all()).map((b) => b.boundingBox()));
	check(`${name}: ${buttons} buttons`, boxes.length === buttons, boxes.length);
	for (const box of boxes) {
		check(`${name}: a button is large and on the screen`, box.height >= 72 && box.width >= 120 && box.y + box.height <= 844 && box.y > 844 / 2, JSON.stringify(box));
	}
	if (boxes.length === 2) check(`${name}: both are of one size`, boxes[0].width === boxes[1].width && boxes[0].height === boxes[1].height, JSON.stringify(boxes));
	await shot(name);
}
const has = (text) => page.getByText(text).first().isVisible();

/* A page: in both languages, on a narrower phone, and answered. */
await page.goto(`${origin}/a/${option('first')}`);
await look('page-ja', 2);
check('the page is one file', asked.length === 1, asked.join(' '));
check('the language of the page', (await page.locator('html').getAttribute('lang')) === 'ja');
await page.getByText('English').click();
await look('page-en', 2);
check('the language was switched', (await page.locator('html').getAttribute('lang')) === 'en');
await page.setViewportSize({ width: 320, height: 844 });
await look('page-320', 2);
await page.setViewportSize({ width: 390, height: 844 });
await page.goto(`${origin}/a/${option('first')}`);
await page.getByRole('button', { name: '対応できない' }).click();
check('declined', await has('「対応できない」を受け付けました'));
await look('declined-ja', 0);
await page.goto(`${origin}/a/${option('second')}?lang=en`);
await page.getByRole('button', { name: 'I take it' }).click();
check('taken on', await has('You have taken it on'));
check('... with a way on', (await page.locator('a.open').getAttribute('href')).startsWith('/incidents/'));
await look('taken-en', 0);
await page.goto(`${origin}/a/${option('first')}`);
check('the other one sees who has it', await has('さんが対応しています'));
await look('other-ja', 0);

/* A member, by day; a drill; a link that is none. */
await page.goto(`${origin}/a/${option('member')}`);
await look('member-ja', 1);
await page.getByRole('button', { name: '確認しました' }).click();
check('a member has confirmed', await has('ありがとうございました'));
await look('confirmed-ja', 0);
await page.goto(`${origin}/a/${option('drill')}?lang=en`);
await look('drill-en', 1);
await page.getByRole('button', { name: 'It reached me' }).click();
check('a drill is answered', await has('Thank you'));
await page.goto(`${origin}/a/${option('first').slice(0, -2)}xx`);
check('a link that was cut off', await has('このリンクは使えません'));
await look('wrong-ja', 0);
/* Browsers print one line for a status of 404. */
check('the browser has nothing to complain about', complaints.every((c) => c.includes('404')), complaints.join('; '));
await browser.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
exit(failed ? 1 : 0);
