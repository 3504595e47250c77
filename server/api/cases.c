#include "server/api/cases.h"

#include "server/api/body_members.h"
#include "server/api/case_view.h"
#include "server/api/incident_hold.h"
#include "server/api/incident_view.h"
#include "server/api/incidents.h"
#include "server/store/incident_clock.h"

#include <inttypes.h>

enum { STEP_TEXT_MOST = 10000, NOTE_MOST = 2000 };

static int write_case(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	incident_view_put(w, "incident", incident);
	if (case_view_clocks(call, incident, w, why) != 0 || case_view_steps(call, incident, w, why) != 0 ||
	    case_view_requests(call, incident, w, why) != 0 || case_view_entitlement(call, incident, w, why) != 0 ||
	    case_view_insurance(call, incident, "insurance", w, why) != 0 ||
	    case_view_privacy(call, incident, w, why) != 0 || case_view_tickets(call, incident, w, why) != 0 ||
	    case_view_orders(call, incident, w, why) != 0)
		return -1;
	return case_view_packs(call, incident, w, why);
}

int cases_get(struct call *call, struct err *why)
{
	struct held_incident held;
	struct json_writer w;
	int failed;

	if (incident_hold_look(call, &held, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	incidents_reply_version(call, held.row.version);
	json_open_object(&w, NULL);
	failed = write_case(call, &held.row, &w, why);
	json_close_object(&w);
	incident_hold_release(&held);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- a step */

static bool read_step(struct call *call, struct case_step_new *out)
{
	out->at = TIME_NONE;
	return body_members_need(call, "step") && body_members_integer(call, "step", 1, CASE_STEPS, &out->step) &&
	       call_text(call, "text", 1, STEP_TEXT_MOST, true, &out->text) &&
	       body_members_past(call, "at", false, &out->at) && body_members_bool(call, "done", &out->done);
}

static int record_step(struct call *call, const struct incident_row *incident, const struct case_step_row *row,
		       struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_integer(&w, "entry", row->id);
	json_put_integer(&w, "step", row->step);
	json_put_bool(&w, "done", row->done);
	json_put_time(&w, "at", row->at);
	json_put_string(&w, "text", row->text);
	json_close_object(&w);
	return incident_hold_record(call, incident, "step", "case.step", &body, why);
}

static int add_step(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct case_step_new step = { .company_id = incident->company_id,
				      .incident_id = incident->id,
				      .user_id = call->person.user_id };
	struct case_step_row row = { .by = "person",
				     .user_id = call->person.user_id,
				     .user_name = call->person.display_name };
	struct json_writer w;

	if (!read_step(call, &step))
		return 0;
	if (case_file_add_step(call->db, &step, &row.id, &row.at, &row.written_at, why) != 0)
		return -1;
	row.step = step.step;
	row.done = step.done;
	row.text = step.text;
	if (record_step(call, incident, &row, why) != 0)
		return -1;
	call_reply(call, 201, &w);
	case_view_put_step(&w, NULL, &row);
	return 0;
}

int cases_add_step(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = add_step(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}

/* ------------------------------------------------------------------------------------------- waiting, and confirmed */

static int reply_clocks(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct promises *promises;
	struct incident_clock clock;
	struct json_writer w;

	if (incident_clock_get(call->db, incident->company_id, incident->id, &clock, why) != 0 ||
	    promises_read(call->db, &promises, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	case_view_put_clocks(&w, NULL, &clock, incident->severity, promises, clock_now());
	promises_release(promises);
	return 0;
}

static int set_waiting(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct buffer body = { 0 };
	struct incident_clock clock;
	bool waiting = false;

	if (!body_members_need(call, "waiting") || !body_members_bool(call, "waiting", &waiting))
		return 0;
	if (incident_clock_get(call->db, incident->company_id, incident->id, &clock, why) != 0)
		return -1;
	if ((clock.paused_at != TIME_NONE) == waiting)
		return reply_clocks(call, incident, why);
	if (clock.closed_at != TIME_NONE)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	buffer_printf(&body, "{\"waiting\":%s}", waiting ? "true" : "false");
	if (incident_clock_pause(call->db, incident->company_id, incident->id, waiting, why) != 0 ||
	    incident_hold_record(call, incident, "clock", "case.waiting", &body, why) != 0) {
		buffer_release(&body);
		return -1;
	}
	return reply_clocks(call, incident, why);
}

int cases_wait(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = set_waiting(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}

static int set_confirmed(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct buffer body = { 0 };
	const char *note = NULL;
	struct json_writer w;
	bool first;

	if (!call_text(call, "note", 0, NOTE_MOST, false, &note))
		return 0;
	if (incident_clock_mark(call->db, incident->company_id, incident->id, CLOCK_CONFIRMED, TIME_NONE, &first,
				why) != 0)
		return -1;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "by", "desk");
	json_put_bool(&w, "first", first);
	json_put_string(&w, "note", note);
	json_close_object(&w);
	if (incident_hold_record(call, incident, "confirmed", "case.confirmed", &body, why) != 0)
		return -1;
	return reply_clocks(call, incident, why);
}

int cases_confirm(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = set_confirmed(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}
