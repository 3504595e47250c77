/* hinomictl audit */
#include "server/store/audit.h"

#include "server/ctl/listing.h"

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

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct audit_entry e;

	audit_read(result, row, &e);
	table_integer(t, e.id);
	table_time(t, e.at);
	table_text(t, e.actor);
	table_text(t, e.action);
	if (e.company_id)
		table_integer(t, e.company_id);
	else
		table_text(t, NULL);
	table_text(t, e.subject);
	table_text(t, e.detail);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct audit_entry e;

	audit_read(result, row, &e);
	json_put_integer(w, "id", e.id);
	json_put_time(w, "at", e.at);
	json_put_string(w, "actor", e.actor);
	json_put_string(w, "action", e.action);
	json_put_known(w, "company_id", e.company_id != 0, e.company_id);
	json_put_string(w, "subject", e.subject);
	/* As text: who checks the hash needs these very bytes. */
	json_put_string(w, "detail", e.detail);
}

static const struct listing listing = {
	.name = "entries",
	.headings = ">id|at (UTC)|actor|action|>company|subject|detail",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (audit_list(ctl->db, options_integer(&ctl->options, "--before", INT64_MAX),
		       (int)options_integer(&ctl->options, "--limit", LIMIT_DEFAULT), &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
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
