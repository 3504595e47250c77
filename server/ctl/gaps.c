/* hinomictl gaps */
#include "server/ctl/listing.h"
#include "server/store/gap_ledger.h"

#include <inttypes.h>

static bool is_gap(const struct gap_row *g)
{
	return g->silent || g->missing || g->dropped || g->unparsed || g->bad_clock;
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct gap_row g;

	gap_read(result, row, &g);
	table_integer(t, g.company_id);
	table_text(t, g.company);
	table_integer(t, g.sensor_id);
	table_text(t, g.sensor);
	table_text(t, g.day);
	table_integer(t, g.expected);
	table_integer(t, g.received);
	table_integer(t, g.dropped);
	table_integer(t, g.missing);
	table_integer(t, g.duplicate);
	table_integer(t, g.unparsed);
	table_integer(t, g.ignored);
	table_integer(t, g.bad_clock);
	table_integer(t, g.heartbeats);
	table_text(t, g.silent ? "silent" : NULL);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct gap_row g;

	gap_read(result, row, &g);
	json_put_integer(w, "company_id", g.company_id);
	json_put_string(w, "company", g.company);
	json_put_integer(w, "sensor_id", g.sensor_id);
	json_put_string(w, "sensor", g.sensor);
	json_put_string(w, "day", g.day);
	json_put_integer(w, "expected", g.expected);
	json_put_integer(w, "received", g.received);
	json_put_integer(w, "dropped", g.dropped);
	json_put_integer(w, "missing", g.missing);
	json_put_integer(w, "duplicate", g.duplicate);
	json_put_integer(w, "unparsed", g.unparsed);
	json_put_integer(w, "ignored", g.ignored);
	json_put_integer(w, "bad_clock", g.bad_clock);
	json_put_integer(w, "heartbeats", g.heartbeats);
	json_put_bool(w, "silent", g.silent);
}

static void cells_of_gap(const struct db_result *result, int row, struct table *t)
{
	struct gap_row g;

	gap_read(result, row, &g);
	if (is_gap(&g))
		cells(result, row, t);
}

static const char headings[] =
    ">company|company name|>sensor|name|day|>expected|>received|>dropped|>missing|>duplicate|"
    ">unparsed|>ignored|>bad clock|>heartbeats|note";

static const struct listing all_days = { "rows", headings, cells, members };
static const struct listing days_with_gaps = { "rows", headings, cells_of_gap, members };

/* Over all days, also those that the table leaves out. */
static void print_sums(const struct db_result *result)
{
	int64_t expected = 0, received = 0, dropped = 0, missing = 0;

	for (int row = 0; row < db_rows(result); row++) {
		struct gap_row g;

		gap_read(result, row, &g);
		expected += g.expected;
		received += g.received;
		dropped += g.dropped;
		missing += g.missing;
	}
	printf("\n%d sensor days: %" PRId64 " records expected, %" PRId64 " received, %" PRId64
	       " dropped by agents, %" PRId64 " missing\n",
	       db_rows(result), expected, received, dropped, missing);
}

static int gaps(struct ctl *ctl, struct err *why)
{
	const char *from = options_text(&ctl->options, "--from"), *to = options_text(&ctl->options, "--to");
	struct db_result *result;
	struct buffer json = { 0 };
	struct json_writer w;

	if (gap_ledger(ctl->db, from, to, ctl->settings.timezone, options_integer(&ctl->options, "--company", 0),
		       &result, why) != 0)
		return -1;
	if (options_flag(&ctl->options, "--json")) {
		json_writer_init(&w, &json);
		json_open_object(&w, NULL);
		json_put_string(&w, "from", from);
		json_put_string(&w, "to", to);
		listing_array(&all_days, result, &w);
		json_close_object(&w);
		print_json(&json);
	} else {
		listing_table(options_flag(&ctl->options, "--all") ? &all_days : &days_with_gaps, result);
		print_sums(result);
	}
	db_result_free(result);
	return 0;
}

static const struct option_spec gap_options[] = {
	{ "--from", OPTION_DAY, true, "D", "first day" },
	{ "--to", OPTION_DAY, true, "D", "last day, inclusive" },
	OPTION_COMPANY_OPTIONAL,
	{ "--all", OPTION_FLAG, false, NULL, "also days on which nothing was wrong (--json has them anyway)" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command gap_commands[] = {
	{ "gaps", "", "the gap ledger: per sensor and day what was due and what came", gap_options, false, gaps,
	  "By day of receipt. dropped: the agent says it had to; missing: expected, and nobody knows where it went;\n"
	  "silent: neither a record nor a heartbeat came on that day.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
