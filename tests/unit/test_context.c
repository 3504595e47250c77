/* Records that are no alerts: which rules may look at them, and what normalise_context() says of them. */
#include "tests/unit/records.h"

#include <stdio.h>

#define TIME "\"timestamp\":\"2026-10-01T09:30:00.123456+0900\",\"flow_id\":1843212340017,"

static struct reading context_of(enum record_source source, const char *text)
{
	struct reading r = reading_of(source, slice_of_string(text), NULL);

	normalise_context(r.normaliser, &r.got);
	return r;
}

START_TEST(every_record_has_its_event)
{
	static const struct {
		enum record_source source;
		const char *record, *event;
		enum verdict verdict;
	} cases[] = {
		{ SOURCE_EVE, "{" TIME "\"event_type\":\"alert\",\"alert\":{\"signature_id\":1}}", "eve.alert",
		  VERDICT_ALERT },
		{ SOURCE_EVE, "{" TIME "\"event_type\":\"dns\"}", "eve.dns", VERDICT_CONTEXT },
		{ SOURCE_EVE, "{" TIME "\"event_type\":\"FileInfo\"}", "eve.fileinfo", VERDICT_CONTEXT },
		{ SOURCE_EVE,
		  "{" TIME "\"event_type\":\"a234567890123456789012345678901234567890123456789012345678901234567\"}",
		  "eve.a23456789012345678901234567890123456789012345678901234567890", VERDICT_CONTEXT },
		/* An alert without a signature is damaged: there is nothing that a rule could look at. */
		{ SOURCE_EVE, "{" TIME "\"event_type\":\"alert\",\"alert\":{}}", "", VERDICT_UNPARSED },
		{ SOURCE_EVE, "{" TIME, "", VERDICT_UNPARSED },
		{ SOURCE_EVE, "", "", VERDICT_UNPARSED },
		{ SOURCE_SYSLOG, "<189>logid=\"0000000013\" type=\"traffic\" subtype=\"forward\"", "fortigate.traffic",
		  VERDICT_CONTEXT },
		{ SOURCE_SYSLOG, "<189>logid=\"0101039426\" type=\"event\" subtype=\"vpn\"", "fortigate.event",
		  VERDICT_CONTEXT },
		{ SOURCE_SYSLOG, "<189>logid=\"0419016384\" type=\"utm\" subtype=\"ips\" attack=\"a\"", "fortigate.ips",
		  VERDICT_ALERT },
		/* FortiOS 5: the engine is the type, under an older name. */
		{ SOURCE_SYSLOG, "<189>log_id=16384 type=attack subtype=signature attack_name=a", "fortigate.ips",
		  VERDICT_ALERT },
		{ SOURCE_SYSLOG, "<189>logid=\"0419016384\" type=\"ips\" subtype=\"anomaly\" attack=\"udp_flood\"",
		  "fortigate.anomaly", VERDICT_ALERT },
		{ SOURCE_SYSLOG, "<189>logid=\"0317013312\" type=\"utm\" subtype=\"webfilter\" action=\"passthrough\"",
		  "fortigate.webfilter", VERDICT_CONTEXT },
		{ SOURCE_SYSLOG, "<34>Oct  1 09:30:00 gw sshd[123]: Failed password for root", "text",
		  VERDICT_UNPARSED },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r = reading_of(cases[i].source, slice_of_string(cases[i].record), NULL);

		ck_assert_msg(r.got.verdict == cases[i].verdict, "%s", cases[i].record);
		slice_is_text(r.got.event, cases[i].event);
		reading_end(&r);
	}
}
END_TEST

START_TEST(an_eve_record_in_full)
{
	struct reading r =
	    context_of(SOURCE_EVE, "{" TIME "\"event_type\":\"dns\",\"src_ip\":\"192.168.1.23\",\"src_port\":51515,"
				   "\"dest_ip\":\"192.0.2.53\",\"dest_port\":53,\"proto\":\"UDP\","
				   "\"dns\":{\"type\":\"query\",\"rrname\":\"bad.example\"}}");
	const struct alert *a = &r.got.alert;

	ck_assert_int_eq(r.got.verdict, VERDICT_CONTEXT);
	ck_assert_int_eq(a->kind, KIND_CONTEXT);
	ck_assert_str_eq(a->format, "eve");
	time_is_text(a->event_time, "2026-10-01T00:30:00.123456Z");
	address_is_text(&a->source.ip, "192.168.1.23");
	address_is_text(&a->destination.ip, "192.0.2.53");
	ck_assert_int_eq(a->destination.port, 53);
	slice_is_text(a->transport, "udp");
	ck_assert_int_eq(a->flow_id, 1843212340017);
	ck_assert_int_eq(a->direction, DIRECTION_OUTBOUND);
	ck_assert_int_eq(a->engine, ENGINE_DNS);
	ck_assert_int_eq(a->severity, SEVERITY_INFO);
	ck_assert_int_eq(a->stage, STAGE_NONE);
	address_is_text(&a->inside, "192.168.1.23");
	address_is_text(&alert_remote(a)->ip, "192.0.2.53");
	ck_assert_uint_eq(a->attacker.family, 0); /* nobody is one for asking a name */
	ck_assert_uint_eq(a->signature.len, 0);
	ck_assert_ptr_nonnull(r.got.json);
	ck_assert_ptr_null(a->community_id.ptr);
	/* By the specification (corelight/community-id-spec), worked out by hand. */
	normalise_community_id(r.normaliser, &r.got);
	slice_is_text(a->community_id, "1:He+bGYHQmm0dksHm45vfBB+Wgx0=");
	reading_end(&r);
}
END_TEST

/* Who opened the session, by the kinds of records. */
START_TEST(ways)
{
#define ENDS(a, ap, b, bp) \
	"\"src_ip\":\"" a "\",\"src_port\":" #ap ",\"dest_ip\":\"" b "\",\"dest_port\":" #bp ",\"proto\":\"TCP\"}"
	static const struct {
		const char *type, *ends;
		enum direction direction;
		enum engine engine;
		const char *inside;
	} cases[] = {
		{ "tls", ENDS("192.168.1.23", 51515, "198.51.100.9", 443), DIRECTION_OUTBOUND, ENGINE_WEB,
		  "192.168.1.23" },
		{ "flow", ENDS("203.0.113.7", 443, "192.168.1.10", 51515), DIRECTION_INBOUND, ENGINE_OTHER,
		  "192.168.1.10" },
		/* A file from a server: its sender is the source. */
		{ "fileinfo", ENDS("198.51.100.9", 80, "192.168.1.23", 51515), DIRECTION_OUTBOUND, ENGINE_ANTIVIRUS,
		  "192.168.1.23" },
		/* An answer, whose asker is old and takes low ports. */
		{ "dns", ENDS("198.51.100.9", 53, "192.168.1.23", 1045), DIRECTION_OUTBOUND, ENGINE_DNS,
		  "192.168.1.23" },
		{ "smb", ENDS("192.168.1.23", 51515, "192.168.1.5", 445), DIRECTION_INTERNAL, ENGINE_OTHER,
		  "192.168.1.23" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[512];
		struct reading r;

		snprintf(text, sizeof(text), "{" TIME "\"event_type\":\"%s\",%s", cases[i].type, cases[i].ends);
		r = context_of(SOURCE_EVE, text);
		ck_assert_msg(r.got.alert.direction == cases[i].direction, "%s: %s", cases[i].type,
			      direction_name(r.got.alert.direction));
		ck_assert_int_eq(r.got.alert.engine, cases[i].engine);
		address_is_text(&r.got.alert.inside, cases[i].inside);
		reading_end(&r);
	}
}
END_TEST

START_TEST(a_fortigate_record_in_full)
{
	struct reading r =
	    context_of(SOURCE_SYSLOG, "<189>date=2026-10-01 time=09:30:00 tz=\"+0900\" logid=\"0000000013\" "
				      "type=\"traffic\" subtype=\"forward\" srcip=192.168.1.23 srcport=51515 "
				      "srcintfrole=\"lan\" dstip=198.51.100.9 dstport=443 dstintfrole=\"wan\" "
				      "sessionid=77 proto=6 action=\"deny\"");
	const struct alert *a = &r.got.alert;

	ck_assert_int_eq(a->kind, KIND_CONTEXT);
	time_is_text(a->event_time, "2026-10-01T00:30:00.000000Z");
	ck_assert_int_eq(a->direction, DIRECTION_OUTBOUND);
	ck_assert_int_eq(a->action, ACTION_BLOCKED);
	ck_assert_int_eq(a->flow_id, 77);
	slice_is_text(a->transport, "tcp");
	address_is_text(&a->inside, "192.168.1.23");
	ck_assert_int_eq(alert_remote(a)->port, 443);
	reading_end(&r);
}
END_TEST

START_TEST(text_has_a_time_at_most)
{
	struct reading r = context_of(SOURCE_SYSLOG, "<34>Oct  1 09:30:00 gw sshd[123]: Failed password for root");

	ck_assert_str_eq(r.got.alert.format, "text");
	time_is_text(r.got.alert.event_time, "2026-10-01T00:30:00.000000Z");
	slice_is_text(r.got.body, "Failed password for root");
	ck_assert_ptr_null(r.got.json);
	ck_assert_ptr_null(alert_remote(&r.got.alert));
	reading_end(&r);
	r = context_of(SOURCE_SYSLOG, "no header at all");
	ck_assert_int_eq(r.got.alert.event_time, TIME_NONE);
	slice_is_text(r.got.body, "no header at all");
	reading_end(&r);
}
END_TEST

SUITE_MAIN("context", every_record_has_its_event, an_eve_record_in_full, ways, a_fortigate_record_in_full,
	   text_has_a_time_at_most)
