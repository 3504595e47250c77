// Sends one line with npm lumberjack-protocol, which speaks version 1, and says how that went:
//   node lumberjack1.js PORT CA CERTIFICATE KEY LINE
// prints "connected", then "closed" or what went wrong, and how many acks came.
"use strict";

const fs = require("node:fs");
const lumberjack = require("lumberjack-protocol");

const [port, ca, cert, key, line] = process.argv.slice(2);
const client = lumberjack.client({
	host: "127.0.0.1",
	port: Number(port),
	ca: [fs.readFileSync(ca)],
	cert: fs.readFileSync(cert),
	key: fs.readFileSync(key),
});
let acks = 0;

client.on("connect", () => {
	console.log("connected");
	client._socket.on("ack", () => acks++);
	client.writeDataFrame({ line, host: "utm-1", file: "/var/log/suricata/eve.json", offset: 0 });
});
client.on("disconnect", (error) => {
	console.log(`${error ? error.message : "closed"}, ${acks} acks`);
	process.exit(0); // or it would come again
});
