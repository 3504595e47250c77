/* The envelope of docs/wire.md, and what is made of events that do not keep to it. */
#include "lib/buffer.h"
#include "server/collector/envelope.h"
#include "tests/unit/records.h"

static struct envelope_reader *reader;
static struct envelope got;

static void read_text(const char *text)
{
	envelope_read(reader, slice_of_string(text), &got);
}

START_TEST(record_of_the_agent)
{
	read_text("{\"hinomi\":{\"epoch\":\"7f1c00000000000a\",\"sequence\":42,\"source\":\"eve\",\"read_at\":"
		  "\"2026-11-24T08:14:40.123456Z\"},\"message\":\"{\\\"a\\\":\\\"\\u706b\\\"}\"}");
	ck_assert_int_eq(got.kind, ENVELOPE_RECORD);
	ck_assert_int_eq(got.epoch, 0x7f1c00000000000a);
	ck_assert_int_eq(got.sequence, 42);
	ck_assert_int_eq(got.source, SOURCE_EVE);
	ck_assert(!got.truncated);
	slice_is_text(got.record, "{\"a\":\"火\"}");
	time_is_text(got.read_at, "2026-11-24T08:14:40.123456Z");
	read_text("{\"hinomi\":{\"epoch\":\"1\",\"sequence\":1,\"source\":\"syslog\",\"peer\":\"192.0.2.7\"},"
		  "\"message_base64\":\"AAH/\",\"truncated\":2000000}");
	ck_assert_int_eq(got.source, SOURCE_SYSLOG);
	slice_is_text(got.peer, "192.0.2.7");
	ck_assert(got.truncated);
	ck_assert(slice_equal(got.record, slice_of("\0\1\377", 3)));
}
END_TEST

START_TEST(dropped_and_heartbeat)
{
	read_text("{\"hinomi\":{\"epoch\":\"ff\",\"sequence\":43,\"dropped\":17,\"read_at\":\"x\"}}");
	ck_assert_int_eq(got.kind, ENVELOPE_DROPPED);
	ck_assert_int_eq(got.dropped, 17);
	ck_assert_int_eq(got.sequence, 43);
	ck_assert_int_eq(got.read_at, TIME_NONE);
	read_text("{\"hinomi\":{\"heartbeat\":{\"version\":\"1.2\",\"spool_records\":5,\"spool_bytes\":-1,"
		  "\"sources\":[{\"name\":\"/var/log\"}]},\"read_at\":\"2026-11-24T08:14:40Z\"}}");
	ck_assert_int_eq(got.kind, ENVELOPE_HEARTBEAT);
	ck_assert_int_eq(got.sequence, 0);
	slice_is_text(got.health.version, "1.2");
	ck_assert_int_eq(got.health.spool_records, 5);
	ck_assert_int_eq(got.health.spool_bytes, -1);
	ck_assert_int_eq(got.health.disk_free_bytes, -1);
	slice_is_text(got.health.report, "{\"version\":\"1.2\",\"spool_records\":5,\"spool_bytes\":-1,\"sources\":"
					 "[{\"name\":\"/var/log\"}]}");
}
END_TEST

/* Reports that jsonb would refuse are not kept; the figures are. */
START_TEST(reports_that_cannot_be_stored)
{
	static const char *const members[] = { "\"x\":\"\\u0000\"", "\"x\":1e999999", "\"x\":1E9", "\"\\u0000\":1",
					       "\"x\":12345678901234567890123456789012345678901" };

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		struct buffer text = { 0 };

		buffer_printf(&text, "{\"hinomi\":{\"heartbeat\":{\"spool_records\":7,%s}}}", members[i]);
		read_text(buffer_string(&text));
		ck_assert_int_eq(got.kind, ENVELOPE_HEARTBEAT);
		ck_assert_int_eq(got.health.spool_records, 7);
		ck_assert_msg(got.health.report.len == 0, "%s", members[i]);
		buffer_release(&text);
	}
	read_text("{\"hinomi\":{\"heartbeat\":{\"version\":\"a\\u0000b\"}}}");
	ck_assert_uint_eq(got.health.version.len, 0);
}
END_TEST

/* What breaks the rules keeps its bytes, and its number where that is legible. */
START_TEST(broken_envelopes)
{
	static const struct {
		const char *text, *record;
		int64_t sequence;
	} cases[] = {
		{ "", "", 0 },
		{ "not json", "not json", 0 },
		{ "{\"hinomi\":7,\"message\":\"m\"}", "{\"hinomi\":7,\"message\":\"m\"}", 0 },
		{ "{\"hinomi\":{},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":0},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":-5},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":1.5},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"8000000000000000\",\"sequence\":1},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"11112222333344445\",\"sequence\":1},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"12 4\",\"sequence\":1},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":17,\"sequence\":1},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"sequence\":1},\"message\":\"m\"}", "m", 0 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9}}", "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9}}", 9 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9},\"message\":[1]}",
		  "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9},\"message\":[1]}", 9 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9},\"message_base64\":\"*\"}",
		  "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9},\"message_base64\":\"*\"}", 9 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9,\"dropped\":0},\"message\":\"m\"}", "m", 9 },
		{ "{\"hinomi\":{\"epoch\":\"1\",\"sequence\":9,\"dropped\":-1},\"message\":\"m\"}", "m", 9 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		read_text(cases[i].text);
		ck_assert_int_eq(got.kind, ENVELOPE_RECORD);
		ck_assert_msg(got.sequence == cases[i].sequence, "%s", cases[i].text);
		slice_is_text(got.record, cases[i].record);
	}
}
END_TEST

START_TEST(events_of_other_clients)
{
	static const char event[] = "{\"@timestamp\":\"2026-10-01T00:00:00.000Z\",\"message\":\"x\",\"hinomo\":{}}";

	read_text(event);
	ck_assert_int_eq(got.source, SOURCE_FOREIGN);
	ck_assert_int_eq(got.sequence, 0);
	slice_is_text(got.record, event);
}
END_TEST

static void make(void)
{
	reader = envelope_reader_new();
}

static void unmake(void)
{
	envelope_reader_free(reader);
}

int main(void)
{
	Suite *suite = suite_create("envelope");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make, unmake);
	tcase_add_test(tc, record_of_the_agent);
	tcase_add_test(tc, dropped_and_heartbeat);
	tcase_add_test(tc, reports_that_cannot_be_stored);
	tcase_add_test(tc, broken_envelopes);
	tcase_add_test(tc, events_of_other_clients);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
