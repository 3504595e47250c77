// Sends lines of eve.json as Filebeat's events with npm lumberjack-client: Lumberjack version 2, all of it compressed,
// acks never read, nothing ever sent again.
//   node lumberjack2.js PORT CA CERTIFICATE KEY SHAPE FILE
// Half of the lines wait for the connection and leave as one window; each of the others is a window of its own. The
// program ends when its standard input does: what was sent is the server's by then, as nobody else can tell.
"use strict";

const fs = require("node:fs");
const LumberjackClient = require("lumberjack-client");
const shapes = require("./events.js");

const [port, ca, cert, key, shape, file] = process.argv.slice(2);
const events = fs.readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map(shapes[shape]);
const client = new LumberjackClient({
	host: "127.0.0.1",
	port: Number(port),
	ca: [fs.readFileSync(ca)],
	cert: fs.readFileSync(cert),
	key: fs.readFileSync(key),
}, true);

process.stdin.on("end", () => process.exit(0)).resume();
client.socket.on("error", (error) => {
	console.error(`lumberjack2: ${error.message}`);
	process.exit(1);
});
events.splice(0, Math.floor(events.length / 2)).forEach((event) => client.log(event));
client.socket.on("secureConnect", () => {
	events.forEach((event) => client.log(event));
	console.log("sent");
});
