/* Records of our own, one for each trait of a Suricata version; expectations from Suricata's EVE documentation and from
 * server/model/README.md. */
#include "lib/buffer.h"
#include "tests/unit/records.h"

/* The parts that most records share. */
#define TIME "\"timestamp\":\"2026-10-01T09:30:00.123456+0900\","
#define HEAD "{" TIME "\"flow_id\":1843212340017,\"event_type\":\"alert\","
#define WEB_IN                                                                                                   \
	"\"src_ip\":\"203.0.113.7\",\"src_port\":51515,\"dest_ip\":\"192.168.1.10\",\"dest_port\":80,\"proto\":" \
	"\"TCP\","
#define CALL_OUT                                                                                                   \
	"\"src_ip\":\"192.168.1.23\",\"src_port\":51515,\"dest_ip\":\"198.51.100.9\",\"dest_port\":443,\"proto\":" \
	"\"TCP\","
#define ANSWER                                                                                                     \
	"\"src_ip\":\"198.51.100.9\",\"src_port\":443,\"dest_ip\":\"192.168.1.23\",\"dest_port\":51515,\"proto\":" \
	"\"TCP\","
#define LATERAL                                                                                                   \
	"\"src_ip\":\"192.168.1.23\",\"src_port\":51515,\"dest_ip\":\"192.168.1.5\",\"dest_port\":445,\"proto\":" \
	"\"TCP\","
#define RULE(category)                                                                                                \
	"\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":2900001,\"rev\":2,\"signature\":\"TEST rule\"," \
	"\"category\":\"" category "\",\"severity\":1}"
#define RULE_WITH(category, more)                                                                 \
	"\"alert\":{\"action\":\"allowed\",\"signature_id\":2900001,\"signature\":\"TEST rule\"," \
	"\"category\":\"" category "\",\"severity\":1," more "}"
#define TROJAN "A Network Trojan was detected"

static struct reading eve(const char *text)
{
	return reading_of(SOURCE_EVE, slice_of_string(text), NULL);
}

START_TEST(fields_of_an_alert)
{
	struct reading r = eve(HEAD WEB_IN "\"app_proto\":\"http\"," RULE("Web Application Attack") "}");
	const struct alert *a = &r.got.alert;

	ck_assert_int_eq(r.got.verdict, VERDICT_ALERT);
	ck_assert_int_eq(a->kind, KIND_ALERT);
	ck_assert_str_eq(a->format, "eve");
	time_is_text(a->event_time, "2026-10-01T00:30:00.123456Z");
	address_is_text(&a->source.ip, "203.0.113.7");
	address_is_text(&a->destination.ip, "192.168.1.10");
	ck_assert_int_eq(a->source.port, 51515);
	ck_assert_int_eq(a->destination.port, 80);
	slice_is_text(a->transport, "tcp");
	slice_is_text(a->signature_id, "2900001");
	slice_is_text(a->signature, "TEST rule");
	slice_is_text(a->category, "Web Application Attack");
	ck_assert_int_eq(a->flow_id, 1843212340017);
	ck_assert_int_eq(a->engine, ENGINE_IPS);
	ck_assert_int_eq(a->action, ACTION_ALLOWED);
	ck_assert_int_eq(a->direction, DIRECTION_INBOUND);
	ck_assert_int_eq(a->stage, STAGE_EXPLOITATION);
	ck_assert_uint_eq(a->technique_count, 1);
	slice_is_text(a->technique[0], "T1190");
	ck_assert_int_eq(a->score, 60);
	ck_assert_int_eq(a->severity, SEVERITY_HIGH);
	ck_assert_int_eq(a->repeat_count, 1);
	address_is_text(&a->inside, "192.168.1.10");
	address_is_text(&a->attacker, "203.0.113.7");
	reading_end(&r);
}
END_TEST

static const struct {
	const char *what, *record, *inside, *attacker;
	enum direction direction;
} directions[] = {
	{ "packet direction absent: the source opened", HEAD WEB_IN RULE(TROJAN) "}", "192.168.1.10", "203.0.113.7",
	  DIRECTION_INBOUND },
	{ "from inside", HEAD CALL_OUT RULE(TROJAN) "}", "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "both inside", HEAD LATERAL RULE("Web Application Attack") "}", "192.168.1.23", "192.168.1.23",
	  DIRECTION_INTERNAL },
	{ "both outside",
	  HEAD "\"src_ip\":\"203.0.113.7\",\"dest_ip\":\"198.51.100.9\",\"proto\":\"TCP\"," RULE(TROJAN) "}", "",
	  "203.0.113.7", DIRECTION_EXTERNAL },
	{ "an answer, told by Suricata 7's direction", HEAD ANSWER "\"direction\":\"to_client\"," RULE(TROJAN) "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "an answer, told by the flow's opener",
	  HEAD ANSWER "\"flow\":{\"src_ip\":\"192.168.1.23\",\"dest_ip\":\"198.51.100.9\"}," RULE(TROJAN) "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "the flow's opener wins over the ports",
	  HEAD ANSWER "\"flow\":{\"src_ip\":\"198.51.100.9\",\"dest_ip\":\"192.168.1.23\"}," RULE(TROJAN) "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_INBOUND },
	{ "Suricata 4 to 6: an answer, told by the ports", HEAD ANSWER RULE(TROJAN) "}", "192.168.1.23", "198.51.100.9",
	  DIRECTION_OUTBOUND },
	{ "a web server answers a client with a low port",
	  HEAD "\"src_ip\":\"198.51.100.9\",\"src_port\":80,\"dest_ip\":\"192.168.1.23\",\"dest_port\":2042,"
	       "\"proto\":\"TCP\"," RULE(TROJAN) "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "a scan from port 53 is no answer",
	  HEAD "\"src_ip\":\"203.0.113.7\",\"src_port\":53,\"dest_ip\":\"192.168.1.10\",\"dest_port\":5555,"
	       "\"proto\":\"UDP\"," RULE("Detection of a Network Scan") "}",
	  "192.168.1.10", "203.0.113.7", DIRECTION_INBOUND },
	{ "to_server wins over the ports",
	  HEAD ANSWER "\"direction\":\"to_server\"," RULE("Detection of a Network Scan") "}", "192.168.1.23",
	  "198.51.100.9", DIRECTION_INBOUND },
	{ "the rule names the attacker; the session's opener is the other",
	  HEAD ANSWER "\"direction\":\"to_client\"," RULE_WITH(
	      "Attempted User Privilege Gain", "\"source\":{\"ip\":\"198.51.100.9\",\"port\":443},\"target\":{\"ip\":"
					       "\"192.168.1.23\",\"port\":51515}") "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "nothing but the rule's attacker, who is the destination",
	  HEAD "\"src_ip\":\"192.168.1.10\",\"src_port\":8999,\"dest_ip\":\"203.0.113.7\",\"dest_port\":7999,"
	       "\"proto\":\"TCP\"," RULE_WITH(
		   "Successful Administrator Privilege Gain",
		   "\"source\":{\"ip\":\"203.0.113.7\"},\"target\":{\"ip\":\"192.168.1.10\"}") "}",
	  "192.168.1.10", "203.0.113.7", DIRECTION_INBOUND },
	{ "a scan from inside: the attacker is inside", HEAD CALL_OUT RULE("Detection of a Network Scan") "}",
	  "192.168.1.23", "192.168.1.23", DIRECTION_OUTBOUND },
	{ "an exploit from inside against a server",
	  HEAD CALL_OUT RULE_WITH("Web Application Attack", "\"metadata\":{\"attack_target\":[\"Web_Server\"]}") "}",
	  "192.168.1.23", "192.168.1.23", DIRECTION_OUTBOUND },
	{ "an exploit against the browser that called",
	  HEAD CALL_OUT RULE_WITH("Attempted User Privilege Gain",
				  "\"metadata\":{\"attack_target\":[\"Client_Endpoint\"]}") "}",
	  "192.168.1.23", "198.51.100.9", DIRECTION_OUTBOUND },
	{ "policy has no attacker", HEAD CALL_OUT RULE("Potential Corporate Privacy Violation") "}", "192.168.1.23", "",
	  DIRECTION_OUTBOUND },
	{ "DNS: the resolver is not the attacker",
	  HEAD CALL_OUT "\"app_proto\":\"dns\"," RULE("Domain Observed Used for C2 Detected") "}", "192.168.1.23", "",
	  DIRECTION_OUTBOUND },
	{ "IPv6",
	  HEAD "\"src_ip\":\"2001:0db8:0000:0000:0000:0000:0000:0007\",\"src_port\":51515,\"dest_ip\":\"fd00::10\","
	       "\"dest_port\":80,\"proto\":\"TCP\"," RULE(TROJAN) "}",
	  "fd00::10", "2001:db8::7", DIRECTION_INBOUND },
	{ "no addresses at all", HEAD RULE(TROJAN) "}", "", "", DIRECTION_UNKNOWN },
};

START_TEST(who_attacks_whom)
{
	for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
		struct reading r = eve(directions[i].record);
		const struct alert *a = &r.got.alert;
		char inside[ADDRESS_TEXT_SIZE], attacker[ADDRESS_TEXT_SIZE];

		address_to_text(&a->inside, inside);
		address_to_text(&a->attacker, attacker);
		ck_assert_msg(r.got.verdict == VERDICT_ALERT && a->direction == directions[i].direction &&
				  strcmp(inside, directions[i].inside) == 0 &&
				  strcmp(attacker, directions[i].attacker) == 0,
			      "%s: %s, inside %s, attacker %s", directions[i].what, direction_name(a->direction),
			      inside, attacker);
		reading_end(&r);
	}
}
END_TEST

START_TEST(configured_networks_are_home)
{
	struct network n;
	struct networks own = { &n, 1 };
	struct reading r;

	ck_assert(network_parse(SLICE_LITERAL("198.51.100.0/24"), &n));
	r = reading_of(SOURCE_EVE, slice_of_string(HEAD CALL_OUT RULE(TROJAN) "}"), &own);
	ck_assert_int_eq(r.got.alert.direction, DIRECTION_INTERNAL);
	reading_end(&r);
}
END_TEST

static const struct {
	const char *what, *record;
	int score, severity;
	enum stage stage;
} scores[] = {
	{ "trojan, outbound", HEAD CALL_OUT RULE(TROJAN) "}", 75, SEVERITY_HIGH, STAGE_COMMAND_AND_CONTROL },
	{ "trojan, inbound", HEAD WEB_IN RULE(TROJAN) "}", 75, SEVERITY_HIGH, STAGE_EXPLOITATION },
	{ "trojan, inbound, in an answer from inside",
	  HEAD "\"src_ip\":\"192.168.1.10\",\"src_port\":80,\"dest_ip\":\"203.0.113.7\",\"dest_port\":51515,\"proto\":"
	       "\"TCP\","
	       "\"direction\":\"to_client\"," RULE(TROJAN) "}",
	  60, SEVERITY_HIGH, STAGE_EXPLOITATION },
	{ "command and control", HEAD CALL_OUT RULE("Malware Command and Control Activity Detected") "}", 85,
	  SEVERITY_CRITICAL, STAGE_COMMAND_AND_CONTROL },
	{ "priority 1, yet policy", HEAD CALL_OUT RULE("Potential Corporate Privacy Violation") "}", 15, SEVERITY_INFO,
	  STAGE_NONE },
	{ "reputation, inbound", HEAD WEB_IN RULE("Misc Attack") "}", 15, SEVERITY_INFO, STAGE_RECONNAISSANCE },
	{ "reputation, outbound", HEAD CALL_OUT RULE("Misc Attack") "}", 50, SEVERITY_MEDIUM, STAGE_NONE },
	{ "mining", HEAD CALL_OUT RULE("Crypto Currency Mining Activity Detected") "}", 50, SEVERITY_MEDIUM,
	  STAGE_ACTIONS },
	{ "blocked on its way in",
	  HEAD WEB_IN "\"alert\":{\"action\":\"blocked\",\"signature_id\":1,\"category\":\"Web Application Attack\"}}",
	  40, SEVERITY_MEDIUM, STAGE_EXPLOITATION },
	{ "blocked on its way out",
	  HEAD CALL_OUT "\"alert\":{\"action\":\"blocked\",\"signature_id\":1,\"category\":\"" TROJAN "\"}}", 70,
	  SEVERITY_HIGH, STAGE_COMMAND_AND_CONTROL },
	{ "critical and sure",
	  HEAD WEB_IN RULE_WITH("Web Application Attack",
				"\"metadata\":{\"signature_severity\":[\"Critical\"],\"confidence\":[\"High\"]}") "}",
	  85, SEVERITY_CRITICAL, STAGE_EXPLOITATION },
	{ "major, not sure",
	  HEAD WEB_IN RULE_WITH("Web Application Attack",
				"\"metadata\":{\"signature_severity\":[\"Major\"],\"confidence\":[\"Low\"]}") "}",
	  55, SEVERITY_MEDIUM, STAGE_EXPLOITATION },
	{ "informational is capped",
	  HEAD CALL_OUT RULE_WITH(
	      TROJAN, "\"metadata\":{\"signature_severity\":[\"Informational\"],\"confidence\":[\"High\"]}") "}",
	  20, SEVERITY_LOW, STAGE_COMMAND_AND_CONTROL },
	{ "no more than 100",
	  HEAD CALL_OUT RULE_WITH("Malware Command and Control Activity Detected",
				  "\"metadata\":{\"signature_severity\":[\"Critical\"],\"confidence\":[\"High\"]}") "}",
	  100, SEVERITY_CRITICAL, STAGE_COMMAND_AND_CONTROL },
	{ "no less than 0",
	  HEAD WEB_IN
	  "\"alert\":{\"action\":\"blocked\",\"signature_id\":1,\"category\":\"Generic Protocol Command Decode\"}}",
	  0, SEVERITY_INFO, STAGE_NONE },
	{ "a category of its own: the priority stands in",
	  HEAD WEB_IN "\"alert\":{\"signature_id\":1,\"category\":\"Our own class\",\"severity\":1}}", 50,
	  SEVERITY_MEDIUM, STAGE_NONE },
	{ "no category, low priority", HEAD WEB_IN "\"alert\":{\"signature_id\":1,\"category\":\"\",\"severity\":4}}",
	  10, SEVERITY_INFO, STAGE_NONE },
	{ "exploit within the house is lateral movement",
	  HEAD LATERAL RULE("Attempted Administrator Privilege Gain") "}", 60, SEVERITY_HIGH, STAGE_ACTIONS },
};

START_TEST(scores_and_stages)
{
	for (size_t i = 0; i < ARRAY_LEN(scores); i++) {
		struct reading r = eve(scores[i].record);
		const struct alert *a = &r.got.alert;

		ck_assert_msg(
		    a->score == scores[i].score && a->severity == scores[i].severity && a->stage == scores[i].stage,
		    "%s: score %d, severity %d, stage %s", scores[i].what, a->score, a->severity, stage_name(a->stage));
		reading_end(&r);
	}
}
END_TEST

static const struct {
	const char *what, *category, *metadata, *techniques;
	enum stage stage;
} attacks[] = {
	{ "technique and its tactic", TROJAN, "\"mitre_tactic_id\":[\"TA0011\"],\"mitre_technique_id\":[\"T1071.001\"]",
	  "T1071.001", STAGE_COMMAND_AND_CONTROL },
	{ "a technique that contradicts the tactic raises nothing", "Potentially Bad Traffic",
	  "\"mitre_tactic_id\":[\"TA0011\"],\"mitre_technique_id\":[\"T1041\"]", "T1041", STAGE_NONE },
	{ "the furthest of several", "Potentially Bad Traffic",
	  "\"mitre_tactic_id\":[\"TA0001\",\"TA0010\"],\"mitre_technique_id\":[\"T1190\",\"T1041\"]", "T1190 T1041",
	  STAGE_ACTIONS },
	{ "a technique without a tactic", "Potentially Bad Traffic", "\"mitre_technique_id\":[\"T1566\"]", "T1566",
	  STAGE_DELIVERY },
	{ "of a technique with several tactics, the earliest stage", "Potentially Bad Traffic",
	  "\"mitre_technique_id\":[\"T1078\"]", "T1078", STAGE_EXPLOITATION },
	{ "a tactic alone", "Potentially Bad Traffic", "\"mitre_tactic_id\":[\"TA0043\"]", "", STAGE_RECONNAISSANCE },
	{ "a lone string, and the form with an underscore", "Potentially Bad Traffic",
	  "\"mitre_tactic_id\":\"TA0001\",\"mitre_technique_id\":\"T1566_001\"", "T1566_001", STAGE_DELIVERY },
	{ "twice is once, what is no technique is none", "Potentially Bad Traffic",
	  "\"mitre_technique_id\":[\"T1486\",\"T1486\",\"T14\",\"TA0040\",\"x\",7,\"T1486.0001\"]", "T1486",
	  STAGE_ACTIONS },
	{ "policy keeps the technique and has no stage", "Potential Corporate Privacy Violation",
	  "\"mitre_tactic_id\":[\"TA0011\"],\"mitre_technique_id\":[\"T1071\"]", "T1071", STAGE_NONE },
	{ "more than there is room for", "Potentially Bad Traffic",
	  "\"mitre_technique_id\":[\"T1001\",\"T1003\",\"T1005\",\"T1007\",\"T1008\",\"T1010\",\"T1011\",\"T1012\","
	  "\"T1014\"]",
	  "T1001 T1003 T1005 T1007 T1008 T1010 T1011 T1012", STAGE_ACTIONS },
};

START_TEST(attack_techniques)
{
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		char record[2048];
		struct buffer text = { 0 };
		struct reading r;

		snprintf(record, sizeof(record),
			 HEAD CALL_OUT "\"alert\":{\"signature_id\":1,\"category\":\"%s\",\"metadata\":{%s}}}",
			 attacks[i].category, attacks[i].metadata);
		r = eve(record);
		for (size_t k = 0; k < r.got.alert.technique_count; k++) {
			buffer_put_string(&text, k ? " " : "");
			buffer_put_slice(&text, r.got.alert.technique[k]);
		}
		ck_assert_msg(strcmp(buffer_string(&text), attacks[i].techniques) == 0 &&
				  r.got.alert.stage == attacks[i].stage,
			      "%s: %s, %s", attacks[i].what, buffer_string(&text), stage_name(r.got.alert.stage));
		buffer_release(&text);
		reading_end(&r);
	}
}
END_TEST

START_TEST(actions)
{
	static const struct {
		const char *record;
		enum action action;
	} cases[] = {
		{ HEAD WEB_IN "\"alert\":{\"action\":\"allowed\",\"signature_id\":1}}", ACTION_ALLOWED },
		{ HEAD WEB_IN "\"alert\":{\"action\":\"blocked\",\"signature_id\":1}}", ACTION_BLOCKED },
		{ HEAD WEB_IN
		  "\"verdict\":{\"action\":\"drop\"},\"alert\":{\"action\":\"allowed\",\"signature_id\":1}}",
		  ACTION_BLOCKED },
		{ HEAD WEB_IN
		  "\"verdict\":{\"action\":\"pass\"},\"alert\":{\"action\":\"allowed\",\"signature_id\":1}}",
		  ACTION_ALLOWED },
		{ HEAD WEB_IN "\"alert\":{\"signature_id\":1}}", ACTION_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = eve(cases[i].record);

		ck_assert_int_eq(r.got.alert.action, cases[i].action);
		reading_end(&r);
	}
}
END_TEST

START_TEST(times)
{
	static const struct {
		const char *stamp, *utc; /* default zone of the test: +09:00 */
	} cases[] = {
		{ "\"timestamp\":\"2026-10-01T00:30:00.000001+0000\"", "2026-10-01T00:30:00.000001Z" },
		{ "\"timestamp\":\"2026-10-01T00:30:00.5+00:00\"", "2026-10-01T00:30:00.500000Z" },
		{ "\"timestamp\":\"2026-10-01T00:30:00Z\"", "2026-10-01T00:30:00.000000Z" },
		{ "\"timestamp\":\"2026-10-01T09:30:00.123456\"", "2026-10-01T00:30:00.123456Z" },
		{ "\"timestamp\":\"2026-10-01T09:30:00.123456789+0900\"", "2026-10-01T00:30:00.123456Z" },
		{ "\"timestamp\":\"1970-01-01T00:00:12.000000+0000\"", "1970-01-01T00:00:12.000000Z" },
	};
	struct reading r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char record[512];

		snprintf(record, sizeof(record), "{%s,\"event_type\":\"alert\",\"alert\":{\"signature_id\":1}}",
			 cases[i].stamp);
		r = eve(record);
		time_is_text(r.got.alert.event_time, cases[i].utc);
		reading_end(&r);
	}
	r = eve("{\"timestamp\":\"yesterday\",\"event_type\":\"alert\",\"alert\":{\"signature_id\":1}}");
	ck_assert_int_eq(r.got.verdict, VERDICT_ALERT);
	ck_assert(r.got.alert.event_time == TIME_NONE);
	reading_end(&r);
}
END_TEST

/* Vectors of the Community ID specification: 1:LQU9qZlK+B5F3KDmev6m5PMibrg= for this TCP flow, in both directions, and
 * 1:X0snYXpgwiv9TZtqg64sgzUn6Dk= for this echo request. */
START_TEST(community_ids)
{
	static const char tcp[] = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
	static const struct {
		const char *members, *id;
	} cases[] = {
		{ "\"src_ip\":\"128.232.110.120\",\"src_port\":34855,\"dest_ip\":\"66.35.250.204\",\"dest_port\":80,"
		  "\"proto\":\"TCP\"",
		  tcp },
		{ "\"src_ip\":\"66.35.250.204\",\"src_port\":80,\"dest_ip\":\"128.232.110.120\",\"dest_port\":34855,"
		  "\"proto\":\"6\"",
		  tcp },
		{ "\"src_ip\":\"66.35.250.204\",\"src_port\":80,\"dest_ip\":\"128.232.110.120\",\"dest_port\":34855,"
		  "\"proto\":6",
		  tcp },
		{ "\"src_ip\":\"192.168.0.89\",\"dest_ip\":\"192.168.0.1\",\"proto\":\"ICMP\",\"icmp_type\":8,\"icmp_"
		  "code\":0",
		  "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
		{ "\"community_id\":\"1:AAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0."
		  "2\"",
		  "1:AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
		{ "\"community_id\":\"xx\",\"src_ip\":\"128.232.110.120\",\"src_port\":34855,\"dest_ip\":\"66.35.250."
		  "204\","
		  "\"dest_port\":80,\"proto\":\"TCP\"",
		  tcp },
		{ "\"src_ip\":\"10.0.0.1\"", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char record[512];
		struct reading r;

		snprintf(record, sizeof(record), HEAD "%s,\"alert\":{\"signature_id\":1}}", cases[i].members);
		r = eve(record);
		slice_is_text(r.got.alert.community_id, cases[i].id);
		reading_end(&r);
	}
}
END_TEST

START_TEST(odd_members)
{
	struct reading r =
	    eve("{" TIME "\"event_type\":\"alert\",\"src_ip\":7,\"dest_ip\":\"not an address\",\"src_port\":70000,"
		"\"dest_port\":\"80\",\"proto\":\"GRE\",\"flow_id\":99999999999999999999,\"flow\":[],\"verdict\":1,"
		"\"direction\":null,\"alert\":{\"signature_id\":\"9\",\"signature\":\"a\\u0000b\\u3042\","
		"\"metadata\":[1],\"source\":\"x\",\"severity\":-1,\"category\":{}}}");
	const struct alert *a = &r.got.alert;

	ck_assert_int_eq(r.got.verdict, VERDICT_ALERT);
	ck_assert_uint_eq(a->source.ip.family, 0);
	ck_assert_int_eq(a->source.port, PORT_NONE);
	ck_assert_int_eq(a->destination.port, PORT_NONE);
	ck_assert_int_eq(a->flow_id, 0);
	slice_is_text(a->transport, "gre");
	slice_is_text(a->signature_id, "9");
	slice_is_text(a->signature, "a\xEF\xBF\xBD"
				    "b\xE3\x81\x82"); /* NUL cannot be stored */
	ck_assert_int_eq(a->direction, DIRECTION_UNKNOWN);
	reading_end(&r);
}
END_TEST

START_TEST(what_is_no_alert)
{
	static const struct {
		const char *record;
		enum verdict verdict;
		enum unparsed_reason reason;
	} cases[] = {
		{ "{" TIME "\"event_type\":\"flow\",\"flow\":{\"pkts_toserver\":1}}", VERDICT_CONTEXT, UNPARSED_NONE },
		{ "{" TIME "\"event_type\":\"stats\",\"stats\":{\"uptime\":1}}", VERDICT_CONTEXT, UNPARSED_NONE },
		{ "{" TIME "\"event_type\":\"drop\",\"drop\":{\"len\":1},\"alert\":{\"signature_id\":1}}",
		  VERDICT_CONTEXT, UNPARSED_NONE },
		{ "{" TIME "\"event_type\":\"anomaly\"}", VERDICT_CONTEXT, UNPARSED_NONE },
		{ "{" TIME "\"event_type\":\"alert\"}", VERDICT_UNPARSED, UNPARSED_INCOMPLETE },
		{ "{" TIME "\"event_type\":\"alert\",\"alert\":[]}", VERDICT_UNPARSED, UNPARSED_INCOMPLETE },
		{ "{" TIME "\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\"}}", VERDICT_UNPARSED,
		  UNPARSED_INCOMPLETE },
		{ "{" TIME "\"event_type\":7}", VERDICT_UNPARSED, UNPARSED_INCOMPLETE },
		{ "{" TIME "\"stats\":{}}", VERDICT_UNPARSED, UNPARSED_NO_FORMAT },
		/* another product's detection must not pass for Suricata's context */
		{ "{\"event_type\":\"Threat_Event\",\"occured\":\"01-Oct-2026 00:30:00\"}", VERDICT_UNPARSED,
		  UNPARSED_NO_FORMAT },
		{ "{" TIME "\"event_type\":\"alert\",\"alert\":{\"signature_id\":1}", VERDICT_UNPARSED,
		  UNPARSED_NOT_JSON },
		{ "{\"timestamp\":\"2026-10-01T00:30:00\",\"payload\":\"\xFF\"}", VERDICT_UNPARSED, UNPARSED_NOT_JSON },
		{ "{}", VERDICT_UNPARSED, UNPARSED_NO_FORMAT },
		{ "", VERDICT_UNPARSED, UNPARSED_EMPTY },
		{ " \r\n", VERDICT_UNPARSED, UNPARSED_EMPTY },
		{ "signature\":\"half a line\"}}", VERDICT_UNPARSED, UNPARSED_NO_FORMAT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = eve(cases[i].record);

		ck_assert_msg(r.got.verdict == cases[i].verdict && r.got.reason == cases[i].reason, "%s: %d, %s",
			      cases[i].record, r.got.verdict, unparsed_reason_name(r.got.reason));
		if (cases[i].verdict == VERDICT_UNPARSED) {
			ck_assert_int_eq(r.got.alert.kind, KIND_UNPARSED);
			ck_assert_str_eq(r.got.alert.format, "");
			ck_assert(r.got.alert.event_time == TIME_NONE);
			ck_assert_uint_eq(r.got.raw.len, strlen(cases[i].record));
		}
		reading_end(&r);
	}
}
END_TEST

SUITE_MAIN("eve", fields_of_an_alert, who_attacks_whom, configured_networks_are_home, scores_and_stages,
	   attack_techniques, actions, times, community_ids, odd_members, what_is_no_alert)
