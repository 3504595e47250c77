#include "server/api/months.h"

#include "server/api/filters.h"
#include "server/api/report_runs.h"
#include "server/api/report_view.h"
#include "server/store/month_close.h"
#include "server/store/report_board.h"

#include <stdio.h>

/* Looked up for so many: each costs a comparison of all companies. */
enum { OUTDATED_MONTHS = 3, REASON_MOST = 500 };

int months_of_path(const struct call *call, char out[MONTHS_TEXT_SIZE], struct err *why)
{
	struct slice text = call->texts[0];

	if (text.len == MONTHS_TEXT_SIZE - 1) {
		snprintf(out, MONTHS_TEXT_SIZE, "%.*s", (int)text.len, text.ptr);
		if (filters_is_month(out))
			return 0;
	}
	return err_set(why, ERR_NOT_FOUND, "no such month");
}

static int put_outdated(struct call *call, struct json_writer *w, const struct report_month *m, bool wanted,
			struct err *why)
{
	int64_t companies = 0;
	bool known = wanted && m->version;

	if (known && frozen_outdated(call->db, m->month, call->api->settings->timezone, &companies, why) != 0)
		return -1;
	json_put_known(w, "outdated", known, companies);
	return 0;
}

static int put_members(struct call *call, struct json_writer *w, const struct report_month *m, bool outdated,
		       struct err *why)
{
	json_put_string(w, "month", m->month);
	json_put_bool(w, "over", m->over);
	json_put_known(w, "version", m->version != 0, m->version);
	json_put_time(w, "closed_at", m->closed_at);
	json_put_string(w, "closed_by", m->closed_by);
	json_put_string(w, "reason", m->reason ? m->reason : "");
	json_put_raw(w, "reports", slice_of_string(m->steps));
	json_put_raw(w, "grades", slice_of_string(m->grades));
	json_put_known(w, "run", m->run_id != 0, m->run_id);
	return put_outdated(call, w, m, outdated, why);
}

static int put_months(struct call *call, struct json_writer *w, const struct db_result *result, struct err *why)
{
	struct report_month month;
	int closed = 0, failed = 0;

	json_open_array(w, "months");
	for (int i = 0; !failed && i < db_rows(result); i++) {
		report_months_read(result, i, &month);
		closed += month.version != 0;
		json_open_object(w, NULL);
		failed = put_members(call, w, &month, closed <= OUTDATED_MONTHS, why);
		json_close_object(w);
	}
	json_close_array(w);
	return failed;
}

int months_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct json_writer w;
	int failed;

	if (report_months(call->db, NULL, call->api->settings->timezone, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	failed = put_months(call, &w, result, why);
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------------- one
 */

/* The month of the path as it stands; *result is the caller's. */
static int find(struct call *call, struct db_result **result, struct report_month *out, struct err *why)
{
	char month[MONTHS_TEXT_SIZE];

	if (months_of_path(call, month, why) != 0 ||
	    report_months(call->db, month, call->api->settings->timezone, result, why) != 0)
		return -1;
	report_months_read(*result, 0, out);
	return 0;
}

static int put_figures(struct call *call, const struct report_month *month, int64_t version, struct json_writer *w,
		       struct err *why)
{
	struct db_result *result;
	struct frozen_row frozen;

	if (frozen_chamber(call->db, month->month, version, &result, why) != 0)
		return -1;
	if (db_rows(result)) {
		frozen_read(result, 0, &frozen);
		json_put_raw(w, "figures", slice_of_string(frozen.body));
	} else {
		json_put_null(w, "figures");
	}
	if (!db_rows(result) && version) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such version");
	}
	db_result_free(result);
	return 0;
}

static int put_versions(struct call *call, const struct report_month *month, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct frozen_row frozen;

	if (frozen_versions(call->db, 0, month->month, &result, why) != 0)
		return -1;
	json_open_array(w, "versions");
	for (int i = 0; i < db_rows(result); i++) {
		frozen_read(result, i, &frozen);
		json_open_object(w, NULL);
		json_put_integer(w, "version", frozen.version);
		json_put_string(w, "sha256", frozen.sha256);
		json_put_string(w, "reason", frozen.reason);
		json_put_raw(w, "changes", slice_of_string(frozen.changes));
		json_put_time(w, "made_at", frozen.made_at);
		json_put_string(w, "made_by", frozen.made_by);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int write_month(struct call *call, const struct report_month *month, int64_t version, struct err *why)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	if (put_members(call, &w, month, true, why) != 0 || put_figures(call, month, version, &w, why) != 0 ||
	    put_versions(call, month, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int months_get(struct call *call, struct err *why)
{
	struct report_month month;
	struct db_result *result;
	int64_t version = 0;
	int failed;

	if (!call_id_parameter(call, "version", &version))
		return 0;
	if (find(call, &result, &month, why) != 0)
		return -1;
	failed = write_month(call, &month, version, why);
	db_result_free(result);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------ closing
 */

static int close_found(struct call *call, const struct report_month *month, struct err *why)
{
	const char *reason;

	if (!call_text(call, "reason", 1, REASON_MOST, month->version != 0, &reason))
		return 0;
	if (!month->over || month->closing)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	return report_runs_close(call, 0, month->month, reason ? reason : "", why);
}

int months_close(struct call *call, struct err *why)
{
	struct report_month month;
	struct db_result *result;
	int failed;

	if (find(call, &result, &month, why) != 0)
		return -1;
	failed = close_found(call, &month, why);
	db_result_free(result);
	return failed;
}
