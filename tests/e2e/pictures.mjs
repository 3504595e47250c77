#!/usr/bin/env node
/* Takes pictures of pages of a real server, in Japanese and English.
 *
 *   node tests/e2e/pictures.mjs --link SET-UP-LINK --out DIR NAME=/path... */
import { mkdirSync } from 'node:fs';
import { argv } from 'node:process';
import { launch } from './browser.mjs';

const PASSWORD = 'correct horse battery staple';
const option = (name) => argv[argv.indexOf(`--${name}`) + 1];
const link = new URL(option('link'));
const out = option('out');
const pages = argv.slice(2).filter((a) => a.includes('=/'));

mkdirSync(out, { recursive: true });
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 1100 }, locale: 'ja-JP', ignoreHTTPSErrors: true });
const page = await context.newPage();
page.setDefaultTimeout(20000);
await page.goto(link.href);
await page.fill('input[name=password]', PASSWORD);
await page.fill('input[name=again]', PASSWORD);
await page.keyboard.press('Enter');
await page.click('.door a.primary');
await page.fill('input[name=email]', 'shots@example.jp');
await page.fill('input[name=password]', PASSWORD);
await page.keyboard.press('Enter');
await page.waitForSelector('.frame');
for (const language of ['ja', 'en']) {
	if (language === 'en') {
		await page.click('.bar .text-button');
		await page.waitForSelector('html[lang=en]');
	}
	for (const entry of pages) {
		const cut = entry.indexOf('=');
		await page.goto(`${link.origin}${entry.slice(cut + 1)}`);
		await page.waitForSelector('.lamp.live');
		await page.waitForSelector('.card, .plain, .row:not([hidden]), .empty').catch(async (error) => {
			await page.screenshot({ path: `${out}/failed.png` });
			throw error;
		});
		/* What a page asks for after its first answer. */
		await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
		await page.screenshot({ path: `${out}/${entry.slice(0, cut)}-${language}.png` });
	}
}
await browser.close();
