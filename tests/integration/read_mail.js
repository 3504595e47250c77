#!/usr/bin/env node
// Reads one mail as a mail program would, as far as ours go (RFC 5322, 2045, 2047: base64 and UTF-8 alone), and prints it
// as JSON: subject, from, to, message_id, references, text, html.
'use strict';
const fs = require('fs');

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
const boundary = /boundary="([^"]+)"/.exec(top['content-type'] || '');
const parts = { text: '', html: '' };
for (const part of boundary ? body.split(`--${boundary[1]}`).slice(1, -1) : []) {
	const [partHead, partBody] = split(part.replace(/^\r\n/, ''));
	const of = headers(partHead);
	const kind = /text\/(plain|html)/.exec(of['content-type'] || '');
	if (kind) parts[kind[1] === 'plain' ? 'text' : 'html'] = Buffer.from(partBody, 'base64').toString('utf8');
}
console.log(JSON.stringify({ subject: utf8(words(top.subject)), from: utf8(words(top.from)), to: utf8(words(top.to)), message_id: top['message-id'], references: top.references || '', ...parts }));
