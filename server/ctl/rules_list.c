/* hinomictl rules list */
#include "server/ctl/listing.h"
#include "server/ctl/rules.h"
#include "server/store/rule_set.h"

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct rule_row r;

	rule_set_row(result, row, &r);
	table_integer(t, r.rule_id);
	table_text(t, r.kind);
	table_text(t, r.level);
	table_text(t, r.title_ja[0] ? r.title_ja : r.title);
	table_text(t, r.file);
	table_integer(t, r.first_version);
	if (r.last_version)
		table_integer(t, r.last_version);
	else
		table_text(t, NULL);
	table_integer(t, r.alerts);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct rule_row r;

	rule_set_row(result, row, &r);
	json_put_integer(w, "rule_id", r.rule_id);
	json_put_string(w, "uid", r.uid);
	json_put_string(w, "kind", r.kind);
	json_put_string(w, "title", r.title);
	json_put_string(w, "title_ja", r.title_ja);
	json_put_string(w, "level", r.level);
	json_put_string(w, "file", r.file);
	json_put_integer(w, "line", r.line);
	json_put_integer(w, "first_version", r.first_version);
	json_put_known(w, "last_version", r.last_version > 0, r.last_version);
	json_put_integer(w, "alerts_30_days", r.alerts);
}

static const struct listing listing = {
	.name = "rules",
	.headings = ">rule|kind|level|title|file|>since|>until|>alerts in 30 days",
	.cells = cells,
	.members = members,
};

int rules_list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (rule_set_list(ctl->db, options_flag(&ctl->options, "--all"), &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}
