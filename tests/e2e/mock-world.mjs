/* Made-up companies, sensors, alerts and incidents for the mock server: believable enough to look at, small enough
 * to understand. Everything derives from one seed. */

const COMPANIES = [
	['株式会社山田精機製作所', 'OS-10234', '製造業', 48, '大阪市東成区'],
	['なにわ印刷株式会社', 'OS-10877', '印刷業', 22, '大阪市天王寺区'],
	['株式会社北浜ロジスティクス', 'OS-11002', '運輸業', 85, '大阪市此花区'],
	['有限会社中村食品', null, '食料品製造業', 14, '堺市堺区'],
	['都島建設株式会社', 'OS-11519', '建設業', 36, '大阪市都島区'],
	['さくら税理士法人', 'OS-12044', '専門サービス業', 9, '大阪市北区'],
	['株式会社淀川金属工業', 'OS-12301', '製造業', 120, '東大阪市'],
	['医療法人ひまわり会', null, '医療・福祉', 64, '吹田市'],
	['株式会社ミナミ商事', 'OS-12790', '卸売業', 31, '大阪市中央区'],
	['旭化学薬品株式会社', 'OS-13115', '化学工業', 55, '尼崎市'],
	['株式会社つるや旅館', null, '宿泊業', 27, '京都市左京区'],
	['天満橋システム株式会社', 'OS-13652', '情報サービス業', 18, '大阪市中央区'],
];

/* signature, id, category, direction, engine, severity, score, stage, technique, transport, port, weight */
const KINDS = [
	['ET SCAN Suspicious inbound to MSSQL port 1433', '2010935', 'Potentially Bad Traffic', 'inbound', 'ips', 5, 15, 'reconnaissance', ['T1595'], 'tcp', 1433, 26],
	['ET SCAN Potential SSH Scan', '2001219', 'Attempted Information Leak', 'inbound', 'ips', 4, 25, 'reconnaissance', ['T1595'], 'tcp', 22, 20],
	['ET EXPLOIT Fortinet FortiOS SSL VPN CVE-2022-42475 Inbound', '2042550', 'Attempted Administrator Privilege Gain', 'inbound', 'ips', 3, 55, 'exploitation', ['T1190'], 'tcp', 443, 8],
	['ET WEB_SERVER Possible SQL Injection SELECT FROM', '2006446', 'Web Application Attack', 'inbound', 'ips', 3, 50, 'exploitation', ['T1190'], 'tcp', 80, 9],
	['ET DROP Spamhaus DROP Listed Traffic Inbound group 14', '2400013', 'Misc Attack', 'inbound', 'ips', 5, 12, 'none', [], 'tcp', 3389, 16],
	['Mirai.Botnet', '43191', 'Botnet', 'inbound', 'ips', 4, 32, 'delivery', ['T1190'], 'tcp', 23, 8],
	['HTML/Phish.BQY!tr', '8146201', 'virus', 'inbound', 'antivirus', 3, 50, 'delivery', ['T1566'], 'tcp', 110, 5],
	['W32/AgentTesla.E!tr', '7901234', 'virus', 'inbound', 'antivirus', 3, 45, 'delivery', ['T1566'], 'tcp', 25, 4],
	['ET INFO External IP Lookup Domain (ipify .org) in DNS Lookup', '2047702', 'Device Retrieving External IP Address Detected', 'outbound', 'ips', 4, 20, 'none', ['T1016'], 'udp', 53, 5],
	['ET MALWARE Win32/AgentTesla CnC Exfil via SMTP', '2035464', 'Malware Command and Control Activity Detected', 'outbound', 'ips', 1, 92, 'command-and-control', ['T1071', 'T1041'], 'tcp', 587, 2],
	['ET MALWARE Observed DNS Query to Cobalt Strike Domain', '2033713', 'Domain Observed Used for C2 Detected', 'outbound', 'ips', 1, 88, 'command-and-control', ['T1071'], 'udp', 53, 2],
	['ET MALWARE Emotet Checkin M3', '2029380', 'A Network Trojan was detected', 'outbound', 'ips', 2, 74, 'command-and-control', ['T1071'], 'tcp', 8080, 3],
	['ET COINMINER XMRig Login', '2036752', 'Crypto Currency Mining Activity Detected', 'outbound', 'ips', 3, 48, 'actions', ['T1496'], 'tcp', 3333, 2],
	['Malicious Websites', '', 'Malicious Websites', 'outbound', 'web', 3, 45, 'delivery', [], 'tcp', 443, 4],
	['ET SCAN Behavioral Unusual Port 445 traffic Potential Scan or Infection', '2001569', 'Misc activity', 'internal', 'ips', 2, 62, 'reconnaissance', ['T1046'], 'tcp', 445, 2],
];
const PEOPLE = [
	{ id: 2, display_name: '田中 一郎' },
	{ id: 3, display_name: '佐藤 恵' },
];
const DAY = 86400000;
const iso = (ms) => new Date(ms).toISOString();

/** Numbers that are the same at every start (mulberry32). */
function dice(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

export function makeWorld({ alerts: wanted }) {
	const random = dice(20190708);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const start = Date.now();
	let language = 'ja';
	const companies = COMPANIES.map(([name, memberNo, industry, employees, area], i) => ({ id: i + 1, name, member_no: memberNo, member: memberNo !== null, industry, employees, area }));
	const sensors = companies.flatMap((c) => Array.from({ length: c.employees > 60 ? 2 : 1 }, (_, i) => makeSensor(c, i)));
	const alerts = []; /* oldest first */
	const incidents = new Map();
	const byKey = new Map();
	const pages = new Map();
	let alertId = 880000;
	let incidentId = 4100;
	const numbers = new Map();
	const weighted = KINDS.flatMap((k) => Array(k[11]).fill(k));

	function makeSensor(company, i) {
		const seen = start - Math.floor(random() * 20000);
		const down = company.id === 8 && i === 1;
		const late = company.id === 4;
		return {
			id: company.id * 10 + i,
			company_id: company.id,
			company: company.name,
			name: i ? '第2工場 FortiGate' : pick(['本社 Suricata', '本社 UTM', '事務所ゲートウェイ']),
			state: down ? 'down' : late ? 'late' : 'up',
			last_seen_at: iso(down ? start - 26 * 3600000 : late ? start - 260000 : seen),
			last_event_at: iso(down ? start - 26 * 3600000 : seen - Math.floor(random() * 600000)),
			clock_skew_ms: company.id === 10 ? 8400 : Math.floor(random() * 90) - 30,
			agent_version: '0.1.0',
			spool_records: down ? 0 : late ? 1840 : Math.floor(random() * 4),
			spool_bytes: late ? 1900000 : 2048,
			disk_free_bytes: Math.floor((4 + random() * 50) * 2 ** 30),
			dropped_records: company.id === 10 ? 12 : 0,
			certificate_not_after: iso(start + (company.id === 6 ? 9 : 60 + Math.floor(random() * 200)) * DAY),
			created_at: iso(start - 200 * DAY),
			today: { expected: 900, received: Math.floor(200 + random() * 700), dropped: company.id === 10 ? 12 : 0, unparsed: company.id === 7 ? 3 : 0, duplicate: 0, ignored: 40 },
			hours: Array.from({ length: 24 }, (_, h) => (down ? 0 : Math.floor(random() ** 3 * (h > 8 && h < 19 ? 60 : 18)))),
		};
	}

	const outside = () => `${pick([45, 80, 103, 141, 162, 185, 193, 218])}.${Math.floor(random() * 255)}.${Math.floor(random() * 255)}.${1 + Math.floor(random() * 253)}`;
	const attackers = Array.from({ length: 40 }, outside);

	function makeAlert(ts, change = {}) {
		const [signature, sid, category, direction, engine, severity, score, stage, technique, transport, port] = change.kind ?? pick(weighted);
		const company = companies[(change.company_id ?? 0) - 1] ?? pick(companies);
		const sensor = pick(sensors.filter((s) => s.company_id === company.id));
		const inside = `192.168.${company.id}.${pick([10, 11, 20, 23, 31, 54, 88])}`;
		const far = direction === 'internal' ? `192.168.${company.id}.${pick([5, 6, 7])}` : pick(attackers);
		const outward = direction !== 'inbound';
		const high = 1024 + Math.floor(random() * 60000);
		const blocked = engine === 'antivirus' ? 'removed' : random() < (outward ? 0.35 : 0.82) ? 'blocked' : 'allowed';
		const alert = {
			id: ++alertId,
			company_id: company.id,
			company: company.name,
			sensor_id: sensor.id,
			sensor: sensor.name,
			kind: 'alert',
			format: engine === 'ips' && sid.length > 6 ? 'eve' : 'fortigate',
			ts: iso(ts),
			received_at: iso(ts + 180),
			event_time: iso(ts),
			clock_ok: true,
			source: outward ? { ip: inside, port: high } : { ip: far, port: high },
			destination: outward ? { ip: far, port } : { ip: inside, port },
			transport,
			direction,
			engine,
			severity,
			score,
			action: blocked,
			signature_id: sid || null,
			signature,
			category,
			technique,
			stage,
			community_id: '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',
			flow_id: 1000000000000 + Math.floor(random() * 1e12),
			inside_ip: inside,
			attacker_ip: far,
			repeat_count: random() < 0.08 ? 2 + Math.floor(random() * 30) : 1,
			incident_id: null,
			incident_no: null,
			incident_state: null,
			mute_id: null,
			rules: [],
			...change.fields,
		};
		join(alert, direction === 'inbound' ? far : inside, ts);
		alerts.push(alert);
		return alert;
	}

	function join(alert, anchor, ts) {
		if (alert.severity > 4) return;
		const key = `${alert.company_id} ${alert.direction} ${anchor} ${alert.stage === 'none' ? alert.signature : alert.stage}`;
		let incident = byKey.get(key);
		if (!incident || ts - Date.parse(incident.last_ts) > 3 * 3600000) {
			incident = makeIncident(alert, anchor, ts);
			byKey.set(key, incident);
		}
		incident.last_ts = iso(ts);
		incident.updated_at = iso(ts);
		incident.version++;
		incident.alert_count++;
		incident.detection_count += alert.repeat_count;
		if (alert.action === 'blocked' || alert.action === 'removed') incident.blocked_count++;
		if (alert.severity < incident.severity) {
			pages.get(incident.id).push({ id: pages.get(incident.id).length + 1, at: iso(ts), kind: 'severity', user: null, body: { from: incident.severity, to: alert.severity } });
			Object.assign(incident, { severity: alert.severity, title: alert.signature });
		}
		alert.incident_id = incident.id;
		alert.incident_no = incident.no;
	}

	function makeIncident(alert, anchor, ts) {
		const no = (numbers.get(alert.company_id) ?? 0) + 1;
		numbers.set(alert.company_id, no);
		const incident = {
			id: ++incidentId,
			no,
			company_id: alert.company_id,
			company: alert.company,
			title: alert.signature,
			title_ja: null,
			direction: alert.direction,
			stage: alert.stage,
			severity: alert.severity,
			state: 'open',
			disposition: null,
			close_reason: null,
			owner: null,
			first_ts: iso(ts),
			last_ts: iso(ts),
			created_at: iso(ts),
			updated_at: iso(ts),
			version: 1,
			alert_count: 0,
			detection_count: 0,
			blocked_count: 0,
			rule: 'base/1',
			rule_set: 3,
			tags: alert.severity === 1 && alert.company_id === 1 ? ['kill-chain', 'beacon'] : [],
			reason: JSON.stringify({ rule: 'base/1', anchor, ...(alert.stage === 'none' ? { signature: alert.signature } : { stage: alert.stage }), window_s: 10800, runs: 1 }),
			merged_into: null,
			acknowledged_at: null,
			contained_at: null,
			closed_at: null,
		};
		incidents.set(incident.id, incident);
		pages.set(incident.id, [{ id: 1, at: iso(ts), kind: 'created', user: null, body: {} }]);
		return incident;
	}

	function changeIncident(id, body, who) {
		const incident = incidents.get(id);
		const now = iso(Date.now());
		const log = pages.get(id);
		const entry = (kind, data) => log.push({ id: log.length + 1, at: now, kind, user: { id: who.id, display_name: who.display_name }, body: data });
		if (body.state && body.state !== incident.state) entry('state', { from: incident.state, to: body.state, disposition: body.disposition ?? null, close_reason: body.close_reason ?? null });
		if (body.owner_id !== undefined) {
			incident.owner = body.owner_id === null ? null : { id: who.id, display_name: who.display_name };
			entry('owner', { to: incident.owner });
		}
		const { state, disposition = incident.disposition, close_reason: reason = incident.close_reason } = body;
		Object.assign(incident, { state: state ?? incident.state, disposition, close_reason: reason, version: incident.version + 1, updated_at: now });
		if (state === 'acknowledged') incident.acknowledged_at = now;
		if (state === 'closed') incident.closed_at = now;
		return { ...incident };
	}

	/* A month of the past, denser towards now. */
	const times = Array.from({ length: wanted }, () => start - random() ** 3 * 30 * DAY).sort((a, b) => a - b);
	for (const ts of times) makeAlert(ts);
	for (const incident of [...incidents.values()]) {
		const roll = random();
		const old = start - Date.parse(incident.last_ts) > DAY;
		if (old && roll < 0.9) changeIncident(incident.id, { state: 'closed', disposition: pick(['true_positive', 'benign_positive', 'false_positive']), owner_id: 'me' }, pick(PEOPLE));
		else if (roll < 0.3) changeIncident(incident.id, { state: 'acknowledged', owner_id: 'me' }, pick(PEOPLE));
	}

	const me = () => ({ id: 2, email: 'tanaka@example.jp', display_name: '田中 一郎', role: 'lead', language, company_id: null, vendor_id: null, server_time: iso(Date.now()), timezone: 'Asia/Tokyo', version: '0.1.0', operator: '大阪湾岸商工会議所' });

	function rawOf(a) {
		if (a.format === 'eve') {
			return JSON.stringify({ timestamp: a.ts.replace('Z', '000+0000'), flow_id: a.flow_id, in_iface: 'eth1', event_type: 'alert', src_ip: a.source.ip, src_port: a.source.port, dest_ip: a.destination.ip, dest_port: a.destination.port, proto: a.transport.toUpperCase(), community_id: a.community_id, alert: { action: a.action === 'blocked' ? 'blocked' : 'allowed', gid: 1, signature_id: Number(a.signature_id), rev: 4, signature: a.signature, category: a.category, severity: 1 }, app_proto: a.destination.port === 443 ? 'tls' : 'failed', flow: { pkts_toserver: 5, pkts_toclient: 3, bytes_toserver: 812, bytes_toclient: 390 } });
		}
		return `date=${a.ts.slice(0, 10)} time=${a.ts.slice(11, 19)} devname="FG-${a.company_id}" logid="0419016384" type="utm" subtype="${a.engine === 'antivirus' ? 'virus' : 'ips'}" level="alert" srcip=${a.source.ip} dstip=${a.destination.ip} srcport=${a.source.port} dstport=${a.destination.port} action="${a.action}" attack="${a.signature}" msg="${a.category}"`;
	}

	function openOf(companyId) {
		return [...incidents.values()].filter((i) => i.company_id === companyId && i.state !== 'closed' && i.state !== 'merged');
	}

	function companyRow(c) {
		const mine = sensors.filter((s) => s.company_id === c.id);
		return { ...c, sensors: mine.length, sensors_down: mine.filter((s) => s.state === 'down').length, open_incidents: openOf(c.id).length, open_grave: openOf(c.id).filter((i) => i.severity <= 2).length, detections_30d: alerts.reduce((n, a) => n + (a.company_id === c.id ? a.repeat_count : 0), 0), monitored_from: iso(start - (90 + c.id * 11) * DAY).slice(0, 10), monitored_to: null, last_seen_at: mine[0].last_seen_at };
	}

	/* With how its incident stands. */
	const standing = (a) => ({ ...a, incident_state: incidents.get(a.incident_id)?.state ?? null });

	function text(a, q) {
		const low = q.toLowerCase();
		return a.signature.toLowerCase().includes(low) || a.category.toLowerCase().includes(low) || a.source.ip === q || a.destination.ip === q;
	}

	const rank = (query, i) => ({ severity: -(2 * i.severity + (i.blocked_count >= i.alert_count ? 1 : 0)), detections: i.detection_count })[query.get('sort')] ?? 0;

	return {
		me,
		setLanguage: (name) => (language = name),
		alert: (id) => {
			const a = alerts.find((x) => x.id === id);
			return a && { ...standing(a), raw: rawOf(a) };
		},
		withoutRaw: (a) => ({ ...standing(a), raw: undefined }),
		nextAlert: (ts, change) => makeAlert(ts, change),
		findAlerts: (query) => {
			const is = (name, f) => !query.get(name) || f(query.get(name));
			return alerts
				.filter((a) => is('company', (v) => a.company_id === Number(v)) && is('incident', (v) => a.incident_id === Number(v)) && is('direction', (v) => a.direction === v) && is('engine', (v) => a.engine === v) && is('severity', (v) => a.severity <= Number(v)) && is('q', (v) => text(a, v)))
				.sort((a, b) => Date.parse(b.ts) - Date.parse(a.ts) || b.id - a.id);
		},
		findIncidents: (query) => {
			const states = query.getAll('state').flatMap((s) => s.split(',')).filter(Boolean);
			const is = (name, f) => !query.get(name) || f(query.get(name));
			return [...incidents.values()]
				.filter((i) => (!states.length || states.includes(i.state)) && is('company', (v) => i.company_id === Number(v)) && is('severity', (v) => i.severity <= Number(v)) && is('direction', (v) => i.direction === v) && is('tag', (v) => i.tags.includes(v)) && is('q', (v) => i.title.toLowerCase().includes(v.toLowerCase())))
				.sort((a, b) => rank(query, b) - rank(query, a) || Date.parse(b.last_ts) - Date.parse(a.last_ts) || b.id - a.id);
		},
		countIncidents(query) {
			const wider = new URLSearchParams(query);
			wider.delete('severity');
			const counts = [0, 0, 0, 0, 0];
			for (const i of this.findIncidents(wider)) counts[i.severity - 1]++;
			return counts;
		},
		incident: (id) => incidents.get(id) && { ...incidents.get(id) },
		incidentPage: (id) => {
			const incident = incidents.get(id);
			if (!incident) return null;
			const mine = alerts.filter((a) => a.incident_id === id);
			const names = new Map();
			for (const a of mine) {
				const held = names.get(a.signature) ?? { signature_id: a.signature_id, signature: a.signature, count: 0, severity: a.severity };
				held.count += a.repeat_count;
				names.set(a.signature, held);
			}
			const ips = (name) => [...new Set(mine.map((a) => a[name]))];
			return { ...incident, timeline: pages.get(id), signatures: [...names.values()].sort((a, b) => b.count - a.count), hosts: { inside: ips('inside_ip'), outside: ips('attacker_ip') } };
		},
		changedBy: (id) => pages.get(id).at(-1).user,
		changeIncident,
		grow: (id) => {
			const incident = incidents.get(id);
			incident.version++;
			incident.alert_count++;
			return { ...incident };
		},
		merge: (id, into) => {
			const [from, to] = [incidents.get(id), incidents.get(into)];
			Object.assign(from, { state: 'merged', merged_into: into, version: from.version + 1 });
			to.version++;
			return [{ ...from }, { ...to }];
		},
		addNote: (id, body) => {
			const log = pages.get(id);
			const entry = { id: log.length + 1, at: iso(Date.now()), kind: 'note', user: PEOPLE[0], body: { text: body } };
			log.push(entry);
			incidents.get(id).version++;
			return entry;
		},
		companies: () => companies.map(companyRow),
		company: (id) => {
			const c = companies.find((x) => x.id === id);
			return c && { ...companyRow(c), report_language: 'ja', networks: c.id === 7 ? ['203.0.113.16/29'] : [], spans: [{ id: c.id, from: companyRow(c).monitored_from, to: null }], tags: c.id === 1 ? ['SECURITY ACTION 二つ星'] : [] };
		},
		summary: (id) => {
			const mine = alerts.filter((a) => a.company_id === id);
			const days = Array.from({ length: 30 }, (_, i) => ({ day: iso(start + 9 * 3600000 - (29 - i) * DAY).slice(0, 10), by_severity: [0, 0, 0, 0, 0] }));
			for (const a of mine) {
				const day = days.find((d) => d.day === iso(Date.parse(a.ts) + 9 * 3600000).slice(0, 10));
				if (day) day.by_severity[a.severity - 1] += a.repeat_count;
			}
			const top = new Map();
			for (const a of mine) top.set(a.signature, { signature: a.signature, direction: a.direction, count: (top.get(a.signature)?.count ?? 0) + a.repeat_count });
			return { days, top_signatures: [...top.values()].sort((a, b) => b.count - a.count).slice(0, 8), open_incidents: openOf(id).sort((a, b) => a.severity - b.severity || Date.parse(b.last_ts) - Date.parse(a.last_ts)).slice(0, 8), sensors: sensors.filter((s) => s.company_id === id) };
		},
		sensors: (company) => sensors.filter((s) => !company || s.company_id === Number(company)),
		/* The pilot of 2019, as the presentation prints it. */
		detections: (from, to) => {
			const row = (direction, engine, n, detections, rate, all) => ({ direction, engine, companies: n, detections, per_company_month: n ? rate : null, per_monitored_company_month: all });
			const rows = [
				row('inbound', 'total', 64, 19100, 55.74, 36.42),
				row('inbound', 'ips', 48, 18325, 71.68, 34.95),
				row('inbound', 'antivirus', 34, 775, 4.11, 1.478),
				row('inbound', 'web', 0, 0, 0, 0),
				row('inbound', 'dns', 0, 0, 0, 0),
				row('inbound', 'other', 0, 0, 0, 0),
				row('outbound', 'total', 31, 692, 4.18, 1.32),
				row('outbound', 'ips', 31, 683, 4.12, 1.302),
				row('outbound', 'antivirus', 1, 1, 0.146, 0.0019),
				row('outbound', 'web', 0, 0, 0, 0),
				row('outbound', 'dns', 0, 0, 0, 0),
				row('outbound', 'other', 6, 8, 0.24, 0.015),
			];
			return { from, to, monitored_companies: 110, mean_monitored_days: 145, rows };
		},
		companyMonths: (from, to) => {
			const roll = dice(7);
			const rows = [];
			for (const c of companies) {
				for (let m = from; m <= to; m = iso(Date.parse(`${m}-15T00:00:00Z`) + 31 * DAY).slice(0, 7)) {
					const detections = Math.floor(roll() ** 4 * 900);
					rows.push({ company_id: c.id, company: c.name, month: m, incidents: Math.min(detections, Math.floor(roll() ** 2 * 14)), detections, monitored_days: 30, company_months: 0.986 });
				}
			}
			return { from, to, rows };
		},
	};
}
