#include "server/correlator/rule_book.h"

#include "lib/log.h"
#include "server/store/rule_set.h"

#include <inttypes.h>

static void version_release(struct rule_version *v)
{
	rule_table_free(v->table);
	rules_free(v->rules);
	*v = (struct rule_version){ 0 };
}

void rule_book_release(struct rule_book *b)
{
	version_release(&b->current);
	for (size_t i = 0; i < RULE_BOOK_PAST; i++)
		version_release(&b->past[i]);
	sigma_scratch_free(b->scratch);
	*b = (struct rule_book){ 0 };
}

int64_t rule_book_version(const struct rule_book *b)
{
	return b->current.rules ? b->current.rules->version : 0;
}

static int version_read(struct db *db, int64_t version, struct rule_version *out, struct err *why)
{
	*out = (struct rule_version){ 0 };
	if (rule_set_read(db, version, &out->rules, why) != 0)
		return -1;
	if (rule_table_build(&out->table, out->rules, why) == 0)
		return 0;
	version_release(out);
	return -1;
}

/* The connection is of no use, or the transaction is over. */
static bool is_of_database(const struct err *why)
{
	return why->code == ERR_UNAVAILABLE || why->code == ERR_CONFLICT || why->code == ERR_DATABASE;
}

static const char indicator_tag[] = "indicator";

static int find_builtin(struct rule_book *b, struct db *db, struct err *why)
{
	if (b->indicator_rule)
		return 0;
	if (rule_set_builtin(db, "builtin:beacon", "Beacon", "high", &b->beacon_rule, why) != 0 ||
	    rule_set_builtin(db, "builtin:indicator", "Indicator", "high", &b->indicator_rule, why) != 0)
		return -1;
	incident_tags_add(&b->indicator_tags, slice_of_string(indicator_tag));
	b->indicator = (struct rule_entry){ .rule_id = b->indicator_rule,
					    .severity = SEVERITY_HIGH,
					    .title = SLICE_LITERAL("Contact with a known indicator"),
					    .tag_set = &b->indicator_tags,
					    .stands_alone = true };
	return 0;
}

static int take_over(struct rule_book *b, struct db *db, int64_t version, struct err *why)
{
	struct rule_version fresh;

	if (!b->scratch)
		b->scratch = sigma_scratch_new();
	if (!b->scratch)
		return err_set(why, ERR_NOMEM, "no memory for rules");
	if (version_read(db, version, &fresh, why) != 0) {
		if (is_of_database(why))
			return -1;
		b->refused = version;
		log_error("rule set %" PRId64 " cannot be used, %" PRId64 " stays in force: %s", version,
			  rule_book_version(b), why->text);
		return 0;
	}
	version_release(&b->past[b->next_past]);
	b->past[b->next_past] = b->current;
	b->next_past = (b->next_past + 1) % RULE_BOOK_PAST;
	b->current = fresh;
	log_info("rule set %" PRId64 " is in force: %zu rules, %zu of them correlations", version, fresh.table->count,
		 fresh.table->correlation_count);
	return 0;
}

int rule_book_refresh(struct rule_book *b, struct db *db, struct err *why)
{
	int64_t newest;

	if (find_builtin(b, db, why) != 0 || rule_set_newest(db, &newest, why) != 0)
		return -1;
	if (newest <= rule_book_version(b) || newest == b->refused)
		return 0;
	return take_over(b, db, newest, why);
}

static int find_past(struct rule_book *b, struct db *db, int64_t version, const struct rule_table **out,
		     struct err *why)
{
	struct rule_version old;

	for (size_t i = 0; i < RULE_BOOK_PAST; i++) {
		if (b->past[i].rules && b->past[i].rules->version == version) {
			*out = b->past[i].table;
			return 0;
		}
	}
	*out = NULL;
	if (version == b->unreadable)
		return 0;
	if (version_read(db, version, &old, why) != 0) {
		if (is_of_database(why))
			return -1;
		b->unreadable = version;
		log_warning("hits that were found by rule set %" PRId64 " do not count: %s", version, why->text);
		return 0;
	}
	version_release(&b->past[b->next_past]);
	b->past[b->next_past] = old;
	b->next_past = (b->next_past + 1) % RULE_BOOK_PAST;
	*out = old.table;
	return 0;
}

int rule_book_correlation(struct rule_book *b, struct db *db, int64_t version, int64_t rule_id,
			  const struct correlation_entry **out, struct err *why)
{
	const struct rule_entry *rule = rule_table_find(b->current.table, rule_id), *then;
	const struct rule_table *table;

	*out = rule ? rule->correlation : NULL;
	if (!*out || version == rule_book_version(b))
		return 0;
	if (find_past(b, db, version, &table, why) != 0)
		return -1;
	then = rule_table_find(table, rule_id);
	if (!then || !then->correlation ||
	    then->correlation->correlation->definition != rule->correlation->correlation->definition)
		*out = NULL;
	return 0;
}

const struct rule_entry *rule_book_rule(const struct rule_book *b, int64_t rule_id)
{
	if (rule_id == b->indicator_rule)
		return &b->indicator;
	return rule_table_find(b->current.table, rule_id);
}

time_us rule_book_longest(const struct rule_book *b)
{
	const struct rule_table *t = b->current.table;
	time_us longest = 0;

	for (size_t i = 0; t && i < t->correlation_count; i++)
		if (t->correlations[i].correlation->timespan > longest)
			longest = t->correlations[i].correlation->timespan;
	return longest;
}
