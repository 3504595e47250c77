#include "server/api/report_runs.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/filters.h"
#include "server/api/reports.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDS_MOST = 5000, EXPECT_MOST = 100000, WORD_MOST = 20, SUBJECT_SIZE = 48 };

static void put_members(struct json_writer *w, const struct report_run *run)
{
	json_put_integer(w, "id", run->run_id);
	json_put_string(w, "kind", run->kind);
	json_put_string(w, "month", run->month);
	json_put_string(w, "state", run->state);
	json_put_integer(w, "total", run->total);
	json_put_integer(w, "done", run->done);
	json_put_integer(w, "failed", run->failed);
	json_put_string(w, "error", run->error);
	json_put_string(w, "reason", run->reason);
	json_put_string(w, "asked_by", run->asked_by);
	json_put_time(w, "asked_at", run->asked_at);
	json_put_time(w, "finished_at", run->finished_at);
}

int report_runs_list(struct call *call, struct err *why)
{
	const char *month = NULL;
	struct report_run run;
	struct db_result *result;
	struct json_writer w;

	if (!reports_month(call, &month))
		return 0;
	if (report_run_list(call->db, month, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "runs");
	for (int i = 0; i < db_rows(result); i++) {
		report_run_read(result, i, &run);
		json_open_object(&w, NULL);
		put_members(&w, &run);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

/* The run; *result is the caller's. */
static int find(struct call *call, int64_t run_id, struct db_result **result, struct report_run *out, struct err *why)
{
	if (report_run_get(call->db, run_id, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such run");
	}
	report_run_read(*result, 0, out);
	return 0;
}

static int put_failures(struct call *call, int64_t run_id, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (report_run_failures(call->db, run_id, &result, why) != 0)
		return -1;
	json_open_array(w, "failures");
	for (int i = 0; i < db_rows(result); i++) {
		int64_t company_id = db_integer(result, i, 0), report_id = db_integer(result, i, 2);

		json_open_object(w, NULL);
		json_put_known(w, "company_id", company_id != 0, company_id);
		json_put_string(w, "company", db_text(result, i, 1));
		json_put_known(w, "report_id", report_id != 0, report_id);
		json_put_string(w, "error", db_is_null(result, i, 3) ? "" : db_text(result, i, 3));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

int report_runs_get(struct call *call, struct err *why)
{
	struct report_run run;
	struct db_result *result;
	struct json_writer w;
	int failed;

	if (find(call, call->id, &result, &run, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &run);
	failed = put_failures(call, run.run_id, &w, why);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- starting
 */

/* The reply, and the same into the audit trail. */
static int conclude(struct call *call, int status, int64_t run_id, int64_t company_id, const char *action,
		    struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct report_run run;
	struct db_result *result;
	struct json_writer w;

	if (find(call, run_id, &result, &run, why) != 0)
		return -1;
	call_reply(call, status, &w);
	json_open_object(&w, NULL);
	put_members(&w, &run);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_members(&w, &run);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "report run %" PRId64, run_id);
	db_result_free(result);
	return audit_trail_add(call, action, company_id, subject, &detail, why);
}

int report_runs_close(struct call *call, int64_t company_id, const char *month, const char *reason, struct err *why)
{
	const struct report_run_order order = { .kind = "close",
						.month = month,
						.reason = reason,
						.company_id = company_id,
						.asked_by = call->person.user_id };
	int64_t run_id, total;

	if (report_run_start(call->db, &order, &run_id, &total, why) != 0)
		return -1;
	return conclude(call, 202, run_id, company_id, "report_run.start", why);
}

/* A member that is one of the words; NULL when it is absent. */
static bool read_word(struct call *call, const char *name, const char *const *words, bool required, const char **out)
{
	if (!call_text(call, name, 1, WORD_MOST, required, out))
		return false;
	for (size_t i = 0; *out && words[i]; i++)
		if (strcmp(*out, words[i]) == 0)
			return true;
	if (*out)
		call_refuse_member(call, name, FAULT_CHOICE);
	return !*out;
}

static bool read_month(struct call *call, const char **out)
{
	if (!call_text(call, "month", 7, 7, true, out))
		return false;
	if (filters_is_month(*out))
		return true;
	call_refuse_member(call, "month", FAULT_MONTH);
	return false;
}

/* A list of numbers, as many as fit into ids. */
static bool read_ids(struct call *call, int64_t *ids, size_t *count)
{
	const struct json_reader *reader = &call->body.reader;
	uint32_t at = body_find(&call->body, "report_ids");
	bool good = true;

	if (at == JSON_NONE)
		return true;
	good = json_read_is(reader, at, JSON_KIND_ARRAY);
	for (uint32_t i = good ? json_read_first(reader, at) : 0; good && i < reader->tokens[at].next;
	     i = reader->tokens[i].next) {
		good = *count < IDS_MOST && json_read_integer(reader, i, &ids[*count]) && ids[*count] > 0;
		*count += good;
	}
	if (!good || *count == 0)
		call_refuse_member(call, "report_ids", FAULT_MALFORMED);
	return good && *count > 0;
}

static bool read_order(struct call *call, struct report_run_order *order)
{
	static const char *const kinds[] = { "approve", "publish", "send", "draw", NULL };
	static const char *const states[] = { "draft", "approved", "published", NULL };

	return read_word(call, "kind", kinds, true, &order->kind) && read_month(call, &order->month) &&
	       read_word(call, "state", states, false, &order->state) &&
	       read_word(call, "grade", reports_grades, false, &order->grade) &&
	       body_members_need(call, "expect_max") &&
	       body_members_integer(call, "expect_max", 1, EXPECT_MOST, &order->expect_max);
}

/* How many there are is known when they are written; if it is too many, nothing of it stays. */
static int start(struct call *call, struct report_run_order *order, struct err *why)
{
	int64_t run_id, total, expect_max = order->expect_max;
	struct json_writer w;

	order->expect_max = 0;
	if (report_run_start(call->db, order, &run_id, &total, why) != 0)
		return -1;
	if (total <= expect_max)
		return conclude(call, 202, run_id, 0, "report_run.start", why);
	call_refuse_open(call, PROBLEM_MORE, &w);
	json_put_integer(&w, "total", total);
	json_close_object(&w);
	return 0;
}

int report_runs_start(struct call *call, struct err *why)
{
	struct report_run_order order = { .reason = "", .asked_by = call->person.user_id };
	int64_t *ids = calloc(IDS_MOST, sizeof(*ids));
	int failed = 0;

	if (!ids)
		return err_set(why, ERR_NOMEM, "no memory for a run of reports");
	order.report_ids = ids;
	if (read_order(call, &order) && read_ids(call, ids, &order.report_count))
		failed = start(call, &order, why);
	free(ids);
	return failed;
}

int report_runs_stop(struct call *call, struct err *why)
{
	struct report_run run;
	struct db_result *result;
	bool running;

	if (find(call, call->id, &result, &run, why) != 0)
		return -1;
	running = strcmp(run.state, "running") == 0;
	db_result_free(result);
	if (!running)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	if (report_run_stop(call->db, call->id, why) != 0)
		return -1;
	return conclude(call, 200, call->id, 0, "report_run.stop", why);
}
