// @ts-check
/* Telephone numbers as people type and as switchboards show them. */

/** Full-width digits and signs are what a Japanese input method leaves. @param {string} text */
const narrow = (text) => text.normalize('NFKC');

/** Digits as dialled within Japan: +81 6 and 0081-6 become 06. @param {string} text */
export function phoneDigits(text) {
	const plain = narrow(text).trim();
	const digits = plain.replace(/\D/g, '');
	if (plain.startsWith('+81')) return `0${digits.slice(2).replace(/^0/, '')}`;
	if (digits.startsWith('0081')) return `0${digits.slice(4).replace(/^0/, '')}`;
	/* 010 is how one dials abroad: 010-81-6 comes back to 06. */
	if (digits.startsWith('01081')) return `0${digits.slice(5).replace(/^0/, '')}`;
	return digits;
}

/** Whether a text is meant as a number: digits and what stands between them, four digits at least. @param {string} text */
export function looksLikePhone(text) {
	const plain = narrow(text).trim();
	return /^[+\d(][\d\s().‐‑–—―ー-]*$/.test(plain) && plain.replace(/\D/g, '').length >= 4;
}
