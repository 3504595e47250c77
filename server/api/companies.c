#include "server/api/companies.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/api/sensors.h"
#include "server/store/company_query.h"

#include <inttypes.h>
#include <stdio.h>

enum { SUBJECT_SIZE = 48 };

/* Into an object that is open. */
static void put_members(struct json_writer *w, const struct company_row *c)
{
	json_put_integer(w, "id", c->id);
	json_put_string(w, "name", c->name);
	json_put_string(w, "member_no", c->member_no);
	json_put_bool(w, "member", c->member_no != NULL);
	json_put_string(w, "industry", c->industry);
	json_put_known(w, "employees", c->employees >= 0, c->employees);
	json_put_string(w, "area", c->area);
	json_put_integer(w, "sensors", c->sensors);
	json_put_integer(w, "sensors_down", c->sensors_down);
	json_put_integer(w, "open_incidents", c->open_incidents);
	json_put_integer(w, "open_grave", c->open_grave);
	json_put_integer(w, "detections_30d", c->detections_30d);
	json_put_string(w, "monitored_from", c->monitored_from);
	json_put_string(w, "monitored_to", c->monitored_to);
	json_put_time(w, "last_seen_at", c->last_seen_at);
}

static void write_list(struct call *call, const struct db_result *result)
{
	struct company_row row;
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "companies");
	for (int i = 0; i < db_rows(result); i++) {
		company_query_read(result, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
}

int companies_list(struct call *call, struct err *why)
{
	struct buffer pattern = { 0 };
	struct db_result *result;
	const char *text = NULL;
	int failed;

	if (!filters_text(call, "q", &pattern, &text)) {
		buffer_release(&pattern);
		return 0;
	}
	failed = company_query_list(call->db, call->person.company_id, text ? buffer_string(&pattern) : NULL,
				    call->api->settings->timezone, &result, why);
	buffer_release(&pattern);
	if (failed)
		return -1;
	write_list(call, result);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* Another company than the only one this person sees is not there. */
static int check_scope(const struct call *call, struct err *why)
{
	if (call->person.company_id && call->person.company_id != call->id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	return 0;
}

static int put_spans(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (company_query_spans(call->db, call->id, &result, why) != 0)
		return -1;
	json_put_raw(w, "networks", db_slice(result, 0, 0));
	json_put_raw(w, "spans", db_slice(result, 0, 1));
	db_result_free(result);
	return 0;
}

static int write_company(struct call *call, const struct db_result *result, struct err *why)
{
	const char *language;
	struct company_row row;
	struct json_writer w;

	if (db_rows(result) == 0)
		return err_set(why, ERR_NOT_FOUND, "no such company");
	company_query_read(result, 0, &row);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &row);
	json_put_raw(&w, "tags", slice_of_string(row.tags));
	if (company_query_report_language(call->db, call->id, &language, why) != 0)
		return -1;
	json_put_string(&w, "report_language", language);
	if (put_spans(call, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int companies_get(struct call *call, struct err *why)
{
	struct db_result *result;
	int failed;

	if (check_scope(call, why) != 0 ||
	    company_query_list(call->db, call->id, NULL, call->api->settings->timezone, &result, why) != 0)
		return -1;
	failed = write_company(call, result, why);
	db_result_free(result);
	return failed;
}

static void put_language(struct json_writer *w, int64_t company_id, const char *language)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", company_id);
	json_put_string(w, "report_language", language);
	json_close_object(w);
}

static bool may_change(const struct person *person)
{
	return person_may(person->role, PERMISSION_PORTAL) || person_may(person->role, PERMISSION_WRITE_REPORTS);
}

int companies_change(struct call *call, struct err *why)
{
	struct buffer detail = { 0 };
	const char *language;
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	if (check_scope(call, why) != 0 || company_query_exists(call->db, call->id, why) != 0)
		return -1;
	if (!may_change(&call->person))
		return call_refuse(call, PROBLEM_FORBIDDEN);
	if (!call_text(call, "report_language", 2, 2, true, &language))
		return 0;
	if (strcmp(language, "ja") != 0 && strcmp(language, "en") != 0)
		return call_refuse_member(call, "report_language", FAULT_CHOICE);
	if (company_query_set_report_language(call->db, call->id, language, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	put_language(&w, call->id, language);
	json_writer_init(&w, &detail);
	put_language(&w, call->id, language);
	snprintf(subject, sizeof(subject), "company %" PRId64, call->id);
	return audit_trail_add(call, "company.change", call->id, subject, &detail, why);
}

int companies_put(struct call *call, const char *key, int64_t company_id, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct company_row row;

	if (company_query_list(call->db, company_id, NULL, call->api->settings->timezone, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		json_put_null(w, key);
	} else {
		company_query_read(result, 0, &row);
		json_open_object(w, key);
		put_members(w, &row);
		json_close_object(w);
	}
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------ the summary */

static int put_days(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (company_query_days(call->db, call->id, call->api->settings->timezone, &result, why) != 0)
		return -1;
	json_open_array(w, "days");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "day", db_text(result, i, 0));
		json_open_array(w, "by_severity");
		for (int severity = 1; severity <= 5; severity++)
			json_put_integer(w, NULL, db_integer(result, i, severity));
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_signatures(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (company_query_signatures(call->db, call->id, call->api->settings->timezone, &result, why) != 0)
		return -1;
	json_open_array(w, "top_signatures");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "signature", db_text(result, i, 0));
		json_put_integer(w, "count", db_integer(result, i, 1));
		json_put_string(w, "direction", db_text(result, i, 2));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

int companies_summary(struct call *call, struct err *why)
{
	struct json_writer w;

	if (check_scope(call, why) != 0 || company_query_exists(call->db, call->id, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	if (put_days(call, &w, why) != 0 || put_signatures(call, &w, why) != 0 ||
	    incidents_put_open(call, call->id, &w, why) != 0 || sensors_put(call, call->id, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}
