#include "server/store/page_query.h"

#include "server/store/array_text.h"

#define SUBJECT                                                                                                   \
	"s.company_id, c.name AS company, s.kind, s.subject_id, i.no, s.title, s.severity::bigint, s.raised_at, " \
	"s.added_at, s.settled_at FROM page_subject s LEFT JOIN company c ON c.company_id = s.company_id "        \
	"LEFT JOIN incident i ON s.kind = 'incident' AND i.company_id = s.company_id "                            \
	"AND i.incident_id = s.subject_id WHERE s.page_id = "

#define COLUMNS                                                                                                     \
	"SELECT p.page_id, p.kind, p.title, p.state, p.severity::bigint, p.is_storm, p.exhausted, p.nobody, "       \
	"p.crashes >= 5 AND p.state IN ('triggered', 'acknowledged'), p.joined_into, p.policy_id, e.name, "         \
	"p.policy::text, jsonb_array_length(p.policy->'steps')::bigint, "                                           \
	"coalesce((p.policy->>'loops')::bigint, 1), p.group_key, n.companies, n.subjects, n.open, p.step::bigint, " \
	"p.loop::bigint, p.next_at, p.ack_by, u.display_name, p.ack_via, p.ack_at, p.ack_until, p.raised_at, "      \
	"p.created_at, p.first_sent_at, p.closed_at, p.close_reason, p.version, f.* FROM page p "                   \
	"LEFT JOIN escalation_policy e ON e.policy_id = p.policy_id LEFT JOIN app_user u ON u.user_id = p.ack_by "  \
	"LEFT JOIN LATERAL (SELECT count(DISTINCT s.company_id) FILTER (WHERE s.company_id <> 0) AS companies, "    \
	"count(*) AS subjects, count(*) FILTER (WHERE s.settled_at IS NULL) AS open FROM page_subject s "           \
	"WHERE s.page_id = p.page_id) n ON true "                                                                   \
	"LEFT JOIN LATERAL (SELECT " SUBJECT "p.page_id ORDER BY s.added_at, s.raised_at, s.subject_id LIMIT 1) f " \
	"ON true "

enum { FIRST_OF_SUBJECT = 33 };

static const char *const choices[] = { [PAGES_UNACKED] = "unacked", [PAGES_OPEN] = "open", [PAGES_ALL] = "all" };

int page_query_list(struct db *db, const struct page_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, choices[filter->choice]);
	db_arg_optional(&args, filter->incident_id);
	db_arg_time(&args, filter->from);
	db_arg_time(&args, filter->to);
	db_arg_integer(&args, filter->before);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS
		      "WHERE CASE $1::text WHEN 'unacked' THEN p.state = 'triggered' "
		      "WHEN 'open' THEN p.state IN ('triggered', 'acknowledged') ELSE true END "
		      "AND ($2::bigint IS NULL OR EXISTS (SELECT FROM page_subject s WHERE s.page_id = p.page_id "
		      "AND s.kind = 'incident' AND s.subject_id = $2::bigint)) "
		      "AND ($3::timestamptz IS NULL OR p.created_at >= $3::timestamptz) "
		      "AND ($4::timestamptz IS NULL OR p.created_at < $4::timestamptz) "
		      "AND p.page_id < $5::bigint ORDER BY p.page_id DESC LIMIT $6::bigint",
		      &args, out, why);
}

int page_query_get(struct db *db, int64_t page_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	return db_run(db, COLUMNS "WHERE p.page_id = $1::bigint", &args, out, why);
}

int page_query_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why)
{
	struct array_text list = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++)
		array_text_integer(&list, ids[i]);
	db_arg_text(&args, array_text(&list));
	failed = db_run(db, COLUMNS "WHERE p.page_id = ANY ($1::bigint[])", &args, out, why);
	array_text_release(&list);
	return failed;
}

static void read_subject(const struct db_result *r, int row, int column, struct page_subject_row *out)
{
	*out = (struct page_subject_row){
		.company_id = db_integer(r, row, column),
		.company = db_text(r, row, column + 1),
		.kind = db_text(r, row, column + 2),
		.subject_id = db_integer(r, row, column + 3),
		.number = db_integer(r, row, column + 4),
		.title = db_text(r, row, column + 5),
		.severity = db_integer(r, row, column + 6),
		.raised_at = db_time(r, row, column + 7),
		.added_at = db_time(r, row, column + 8),
		.settled_at = db_time(r, row, column + 9),
	};
}

void page_query_read(const struct db_result *r, int row, struct page_row *out)
{
	*out = (struct page_row){
		.page_id = db_integer(r, row, 0),
		.kind = db_text(r, row, 1),
		.title = db_text(r, row, 2),
		.state = db_text(r, row, 3),
		.severity = db_integer(r, row, 4),
		.is_storm = db_bool(r, row, 5),
		.exhausted = db_bool(r, row, 6),
		.nobody = db_bool(r, row, 7),
		.fenced = db_bool(r, row, 8),
		.joined_into = db_integer(r, row, 9),
		.policy_id = db_integer(r, row, 10),
		.policy_name = db_text(r, row, 11),
		.policy = db_text(r, row, 12),
		.steps = db_integer(r, row, 13),
		.loops = db_integer(r, row, 14),
		.group_key = db_text(r, row, 15),
		.companies = db_integer(r, row, 16),
		.subjects = db_integer(r, row, 17),
		.open_subjects = db_integer(r, row, 18),
		.step = db_integer(r, row, 19),
		.loop = db_integer(r, row, 20),
		.next_at = db_time(r, row, 21),
		.ack_by = db_integer(r, row, 22),
		.ack_name = db_text(r, row, 23),
		.ack_via = db_text(r, row, 24),
		.ack_at = db_time(r, row, 25),
		.ack_until = db_time(r, row, 26),
		.raised_at = db_time(r, row, 27),
		.created_at = db_time(r, row, 28),
		.first_sent_at = db_time(r, row, 29),
		.closed_at = db_time(r, row, 30),
		.close_reason = db_text(r, row, 31),
		.version = db_integer(r, row, 32),
	};
	read_subject(r, row, FIRST_OF_SUBJECT, &out->first);
}

int page_query_subjects(struct db *db, int64_t page_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	return db_run(db,
		      "SELECT " SUBJECT "$1::bigint ORDER BY s.settled_at IS NOT NULL, s.severity, s.added_at, "
		      "s.subject_id LIMIT 500",
		      &args, out, why);
}

void page_subject_read(const struct db_result *result, int row, struct page_subject_row *out)
{
	read_subject(result, row, 0, out);
}

int page_query_timeline(struct db *db, int64_t page_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	return db_run(
	    db,
	    "SELECT * FROM (SELECT v.event_id, v.at, v.kind, v.user_id, u.display_name, v.body::text FROM page_event v "
	    "LEFT JOIN app_user u ON u.user_id = v.user_id WHERE v.page_id = $1::bigint "
	    "ORDER BY v.event_id DESC LIMIT 1000) x ORDER BY 1",
	    &args, out, why);
}
