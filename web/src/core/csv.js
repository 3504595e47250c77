// @ts-check
/* CSV as spreadsheets in Japan open it: UTF-8 with a mark, CRLF (RFC 4180). */

/** @param {unknown} value */
function cell(value) {
	let text = value === null || value === undefined ? '' : String(value);
	/* A name that a spreadsheet would run as a formula becomes text. Numbers stay numbers. */
	if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {unknown[][]} rows */
export function toCsv(rows) {
	return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
