#include "server/api/privacy.h"

#include "server/api/body_members.h"
#include "server/api/case_view.h"
#include "server/api/incident_hold.h"
#include "server/api/incidents.h"

enum { REASON_MOST = 2000 };
#define PERSONS_MOST ((int64_t)10000000000)

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

static int record(struct call *call, const struct incident_row *incident, const struct privacy_row *row,
		  const char *action, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_time(&w, "known_at", row->clock.known_at);
	json_put_bool(&w, "malicious", row->clock.malicious);
	json_put_known(&w, "persons", row->persons >= 0, row->persons);
	json_put_time(&w, "first_reported_at", row->clock.first_reported_at);
	json_put_time(&w, "final_reported_at", row->clock.final_reported_at);
	json_put_bool(&w, "dropped", row->clock.dropped);
	json_put_string(&w, "drop_reason", row->drop_reason);
	json_close_object(&w);
	return incident_hold_record(call, incident, "privacy", action, &body, why);
}

/* Records and shows the row as it is now. */
static int finish(struct call *call, const struct incident_row *incident, int status, const char *action,
		  struct err *why)
{
	struct db_result *result;
	struct privacy_row row;
	struct zone *zone;
	struct json_writer w;
	int failed;

	if (zone_load(&zone, call->api->settings->timezone, why) != 0)
		return -1;
	failed = privacy_record_get(call->db, incident->company_id, incident->id, false, &result, why);
	if (!failed) {
		privacy_record_read(result, 0, &row);
		failed = record(call, incident, &row, action, why);
		if (!failed) {
			call_reply(call, status, &w);
			incidents_reply_version(call, row.version);
			case_view_put_privacy(&w, NULL, &row, zone, clock_now());
		}
		db_result_free(result);
	}
	zone_release(zone);
	return failed;
}

static int start(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct privacy_row row = { .company_id = incident->company_id, .incident_id = incident->id, .persons = -1 };
	struct db_result *result;
	bool one;

	if (!body_members_need(call, "known_at") || !body_members_past(call, "known_at", false, &row.clock.known_at) ||
	    !body_members_bool(call, "malicious", &row.clock.malicious) ||
	    !body_members_nullable_integer(call, "persons", 0, PERSONS_MOST, -1, &row.persons))
		return 0;
	if (privacy_record_get(call->db, row.company_id, row.incident_id, false, &result, why) != 0)
		return -1;
	one = db_rows(result) != 0;
	db_result_free(result);
	if (one)
		return call_refuse(call, PROBLEM_EXISTS);
	if (privacy_record_add(call->db, &row, why) != 0)
		return -1;
	return finish(call, incident, 201, "privacy.start", why);
}

int privacy_start(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = start(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}

static bool read_change(struct call *call, struct privacy_row *row)
{
	const char *reason = NULL;

	if (!body_members_any(call, "known_at") || !body_members_past(call, "known_at", false, &row->clock.known_at) ||
	    !body_members_bool(call, "malicious", &row->clock.malicious) ||
	    !body_members_nullable_integer(call, "persons", 0, PERSONS_MOST, -1, &row->persons) ||
	    !body_members_past(call, "first_reported_at", true, &row->clock.first_reported_at) ||
	    !body_members_past(call, "final_reported_at", true, &row->clock.final_reported_at) ||
	    !body_members_bool(call, "dropped", &row->clock.dropped) ||
	    !call_text(call, "drop_reason", 0, REASON_MOST, false, &reason))
		return false;
	if (reason)
		row->drop_reason = reason;
	if (row->clock.dropped && (!row->drop_reason || !*row->drop_reason))
		return refuse(call, "drop_reason", FAULT_MISSING);
	if (row->clock.first_reported_at != TIME_NONE && row->clock.first_reported_at < row->clock.known_at)
		return refuse(call, "first_reported_at", FAULT_ORDER);
	if (row->clock.final_reported_at != TIME_NONE && row->clock.final_reported_at < row->clock.known_at)
		return refuse(call, "final_reported_at", FAULT_ORDER);
	return true;
}

static int refuse_stale(struct call *call, const struct privacy_row *current, struct err *why)
{
	struct json_writer w;
	struct zone *zone;

	if (zone_load(&zone, call->api->settings->timezone, why) != 0)
		return -1;
	call_refuse_open(call, PROBLEM_STALE, &w);
	case_view_put_privacy(&w, "current", current, zone, clock_now());
	json_close_object(&w);
	zone_release(zone);
	return 0;
}

static int change_held(struct call *call, const struct incident_row *incident, struct privacy_row *row, struct err *why)
{
	bool stale;

	if (!call_condition(call, row->version, &stale))
		return 0;
	if (stale)
		return refuse_stale(call, row, why);
	if (!read_change(call, row))
		return 0;
	if (privacy_record_update(call->db, row, why) != 0)
		return -1;
	return finish(call, incident, 200, "privacy.change", why);
}

static int change(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct db_result *result;
	struct privacy_row row;
	int failed;

	if (privacy_record_get(call->db, incident->company_id, incident->id, true, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		failed = err_set(why, ERR_NOT_FOUND, "the clocks were not started");
	} else {
		privacy_record_read(result, 0, &row);
		failed = change_held(call, incident, &row, why);
	}
	db_result_free(result);
	return failed;
}

int privacy_change(struct call *call, struct err *why)
{
	struct held_incident held;
	int failed;

	if (incident_hold(call, call->id, &held, why) != 0)
		return -1;
	failed = change(call, &held.row, why);
	incident_hold_release(&held);
	return failed;
}
