/* Headers as RFC 5424 and RFC 3164 give them (their own examples among them), and as devices write them. */
#include "server/model/syslog.h"
#include "tests/unit/records.h"

enum { JAPAN = 9 * 3600 };

static const struct {
	const char *what, *in;
	int priority;
	const char *time; /* NULL: none */
	const char *host, *app, *process, *message, *data, *content;
} cases[] = {
	{ "RFC 3164, example 1", "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8", 34,
	  "2026-10-11T13:14:15.000000Z", "mymachine", "su", "", "", "", "'su root' failed for lonvick on /dev/pts/8" },
	{ "RFC 3164, example 2", "<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", 13, "2026-02-05T08:32:18.000000Z",
	  "10.0.0.99", "", "", "", "", "Use the BFG!" },
	{ "RFC 5424, example 1",
	  "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed", 34,
	  "2003-10-11T22:14:15.003000Z", "mymachine.example.com", "su", "", "ID47", "", "'su root' failed" },
	{ "RFC 5424, example 2", "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.", 165,
	  "2003-08-24T12:14:15.000003Z", "192.0.2.1", "myproc", "8710", "", "", "%% It's time." },
	{ "RFC 5424, structured data only",
	  "<165>1 2003-10-11T22:14:15.003Z host app - ID47 [a@1 k=\"v ]\\\" x\"][b@1]", 165,
	  "2003-10-11T22:14:15.003000Z", "host", "app", "", "ID47", "[a@1 k=\"v ]\\\" x\"][b@1]", "" },
	{ "RFC 5424, all absent, two spaces, line end", "<0>1 - - - - - -  text\n", 0, NULL, "", "", "", "", "",
	  "text" },
	{ "tag with a process id", "<135> Jul  4 10:20:33 fw01 suricata[5885]: {\"a\":1}", 135,
	  "2026-07-04T01:20:33.000000Z", "fw01", "suricata", "5885", "", "", "{\"a\":1}" },
	{ "ISO time, as rsyslog writes it", "<30>2026-11-24T16:59:59.5+09:00 gw app: x", 30,
	  "2026-11-24T07:59:59.500000Z", "gw", "app", "", "", "", "x" },
	{ "a year behind the day", "<30>Nov 24 2026 16:59:59: %ASA-4-1: x", 30, "2026-11-24T07:59:59.000000Z", "",
	  "%ASA-4-1", "", "", "", "x" },
	{ "a year in front, relayed", "2026 Nov 24 16:59:59 relay->192.0.2.7 date=2026-11-24", -1,
	  "2026-11-24T07:59:59.000000Z", "relay->192.0.2.7", "", "", "", "", "date=2026-11-24" },
	{ "no header but a priority", "<189>date=2026-11-24 time=17:00:00 devid=\"FG1\"", 189, NULL, "", "", "", "", "",
	  "date=2026-11-24 time=17:00:00 devid=\"FG1\"" },
	{ "time, and content at once", "Dec 23 11:13:03 date=2025-12-23 time=11:13:03", -1,
	  "2025-12-23T02:13:03.000000Z", "", "", "", "", "", "date=2025-12-23 time=11:13:03" },
	{ "nothing at all", "hello world", -1, NULL, "", "", "", "", "", "hello world" },
	{ "CEF is no tag", "<134>Nov 24 16:59:59 fw CEF: 0|V|P|1|2|n|5|", 134, "2026-11-24T07:59:59.000000Z", "fw", "",
	  "", "", "", "CEF: 0|V|P|1|2|n|5|" },
	{ "an IPv6 host", "<134>Nov 24 16:59:59 2001:db8::7 app: x", 134, "2026-11-24T07:59:59.000000Z", "2001:db8::7",
	  "app", "", "", "", "x" },
	{ "priority too large", "<192>x", -1, NULL, "", "", "", "", "", "<192>x" },
	{ "priority with a leading zero", "<01>x", -1, NULL, "", "", "", "", "", "<01>x" },
	{ "no priority inside", "<>x", -1, NULL, "", "", "", "", "", "<>x" },
	{ "unclosed", "<13", -1, NULL, "", "", "", "", "", "<13" },
	{ "no such day", "<13>Feb 30 10:00:00 h t: x", 13, NULL, "", "", "", "", "", "Feb 30 10:00:00 h t: x" },
	{ "structured data that never ends", "<13>1 2026-11-24T08:00:00Z h a p m [x y=\"", 13, NULL, "", "", "", "", "",
	  "1 2026-11-24T08:00:00Z h a p m [x y=\"" },
	{ "empty", "", -1, NULL, "", "", "", "", "", "" },
};

START_TEST(headers)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].in);
		uint8_t *copy = malloc(len ? len : 1);
		struct syslog_message m;

		memcpy(copy, cases[i].in, len);
		syslog_parse(slice_of(copy, len), RECEIVED, JAPAN, &m);
		ck_assert_msg(m.priority == cases[i].priority, "%s: priority %d", cases[i].what, m.priority);
		if (cases[i].time)
			time_is_text(m.time, cases[i].time);
		else
			ck_assert_msg(m.time == TIME_NONE, "%s", cases[i].what);
		slice_is_text(m.host, cases[i].host);
		slice_is_text(m.app, cases[i].app);
		slice_is_text(m.process_id, cases[i].process);
		slice_is_text(m.message_id, cases[i].message);
		slice_is_text(m.structured_data, cases[i].data);
		slice_is_text(m.content, cases[i].content);
		free(copy);
	}
}
END_TEST

/* A stamp without a year belongs to the latest year that does not put it into the future, but for a wrong clock. */
START_TEST(year_is_inferred)
{
	static const struct {
		const char *received, *stamp, *time;
	} years[] = {
		{ "2027-01-01T00:00:30Z", "<13>Dec 31 23:59:58 h t: x", "2026-12-31T23:59:58.000000Z" },
		{ "2026-12-31T23:59:58Z", "<13>Jan  1 00:00:30 h t: x", "2027-01-01T00:00:30.000000Z" },
		{ "2026-11-24T08:00:00Z", "<13>Nov 24 07:59:00 h t: x", "2026-11-24T07:59:00.000000Z" },
		{ "2026-11-24T08:00:00Z", "<13>Mar  1 00:00:00 h t: x", "2026-03-01T00:00:00.000000Z" },
		{ "2028-02-29T12:00:00Z", "<13>Feb 29 11:00:00 h t: x", "2028-02-29T11:00:00.000000Z" },
		{ "2026-11-24T08:00:00Z", "<13>Nov 30 00:00:00 h t: x", "2026-11-30T00:00:00.000000Z" },
		{ "2026-11-24T08:00:00Z", "<13>Dec  2 00:00:00 h t: x", "2025-12-02T00:00:00.000000Z" },
		{ "2029-01-10T12:00:00Z", "<13>Feb 29 11:00:00 h t: x", "2028-02-29T11:00:00.000000Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(years); i++) {
		struct syslog_message m;
		time_us received;

		ck_assert(time_parse(slice_of_string(years[i].received), 0, &received));
		syslog_parse(slice_of_string(years[i].stamp), received, 0, &m);
		time_is_text(m.time, years[i].time);
	}
}
END_TEST

SUITE_MAIN("syslog", headers, year_is_inferred)
