/* The engine's lamp, addresses of channels, and allowances for what can be tried too often. */
#include "tests/unit/suite.h"

#include "server/api/channel_address.h"
#include "server/api/engine_lamp.h"
#include "server/api/login_limits.h"

/* ---- the lamp ---- */

#define NOW ((time_us)1800000000 * US_PER_SECOND)

static struct lamp_facts well(void)
{
	return (struct lamp_facts){ .figures = { .now = NOW, .oldest_unacked = TIME_NONE, .holiday_days = 400 },
				    .engines_alive = 1,
				    .mail_wanted = true,
				    .mail_ok_at = NOW - 20 * US_PER_SECOND,
				    .pulse_wanted = true,
				    .pulsed_at = NOW - 50 * US_PER_SECOND,
				    .pulse_every_ms = 60000 };
}

static const struct lamp_fault *fault(const struct lamp_verdict *v, const char *code)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->faults[i].code, code) == 0)
			return &v->faults[i];
	return NULL;
}

START_TEST(test_lamp_green)
{
	struct lamp_facts f = well();
	struct lamp_verdict v;

	engine_lamp_judge(&f, true, &v);
	ck_assert_uint_eq(v.count, 0);
	ck_assert_str_eq(engine_lamp_name(v.lamp), "green");
	/* Pages that wait for people are no fault of the engine. */
	f.figures.unacked[0] = 3;
	f.figures.exhausted = 1;
	f.figures.oldest_due_s = f.figures.pages_late_s = f.figures.oldest_request_s = 30;
	engine_lamp_judge(&f, true, &v);
	ck_assert_uint_eq(v.count, 0);
}
END_TEST

/* One thing wrong at a time. */
START_TEST(test_lamp_faults)
{
	static const struct {
		const char *code;
		enum lamp lamp;
	} wanted[] = { { "no_engine", LAMP_RED },     { "mail", LAMP_RED },       { "mail", LAMP_RED },
		       { "mail", LAMP_RED },          { "pulse", LAMP_AMBER },    { "pulse", LAMP_AMBER },
		       { "requests_late", LAMP_RED }, { "pages_late", LAMP_RED }, { "messages_late", LAMP_AMBER },
		       { "messages_late", LAMP_RED }, { "fenced", LAMP_RED },     { "quarantined", LAMP_AMBER },
		       { "nobody", LAMP_RED },        { "nobody", LAMP_RED },     { "document", LAMP_RED },
		       { "holidays", LAMP_RED },      { "holidays", LAMP_AMBER } };

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct lamp_facts f = well();
		struct lamp_verdict v;

		switch (i) {
		case 0:
			f.engines_alive = 0;
			break;
		case 1:
			f.mail_ok_at = TIME_NONE;
			break;
		case 2:
			f.mail_error = "refused";
			break;
		case 3:
			f.mail_wanted = false;
			break;
		case 4:
			f.pulse_error = "timeout";
			break;
		case 5:
			f.pulsed_at = NOW - 600 * US_PER_SECOND;
			break;
		case 6:
			f.figures.oldest_request_s = 31;
			break;
		case 7:
			f.figures.pages_late_s = 31;
			break;
		case 8:
			f.figures.oldest_due_s = 31;
			break;
		case 9:
			f.figures.oldest_due_s = 121;
			break;
		case 10:
			f.figures.fenced = 1;
			break;
		case 11:
			f.figures.quarantined = 2;
			break;
		case 12:
			f.empty_schedule = "一次当番";
			break;
		case 13:
			f.figures.nobody = 1;
			break;
		case 14:
			f.document_fault = "schedule 3: layers[0]: no";
			break;
		case 15:
			f.figures.holiday_days = -1;
			break;
		default:
			f.figures.holiday_days = 59;
			break;
		}
		for (int japanese = 0; japanese < 2; japanese++) {
			engine_lamp_judge(&f, japanese, &v);
			ck_assert_msg(v.count == 1 && fault(&v, wanted[i].code), "case %zu", i);
			ck_assert_msg(v.lamp == wanted[i].lamp, "case %zu", i);
			ck_assert_int_eq(fault(&v, wanted[i].code)->red, wanted[i].lamp == LAMP_RED);
		}
	}
}
END_TEST

START_TEST(test_lamp_many)
{
	struct lamp_facts f = well();
	struct lamp_verdict v;

	f.figures.quarantined = 1;
	f.empty_schedule = "Primary";
	engine_lamp_judge(&f, false, &v);
	ck_assert_int_eq(v.lamp, LAMP_RED);
	ck_assert_uint_eq(v.count, 2);
	ck_assert_str_eq(fault(&v, "nobody")->text, "Nobody is on call in Primary");
	/* A pulse every hour is not late after ten minutes. */
	f = well();
	f.pulse_every_ms = 3600000;
	f.pulsed_at = NOW - 600 * US_PER_SECOND;
	engine_lamp_judge(&f, false, &v);
	ck_assert_uint_eq(v.count, 0);
}
END_TEST

/* ---- addresses of channels ---- */

START_TEST(test_channel_address)
{
	static char network[] = "10.9.0.0/16", six[] = "fd00:1::/32";
	static char *const items[] = { network, six };
	const struct config_list some = { (char **)(uintptr_t)items, 2 }, none = { 0 };
	static const struct {
		const char *kind, *address;
		enum channel_address with, without; /* networks */
	} cases[] = {
		{ "mail", "a@example.jp", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "mail", "a@b@c", CHANNEL_ADDRESS_NO_MAIL, CHANNEL_ADDRESS_NO_MAIL },
		{ "mail", "https://example.jp/", CHANNEL_ADDRESS_NO_MAIL, CHANNEL_ADDRESS_NO_MAIL },
		{ "webhook", "https://example.jp", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "webhook", "https://example.jp:8443/x?y=z#w", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "webhook", "https://[2001:db8::1]:8443/x", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "webhook", "https://", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "https:///x", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "https://example.jp:0/", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "https://example.jp:99999/", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "https://exa mple.jp/", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "https://example.jp/\r\nHost: x", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "HTTPS://example.jp/", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "webhook", "file:///etc/passwd", CHANNEL_ADDRESS_NO_URL, CHANNEL_ADDRESS_NO_URL },
		{ "slack", "https://u:p@example.jp/", CHANNEL_ADDRESS_PERSON, CHANNEL_ADDRESS_PERSON },
		{ "slack", "https://u@example.jp/", CHANNEL_ADDRESS_PERSON, CHANNEL_ADDRESS_PERSON },
		/* behind the authority an @ is nothing special */
		{ "slack", "https://example.jp/@x", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "webhook", "http://10.9.1.2/x", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_PLAIN },
		{ "webhook", "http://10.10.1.2/x", CHANNEL_ADDRESS_PLAIN, CHANNEL_ADDRESS_PLAIN },
		{ "webhook", "http://[fd00:1::5]/x", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_PLAIN },
		{ "webhook", "http://127.0.0.1/", CHANNEL_ADDRESS_PLAIN, CHANNEL_ADDRESS_PLAIN },
		{ "webhook", "http://inside.example/", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_PLAIN },
		{ "command", "", CHANNEL_ADDRESS_GOOD, CHANNEL_ADDRESS_GOOD },
		{ "command", "/bin/sh", CHANNEL_ADDRESS_NOT_EMPTY, CHANNEL_ADDRESS_NOT_EMPTY },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_msg(channel_address_check(cases[i].kind, cases[i].address, &some) == cases[i].with, "%s",
			      cases[i].address);
		ck_assert_msg(channel_address_check(cases[i].kind, cases[i].address, &none) == cases[i].without, "%s",
			      cases[i].address);
	}
}
END_TEST

START_TEST(test_channel_short)
{
	char out[CHANNEL_SHORT_SIZE];

	channel_address_shorten("slack", "https://hooks.example.jp/T1/B2/key", out);
	ck_assert_str_eq(out, "https://hooks.example.jp/…");
	channel_address_shorten("webhook", "http://[fd00:1::5]:80/key?key", out);
	ck_assert_str_eq(out, "http://fd00:1::5/…");
	channel_address_shorten("webhook", "https://user:key@example.jp/", out);
	ck_assert_str_eq(out, "…");
	channel_address_shorten("mail", "a@example.jp", out);
	ck_assert_str_eq(out, "a@example.jp");
}
END_TEST

/* ---- allowances ---- */

START_TEST(test_allowances)
{
	static const struct login_allowance links = { "link", 3, 1000 }, events = { "event", 2, 500 };
	struct login_limits *l = login_limits_new();

	ck_assert_ptr_nonnull(l);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(login_limits_take(l, &links, "192.0.2.1", 10000), 0);
	ck_assert_int_eq(login_limits_take(l, &links, "192.0.2.1", 10000), 1);
	/* Others, and other purposes, have their own. */
	ck_assert_int_eq(login_limits_take(l, &links, "192.0.2.2", 10000), 0);
	ck_assert_int_eq(login_limits_take(l, &events, "192.0.2.1", 10000), 0);
	ck_assert_int_eq(login_limits_try(l, "192.0.2.1", 10000), 0);
	/* One more each second. */
	ck_assert_int_eq(login_limits_take(l, &links, "192.0.2.1", 11000), 0);
	ck_assert_int_gt(login_limits_take(l, &links, "192.0.2.1", 11000), 0);
	/* Of an IPv6 address the /64. */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(login_limits_take(l, &links, i ? "2001:db8::1" : "2001:db8::2", 10000), 0);
	ck_assert_int_gt(login_limits_take(l, &links, "2001:db8::3", 10000), 0);
	ck_assert_int_eq(login_limits_take(l, &links, "2001:db8:0:1::3", 10000), 0);
	login_limits_free(l);
}
END_TEST

SUITE_MAIN("api: on-call", test_lamp_green, test_lamp_faults, test_lamp_many, test_channel_address, test_channel_short,
	   test_allowances)
