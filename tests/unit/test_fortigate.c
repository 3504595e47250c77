/* Records of our own in the forms that FortiOS 4 to 7 write; expectations from the FortiOS log reference and from
 * server/model/README.md. */
#include "tests/unit/records.h"

#define HEAD7                                                                                                         \
	"<189>date=2026-11-24 time=16:59:59 devname=\"gw\" devid=\"FG100F0000000001\" eventtime=1795507199123456789 " \
	"tz=\"+0900\" logid=\"0419016384\" "
#define OUT "srcip=192.168.1.23 srcport=51515 dstip=198.51.100.9 dstport=80 proto=6 "
#define IN  "srcip=203.0.113.7 srcport=40000 dstip=192.168.1.10 dstport=443 proto=6 "

static struct reading fortigate(const char *text)
{
	return reading_of(SOURCE_SYSLOG, slice_of_string(text), NULL);
}

START_TEST(fields_of_an_intrusion)
{
	struct reading r = fortigate(
	    HEAD7
	    "type=\"utm\" subtype=\"ips\" eventtype=\"signature\" level=\"alert\" vd=\"root\" severity=\"high\" " IN
	    "sessionid=901234 action=\"dropped\" service=\"HTTPS\" attack=\"Test.Product.\\\"X\\\".Injection\" "
	    "attackid=900001 direction=\"outgoing\" msg=\"web_app: a=b, c\"\n");
	const struct alert *a = &r.got.alert;

	ck_assert_int_eq(r.got.verdict, VERDICT_ALERT);
	ck_assert_str_eq(a->format, "fortigate");
	time_is_text(a->event_time, "2026-11-24T07:59:59.123456Z");
	address_is_text(&a->source.ip, "203.0.113.7");
	ck_assert_int_eq(a->source.port, 40000);
	address_is_text(&a->destination.ip, "192.168.1.10");
	ck_assert_int_eq(a->destination.port, 443);
	slice_is_text(a->transport, "tcp");
	slice_is_text(a->signature, "Test.Product.\"X\".Injection");
	slice_is_text(a->signature_id, "900001");
	slice_is_text(a->category, "signature");
	ck_assert_int_eq(a->engine, ENGINE_IPS);
	ck_assert_int_eq(a->action, ACTION_BLOCKED);
	ck_assert_int_eq(a->direction, DIRECTION_INBOUND);
	ck_assert_int_eq(a->stage, STAGE_EXPLOITATION);
	ck_assert_int_eq(a->score, 65 - 20); /* high, blocked on its way in */
	ck_assert_int_eq(a->severity, SEVERITY_MEDIUM);
	ck_assert_int_eq(a->flow_id, 901234);
	ck_assert_int_eq(a->repeat_count, 1);
	ck_assert_uint_eq(a->community_id.len, 30);
	address_is_text(&a->inside, "192.168.1.10");
	address_is_text(&a->attacker, "203.0.113.7");
	reading_end(&r);
}
END_TEST

/* No alert: the other columns say nothing. */
#define NOTHING(verdict) verdict, ENGINE_IPS, ACTION_UNKNOWN, DIRECTION_UNKNOWN, STAGE_NONE, 0, NULL

static const struct {
	const char *what, *record;
	enum verdict verdict;
	enum engine engine;
	enum action action;
	enum direction direction;
	enum stage stage;
	int score;
	const char *signature;
} cases[] = {
	{ "virus removed from a download",
	  HEAD7 "type=utm subtype=virus eventtype=infected " OUT
		"direction=incoming action=blocked virus=\"W32/Test.A\" "
		"virusid=5 dtype=\"Virus\" filename=\"a b.exe\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 50, "W32/Test.A" },
	{ "virus let through",
	  HEAD7 "type=utm subtype=virus eventtype=infected " OUT "action=passthrough virus=\"W32/Test.A\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_DELIVERY, 75, "W32/Test.A" },
	{ "virus in mail from outside",
	  HEAD7
	  "type=utm subtype=virus eventtype=infected srcip=203.0.113.7 srcport=40000 dstip=192.168.1.25 dstport=25 "
	  "proto=6 action=blocked virus=\"JS/Test.B\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 50, "JS/Test.B" },
	{ "virus on its way out: a device inside sends it",
	  HEAD7 "type=utm subtype=virus eventtype=infected " OUT
		"direction=outgoing action=blocked virus=\"W32/Test.D\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_OUTBOUND, STAGE_DELIVERY, 50, "W32/Test.D" },
	{ "FortiOS 6.0: the server that sent the file is the source",
	  HEAD7
	  "type=utm subtype=virus eventtype=infected srcip=198.51.100.9 srcport=80 dstip=192.168.1.23 dstport=51515 "
	  "proto=6 direction=incoming action=blocked virus=\"W32/Test.E\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 50, "W32/Test.E" },
	{ "mail that a device inside sends",
	  HEAD7
	  "type=utm subtype=virus eventtype=infected srcip=192.168.1.23 srcport=40000 dstip=198.51.100.25 dstport=587 "
	  "proto=6 action=blocked virus=\"JS/Test.F\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_OUTBOUND, STAGE_DELIVERY, 50, "JS/Test.F" },
	{ "test file", HEAD7 "type=utm subtype=virus " OUT "action=blocked virus=\"EICAR_TEST_FILE\"", VERDICT_ALERT,
	  ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 5, "EICAR_TEST_FILE" },
	{ "unwanted program", HEAD7 "type=utm subtype=virus " OUT "action=blocked virus=\"Riskware/Test\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 20, "Riskware/Test" },
	{ "botnet seen by the antivirus engine",
	  HEAD7 "type=utm subtype=virus eventtype=botnet " OUT
		"action=monitored virus=\"Test.Botnet\" dtype=\"Botnet\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_ALLOWED, DIRECTION_OUTBOUND, STAGE_COMMAND_AND_CONTROL, 85,
	  "Test.Botnet" },
	{ "a file too large to scan is no detection",
	  HEAD7 "type=utm subtype=virus eventtype=oversize " OUT "action=passthrough msg=\"Size limit\"",
	  NOTHING(VERDICT_CONTEXT) },
	{ "scanner, let through",
	  HEAD7 "type=utm subtype=ips severity=low " IN "action=detected attack=\"Test.Web.Scanner\"", VERDICT_ALERT,
	  ENGINE_IPS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_RECONNAISSANCE, 25, "Test.Web.Scanner" },
	{ "botnet by signature, dropped on its way out",
	  HEAD7 "type=utm subtype=ips severity=critical " OUT "action=drop_session attack=\"Test.Botnet\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_BLOCKED, DIRECTION_OUTBOUND, STAGE_COMMAND_AND_CONTROL, 80, "Test.Botnet" },
	{ "FortiOS 6.0: the web server is the source of what came in",
	  HEAD7
	  "type=utm subtype=ips severity=medium srcip=198.51.100.9 srcport=80 dstip=192.168.1.23 dstport=51515 proto=6 "
	  "direction=incoming action=reset_client attack=\"Test.Browser.Overflow\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_BLOCKED, DIRECTION_OUTBOUND, STAGE_EXPLOITATION, 40,
	  "Test.Browser.Overflow" },
	{ "severity absent: the reputation level",
	  HEAD7 "type=utm subtype=ips crlevel=high " IN "action=pass_session attack=\"Test.X\"", VERDICT_ALERT,
	  ENGINE_IPS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_EXPLOITATION, 65, "Test.X" },
	{ "flood",
	  HEAD7 "type=utm subtype=anomaly severity=critical " IN "action=clear_session attack=\"udp_flood\" count=3",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_BLOCKED, DIRECTION_INBOUND, STAGE_ACTIONS, 65, "udp_flood" },
	{ "sweep", HEAD7 "type=anomaly subtype=anomaly severity=medium " IN "action=detected attack=\"icmp_sweep\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_RECONNAISSANCE, 45, "icmp_sweep" },
	{ "web page forbidden by policy",
	  HEAD7 "type=utm subtype=webfilter eventtype=ftgd_blk " OUT "action=blocked catdesc=\"Gambling\" url=\"/a=b\"",
	  VERDICT_ALERT, ENGINE_WEB, ACTION_BLOCKED, DIRECTION_OUTBOUND, STAGE_NONE, 5, "Gambling" },
	{ "malicious page, let through",
	  HEAD7 "type=utm subtype=webfilter eventtype=ftgd_allow " OUT
		"action=passthrough catdesc=\"Malicious Websites\"",
	  VERDICT_ALERT, ENGINE_WEB, ACTION_ALLOWED, DIRECTION_OUTBOUND, STAGE_DELIVERY, 50, "Malicious Websites" },
	{ "page allowed",
	  HEAD7 "type=utm subtype=webfilter eventtype=ftgd_allow " OUT "action=passthrough catdesc=\"News\"",
	  NOTHING(VERDICT_CONTEXT) },
	{ "DNS, botnet",
	  HEAD7 "type=utm subtype=dns eventtype=dns-response " OUT "action=redirect botnetdomain=\"c2.example\"",
	  VERDICT_ALERT, ENGINE_DNS, ACTION_BLOCKED, DIRECTION_OUTBOUND, STAGE_COMMAND_AND_CONTROL, 80, "c2.example" },
	{ "DNS, allowed", HEAD7 "type=utm subtype=dns eventtype=dns-query " OUT "action=pass qname=\"www.example\"",
	  NOTHING(VERDICT_CONTEXT) },
	{ "application, blocked",
	  HEAD7 "type=utm subtype=app-ctrl " OUT "action=block app=\"BitTorrent\" appid=6 appcat=\"P2P\" apprisk=high",
	  VERDICT_ALERT, ENGINE_OTHER, ACTION_BLOCKED, DIRECTION_OUTBOUND, STAGE_NONE, 10, "BitTorrent" },
	{ "application, allowed",
	  HEAD7 "type=utm subtype=app-ctrl " OUT "action=pass app=\"Test.Update\" apprisk=elevated",
	  NOTHING(VERDICT_CONTEXT) },
	{ "application firewall",
	  HEAD7 "type=utm subtype=waf severity=high eventtype=waf-signature " IN
		"action=passthrough msg=\"SQL Injection\"",
	  VERDICT_ALERT, ENGINE_WEB, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_EXPLOITATION, 65, "SQL Injection" },
	{ "mail blocked", HEAD7 "type=utm subtype=emailfilter eventtype=smtp " IN "action=blocked msg=\"Spam\"",
	  VERDICT_ALERT, ENGINE_OTHER, ACTION_BLOCKED, DIRECTION_INBOUND, STAGE_NONE, 0, "Spam" },
	{ "traffic", HEAD7 "type=traffic subtype=forward " OUT "action=deny", NOTHING(VERDICT_CONTEXT) },
	{ "event", HEAD7 "type=event subtype=vpn action=ssl-login-fail", NOTHING(VERDICT_CONTEXT) },
	{ "FortiOS 5: the engine is the type",
	  "date=2026-11-24 time=16:59:59 devid=FG1 logid=0211008192 type=virus subtype=infected src=192.168.1.23 "
	  "dst=198.51.100.9 sport=51515 dport=80 status=blocked virus=\"W32/Test.C\"",
	  VERDICT_ALERT, ENGINE_ANTIVIRUS, ACTION_REMOVED, DIRECTION_INBOUND, STAGE_DELIVERY, 50, "W32/Test.C" },
	{ "FortiOS 4 names",
	  "Nov 24 16:59:59 date=2026-11-24 time=16:59:59 device_id=FG1 log_id=0419016384 type=ips subtype=signature "
	  "pri=alert "
	  "severity=high src=203.0.113.7 dst=192.168.1.10 src_port=40000 dst_port=80 status=dropped proto=6 "
	  "attack_id=7 "
	  "attack_name=\"Test.Old\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_BLOCKED, DIRECTION_INBOUND, STAGE_EXPLOITATION, 45, "Test.Old" },
	{ "commas between pairs",
	  "date=2026-11-24,time=16:59:59,devid=FG1,logid=1,type=utm,subtype=ips,severity=high,srcip=203.0.113.7,"
	  "dstip=192.168.1.10,action=detected,attack=\"Test, with comma\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_EXPLOITATION, 65, "Test, with comma" },
	{ "an interface that faces inwards makes an address our own",
	  HEAD7 "type=utm subtype=ips severity=high srcip=203.0.113.7 dstip=198.51.100.50 dstintfrole=\"dmz\" proto=6 "
		"action=detected attack=\"Test.Dmz\"",
	  VERDICT_ALERT, ENGINE_IPS, ACTION_ALLOWED, DIRECTION_INBOUND, STAGE_EXPLOITATION, 65, "Test.Dmz" },
	{ "an engine record without a name", HEAD7 "type=utm subtype=ips severity=high " IN "action=detected",
	  NOTHING(VERDICT_UNPARSED) },
	{ "no type at all", HEAD7 "subtype=ips type= " IN, NOTHING(VERDICT_UNPARSED) },
	{ "Sophos is not FortiGate",
	  "<30>device=\"SFW\" date=2026-11-24 time=16:59:59 device_id=C01 log_id=1 log_type=\"Firewall\" "
	  "status=\"Allow\"",
	  NOTHING(VERDICT_UNPARSED) },
};

START_TEST(variants)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = fortigate(cases[i].record);
		const struct alert *a = &r.got.alert;

		ck_assert_msg(r.got.verdict == cases[i].verdict, "%s: verdict %d", cases[i].what, r.got.verdict);
		if (cases[i].verdict == VERDICT_ALERT) {
			ck_assert_msg(a->engine == cases[i].engine && a->action == cases[i].action &&
					  a->direction == cases[i].direction && a->stage == cases[i].stage &&
					  a->score == cases[i].score,
				      "%s: %s %s %s %s %d", cases[i].what, engine_name(a->engine),
				      action_name(a->action), direction_name(a->direction), stage_name(a->stage),
				      a->score);
			slice_is_text(a->signature, cases[i].signature);
		}
		reading_end(&r);
	}
}
END_TEST

START_TEST(times)
{
	static const struct {
		const char *fields, *utc; /* default zone of the test: +09:00 */
	} stamps[] = {
		{ "eventtime=1795507199", "2026-11-24T07:59:59.000000Z" },
		{ "eventtime=1795507199123", "2026-11-24T07:59:59.123000Z" },
		{ "eventtime=1795507199123456", "2026-11-24T07:59:59.123456Z" },
		{ "eventtime=1795507199123456789", "2026-11-24T07:59:59.123456Z" },
		{ "date=2026-11-24 time=16:59:59", "2026-11-24T07:59:59.000000Z" },
		{ "date=2026-11-24 time=10:59:59 tz=\"+0300\"", "2026-11-24T07:59:59.000000Z" },
		{ "date=2026-11-24 time=04:29:59 tz=\"-0330\"", "2026-11-24T07:59:59.000000Z" },
		{ "eventtime=0 date=2026-11-24 time=16:59:59", "2026-11-24T07:59:59.000000Z" },
	};
	struct reading r;

	for (size_t i = 0; i < ARRAY_LEN(stamps); i++) {
		char record[512];

		snprintf(record, sizeof(record), "%s devid=FG1 type=utm subtype=ips attack=\"Test\" " IN,
			 stamps[i].fields);
		r = fortigate(record);
		time_is_text(r.got.alert.event_time, stamps[i].utc);
		reading_end(&r);
	}
	/* as rsyslog 8.2302 relayed it with RSYSLOG_SyslogProtocol23Format */
	r = fortigate(
	    "<185>1 2026-11-25T18:38:27.451325+00:00 fw.example date=2026-11-26 - - -  time=00:10:02 devname=FW "
	    "devid=FGT107 logid=0419016384 type=utm subtype=ips severity=high attack=X " IN);
	time_is_text(r.got.alert.event_time, "2026-11-25T15:10:02.000000Z");
	reading_end(&r);
	/* nothing legible but the syslog header */
	r = fortigate("<189>Nov 24 16:59:59 gw date=tomorrow devid=FG1 type=utm subtype=ips attack=\"Test\" " IN);
	time_is_text(r.got.alert.event_time, "2026-11-24T07:59:59.000000Z");
	reading_end(&r);
}
END_TEST

START_TEST(repeat_counts)
{
	static const struct {
		const char *count;
		int32_t repeat;
	} counts[] = { { "count=1903", 1903 },
		       { "count=0", 1 },
		       { "count=-5", 1 },
		       { "count=x", 1 },
		       { "count=99999999999", INT32_MAX } };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		char record[512];
		struct reading r;

		snprintf(record, sizeof(record), HEAD7 "type=utm subtype=anomaly attack=\"tcp_port_scan\" %s " IN,
			 counts[i].count);
		r = fortigate(record);
		ck_assert_int_eq(r.got.alert.repeat_count, counts[i].repeat);
		reading_end(&r);
	}
}
END_TEST

/* Quotes inside values: escaped, doubled, bare; a value cut at the end of the record; bytes that are not UTF-8. */
START_TEST(quotes)
{
	static const struct {
		const char *pair, *value;
	} pairs[] = {
		{ "attack=\"a \\\"b\\\" c=d\"", "a \"b\" c=d" },
		{ "attack=\"a \"\"b\"\" c\"", "a \"\"b\"\" c" },
		{ "attack=\"a\"b\"", "a\"b" },
		{ "attack=\"say \"hi\"\" url=\"x\"", "say \"hi\"" },
		{ "attack=\"say \"\"hi\"\"\" url=\"x\"", "say \"\"hi\"\"" },
		{ "msg=\"\" attack=\"b\"", "b" },
		{ "attack=\"c:\\\\dir\\x\"", "c:\\dir\\x" },
		{ "attack=\"cut he", "cut he" },
		{ "attack=plain", "plain" },
		{ "attack=\"Shift_JIS \x83\x65 end\"", "Shift_JIS \xEF\xBF\xBD"
						       "e end" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char record[512];
		struct reading r;

		snprintf(record, sizeof(record), HEAD7 "type=utm subtype=ips " IN "%s", pairs[i].pair);
		r = fortigate(record);
		slice_is_text(r.got.alert.signature, pairs[i].value);
		reading_end(&r);
	}
}
END_TEST

SUITE_MAIN("fortigate", fields_of_an_intrusion, variants, times, repeat_counts, quotes)
