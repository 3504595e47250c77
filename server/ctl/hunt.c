/* hinomictl hunt */
#include "server/store/hunt.h"
#include "server/ctl/listing.h"

#include <inttypes.h>
#include <stdio.h>

enum { LIMIT_DEFAULT = 50, HITS_DEFAULT = 1000 };

/* ----------------------------------------------------------------------------------------------------------- start */

static int start_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	int64_t indicator = options_integer(&ctl->options, "--indicator", 0), *hunt_id = arg;
	int64_t source = options_integer(&ctl->options, "--source-id", 0);
	struct json_writer w;
	int failed;

	if (!indicator == !source)
		return err_set(why, ERR_USAGE, "name either --indicator or --source-id");
	failed = indicator ? hunt_create_for(ctl->db, ctl->actor, indicator, hunt_id, why)
			   : hunt_create(ctl->db, ctl->actor, source, 0, INT64_MAX, hunt_id, why);
	note->action = "hunt.start";
	snprintf(note->subject, sizeof(note->subject), "hunt %" PRId64, *hunt_id);
	change_detail(note, &w);
	json_put_integer(&w, indicator ? "indicator_id" : "source_id", indicator ? indicator : source);
	json_close_object(&w);
	return failed;
}

static int start(struct ctl *ctl, struct err *why)
{
	int64_t hunt_id = 0;

	if (change_all(ctl, start_change, &hunt_id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", hunt_id);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ list */

static void hunt_cells(const struct db_result *result, int row, struct table *t)
{
	struct hunt_row h;

	hunt_read(result, row, &h);
	table_integer(t, h.id);
	table_time(t, h.created_at);
	table_text(t, h.source);
	table_text(t, h.actor);
	table_text(t, h.state);
	table_integer(t, h.indicators);
	table_integer(t, h.companies);
	table_integer(t, h.hits);
	table_integer(t, h.duration_ms);
	table_text(t, h.message);
}

static void hunt_members_of_row(const struct db_result *result, int row, struct json_writer *w)
{
	struct hunt_row h;

	hunt_read(result, row, &h);
	json_put_integer(w, "id", h.id);
	json_put_time(w, "created_at", h.created_at);
	json_put_time(w, "finished_at", h.finished_at);
	json_put_integer(w, "source_id", h.source_id);
	json_put_string(w, "source", h.source);
	json_put_string(w, "actor", h.actor);
	json_put_string(w, "state", h.state);
	json_put_integer(w, "indicators", h.indicators);
	json_put_integer(w, "companies", h.companies);
	json_put_integer(w, "hits", h.hits);
	json_put_integer(w, "duration_ms", h.duration_ms);
	json_put_string(w, "message", h.message);
}

static const struct listing hunt_listing = {
	.name = "hunts",
	.headings = ">id|ordered (UTC)|source|by|state|>indicators|>members|>met|>ms|message",
	.cells = hunt_cells,
	.members = hunt_members_of_row,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (hunt_list(ctl->db, 0, options_integer(&ctl->options, "--limit", LIMIT_DEFAULT), &result, why) != 0)
		return -1;
	return listing_print(&hunt_listing, ctl, result);
}

/* ------------------------------------------------------------------------------------------------------------ show */

static void company_cells(const struct db_result *result, int row, struct table *t)
{
	struct hunt_company_row c;

	hunt_company_read(result, row, &c);
	table_integer(t, c.company_id);
	table_text(t, c.company);
	table_time(t, c.first);
	table_time(t, c.last);
	table_integer(t, c.contacts);
	table_integer(t, c.indicators);
	table_integer(t, c.observables);
}

static void company_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct hunt_company_row c;

	hunt_company_read(result, row, &c);
	json_put_integer(w, "company_id", c.company_id);
	json_put_string(w, "company", c.company);
	json_put_time(w, "first", c.first);
	json_put_time(w, "last", c.last);
	json_put_integer(w, "contacts", c.contacts);
	json_put_integer(w, "indicators", c.indicators);
	json_put_integer(w, "observables", c.observables);
}

static const struct listing company_listing = {
	.name = "members",
	.headings = ">company|name|first contact (UTC)|last contact (UTC)|>contacts|>indicators|>met",
	.cells = company_cells,
	.members = company_members,
};

static void hit_cells(const struct db_result *result, int row, struct table *t)
{
	char text[INDICATOR_TEXT_SIZE] = "";
	struct hunt_hit_row h;

	if (hunt_hit_read(result, row, &h))
		indicator_key_text(&h.observable, text);
	table_integer(t, h.company_id);
	table_text(t, h.indicator);
	table_text(t, text);
	table_time(t, h.first);
	table_time(t, h.last);
	table_integer(t, h.contacts);
	table_time(t, h.valid_from);
	table_time(t, h.valid_until);
}

static void hit_members(const struct db_result *result, int row, struct json_writer *w)
{
	char text[INDICATOR_TEXT_SIZE] = "";
	struct hunt_hit_row h;

	if (hunt_hit_read(result, row, &h))
		indicator_key_text(&h.observable, text);
	json_put_integer(w, "company_id", h.company_id);
	json_put_integer(w, "indicator_id", h.indicator_id);
	json_put_string(w, "indicator", h.indicator);
	json_put_string(w, "kind", indicator_kind_name(h.observable.kind));
	json_put_string(w, "observable", text);
	json_put_time(w, "first", h.first);
	json_put_time(w, "last", h.last);
	json_put_integer(w, "contacts", h.contacts);
	json_put_time(w, "valid_from", h.valid_from);
	json_put_time(w, "valid_until", h.valid_until);
}

static const struct listing hit_listing = {
	.name = "hits",
	.headings =
	    ">company|indicator|met|first contact (UTC)|last contact (UTC)|>contacts|valid from (UTC)|until (UTC)",
	.cells = hit_cells,
	.members = hit_members,
};

struct shown {
	struct db_result *hunt, *companies, *hits;
};

static int read_hunt(struct ctl *ctl, struct shown *s, struct err *why)
{
	int64_t id = options_integer(&ctl->options, "ID", 0);
	int64_t company_id = options_integer(&ctl->options, "--company", 0);
	int64_t limit = options_integer(&ctl->options, "--limit", HITS_DEFAULT);

	if (hunt_get(ctl->db, id, &s->hunt, why) != 0)
		return -1;
	if (db_rows(s->hunt) == 0)
		return err_set(why, ERR_NOT_FOUND, "there is no hunt %" PRId64 "; see hinomictl hunt list", id);
	if (hunt_companies(ctl->db, id, &s->companies, why) != 0)
		return -1;
	return hunt_hits(ctl->db, id, company_id, 0, limit, &s->hits, why);
}

static void print_as_json(const struct shown *s)
{
	struct buffer json = { 0 };
	struct json_writer w;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	hunt_members_of_row(s->hunt, 0, &w);
	listing_array(&company_listing, s->companies, &w);
	listing_array(&hit_listing, s->hits, &w);
	json_close_object(&w);
	print_json(&json);
}

static int show(struct ctl *ctl, struct err *why)
{
	struct shown s = { 0 };
	int failed = read_hunt(ctl, &s, why);

	if (!failed && options_flag(&ctl->options, "--json")) {
		print_as_json(&s);
	} else if (!failed) {
		listing_table(&hunt_listing, s.hunt);
		putchar('\n');
		listing_table(&company_listing, s.companies);
		putchar('\n');
		listing_table(&hit_listing, s.hits);
	}
	db_result_free(s.hunt);
	db_result_free(s.companies);
	db_result_free(s.hits);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- commands */

static const struct option_spec start_options[] = {
	{ "--indicator", OPTION_ID, false, "ID", "for this one" },
	{ "--source-id", OPTION_ID, false, "ID", "for all that a source has" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = {
	{ "--limit", OPTION_COUNT, false, "N", "default 50" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec show_options[] = {
	{ "ID", OPTION_ID, true, NULL, "see hinomictl hunt list" },
	OPTION_COMPANY_OPTIONAL,
	{ "--limit", OPTION_COUNT, false, "N", "of what was met, last contact first; default 1000" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command hunt_commands[] = {
	{ "hunt", "start", "look for indicators in what members met before; prints the hunt's id", start_options, false,
	  start,
	  "The correlator runs it. Contacts outside an indicator's validity count too; both are shown. Indicators that "
	  "are\n"
	  "held back or revoked are not looked for.\n" },
	{ "hunt", "list", "hunts, newest first", list_options, false, list, NULL },
	{ "hunt", "show", "who was found: first and last contact", show_options, false, show, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
