/* hinomictl span: monitored time. */
#include "server/ctl/company.h"
#include "server/ctl/listing.h"

#include <inttypes.h>

struct span_change {
	int64_t span_id, company_id;
	const char *from, *to;
};

static void write_note(struct change_note *note, const char *action, const struct span_change *span)
{
	struct json_writer w;

	company_note(note, action, span->company_id);
	snprintf(note->subject, sizeof(note->subject), "span %" PRId64, span->span_id);
	change_detail(note, &w);
	if (span->from)
		json_put_string(&w, "from", span->from);
	json_put_string(&w, "to", span->to);
	json_close_object(&w);
}

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct span_change *span = arg;

	if (span_add(ctl->db, span->company_id, span->from, span->to, &span->span_id, why) != 0)
		return -1;
	write_note(note, "span.add", span);
	return 0;
}

static int add(struct ctl *ctl, struct err *why)
{
	struct span_change span = {
		.company_id = options_integer(&ctl->options, "--company", 0),
		.from = options_text(&ctl->options, "--from"),
		.to = options_text(&ctl->options, "--to"),
	};

	if (change_all(ctl, add_change, &span, why) != 0)
		return -1;
	printf("%" PRId64 "\n", span.span_id);
	return 0;
}

static int end_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct span_change *span = arg;

	if (span_end(ctl->db, span->span_id, span->to, &span->company_id, why) != 0)
		return -1;
	write_note(note, "span.end", span);
	return 0;
}

static int end(struct ctl *ctl, struct err *why)
{
	struct span_change span = {
		.span_id = options_integer(&ctl->options, "ID", 0),
		.to = options_text(&ctl->options, "--to"),
	};

	return change_all(ctl, end_change, &span, why);
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct span_row s;

	span_read(result, row, &s);
	table_integer(t, s.span_id);
	table_integer(t, s.company_id);
	table_text(t, s.company);
	table_text(t, s.from);
	table_text(t, s.to);
	table_integer(t, s.days);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct span_row s;

	span_read(result, row, &s);
	json_put_integer(w, "id", s.span_id);
	json_put_integer(w, "company_id", s.company_id);
	json_put_string(w, "company", s.company);
	json_put_string(w, "from", s.from);
	json_put_string(w, "to", s.to);
	json_put_integer(w, "days", s.days);
}

static const struct listing listing = {
	.name = "spans",
	.headings = ">id|>company|name|from|to|>days",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (span_list(ctl->db, options_integer(&ctl->options, "--company", 0), ctl->settings.timezone, &result, why) !=
	    0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec add_options[] = {
	OPTION_COMPANY_NEEDED,
	{ "--from", OPTION_DAY, true, "D", "first monitored day" },
	{ "--to", OPTION_DAY, false, "D", "last monitored day; without it monitoring goes on" },
	OPTIONS_END,
};
static const struct option_spec end_options[] = {
	{ "ID", OPTION_ID, true, NULL, "see hinomictl span list" },
	{ "--to", OPTION_DAY, true, "D", "last monitored day" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = { OPTION_COMPANY_OPTIONAL, OPTION_JSON, OPTIONS_END };

const struct command span_commands[] = {
	{ "span", "add", "a company is monitored from then on; prints the span's id", add_options, false, add,
	  "Days are those of the operator's zone, both inclusive. Spans of a company cannot overlap: every rate "
	  "divides\n"
	  "by monitored time.\n" },
	{ "span", "list", "monitored time", list_options, false, list, NULL },
	{ "span", "end", "set the last day of a span", end_options, false, end, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
