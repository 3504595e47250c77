#!/usr/bin/env node
/* Takes a picture of one address, the whole page.
 *
 *   node tests/e2e/picture.mjs ADDRESS FILE.png [WIDTH HEIGHT [COOKIE]] */
import { argv } from 'node:process';
import { launch } from './browser.mjs';

const [address, file, width = '390', height = '844', cookie = ''] = argv.slice(2);
const browser = await launch();
const context = await browser.newContext({ viewport: { width: Number(width), height: Number(height) }, locale: 'ja-JP', ignoreHTTPSErrors: true, deviceScaleFactor: 2 });
if (cookie) {
	const cut = cookie.indexOf('=');
	await context.addCookies([{ name: cookie.slice(0, cut), value: cookie.slice(cut + 1), url: new URL(address).origin, secure: true }]);
}
const page = await context.newPage();
await page.goto(address);
if (cookie) {
	await page.waitForSelector('.card');
	await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
}
await page.screenshot({ path: file, fullPage: !cookie });
await browser.close();
