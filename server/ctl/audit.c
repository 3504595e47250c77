/* hinomictl audit */
#include "server/store/audit.h"

#include "server/ctl/command.h"
#include "server/ctl/table.h"

#include <inttypes.h>

enum { LIMIT_DEFAULT = 50 };

static int verify(struct ctl *ctl, struct err *why)
{
	int64_t count;

	if (audit_verify(ctl->db, &count, why) != 0)
		return -1;
	printf("the audit trail is sound: %" PRId64 " entries\n", count);
	return 0;
}

static void print_rows(const struct db_result *result)
{
	struct table t;

	table_open(&t, ">id|at (UTC)|actor|action|>company|subject|detail");
	for (int row = 0; row < db_rows(result); row++) {
		struct audit_entry e;

		audit_read(result, row, &e);
		table_integer(&t, e.id);
		table_time(&t, e.at);
		table_text(&t, e.actor);
		table_text(&t, e.action);
		if (e.company_id)
			table_integer(&t, e.company_id);
		else
			table_text(&t, NULL);
		table_text(&t, e.subject);
		table_text(&t, e.detail);
	}
	table_print(&t, stdout);
}

static void print_rows_json(const struct db_result *result)
{
	struct buffer json = { 0 };
	struct json_writer w;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_open_array(&w, "entries");
	for (int row = 0; row < db_rows(result); row++) {
		struct audit_entry e;

		audit_read(result, row, &e);
		json_open_object(&w, NULL);
		json_put_integer(&w, "id", e.id);
		json_put_time(&w, "at", e.at);
		json_put_string(&w, "actor", e.actor);
		json_put_string(&w, "action", e.action);
		if (e.company_id)
			json_put_integer(&w, "company_id", e.company_id);
		else
			json_put_null(&w, "company_id");
		json_put_string(&w, "subject", e.subject);
		/* As text: who checks the hash needs these very bytes. */
		json_put_string(&w, "detail", e.detail);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	print_json(&json);
}

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (audit_list(ctl->db, options_integer(&ctl->options, "--before", INT64_MAX),
		       (int)options_integer(&ctl->options, "--limit", LIMIT_DEFAULT), &result, why) != 0)
		return -1;
	if (options_flag(&ctl->options, "--json"))
		print_rows_json(result);
	else
		print_rows(result);
	db_result_free(result);
	return 0;
}

static const struct option_spec verify_options[] = { OPTIONS_END };
static const struct option_spec list_options[] = {
	{ "--limit", OPTION_COUNT, false, "N", "how many (default 50)" },
	{ "--before", OPTION_ID, false, "ID", "only entries older than this one" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command audit_commands[] = {
	{ "audit", "verify", "walk the hash chain: nothing was changed or taken out", verify_options, false, verify,
	  "What was cut off at the end cannot be seen in the chain alone: note the number of entries now and then.\n" },
	{ "audit", "list", "who did what, newest first", list_options, false, list, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
