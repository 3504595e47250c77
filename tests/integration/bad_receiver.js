// A mail server and a web server that misbehave on demand, for test_delivery.sh. Everything that they take in goes to
// LOG, one JSON object a line.
//
//	node bad_receiver.js PORT CERTIFICATE KEY LOG
//
// PORT     mail: STARTTLS, sign-in offered; what it does is the left side of the receiver's address (before a '.')
// PORT+1   mail: no STARTTLS        PORT+2  mail: 554 at the door      PORT+3  mail: takes the connection, never speaks
// PORT+4   HTTPS: what it does is the path                             PORT+5  HTTP, the same
'use strict';
const fs = require('fs'), net = require('net'), tls = require('tls'), http = require('http'), https = require('https');

const [, , base, certificate, key, log] = process.argv;
const PORT = Number(base);
const secure = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const seen = new Map(); // receiver -> how often it was tried

function note(what) {
	fs.appendFileSync(log, JSON.stringify(what) + '\n');
}

/* -------------------------------------------------------------------------------------------------------------- mail */

// One conversation; `socket` changes under it at STARTTLS.
class Conversation {
	constructor(socket, options) {
		this.options = options;
		this.encrypted = false;
		this.greeted = false;
		this.user = null;
		this.mails = 0;
		this.reset();
		this.attach(socket);
		if (options.mute) return;
		if (options.door) return this.say('554 5.7.1 You are not welcome');
		this.say('220 bad.example ESMTP');
	}

	reset() {
		this.from = this.to = null;
		this.data = null;
	}

	attach(socket) {
		this.socket = socket;
		this.rest = '';
		socket.setEncoding('latin1');
		socket.on('error', () => {});
		socket.on('data', (text) => {
			this.rest += text;
			for (let end; (end = this.rest.indexOf('\n')) >= 0; ) {
				const line = this.rest.slice(0, end).replace(/\r$/, '');
				this.rest = this.rest.slice(end + 1);
				this.take(line);
			}
		});
	}

	say(line) {
		if (this.socket.writable) this.socket.write(line + '\r\n');
	}

	behaviour() {
		return this.to ? this.to.split('@')[0].split('.')[0] : '';
	}

	take(line) {
		if (this.data !== null) return this.takeData(line);
		if (this.signingIn) return this.signIn(line);
		const [verb] = line.toUpperCase().split(/[ :]/);
		const act = { EHLO: this.ehlo, STARTTLS: this.startTls, AUTH: this.auth, MAIL: this.mail, RCPT: this.rcpt, DATA: this.begin };
		if (act[verb]) act[verb].call(this, line);
		else if (verb === 'QUIT') (this.say('221 bye'), this.socket.end());
		else this.say('250 ok');
	}

	ehlo() {
		const can = ['bad.example'];
		if (!this.encrypted && !this.options.plain) can.push('STARTTLS');
		if (this.encrypted) can.push('AUTH PLAIN');
		can.push('8BITMIME');
		can.forEach((word, i) => this.say(`250${i + 1 < can.length ? '-' : ' '}${word}`));
	}

	startTls() {
		this.say('220 go ahead');
		this.socket.removeAllListeners('data');
		this.encrypted = true;
		this.attach(new tls.TLSSocket(this.socket, { isServer: true, ...secure }));
	}

	// AUTH PLAIN (RFC 4616), the response in the command or in a line of its own.
	auth(line) {
		const response = line.split(' ')[2];
		if (response) return this.signIn(response);
		this.signingIn = true;
		this.say('334 ');
	}

	signIn(response) {
		this.signingIn = false;
		const [, user, password] = Buffer.from(response, 'base64').toString().split('\0');
		this.user = user;
		this.say(password === 'secret with blanks' ? '235 ok' : '535 5.7.8 wrong password');
	}

	mail(line) {
		this.reset();
		this.from = /<(.*)>/.exec(line)[1];
		this.say('250 ok');
	}

	rcpt(line) {
		this.to = /<(.*)>/.exec(line)[1];
		const times = (seen.get(this.to) || 0) + 1;
		seen.set(this.to, times);
		switch (this.behaviour()) {
		case 'hang':
			return note({ hang: this.to });
		case 'reject':
			return this.say('550 5.1.1 No such person \u0007\u00ff here');
		case 'grey':
			return this.say(times === 1 ? '451 4.7.1 Greylisted, come again' : '250 ok');
		case 'full':
			return this.say('452 4.2.2 Mailbox full');
		case 'garbage':
			return this.say('hello, what was that?');
		case 'long':
			return this.say('550 ' + 'x'.repeat(100000));
		case 'later':
			this.say('421 4.3.2 Shutting down');
			return this.socket.destroy();
		case 'slow':
			return setTimeout(() => this.say('250 ok'), 400);
		default:
			return this.say('250 ok');
		}
	}

	begin() {
		if (this.behaviour() === 'nodata') return this.say('554 5.7.0 Not today');
		this.data = [];
		this.say('354 go on');
	}

	takeData(line) {
		if (line !== '.') return this.data.push(line.startsWith('..') ? line.slice(1) : line);
		const text = this.data.join('\n');
		this.mails++;
		note({ mail: this.to, from: this.from, encrypted: this.encrypted, user: this.user, mails: this.mails,
			id: (/^Message-ID:\s*(\S+)/im.exec(text) || [])[1] });
		const what = this.behaviour();
		this.data = null;
		if (what === 'drop' && seen.get(this.to) === 1) return this.socket.destroy();
		if (what === 'spam') return this.say('554 5.7.1 Looks like spam');
		if (what === 'busy') return this.say('451 4.3.0 Disk full');
		this.say('250 2.0.0 Ok: queued as 4Fq1Zx');
	}
}

function mail(port, options) {
	net.createServer((socket) => new Conversation(socket, options)).listen(port, '127.0.0.1');
}

/* --------------------------------------------------------------------------------------------------------------- web */

function flood(response, status) {
	response.writeHead(status);
	const chunk = Buffer.alloc(65536, 'x');
	let sent = 0;
	const more = () => {
		while (!response.destroyed && sent < 1 << 28) {
			sent += chunk.length;
			if (!response.write(chunk)) return response.once('drain', more);
		}
		if (!response.destroyed) response.end();
	};
	response.on('close', () => note({ flooded: sent }));
	more();
}

function drip(response) {
	response.writeHead(200);
	const timer = setInterval(() => response.write('x'), 100);
	response.on('close', () => clearInterval(timer));
}

function answer(request, response, body) {
	const path = request.url.split('?')[0];
	const plain = (status, headers) => (response.writeHead(status, headers), response.end(`answer of ${path}\n`));
	const act = {
		'/hang': () => {},
		'/slow': () => setTimeout(() => plain(200), 400),
		'/redirect': () => plain(302, { Location: `https://localhost:${PORT + 4}/ok-redirected` }),
		'/gone': () => plain(410),
		'/many': () => plain(429, { 'Retry-After': '7' }),
		'/down': () => plain(503, { 'Retry-After': '100' }),
		'/error': () => plain(500),
		'/bad': () => plain(400),
		'/missing': () => plain(404),
		'/flood': () => flood(response, 200),
		'/floodfail': () => flood(response, 500),
		'/drip': () => drip(response),
		'/close': () => request.socket.destroy(),
		'/garbage': () => request.socket.end('\x00\x01 this is not HTTP\r\n\r\n'),
	};
	note({ path: request.url, method: request.method, headers: request.headers, body: body.toString(), host: request.headers.host });
	(act[path] || (() => plain(200)))();
}

function take(request, response) {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => answer(request, response, Buffer.concat(parts)));
	response.on('error', () => {});
}

mail(PORT, {});
mail(PORT + 1, { plain: true });
mail(PORT + 2, { door: true });
mail(PORT + 3, { mute: true });
https.createServer(secure, take).listen(PORT + 4, '127.0.0.1');
http.createServer(take).listen(PORT + 5, '127.0.0.1', () => note({ ready: PORT }));
