/* Observables and contacts of records, in the words of the devices that write them: the three versions of EVE's dns
 * records (OISF/suricata: doc/userguide/output/eve), FortiOS log reference. */
#include "server/model/observables.h"

#include "tests/unit/suite.h"

enum { TOKENS = 512 };

static struct observables seen;

static struct address address_of(const char *text)
{
	struct address a = { 0 };

	ck_assert(address_parse(slice_of_string(text), &a));
	return a;
}

/* 192.168.1.20 calls 203.0.113.9; or the other way, or within. */
static struct alert alert_of(enum direction direction, int port)
{
	struct alert a;

	alert_init(&a);
	a.direction = direction;
	a.inside = address_of("192.168.1.20");
	a.source = (struct endpoint){ a.inside, 50123 };
	a.destination =
	    (struct endpoint){ address_of(direction == DIRECTION_INTERNAL ? "192.168.1.1" : "203.0.113.9"), port };
	if (direction == DIRECTION_INBOUND) {
		struct endpoint source = a.source;

		a.source = a.destination;
		a.destination = source;
	}
	return a;
}

static void read_as(const char *event, const struct alert *a, const char *body)
{
	static struct json_token tokens[TOKENS];
	struct json_reader json = { .tokens = tokens, .capacity = TOKENS };
	struct sigma_record record = { .event = slice_of_string(event),
				       .alert = a,
				       .body = slice_of_string(body),
				       .ts = (time_us)1795507200 * US_PER_SECOND };

	if (slice_starts_with(record.event, "eve.")) {
		ck_assert_int_eq(json_read(&json, record.body), JSON_OK);
		record.json = &json;
	}
	observables_read(&record, &seen);
}

static void read_eve(const char *event, enum direction direction, int port, const char *body)
{
	struct alert a = alert_of(direction, port);

	read_as(event, &a, body);
}

/* Kinds and texts, in order: "ip 203.0.113.9, domain a.example.com". */
static void expect(const char *want)
{
	char got[4096] = "", text[INDICATOR_TEXT_SIZE];
	size_t len = 0;

	for (size_t i = 0; i < seen.count; i++) {
		indicator_key_text(&seen.items[i].key, text);
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s %s", i ? ", " : "",
					indicator_kind_name(seen.items[i].key.kind), text);
	}
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(seen.lost, 0);
}

START_TEST(dns_version_1)
{
	read_eve("eve.dns", DIRECTION_INTERNAL, 53,
		 "{\"event_type\":\"dns\",\"dns\":{\"type\":\"query\",\"id\":1,\"rrname\":\"Bad.Example.com\","
		 "\"rrtype\":\"A\",\"tx_id\":0}}");
	expect("domain bad.example.com");
	read_eve("eve.dns", DIRECTION_INTERNAL, 53,
		 "{\"event_type\":\"dns\",\"dns\":{\"type\":\"answer\",\"id\":1,\"rcode\":\"NOERROR\","
		 "\"rrname\":\"bad.example.com\",\"rrtype\":\"A\",\"ttl\":60,\"rdata\":\"198.51.100.7\"}}");
	expect("domain bad.example.com, ip 198.51.100.7");
}
END_TEST

START_TEST(dns_version_2)
{
	read_eve(
	    "eve.dns", DIRECTION_OUTBOUND, 53,
	    "{\"event_type\":\"dns\",\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":1,\"rrname\":\"www.example."
	    "com\","
	    "\"rrtype\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[{\"rrname\":\"www.example.com\",\"rrtype\":\"CNAME\","
	    "\"ttl\":60,\"rdata\":\"edge.example.net\"},{\"rrname\":\"edge.example.net\",\"rrtype\":\"AAAA\","
	    "\"ttl\":60,\"rdata\":\"2001:db8::7\"},{\"rrname\":\"edge.example.net\",\"rrtype\":\"TXT\",\"ttl\":60,"
	    "\"rdata\":\"no.name.example.org\"}],\"grouped\":{\"A\":[\"198.51.100.7\"],\"TXT\":[\"x.example.org\"]}}}");
	/* The outside end is the resolver. */
	expect("ip 203.0.113.9, domain www.example.com, ip 198.51.100.7, domain edge.example.net, ip 2001:db8::7");
	/* In alerts: a list of queries, an object with the answer. */
	read_eve(
	    "eve.alert", DIRECTION_INTERNAL, 53,
	    "{\"event_type\":\"alert\",\"dns\":{\"query\":[{\"type\":\"query\",\"id\":1,\"rrname\":\"a.example.com\","
	    "\"rrtype\":\"A\"}],\"answer\":{\"version\":2,\"rrname\":\"a.example.com\",\"answers\":[{\"rrname\":"
	    "\"a.example.com\",\"rrtype\":\"A\",\"rdata\":\"198.51.100.8\"}]}}}");
	expect("domain a.example.com, ip 198.51.100.8");
}
END_TEST

START_TEST(dns_version_3)
{
	read_eve(
	    "eve.dns", DIRECTION_INTERNAL, 53,
	    "{\"event_type\":\"dns\",\"dns\":{\"version\":3,\"type\":\"response\",\"id\":1,\"queries\":[{\"rrname\":"
	    "\"a.example.com\",\"rrtype\":\"A\"},{\"rrname\":\"b.example.com\",\"rrtype\":\"A\"}],\"answers\":"
	    "[{\"rrname\":\"a.example.com\",\"rrtype\":\"A\",\"rdata\":\"198.51.100.7\"}]}}");
	expect("domain a.example.com, domain b.example.com, ip 198.51.100.7");
}
END_TEST

START_TEST(names_of_no_use_outside)
{
	static const char *const local[] = { "20.1.168.192.in-addr.arpa", "wpad", "files.local", "nas.lan",
					     "intra.corp" };
	char body[200];

	for (size_t i = 0; i < ARRAY_LEN(local); i++) {
		snprintf(body, sizeof(body), "{\"dns\":{\"type\":\"query\",\"rrname\":\"%s\"}}", local[i]);
		read_eve("eve.dns", DIRECTION_INTERNAL, 53, body);
		expect("");
	}
	read_eve("eve.dns", DIRECTION_INTERNAL, 53,
		 "{\"dns\":{\"type\":\"answer\",\"rrname\":\"www.example.com\",\"rrtype\":\"A\",\"rdata\":\"192.168.1."
		 "9\"}}");
	expect("domain www.example.com");
}
END_TEST

START_TEST(http_and_tls)
{
	read_eve("eve.http", DIRECTION_OUTBOUND, 80,
		 "{\"http\":{\"hostname\":\"Evil.Example.com\",\"url\":\"\\/a\\/b?c=1\",\"http_method\":\"GET\"}}");
	expect("ip 203.0.113.9, domain evil.example.com, url http://evil.example.com/a/b?c=1");
	ck_assert_uint_eq(seen.inside.family, 0); /* the flow is the contact */
	read_eve("eve.http", DIRECTION_OUTBOUND, 8080,
		 "{\"http\":{\"hostname\":\"203.0.113.9\",\"http_port\":8080,\"url\":\"/x\"}}");
	expect("ip 203.0.113.9, url http://203.0.113.9:8080/x");
	/* Through an inside proxy: absolute URL. */
	read_eve("eve.http", DIRECTION_INTERNAL, 3128,
		 "{\"http\":{\"hostname\":\"evil.example.com\",\"url\":\"http://evil.example.com/p\"}}");
	expect("domain evil.example.com, url http://evil.example.com/p");
	read_eve("eve.tls", DIRECTION_OUTBOUND, 443, "{\"tls\":{\"sni\":\"c2.example.com\",\"version\":\"TLS 1.3\"}}");
	expect("ip 203.0.113.9, domain c2.example.com");
	/* Who knocks is no observable, and what our web server is called neither. */
	read_eve("eve.http", DIRECTION_INBOUND, 80, "{\"http\":{\"hostname\":\"www.example.jp\",\"url\":\"/\"}}");
	expect("");
}
END_TEST

START_TEST(flows_are_contacts)
{
	/* 2026-11-24T08:00:00Z is 1795507200. */
	read_eve("eve.flow", DIRECTION_OUTBOUND, 443,
		 "{\"flow\":{\"pkts_toserver\":10,\"bytes_toserver\":1234,\"bytes_toclient\":9,"
		 "\"start\":\"2026-11-24T07:58:30.250000+0000\",\"end\":\"2026-11-24T07:58:59.0+0000\"}}");
	expect("ip 203.0.113.9");
	ck_assert_int_eq(seen.inside.family, 4);
	ck_assert_int_eq(seen.port, 443);
	ck_assert_int_eq(seen.bytes, 1234);
	ck_assert_str_eq(seen.name, "");
	ck_assert_int_eq(seen.started, ((time_us)1795507200 - 90) * US_PER_SECOND + 250000);
	/* A clock that says that it began in the future, or years ago. */
	read_eve("eve.flow", DIRECTION_OUTBOUND, 443, "{\"flow\":{\"start\":\"2031-01-01T00:00:00Z\"}}");
	ck_assert_int_eq(seen.started, TIME_NONE);
	ck_assert_int_eq(seen.bytes, -1);
	read_eve("eve.flow", DIRECTION_OUTBOUND, 443, "{\"flow\":{\"start\":\"2001-01-01T00:00:00Z\"}}");
	ck_assert_int_eq(seen.started, TIME_NONE);
	read_eve("eve.flow", DIRECTION_INBOUND, 443, "{\"flow\":{\"bytes_toserver\":1234}}");
	ck_assert_uint_eq(seen.inside.family, 0);
	/* An alert knows the name, and not what the session came to. */
	read_eve("eve.alert", DIRECTION_OUTBOUND, 443,
		 "{\"tls\":{\"sni\":\"C2.example.com\"},\"flow\":{\"bytes_toserver\":12}}");
	ck_assert_str_eq(seen.name, "c2.example.com");
	ck_assert_int_eq(seen.bytes, -1);
}
END_TEST

START_TEST(what_polls_by_nature_is_no_contact)
{
	static const int ports[] = { 25, 53, 123, 143, 853, 993, 995, 3478, 4500, 5060, 5228 };

	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		read_eve("eve.flow", DIRECTION_OUTBOUND, ports[i], "{\"flow\":{\"bytes_toserver\":90}}");
		ck_assert_uint_eq(seen.inside.family, 0);
		expect("ip 203.0.113.9");
	}
	read_eve("eve.flow", DIRECTION_OUTBOUND, PORT_NONE, "{\"flow\":{}}"); /* ICMP */
	ck_assert_uint_eq(seen.inside.family, 0);
	read_eve("eve.flow", DIRECTION_OUTBOUND, 8443, "{\"flow\":{}}");
	ck_assert_uint_eq(seen.inside.family, 4);
}
END_TEST

START_TEST(files)
{
	/* From outside to inside, as downloads are logged. */
	read_eve(
	    "eve.fileinfo", DIRECTION_INBOUND, 80,
	    "{\"http\":{\"hostname\":\"x.example.com\",\"url\":\"/f\"},\"fileinfo\":{\"filename\":\"/f\","
	    "\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\",\"sha1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}}");
	expect("hash d41d8cd98f00b204e9800998ecf8427e, hash da39a3ee5e6b4b0d3255bfef95601890afd80709");
	read_eve("eve.alert", DIRECTION_INBOUND, 80,
		 "{\"files\":[{\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}");
	expect("hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(fortigate)
{
	struct alert a = alert_of(DIRECTION_OUTBOUND, 443);

	read_as("fortigate.traffic", &a,
		"logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" srcip=192.168.1.20 dstip=203.0.113.9 "
		"action=\"close\" hostname=\"C2.example.com\" duration=90 sentbyte=1234 rcvdbyte=9");
	expect("ip 203.0.113.9, domain c2.example.com");
	ck_assert_str_eq(seen.name, "c2.example.com");
	ck_assert_int_eq(seen.bytes, 1234);
	ck_assert_int_eq(seen.started, ((time_us)1795507200 - 90) * US_PER_SECOND);
	/* The statistics of a session that goes on come every two minutes, and a start is not a session. */
	read_as("fortigate.traffic", &a, "logid=\"0000000020\" type=\"traffic\" action=\"accept\" sentbyte=1");
	ck_assert_uint_eq(seen.inside.family, 0);
	read_as("fortigate.traffic", &a, "logid=\"0000000015\" type=\"traffic\" action=\"start\"");
	ck_assert_uint_eq(seen.inside.family, 0);
	read_as("fortigate.webfilter", &a,
		"type=\"utm\" subtype=\"webfilter\" hostname=\"bad.example.com\" service=\"HTTPS\" url=\"/x\"");
	expect("ip 203.0.113.9, domain bad.example.com, url https://bad.example.com/x");
	read_as("fortigate.dns", &a,
		"type=\"utm\" subtype=\"dns\" qname=\"q.example.com\" ipaddr=\"198.51.100.7, 198.51.100.8\"");
	expect("ip 203.0.113.9, domain q.example.com, ip 198.51.100.7, ip 198.51.100.8");
	/* A download: judged inbound by the file's way; srcip is who asked for it. */
	a.direction = DIRECTION_INBOUND;
	read_as("fortigate.virus", &a,
		"type=\"utm\" subtype=\"virus\" url=\"http://dl.example.com/v.exe\" filehash=\"d41d8cd9\" "
		"analyticscksum=\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"");
	expect("hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, ip 203.0.113.9, "
	       "url http://dl.example.com/v.exe");
}
END_TEST

START_TEST(more_than_there_is_room_for_is_counted)
{
	char body[8000] = "{\"dns\":{\"queries\":[";
	size_t len = strlen(body);

	for (int i = 0; i < 40; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len, "%s{\"rrname\":\"n%d.example.com\"}",
					i ? "," : "", i);
	snprintf(body + len, sizeof(body) - len, "]}}");
	read_eve("eve.dns", DIRECTION_INTERNAL, 53, body);
	ck_assert_uint_eq(seen.count, OBSERVABLES_MAX);
	ck_assert_uint_eq(seen.lost, 40 - OBSERVABLES_MAX);
}
END_TEST

SUITE_MAIN("observables", dns_version_1, dns_version_2, dns_version_3, names_of_no_use_outside, http_and_tls,
	   flows_are_contacts, what_polls_by_nature_is_no_contact, files, fortigate,
	   more_than_there_is_room_for_is_counted)
