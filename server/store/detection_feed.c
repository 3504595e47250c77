#include "server/store/detection_feed.h"

#include "server/store/rule_set.h"

#include <inttypes.h>
#include <stdlib.h>

enum statement { LOOK, FILES, NUMBERS, MUTES, INDICATORS, STATEMENTS };

/* Some 2 ms of the loop each. */
#define PAGE "5000"

struct detection_feed {
	struct detection_feed_plan plan;
	struct async *connection;
	const char *statements[STATEMENTS];
	enum statement asked; /* the oldest whose answer is due */
	bool busy, ready, rang;
	/* What was found at the last look, and what was handed on. */
	int64_t version, version_seen;
	int64_t change_no, change_seen;
	char *mutes_looked, *mutes_seen;
	bool handing; /* an answer was complete: tell the owner before anything else is asked */
	enum detection_feed_event event;
	struct rule_source rules;
	struct mutes *mutes;
	struct err odd; /* ERR_CORRUPT: what was left out */
};

/* Across companies, all statements here. A group's mute has a row for each company in the group; one of a group without
 * companies has none. Of mutes only ended_at is ever updated. */
static const char look_sql[] =
    "SELECT coalesce((SELECT max(version) FROM rule_set), 0), coalesce((SELECT max(change_no) FROM indicator), 0), "
    "(SELECT count(*) || ' ' || count(ended_at) || ' ' || coalesce(max(mute_id), 0) || ' ' || "
    "count(*) FILTER (WHERE expires_at > now()) FROM mute) || ' ' || (SELECT count(*) || ' ' || "
    "coalesce(sum(hashtext(company_id || ' ' || array_to_string(tags, ' ', '')))::text, '') FROM company "
    "WHERE tags <> '{}')";
static const char mutes_sql[] =
    "SELECT m.mute_id, m.kind = 'drill', m.scope <> 'company', coalesce(m.company_id, c.company_id, 0), m.starts_at, "
    "m.expires_at, m.conditions FROM mute m "
    "LEFT JOIN company c ON m.scope = 'group' AND m.group_tag = ANY (c.tags) "
    "WHERE m.ended_at IS NULL AND m.expires_at > now() AND (m.scope <> 'group' OR c.company_id IS NOT NULL) "
    "ORDER BY m.mute_id";
static const char indicators_sql[] =
    "SELECT change_no, indicator_id, kind::bigint, key, prefix::bigint, valid_from, valid_until, "
    "state = 'active' AND coalesce(valid_until > now(), true) FROM indicator WHERE change_no > $1::bigint "
    "ORDER BY change_no LIMIT " PAGE;

static const char set_up[] = "SET jit = off; LISTEN hinomi_rules; LISTEN hinomi_mutes; LISTEN hinomi_indicators";

/* --------------------------------------------------------------------------------------------------- rule sources */

void rule_source_release(struct rule_source *s)
{
	rule_files_release(&s->files);
	for (size_t i = 0; i < s->number_count; i++)
		free(s->numbers[i].uid);
	free(s->numbers);
	*s = (struct rule_source){ 0 };
}

int64_t rule_source_number(const struct rule_source *s, const char *uid)
{
	for (size_t i = 0; i < s->number_count; i++)
		if (strcmp(s->numbers[i].uid, uid) == 0)
			return s->numbers[i].rule_id;
	return 0;
}

/* ------------------------------------------------------------------------------------------------------ connection */

struct detection_feed *detection_feed_new(const struct detection_feed_plan *plan)
{
	struct detection_feed *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->plan = *plan;
	f->version_seen = -1;
	f->statements[LOOK] = look_sql;
	f->statements[FILES] = rule_set_files_sql;
	f->statements[NUMBERS] = rule_set_numbers_sql;
	f->statements[MUTES] = mutes_sql;
	f->statements[INDICATORS] = indicators_sql;
	return f;
}

static void disconnect(struct detection_feed *f)
{
	async_close(f->connection);
	f->connection = NULL;
	f->busy = f->ready = f->rang = f->handing = false;
	rule_source_release(&f->rules);
	mutes_free(f->mutes);
	f->mutes = NULL;
}

void detection_feed_free(struct detection_feed *f)
{
	if (!f)
		return;
	disconnect(f);
	free(f->mutes_looked);
	free(f->mutes_seen);
	free(f);
}

int detection_feed_connect(struct detection_feed *f, struct err *why)
{
	const struct async_plan plan = { .conninfo = f->plan.conninfo,
					 .user = f->plan.user,
					 .application = "hinomi collector detection",
					 .statements = f->statements,
					 .statement_count = STATEMENTS,
					 .set_up = set_up };

	disconnect(f);
	return async_open(&f->connection, &plan, why);
}

int detection_feed_descriptor(const struct detection_feed *f)
{
	return f->connection ? async_descriptor(f->connection) : -1;
}

bool detection_feed_wants_read(const struct detection_feed *f)
{
	return f->connection && async_wants_read(f->connection);
}

bool detection_feed_wants_write(const struct detection_feed *f)
{
	return f->connection && async_wants_write(f->connection);
}

void detection_feed_take_rules(struct detection_feed *f, struct rule_source *out)
{
	*out = f->rules;
	f->rules = (struct rule_source){ 0 };
}

struct mutes *detection_feed_take_mutes(struct detection_feed *f)
{
	struct mutes *mutes = f->mutes;

	f->mutes = NULL;
	return mutes;
}

/* ---------------------------------------------------------------------------------------------------------- answers */

static int take_look(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	f->version = db_integer(result, 0, 0);
	f->change_no = db_integer(result, 0, 1);
	free(f->mutes_looked);
	f->mutes_looked = slice_to_string(db_slice(result, 0, 2));
	return f->mutes_looked ? 0 : err_set(why, ERR_NOMEM, "no memory for mutes");
}

static int take_files(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	rule_source_release(&f->rules);
	f->rules.version = f->version;
	for (int row = 0; row < db_rows(result); row++) {
		enum rule_file_kind kind;

		if (!rule_file_kind_parse(db_slice(result, row, 1), &kind)) {
			err_set(&f->odd, ERR_CORRUPT, "file %.100s of the rule set is of a kind that is not known",
				db_text(result, row, 0));
			continue;
		}
		if (rule_files_add(&f->rules.files, db_slice(result, row, 0), kind, db_slice(result, row, 2), why) != 0)
			return -1;
	}
	return 0;
}

static int take_numbers(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	size_t count = (size_t)db_rows(result);

	f->rules.numbers = calloc(count + 1, sizeof(*f->rules.numbers));
	for (size_t i = 0; f->rules.numbers && i < count; i++) {
		struct rule_number *n = &f->rules.numbers[i];

		n->uid = slice_to_string(db_slice(result, (int)i, 0));
		n->rule_id = db_integer(result, (int)i, 1);
		if (!n->uid)
			break;
		f->rules.number_count++;
	}
	return f->rules.number_count == count ? 0 : err_set(why, ERR_NOMEM, "no memory for the numbers of rules");
}

static int take_mutes(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	mutes_free(f->mutes);
	f->mutes = mutes_new();
	if (!f->mutes)
		return err_set(why, ERR_NOMEM, "no memory for mutes");
	for (int row = 0; row < db_rows(result); row++) {
		const struct mute mute = { .mute_id = db_integer(result, row, 0),
					   .is_drill = db_bool(result, row, 1),
					   .is_shared = db_bool(result, row, 2),
					   .company_id = db_integer(result, row, 3),
					   .starts_at = db_time(result, row, 4),
					   .expires_at = db_time(result, row, 5),
					   .conditions = db_slice(result, row, 6) };
		struct err odd = { 0 };

		if (mutes_add(f->mutes, &mute, &odd) == 0)
			continue;
		if (odd.code == ERR_NOMEM) {
			*why = odd;
			return -1;
		}
		err_set(&f->odd, ERR_CORRUPT, "mute %" PRId64 " hides nothing: %s", mute.mute_id, odd.text);
	}
	mutes_sort(f->mutes);
	return 0;
}

static int take_indicators(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	for (int row = 0; row < db_rows(result); row++) {
		struct indicator_key key;
		int64_t id = db_integer(result, row, 1);

		f->change_seen = db_integer(result, row, 0);
		if (!indicator_key_of_stored(db_integer(result, row, 2), db_slice(result, row, 3),
					     db_integer(result, row, 4), &key))
			continue;
		if (!db_bool(result, row, 7))
			indicator_set_remove(f->plan.indicators, &key, id);
		else if (indicator_set_put(f->plan.indicators, &key, id, db_time(result, row, 5),
					   db_time(result, row, 6), why) != 0)
			return -1;
	}
	/* The highest number may belong to a row that is changed again, and so has gone from here. */
	if (db_rows(result) == 0)
		f->change_seen = f->change_no;
	return 0;
}

static int take_answer(struct detection_feed *f, const struct db_result *result, struct err *why)
{
	enum statement asked = f->asked;

	if (asked == FILES)
		f->asked = NUMBERS;
	switch (asked) {
	case LOOK:
		return take_look(f, result, why);
	case FILES:
		return take_files(f, result, why);
	case NUMBERS:
		return take_numbers(f, result, why);
	case MUTES:
		return take_mutes(f, result, why);
	case INDICATORS:
		return take_indicators(f, result, why);
	case STATEMENTS:
		break;
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- questions */

static int ask(struct detection_feed *f, enum statement statement, const struct db_args *args, struct err *why)
{
	f->busy = true;
	f->asked = statement;
	if (async_run(f->connection, statement, args, why) != 0 ||
	    (statement == FILES && async_run(f->connection, NUMBERS, NULL, why) != 0))
		return -1;
	return async_sync(f->connection, why);
}

int detection_feed_look(struct detection_feed *f, struct err *why)
{
	if (!f->connection || !f->ready)
		return 0;
	if (f->busy) {
		f->rang = true;
		return 0;
	}
	f->rang = false;
	return ask(f, LOOK, NULL, why);
}

/* Rules first, then mutes, then indicators: until those are there, what is accepted would be judged by too little. */
static int ask_next(struct detection_feed *f, enum detection_feed_event *event, struct err *why)
{
	struct db_args args = { 0 };

	if (f->version != f->version_seen) {
		db_arg_integer(&args, f->version);
		return ask(f, FILES, &args, why);
	}
	if (!f->mutes_seen || strcmp(f->mutes_looked, f->mutes_seen) != 0)
		return ask(f, MUTES, NULL, why);
	if (f->change_no > f->change_seen) {
		db_arg_integer(&args, f->change_seen);
		return ask(f, INDICATORS, &args, why);
	}
	f->busy = false;
	*event = DETECTION_CURRENT;
	return f->rang ? detection_feed_look(f, why) : 0;
}

/* A round trip is complete: what was asked for is there, or the next thing is asked for. */
static int go_on(struct detection_feed *f, enum detection_feed_event *event, struct err *why)
{
	switch (f->asked) {
	case LOOK:
		return ask_next(f, event, why);
	case FILES:
	case NUMBERS:
		f->version_seen = f->version;
		*event = DETECTION_RULES;
		break;
	case MUTES:
		free(f->mutes_seen);
		f->mutes_seen = f->mutes_looked;
		f->mutes_looked = slice_to_string(slice_of_string(f->mutes_seen));
		if (!f->mutes_looked)
			return err_set(why, ERR_NOMEM, "no memory for mutes");
		*event = DETECTION_MUTES;
		break;
	case INDICATORS:
		*event = DETECTION_INDICATORS;
		break;
	case STATEMENTS:
		break;
	}
	f->handing = true;
	*why = f->odd;
	f->odd = (struct err){ 0 };
	return 0;
}

static int take_event(struct detection_feed *f, enum async_event what, struct db_result *result,
		      enum detection_feed_event *event, struct err *why)
{
	int failed = 0;

	switch (what) {
	case ASYNC_CONNECTED:
		f->ready = true;
		return detection_feed_look(f, why);
	case ASYNC_RESULT:
		failed = take_answer(f, result, why);
		db_result_free(result);
		return failed;
	case ASYNC_DONE:
		return go_on(f, event, why);
	case ASYNC_NOTIFIED:
		return detection_feed_look(f, why);
	case ASYNC_REFUSED:
	case ASYNC_LOST:
		return -1;
	case ASYNC_WAIT:
	case ASYNC_COPY:
		break;
	}
	return 0;
}

enum detection_feed_event detection_feed_step(struct detection_feed *f, struct err *why)
{
	enum detection_feed_event event = DETECTION_WAIT;
	int failed = 0;

	*why = (struct err){ 0 };
	if (f->handing && f->connection) {
		f->handing = false;
		failed = ask_next(f, &event, why);
	}
	while (event == DETECTION_WAIT && !failed && f->connection) {
		struct db_result *result;
		enum async_event what = async_step(f->connection, &result, why);

		if (what == ASYNC_WAIT)
			return DETECTION_WAIT;
		failed = take_event(f, what, result, &event, why);
	}
	if (!failed)
		return event;
	disconnect(f);
	return DETECTION_LOST;
}
