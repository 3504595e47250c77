#include "server/store/drill.h"

#include "server/store/array_text.h"
#include "server/store/page_request.h"

/* $1: none, or one drill. The notices of a drill are found by their identity: "drill <id> user <id> ...". */
#define COLUMNS                                                                                                    \
	"SELECT d.drill_id, d.started_at, d.started_by, u.display_name, d.month::text, "                           \
	"(SELECT count(*) FROM drill_person p WHERE p.drill_id = d.drill_id), "                                    \
	"(SELECT count(*) FROM drill_person p WHERE p.drill_id = d.drill_id AND EXISTS (SELECT FROM outbox o "     \
	"WHERE o.kind = 'drill' AND o.user_id = p.user_id AND o.created_at >= d.started_at - interval '1 minute' " \
	"AND o.sent_at IS NOT NULL AND o.identity LIKE 'drill ' || d.drill_id || ' user %')), "                    \
	"(SELECT count(*) FROM drill_person p WHERE p.drill_id = d.drill_id AND p.answered_at IS NOT NULL) "       \
	"FROM drill d LEFT JOIN app_user u ON u.user_id = d.started_by "

int drill_list(struct db *db, int64_t before, int limit, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db, COLUMNS "WHERE d.drill_id < $1::bigint ORDER BY d.drill_id DESC LIMIT $2::bigint", &args, out,
		      why);
}

int drill_get(struct db *db, int64_t drill_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, drill_id);
	return db_run(db, COLUMNS "WHERE d.drill_id = $1::bigint", &args, out, why);
}

void drill_read(const struct db_result *r, int row, struct drill_row *out)
{
	*out = (struct drill_row){
		.drill_id = db_integer(r, row, 0),
		.started_at = db_time(r, row, 1),
		.started_by = db_integer(r, row, 2),
		.by_name = db_text(r, row, 3),
		.month = db_text(r, row, 4),
		.people = db_integer(r, row, 5),
		.sent = db_integer(r, row, 6),
		.answered = db_integer(r, row, 7),
	};
}

int drill_results(struct db *db, int64_t drill_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, drill_id);
	return db_run(
	    db,
	    "SELECT p.user_id, u.display_name, p.answered_at, o.sent_at, coalesce(o.waiting, false), o.last_error, "
	    "o.channel_kind FROM drill d JOIN drill_person p ON p.drill_id = d.drill_id "
	    "JOIN app_user u ON u.user_id = p.user_id LEFT JOIN LATERAL (SELECT min(n.sent_at) AS sent_at, "
	    "bool_or(n.state IN ('pending', 'sending')) AS waiting, "
	    "(array_agg(n.last_error ORDER BY n.sent_at, n.outbox_id DESC))[1] AS last_error, "
	    "(array_agg(n.channel_kind ORDER BY n.sent_at, n.outbox_id DESC))[1] AS channel_kind FROM outbox n "
	    "WHERE n.kind = 'drill' AND n.user_id = p.user_id "
	    "AND n.created_at >= d.started_at - interval '1 minute' "
	    "AND n.identity LIKE 'drill ' || d.drill_id || ' user %') o ON true "
	    "WHERE d.drill_id = $1::bigint ORDER BY u.display_name, p.user_id",
	    &args, out, why);
}

void drill_result_read(const struct db_result *r, int row, struct drill_result_row *out)
{
	*out = (struct drill_result_row){
		.user_id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.answered_at = db_time(r, row, 2),
		.sent_at = db_time(r, row, 3),
		.waiting = db_bool(r, row, 4),
		.last_error = db_text(r, row, 5),
		.channel_kind = db_text(r, row, 6),
	};
}

int drill_everybody(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT user_id FROM app_user WHERE disabled_at IS NULL AND scope_company IS NULL "
		      "AND role IN ('analyst', 'lead', 'admin', 'desk') ORDER BY user_id",
		      NULL, out, why);
}

static int add_people(struct db *db, int64_t drill_id, const int64_t *people, size_t count, struct err *why)
{
	struct array_text list = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++)
		array_text_integer(&list, people[i]);
	db_arg_integer(&args, drill_id);
	db_arg_text(&args, array_text(&list));
	failed = db_run(db,
			"INSERT INTO drill_person (drill_id, user_id) SELECT DISTINCT $1::bigint, id "
			"FROM unnest($2::bigint[]) AS id",
			&args, NULL, why);
	array_text_release(&list);
	return failed;
}

int drill_start(struct db *db, int64_t user_id, const int64_t *people, size_t count, int64_t *drill_id, struct err *why)
{
	struct page_request request = { .kind = "drill", .what = "raised", .severity = 5, .user_id = user_id };
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, user_id);
	if (db_run(db, "INSERT INTO drill (started_by) VALUES ($1::bigint) RETURNING drill_id", &args, &result, why) !=
	    0)
		return -1;
	*drill_id = request.subject_id = db_integer(result, 0, 0);
	db_result_free(result);
	if (add_people(db, *drill_id, people, count, why) != 0)
		return -1;
	return page_request_write(db, &request, why);
}

int drill_answer(struct db *db, int64_t drill_id, int64_t user_id, bool *first, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, drill_id);
	db_arg_integer(&args, user_id);
	if (db_run(db,
		   "UPDATE drill_person p SET answered_at = coalesce(p.answered_at, now()) FROM drill_person b "
		   "WHERE p.drill_id = $1::bigint AND p.user_id = $2::bigint AND b.drill_id = p.drill_id "
		   "AND b.user_id = p.user_id RETURNING b.answered_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	*first = rows && db_bool(result, 0, 0);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "not a person of this drill");
}
