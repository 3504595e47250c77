// The events that Filebeat makes of a line of eve.json, in the three ways in which it is set up for Suricata.
"use strict";

const beat = (offset) => ({
	"@timestamp": new Date().toISOString(),
	"@metadata": { beat: "filebeat", type: "_doc", version: "8.15.3" },
	agent: { id: "6f1d3c0e-9f6b-4c53-9d3b-0f6f4b6d2c11", name: "utm-1", type: "filebeat", version: "8.15.3" },
	ecs: { version: "8.0.0" },
	input: { type: "filestream" },
	log: { offset, file: { path: "/var/log/suricata/eve.json", inode: "3145738" } },
});

// filestream, nothing else
const plain = (line, offset) => ({ ...beat(offset), host: { name: "utm-1" }, message: line });

// filestream with the parser ndjson, target "": the record's members stand beside Filebeat's own
const root = (line, offset) => ({ ...beat(offset), ...JSON.parse(line) });

// The module for Suricata: the line in event.original; of what was decoded, the ends and the time have been moved.
function suricataModule(line, offset) {
	const { timestamp, src_ip, src_port, dest_ip, dest_port, proto, ...eve } = JSON.parse(line);
	return {
		...beat(offset),
		"@timestamp": timestamp,
		event: { dataset: "suricata.eve", module: "suricata", original: line },
		service: { type: "suricata" },
		fileset: { name: "eve" },
		tags: ["suricata", "forwarded"],
		source: { ip: src_ip, address: src_ip, port: src_port },
		destination: { ip: dest_ip, address: dest_ip, port: dest_port },
		network: { transport: proto.toLowerCase() },
		suricata: { eve },
	};
}

module.exports = { plain, root, module: suricataModule };
