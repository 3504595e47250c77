/* Made-up help desk for the mock server: people, contracts, tickets, vendors, orders, requests, cases; on top of
 * mock-world.mjs. Handlers answer as docs/openapi.yaml says, with as much of its rules as the pages depend on. */

const MINUTE = 60000;
const HOUR = 3600000;
const DAY = 86400000;
const iso = (ms) => new Date(ms).toISOString();
const day = (ms) => iso(ms + 9 * HOUR).slice(0, 10);
const digits = (text) => text.normalize('NFKC').replace(/^\s*\+81/, '0').replace(/\D/g, '');

const CATEGORIES = [
	['malware', 'incident', 3, true, 'ウイルス感染', 'Malware'],
	['unauthorised_access', 'incident', 3, true, '不正アクセス', 'Unauthorised access'],
	['ransomware', 'incident', 2, true, 'ランサムウェア', 'Ransomware'],
	['question', 'calm', 4, true, '平時の相談', 'A question in calm times'],
	['support_fraud', 'calm', 3, true, 'サポート詐欺', 'Fake support call'],
	['device', 'service', 4, true, '機器の操作・故障', 'The device: use and faults'],
	['contract', 'service', 5, true, '契約・料金', 'Contract and charges'],
	['monitoring', 'service', 4, false, '監視からの連絡', 'Told by the monitoring'],
].map(([name, group, severity, by_member, ja, en]) => ({ name, group, severity, by_member, ja, en }));
const CLOSINGS = [
	['answered', true, '回答した', 'Answered'],
	['resolved', false, '解決した', 'Solved'],
	['on_site', false, '駆け付けで対応した', 'Dealt with on site'],
	['withdrawn', false, '取り下げ', 'Withdrawn'],
].map(([name, needs_answer, ja, en]) => ({ name, needs_answer, ja, en }));
const ACTS = {
	requested: [['accept', 'decline', 'note'], ['change', 'cancel']],
	accepted: [['arrive', 'decline', 'note'], ['change', 'cancel']],
	arrived: [['leave', 'note'], []],
	left: [['report', 'note'], []],
	reported: [['note'], ['approve', 'return']],
	declined: [[], []],
	approved: [[], []],
	cancelled: [[], []],
};
const AFTER = { accept: 'accepted', decline: 'declined', arrive: 'arrived', leave: 'left', report: 'reported', approve: 'approved', cancel: 'cancelled', return: 'left' };
const PEOPLE = [
	[1, '山田 太郎', '社長', '06-6123-4567', 'taro@yamada-seiki.example', true],
	[1, '川口 美咲', '総務', '06-6123-4568', 'soumu@yamada-seiki.example', false],
	[1, '堺ITサポート 森', 'IT業者', '072-222-0199', 'mori@sakai-it.example', true],
	[2, '大西 正', '専務', '06-6771-0020', 'onishi@naniwa-print.example', true],
	[3, '北浜 健', '管理部長', '06-6460-1111', 'kitahama@example.jp', true],
	[7, '淀川 久美', '情報担当', '06-6780-5050', 'joho@yodogawa.example', true],
];

/** @param {any} world @param {(event: string, data: object) => void} tell  whoever listens to the stream */
export function makeDesk(world, tell) {
	const start = Date.now();
	/* Nobody is told of how the world began. */
	let live = false;
	const companies = world.companies();
	const tanaka = { id: 2, display_name: '田中 一郎' };
	const hanako = { id: 5, display_name: '窓口 花子' };
	const company = (id) => companies.find((c) => c.id === id);
	const area = (id) => company(id).area;
	const inPlace = (list) => list.map((p, i) => Object.assign(p, { position: i + 1 }));

	let people = PEOPLE.map(([company_id, name, role, phone, email, night], i) => ({ id: i + 1, company_id, position: 1, name, role, email, phone, language: 'ja', night, calendar_id: night ? null : 1, calendar: night ? null : '営業時間 / Office hours', reviewed_on: i === 2 ? null : day(start - (i === 1 ? 400 : 60) * DAY), bounced_at: i === 2 ? iso(start - 3 * DAY) : null, gets_reports: true, attach_reports: i === 1, version: 1 }));
	const peopleOf = (id) => people.filter((p) => p.company_id === id);
	for (const c of companies) inPlace(peopleOf(c.id));

	const plans = [
		{ id: 1, name: 'お助け隊 基本 / Basic', service_class: 1, member_yen: 6000, other_yen: 7500, tax_percent: 10, member_yen_taxed: 6600, other_yen_taxed: 8250, dispatches: 1, insurance_yen: 300000, member_share_yen: 30000, from_day: '2019-10-01', to_day: null, warnings: [], version: 1 },
		{ id: 101, name: 'お助け隊 強化 / Plus', service_class: 2, member_yen: 12000, other_yen: 15000, tax_percent: 10, member_yen_taxed: 13200, other_yen_taxed: 16500, dispatches: 3, insurance_yen: 1000000, member_share_yen: 50000, from_day: '2024-04-01', to_day: null, warnings: [], version: 1 },
	];
	const contractOf = (id, company_id, plan, from_day, to_day, state, more = {}) => ({ id, company_id, plan_id: plan.id, plan: plan.name, is_member: company(company_id).member, from_day, to_day, insurance_no: `TK-${4000 + company_id}`, note: '', made_by: tanaka, made_at: iso(start - 100 * DAY), state, yen: company(company_id).member ? plan.member_yen : plan.other_yen, tax_percent: 10, yen_taxed: Math.round((company(company_id).member ? plan.member_yen : plan.other_yen) * 1.1), dispatches: plan.dispatches, dispatches_used: company_id === 1 ? 1 : 0, year_from: from_day, year_to: null, insurance_yen: plan.insurance_yen, member_share_yen: plan.member_share_yen, warnings: [], version: 1, ...more });
	const contracts = companies.filter((c) => c.id !== 11).map((c) => contractOf(c.id, c.id, plans[c.id === 7 ? 1 : 0], day(start - 200 * DAY), c.id === 5 ? day(start + 20 * DAY) : null, 'valid'));
	contracts.push(contractOf(90, 1, plans[0], '2023-04-01', day(start - 201 * DAY), 'over', { warnings: [] }));
	const validOf = (id) => contracts.find((c) => c.company_id === id && c.state === 'valid') ?? null;

	const vendors = [
		['堺ITサポート株式会社', ['堺市堺区', '大阪市東成区', '大阪市天王寺区'], null, null, 'desk@sakai-it.example', '072-222-0100', 2],
		['北大阪システム保守', ['吹田市', '大阪市北区'], 1, '営業時間 / Office hours', 'order@kitaosaka.example', '06-6300-7700', 1],
		['なにわネットワーク工業', [], null, null, null, '06-6531-2211', 0],
	].map(([name, areas, calendar_id, calendar, email, phone, n], i) => ({ id: i + 1, name, areas, calendar_id, calendar, email, phone, note: i === 2 ? '夜間は割増' : '', active: true, open_orders: 0, people: n, version: 1 }));

	const incidentOf = (id) => world.findIncidents(new URLSearchParams(`company=${id}`))[0];
	const tickets = [];
	const events = new Map();
	const orders = [];
	const orderEvents = new Map();
	const log = (ticket, kind, user, for_member, body, at = Date.now()) => {
		const list = events.get(ticket.id);
		const e = { id: list.length + 1, at: iso(at), kind, user, for_member, body };
		list.push(e);
		Object.assign(ticket, { version: ticket.version + 1, updated_at: iso(at) });
		if (live) tell('ticket.upsert', { ticket, ver: ticket.version });
		return e;
	};
	function openTicket(t, at = Date.now()) {
		const c = t.company_id ? company(t.company_id) : null;
		const incident = t.incident_id ? world.incident(t.incident_id) : null;
		const ticket = { id: 100 + tickets.length, company_id: null, channel: 'phone', caller: { name: '', phone: null, email: null }, contact_id: null, severity: CATEGORIES.find((k) => k.name === t.category)?.severity ?? 4, body: '', state: 'open', owner: null, sensor_id: null, sensor: null, incident_id: null, answer: null, close_reason: null, spoke_at: null, opened_by: hanako, opened_at: iso(at), answered_at: null, closed_at: null, minutes: 0, version: 1, updated_at: iso(at), ...t, company: c?.name ?? null, incident_no: incident?.no ?? null };
		ticket.reference = `HD-${ticket.id}`;
		tickets.push(ticket);
		if (live) tell('ticket.upsert', { ticket, ver: 1 });
		events.set(ticket.id, [{ id: 1, at: iso(at), kind: 'opened', user: ticket.opened_by, for_member: true, body: { channel: ticket.channel, category: ticket.category } }]);
		return ticket;
	}
	const caller = (n) => ({ name: PEOPLE[n][1], phone: PEOPLE[n][3], email: PEOPLE[n][4] });
	const first = openTicket({ company_id: 1, category: 'malware', subject: '経理のパソコンが勝手に再起動する', body: '今朝から経理のパソコンが2回再起動しました。\n画面に見たことのない警告が出ています。電源は入れたままです。', caller: caller(0), contact_id: 1, owner: hanako, state: 'working', severity: 2, incident_id: incidentOf(1)?.id ?? null, minutes: 25 }, start - 95 * MINUTE);
	log(first, 'owner', hanako, false, { to: hanako }, start - 94 * MINUTE);
	log(first, 'state', hanako, false, { from: 'open', to: 'working' }, start - 94 * MINUTE);
	log(first, 'note', hanako, false, { text: 'LANケーブルを抜いてもらった。IPS の検知（C2）と時刻が一致。', minutes: 15 }, start - 80 * MINUTE);
	log(first, 'answer', hanako, true, { text: 'お電話ありがとうございました。パソコンはそのまま電源を入れたままにしてください。業者が本日お伺いします。', mail: PEOPLE[0][4] }, start - 70 * MINUTE);
	first.answer = 'お電話ありがとうございました。';
	log(first, 'mail', null, true, { from: '山田 太郎', address: PEOPLE[0][4], subject: 'Re: [HD-100]', text: '承知しました。15時以降でお願いします。' }, start - 50 * MINUTE);
	openTicket({ company_id: 2, category: 'support_fraud', subject: '「ウイルスに感染しました」という画面と電話番号が出た', caller: caller(3), contact_id: 4, state: 'waiting', owner: tanaka }, start - 5 * HOUR);
	openTicket({ company_id: null, category: 'question', subject: '加入していないが相談したい', caller: { name: '岡田', phone: '06-6999-0001', email: null } }, start - 40 * MINUTE);
	openTicket({ company_id: 3, category: 'device', channel: 'mail', subject: '機器のランプが橙色のまま', body: '昨夜の停電のあと、ランプが橙色のままです。', caller: caller(4), contact_id: 5, opened_by: null, sensor_id: 30, sensor: '本社 UTM' }, start - 20 * MINUTE);
	openTicket({ company_id: 7, category: 'contract', channel: 'portal', subject: '強化プランの駆け付け回数について', caller: caller(5), contact_id: 6, opened_by: null }, start - 26 * HOUR);
	openTicket({ company_id: 1, category: 'contract', channel: 'portal', subject: '請求書の宛名を変えたい', caller: caller(1), contact_id: 2, state: 'closed', owner: hanako, close_reason: 'answered', answer: '次回から変更します。', closed_at: iso(start - 9 * DAY) }, start - 10 * DAY);

	function openOrder(o, at = Date.now()) {
		const order = { id: 30 + orders.length, kind: 'onsite', state: 'requested', ticket_id: null, incident_id: null, wanted_by: null, requested_by: hanako, requested_at: iso(at), accepted_at: null, expected_at: null, arrived_at: null, left_at: null, reported_at: null, approved_at: null, technician: null, work_report: null, found: null, cost_yen: null, entitled: null, decline_reason: null, version: 1, updated_at: iso(at), ...o, vendor: { id: o.vendor_id, name: vendors[o.vendor_id - 1].name }, company_name: company(o.company_id).name };
		order.reference = `WO-${order.id}`;
		orders.push(order);
		orderEvents.set(order.id, [{ id: 1, at: iso(at), kind: 'requested', side: 'desk', user: hanako, body: {} }]);
		const ticket = tickets.find((x) => x.id === order.ticket_id);
		if (ticket) log(ticket, 'order', hanako, false, { order_id: order.id, reference: order.reference, what: 'requested', vendor: order.vendor.name }, at);
		return order;
	}
	const place = (id) => `大阪府${area(id)}1丁目2番3号 本社2階`;
	const orderFor = (company_id, vendor_id, more, at) => openOrder({ company_id, vendor_id, place: place(company_id), contact_name: peopleOf(company_id)[0]?.name ?? '受付', contact_phone: peopleOf(company_id)[0]?.phone ?? '06-0000-0000', task: '不審な通信をしているパソコン（経理、末尾 .23）をネットワークから外し、状態を確認してください。電源は切らないでください。', ...more }, at);
	orderFor(1, 1, { ticket_id: first.id, incident_id: first.incident_id }, start - 65 * MINUTE);
	orderFor(3, 1, { state: 'accepted', accepted_at: iso(start - 3 * HOUR), expected_at: iso(start + 2 * HOUR), technician: '西田 修', task: '停電のあと橙色のランプが消えない機器を確認し、必要なら交換してください。' }, start - 4 * HOUR);
	orderFor(7, 2, { state: 'accepted', accepted_at: iso(start - 5 * HOUR), expected_at: iso(start - HOUR), technician: '谷口' }, start - 6 * HOUR);
	orderFor(8, 2, { state: 'arrived', accepted_at: iso(start - 5 * HOUR), expected_at: iso(start - 3 * HOUR), arrived_at: iso(start - 2 * HOUR), technician: '谷口' }, start - 7 * HOUR);
	orderFor(2, 1, { kind: 'remote', state: 'reported', place: '遠隔操作ツール（番号はお電話で）', accepted_at: iso(start - 28 * HOUR), expected_at: iso(start - 27 * HOUR), arrived_at: iso(start - 27 * HOUR), left_at: iso(start - 26 * HOUR), reported_at: iso(start - 25 * HOUR), technician: '西田 修', work_report: '偽の警告画面を閉じ、遠隔操作ソフトが入っていないことを確認しました。\nブラウザーの通知許可を取り消しました。', found: '広告から開いた偽の警告', cost_yen: 8000 }, start - 29 * HOUR);
	orderFor(5, 3, { state: 'declined', decline_reason: '本日は人員がいません' }, start - 30 * HOUR);
	orderFor(1, 1, { state: 'approved', accepted_at: iso(start - 40 * DAY), arrived_at: iso(start - 40 * DAY), left_at: iso(start - 40 * DAY), reported_at: iso(start - 39 * DAY), approved_at: iso(start - 38 * DAY), technician: '西田 修', work_report: '機器を設置しました。', cost_yen: 15000, entitled: true }, start - 41 * DAY);

	const requests = [
		[1, '経理の方', '経理のパソコン（末尾 .23）でウイルス対策ソフトの全体検査をしてください', 60, -1],
		[1, '総務の方', '使っていないリモートデスクトップの設定を切ってください', 20, 2],
		[7, '情報担当の方', '公開しているサーバーの更新を適用してください', 90, 9],
		[3, '管理部の方', '機器の設置場所の写真を送ってください', null, 0],
	].map(([company_id, who, what, minutes, due], i) => ({ id: i + 1, company_id, company: company(company_id).name, incident_id: i === 0 ? first.incident_id : null, incident_no: i === 0 ? first.incident_no : null, ticket_id: null, who, what, minutes, due_on: day(start + due * DAY), state: 'open', overdue: due < 0, reminded_at: null, made_by: hanako, made_at: iso(start - 5 * DAY), done_by: null, done_at: null, note: '', version: 1 }));
	function ask(body, who, more = {}) {
		const incident = more.incident_id ? world.incident(more.incident_id) : null;
		const made = { ...requests[0], ...body, ...more, id: requests.length + 1, company: company(more.company_id ?? body.company_id).name, company_id: more.company_id ?? body.company_id, incident_id: incident?.id ?? null, incident_no: incident?.no ?? null, ticket_id: body.ticket_id ?? null, state: 'open', overdue: false, made_by: who, made_at: iso(Date.now()), done_by: null, done_at: null, note: '', version: 1 };
		requests.push(made);
		return [201, { ...made, open_of_company: requests.filter((r) => r.company_id === made.company_id && r.state === 'open').length }];
	}

	/* What is known of cases beside the incident, made when first asked for. */
	const cases = new Map();
	const caseOf = (incident) => {
		if (!cases.has(incident.id)) cases.set(incident.id, { entries: [], insurance: null, privacy: null, packs: [], confirmed_at: null, waiting_since: null, told_at: incident.severity <= 2 ? iso(Date.parse(incident.created_at) + 11 * MINUTE) : null });
		return cases.get(incident.id);
	};
	const promise = (raised, seconds, at) => {
		if (!seconds) return { state: 'none', due_at: null, warn_at: null };
		const due = Date.parse(raised) + seconds * 1000;
		const state = at ? (Date.parse(at) <= due ? 'kept' : 'kept_late') : Date.now() > due ? 'missed' : 'running';
		return { state, due_at: iso(due), warn_at: iso(due - 60000) };
	};
	const TARGETS = { 1: [300, 900], 2: [900, 3600], 3: [14400, 30600] };
	function clocks(i) {
		const held = caseOf(i);
		const [ack, tell] = TARGETS[i.severity] ?? [0, 0];
		const told = held.told_at;
		return { event_at: i.first_ts, received_at: i.first_ts, raised_at: i.created_at, acknowledged_at: i.acknowledged_at ?? i.closed_at, triaged_at: told ?? i.closed_at, told_at: told, confirmed_at: held.confirmed_at, contained_at: i.contained_at, resolved_at: i.closed_at, closed_at: i.closed_at, waited_s: 0, waiting_since: held.waiting_since, acknowledge: promise(i.created_at, ack, i.acknowledged_at ?? i.closed_at), notify: promise(i.created_at, tell, told) };
	}
	function caseFile(i) {
		const held = caseOf(i);
		const own = [{ id: null, step: 1, at: i.created_at, done: false, by: 'raised', text: null, user: null, written_at: i.created_at }, ...(held.told_at ? [{ id: null, step: 1, at: held.told_at, done: true, by: 'told', text: null, user: null, written_at: held.told_at }] : [])];
		const entries = [...own, ...held.entries];
		const contract = validOf(i.company_id);
		return {
			incident: i,
			clocks: clocks(i),
			steps: [1, 2, 3, 4, 5].map((step) => ({ step, done_at: entries.find((e) => e.step === step && e.done)?.at ?? null, entries: entries.filter((e) => e.step === step) })),
			requests: requests.filter((r) => r.incident_id === i.id),
			entitlement: { entitled: Boolean(contract), verdict: contract ? 'entitled' : 'no_contract', on_day: i.created_at.slice(0, 10), contract_id: contract?.id ?? null, plan: contract?.plan ?? null, insurance_no: contract?.insurance_no ?? null, limit_yen: contract?.insurance_yen ?? 0, member_share_yen: contract?.member_share_yen ?? 0 },
			insurance: held.insurance,
			privacy: held.privacy,
			tickets: tickets.filter((x) => x.incident_id === i.id).map(({ id, subject, category, channel, state, opened_at }) => ({ id, subject, category, channel, state, opened_at })),
			orders: orders.filter((o) => o.incident_id === i.id).map(({ id, kind, state, vendor, requested_at }) => ({ id, kind, state, vendor: vendor.name, requested_at })),
			packs: held.packs,
		};
	}
	function privacyClock(p) {
		const base = p.known_at;
		const final = Date.parse(base) + (p.malicious ? 60 : 30) * DAY;
		const state = p.dropped_at ? 'dropped' : p.final_reported_at ? 'reported' : p.first_reported_at ? 'final_running' : 'first_due';
		return { ...p, state, first_due_from: day(Date.parse(base) + 3 * DAY), first_due_on: day(Date.parse(base) + 5 * DAY), final_due_on: day(final) };
	}

	/* If-Match against what is held. */
	const stale = (held, ctx) => (!ctx.version ? [428, 'If-Match is needed'] : ctx.version !== `"${held.version}"` ? [412, 'somebody was faster', { current: held }] : null);
	const person = (ctx) => ({ id: ctx.who.id, display_name: ctx.who.display_name });
	const mine = (list, ctx) => (ctx.who.company_id ? list.filter((x) => x.company_id === ctx.who.company_id) : list);
	const page = (key, list, more = {}) => ({ [key]: list, next: null, ...more });

	function findTickets(q, ctx) {
		const states = (q.get('state') ?? 'open,working,waiting').split(',');
		const wanted = (q.get('q') ?? '').toLowerCase();
		const others = mine(tickets, ctx).filter((x) => (!q.get('company') || x.company_id === Number(q.get('company'))) && (q.get('owner') !== 'me' || x.owner?.id === ctx.who.id) && (!wanted || `${x.subject} ${x.caller.name} ${x.reference}`.toLowerCase().includes(wanted) || (digits(wanted).length > 3 && digits(x.caller.phone ?? '').includes(digits(wanted)))));
		const counts = { open: 0, working: 0, waiting: 0, closed: 0 };
		for (const x of others) counts[x.state]++;
		return page('tickets', others.filter((x) => states.includes(x.state)).sort((a, b) => b.id - a.id), q.get('counts') ? { counts } : {});
	}
	const shownTicket = (x, ctx) => {
		const member = ctx.who.role === 'member';
		return { ...x, minutes: member ? null : x.minutes, events: events.get(x.id).filter((e) => !member || e.for_member).sort((a, b) => a.at.localeCompare(b.at)), orders: orders.filter((o) => o.ticket_id === x.id).map((o) => shownOrder(o, ctx)) };
	};
	const shownOrder = (o, ctx) => {
		const [work, desk] = ACTS[o.state];
		const vendor = ctx.who.role === 'vendor';
		const does = vendor || ['desk', 'lead', 'analyst', 'admin'].includes(ctx.who.role);
		return { ...o, vendor_id: undefined, ...(vendor ? { company_id: null, ticket_id: null, incident_id: null, requested_by: null, entitled: null } : {}), actions: [...(does ? work : []), ...(does && !vendor ? desk : [])], events: orderEvents.get(o.id) };
	};
	const findOrder = (id, ctx) => {
		const o = orders.find((x) => x.id === id);
		return o && (!ctx.who.vendor_id || o.vendor_id === ctx.who.vendor_id) && (!ctx.who.company_id || o.company_id === ctx.who.company_id) ? o : null;
	};
	const callerOf = (id, why, who) => {
		const summary = world.summary(id);
		return { company: company(id), why, person: who ?? null, people: peopleOf(id), contract: validOf(id), tickets: tickets.filter((x) => x.company_id === id && x.state !== 'closed'), open_incidents: summary.open_incidents, sensors: summary.sensors };
	};
	function callers(q) {
		const number = digits(q);
		const found = new Map();
		const phone = /^[+\d\s()-]{4,}$/.test(q.normalize('NFKC'));
		if (phone) for (const p of people) if (p.phone && digits(p.phone).endsWith(number)) found.set(p.company_id, callerOf(p.company_id, 'phone', p));
		if (!phone) {
			for (const p of people) if (p.name.includes(q)) found.set(p.company_id, callerOf(p.company_id, 'person', p));
			for (const c of companies) if (!found.has(c.id) && (c.name.includes(q) || c.member_no === q)) found.set(c.id, callerOf(c.id, c.member_no === q ? 'member_no' : 'company', null));
		}
		const list = [...found.values()];
		return { digits: phone ? number : null, callers: list.slice(0, 5), more: list.length > 5, tickets: tickets.filter((x) => x.reference === q.toUpperCase()) };
	}
	const figure = (n, median) => ({ count: n, median_s: n ? median : null, p90_s: n ? median * 3 : null, mean_s: n ? median * 1.4 : null, without_waiting: { median_s: n ? median * 0.8 : null, p90_s: n ? median * 2 : null, mean_s: n ? median : null } });
	function responseRow(severity) {
		const n = severity === null ? 61 : [0, 3, 9, 17, 32, 0][severity];
		const promise = (missed) => ({ promised: severity > 3 ? 0 : n, kept: severity > 3 ? 0 : n - missed, missed: severity > 3 ? 0 : missed, running: 0, percent: severity > 3 || !n ? null : (100 * (n - missed)) / n });
		return { severity, incidents: n, mttd: figure(n, 42), mtta: figure(n, 190), mttn: figure(severity > 3 ? 0 : n, 655), mttc: figure(Math.floor(n / 3), 4000), mttr: figure(Math.floor(n / 2), 90000), acknowledge: promise(severity === 2 ? 1 : 0), notify: promise(0) };
	}
	const gone = [404, 'no such object'];

	/* Method and pattern -> (query, body, id, {who, match, version}): the answer; [status, answer]; undefined: not there. */
	const routes = [
		['GET', /^\/v1\/ticket-words$/, () => ({ categories: CATEGORIES, closing_reasons: CLOSINGS })],
		['GET', /^\/v1\/callers$/, (q) => callers(q.get('q'))],
		['GET', /^\/v1\/tickets$/, (q, b, id, ctx) => findTickets(q, ctx)],
		['POST', /^\/v1\/tickets$/, (q, b, id, ctx) => {
			const member = ctx.who.role === 'member';
			if (member && Object.keys(b).some((k) => !['category', 'subject', 'body'].includes(k))) return [400, 'not for members'];
			const { caller_name = '', caller_phone = null, caller_email = null, owner_id, ...rest } = b;
			const who = member ? { name: ctx.who.display_name, phone: null, email: ctx.who.email } : { name: caller_name, phone: caller_phone, email: caller_email };
			const made = openTicket({ ...rest, caller: who, owner: owner_id === 'me' ? person(ctx) : null, opened_by: person(ctx), ...(member ? { company_id: ctx.who.company_id, channel: 'portal' } : {}) });
			return [201, shownTicket(made, ctx)];
		}],
		['GET', /^\/v1\/tickets\/(\d+)$/, (q, b, id, ctx) => {
			const x = mine(tickets, ctx).find((t) => t.id === id);
			return x && shownTicket(x, ctx);
		}],
		['PATCH', /^\/v1\/tickets\/(\d+)$/, (q, b, id, ctx) => {
			const x = tickets.find((t) => t.id === id);
			const bad = stale(x, ctx);
			if (bad) return bad;
			if (b.state === 'closed' && !b.close_reason) return [400, 'close_reason is needed'];
			if (b.state === 'closed' && CLOSINGS.find((c) => c.name === b.close_reason).needs_answer && !x.answer) return [409, 'this reason needs an answer'];
			const { owner_id, spoke_at, ...rest } = b;
			if (b.state && b.state !== x.state) log(x, b.state === 'closed' ? 'closed' : 'state', person(ctx), true, { from: x.state, to: b.state, close_reason: b.close_reason ?? null });
			if (owner_id !== undefined) log(x, 'owner', person(ctx), false, { to: owner_id === null ? null : person(ctx) });
			if (rest.company_id !== undefined) Object.assign(rest, { company: rest.company_id ? company(rest.company_id).name : null, contact_id: null, sensor_id: null, incident_id: null });
			if (rest.incident_id !== undefined) rest.incident_no = rest.incident_id ? world.incident(rest.incident_id).no : null;
			if (['company_id', 'incident_id', 'sensor_id'].some((k) => rest[k] !== undefined)) log(x, 'linked', person(ctx), false, { company: rest.company ?? null, incident_id: rest.incident_id ?? null });
			Object.assign(x, rest, owner_id === undefined ? {} : { owner: owner_id === null ? null : person(ctx) }, spoke_at ? { spoke_at: iso(Date.now()) } : {}, b.state === 'closed' ? { closed_at: iso(Date.now()) } : b.state ? { closed_at: null, close_reason: null } : {}, { version: x.version + 1, updated_at: iso(Date.now()) });
			return shownTicket(x, ctx);
		}],
		['POST', /^\/v1\/tickets\/(\d+)\/notes$/, (q, b, id, ctx) => {
			const x = tickets.find((t) => t.id === id);
			x.minutes += b.minutes ?? 0;
			return [201, log(x, 'note', person(ctx), ctx.who.role === 'member' || Boolean(b.for_member), { text: b.text, minutes: b.minutes ?? 0 })];
		}],
		['POST', /^\/v1\/tickets\/(\d+)\/answer$/, (q, b, id, ctx) => {
			const x = tickets.find((t) => t.id === id);
			log(x, 'answer', person(ctx), true, { text: b.text, mail: b.mail ? x.caller.email : null });
			Object.assign(x, { answer: b.text, answered_at: iso(Date.now()), state: b.state ?? 'waiting', close_reason: b.state === 'closed' ? 'answered' : null });
			return shownTicket(x, ctx);
		}],
		['GET', /^\/v1\/companies\/(\d+)\/people$/, (q, b, id) => ({ people: inPlace(peopleOf(id)) })],
		['POST', /^\/v1\/companies\/(\d+)\/people$/, (q, b, id) => {
			const made = { ...people[0], ...b, id: 1 + Math.max(...people.map((p) => p.id)), company_id: id, position: 99, reviewed_on: null, bounced_at: null, calendar_id: null, calendar: null, version: 1 };
			people.push(made);
			inPlace(peopleOf(id));
			return [201, made];
		}],
		['PATCH', /^\/v1\/people\/(\d+)$/, (q, b, id, ctx) => {
			const p = people.find((x) => x.id === id);
			const bad = stale(p, ctx);
			if (bad) return bad;
			const { position, ...rest } = b;
			Object.assign(p, rest, { version: p.version + 1 });
			if (position) {
				const list = peopleOf(p.company_id).filter((x) => x !== p);
				list.splice(position - 1, 0, p);
				people = [...people.filter((x) => x.company_id !== p.company_id), ...inPlace(list)];
			}
			return p;
		}],
		['DELETE', /^\/v1\/people\/(\d+)$/, (q, b, id) => {
			people = people.filter((x) => x.id !== id);
			return [204];
		}],
		['POST', /^\/v1\/people\/(\d+)\/reviewed$/, (q, b, id) => Object.assign(people.find((x) => x.id === id), { reviewed_on: day(Date.now()) })],
		['GET', /^\/v1\/plans$/, () => ({ day: day(start), plans })],
		['GET', /^\/v1\/companies\/(\d+)\/contracts$/, (q, b, id) => ({ contracts: contracts.filter((c) => c.company_id === id) })],
		['POST', /^\/v1\/companies\/(\d+)\/contracts$/, (q, b, id) => {
			if (validOf(id) && validOf(id).to_day === null) return [409, 'another contract is valid then: end that one first'];
			const made = contractOf(1000 + contracts.length, id, plans.find((p) => p.id === b.plan_id), b.from_day, b.to_day, 'valid', { is_member: b.is_member, note: b.note, insurance_no: b.insurance_no });
			contracts.unshift(made);
			return [201, made];
		}],
		['PATCH', /^\/v1\/contracts\/(\d+)$/, (q, b, id, ctx) => {
			const c = contracts.find((x) => x.id === id);
			return stale(c, ctx) ?? Object.assign(c, b, { version: c.version + 1 });
		}],
		['GET', /^\/v1\/vendors$/, () => ({ vendors: vendors.map((v) => ({ ...v, open_orders: orders.filter((o) => o.vendor_id === v.id && !['declined', 'approved', 'cancelled'].includes(o.state)).length })) })],
		['POST', /^\/v1\/vendors$/, (q, b) => {
			const made = { ...vendors[0], ...b, id: vendors.length + 1, calendar: null, open_orders: 0, people: 0, version: 1 };
			vendors.push(made);
			return [201, made];
		}],
		['PATCH', /^\/v1\/vendors\/(\d+)$/, (q, b, id, ctx) => stale(vendors[id - 1], ctx) ?? Object.assign(vendors[id - 1], b, { version: vendors[id - 1].version + 1 })],
		['GET', /^\/v1\/vendors\/match$/, (q) => ({ vendors: vendors.filter((v) => v.active).map((v) => ({ ...v, in_area: v.areas.length === 0 || v.areas.includes(area(Number(q.get('company')))), open_now: v.calendar_id === null, changes_at: v.calendar_id === null ? null : iso(start + 9 * HOUR) })).sort((a, b) => b.in_area - a.in_area) })],
		['GET', /^\/v1\/orders$/, (q, b, id, ctx) => {
			const states = (q.get('state') ?? '').replace('open', 'requested,accepted,arrived,left,reported').split(',').filter(Boolean);
			const is = (name, f) => !q.get(name) || f(Number(q.get(name)));
			return page('orders', orders.filter((o) => findOrder(o.id, ctx) && (!states.length || states.includes(o.state)) && is('company', (n) => o.company_id === n) && is('ticket', (n) => o.ticket_id === n)).sort((a, b) => Date.parse(b.requested_at) - Date.parse(a.requested_at)).map((o) => shownOrder(o, ctx)));
		}],
		['POST', /^\/v1\/orders$/, (q, b) => {
			const made = openOrder(b);
			return [201, { ...made, actions: [], events: orderEvents.get(made.id) }];
		}],
		['GET', /^\/v1\/orders\/(\d+)$/, (q, b, id, ctx) => {
			const o = findOrder(id, ctx);
			return o ? shownOrder(o, ctx) : gone;
		}],
		['POST', /^\/v1\/orders\/(\d+)\/(accept|decline|arrive|leave|report|return|approve|cancel|notes)$/, (q, b, id, ctx) => {
			const o = findOrder(id, ctx);
			const act = ctx.match[2] === 'notes' ? 'note' : ctx.match[2];
			if (!o) return gone;
			if (!shownOrder(o, ctx).actions.includes(act)) return [409, `${act} is not possible now`];
			const now = iso(Date.now());
			const state = AFTER[act];
			if (state) Object.assign(o, { state, ...(act === 'return' ? { reported_at: null } : { [`${state}_at`]: now }) });
			for (const name of ['expected_at', 'technician', 'work_report', 'found', 'cost_yen']) if (b[name] !== undefined) o[name] = b[name];
			if (act === 'decline') o.decline_reason = b.reason;
			if (act === 'approve') o.entitled = o.kind === 'onsite';
			Object.assign(o, { version: o.version + 1, updated_at: now });
			tell('order.upsert', { order: o, ver: o.version });
			const list = orderEvents.get(o.id);
			list.push({ id: list.length + 1, at: now, kind: act === 'note' ? 'note' : act === 'return' ? 'returned' : state, side: ctx.who.role === 'vendor' ? 'vendor' : 'desk', user: person(ctx), body: b });
			return shownOrder(o, ctx);
		}],
		['GET', /^\/v1\/requests$/, (q, b, id, ctx) => {
			const list = mine(requests, ctx).filter((r) => !q.get('company') || r.company_id === Number(q.get('company')));
			const state = q.get('state') ?? 'open';
			return page('requests', list.filter((r) => r.state === state).sort((a, b) => a.due_on.localeCompare(b.due_on)), { open: list.filter((r) => r.state === 'open').length, overdue: list.filter((r) => r.state === 'open' && r.overdue).length });
		}],
		['POST', /^\/v1\/requests$/, (q, b, id, ctx) => ask(b, person(ctx))],
		['PATCH', /^\/v1\/requests\/(\d+)$/, (q, b, id, ctx) => {
			const r = mine(requests, ctx).find((x) => x.id === id);
			const bad = stale(r, ctx);
			if (bad) return bad;
			if (ctx.who.role === 'member' && b.state !== 'done') return [403, 'members may say that it is done'];
			return Object.assign(r, b, { version: r.version + 1 }, b.state === 'done' ? { done_by: person(ctx), done_at: iso(Date.now()) } : {});
		}],
		['GET', /^\/v1\/metrics\/response$/, (q) => ({ from: q.get('from'), to: q.get('to'), company_id: null, merged: 2, rows: [1, 2, 3, 4, 5, null].map((severity) => responseRow(severity)) })],
		['GET', /^\/v1\/incidents\/(\d+)\/case$/, (q, b, id) => world.incident(id) && caseFile(world.incident(id))],
		['POST', /^\/v1\/incidents\/(\d+)\/steps$/, (q, b, id, ctx) => {
			const entry = { id: Date.now(), step: b.step, at: b.at ?? iso(Date.now()), done: b.done ?? false, by: 'person', text: b.text, user: person(ctx), written_at: iso(Date.now()) };
			caseOf(world.incident(id)).entries.push(entry);
			return [201, entry];
		}],
		['POST', /^\/v1\/incidents\/(\d+)\/waiting$/, (q, b, id) => {
			caseOf(world.incident(id)).waiting_since = b.waiting ? iso(Date.now()) : null;
			return clocks(world.incident(id));
		}],
		['POST', /^\/v1\/incidents\/(\d+)\/confirmed$/, (q, b, id) => {
			caseOf(world.incident(id)).confirmed_at ??= iso(Date.now());
			return clocks(world.incident(id));
		}],
		['POST', /^\/v1\/incidents\/(\d+)\/requests$/, (q, b, id, ctx) => ask(b, person(ctx), { incident_id: id, company_id: world.incident(id).company_id })],
		['POST', /^\/v1\/incidents\/(\d+)\/insurance$/, (q, b, id, ctx) => {
			const i = world.incident(id);
			const contract = validOf(i.company_id);
			const made = { id, company_id: i.company_id, incident_id: id, contract_id: contract.id, insurance_no: contract.insurance_no, limit_yen: contract.insurance_yen, claim_no: null, claimed_yen: null, state: 'prepared', paid_yen: null, member_share_yen: null, reason: '', opened_by: person(ctx), opened_at: iso(Date.now()), submitted_at: null, decided_at: null, version: 1 };
			caseOf(i).insurance = made;
			return [201, made];
		}],
		['PATCH', /^\/v1\/insurance\/(\d+)$/, (q, b, id, ctx) => {
			const c = caseOf(world.incident(id)).insurance;
			const bad = stale(c, ctx);
			if (bad) return bad;
			const change = { ...b };
			if (b.state === 'covered') Object.assign(change, { member_share_yen: 30000, paid_yen: b.paid_yen ?? Math.min(c.limit_yen, b.claimed_yen - 30000) });
			return (caseOf(world.incident(id)).insurance = { ...c, ...change, version: c.version + 1 });
		}],
		['POST', /^\/v1\/incidents\/(\d+)\/privacy$/, (q, b, id) => {
			const made = privacyClock({ malicious: false, persons: null, ...b, first_reported_at: null, final_reported_at: null, dropped_at: null, drop_reason: null, version: 1 });
			caseOf(world.incident(id)).privacy = made;
			return [201, made];
		}],
		['PATCH', /^\/v1\/incidents\/(\d+)\/privacy$/, (q, b, id, ctx) => {
			const held = caseOf(world.incident(id));
			const bad = stale(held.privacy, ctx);
			if (bad) return bad;
			const { dropped, ...rest } = b;
			held.privacy = privacyClock({ ...held.privacy, ...rest, ...(dropped === undefined ? {} : { dropped_at: dropped ? iso(Date.now()) : null, drop_reason: dropped ? b.drop_reason : null }), version: held.privacy.version + 1 });
			return held.privacy;
		}],
		['GET', /^\/v1\/incidents\/(\d+)\/evidence$/, (q, b, id, ctx) => {
			const held = caseOf(world.incident(id));
			held.packs.push({ id: held.packs.length + 1, made_by: person(ctx), made_at: iso(Date.now()), sha256: '9f'.repeat(32), files: 14 });
			return { made: 'a ZIP in the real world' };
		}],
		['GET', /^\/v1\/incidents\/(\d+)\/notification-text$/, (q) => ({ text: `only=${q.get('only')}` })],
		['POST', /^\/v1\/incidents\/(\d+)\/pages$/, (q, b, id) => [202, { incident_id: id }]],
		['POST', /^\/v1\/incidents\/(\d+)\/member-notice$/, (q, b, id) => {
			const list = peopleOf(world.incident(id).company_id);
			caseOf(world.incident(id)).told_at ??= iso(Date.now());
			return [202, { messages: list.map((p) => ({ message_id: '0197f000-0000-7000-8000-000000000001', contact_id: p.id, name: p.name })) }];
		}],
	];
	live = true;
	/* An incident's page: its clocks, and of the one that has everything each kind of entry. */
	const TOLD = [
		['page', null, { page: 31, severity: 1 }],
		['acknowledged', tanaka, { page_id: 31, via: 'link' }],
		['notice', null, { to: '山田 太郎', message: 'm1' }],
		['notice', null, { to: '堺ITサポート 森', message: 'm2', bounced: true, text: '550 no such user' }],
		['confirmed', null, { contact: '山田 太郎', message: 'm1' }],
		['sla', null, { promise: 'notify', missed: false, due: iso(start + 300000) }],
		['clock', hanako, { waiting: true }],
		['step', hanako, { entry: 1, step: 2, done: true, at: iso(start), text: 'LANケーブルを抜いた' }],
		['request', hanako, { request: 1, state: 'open', who: '経理の方', what: '全体検査', due_on: day(start), note: '' }],
		['ticket', hanako, { ticket_id: first.id, reference: 'HD-100', what: 'linked', subject: first.subject }],
		['order', null, { order_id: 30, reference: 'WO-30', what: 'accepted', kind: 'onsite', vendor: vendors[0].name }],
		['insurance', hanako, { insurance: 1, state: 'covered', claim_no: 'A-1', claimed_yen: 180000, paid_yen: 150000, member_share_yen: 30000, reason: '' }],
		['privacy', hanako, { known_at: iso(start), malicious: false, persons: 12, first_reported_at: iso(start), final_reported_at: null, dropped: false }],
		['evidence', hanako, { pack: 1, sha256: '9f'.repeat(32), files: 14 }],
	].map(([kind, user, body], i) => ({ id: 910 + i, at: iso(start), kind, user, body }));
	const decorate = (incident) => ({ ...incident, clocks: clocks(incident), timeline: [...incident.timeline, ...(incident.tags.length ? TOLD : [])] });
	return { routes, decorate, tickets, orders, requests, openTicket };
}
