// A mail server for the escalator's tests: takes what comes, keeps it, and can be told to stop at a stage.
//
//	node mail_receiver.js PORT FOLDER
//
// Each mail becomes FOLDER/mails.jsonl: one JSON object a line: id (Message-ID), to, subject, at (ms), text; a mail counts
// as taken when its final dot has come and the answer to it has been written.
// FOLDER/stage, while it is there, names where to stop: connect (before the greeting), ehlo, mail, rcpt, data (before the
// answer to each), dot (all of the mail has come, it is kept, no answer yet), after (the answer is written, a moment
// passes). Whoever stops writes FOLDER/stopped and waits until FOLDER/stage is gone. FOLDER/slow: milliseconds that each
// answer to a mail takes. FOLDER/raw, a folder: mails are kept there as well, as they came. FOLDER/down: connections are closed, old ones with their next line.
'use strict';
const fs = require('fs'), net = require('net'), path = require('path');

const [, , port, folder] = process.argv;
const at = (name) => path.join(folder, name);
const read = (name) => {
	try {
		return fs.readFileSync(at(name), 'utf8').trim();
	} catch {
		return '';
	}
};

async function stop(stage) {
	if (read('stage') !== stage) return;
	fs.writeFileSync(at('stopped'), stage);
	while (read('stage') === stage) await new Promise((go) => setTimeout(go, 5));
}

function header(text, name) {
	const found = new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(text.split('\n\n')[0]);
	return found ? found[1].replace(/\n\s+/g, ' ').trim() : '';
}
// RFC 2047, base64 and UTF-8 alone: that is what is sent.
function words(text) {
	return text
		.replace(/\?=\s+=\?/g, '?==?')
		.replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (all, word) => Buffer.from(word, 'base64').toString());
}
// The plain part of a multipart mail, decoded.
function plain(text) {
	const part = /Content-Type: text\/plain[\s\S]*?\n\n([\s\S]*?)(?:\n--|$)/i.exec(text);
	if (!part) return text;
	return /base64/i.test(part[0].split('\n\n')[0]) ? Buffer.from(part[1], 'base64').toString().replace(/\r\n/g, '\n') : part[1];
}

function keep(to, lines) {
	const text = lines.join('\n');
	const id = header(text, 'Message-ID');

	if (fs.existsSync(at('raw'))) fs.writeFileSync(path.join(at('raw'), id.replace(/[^0-9a-z-]/g, '').slice(0, 36)), lines.join('\r\n') + '\r\n');
	fs.appendFileSync(
		at('mails.jsonl'),
		JSON.stringify({ id, to, subject: words(header(text, 'Subject')), references: header(text, 'References'), at: Date.now(), text: plain(text) }) + '\n'
	);
}

class Conversation {
	constructor(socket) {
		this.socket = socket;
		this.rest = '';
		this.queue = Promise.resolve();
		this.to = [];
		this.data = null;
		socket.setEncoding('utf8');
		socket.on('error', () => {});
		socket.on('data', (text) => {
			this.rest += text;
			for (let end; (end = this.rest.indexOf('\n')) >= 0; ) {
				const line = this.rest.slice(0, end).replace(/\r$/, '');
				this.rest = this.rest.slice(end + 1);
				this.queue = this.queue.then(() => this.take(line));
			}
		});
		this.queue = this.queue.then(async () => {
			await stop('connect');
			this.say('220 receiver.example ESMTP');
		});
	}

	say(line) {
		if (this.socket.writable) this.socket.write(line + '\r\n');
	}

	async take(line) {
		if (fs.existsSync(at('down'))) return this.socket.destroy();
		if (this.data) return this.takeData(line);
		const verb = line.slice(0, 4).toUpperCase();

		if (verb === 'EHLO' || verb === 'HELO') {
			await stop('ehlo');
			this.say('250-receiver.example');
			this.say('250 8BITMIME');
		} else if (verb === 'MAIL') {
			this.to = [];
			await stop('mail');
			this.say('250 ok');
		} else if (verb === 'RCPT') {
			this.to.push(/<(.*?)>/.exec(line)[1]);
			await stop('rcpt');
			this.say(this.to[0].startsWith('unknown') ? '550 5.1.1 no such person' : '250 ok');
		} else if (verb === 'DATA') {
			await stop('data');
			this.data = [];
			this.say('354 go on');
		} else if (verb === 'QUIT') {
			this.say('221 bye');
			this.socket.end();
		} else this.say('250 ok');
	}

	async takeData(line) {
		if (line !== '.') {
			this.data.push(line.startsWith('..') ? line.slice(1) : line);
			return;
		}
		keep(this.to[0], this.data);
		this.data = null;
		const slow = Number(read('slow'));

		if (slow) await new Promise((go) => setTimeout(go, slow));
		await stop('dot');
		this.say('250 2.0.0 ok: queued as R1');
		if (read('stage') === 'after') {
			await new Promise((go) => setTimeout(go, 1));
			await stop('after');
		}
	}
}

fs.mkdirSync(folder, { recursive: true });
net.createServer((socket) => {
	if (fs.existsSync(at('down'))) return socket.destroy();
	return new Conversation(socket);
}).listen(Number(port), '127.0.0.1', () => fs.writeFileSync(at('ready'), 'yes'));
