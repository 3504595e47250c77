/* Made-up schedules, policies, pages and messages for the mock server. Pages can be answered, schedules and texts saved. */

const DAY = 86400000;
const HOUR = 3600000;
const iso = (ms) => new Date(ms).toISOString();

export function makeOncall(world) {
	const start = Date.now();
	const companies = world.companies();
	const people = [
		{ id: 2, display_name: '田中 一郎', role: 'lead', channels: 2 },
		{ id: 3, display_name: '佐藤 恵', role: 'analyst', channels: 1 },
		{ id: 4, display_name: '鈴木 健', role: 'analyst', channels: 0 },
		{ id: 5, display_name: '窓口 花子', role: 'desk', channels: 1 },
	];
	const person = (id) => {
		const found = people.find((p) => p.id === id);
		return found ? { id: found.id, display_name: found.display_name } : null;
	};
	const named = ({ id, name }) => ({ id, name });
	const calendars = [{ id: 1, name: '営業時間 / Office hours', timezone: 'Asia/Tokyo', rules: { hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((d) => [d, [['09:00', '12:00'], ['13:00', '17:30']]])), holidays: true, closed_yearly: ['12-29', '12-30', '12-31'], closed: [], open: [] }, version: 1, updated_at: iso(start - 9 * DAY), open: true, next_change: iso(start + 4 * HOUR) }];
	const layer = { name: '週替わり', people: [2, 3, 4], rotation: { unit: 'week', every: 1, start: '2026-11-02', handover: '09:00' } };
	const night = { name: '平日の夜', people: [4], rotation: { unit: 'day', every: 1, start: '2026-11-02', handover: '18:00' }, hours: { mon: [['18:00', '24:00']], tue: [['18:00', '24:00']] } };
	const overrides = [{ id: 1, schedule_id: 1, person: person(3), from: iso(start + 6 * HOUR), to: iso(start + 14 * HOUR), reason: '田中さんの出張', made_by: person(2), made_at: iso(start - DAY), ended_at: null }];
	const schedules = [
		{ id: 1, name: '一次当番 / Primary', timezone: 'Asia/Tokyo', rules: { layers: [layer, night] }, version: 3, updated_at: iso(start - 5 * DAY), archived_at: null },
		{ id: 2, name: '二次当番 / Secondary', timezone: 'Asia/Tokyo', rules: { layers: [{ ...layer, people: [3, 2] }] }, version: 1, updated_at: iso(start - 5 * DAY), archived_at: null },
	];
	/* Weeks in turn, with a gap on the third day of the second schedule, and the overrides. */
	const spansOf = (schedule, from, to) => {
		const spans = [];
		const list = schedule.rules.layers[0]?.people ?? [];
		for (let at = from; at < to; at += 12 * HOUR) {
			const index = Math.floor((at + 9 * HOUR) / (7 * DAY));
			const hole = schedule.id === 2 && at >= start + 2 * DAY && at < start + 2.5 * DAY;
			const over = overrides.find((o) => o.schedule_id === schedule.id && !o.ended_at && Date.parse(o.from) < at + 12 * HOUR && Date.parse(o.to) > at);
			const who = hole || !list.length ? null : over ? over.person : person(list[index % list.length]);
			const last = spans[spans.length - 1];
			const id = over && !hole ? over.id : null;
			if (last && last.person?.id === who?.id && last.override_id === id) last.to = iso(Math.min(to, at + 12 * HOUR));
			else spans.push({ from: iso(at), to: iso(Math.min(to, at + 12 * HOUR)), person: who, layer: who ? 0 : null, override_id: id });
		}
		return { from: iso(from), to: iso(to), spans, gaps: spans.filter((s) => !s.person).map(({ from: a, to: b }) => ({ from: a, to: b })), more: false, people: people.slice(0, 3).map(({ id, display_name }) => ({ id, display_name })) };
	};
	const nowOf = (s) => ({ now: person(s.rules.layers[0]?.people[0] ?? 0), until: iso(start + 30 * HOUR), next: person(s.rules.layers[0]?.people[1] ?? 0) });
	const whole = (s) => ({ ...s, ...nowOf(s), gap_at: null, people: people.slice(0, 3) });
	const policies = [
		{ id: 1, name: '緊急 / Critical', rules: { steps: [{ after: '0s', targets: [{ schedule: 1 }] }, { after: '5m', targets: [{ schedule: 1 }] }, { after: '5m', targets: [{ schedule: 2 }, { member: 'next' }] }, { after: '10m', targets: [{ role: 'lead' }, { channel: 9 }] }], loops: 3, ack_expires: '30m' }, version: 2 },
		{ id: 2, name: '高 / High', rules: { steps: [{ after: '0s', targets: [{ schedule: 1 }] }, { after: '15m', targets: [{ schedule: 2 }] }], loops: 2, ack_expires: '2h' }, version: 1 },
		{ id: 3, name: '機器 / Sensors', rules: { steps: [{ after: '0s', targets: [{ schedule: 1 }] }], loops: 1, ack_expires: '1d', hours: 1 }, version: 1 },
	].map((p) => ({ ...p, updated_at: iso(start - DAY), archived_at: null, people: [] }));
	const routes = { version: 4, rules: { routes: [{ name: '緊急 / Critical', kinds: ['incident', 'campaign', 'external', 'desk'], severity: 1, policy: 1 }, { name: '高 / High', kinds: ['incident'], severity: 2, policy: 2 }, { name: '機器の停止', kinds: ['sensor'], calendar: 1, calendar_open: true, policy: 3, group: 'policy' }] }, saved_by: person(2), saved_at: iso(start - DAY) };
	const sla = { targets: [{ severity: 1, acknowledge_s: 300, notify_s: 900, notify_calendar_id: null, warn_percent: 70 }, { severity: 2, acknowledge_s: 900, notify_s: 3600, notify_calendar_id: null, warn_percent: 70 }, { severity: 3, acknowledge_s: 14400, notify_s: 30600, notify_calendar_id: 1, warn_percent: 70 }], version: 1 };
	const channel = (id, who, kind, address, more = {}) => ({ id, person: who ? person(who) : null, position: 1, name: kind, kind, address, template: null, language: 'ja', enabled: true, disabled_why: null, failing_since: null, version: 1, created_at: iso(start - 40 * DAY), ...more });
	const channels = [channel(9, 0, 'slack', 'https://hooks.slack.com', { name: '#soc 監視センター' }), channel(10, 0, 'pagerduty', 'https://events.pagerduty.com', { name: '県警連絡', enabled: false, disabled_why: '410 Gone' }), channel(11, 2, 'mail', 'tanaka@phone.example', { name: '携帯' }), channel(12, 2, 'webhook', 'https://sms.example/send', { name: 'SMS', position: 2 }), channel(13, 3, 'mail', 'sato@phone.example')];
	const subject = (id, n, company, title, severity, more = {}) => ({ kind: 'incident', id, company_id: company, company: companies[company - 1].name, number: n, title, severity, raised_at: iso(start - 400000), added_at: iso(start - 400000), settled_at: null, ...more });
	let message = 0;
	const sent = (more) => ({ id: `0197a1b2-0000-7000-8000-${String(++message).padStart(12, '0')}`, kind: 'page', page_id: 31, priority: 1, person: person(2), contact: null, channel: null, channel_kind: 'mail', address: 'tanaka@example.jp', attempt_of: 1, language: 'ja', state: 'sent', attempts: 1, not_before: iso(start - 390000), expires_at: iso(start + HOUR), last_error: null, provider_id: '250 2.0.0 queued', bounced_at: null, created_at: iso(start - 390000), sent_at: iso(start - 389000), opened_at: null, tries: [{ n: 1, at: iso(start - 389000), took_ms: 184, outcome: 'sent', code: 250, text: '2.0.0 Ok: queued as 4F2' }], ...more });
	const messages = [sent({ state: 'failed', channel_kind: 'webhook', address: 'sms.example', channel: { id: 12, name: 'SMS' }, attempt_of: 2, last_error: '503', tries: [{ n: 1, at: iso(start - 380000), took_ms: 15000, outcome: 'retry', code: 503, text: 'Service Unavailable' }, { n: 2, at: iso(start - 370000), took_ms: 122, outcome: 'refused', code: 410, text: 'Gone' }] }), sent({ opened_at: iso(start - 300000) }), sent({ kind: 'member', person: null, contact: { id: 4, company_id: 1, company: companies[0].name, name: '山田 社長' }, address: 'yamada@member.example', state: 'pending', attempts: 0, sent_at: null, tries: [] })];
	const base = { kind: 'incident', is_storm: false, joined_into: null, companies: 1, subjects: 1, open_subjects: 1, step: 2, steps: 4, loop: 1, loops: 3, exhausted: false, nobody: false, fenced: false, ack_by: null, ack_at: null, ack_via: null, ack_until: null, raised_at: iso(start - 400000), created_at: iso(start - 399000), first_sent_at: iso(start - 389000), closed_at: null, close_reason: null, version: 3 };
	const pages = [
		{ ...base, id: 31, title: 'ET MALWARE Win32/AgentTesla CnC Exfil via SMTP', severity: 1, state: 'triggered', policy: named(policies[0]), subject: subject(4101, 1, 1, 'ET MALWARE Win32/AgentTesla CnC Exfil via SMTP', 1), next_at: iso(start + 272000) },
		{ ...base, id: 30, title: '外部への不審な通信の多発', severity: 2, state: 'triggered', is_storm: true, companies: 14, subjects: 17, open_subjects: 12, policy: named(policies[1]), subject: subject(4102, 2, 2, '外部への不審な通信', 2), next_at: iso(start + 812000), nobody: true },
		{ ...base, id: 29, title: 'センサー応答なし: 本社 UTM', kind: 'sensor', severity: 3, state: 'acknowledged', policy: named(policies[2]), subject: { ...subject(3, null, 3, 'センサー応答なし: 本社 UTM', 3), kind: 'sensor', number: null }, next_at: iso(start + 5 * HOUR), ack_by: person(3), ack_at: iso(start - 2 * HOUR), ack_via: 'link', ack_until: iso(start + 5 * HOUR) },
		{ ...base, id: 28, title: 'ET SCAN Potential SSH Scan', severity: 2, state: 'closed', policy: named(policies[1]), subject: subject(4107, 7, 4, 'ET SCAN Potential SSH Scan', 2, { settled_at: iso(start - DAY) }), open_subjects: 0, next_at: null, ack_by: person(2), ack_at: iso(start - DAY), ack_via: 'screen', closed_at: iso(start - DAY) },
	];
	const target = (more) => ({ schedule: null, person: null, channel: null, role: null, member: null, people: [], contacts: [], ...more });
	const nextOf = (p) => (p.state !== 'triggered' ? null : { at: p.next_at, kind: 'step', loop: 1, step: 3, targets: p.id === 31 ? [target({ schedule: named(schedules[1]), people: [person(3)] }), target({ member: 'next', contacts: [{ id: 4, name: '山田 社長' }] })] : [target({ schedule: named(schedules[1]) })], nobody: p.id !== 31 });
	const wholePage = (p) => ({ ...p, group_key: `policy:${p.policy.id} company:${p.subject.company_id}`, rules: policies.find((x) => x.id === p.policy.id).rules, all_subjects: [p.subject, ...(p.is_storm ? [5, 6, 7].map((c) => subject(4110 + c, 10 + c, c, p.title, 2)) : [])], timeline: [['created', null, {}], ['step', null, { name: '段階 1' }], ['sent', person(2), { channel: 'mail' }], ['step', null, { name: '段階 2' }], ...(p.ack_by ? [['acknowledged', p.ack_by, { via: p.ack_via }]] : [])].map(([kind, user, body], i) => ({ id: i + 1, at: iso(start - 400000 + i * 60000), kind, user, body })), messages: p.id === 31 ? messages : [], next: nextOf(p), may_answer: true });
	const drills = [{ id: 2, started_at: iso(start - 20 * DAY), started_by: null, month: '2026-11-01', people: 3, sent: 3, answered: 2 }];
	const drillResults = [['answered', 2], ['answered', 3], ['failed', 4]].map(([result, id]) => ({ person: person(id), result, sent_at: iso(start - 20 * DAY), answered_at: result === 'answered' ? iso(start - 20 * DAY + 90000) : null, last_error: result === 'failed' ? '550 5.1.1 no such user' : null, channel_kind: 'mail' }));
	const templates = ['page', 'answered', 'member', 'drill'].flatMap((kind) => ['ja', 'en'].map((language) => ({ kind, language, purpose: 'asks somebody to take on what happened', names: ['severity', 'company', 'title', 'link'], urgent: true, answerable: true, version: 0, subject: '[{{severity}}] {{company}}: {{title}}', body: '{{company}} で {{title}} が起きました。\n\n対応する: {{link}}', shipped: { in_force: true, subject: '[{{severity}}] {{company}}: {{title}}', body: '…' }, saved_by: null, saved_at: null, sample: { subject: '[緊急] みなと精機: 外部への不審な通信', body: 'みなと精機 で 外部への不審な通信 が起きました。\n\n対応する: https://hinomi.example/a/…' } })));
	const integrations = [{ id: 1, name: '館内の Zabbix', created_by: person(2), created_at: iso(start - 30 * DAY), last_used_at: iso(start - DAY) }];

	const act = (p, more) => Object.assign(p, more, { version: p.version + 1 });
	const find = (list, id) => list.find((x) => x.id === Number(id));
	const save = (list, id, b) => {
		const held = find(list, id);
		return held && Object.assign(held, b, { version: held.version + 1 });
	};
	const times = (q) => [Date.parse(q.get('from') ?? iso(start)), Date.parse(q.get('to') ?? iso(start + 28 * DAY))];
	return {
		routes: [
			['GET', /^\/v1\/calendars$/, () => ({ calendars })],
			['PUT', /^\/v1\/calendars\/(\d+)$/, (q, b, id) => save(calendars, id, b)],
			['GET', /^\/v1\/schedules$/, () => ({ schedules: schedules.map(whole) })],
			['GET', /^\/v1\/schedules\/(\d+)$/, (q, b, id) => find(schedules, id) && { ...whole(find(schedules, id)), ...spansOf(find(schedules, id), ...times(q)), overrides: overrides.filter((o) => o.schedule_id === Number(id)) }],
			['PUT', /^\/v1\/schedules\/(\d+)$/, (q, b, id) => whole(save(schedules, id, b))],
			['POST', /^\/v1\/schedules\/preview$/, (q, b) => spansOf({ id: b.schedule_id, rules: b.rules }, Date.parse(b.from), Date.parse(b.to))],
			['POST', /^\/v1\/schedules\/(\d+)\/overrides$/, (q, b, id) => {
				const made = { id: overrides.length + 1, schedule_id: Number(id), person: person(b.user_id), from: b.from, to: b.to, reason: b.reason, made_by: person(2), made_at: iso(Date.now()), ended_at: null };
				overrides.push(made);
				return [201, made];
			}],
			['DELETE', /^\/v1\/overrides\/(\d+)$/, (q, b, id) => Object.assign(find(overrides, id), { ended_at: iso(Date.now()) })],
			['GET', /^\/v1\/policies$/, () => ({ policies })],
			['POST', /^\/v1\/policies$/, (q, b) => {
				policies.push({ ...b, id: policies.length + 1, version: 1, updated_at: iso(Date.now()), archived_at: null, people: [] });
				return [201, policies[policies.length - 1]];
			}],
			['PUT', /^\/v1\/policies\/(\d+)$/, (q, b, id) => save(policies, id, b)],
			['GET', /^\/v1\/escalation-routes$/, () => routes],
			['PUT', /^\/v1\/escalation-routes$/, (q, b) => Object.assign(routes, b, { version: routes.version + 1 })],
			['POST', /^\/v1\/escalation-routes\/try$/, (q, b) => ({ at: iso(start), route: b.severity === 3 ? null : '緊急 / Critical', policy: b.severity === 3 ? null : named(policies[0]), group_key: 'policy:1', steps: b.severity === 3 ? [] : [[0, [target({ schedule: named(schedules[0]), people: [person(2)] })], false], [5, [target({ schedule: named(schedules[0]), people: [person(2)] })], false], [10, [target({ schedule: named(schedules[1]) })], true], [20, [target({ role: 'lead', people: [person(2)] }), target({ channel: named(channels[0]) })], false]].map(([minutes, targets, nobody], i) => ({ at: iso(start + minutes * 60000), loop: 1, step: i + 1, targets, nobody })), exhausted_at: b.severity === 3 ? null : iso(start + 90 * 60000) })],
			['GET', /^\/v1\/sla-targets$/, () => sla],
			['PUT', /^\/v1\/sla-targets$/, (q, b) => Object.assign(sla, b, { version: sla.version + 1 })],
			['GET', /^\/v1\/channels$/, (q) => ({ channels: channels.filter((c) => q.get('shared') !== 'true' || !c.person) })],
			['POST', /^\/v1\/(?:me\/)?channels$/, (q, b) => {
				const made = { ...channel(channels.length + 20, 2, b.kind, b.address), ...b, ...(b.kind === 'webhook' ? { secret: 'whsec_bW9jayBzZWNyZXQgb2YgYSB3ZWJob29r' } : {}) };
				channels.push(made);
				return [201, made];
			}],
			['PATCH', /^\/v1\/channels\/(\d+)$/, (q, b, id) => save(channels, id, b)],
			['DELETE', /^\/v1\/channels\/(\d+)$/, (q, b, id) => channels.splice(channels.indexOf(find(channels, id)), 1)[0]],
			['POST', /^\/v1\/channels\/(\d+)\/test$/, () => [202, { message_id: messages[0].id }]],
			['GET', /^\/v1\/oncall\/people$/, () => ({ people })],
			['GET', /^\/v1\/oncall\/now$/, () => ({
				at: iso(Date.now()),
				schedules: schedules.map((s) => ({ id: s.id, name: s.name, timezone: s.timezone, ...nowOf(s), override_id: null, gaps: spansOf(s, start, start + 7 * DAY).gaps })),
				pages: { unacked: pages.filter((p) => p.state === 'triggered').length, acknowledged: 1, oldest_unacked_at: iso(start - 400000), by_severity: [1, 1, 0, 0, 0], nobody: 1, exhausted: 0, fenced: 0 },
				engine: { lamp: 'red', faults: [{ code: 'nobody', red: true, text: '当番がいない呼び出しが 1 件あります' }], engines: [{ name: 'soc1:4711', started_at: iso(start - DAY), ticked_at: iso(start), alive: true, mail_ok_at: iso(start - 20000), mail_error: null, pulsed_at: iso(start - 40000), pulse_error: null }], mail_ok_at: iso(start - 20000), pulsed_at: iso(start - 40000), pulse: true, requests_waiting: 0, oldest_request_s: null, messages_waiting: 1, oldest_due_s: 0, quarantined: 0 },
			})],
			['GET', /^\/v1\/oncall\/load$/, (q) => ({ from: q.get('from'), to: q.get('to'), people: people.slice(0, 3).map((p, i) => ({ person: person(p.id), pages: 14 - 4 * i, notices: 31 - 9 * i, night_notices: 6 - 2 * i, nights: 4 - i, acknowledged: 11 - 4 * i, declined: i, median_answer_s: i === 2 ? null : 95 + 40 * i })) })],
			['GET', /^\/v1\/pages$/, (q) => ({ pages: pages.filter((p) => ({ unacked: p.state === 'triggered', all: true })[q.get('state')] ?? ['triggered', 'acknowledged'].includes(p.state)), next: null })],
			['GET', /^\/v1\/pages\/(\d+)$/, (q, b, id) => find(pages, id) && wholePage(find(pages, id))],
			['POST', /^\/v1\/pages\/(\d+)\/ack$/, (q, b, id) => act(find(pages, id), { state: 'acknowledged', ack_by: person(2), ack_at: iso(Date.now()), ack_via: 'screen', ack_until: iso(Date.now() + HOUR) })],
			['POST', /^\/v1\/pages\/(\d+)\/(?:confirm|decline|escalate|hand-over)$/, (q, b, id) => act(find(pages, id), {})],
			['GET', /^\/v1\/messages$/, (q) => ({ messages: messages.filter((m) => !q.get('state') || m.state === q.get('state')), next: null })],
			['POST', /^\/v1\/messages\/[\da-f-]+\/replay$/, () => [202, messages[0]]],
			['GET', /^\/v1\/templates$/, () => ({ templates })],
			['POST', /^\/v1\/templates\/preview$/, (q, b) => (/\{\{nonsense\}\}/.test(b.body) ? [400, 'body: 読み取れません', { errors: [{ pointer: '/body', detail: '読み取れません', reason: 'body line 1: {{nonsense}} is no name that this text knows' }] }] : { subject: b.subject, body: b.body })],
			['PUT', /^\/v1\/templates\/\w+\/\w+$/, () => templates[0]],
			['GET', /^\/v1\/drills$/, () => ({ drills, next: null })],
			['GET', /^\/v1\/drills\/(\d+)$/, (q, b, id) => find(drills, id) && { ...find(drills, id), results: drillResults }],
			['POST', /^\/v1\/drills$/, () => {
				drills.unshift({ id: drills.length + 2, started_at: iso(Date.now()), started_by: person(2), month: null, people: 3, sent: 0, answered: 0 });
				return [201, drills[0]];
			}],
			['GET', /^\/v1\/integrations$/, () => ({ integrations })],
			['POST', /^\/v1\/integrations$/, (q, b) => {
				const made = { id: 2, name: b.name, created_by: person(2), created_at: iso(Date.now()), last_used_at: null };
				integrations.push(made);
				return [201, { ...made, key: 'hinomi-key-shown-once' }];
			}],
		],
	};
}
