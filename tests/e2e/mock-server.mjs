#!/usr/bin/env node
/* A test double of the api role: the shapes of docs/openapi.yaml with made-up data, over plain HTTP on localhost.
 * For the browser tests and for looking at the dashboard while working on it. Never part of the product.
 *
 *   node tests/e2e/mock-server.mjs --web build/web [--port 25000] [--rate ALERTS_PER_MINUTE] [--alerts N]
 *
 * The data is the same at every start (one seed), except that it ends now. Tests steer it through /mock/*. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { makeCorrelation } from './mock-correlation.mjs';
import { makeDesk } from './mock-desk.mjs';
import { makeOncall } from './mock-oncall.mjs';
import { makeReports } from './mock-reports.mjs';
import { makeWorld } from './mock-world.mjs';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
const CSP =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const PASSWORD = 'correct horse battery staple';
/* Who may sign in, beside 田中 of the world: one of each kind of people. All see the same data, but for the vendor. */
const PEOPLE = {
	'tanaka@example.jp': {},
	'desk@example.jp': { id: 5, display_name: '窓口 花子', role: 'desk' },
	'vendor@example.jp': { id: 6, display_name: '西田 修', role: 'vendor', vendor_id: 1 },
	'member@example.jp': { id: 7, display_name: '山田 社長', role: 'member', company_id: 1 },
	'reporter@example.jp': { id: 9, display_name: '報告 みどり', role: 'reporter' },
	'viewer@example.jp': { id: 8, display_name: '閲覧 太郎', role: 'viewer' },
};

/** Starts the double; resolves to {url, world, close}. */
export function startMock({ web, port = 0, rate = 0, alerts = 1200 }) {
	const world = makeWorld({ alerts });
	const correlation = makeCorrelation(world);
	const desk = makeDesk(world, (event, data) => broadcast(event, data));
	const oncall = makeOncall(world);
	const reports = makeReports(world, (event, data) => broadcast(event, data));
	const streams = new Set();
	/* Session -> who it is. */
	const sessions = new Map();
	let sequence = 0;
	/* Every frame sent, so that a reader that comes back with its cursor misses nothing. */
	const sent = [];

	function broadcast(event, data) {
		const id = `mock-${++sequence}`;
		const frame = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ ...data, server_time: new Date().toISOString() })}\n\n`;
		sent.push(frame);
		for (const stream of streams) stream.write(frame);
	}

	function addAlert(change = {}) {
		const alert = world.nextAlert(Date.now(), change);
		broadcast('alert.upsert', { alert: world.withoutRaw(alert), ver: sequence + 1 });
		const incident = world.incident(alert.incident_id);
		if (incident) broadcast('incident.upsert', { incident, ver: incident.version, by: null, op: 'alert' });
		return alert;
	}

	const timer = rate ? setInterval(() => addAlert(), 60000 / rate) : null;
	const heart = setInterval(() => streams.forEach((s) => s.write(':hb\n\n')), 5000);

	function problem(response, status, detail, more = {}) {
		response.writeHead(status, { 'Content-Type': 'application/problem+json' });
		response.end(JSON.stringify({ type: 'about:blank', title: http.STATUS_CODES[status], status, detail, ...more }));
	}

	function json(response, body, headers = {}, status = 200) {
		response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
		response.end(JSON.stringify(body));
	}

	function page(list, query, wrap) {
		const limit = Math.min(500, Number(query.get('limit') ?? 100));
		const from = Number(query.get('cursor') ?? 0);
		const next = from + limit < list.length ? String(from + limit) : null;
		return wrap(list.slice(from, from + limit), next);
	}

	/* Method and path pattern -> handler({request, response, query, body, id}). */
	const routes = [
		['DELETE', /^\/v1\/session$/, ({ request, response }) => {
			sessions.delete(cookie(request));
			response.writeHead(204).end();
		}],
		['GET', /^\/v1\/me$/, ({ response, request }) => json(response, whoIs(request))],
		['PATCH', /^\/v1\/me$/, ({ response, request, body }) => {
			world.setLanguage(body.language);
			json(response, whoIs(request));
		}],
		['GET', /^\/v1\/alerts$/, ({ response, query }) => {
			const list = world.findAlerts(query);
			json(response, page(list, query, (alerts, next) => ({ alerts: alerts.map((a) => (query.get('raw') === 'false' ? world.withoutRaw(a) : a)), next })), { 'X-Stream-Cursor': `mock-${sequence}` });
		}],
		['GET', /^\/v1\/alerts\/(\d+)$/, ({ response, id }) => one(response, world.alert(id))],
		['GET', /^\/v1\/incidents$/, ({ response, query }) => {
			const answer = page(world.findIncidents(query), query, (incidents, next) => ({ incidents, next }));
			if (query.get('counts') === 'true') answer.by_severity = world.countIncidents(query);
			json(response, answer);
		}],
		['GET', /^\/v1\/incidents\/(\d+)$/, ({ response, id }) => {
			const page = world.incidentPage(id);
			if (!page) return problem(response, 404, 'no such incident');
			const found = desk.decorate(correlation.decorate(page, page.tags.length > 0));
			json(response, found, { ETag: `"${found.version}"` });
		}],
		['PATCH', /^\/v1\/incidents\/(\d+)$/, ({ request, response, id, body }) => {
			const held = world.incident(id);
			if (!held) return problem(response, 404, 'no such incident');
			if (!request.headers['if-match']) return problem(response, 428, 'If-Match is needed');
			if (request.headers['if-match'] !== `"${held.version}"`) return problem(response, 412, 'somebody was faster', { current: held, changed_by: world.changedBy(id) });
			if (body.state === 'closed' && !body.disposition) return problem(response, 400, 'closing needs a disposition');
			const after = world.changeIncident(id, body, world.me());
			broadcast('incident.upsert', { incident: after, ver: after.version, by: world.me().display_name, op: 'state' });
			json(response, after, { ETag: `"${after.version}"` });
		}],
		['POST', /^\/v1\/incidents\/(\d+)\/notes$/, ({ response, id, body }) => {
			const entry = world.addNote(id, body.text);
			const incident = world.incident(id);
			broadcast('incident.upsert', { incident, ver: incident.version, by: world.me().display_name, op: 'note' });
			json(response, entry, {}, 201);
		}],
		['GET', /^\/v1\/companies$/, ({ response }) => json(response, { companies: world.companies() })],
		['GET', /^\/v1\/companies\/(\d+)$/, ({ response, id }) => one(response, world.company(id))],
		['GET', /^\/v1\/companies\/(\d+)\/summary$/, ({ response, id }) => one(response, world.summary(id))],
		['GET', /^\/v1\/sensors$/, ({ response, query }) => json(response, { sensors: world.sensors(query.get('company')) })],
		['GET', /^\/v1\/metrics\/detections$/, ({ response, query }) => json(response, world.detections(query.get('from'), query.get('to')))],
		['GET', /^\/v1\/metrics\/company-months$/, ({ response, query }) => json(response, world.companyMonths(query.get('from'), query.get('to')))],
		['GET', /^\/v1\/stream$/, ({ request, response, query }) => {
			response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
			response.write('retry: 2000\n:hb\n\n');
			if (query.get('cursor')) sent.slice(Number(query.get('cursor').slice(5))).forEach((frame) => response.write(frame));
			streams.add(response);
			request.on('close', () => streams.delete(response));
		}],
	];

	function one(response, value) {
		if (value) json(response, value);
		else problem(response, 404, 'no such object');
	}

	/* Steering, for the tests only; needs no session. */
	const steering = {
		'/mock/alert': (body) => {
			const list = Array.from({ length: body.n ?? 1 }, () => addAlert(body.change));
			return { ids: list.map((a) => a.id) };
		},
		'/mock/close': (body) => {
			const after = world.changeIncident(body.id, { state: 'closed', disposition: 'false_positive' }, { id: 3, display_name: '佐藤 恵' });
			broadcast('incident.upsert', { incident: after, ver: after.version, by: '佐藤 恵', op: 'state' });
			return after;
		},
		/* Changes an incident without telling anybody: the next If-Match is stale. */
		'/mock/overtake': (body) => world.changeIncident(body.id, { state: 'acknowledged', owner_id: 'me' }, { id: 3, display_name: '佐藤 恵' }),
		/* What alerts that join do: its version moves, and nobody has told the screens yet. */
		'/mock/grow': (body) => world.grow(body.id),
		/* One incident is taken into another, as when a late alert ties them together. */
		'/mock/merge': (body) => {
			for (const incident of world.merge(body.id, body.into)) broadcast('incident.upsert', { incident, ver: incident.version, by: null, op: 'merged' });
			return {};
		},
		'/mock/streams': () => ({ open: streams.size }),
		'/mock/reset': () => {
			broadcast('reset', {});
			return {};
		},
	};

	function cookie(request) {
		return /(?:^|; )__Host-sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
	}

	/** @param {any} request */
	function whoIs(request) {
		const email = sessions.get(cookie(request));
		return { ...world.me(), email, ...PEOPLE[email] };
	}

	function signIn(response, body) {
		if (!PEOPLE[body.email] || body.password !== PASSWORD) return problem(response, 401, 'wrong e-mail address or password');
		const id = `s${Math.random().toString(36).slice(2)}`;
		sessions.set(id, body.email);
		json(response, { ...world.me(), email: body.email, ...PEOPLE[body.email] }, { 'Set-Cookie': `__Host-sid=${id}; Path=/; Secure; HttpOnly; SameSite=Lax` });
	}

	async function api(request, response, url) {
		const body = await readJson(request);
		if (steering[url.pathname]) return json(response, steering[url.pathname](body));
		if (request.method !== 'GET' && (request.headers['content-type'] !== 'application/json' || request.headers['sec-fetch-site'] !== 'same-origin')) return problem(response, 403, 'cross-site');
		if (request.method === 'POST' && url.pathname === '/v1/session') return signIn(response, body);
		if (request.method === 'POST' && url.pathname === '/v1/setup') return body.token === 'good' ? response.writeHead(204).end() : problem(response, 404, 'no such token');
		if (!sessions.has(cookie(request))) return problem(response, 401, 'sign in first');
		const who = whoIs(request);
		if (/\/(end|reviewed|approve|test|ack|confirm|replay)$/.test(url.pathname) && Object.keys(body).length + Number(request.headers['content-length'] ?? 0) > 0) return problem(response, 400, 'there must be no body');
		if (who.role === 'vendor' && !/^\/v1\/(me|session|orders)/.test(url.pathname)) return problem(response, 403, 'your role may not do this');
		for (const [method, pattern, handle] of routes) {
			const match = method === request.method && pattern.exec(url.pathname);
			if (match) return handle({ request, response, query: url.searchParams, body, id: Number(match[1]) });
		}
		for (const [method, pattern, answer] of [...correlation.routes, ...desk.routes, ...oncall.routes]) {
			const match = method === request.method && pattern.exec(url.pathname);
			if (match) return answered(response, answer(url.searchParams, body, Number(match[1]), { who, match, version: request.headers['if-match'] }));
		}
		for (const [method, pattern, answer] of reports.routes) {
			const match = method === request.method && pattern.exec(url.pathname);
			if (match) return reported(response, answer(url.searchParams, match[1], body, who, request));
		}
		return problem(response, 404, 'no such route');
	}

	/** A plain answer, or one with a status, headers, bytes or a problem. */
	function reported(response, value) {
		if (value?.problem) return problem(response, ...value.problem);
		if (value?.bytes) return response.writeHead(200, { 'Cache-Control': 'no-store', ...value.headers }).end(value.bytes);
		if (value?.json) return json(response, value.json, value.headers ?? {}, value.status);
		return one(response, value);
	}

	function answered(response, value) {
		if (Array.isArray(value)) {
			if (value[0] >= 400) problem(response, value[0], value[1], value[2]);
			else if (value[0] === 204) response.writeHead(204).end();
			else json(response, value[1], {}, value[0]);
		} else one(response, value);
	}

	function file(request, response, url) {
		let name = path.join(web, path.normalize(url.pathname));
		const asset = url.pathname.startsWith('/a/');
		if (!asset) name = path.join(web, 'index.html');
		if (!existsSync(name) || !statSync(name).isFile()) return response.writeHead(404).end();
		const headers = {
			'Content-Type': TYPES[path.extname(name)] ?? 'application/octet-stream',
			'Cache-Control': asset ? 'public, max-age=31536000, immutable' : 'no-cache',
			'Content-Security-Policy': CSP,
			'X-Content-Type-Options': 'nosniff',
		};
		if (existsSync(`${name}.gz`) && /gzip/.test(request.headers['accept-encoding'] ?? '')) {
			headers['Content-Encoding'] = 'gzip';
			headers['Content-Length'] = statSync(`${name}.gz`).size;
			name += '.gz';
		}
		response.writeHead(200, headers);
		return createReadStream(name).pipe(response);
	}

	const server = http.createServer((request, response) => {
		const url = new URL(request.url, 'http://localhost');
		if (/^\/(v1|mock)\//.test(url.pathname)) api(request, response, url).catch((error) => problem(response, 500, String(error.stack)));
		else file(request, response, url);
	});
	return new Promise((done) => {
		server.listen(port, '127.0.0.1', () => {
			done({
				url: `http://localhost:${server.address().port}`,
				// For programs that take the first address of a name and no other, as Node 18 does.
				address: `http://127.0.0.1:${server.address().port}`,
				world,
				desk,
				crowd: reports.crowd,
				close: () => {
					clearInterval(timer);
					clearInterval(heart);
					streams.forEach((s) => s.end());
					server.close();
					server.closeAllConnections();
				},
			});
		});
	});
}

async function readJson(request) {
	let text = '';
	for await (const piece of request) text += piece;
	return text ? JSON.parse(text) : {};
}

/** @param {string} name @param {string} otherwise */
function option(name, otherwise) {
	const place = argv.indexOf(`--${name}`);
	return place < 0 ? otherwise : argv[place + 1];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const mock = await startMock({ web: path.resolve(option('web', 'build/web')), port: Number(option('port', '25000')), rate: Number(option('rate', '40')), alerts: Number(option('alerts', '1200')) });
	console.log(`${mock.url}  tanaka@example.jp / ${PASSWORD}`);
}
