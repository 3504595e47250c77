/* What the first page needs: the modules that src/main.js imports, and those that these import, and so on; not those that
 * are fetched when a page is first opened. One a line, sorted.
 *
 *   node scripts/web-preload.mjs FOLDER      FOLDER holds src/ */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { argv, chdir } from 'node:process';

chdir(argv[2]);
const found = new Set(['src/main.js']);
for (const file of found) {
	for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s[^;]*?from\s*['"](\.[^'"]+)['"]/gm)) found.add(path.join(path.dirname(file), name));
}
found.delete('src/main.js'); // stands in the page itself
console.log([...found].sort().join('\n'));
