/* hinomictl indicator */
#include "server/store/indicator.h"
#include "server/ctl/files.h"
#include "server/ctl/listing.h"
#include "server/store/hunt.h"

#include <inttypes.h>

enum { CONFIDENCE_DEFAULT = 50, LIMIT_DEFAULT = 50, LIMIT_MOST = 100000 };

/* ---------------------------------------------------------------------------------------------------------- import */

struct import {
	enum feed_format format;
	struct indicator_import_plan plan;
	struct indicator_import_result result;
	int64_t hunt_id; /* 0: none */
};

static int import_options_read(const struct options *o, struct import *out, struct err *why)
{
	const char *format = options_text(o, "--format"), *tlp = options_text(o, "--tlp");
	int64_t days = options_integer(o, "--valid-days", 0), confidence;

	confidence = options_integer(o, "--confidence", CONFIDENCE_DEFAULT);
	out->format = FEED_AUTO;
	out->plan = (struct indicator_import_plan){
		.source = options_text(o, "--source"),
		.confidence = (int)confidence,
		.tlp = TLP_AMBER,
		.valid_until = days ? clock_now() + days * US_PER_DAY : TIME_NONE,
		.replace = options_flag(o, "--replace"),
	};
	if (format && !feed_format_parse(slice_of_string(format), &out->format))
		return err_set(why, ERR_USAGE, "--format is one of stix, misp, list, hosts, auto");
	if (tlp && !tlp_parse(slice_of_string(tlp), &out->plan.tlp))
		return err_set(why, ERR_USAGE, "--tlp is one of clear, green, amber, amber+strict, red");
	if (confidence > 100)
		return err_set(why, ERR_USAGE, "--confidence is 0 to 100");
	if (days > 36500)
		return err_set(why, ERR_USAGE, "--valid-days is at most 36500");
	if (strlen(out->plan.source) > 100)
		return err_set(why, ERR_USAGE, "--source has at most 100 bytes");
	return 0;
}

static int import_feed(struct ctl *ctl, struct import *import, struct slice text, struct err *why)
{
	struct indicator_import *running;
	struct feed_sink sink;
	int failed;

	if (indicator_import_begin(&running, ctl->db, &import->plan, why) != 0)
		return -1;
	sink = indicator_import_sink(running);
	failed = feed_read(import->format, text, &sink, why);
	if (!failed)
		failed = indicator_import_end(running, &import->result, why);
	indicator_import_free(running);
	return failed;
}

static void write_result(struct json_writer *w, const struct import *import)
{
	const struct indicator_import_result *r = &import->result;

	json_put_integer(w, "source_id", r->source_id);
	json_put_string(w, "format", feed_format_name(import->format));
	json_put_integer(w, "added", r->added);
	json_put_integer(w, "changed", r->changed);
	json_put_integer(w, "unchanged", r->unchanged);
	json_put_integer(w, "held_back", r->held_back);
	json_put_integer(w, "revoked", r->revoked);
	json_put_integer(w, "rejected", r->rejected);
	json_put_known(w, "hunt_id", import->hunt_id != 0, import->hunt_id);
}

static int import_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const char *path = options_text(&ctl->options, "FILE");
	struct import *import = arg;
	struct json_writer w;
	struct buffer text;
	int failed = file_read(path, FEED_LIST_MAX, &text, why);

	if (!failed && import->format == FEED_AUTO)
		import->format = feed_format_guess(buffer_slice(&text));
	if (!failed && import_feed(ctl, import, buffer_slice(&text), why) != 0)
		failed = err_prefix(why, "%s", path);
	buffer_release(&text);
	if (!failed && options_flag(&ctl->options, "--hunt") && import->result.added + import->result.changed > 0)
		failed = hunt_create(ctl->db, ctl->actor, import->result.source_id, import->result.change_from,
				     import->result.change_to, &import->hunt_id, why);
	note->action = "indicator.import";
	snprintf(note->subject, sizeof(note->subject), "source %.100s", import->plan.source);
	change_detail(note, &w);
	write_result(&w, import);
	json_close_object(&w);
	return failed;
}

static void print_import(const struct ctl *ctl, const struct import *import)
{
	const struct indicator_import_result *r = &import->result;
	struct buffer json = { 0 };
	struct json_writer w;

	if (options_flag(&ctl->options, "--json")) {
		json_writer_init(&w, &json);
		json_open_object(&w, NULL);
		write_result(&w, import);
		json_close_object(&w);
		print_json(&json);
		return;
	}
	printf("%" PRId64 " added, %" PRId64 " changed, %" PRId64 " unchanged, %" PRId64 " rejected; of these %" PRId64
	       " held back, %" PRId64 " revoked\n",
	       r->added, r->changed, r->unchanged, r->rejected, r->held_back, r->revoked);
	if (r->rejected)
		printf("why they were rejected: hinomictl indicator rejects --source-id %" PRId64 "\n", r->source_id);
	if (import->hunt_id)
		printf("hunt %" PRId64 " is due: hinomictl hunt show %" PRId64 "\n", import->hunt_id, import->hunt_id);
}

static int import_indicators(struct ctl *ctl, struct err *why)
{
	struct import import = { 0 };

	if (import_options_read(&ctl->options, &import, why) != 0 || change_all(ctl, import_change, &import, why) != 0)
		return -1;
	print_import(ctl, &import);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- revoke */

static int revoke_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	int64_t id = options_integer(&ctl->options, "ID", 0);
	const char *reason = options_text(&ctl->options, "--reason");
	struct json_writer w;

	(void)arg;
	note->action = "indicator.revoke";
	snprintf(note->subject, sizeof(note->subject), "indicator %" PRId64, id);
	change_detail(note, &w);
	json_put_string(&w, "reason", reason);
	json_close_object(&w);
	return indicator_revoke(ctl->db, id, reason, why);
}

static int revoke(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, revoke_change, NULL, why);
}

/* ----------------------------------------------------------------------------------------------------------- lists */

/* In force, but past its validity: no longer looked for. */
static bool is_over(const struct indicator_row *i)
{
	return strcmp(i->state, "active") == 0 && i->valid_until != TIME_NONE && i->valid_until <= clock_now();
}

static void indicator_cells(const struct db_result *result, int row, struct table *t)
{
	struct indicator_row i;

	indicator_read(result, row, &i);
	table_integer(t, i.id);
	table_text(t, i.source);
	table_text(t, i.kind);
	table_text(t, i.value);
	table_text(t, is_over(&i) ? "expired" : i.state);
	table_text(t, i.state_reason);
	table_integer(t, i.confidence);
	table_text(t, i.tlp);
	table_time(t, i.valid_from);
	table_time(t, i.valid_until);
}

static void indicator_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct indicator_row i;

	indicator_read(result, row, &i);
	json_put_integer(w, "id", i.id);
	json_put_integer(w, "source_id", i.source_id);
	json_put_string(w, "source", i.source);
	json_put_string(w, "external_id", i.external_id);
	json_put_string(w, "kind", i.kind);
	json_put_string(w, "value", i.value);
	json_put_string(w, "state", i.state);
	json_put_string(w, "state_reason", i.state_reason);
	json_put_integer(w, "confidence", i.confidence);
	json_put_string(w, "tlp", i.tlp);
	json_put_raw(w, "labels", slice_of_string(i.labels_json));
	json_put_string(w, "description", i.description);
	json_put_time(w, "valid_from", i.valid_from);
	json_put_time(w, "valid_until", i.valid_until);
	json_put_time(w, "modified", i.modified);
	json_put_time(w, "created_at", i.created_at);
	json_put_time(w, "updated_at", i.updated_at);
}

static const struct listing indicator_listing = {
	.name = "indicators",
	.headings = ">id|source|kind|value|state|why|>confidence|tlp|valid from (UTC)|until (UTC)",
	.cells = indicator_cells,
	.members = indicator_members,
};

static int list(struct ctl *ctl, struct err *why)
{
	const struct options *o = &ctl->options;
	const struct indicator_filter filter = {
		.search = options_text(o, "--search"),
		.kind = options_text(o, "--kind"),
		.state = options_text(o, "--state"),
		.source_id = options_integer(o, "--source-id", 0),
		.limit = options_integer(o, "--limit", LIMIT_DEFAULT),
	};
	struct db_result *result;

	if (filter.limit > LIMIT_MOST)
		return err_set(why, ERR_USAGE, "--limit is at most %d", LIMIT_MOST);
	if (indicator_list(ctl->db, &filter, &result, why) != 0)
		return -1;
	return listing_print(&indicator_listing, ctl, result);
}

static void source_cells(const struct db_result *result, int row, struct table *t)
{
	struct indicator_source_row s;

	indicator_source_read(result, row, &s);
	table_integer(t, s.id);
	table_text(t, s.name);
	table_time(t, s.imported_at);
	table_integer(t, s.active);
	table_integer(t, s.held_back);
	table_integer(t, s.revoked);
	table_integer(t, s.rejects);
}

static void source_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct indicator_source_row s;

	indicator_source_read(result, row, &s);
	json_put_integer(w, "id", s.id);
	json_put_string(w, "name", s.name);
	json_put_time(w, "created_at", s.created_at);
	json_put_time(w, "imported_at", s.imported_at);
	json_put_integer(w, "active", s.active);
	json_put_integer(w, "held_back", s.held_back);
	json_put_integer(w, "revoked", s.revoked);
	json_put_integer(w, "rejects", s.rejects);
}

static const struct listing source_listing = {
	.name = "sources",
	.headings = ">id|name|imported (UTC)|>active|>held back|>revoked|>rejects",
	.cells = source_cells,
	.members = source_members,
};

static int list_sources(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (indicator_sources(ctl->db, &result, why) != 0)
		return -1;
	return listing_print(&source_listing, ctl, result);
}

static void reject_cells(const struct db_result *result, int row, struct table *t)
{
	struct indicator_reject_row r;

	indicator_reject_read(result, row, &r);
	table_time(t, r.at);
	table_text(t, r.reason);
	table_text(t, r.entry);
}

static void reject_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct indicator_reject_row r;

	indicator_reject_read(result, row, &r);
	json_put_integer(w, "id", r.id);
	json_put_time(w, "at", r.at);
	json_put_string(w, "entry", r.entry);
	json_put_string(w, "reason", r.reason);
}

static const struct listing reject_listing = {
	.name = "rejects",
	.headings = "at (UTC)|why|entry",
	.cells = reject_cells,
	.members = reject_members,
};

static int list_rejects(struct ctl *ctl, struct err *why)
{
	int64_t limit = options_integer(&ctl->options, "--limit", LIMIT_DEFAULT);
	struct db_result *result;

	if (indicator_rejects(ctl->db, options_integer(&ctl->options, "--source-id", 0), 0, limit, &result, why) != 0)
		return -1;
	return listing_print(&reject_listing, ctl, result);
}

/* -------------------------------------------------------------------------------------------------------- commands */

static const struct option_spec import_options[] = {
	{ "FILE", OPTION_PATH, true, NULL, "the feed; - is standard input" },
	{ "--source", OPTION_NAME, true, "NAME", "whose it is; made when there is none of that name" },
	{ "--format", OPTION_NAME, false, "F", "stix, misp, list, hosts; auto (default): as it looks" },
	{ "--confidence", OPTION_COUNT, false, "N", "0 to 100, where the feed does not say; default 50" },
	{ "--tlp", OPTION_NAME, false, "T",
	  "clear, green, amber (default), amber+strict, red, where the feed does not say" },
	{ "--valid-days", OPTION_COUNT, false, "N", "days from now, where the feed names no end; 0 (default): no end" },
	{ "--replace", OPTION_FLAG, false, NULL, "this is all that the source has: what it no longer has is revoked" },
	{ "--hunt", OPTION_FLAG, false, NULL, "look for what is new or changed in what members met before" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec list_options[] = {
	{ "--search", OPTION_NAME, false, "TEXT",
	  "an address, name, URL or hash: what matches it; else a part of a value" },
	{ "--kind", OPTION_NAME, false, "K", "ip, domain, url, hash" },
	{ "--state", OPTION_NAME, false, "S", "active, held_back, revoked" },
	{ "--source-id", OPTION_ID, false, "ID", "see hinomictl indicator sources" },
	{ "--limit", OPTION_COUNT, false, "N", "default 50" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec sources_options[] = { OPTION_JSON, OPTIONS_END };
static const struct option_spec rejects_options[] = {
	{ "--source-id", OPTION_ID, true, "ID", "see hinomictl indicator sources" },
	{ "--limit", OPTION_COUNT, false, "N", "default 50" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec revoke_options[] = {
	{ "ID", OPTION_ID, true, NULL, "see hinomictl indicator list" },
	{ "--reason", OPTION_NAME, true, "TEXT", "why" },
	OPTIONS_END,
};

const struct command indicator_commands[] = {
	{ "indicator", "import", "import a feed of indicators of compromise", import_options, false, import_indicators,
	  "All of the feed or, after an error, nothing. What cannot be matched is kept with the reason (indicator "
	  "rejects);\n"
	  "what the warning lists know is stored as held back. Importing a feed again changes only what has "
	  "changed.\n" },
	{ "indicator", "list", "indicators, newest first", list_options, false, list, NULL },
	{ "indicator", "sources", "where they come from", sources_options, false, list_sources, NULL },
	{ "indicator", "rejects", "what imports could not use, and why", rejects_options, false, list_rejects, NULL },
	{ "indicator", "revoke", "take an indicator back", revoke_options, false, revoke,
	  "It stays revoked when its feed is imported again, unless its author has a newer version.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
