#include "server/api/certificates.h"

#include "server/api/audit_trail.h"
#include "server/api/case_reports.h"
#include "server/api/filters.h"
#include "server/api/report_view.h"
#include "server/store/company_query.h"
#include "server/store/monitoring_certificate.h"
#include "server/store/report_facts.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 500, REFERENCE_SIZE = 24, SUBJECT_SIZE = 48 };

static void put_members(struct json_writer *w, const struct certificate_row *c)
{
	char reference[REFERENCE_SIZE];

	snprintf(reference, sizeof(reference), "KM-%" PRId64, c->number);
	json_put_integer(w, "number", c->number);
	json_put_string(w, "reference", reference);
	json_put_integer(w, "company_id", c->company_id);
	json_put_integer(w, "report_id", c->report_id);
	json_put_string(w, "month", c->month);
	json_put_string(w, "state", c->state);
	json_put_bool(w, "valid", c->valid);
	json_put_string(w, "issued_on", c->issued_on);
	json_put_string(w, "valid_until", c->valid_until);
	json_put_time(w, "revoked_at", c->revoked_at);
	json_put_string(w, "revoke_reason", c->revoke_reason);
}

/* Whether the person sees the company of the path. */
static int check_company(struct call *call, struct err *why)
{
	if (call->person.company_id && call->person.company_id != call->id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	return company_query_exists(call->db, call->id, why);
}

int certificates_list(struct call *call, struct err *why)
{
	struct certificate_row row;
	struct db_result *result;
	struct json_writer w;

	if (check_company(call, why) != 0 || certificate_list(call->db, call->id, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "certificates");
	for (int i = 0; i < db_rows(result); i++) {
		certificate_read(result, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ drafting
 */

static int write_body(struct call *call, const struct report_new *draft, const struct certificate_issue *issue,
		      struct pool *pool, struct buffer *out, struct err *why)
{
	const struct settings *settings = call->api->settings;
	struct monitoring_certificate facts;
	struct report_facts_frame frame;
	char base[SETTINGS_URL_SIZE], url[SETTINGS_URL_SIZE + sizeof("/verify")];
	struct json_writer w;

	if (report_facts_frame_read(call->db, draft->month, settings->timezone, NULL, pool, &frame, why) != 0 ||
	    report_facts_certificate(call->db, &frame, draft->company_id, pool, &facts, why) != 0)
		return -1;
	settings_public_url(settings, base);
	snprintf(url, sizeof(url), "%s/verify", base);
	facts.number = issue->number;
	facts.code = issue->code;
	facts.issued_on = issue->issued_on;
	facts.valid_until = issue->valid_until;
	facts.check_url = url;
	json_writer_init(&w, out);
	json_shape_write(&monitoring_certificate_shape, &facts, &w, NULL);
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a certificate") : 0;
}

static int freeze(struct call *call, struct report_new *draft, const struct certificate_issue *issue, struct err *why)
{
	struct report_frozen frozen = { .company_id = draft->company_id,
					.user_id = draft->user_id,
					.kind = "certificate",
					.month = draft->month,
					.reason = "issued anew" };
	struct buffer body = { 0 };
	struct pool pool = { 0 };
	int failed = write_body(call, draft, issue, &pool, &body, why);

	frozen.body = buffer_slice(&body);
	if (!failed)
		failed = report_freeze(call->db, &frozen, &draft->snapshot_id, why);
	buffer_release(&body);
	pool_release(&pool);
	return failed;
}

static int refuse_open_month(struct call *call)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_WRONG_STATE, &w);
	json_put_string(&w, "refusal", report_refusal_name(REPORT_NOT_CLOSED));
	json_put_string(&w, "reason", report_refusal_text(REPORT_NOT_CLOSED, call->japanese));
	json_close_object(&w);
	return 0;
}

static int add(struct call *call, struct report_new *draft, struct err *why)
{
	struct certificate_issue issue;
	int64_t report_id;
	bool closed;

	if (certificate_month_closed(call->db, draft->month, &closed, why) != 0)
		return -1;
	if (!closed)
		return refuse_open_month(call);
	if (report_in_the_way(call->db, draft, &report_id, why) != 0)
		return -1;
	if (report_id)
		return case_reports_refuse_existing(call, draft->company_id, report_id, why);
	if (certificate_issue(call->db, call->api->settings->timezone, &issue, why) != 0 ||
	    freeze(call, draft, &issue, why) != 0 || report_create(call->db, draft, &report_id, why) != 0 ||
	    certificate_add(call->db, draft->company_id, report_id, &issue, why) != 0)
		return -1;
	return case_reports_reply(call, 201, draft->company_id, report_id, why);
}

int certificates_add(struct call *call, struct err *why)
{
	struct report_new draft = { .company_id = call->id, .user_id = call->person.user_id, .kind = "certificate" };
	int go;

	if (check_company(call, why) != 0)
		return -1;
	if (!call_text(call, "month", 7, 7, true, &draft.month))
		return 0;
	if (!filters_is_month(draft.month))
		return call_refuse_member(call, "month", FAULT_MONTH);
	go = case_reports_language(call, draft.company_id, &draft.language, why);
	return go == 1 ? add(call, &draft, why) : go;
}

/* ------------------------------------------------------------------------------------------------------------ revoking
 */

static int conclude(struct call *call, int64_t number, const char *reason, struct err *why)
{
	struct buffer detail = { 0 };
	struct certificate_row row;
	char subject[SUBJECT_SIZE];
	struct db_result *result;
	struct json_writer w;
	int64_t company_id;

	if (certificate_get(call->db, 0, number, &result, why) != 0)
		return -1;
	certificate_read(result, 0, &row);
	company_id = row.company_id;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &row);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_integer(&w, "report_id", row.report_id);
	json_put_string(&w, "reason", reason);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "certificate %" PRId64, number);
	db_result_free(result);
	return audit_trail_add(call, "certificate.revoke", company_id, subject, &detail, why);
}

static int revoke(struct call *call, const struct certificate_row *row, struct err *why)
{
	const char *reason;

	if (!call_text(call, "reason", 1, REASON_MOST, true, &reason))
		return 0;
	if (row->revoked_at != TIME_NONE)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	if (certificate_revoke(call->db, row, reason, why) != 0)
		return -1;
	if (strcmp(row->state, "published") == 0 &&
	    report_withdraw(call->db, row->company_id, row->report_id, reason, call->person.user_id, why) != 0)
		return -1;
	return conclude(call, row->number, reason, why);
}

int certificates_revoke(struct call *call, struct err *why)
{
	struct certificate_row row;
	struct db_result *result;
	int failed;

	if (certificate_get(call->db, call->person.company_id, call->id, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such certificate");
	}
	certificate_read(result, 0, &row);
	failed = revoke(call, &row, why);
	db_result_free(result);
	return failed;
}
