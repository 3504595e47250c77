/* Made-up rules, mutes, campaigns, contacts, indicators and hunts for the mock server, on top of mock-world.mjs. */

const DAY = 86400000;
const iso = (ms) => new Date(ms).toISOString();
const day = (ms) => iso(ms + 9 * 3600000).slice(0, 10);

/* title, title_ja, kind, level, file, alerts, incidents, true, benign, false, undetermined, companies */
const RULES = [
	['SSH brute force from outside', '外部からの SSH 総当たり', 'correlation', 'medium', 'bruteforce/ssh.yml', 15240, 12, 1, 3, 6, 1, 7],
	['Attacked, then speaks out', '攻撃を受けた端末が外部と通信', 'correlation', 'critical', 'killchain/attacked-then-outbound.yml', 41, 2, 2, 0, 0, 0, 2],
	['Many long DNS names of one domain', '1つのドメインへの長い DNS 問い合わせの多発', 'correlation', 'high', 'dns/tunnel.yml', 2310, 3, 1, 0, 1, 0, 2],
	['Command and control signature', '指令サーバーとの通信を示す検知', 'detection', 'high', 'malware/c2.yml', 88, 9, 6, 1, 0, 1, 5],
	['Outside policy noise', '利用規程に関する検知', 'detection', 'informational', 'policy/noise.yml', 4120, 30, 0, 11, 1, 0, 12],
	['Background noise from outside', '外部からの背景ノイズ', 'grouping', 'informational', '', 28110, 96, 0, 0, 0, 0, 12],
	['Contacts by the clock', '一定間隔の外部通信', 'builtin', 'high', '', 0, 4, 1, 2, 0, 0, 3],
	['Former rule', '廃止したルール', 'detection', 'low', 'old/former.yml', 0, 0, 0, 0, 0, 0, 0],
];
const TEXT = `title: SSH brute force from outside
title_ja: 外部からの SSH 総当たり
correlation:
  type: event_count
  rules: [ssh_login_attempt]
  group-by: [attacker.ip]
  timespan: 5m
  condition: {gte: 30}
level: medium
`;

export function makeCorrelation(world) {
	const start = Date.now();
	const companies = world.companies();
	const name = (id) => companies[id - 1].name;
	const days = (n, of) => Array.from({ length: n }, (_, i) => ({ day: day(start - (n - 1 - i) * DAY), alerts: of(i) }));
	const rules = RULES.map(([title, titleJa, kind, level, file, alerts, incidents, tp, bp, fp, un, where], i) => {
		const judged = tp + bp + fp + un;
		const gone = title === 'Former rule';
		return { id: i + 1, uid: file ? `0000000${i}-aaaa-4bbb-8ccc-000000000000` : `${kind}:${i}`, title, title_ja: titleJa, kind, level, tags: level === 'critical' ? ['attack.t1190', 'hinomi.kill-chain'] : ['attack.t1110'], file, line: 1, first_version: 1, last_version: gone ? 2 : null, in_force: !gone, alerts, incidents, judged, judged_share: incidents ? judged / incidents : null, true_positives: tp, benign_positives: bp, false_positives: fp, undetermined: un, false_positive_rate: judged ? fp / judged : null, companies: where };
	});
	const cause = (rule, severity, more) => ({ rule: (({ id, uid, title, title_ja, kind, level }) => ({ id, uid, title, title_ja, kind, level }))(rules[rule - 1]), severity, first_ts: iso(start - 7200000), last_ts: iso(start - 3600000), hits: 41, rule_set: 3, detail: {}, lost_hits: 0, ...more });
	const causes = [
		cause(2, 1, { detail: { title: 'Attacked, then speaks out', group: { 'inside.ip': '192.168.1.20' }, condition: { type: 'temporal_ordered', timespan_s: 86400, conditions: [{ op: 'gte', value: 2 }] }, measured: 2, story: true, rules: [{ no: 0, rule_id: 10, title: '外部からの攻撃', hits: 3, first_ts: iso(start - 7200000), last_ts: iso(start - 7000000), alert_id: 880001 }, { no: 1, rule_id: 11, title: '外部への不審な通信', hits: 38, first_ts: iso(start - 6000000), last_ts: iso(start - 3600000), alert_id: 880002 }], alerts: [{ id: 880001, ts: iso(start - 7200000) }] } }),
		{ ...cause(7, 2, { hits: 128 }), rule: { ...cause(7, 2).rule, uid: 'builtin:beacon' }, detail: { group: { 'inside.ip': '192.168.1.20', destination: 'update.bad.example', port: 443 }, measured: 87, about: { interval: 29, jitter: 13, size: 15, duration: 14, prevalence: 8, first_seen: 8, median_gap_s: 60, deviation_s: 1.2, calls: 128, duration_s: 9000, median_bytes: 512, companies: 2, common: false }, condition: { type: 'beacon', score: 75 } } },
		{ ...cause(7, 2, { hits: 1 }), rule: { ...cause(7, 2).rule, uid: 'builtin:indicator', title: 'Contact with a known indicator', title_ja: '既知の脅威情報との一致' }, detail: { about: { indicators: [1, 2] } } },
		cause(4, 2, { hits: 38, lost_hits: 1200 }),
	];
	const mutes = [
		{ id: 1, kind: 'mute', scope: 'company', company_id: 1, company: name(1), group_tag: null, conditions: { signature_id: '2001219', 'source.ip|cidr': '192.0.2.0/24' }, reason: '保守業者の定期スキャン（契約書 2026-04）', state: 'active', hits: 412, expires: 40 },
		{ id: 2, kind: 'drill', scope: 'group', company_id: null, company: null, group_tag: '訓練2026秋', conditions: { 'signature|contains': 'Phish' }, reason: '標的型メール訓練（10月）', state: 'active', hits: 37, expires: 6 },
		{ id: 3, kind: 'mute', scope: 'all', company_id: null, company: null, group_tag: null, conditions: { category: 'Not Suspicious Traffic' }, reason: '業務ソフトの更新通信', state: 'ended', hits: 1209, expires: -3 },
	].map(({ expires, ...m }) => ({ ...m, owner: { id: 2, display_name: '田中 一郎' }, created_at: iso(start - 20 * DAY), starts_at: iso(start - 20 * DAY), expires_at: iso(start + expires * DAY), ended_at: m.state === 'ended' ? iso(start - 5 * DAY) : null, ended_by: m.state === 'ended' ? { id: 3, display_name: '佐藤 恵' } : null, last_hit_day: day(start - DAY) }));
	const members = [1, 2, 5, 9].map((id, i) => ({ company_id: id, company: name(id), first_ts: iso(start - (5 - i) * DAY), last_ts: iso(start - 3600000 * (i + 1)), alerts: 40 + 11 * i, severity: i === 0 ? 1 : 2, days: Array.from({ length: 5 - i }, (_, d) => ({ day: day(start - (4 - i - d) * DAY), alerts: 3 + 7 * d, severity: i === 0 && d > 2 ? 1 : 2 })) }));
	const campaign = (id, kind, key, title, severity, n) => ({ id, kind, key, title, severity, first_ts: iso(start - 5 * DAY), last_ts: iso(start - 3600000), first_day: day(start - 4 * DAY), last_day: day(start), companies: n, alerts: 226, minimum: 3, window_days: 3, created_at: iso(start - 4 * DAY), updated_at: iso(start), version: 6, merged_into: null, own: null, warning: null });
	const campaigns = [campaign(9, 'destination', 'update.bad.example', 'ET MALWARE Win32/AgentTesla CnC Exfil via SMTP', 1, 4), campaign(8, 'source', '203.0.113.9', 'ET SCAN Potential SSH Scan', 4, 11), campaign(7, 'signature', 'eve 2035464', 'ET MALWARE Emotet Checkin M3', 2, 3)];
	const warnings = [];
	const indicator = (id, kind, value, state, more = {}) => ({ id, source: { id: id % 2 ? 1 : 2, name: id % 2 ? 'JPCERT 早期警戒' : 'abuse-list' }, external_id: null, kind, value, valid_from: iso(start - 9 * DAY), valid_until: id % 3 ? iso(start + 80 * DAY) : null, confidence: 80, tlp: id % 2 ? 'amber+strict' : 'green', labels: ['c2'], description: id === 1 ? '情報窃取型マルウェアの送信先' : '', state, state_reason: '', created_at: iso(start - id * 3600000), updated_at: iso(start), ...more });
	const indicators = [indicator(1, 'domain', 'bad.example', 'active'), indicator(2, 'ip', '203.0.113.0/24', 'active'), indicator(3, 'hash', '44d88612fea8a8f36de82e1278abb02f', 'active'), indicator(4, 'ip', '8.8.8.8', 'held_back', { state_reason: 'public resolvers: 8.8.8.8' }), indicator(5, 'url', 'http://bad.example/gate.php', 'revoked', { state_reason: '提供元が取り消し' })];
	const met = [1, 5].map((id) => ({ company_id: id, company: name(id), first_ts: iso(start - 44 * DAY), last_ts: iso(start - 2 * DAY), contacts: 120 * id }));
	const hunts = [{ id: 4, created_at: iso(start - 3600000), actor: 'tanaka@example.jp', source: { id: 1, name: 'JPCERT 早期警戒' }, state: 'done', finished_at: iso(start - 3598000), duration_ms: 1800, indicators: 214, companies: 2, message: '' }, { id: 3, created_at: iso(start - 2 * DAY), actor: 'ctl:root', source: { id: 2, name: 'abuse-list' }, state: 'failed', finished_at: iso(start - 2 * DAY), duration_ms: 120, indicators: 0, companies: 0, message: 'canceling statement due to statement timeout' }];
	const sources = () => [1, 2].map((id) => ({ id, name: id === 1 ? 'JPCERT 早期警戒' : 'abuse-list', created_at: iso(start - 90 * DAY), imported_at: iso(start - 3600000), active: 2, held_back: id === 2 ? 1 : 0, revoked: id === 1 ? 1 : 0, rejects: id === 2 ? 3 : 0, last_rejects: id === 2 ? [{ entry: 'line 7: not an address', reason: 'is neither an address, a domain, a URL nor a hash' }] : [] }));
	const contacts = [1, 2, 3].map((n) => ({ company_id: n, company: name(n), inside_ip: `192.168.${n}.20`, destination: n === 1 ? 'update.bad.example' : `cdn${n}.example`, port: 443, first_ts: iso(start - 3 * DAY), last_ts: iso(start), contacts: 4320 / n, score: 90 - 15 * n + 15, parts: { interval: 30 - n, jitter: 13, size: 15 - n, duration: 14, prevalence: 10 - 2 * n, first_seen: 8, median_gap_s: 60, deviation_s: 1.2 }, incident_id: n === 1 ? 4101 : null, incident_no: n === 1 ? 1 : null }));

	/** The one incident that has everything: its causes, story, tags and campaign. */
	const decorate = (page, grave) => {
		if (!grave) return { ...page, causes: [], rules: [], campaigns: [] };
		const steps = causes[0].detail.rules;
		return { ...page, causes, rules: [...rules, ...steps.map((x) => ({ id: x.rule_id, title: `Step ${x.no}`, title_ja: x.title }))].map(({ id, title, title_ja }) => ({ id, title, title_ja })), campaigns: [{ id: 9, kind: 'destination', title: campaigns[0].title, severity: 1, companies: 4 }], timeline: [...page.timeline, { id: 900, at: iso(start), kind: 'cause', user: null, body: { rule_id: 2, title: 'Attacked, then speaks out' } }, { id: 901, at: iso(start), kind: 'story', user: null, body: { rule_id: 2, group_key: 77, title: '攻撃を受けた端末が外部と通信', group: { 'inside.ip': '192.168.1.20' }, steps } }, { id: 902, at: iso(start), kind: 'campaign', user: null, body: { campaign_id: 9, title: campaigns[0].title } }] };
	};

	const list = (key, items) => ({ [key]: items, next: null });
	/* Method and pattern -> (query, body, id): the answer; undefined: not there. A number in front is the status. */
	const routes = [
		['GET', /^\/v1\/rules$/, (q) => ({ from: day(start - 29 * DAY), to: day(start), ...list('rules', rules.filter((r) => !q.get('in_force') || String(r.in_force) === q.get('in_force'))) })],
		['GET', /^\/v1\/rules\/(\d+)$/, (q, b, id) => rules[id - 1] && { ...rules[id - 1], from: day(start - 29 * DAY), to: day(start), description: '短時間に同じ攻撃元から SSH のログイン試行が続いたもの。', text: rules[id - 1].file ? TEXT : null, changes: [{ version: 3, created_at: iso(start - 2 * DAY), actor: 'tanaka@example.jp', note: 'しきい値を 20 から 30 に' }, { version: 1, created_at: iso(start - 60 * DAY), actor: 'ctl:root', note: '' }], days: days(30, (i) => (i * 37) % 210), noisiest: [1, 5, 7].map((c) => ({ company_id: c, company: name(c), alerts: 9000 / c })), lost_hits: id === 1 ? { thinned: 4200, dropped: 17, companies: 2, last_at: iso(start - DAY) } : { thinned: 0, dropped: 0, companies: 0, last_at: null } }],
		['GET', /^\/v1\/rule-sets$/, () => list('rule_sets', [3, 2, 1].map((v) => ({ version: v, created_at: iso(start - (4 - v) * 9 * DAY), actor: v === 3 ? 'tanaka@example.jp' : 'ctl:root', note: v === 3 ? 'しきい値を 20 から 30 に' : '', sha256: 'ab'.repeat(32), files: 44, rules: 52, in_force: v === 3 })))],
		['GET', /^\/v1\/rule-sets\/(\d+)$/, (q, b, id) => ({ version: id, created_at: iso(start), actor: 'ctl:root', note: '', sha256: 'ab'.repeat(32), files: 44, rules: 52, in_force: id === 3, file_list: [{ name: 'bruteforce/ssh.yml', kind: 'sigma', bytes: 812, change: 'changed' }, { name: 'dns/tunnel.yml', kind: 'sigma', bytes: 910, change: null }], removed: ['old/former.yml'] })],
		['GET', /^\/v1\/mutes$/, (q) => list('mutes', mutes.filter((m) => q.get('state') === 'all' || (m.state === 'active') === (q.get('state') !== 'expired')))],
		['POST', /^\/v1\/mutes$/, (q, b) => {
			const made = { ...mutes[0], ...b, id: mutes.length + 1, company: b.company_id ? name(b.company_id) : null, group_tag: b.group_tag ?? null, company_id: b.company_id ?? null, state: 'active', hits: 0, last_hit_day: null, ended_at: null, ended_by: null };
			mutes.push(made);
			return [201, made];
		}],
		['POST', /^\/v1\/mutes\/preview$/, () => ({ from: iso(start - 30 * DAY), to: iso(start), complete: true, examined: 1200, alerts: 93, detections: 120, already_muted: 4, company_count: 1, companies: [{ company_id: 1, company: name(1), alerts: 93 }], incidents_fully: 5, incidents_partly: 2, days: days(30, (i) => i % 7), sample: world.findAlerts(new URLSearchParams()).slice(0, 6) })],
		['GET', /^\/v1\/mutes\/(\d+)$/, (q, b, id) => mutes[id - 1] && { ...mutes[id - 1], days: days(20, (i) => (i * 11) % 40), companies: [{ company_id: 1, company: name(1), alerts: mutes[id - 1].hits }] }],
		['POST', /^\/v1\/mutes\/(\d+)\/end$/, (q, b, id) => Object.assign(mutes[id - 1], { state: 'ended', ended_at: iso(Date.now()), ended_by: { id: 2, display_name: '田中 一郎' } })],
		['GET', /^\/v1\/campaigns$/, (q) => list('campaigns', campaigns.filter((c) => (!q.get('kind') || c.kind === q.get('kind')) && (!q.get('q') || `${c.title} ${c.key}`.includes(q.get('q')))))],
		['GET', /^\/v1\/campaigns\/(\d+)$/, (q, b, id) => campaigns.find((c) => c.id === id) && { ...campaigns.find((c) => c.id === id), members, incidents: world.findIncidents(new URLSearchParams()).slice(0, 4), shared: [{ kind: 'signature', key: 'eve 2035464', title: campaigns[2].title, companies: 3 }], warnings, not_hit: 8 - warnings.length }],
		['POST', /^\/v1\/campaigns\/(\d+)\/warnings$/, (q, b) => {
			const warned = [3, 4, 6, 7, 8, 10, 11, 12];
			for (const c of warned) warnings.push({ company_id: c, company: name(c), at: iso(Date.now()), user: { id: 2, display_name: '田中 一郎' }, text: b.text });
			return [201, { warned, left_out: 0 }];
		}],
		['GET', /^\/v1\/contacts$/, (q) => list('contacts', contacts.filter((c) => c.score >= Number(q.get('min_score') ?? 50) && (!q.get('company') || c.company_id === Number(q.get('company')))))],
		['GET', /^\/v1\/indicators$/, (q) => list('indicators', indicators.filter((i) => (!q.get('kind') || i.kind === q.get('kind')) && (!q.get('state') || i.state === q.get('state')) && (!q.get('q') || i.value.includes(q.get('q')))))],
		['POST', /^\/v1\/indicators$/, (q, b) => {
			const lines = b.text.split('\n').filter((l) => l.trim());
			indicators.push(...lines.map((value, i) => indicator(indicators.length + 1 + i, 'domain', value, 'active')));
			return [201, { source: { id: 1, name: b.source }, added: lines.length, changed: 0, unchanged: 0, held_back: 0, revoked: 0, rejected: 1, rejects: [{ entry: 'line 3: ???', reason: 'is neither an address, a domain, a URL nor a hash' }], hunt_id: b.hunt ? 4 : null }];
		}],
		['GET', /^\/v1\/indicators\/(\d+)$/, (q, b, id) => indicators[id - 1] && { ...indicators[id - 1], members: id === 1 ? met : [] }],
		['POST', /^\/v1\/indicators\/(\d+)\/revoke$/, (q, b, id) => Object.assign(indicators[id - 1], { state: 'revoked', state_reason: b.reason })],
		['GET', /^\/v1\/indicator-sources$/, () => ({ sources: sources() })],
		['GET', /^\/v1\/hunts$/, () => list('hunts', hunts)],
		['POST', /^\/v1\/hunts$/, () => [201, hunts[0]]],
		['GET', /^\/v1\/hunts\/(\d+)$/, (q, b, id) => hunts.find((x) => x.id === id) && { ...hunts.find((x) => x.id === id), members: met.map((m) => ({ ...m, indicators: [{ id: 1, kind: 'domain', value: 'bad.example', first_ts: m.first_ts, last_ts: m.last_ts, contacts: m.contacts }] })) }],
	];
	return { routes, decorate };
}
