// @ts-check
/* Company names in narrow columns: the legal form shrinks to its usual sign, because half of all names begin with
 * the same four characters. */

/** @type {[string, string][]} */
const FORMS = [
	['株式会社', '㈱'],
	['有限会社', '㈲'],
	['合同会社', '(同)'],
	['合資会社', '㈾'],
	['合名会社', '㈴'],
	['医療法人', '(医)'],
	['社会福祉法人', '(福)'],
	['一般社団法人', '(社)'],
];

/** @param {string} name */
export function shortCompany(name) {
	for (const [form, sign] of FORMS) {
		if (name.startsWith(form)) return sign + name.slice(form.length).trim();
		if (name.endsWith(form)) return name.slice(0, -form.length).trim() + sign;
	}
	return name;
}
