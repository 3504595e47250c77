/* The stretch of time that a document is about; texts and rows (report_facts_parts.h). */
#include "server/store/report_facts_parts.h"

int facts_time_read(struct db *db, const struct report_facts_frame *frame, int months, struct facts_time *out,
		    struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool begun;

	*out = (struct facts_time){ 0 };
	db_arg_text(&args, frame->month);
	db_arg_text(&args, frame->timezone);
	db_arg_integer(&args, months);
	if (db_run(db,
		   "SELECT t.first::text, least(t.last, t.today)::text, t.first::timestamp AT TIME ZONE $2::text, "
		   "least((t.last + 1)::timestamp AT TIME ZONE $2::text, now()), now(), t.last >= t.today, "
		   "(t.last - t.first + 1)::bigint, t.first <= t.today, "
		   "coalesce((SELECT left(o.name, 100) FROM operator o ORDER BY o.operator_id LIMIT 1), '') "
		   "FROM (SELECT ($1::text || '-01')::date - make_interval(months => $3::integer - 1) AS start) m "
		   "CROSS JOIN LATERAL (SELECT m.start::date AS first, (($1::text || '-01')::date + interval '1 month' "
		   "- interval '1 day')::date AS last, (now() AT TIME ZONE $2::text)::date AS today) t",
		   &args, &r, why) != 0)
		return -1;
	snprintf(out->first_day, sizeof(out->first_day), "%s", db_text(r, 0, 0));
	snprintf(out->last_day, sizeof(out->last_day), "%s", db_text(r, 0, 1));
	out->from = db_time(r, 0, 2);
	out->to = db_time(r, 0, 3);
	out->now = db_time(r, 0, 4);
	out->preliminary = db_bool(r, 0, 5);
	out->days = db_integer(r, 0, 6);
	begun = db_bool(r, 0, 7);
	snprintf(out->operator_name, sizeof(out->operator_name), "%s", db_text(r, 0, 8));
	db_result_free(r);
	return begun ? 0 : err_set(why, ERR_USAGE, "%s has not begun: there is nothing to report of it", frame->month);
}

struct metrics_period facts_period(const struct report_facts_frame *frame, const struct facts_time *time)
{
	return (struct metrics_period){ .from = time->first_day, .to = time->last_day, .timezone = frame->timezone };
}

const char *facts_text(struct pool *pool, const char *text, bool *failed)
{
	const char *copy = text ? pool_string(pool, slice_of_string(text)) : NULL;

	if (text && !copy)
		*failed = true;
	return copy;
}

void *facts_list(struct pool *pool, size_t count, size_t size, bool *failed)
{
	void *list = pool_take_array(pool, count ? count : 1, size);

	if (!list)
		*failed = true;
	return list;
}

int facts_no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the facts of a report");
}

int facts_rows_of(struct facts_rows *rows, int64_t company_id, int *to)
{
	int from, count = db_rows(rows->result);

	while (rows->next < count && db_integer(rows->result, rows->next, 0) < company_id)
		rows->next++;
	from = rows->next;
	while (rows->next < count && db_integer(rows->result, rows->next, 0) == company_id)
		rows->next++;
	*to = rows->next;
	return from;
}

void facts_rows_free(struct facts_rows *rows)
{
	db_result_free(rows->result);
	*rows = (struct facts_rows){ 0 };
}
