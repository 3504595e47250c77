/* Pages that are due. Across companies. */
#include "lib/log.h"
#include "server/store/page_engine.h"
#include "server/store/page_place.h"

#include <inttypes.h>

enum { BATCH_MAX = 100 };

/* *got false: another engine has it, or it is not due any more. */
static int due_page(struct db *db, const struct page_engine *engine, int64_t page_id, bool *got, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	struct page_held page;

	db_arg_integer(&args, page_id);
	if (db_run(db,
		   "SELECT page_id FROM page WHERE page_id = $1::bigint AND next_at <= now() FOR UPDATE SKIP LOCKED",
		   &args, &r, why) != 0)
		return -1;
	*got = db_rows(r) != 0;
	db_result_free(r);
	if (!*got)
		return 0;
	if (page_engine_hold(db, page_id, true, &page, why) != 0 || page_place_due(db, engine, &page, 0, why) != 0)
		return -1;
	return db_run(db, "UPDATE page SET crashes = 0 WHERE page_id = $1::bigint", &args, NULL, why);
}

static int one_transaction(struct db *db, const struct page_engine *engine, int64_t page_id, bool *got, struct err *why)
{
	if (db_begin(db, why) != 0)
		return -1;
	if (due_page(db, engine, page_id, got, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

struct batch {
	int64_t page_ids[BATCH_MAX];
	int count;
};

/* As with requests (page_requests.c): one that failed before is taken by itself. */
static int pick(struct db *db, int most, struct batch *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	out->count = 0;
	db_arg_integer(&args, most < BATCH_MAX ? most : BATCH_MAX);
	if (db_run(db,
		   "SELECT p.page_id, p.crashes::bigint FROM page p WHERE p.next_at <= now() AND " PAGE_MAY_BE_TRIED(
		       "p") " ORDER BY p.severity, p.next_at LIMIT $1::bigint",
		   &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		bool suspect = db_integer(r, i, 1) > 0;

		if (suspect && i > 0)
			break;
		out->page_ids[i] = db_integer(r, i, 0);
		out->count = i + 1;
		if (suspect)
			break;
	}
	db_result_free(r);
	return 0;
}

static int count_crash(struct db *db, int64_t page_id, int step, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	db_arg_integer(&args, step);
	return db_run(db,
		      "UPDATE page SET crashes = greatest(crashes + $2::integer, 0), tried_at = now() WHERE page_id = "
		      "(SELECT q.page_id "
		      "FROM page q WHERE q.page_id = $1::bigint FOR UPDATE SKIP LOCKED)",
		      &args, NULL, why);
}

static int count_all(struct db *db, const struct batch *batch, struct err *why)
{
	int failed = db_script(db, "BEGIN; SET LOCAL synchronous_commit = off", why);

	for (int i = 0; i < batch->count && !failed; i++)
		failed = count_crash(db, batch->page_ids[i], 1, why);
	if (!failed && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int page_engine_tick(struct db *db, const struct page_engine *engine, int most, int *done, struct err *why)
{
	struct batch batch;

	*done = 0;
	if (pick(db, most, &batch, why) != 0)
		return -1;
	if (batch.count == 0)
		return 0;
	if (count_all(db, &batch, why) != 0)
		return -1;
	for (int i = 0; i < batch.count; i++) {
		bool got = false;

		if (one_transaction(db, engine, batch.page_ids[i], &got, why) == 0) {
			*done += got;
			continue;
		}
		if (why->code == ERR_UNAVAILABLE)
			return -1;
		log_error("page %" PRId64 " could not go on: %s", batch.page_ids[i], why->text);
		if (why->code == ERR_CONFLICT && count_crash(db, batch.page_ids[i], -1, why) != 0)
			return -1;
	}
	return 0;
}
