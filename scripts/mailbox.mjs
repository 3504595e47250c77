#!/usr/bin/env node
/* A mail server for the demo: takes every mail and keeps it as a file, sends none on. Only on this host.
 *
 *   mailbox.mjs PORT DIR       DIR/0001-receiver.eml, 0002-..., oldest first */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { argv, exit } from 'node:process';

const [port, folder] = argv.slice(2);
if (!Number(port) || !folder) {
	console.error('mailbox.mjs: PORT and DIR are needed');
	exit(2);
}
const MOST_BYTES = 4 << 20;
mkdirSync(folder, { recursive: true });
let count = 0;

/* Written under another name first, so that whoever looks finds whole mails only. */
function keep(mail) {
	const name = `${folder}/${String(++count).padStart(4, '0')}-${(mail.to[0] ?? '').replace(/[^\w.@+-]/g, '_').slice(0, 80)}`;
	writeFileSync(`${name}.part`, mail.lines.join('\r\n'), 'latin1');
	renameSync(`${name}.part`, `${name}.eml`);
}

/* One conversation (RFC 5321). */
function talk(socket) {
	let mail = null;
	let reading = false;
	let rest = '';
	let bytes = 0;
	const say = (text) => socket.write(`${text}\r\n`);
	const commands = {
		EHLO: () => say('250 mailbox'),
		HELO: () => say('250 mailbox'),
		MAIL: () => {
			mail = { to: [], lines: [] };
			say('250 2.1.0 Ok');
		},
		RCPT: (line) => {
			mail?.to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
			say(mail ? '250 2.1.5 Ok' : '503 5.5.1 MAIL first');
		},
		DATA: () => {
			reading = Boolean(mail?.to.length);
			bytes = 0;
			say(reading ? '354 Go on' : '503 5.5.1 RCPT first');
		},
		RSET: () => {
			mail = null;
			say('250 2.0.0 Ok');
		},
		NOOP: () => say('250 2.0.0 Ok'),
		QUIT: () => socket.end('221 2.0.0 Bye\r\n'),
	};
	const take = (line) => {
		if (!reading) return (commands[line.slice(0, 4).toUpperCase()] ?? (() => say('502 5.5.2 Not here')))(line);
		if (line !== '.') {
			bytes += line.length;
			if (bytes <= MOST_BYTES) mail.lines.push(line.replace(/^\./, ''));
			return undefined;
		}
		reading = false;
		if (bytes > MOST_BYTES) return say('552 5.3.4 Too large');
		keep(mail);
		mail = null;
		return say(`250 2.0.0 Ok: kept as ${count}`);
	};
	socket.setEncoding('latin1');
	socket.on('error', () => socket.destroy());
	socket.on('data', (text) => {
		rest += text;
		for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
			const line = rest.slice(0, end);
			rest = rest.slice(end + 2);
			take(line);
		}
		if (rest.length > 10000) socket.destroy();
	});
	say('220 mailbox ESMTP');
}

net.createServer(talk).listen(Number(port), '127.0.0.1', () => console.log(`mails go to ${folder}`));
