/* Feeds in their real forms, written by hand: STIX 2.1 section 9 (patterns) and 7.2.1 (TLP), the MISP core format,
 * lists as they are found. What comes out is compared as text, one line for each call of the sink. */
#include "lib/buffer.h"
#include "server/model/indicator_feed.h"
#include "server/model/stix_pattern.h"
#include "tests/unit/suite.h"

#include <stdio.h>

struct seen {
	struct buffer text;
	int refuse_after; /* calls; 0: never */
	bool terse;       /* kind and value alone */
};

static void put_time(struct buffer *b, const char *name, time_us t)
{
	char text[TIME_TEXT_SIZE];

	if (t == TIME_NONE)
		return;
	time_to_text(t, text);
	buffer_printf(b, " %s=%s", name, text);
}

static int count_down(struct seen *s, struct err *why)
{
	return s->refuse_after && --s->refuse_after == 0 ? err_set(why, ERR_FULL, "enough") : 0;
}

static int take(void *arg, const struct feed_indicator *i, struct err *why)
{
	struct seen *s = arg;
	struct buffer *b = &s->text;
	char value[INDICATOR_TEXT_SIZE];

	indicator_key_text(&i->key, value);
	buffer_printf(b, "%s %s", indicator_kind_name(i->key.kind), value);
	if (s->terse) {
		buffer_put_byte(b, '\n');
		return count_down(s, why);
	}
	if (i->external_id.ptr)
		buffer_printf(b, " id=%.*s", (int)i->external_id.len, (const char *)i->external_id.ptr);
	put_time(b, "from", i->valid_from);
	put_time(b, "until", i->valid_until);
	put_time(b, "modified", i->modified);
	if (i->confidence >= 0)
		buffer_printf(b, " confidence=%d", i->confidence);
	if (i->tlp)
		buffer_printf(b, " tlp=%s", tlp_name(i->tlp));
	if (i->revoked)
		buffer_put_string(b, " revoked");
	for (size_t n = 0; n < i->label_count; n++)
		buffer_printf(b, " [%.*s]", (int)i->labels[n].len, (const char *)i->labels[n].ptr);
	if (i->description.len)
		buffer_printf(b, " '%.*s'", (int)i->description.len, (const char *)i->description.ptr);
	buffer_put_byte(b, '\n');
	return count_down(s, why);
}

static int reject(void *arg, struct slice entry, const char *reason, struct err *why)
{
	struct seen *s = arg;

	buffer_printf(&s->text, "no: %.*s: %s\n", (int)entry.len, (const char *)entry.ptr, reason);
	return count_down(s, why);
}

/* Reads an exact copy on the heap, so that one byte too far is seen. */
static int read_copy(enum feed_format format, struct slice text, struct seen *s, struct err *why)
{
	struct feed_sink sink = { s, take, reject };
	uint8_t *copy = malloc(text.len ? text.len : 1);
	int failed;

	if (text.len)
		memcpy(copy, text.ptr, text.len);
	failed = feed_read(format, slice_of(copy, text.len), &sink, why);
	free(copy);
	return failed;
}

static void check_feed(enum feed_format format, bool terse, const char *text, const char *wanted)
{
	struct seen s = { .terse = terse };
	struct err why;

	ck_assert_msg(read_copy(format, slice_of_string(text), &s, &why) == 0, "%s", why.text);
	ck_assert_str_eq(buffer_string(&s.text), wanted);
	buffer_release(&s.text);
}

static void check_fails(enum feed_format format, const char *text, enum err_code code)
{
	struct seen s = { 0 };
	struct err why = { 0 };

	ck_assert_int_eq(read_copy(format, slice_of_string(text), &s, &why), -1);
	ck_assert_int_eq(why.code, code);
	buffer_release(&s.text);
}

/* -------------------------------------------------------------------------------------------------------- patterns */

static int found(void *arg, const struct indicator_key *key, struct err *why)
{
	char value[INDICATOR_TEXT_SIZE];

	(void)why;
	indicator_key_text(key, value);
	buffer_printf(arg, "%s;", value);
	return 0;
}

static int unmatchable(void *arg, struct slice part, const char *reason, struct err *why)
{
	(void)why;
	buffer_printf(arg, "<%.*s|%s>;", (int)part.len, (const char *)part.ptr, reason);
	return 0;
}

static void check_pattern(const char *pattern, const char *wanted)
{
	struct buffer out = { 0 };
	struct stix_pattern_sink sink = { &out, found, unmatchable };
	size_t len = strlen(pattern);
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, pattern, len);
	ck_assert_int_eq(stix_pattern_read(slice_of(copy, len), &sink, NULL), 0);
	free(copy);
	ck_assert_str_eq(buffer_string(&out), wanted);
	buffer_release(&out);
}

#define SEVERAL   "not matchable: AND joins several things"
#define NEGATED   "not matchable: NOT"
#define QUALIFIED "not matchable: a time or a number of times"
#define SEQUENCE  "not matchable: several observations"
#define OPERATOR  "not matchable: this operator"
#define PROPERTY  "not matchable: this property is not collected"
#define BROKEN    "not matchable: not a STIX pattern"

START_TEST(patterns_that_match)
{
	check_pattern("[ipv4-addr:value = '198.51.100.1']", "198.51.100.1;");
	check_pattern("[ipv4-addr:value='198.51.100.0/24']", "198.51.100.0/24;");
	check_pattern("[ipv4-addr:value == '198.51.100.1']", "198.51.100.1;"); /* STIX 2.0 */
	check_pattern("[ipv6-addr:value ISSUBSET '2001:db8::/32']", "2001:db8::/32;");
	check_pattern("[domain-name:value IN ('a.example', 'b.example','c.example')]",
		      "a.example;b.example;c.example;");
	check_pattern("[url:value = 'http://a.example/\\'x\\\\']", "http://a.example/'x%5C;");
	check_pattern("[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']",
		      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;");
	check_pattern("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR file:hashes.'SHA-1' = "
		      "'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
		      "d41d8cd98f00b204e9800998ecf8427e;da39a3ee5e6b4b0d3255bfef95601890afd80709;");
	check_pattern("[network-traffic:dst_ref.value = '198.51.100.1']", "198.51.100.1;");
	check_pattern("[network-traffic:dst_ref.value = 'a.example']", "a.example;");
	check_pattern("[(domain-name:value = 'a.example' OR domain-name:value = 'b.example')]", "a.example;b.example;");
	check_pattern("[domain-name:value = 'a.example'] OR [ipv4-addr:value = '198.51.100.1']",
		      "a.example;198.51.100.1;");
	check_pattern("([domain-name:value = 'a.example']OR[domain-name:value = 'b.example'])", "a.example;b.example;");
	check_pattern("\n[ domain-name:value\t=\r\n'a.example' ]\n", "a.example;");
}
END_TEST

START_TEST(patterns_that_do_not)
{
	check_pattern("[file:name = 'a.exe' AND file:size = 10]",
		      "<file:name = 'a.exe' AND file:size = 10|" SEVERAL ">;");
	/* AND binds closer than OR: the other part stands for itself. */
	check_pattern("[domain-name:value = 'a.example' OR file:name = 'x' AND file:hashes.MD5 = "
		      "'d41d8cd98f00b204e9800998ecf8427e']",
		      "a.example;<file:name = 'x' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'|" SEVERAL
		      ">;");
	check_pattern("[(domain-name:value = 'a.example' OR domain-name:value = 'b.example') AND file:size > 1]",
		      "<(domain-name:value = 'a.example' OR domain-name:value = 'b.example') AND file:size > 1|" SEVERAL
		      ">;");
	check_pattern("[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']",
		      "<[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']|" SEQUENCE ">;");
	check_pattern("[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example'] OR [url:value = "
		      "'http://c.example']",
		      "<[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example'] OR [url:value = "
		      "'http://c.example']|" SEQUENCE ">;");
	check_pattern("[domain-name:value = 'a.example'] REPEATS 5 TIMES",
		      "<[domain-name:value = 'a.example'] REPEATS 5 TIMES|" QUALIFIED ">;");
	check_pattern(
	    "([domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']) WITHIN 300 SECONDS",
	    "<([domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']) WITHIN 300 SECONDS|" QUALIFIED
	    ">;");
	check_pattern(
	    "[domain-name:value = 'a.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
	    "<[domain-name:value = 'a.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'|" QUALIFIED
	    ">;");
	check_pattern("[domain-name:value NOT = 'a.example']", "<domain-name:value NOT = 'a.example'|" NEGATED ">;");
	check_pattern("[domain-name:value NOT IN ('a.example', 'b.example')]",
		      "<domain-name:value NOT IN ('a.example', 'b.example')|" NEGATED ">;");
	check_pattern("[domain-name:value != 'a.example']", "<domain-name:value != 'a.example'|" OPERATOR ">;");
	check_pattern("[domain-name:value LIKE '%.example']", "<domain-name:value LIKE '%.example'|" OPERATOR ">;");
	check_pattern("[domain-name:value MATCHES 'a+']", "<domain-name:value MATCHES 'a+'|" OPERATOR ">;");
	check_pattern("[domain-name:value ISSUBSET 'example']", "<domain-name:value ISSUBSET 'example'|" OPERATOR ">;");
	check_pattern("[EXISTS file:hashes.MD5]", "<EXISTS file:hashes.MD5|" OPERATOR ">;");
	check_pattern("[email-addr:value = 'a@b.example']", "<email-addr:value = 'a@b.example'|" PROPERTY ">;");
	check_pattern("[file:hashes.'SHA-512' = 'aa']", "<file:hashes.'SHA-512' = 'aa'|" PROPERTY ">;");
	check_pattern("[domain-name:resolves_to_refs[*].value = '198.51.100.1']",
		      "<domain-name:resolves_to_refs[*].value = '198.51.100.1'|" PROPERTY ">;");
	check_pattern("[ipv4-addr:value = 5]", "<ipv4-addr:value = 5|" PROPERTY ">;");
	check_pattern("[ipv4-addr:value = '300.1.1.1']",
		      "<ipv4-addr:value = '300.1.1.1'|the value is not what its property says>;");
}
END_TEST

START_TEST(patterns_that_are_none)
{
	static const char *const broken[] = {
		"",
		"[",
		"[]",
		"x",
		"[domain-name:value]",
		"[domain-name:value = ]",
		"[domain-name:value = 'a.example'",
		"[domain-name:value = 'a.example]",
		"[domain-name:value = 'a.example\\']",
		"[domain-name:value = 'a.example'] [domain-name:value = 'b.example']",
		"[domain-name:value = 'a.example'] OR",
		"[domain-name:value IN ('a.example' 'b.example')]",
		"[domain-name:value IN ()]",
		"[domain-name:value IN ('a.example',)]",
		"[(domain-name:value = 'a.example']",
		"[domain-name:value = 'a.example')]",
		"[domain-name:value = 'a.example' ; ]",
		"[NOT]",
		"[domain-name:value = 'a.example'] WITHIN",
	};

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		char wanted[300];

		snprintf(wanted, sizeof(wanted), "<%s|" BROKEN ">;", broken[i]);
		check_pattern(broken[i], wanted);
	}
}
END_TEST

START_TEST(deep_patterns_end)
{
	struct buffer deep = { 0 }, out = { 0 };
	struct stix_pattern_sink sink = { &out, found, unmatchable };

	buffer_put_byte(&deep, '[');
	for (int i = 0; i < 100000; i++)
		buffer_put_byte(&deep, '(');
	ck_assert_int_eq(stix_pattern_read(buffer_slice(&deep), &sink, NULL), 0);
	ck_assert(slice_contains(buffer_slice(&out), "too large"));
	buffer_release(&deep);
	buffer_release(&out);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------ STIX */

static const char bundle[] =
    "{\"type\": \"bundle\", \"id\": \"bundle--1\", \"objects\": ["
    "{\"type\": \"relationship\", \"id\": \"relationship--1\", \"relationship_type\": \"indicates\","
    " \"source_ref\": \"indicator--1\", \"target_ref\": \"malware--1\"},"
    "{\"type\": \"relationship\", \"id\": \"relationship--2\", \"relationship_type\": \"uses\","
    " \"source_ref\": \"indicator--1\", \"target_ref\": \"threat-actor--1\"},"
    "{\"type\": \"malware\", \"id\": \"malware--1\", \"name\": \"Bad \\u304A\"},"
    "{\"type\": \"threat-actor\", \"id\": \"threat-actor--1\", \"name\": \"Nobody\"},"
    "{\"type\": \"marking-definition\", \"id\": \"marking-definition--own\", \"definition_type\": \"tlp\","
    " \"definition\": {\"tlp\": \"red\"}},"
    "{\"type\": \"marking-definition\", \"id\": \"marking-definition--two\", \"extensions\":"
    " {\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\": {\"tlp_2_0\": \"amber+strict\"}}},"
    "{\"type\": \"indicator\", \"spec_version\": \"2.1\", \"id\": \"indicator--1\", \"name\": \"C2\","
    " \"description\": \"of \\\"them\\\"\", \"pattern_type\": \"stix\", \"pattern\": \"[ipv4-addr:value = "
    "'198.51.100.1']\","
    " \"created\": \"2026-01-01T00:00:00.000Z\", \"modified\": \"2026-01-02T00:00:00.000Z\","
    " \"valid_from\": \"2026-01-01T00:00:00Z\", \"valid_until\": \"2026-06-01T00:00:00Z\", \"confidence\": 85,"
    " \"labels\": [\"x\", \"malicious-activity\"], \"indicator_types\": [\"malicious-activity\"],"
    " \"object_marking_refs\": [\"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da\","
    " \"marking-definition--two\", \"marking-definition--unknown\"]},"
    "{\"type\": \"indicator\", \"id\": \"indicator--2\", \"pattern\": \"[domain-name:value = 'a.example']\","
    " \"valid_from\": \"2026-01-01T00:00:00Z\", \"revoked\": true,"
    " \"object_marking_refs\": [\"marking-definition--own\"]},"
    "{\"type\": \"indicator\", \"id\": \"indicator--3\", \"pattern_type\": \"yara\", \"pattern\": \"rule x {}\"},"
    "{\"type\": \"indicator\", \"pattern\": \"[domain-name:value = 'b.example']\"},"
    "{\"type\": \"indicator\", \"id\": \"indicator--4\", \"confidence\": 101, \"pattern\":"
    " \"[domain-name:value = 'c.example' AND file:size = 1]\"}"
    "]}";

START_TEST(stix_bundle)
{
	check_feed(
	    FEED_AUTO, false, bundle,
	    "ip 198.51.100.1 id=indicator--1 from=2026-01-01T00:00:00.000000Z until=2026-06-01T00:00:00.000000Z "
	    "modified=2026-01-02T00:00:00.000000Z confidence=85 tlp=amber+strict [Bad \u304A] [malicious-activity] "
	    "[x] 'C2: of \"them\"'\n"
	    "domain a.example id=indicator--2 from=2026-01-01T00:00:00.000000Z tlp=red revoked\n"
	    "no: indicator--3 yara: not matchable: not a STIX pattern\n"
	    "no:  [domain-name:value = 'b.example']: the indicator has no id\n"
	    "no: indicator--4 domain-name:value = 'c.example' AND file:size = 1: " SEVERAL "\n");
}
END_TEST

START_TEST(stix_other_forms)
{
	static const char alone[] =
	    "{\"type\":\"indicator\",\"id\":\"indicator--9\",\"pattern\":\"[url:value = 'http://a.example']\"}";
	char array[300];

	check_feed(FEED_STIX, false, alone, "url http://a.example/ id=indicator--9\n");
	snprintf(array, sizeof(array), "\xEF\xBB\xBF[%s, %s, 5, null]", alone, alone);
	check_feed(FEED_AUTO, true, array, "url http://a.example/\nurl http://a.example/\n");
	check_feed(FEED_STIX, true, "{\"type\":\"bundle\",\"objects\":[]}", "");
	check_fails(FEED_STIX, "{}", ERR_CONFIG);
	check_fails(FEED_STIX, "{\"type\":\"bundle\"", ERR_CONFIG);
	check_fails(FEED_STIX, "", ERR_CONFIG);
}
END_TEST

START_TEST(stix_tlp_of_both_versions)
{
	static const struct {
		const char *id, *tlp;
	} ids[] = {
		{ "613f2e26-407d-48c7-9eca-b8e91df99dc9", "clear" },
		{ "34098fce-860f-48ae-8e50-ebd3cc5e41da", "green" },
		{ "f88d31f6-486f-44da-b317-01333bde0b82", "amber" },
		{ "5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red" },
		{ "94868c89-83c2-464b-929b-a1a8aa3c8487", "clear" },
		{ "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green" },
		{ "55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber" },
		{ "939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict" },
		{ "e828b379-4e03-4974-9ac4-e53a884c97c1", "red" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		char text[400], wanted[100];

		snprintf(text, sizeof(text),
			 "{\"type\":\"indicator\",\"id\":\"i\",\"pattern\":\"[domain-name:value = 'a.example']\","
			 "\"object_marking_refs\":[\"marking-definition--%s\"]}",
			 ids[i].id);
		snprintf(wanted, sizeof(wanted), "domain a.example id=i tlp=%s\n", ids[i].tlp);
		check_feed(FEED_STIX, false, text, wanted);
	}
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------ MISP */

#define ATTRIBUTE(type, value, more) \
	"{\"uuid\":\"u\",\"to_ids\":true,\"type\":\"" type "\",\"value\":\"" value "\"" more "}"

static const char event[] =
    "{\"Event\": {\"info\": \"Campaign\", \"date\": \"2026-01-01\", \"timestamp\": \"1767225600\","
    " \"Tag\": [{\"name\": \"tlp:green\"}, {\"name\": \"type:OSINT\"}],"
    " \"Galaxy\": [{\"type\": \"mitre-attack-pattern\", \"GalaxyCluster\": [{\"value\": \"Phishing - T1566\"}]}],"
    " \"Attribute\": ["
    "  {\"uuid\": \"u1\", \"to_ids\": true, \"type\": \"ip-dst|port\", \"value\": \"198.51.100.1|443\", \"comment\": "
    "\"C2\","
    "   \"timestamp\": \"1767225600\"},"
    "  {\"uuid\": \"u2\", \"to_ids\": \"1\", \"type\": \"domain|ip\", \"value\": \"a.example|198.51.100.2\","
    "   \"timestamp\": 1767225601, \"first_seen\": \"2025-12-01T00:00:00.000000+00:00\"},"
    "  {\"uuid\": \"u3\", \"to_ids\": true, \"type\": \"filename|sha1\", \"value\": "
    "\"x.exe|da39a3ee5e6b4b0d3255bfef95601890afd80709\","
    "   \"Tag\": [{\"name\": \"tlp:red\"}]},"
    "  {\"uuid\": \"u4\", \"to_ids\": false, \"type\": \"link\", \"value\": \"https://blog.example/\"},"
    "  {\"uuid\": \"u5\", \"to_ids\": true, \"type\": \"email-src\", \"value\": \"a@b.example\"},"
    "  {\"uuid\": \"u6\", \"to_ids\": true, \"deleted\": true, \"type\": \"url\", \"value\": \"http://a.example/x\"}],"
    " \"Object\": [{\"name\": \"file\", \"Attribute\": ["
    "  {\"uuid\": \"u7\", \"to_ids\": true, \"type\": \"md5\", \"value\": \"d41d8cd98f00b204e9800998ecf8427e\"},"
    "  {\"uuid\": \"u8\", \"to_ids\": true, \"type\": \"md5\", \"value\": \"none\"}]}]}}";

START_TEST(misp_event)
{
	check_feed(
	    FEED_AUTO, false, event,
	    "ip 198.51.100.1 id=u1 from=2026-01-01T00:00:00.000000Z modified=2026-01-01T00:00:00.000000Z tlp=green "
	    "[Phishing - T1566] [type:OSINT] 'Campaign: C2'\n"
	    "domain a.example id=u2 from=2025-12-01T00:00:00.000000Z modified=2026-01-01T00:00:01.000000Z tlp=green "
	    "[Phishing - T1566] [type:OSINT] 'Campaign'\n"
	    "ip 198.51.100.2 id=u2 from=2025-12-01T00:00:00.000000Z modified=2026-01-01T00:00:01.000000Z tlp=green "
	    "[Phishing - T1566] [type:OSINT] 'Campaign'\n"
	    "hash da39a3ee5e6b4b0d3255bfef95601890afd80709 id=u3 tlp=red [Phishing - T1566] [type:OSINT] "
	    "'Campaign'\n"
	    "no: u4 link https://blog.example/: not meant for detection (to_ids)\n"
	    "no: u5 email-src a@b.example: not matchable: things of this type are not collected\n"
	    "url http://a.example/x id=u6 tlp=green revoked [Phishing - T1566] [type:OSINT] 'Campaign'\n"
	    "hash d41d8cd98f00b204e9800998ecf8427e id=u7 tlp=green [Phishing - T1566] [type:OSINT] 'Campaign'\n"
	    "no: u8 md5 none: the value is not what its type says\n");
}
END_TEST

START_TEST(misp_types)
{
	static const struct {
		const char *attribute, *wanted;
	} cases[] = {
		{ ATTRIBUTE("ip-src", "198.51.100.0/24", ""), "ip 198.51.100.0/24\n" },
		{ ATTRIBUTE("ip-src|port", "2001:db8::1|80", ""), "ip 2001:db8::1\n" },
		{ ATTRIBUTE("hostname", "A.example.", ""), "domain a.example\n" },
		{ ATTRIBUTE("hostname|port", "a.example|8080", ""), "domain a.example\n" },
		{ ATTRIBUTE("url", "hxxp://a[.]example/b", ""), "url http://a.example/b\n" },
		{ ATTRIBUTE("uri", "a.example/b", ""), "url http://a.example/b\n" },
		{ ATTRIBUTE("uri", "/b.php", ""), "no: u uri /b.php: the value is not what its type says\n" },
		{ ATTRIBUTE("malware-sample", "x.exe|d41d8cd98f00b204e9800998ecf8427e", ""),
		  "hash d41d8cd98f00b204e9800998ecf8427e\n" },
		{ ATTRIBUTE("sha512", "00", ""),
		  "no: u sha512 00: not matchable: things of this type are not collected\n" },
		{ ATTRIBUTE("ip-dst", "198.51.100.1\\u0000", ""),
		  "no: u ip-dst : the attribute has no type or no value\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[400];

		snprintf(text, sizeof(text), "{\"Attribute\":[%s]}", cases[i].attribute);
		check_feed(FEED_MISP, true, text, cases[i].wanted);
	}
}
END_TEST

START_TEST(misp_other_forms)
{
	const char *one = ATTRIBUTE("domain", "a.example", "");
	char text[400];

	snprintf(text, sizeof(text),
		 "{\"response\":[{\"Event\":{\"Attribute\":[%s]}},{\"Event\":{\"Attribute\":[%s]}}]}", one, one);
	check_feed(FEED_AUTO, true, text, "domain a.example\ndomain a.example\n");
	snprintf(text, sizeof(text), "[{\"Attribute\":[%s]},{\"Event\":{\"Attribute\":[]}}]", one);
	check_feed(FEED_AUTO, true, text, "domain a.example\n");
	check_feed(FEED_MISP, true, "{\"Event\":{}}", "");
	check_fails(FEED_MISP, "{\"x\":1}", ERR_CONFIG);
	check_fails(FEED_MISP, "[]", ERR_CONFIG);
	check_fails(FEED_MISP, "nothing", ERR_CONFIG);
}
END_TEST

/* ----------------------------------------------------------------------------------------------------------- lists */

START_TEST(plain_list)
{
	check_feed(FEED_AUTO, true,
		   "# a list\r\n"
		   "; another comment\n"
		   "198.51.100.1\r\n"
		   "\r\n"
		   "  198.51.100.0/24   # with a comment\n"
		   "a.example ; and one\n"
		   "hxxp://a[.]example/x#frag\n"
		   "\"b.example\",2026-01-01,botnet\n"
		   "198.51.100.7:4444,tcp\n"
		   "word\n"
		   "d41d8cd98f00b204e9800998ecf8427e",
		   "ip 198.51.100.1\n"
		   "ip 198.51.100.0/24\n"
		   "domain a.example\n"
		   "url http://a.example/x\n"
		   "domain b.example\n"
		   "ip 198.51.100.7\n"
		   "no: line 10: word: no address, network, domain, URL or file hash\n"
		   "hash d41d8cd98f00b204e9800998ecf8427e\n");
	check_feed(FEED_AUTO, true, "", "");
	check_feed(FEED_LIST, true, "\xFF\xFE\n",
		   "no: line 1: \xFF\xFE: no address, network, domain, URL or file hash\n");
}
END_TEST

START_TEST(hosts_file)
{
	check_feed(FEED_AUTO, true,
		   "# hosts\n"
		   "127.0.0.1 localhost localhost.localdomain\n"
		   "::1\tip6-localhost ip6-loopback\n"
		   "0.0.0.0 a.example b.example # both\r\n"
		   "0.0.0.0\tc.example\n",
		   "domain a.example\ndomain b.example\ndomain c.example\n");
	check_feed(FEED_HOSTS, true, "0.0.0.0\na.example\n0.0.0.0 x_y!\n",
		   "no: line 1: 0.0.0.0: a hosts file has an address and names in each line\n"
		   "no: line 2: a.example: a hosts file has an address and names in each line\n"
		   "no: line 3: x_y!: no domain name\n");
	/* Addresses with something behind are no hosts file when a line says otherwise. */
	ck_assert_int_eq(feed_format_guess(SLICE_LITERAL("198.51.100.1 a\n198.51.100.2\n")), FEED_LIST);
}
END_TEST

START_TEST(long_lines_are_refused)
{
	struct buffer text = { 0 };
	struct seen s = { .terse = true };

	for (int i = 0; i < 5000; i++)
		buffer_put_byte(&text, 'a');
	buffer_put_string(&text, "\na.example\n");
	ck_assert_int_eq(read_copy(FEED_LIST, buffer_slice(&text), &s, NULL), 0);
	ck_assert(slice_contains(buffer_slice(&s.text), "the line is too long\ndomain a.example\n"));
	buffer_release(&text);
	buffer_release(&s.text);
}
END_TEST

START_TEST(the_sink_may_end_it)
{
	const char *const texts[] = { "a.example\nb.example\n", bundle, event };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct seen s = { .terse = true, .refuse_after = 2 };
		struct err why;

		ck_assert_int_eq(read_copy(FEED_AUTO, slice_of_string(texts[i]), &s, &why), -1);
		ck_assert_int_eq(why.code, ERR_FULL);
		buffer_release(&s.text);
	}
}
END_TEST

START_TEST(names)
{
	enum feed_format format;
	enum tlp tlp;

	ck_assert(feed_format_parse(SLICE_LITERAL("plain"), &format) && format == FEED_LIST);
	ck_assert(feed_format_parse(SLICE_LITERAL("auto"), &format) && format == FEED_AUTO);
	ck_assert(!feed_format_parse(SLICE_LITERAL("csv"), &format));
	ck_assert(tlp_parse(SLICE_LITERAL("TLP:AMBER+STRICT"), &tlp) && tlp == TLP_AMBER_STRICT);
	ck_assert(tlp_parse(SLICE_LITERAL("white"), &tlp) && tlp == TLP_CLEAR);
	ck_assert(!tlp_parse(SLICE_LITERAL(""), &tlp));
	ck_assert(!tlp_parse(SLICE_LITERAL("tlp:"), &tlp));
}
END_TEST

SUITE_MAIN("feeds", patterns_that_match, patterns_that_do_not, patterns_that_are_none, deep_patterns_end, stix_bundle,
	   stix_other_forms, stix_tlp_of_both_versions, misp_event, misp_types, misp_other_forms, plain_list,
	   hosts_file, long_lines_are_refused, the_sink_may_end_it, names)
