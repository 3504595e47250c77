#!/usr/bin/env node
// Reads one mail as a mail program would, as far as ours go (RFC 5322, 2045, 2047: base64 and UTF-8 alone), and prints it
// as JSON: subject, from, to, message_id, references, text, html, files (name, type, size, sha256).
'use strict';
const crypto = require('crypto'), fs = require('fs');

function headers(head) {
	const out = {};
	for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
		const cut = line.indexOf(':');
		out[line.slice(0, cut).toLowerCase()] = line.slice(cut + 1).trim();
	}
	return out;
}
// Encoded words in a row are one text.
function words(value) {
	return (value || '').replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, text) => Buffer.from(text, 'base64').toString('latin1'));
}
const utf8 = (value) => Buffer.from(value, 'latin1').toString('utf8');
const split = (text) => [text.slice(0, text.indexOf('\r\n\r\n')), text.slice(text.indexOf('\r\n\r\n') + 4)];

const [head, body] = split(fs.readFileSync(process.argv[2], 'latin1'));
const top = headers(head);
const parts = { text: '', html: '', files: [] };

function take(of, text) {
	const boundary = /boundary="([^"]+)"/.exec(of['content-type'] || '');
	for (const part of boundary ? text.split(`--${boundary[1]}`).slice(1, -1) : []) {
		const [partHead, partBody] = split(part.replace(/^\r\n/, ''));
		const inner = headers(partHead), type = inner['content-type'] || '';
		const kind = /text\/(plain|html)/.exec(type), file = /filename="([^"]+)"/.exec(inner['content-disposition'] || '');
		const bytes = Buffer.from(partBody, 'base64');

		if (/^multipart\//.test(type)) take(inner, partBody);
		else if (file) parts.files.push({ name: file[1], type, size: bytes.length, sha256: crypto.createHash('sha256').update(bytes).digest('hex') });
		else if (kind) parts[kind[1] === 'plain' ? 'text' : 'html'] = bytes.toString('utf8');
	}
}
take(top, body);
console.log(JSON.stringify({ subject: utf8(words(top.subject)), from: utf8(words(top.from)), to: utf8(words(top.to)), message_id: top['message-id'], references: top.references || '', ...parts }));
