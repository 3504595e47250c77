/* Debian's chromium for the tests, and all that a page may complain about. */
import { env } from 'node:process';

const { chromium } = await import(new URL('../../web/node_modules/playwright-core/index.mjs', import.meta.url).href);
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** CHROMIUM names another browser. */
export function launch() {
	return chromium.launch({ executablePath: env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/**
 * Collects what the context's pages print as errors or warnings, and violations of the Content-Security-Policy.
 * @param {any} context  @param {RegExp} expected  console messages that belong to the test
 * @returns {Promise<() => Promise<string[]>>} gives all complaints until now
 */
export async function watch(context, expected) {
	const complaints = [];
	context.on('page', (page) => {
		page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
		page.on('console', (message) => {
			if (['error', 'warning'].includes(message.type()) && !expected.test(message.text())) complaints.push(`console: ${message.text()}`);
		});
	});
	await context.addInitScript(() => {
		window.violations = [];
		document.addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
	});
	return async () => {
		for (const page of context.pages()) complaints.push(...(await page.evaluate(() => window.violations.splice(0))).map((v) => `CSP: ${v}`));
		return complaints;
	};
}
