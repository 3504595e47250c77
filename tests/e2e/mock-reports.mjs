/* Made-up months, reports, certificates and figures for the mock server. Comments, approvals, runs and closings work; a file is
 * "being drawn" the first time it is asked for. */
import { deflateSync } from 'node:zlib';

const DAY = 86400000;
const iso = (ms) => new Date(ms).toISOString();
const GRADES = ['sunny', 'hazy', 'cloudy', 'rainy', 'fog'];
const STEPS = ['draft', 'needs_comment', 'approved', 'published', 'sent', 'opened', 'withdrawn', 'failed'];

function crc(bytes) {
	let c = ~0;
	for (const b of bytes) {
		c ^= b;
		for (let i = 0; i < 8; i++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
	}
	return ~c >>> 0;
}

/** A grey page of the shape of A4, with some lines on it. */
function paper(seed) {
	const [width, height] = [210, 297];
	const rows = Buffer.alloc((width + 1) * height, 255);
	for (let y = 0; y < height; y++) {
		rows[y * (width + 1)] = 0;
		if (y > 20 && y < 270 && (y * 7 + seed) % 9 === 0) rows.fill(200, y * (width + 1) + 20, y * (width + 1) + 150 + ((y * seed) % 40));
	}
	const part = (name, data) => {
		const body = Buffer.concat([Buffer.from(name), data]);
		const out = Buffer.alloc(8 + body.length);
		out.writeUInt32BE(data.length, 0);
		body.copy(out, 4);
		out.writeUInt32BE(crc(body), 4 + body.length);
		return out;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 0, 0, 0, 0], 8);
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), part('IHDR', head), part('IDAT', deflateSync(rows)), part('IEND', Buffer.alloc(0))]);
}

function monthBack(n) {
	const now = new Date(Date.now() + 9 * 3600000);
	return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n, 1)).toISOString().slice(0, 7);
}

/** @param {any} world @param {(event: string, data: object) => void} broadcast */
export function makeReports(world, broadcast) {
	const start = Date.now();
	const companies = world.companies();
	const last = monthBack(1);
	const months = Array.from({ length: 8 }, (_, i) => monthBack(7 - i));
	const sato = { id: 3, display_name: '佐藤 恵' };
	const reports = [];
	const drawnOnce = new Set();
	const runs = [];
	const closed = new Map(months.slice(0, -1).map((m) => [m, [{ version: 1, sha256: 'ab'.repeat(32), made_at: iso(start - 5 * DAY), made_by: null, reason: '', changes: [] }]]));
	const add = (more) => {
		const report = { id: reports.length + 1, company_id: 1, kind: 'monthly', month: last, incident_id: null, incident_no: null, issue: 1, replaces: null, issue_reason: '', language: 'ja', state: 'draft', grade: 'sunny', needs_comment: false, made_by: null, comment: null, comment_by: null, comment_at: null, approved_by: null, approved_at: null, published_by: null, published_at: null, sent_at: null, opened_at: null, withdrawn_at: null, withdraw_reason: null, error: null, snapshot_version: 1, waiting: 0, certificate: null, version: 1, created_at: iso(start - 4 * DAY), updated_at: iso(start - 4 * DAY), deliveries: [], ...more };
		reports.push(report);
		return report;
	};
	companies.forEach((c, i) => {
		for (const month of months.slice(-7, -1)) {
			if (month !== last) {
				add({ company_id: c.id, month, grade: GRADES[(i + month.charCodeAt(6)) % 4], state: 'published', published_at: iso(start - 30 * DAY), sent_at: iso(start - 30 * DAY), opened_at: i % 3 ? iso(start - 29 * DAY) : null });
				continue;
			}
			const grade = i === 0 ? 'cloudy' : GRADES[(i * 2) % 5];
			const bad = ['cloudy', 'rainy', 'fog'].includes(grade);
			add({ company_id: c.id, grade, needs_comment: bad, ...(i % 4 === 1 ? { state: 'approved', approved_by: sato, approved_at: iso(start - DAY) } : {}), ...(i === 5 ? { error: '数値を読めませんでした' } : {}) });
		}
	});
	add({ kind: 'first', month: null, grade: '', incident_id: 1, incident_no: 1, state: 'published', published_at: iso(start - 3600000) });
	const certificate = add({ kind: 'certificate', state: 'published', grade: '', certificate: 7, published_at: iso(start - DAY) });

	const stepOf = (r) => (r.error ? 'failed' : r.state === 'withdrawn' ? 'withdrawn' : r.state === 'published' ? (r.opened_at ? 'opened' : r.sent_at ? 'sent' : 'published') : r.state === 'approved' ? 'approved' : r.needs_comment && !r.comment ? 'needs_comment' : 'draft');
	const actionsOf = (r, me) => {
		if (['member', 'viewer', 'desk'].includes(me.role)) return [];
		const open = [];
		if (r.state === 'draft') {
			open.push('comment', 'refresh');
			if ((!r.needs_comment || r.comment) && r.comment_by?.id !== me.id) open.push('approve');
		}
		if (r.state === 'approved') open.push('unapprove', 'publish');
		if (r.state === 'published') open.push('send', 'withdraw', 'reissue');
		return open;
	};
	const shown = (r, me) => {
		const c = companies[r.company_id - 1];
		const { deliveries: _, ...rest } = r;
		return { ...rest, reference: `R-${r.id}`, company: c.name, member_no: c.member_no, step: stepOf(r), actions: actionsOf(r, me) };
	};
	const whole = (r, me) => ({ ...shown(r, me), figures: r.kind === 'monthly' ? { company_id: r.company_id, due_hours: 744, seen_hours: 740, months: [{ month: 'x', monitored_days: 30, inbound: 40, inbound_stopped: 40, outbound: 0, outbound_stopped: 0, viruses: 1, viruses_removed: 1, incidents: 3 }, { month: r.month, monitored_days: 31, inbound: 52, inbound_stopped: 50, outbound: 6, outbound_stopped: 0, viruses: 3, viruses_removed: 2, incidents: 5 }], cases: [{ incident_id: 1, no: 1, ja: '外の不審な通信先への接続', en: 'Contact with a suspicious address', severity: 2, open: true, carried: false }], requests: [{ who_ja: '経理の方', who_en: 'Accounts', what_ja: '全体検査をお願いします。', what_en: 'Please run a full scan.', minutes: 60, due_on: '2026-12-03' }], reasons: [{ ja: '社内のパソコン1台が、外の不審な通信先へ接続しようとしました（機器が止めました）。', en: 'A computer inside tried to reach a suspicious address; the device stopped it.' }] } : {}, snapshot: { id: r.id, version: 2, sha256: 'cd'.repeat(32), made_at: iso(start - 4 * DAY) }, versions: [{ version: 2, sha256: 'cd'.repeat(32), made_at: iso(start - 3 * DAY), made_by: '佐藤 恵', reason: '締め後に届いた記録を反映', changes: [{ path: '/months/12/inbound', from: 51, to: 52 }] }, { version: 1, sha256: 'ab'.repeat(32), made_at: iso(start - 4 * DAY), made_by: null, reason: '', changes: [] }], deliveries: r.deliveries });
	const tell = (r) => {
		r.version++;
		r.updated_at = iso(Date.now());
		broadcast('report.upsert', { report: { id: r.id, company_id: r.company_id, kind: r.kind, month: r.month, incident_id: r.incident_id, issue: r.issue, state: r.state, step: stepOf(r), grade: r.grade, version: r.version }, ver: r.version });
	};
	const monthState = (month) => {
		const of = reports.filter((r) => r.kind === 'monthly' && r.month === month);
		const count = (names, pick) => Object.fromEntries(names.map((n) => [n, of.filter((r) => pick(r) === n).length]));
		const versions = closed.get(month) ?? [];
		const newest = versions[0];
		return { month, over: month < monthBack(0), version: newest?.version ?? null, closed_at: newest?.made_at ?? null, closed_by: newest?.made_by ?? null, reason: newest?.reason ?? '', outdated: newest ? (month === last && newest.version === 1 ? 1 : 0) : null, reports: { total: of.length, ...count(STEPS, stepOf) }, grades: count(GRADES, (r) => r.grade), run: null };
	};
	const run = (kind, month, list, work) => {
		const made = { id: runs.length + 1, kind, month, state: 'running', total: list.length, done: 0, failed: 0, error: null, reason: '', asked_by: '田中 一郎', asked_at: iso(Date.now()), finished_at: null, failures: [] };
		runs.unshift(made);
		const turn = () => {
			const next = list[made.done + made.failed];
			if (!next) {
				made.state = 'done';
				return broadcast('report.upsert', { report: { id: 0, month }, ver: 1 });
			}
			if (work(next)) made.done++;
			else {
				made.failed++;
				made.failures.push({ company_id: next.company_id, company: companies[next.company_id - 1].name, report_id: next.id, error: 'コメントがありません' });
			}
			setTimeout(turn, 20);
		};
		setTimeout(turn, 20);
		const { failures: _, ...rest } = made;
		return rest;
	};
	/** Many more companies, each with the reports of one of the twelve. */
	const crowd = (list) => (more ? [...list, ...Array.from({ length: more }, (_, i) => ({ ...list[i % 12], id: 1000 + i, like: list[i % 12].id, name: `試験工業${String(i).padStart(4, '0')}`, member_no: `T-${i}` }))] : list);
	let more = 0;
	const find = (id) => reports.find((r) => r.id === Number(id));
	const work = {
		approve: (r) => (r.needs_comment && !r.comment ? false : (Object.assign(r, { state: 'approved', approved_by: { id: 2, display_name: '田中 一郎' }, approved_at: iso(Date.now()) }), tell(r), true)),
		publish: (r) => (Object.assign(r, { state: 'published', published_by: { id: 2, display_name: '田中 一郎' }, published_at: iso(Date.now()) }), tell(r), true),
		send: (r) => (Object.assign(r, { sent_at: iso(Date.now()) }), r.deliveries.push({ id: r.id * 10, contact_id: 1, name: '山田 社長', address: 'yamada@member.example', language: 'ja', attached: false, asked_by: '田中 一郎', asked_at: iso(Date.now()), handed_over_at: iso(Date.now()), failed_at: null, opened_at: null, opened_by: null }), tell(r), true),
	};
	const texts = [
		['verdict_cloudy', 'くもりの月の見出し', ['month', 'reason'], '{{month}}は『くもり』です。{{reason}}', '{{month}} was “cloudy”. {{reason}}'],
		['outbound_none', '中から外への通信が0件のとき', [], '0件でした。情報が持ち出された形跡は見つかっていません（機器を通った通信に限ります）。', 'None. Nothing that passed the device points to data taken out.'],
	].flatMap(([key, purpose, names, ja, en]) => [['ja', ja], ['en', en]].map(([language, text]) => ({ key, group: 'month', purpose, names, language, text, shipped: { in_force: true, text }, version: 0, saved_by: null, saved_at: null, sample: text.replace('{{month}}', '10月').replace('{{reason}}', 'パソコン1台が外の不審な通信先へ接続しようとしました。') })));
	const words = [
		{ id: 1, position: 1, direction: 'outbound', engine: 'ips', stage: 'command-and-control', category: null, signature: null, ja: '外の不審な通信先への接続', en: 'Contact with a suspicious address', advice_ja: 'ウイルス対策ソフトの全体検査をしてください', advice_en: 'Run a full scan', minutes: 60, version: 1 },
		{ id: 2, position: 2, direction: 'inbound', engine: null, stage: 'reconnaissance', category: null, signature: 'SCAN', ja: '空いている入口さがし', en: 'Search for open doors', advice_ja: '', advice_en: '', minutes: null, version: 1 },
	];

	return {
		/** @param {number} n companies more on the board */
		crowd: (n) => (more = n),
		monthlyFor: (id) => reports.find((r) => r.company_id === id && r.month === last && r.kind === 'monthly'),
		/** Handlers get (query, id, body, me, request); what they return is sent. {status, headers, bytes, json, problem} */
		routes: [
			['GET', /^\/v1\/months$/, () => ({ months: [...months].reverse().map(monthState) })],
			['GET', /^\/v1\/months\/(\d{4}-\d{2})$/, (q, id) => ({ ...monthState(id), figures: closed.has(id) ? { monitored_companies: companies.length, incidents: 214 } : null, versions: closed.get(id) ?? [] })],
			['POST', /^\/v1\/months\/(\d{4}-\d{2})\/close$/, (q, id, body) => {
				const held = closed.get(id) ?? [];
				if (held.length && !body.reason) return { problem: [409, 'reason is needed'] };
				return { status: 202, json: run('close', id, [{ company_id: 1 }], () => (closed.set(id, [{ version: held.length + 1, sha256: 'ef'.repeat(32), made_at: iso(Date.now()), made_by: '田中 一郎', reason: body.reason ?? '', changes: [] }, ...held]), true)) };
			}],
			['GET', /^\/v1\/(?:months|reports)\/([\d-]+)\/file$/, (q, id, body, me, request) => {
				const key = request.url;
				if (!drawnOnce.has(key)) {
					drawnOnce.add(key);
					return { status: 202, headers: { 'Retry-After': '1' }, json: { waiting: true } };
				}
				if (q.get('format') === 'png') return { headers: { 'Content-Type': 'image/png', 'X-Pages': '3' }, bytes: paper(Number(q.get('page') ?? 1) * 31 + String(id).length) };
				return { headers: { 'Content-Type': 'application/pdf', 'X-Pages': '3', 'Content-Disposition': `attachment; filename="${id}.${q.get('format') ?? 'pdf'}"` }, bytes: Buffer.from('%PDF-1.5\n') };
			}],
			['GET', /^\/v1\/reports$/, (q, id, body, me) => ({ reports: reports.filter((r) => (!q.get('company') || r.company_id === Number(q.get('company'))) && (me.role !== 'member' || r.state === 'published')).sort((a, b) => b.id - a.id).slice(0, 20).map((r) => shown(r, me)), next: null })],
			['GET', /^\/v1\/reports\/board$/, (q) => {
				const range = months.filter((m) => m >= q.get('from') && m <= q.get('to'));
				/* Of several issues the last one counts. */
				const byCell = new Map(reports.filter((r) => r.kind === 'monthly').sort((a, b) => a.issue - b.issue).map((r) => [`${r.company_id} ${r.month}`, r]));
				const rows = crowd(companies)
					.map((c) => ({ company_id: c.id, company: c.name, member_no: c.member_no, recipients: c.id % 7 === 3 ? 0 : 2, cells: range.map((m) => {
						const r = byCell.get(`${c.like ?? c.id} ${m}`);
						return r ? { report_id: r.id, step: stepOf(r), grade: r.grade, issue: r.issue, waiting: r.waiting, version: r.version } : null;
					}) }))
					.filter((row) => (!q.get('q') || row.company.includes(q.get('q')) || (row.member_no ?? '').includes(q.get('q'))) && (!q.get('state') || (row.cells.at(-1)?.step ?? 'none') === q.get('state')) && (!q.get('grade') || row.cells.at(-1)?.grade === q.get('grade')));
				const [from, limit] = [Number(q.get('cursor') ?? 0), Number(q.get('limit') ?? 100)];
				return { months: range, rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
			}],
			['GET', /^\/v1\/reports\/(\d+)$/, (q, id, body, me) => (find(id) ? whole(find(id), me) : { problem: [404, 'no such report'] })],
			['PUT', /^\/v1\/reports\/(\d+)\/comment$/, (q, id, body, me, request) => {
				const r = find(id);
				if (request.headers['if-match'] !== `"${r.version}"`) return { problem: [412, 'somebody was faster'] };
				Object.assign(r, { comment: body.comment || null, comment_by: body.comment ? { id: me.id, display_name: me.display_name } : null, comment_at: body.comment ? iso(Date.now()) : null });
				tell(r);
				return shown(r, me);
			}],
			...['approve', 'publish', 'send'].map((kind) => ['POST', new RegExp(`^/v1/reports/(\\d+)/${kind}$`), (q, id, body, me) => {
				if (!work[kind](find(id))) return { problem: [409, 'コメントがありません'] };
				return kind === 'send' ? { written: 1, report: shown(find(id), me) } : shown(find(id), me);
			}]),
			['POST', /^\/v1\/reports\/(\d+)\/unapprove$/, (q, id, body, me) => (Object.assign(find(id), { state: 'draft', approved_by: null, approved_at: null }), tell(find(id)), shown(find(id), me))],
			['POST', /^\/v1\/reports\/(\d+)\/withdraw$/, (q, id, body, me) => (Object.assign(find(id), { state: 'withdrawn', withdraw_reason: body.reason }), tell(find(id)), shown(find(id), me))],
			['POST', /^\/v1\/reports\/(\d+)\/reissue$/, (q, id, body, me) => ({ status: 201, json: shown(add({ ...find(id), id: reports.length + 1, issue: 2, replaces: Number(id), issue_reason: body.reason, state: 'draft', published_at: null, sent_at: null, opened_at: null, deliveries: [] }), me) })],
			['GET', /^\/v1\/report-runs$/, (q) => ({ runs: runs.filter((r) => r.month === q.get('month')) })],
			['GET', /^\/v1\/report-runs\/(\d+)$/, (q, id) => runs.find((r) => r.id === Number(id))],
			['POST', /^\/v1\/report-runs$/, (q, id, body) => {
				const want = { approve: ['draft'], publish: ['approved'], send: ['published'] }[body.kind];
				const list = reports.filter((r) => r.kind === 'monthly' && r.month === body.month && want.includes(stepOf(r)));
				if (list.length > body.expect_max) return { problem: [409, 'more than expected'] };
				return { status: 202, json: run(body.kind, body.month, list, work[body.kind]) };
			}],
			['POST', /^\/v1\/report-runs\/(\d+)\/stop$/, (q, id) => Object.assign(runs.find((r) => r.id === Number(id)), { state: 'stopped' })],
			['GET', /^\/v1\/incidents\/(\d+)\/reports$/, (q, id, body, me) => ({ reports: reports.filter((r) => r.incident_id === Number(id)).map((r) => shown(r, me)) })],
			['POST', /^\/v1\/incidents\/(\d+)\/reports$/, (q, id, body, me) => ({ status: 201, json: shown(add({ kind: body.kind, month: null, grade: '', incident_id: Number(id), incident_no: Number(id) }), me) })],
			['GET', /^\/v1\/companies\/(\d+)\/certificates$/, (q, id) => ({ certificates: Number(id) === 1 ? [{ number: 7, reference: 'KM-7', company_id: 1, report_id: certificate.id, month: last, state: 'published', valid: true, issued_on: '2026-11-05', valid_until: '2027-11-04', revoked_at: null, revoke_reason: null }] : [] })],
			['POST', /^\/v1\/companies\/(\d+)\/certificates$/, (q, id, body, me) => ({ status: 201, json: shown(add({ kind: 'certificate', company_id: Number(id), grade: '', certificate: 8 }), me) })],
			['GET', /^\/v1\/report-texts$/, () => ({ texts })],
			['POST', /^\/v1\/report-texts\/preview$/, (q, id, body) => (/\{\{(?!month|reason)/.test(body.text) ? { problem: [400, 'この文で使えない名前です'] } : { sample: body.text.replace('{{month}}', '10月').replace('{{reason}}', '理由') })],
			['PUT', /^\/v1\/report-texts\/([a-z_]+\/\w+)$/, (q, id, body) => {
				const [key, language] = id.split('/');
				const x = texts.find((y) => y.key === key && y.language === language);
				if (body.text !== null && /安全です/.test(body.text)) return { problem: [400, 'レポートでは「安全です」と書きません'] };
				return Object.assign(x, { text: body.text ?? x.shipped.text, sample: body.text ?? x.shipped.text, version: x.version + 1, shipped: { ...x.shipped, in_force: body.text === null } });
			}],
			['GET', /^\/v1\/plain-words$/, () => ({ words })],
			['POST', /^\/v1\/plain-words\/try$/, (q, id, body) => (body.direction === 'outbound' ? { ...words[0], word_id: 1 } : { word_id: null, ja: '外からの攻撃', en: 'Attack from outside', advice_ja: '', advice_en: '', minutes: null })],
			['POST', /^\/v1\/plain-words$/, (q, id, body) => ({ status: 201, json: (words.unshift({ id: words.length + 1, direction: null, engine: null, stage: null, category: null, signature: null, advice_ja: '', advice_en: '', minutes: null, ...body, position: 1, version: 1 }), words[0]) })],
			['GET', /^\/v1\/billing$/, (q) => ({ month: q.get('month'), lines: companies.map((c, i) => ({ company_id: c.id, company: c.name, member_no: c.member_no, plan: 'お助け隊 基本 / Basic', is_member: Boolean(c.member_no), from_day: '2026-05-10', to_day: null, days: 30, yen: c.member_no ? 6000 : 7500, tax_percent: 10, tax: c.member_no ? 600 : 750, yen_taxed: c.member_no ? 6600 : 8250, changed: i === 2, warnings: [] })), totals: [{ plan: 'お助け隊 基本 / Basic', is_member: true, companies: 9, yen: 54000, yen_taxed: 59400 }, { plan: 'お助け隊 基本 / Basic', is_member: false, companies: 3, yen: 22500, yen_taxed: 24750 }], companies: 12, yen: 76500, yen_taxed: 84150 })],
			['GET', /^\/v1\/metrics\/cohorts$/, () => ({ cohorts: [['member', 'yes', 9], ['member', 'no', 3], ['industry', '製造業', 5], ['industry', '卸売業', 4], ['size', '6-20', 7], ['size', '21-50', 3], ['area', '中央区', 6], ['area', '北区', 3]].map(([dimension, value, n]) => ({ dimension, value, companies: n })) })],
			['GET', /^\/v1\/metrics\/trend$/, (q) => ({ from: monthBack(12), to: q.get('to'), rows: Array.from({ length: 13 }, (_, i) => ({ month: monthBack(12 - i), monitored_companies: 3 * i, monitored_days: 90 * i, inbound_companies: 2 * i, inbound: 310 * i, inbound_days: 60 * i, inbound_per_company_month: i ? 56.2 : null, outbound_companies: i, outbound: 17 * i, outbound_days: 30 * i, outbound_per_company_month: i ? 4.2 : null, prevalence: i ? 0.28 : null, incidents: 5 * i, due_hours: 2160 * i, seen_hours: 2150 * i, coverage: i ? 0.995 : null })) })],
			['GET', /^\/v1\/metrics\/incidents$/, (q) => ({ from: q.get('from'), to: q.get('to'), monitored_companies: 12, companies_with_incidents: 7, incidents: 31, unmonitored_incidents: 0, median: 1, p90: 5.4, most: 12, classes: [[0, 0, 5], [1, 1, 3], [2, 2, 1], [3, 5, 1], [6, 10, 1], [11, null, 1]].map(([from, to, n]) => ({ from, to, companies: n })), judged: 20, judged_share: 0.645, true_positives: 4, benign_positives: 9, false_positives: 5, undetermined: 2, not_judged: 11 })],
			['GET', /^\/v1\/metrics\/coverage$/, (q) => ({ from: q.get('from'), to: q.get('to'), by: 'company', total: { companies: 12, sensors: 14, silent_companies: 1, monitored_days: 372, due_hours: 9000, seen_hours: 8890, coverage: 0.9878, silent_hours: 96, silent_days: 3, expected: 1000, received: 998, dropped: 1, missing: 1 }, rows: companies.slice(0, 3).map((c, i) => ({ company_id: c.id, company: c.name, sensors: 1, monitored_days: 31, due_hours: 744, seen_hours: 744 - 40 * i, coverage: (744 - 40 * i) / 744, silent_hours: 40 * i, silent_days: i, expected: 100, received: 100 - i, dropped: 0, missing: i })), next: null })],
			['GET', /^\/v1\/metrics\/peers$/, (q) => ({ month: q.get('month'), rows: [{ dimension: 'all', value: '', companies: 12, hidden: false, with_inbound: 8, with_outbound: 4, with_viruses: 2, median_inbound: 31, median_outbound: 0 }, { dimension: 'industry', value: '製造業', companies: 4, hidden: true, with_inbound: null, with_outbound: null, with_viruses: null, median_inbound: null, median_outbound: null }] })],
		],
	};
}
