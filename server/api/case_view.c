#include "server/api/case_view.h"

#include "server/api/incident_view.h"

#include <stdio.h>

enum { DAY_SIZE = 32 };

static void put_day(struct json_writer *w, const char *key, int64_t day)
{
	char text[DAY_SIZE];
	int year, month, day_of_month;

	civil_from_days(day, &year, &month, &day_of_month);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day_of_month);
	json_put_string(w, key, text);
}

static void put_amount(struct json_writer *w, const char *key, int64_t yen)
{
	json_put_known(w, key, yen >= 0, yen);
}

/* ----------------------------------------------------------------------------------------------------------- clocks */

static void put_promise(struct json_writer *w, const char *key, const struct sla_target *target, enum promise_kind kind,
			const struct incident_clock *clock, time_us now)
{
	json_open_object(w, key);
	json_put_string(w, "state", sla_state_name(promises_state(target, kind, clock, now)));
	json_put_time(w, "due_at", sla_due(target, clock->raised_at));
	json_put_time(w, "warn_at", sla_warn_at(target, clock->raised_at));
	json_close_object(w);
}

void case_view_put_clocks(struct json_writer *w, const char *key, const struct incident_clock *clock, int64_t severity,
			  const struct promises *promises, time_us now)
{
	json_open_object(w, key);
	json_put_time(w, "event_at", clock->event_at);
	json_put_time(w, "received_at", clock->received_at);
	json_put_time(w, "raised_at", clock->raised_at);
	json_put_time(w, "acknowledged_at", clock->acknowledged_at);
	json_put_time(w, "triaged_at", clock->triaged_at);
	json_put_time(w, "told_at", clock->told_at);
	json_put_time(w, "confirmed_at", clock->confirmed_at);
	json_put_time(w, "contained_at", clock->contained_at);
	json_put_time(w, "resolved_at", clock->resolved_at);
	json_put_time(w, "closed_at", clock->closed_at);
	json_put_integer(w, "waited_s", clock->paused_ms / 1000);
	json_put_time(w, "waiting_since", clock->paused_at);
	put_promise(w, "acknowledge", promises_target(promises, severity, PROMISE_ACKNOWLEDGE), PROMISE_ACKNOWLEDGE,
		    clock, now);
	put_promise(w, "notify", promises_target(promises, severity, PROMISE_NOTIFY), PROMISE_NOTIFY, clock, now);
	json_close_object(w);
}

int case_view_clocks(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct promises *promises;
	struct incident_clock clock;

	if (incident_clock_get(call->db, incident->company_id, incident->id, &clock, why) != 0) {
		if (why->code != ERR_NOT_FOUND)
			return -1;
		json_put_null(w, "clocks");
		return 0;
	}
	if (promises_read(call->db, &promises, why) != 0)
		return -1;
	case_view_put_clocks(w, "clocks", &clock, incident->severity, promises, clock_now());
	promises_release(promises);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ steps */

void case_view_put_step(struct json_writer *w, const char *key, const struct case_step_row *step)
{
	json_open_object(w, key);
	json_put_known(w, "id", step->id != 0, step->id);
	json_put_integer(w, "step", step->step);
	json_put_time(w, "at", step->at);
	json_put_bool(w, "done", step->done);
	json_put_string(w, "by", step->by);
	json_put_string(w, "text", step->text);
	incident_view_put_person(w, "user", step->user_id, step->user_name);
	json_put_time(w, "written_at", step->written_at);
	json_close_object(w);
}

static time_us step_done_at(const struct db_result *result, int64_t step)
{
	struct case_step_row row;

	for (int i = 0; i < db_rows(result); i++) {
		case_file_read_step(result, i, &row);
		if (row.step == step && row.done)
			return row.at;
	}
	return TIME_NONE;
}

int case_view_steps(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct case_step_row row;

	if (case_file_steps(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	json_open_array(w, "steps");
	for (int64_t step = 1; step <= CASE_STEPS; step++) {
		json_open_object(w, NULL);
		json_put_integer(w, "step", step);
		json_put_time(w, "done_at", step_done_at(result, step));
		json_open_array(w, "entries");
		for (int i = 0; i < db_rows(result); i++) {
			case_file_read_step(result, i, &row);
			if (row.step == step)
				case_view_put_step(w, NULL, &row);
		}
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- requests */

void case_view_put_request(struct json_writer *w, const struct member_request_row *r)
{
	json_put_integer(w, "id", r->id);
	json_put_integer(w, "company_id", r->company_id);
	json_put_string(w, "company", r->company);
	json_put_known(w, "incident_id", r->incident_id != 0, r->incident_id);
	json_put_known(w, "incident_no", r->incident_no != 0, r->incident_no);
	json_put_known(w, "ticket_id", r->ticket_id != 0, r->ticket_id);
	json_put_string(w, "who", r->who);
	json_put_string(w, "what", r->what);
	json_put_known(w, "minutes", r->minutes != 0, r->minutes);
	json_put_string(w, "due_on", r->due_on);
	json_put_string(w, "state", r->state);
	json_put_bool(w, "overdue", r->overdue);
	json_put_time(w, "reminded_at", r->reminded_at);
	incident_view_put_person(w, "made_by", r->made_by, r->made_by_name);
	json_put_time(w, "made_at", r->made_at);
	incident_view_put_person(w, "done_by", r->done_by, r->done_by_name);
	json_put_time(w, "done_at", r->done_at);
	json_put_string(w, "note", r->note);
	json_put_integer(w, "version", r->version);
}

int case_view_requests(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct member_request_row row;
	struct db_result *result;

	if (member_request_of_incident(call->db, incident->company_id, incident->id, call->api->settings->timezone,
				       &result, why) != 0)
		return -1;
	json_open_array(w, "requests");
	for (int i = 0; i < db_rows(result); i++) {
		member_request_read(result, i, &row);
		json_open_object(w, NULL);
		case_view_put_request(w, &row);
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- insurance */

void case_view_put_insurance(struct json_writer *w, const char *key, const struct insurance_row *i)
{
	json_open_object(w, key);
	json_put_integer(w, "id", i->id);
	json_put_integer(w, "company_id", i->company_id);
	json_put_integer(w, "incident_id", i->incident_id);
	json_put_integer(w, "contract_id", i->contract_id);
	json_put_string(w, "insurance_no", i->insurance_no);
	json_put_integer(w, "limit_yen", i->limit_yen);
	json_put_string(w, "claim_no", i->claim_no);
	put_amount(w, "claimed_yen", i->claimed_yen);
	json_put_string(w, "state", i->state);
	put_amount(w, "paid_yen", i->paid_yen);
	put_amount(w, "member_share_yen", i->member_share_yen);
	json_put_string(w, "reason", i->reason);
	incident_view_put_person(w, "opened_by", i->opened_by, i->opened_by_name);
	json_put_time(w, "opened_at", i->opened_at);
	json_put_time(w, "submitted_at", i->submitted_at);
	json_put_time(w, "decided_at", i->decided_at);
	json_put_integer(w, "version", i->version);
	json_close_object(w);
}

int case_view_insurance(struct call *call, const struct incident_row *incident, const char *key, struct json_writer *w,
			struct err *why)
{
	struct insurance_row row;
	struct db_result *result;

	if (insurance_record_of_incident(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	if (db_rows(result)) {
		insurance_record_read(result, 0, &row);
		case_view_put_insurance(w, key, &row);
	} else {
		json_put_null(w, key);
	}
	db_result_free(result);
	return 0;
}

void case_view_put_standing(struct json_writer *w, const char *key, const struct insurance_standing *s)
{
	json_open_object(w, key);
	json_put_bool(w, "entitled", s->verdict == INSURANCE_ENTITLED);
	json_put_string(w, "verdict", insurance_verdict_name(s->verdict));
	json_put_string(w, "on_day", s->on_day);
	json_put_known(w, "contract_id", s->contract_id != 0, s->contract_id);
	json_put_string(w, "plan", s->plan);
	json_put_string(w, "insurance_no", s->insurance_no);
	json_put_integer(w, "limit_yen", s->limit_yen);
	json_put_integer(w, "member_share_yen", s->share_yen);
	json_close_object(w);
}

int case_view_entitlement(struct call *call, const struct incident_row *incident, struct json_writer *w,
			  struct err *why)
{
	struct insurance_standing standing;

	if (insurance_record_standing(call->db, incident->company_id, incident->id, call->api->settings->timezone,
				      &standing, why) != 0)
		return -1;
	case_view_put_standing(w, "entitlement", &standing);
	insurance_standing_release(&standing);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- privacy */

void case_view_put_privacy(struct json_writer *w, const char *key, const struct privacy_row *row,
			   const struct zone *zone, time_us now)
{
	struct privacy_dates dates = privacy_clock_dates(&row->clock, zone);

	json_open_object(w, key);
	json_put_time(w, "known_at", row->clock.known_at);
	json_put_bool(w, "malicious", row->clock.malicious);
	json_put_known(w, "persons", row->persons >= 0, row->persons);
	json_put_string(w, "state", privacy_state_name(privacy_clock_state(&row->clock, zone, now)));
	put_day(w, "first_due_from", dates.first_from);
	put_day(w, "first_due_on", dates.first_on);
	json_put_time(w, "first_reported_at", row->clock.first_reported_at);
	put_day(w, "final_due_on", dates.final_on);
	json_put_time(w, "final_reported_at", row->clock.final_reported_at);
	json_put_time(w, "dropped_at", row->dropped_at);
	json_put_string(w, "drop_reason", row->drop_reason);
	json_put_integer(w, "version", row->version);
	json_close_object(w);
}

int case_view_privacy(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct privacy_row row;
	struct zone *zone;

	if (zone_load(&zone, call->api->settings->timezone, why) != 0)
		return -1;
	if (privacy_record_get(call->db, incident->company_id, incident->id, false, &result, why) != 0) {
		zone_release(zone);
		return -1;
	}
	if (db_rows(result)) {
		privacy_record_read(result, 0, &row);
		case_view_put_privacy(w, "privacy", &row, zone, clock_now());
	} else {
		json_put_null(w, "privacy");
	}
	db_result_free(result);
	zone_release(zone);
	return 0;
}

/* ------------------------------------------------------------------------------------------- what else belongs to it
 */

int case_view_tickets(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *r;

	if (case_file_tickets(call->db, incident->company_id, incident->id, &r, why) != 0)
		return -1;
	json_open_array(w, "tickets");
	for (int i = 0; i < db_rows(r); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(r, i, 0));
		json_put_string(w, "subject", db_text(r, i, 1));
		json_put_string(w, "category", db_text(r, i, 2));
		json_put_string(w, "channel", db_text(r, i, 3));
		json_put_string(w, "state", db_text(r, i, 4));
		json_put_time(w, "opened_at", db_time(r, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(r);
	return 0;
}

int case_view_orders(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *r;

	if (case_file_orders(call->db, incident->company_id, incident->id, &r, why) != 0)
		return -1;
	json_open_array(w, "orders");
	for (int i = 0; i < db_rows(r); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(r, i, 0));
		json_put_string(w, "kind", db_text(r, i, 1));
		json_put_string(w, "state", db_text(r, i, 2));
		json_put_string(w, "vendor", db_text(r, i, 3));
		json_put_time(w, "requested_at", db_time(r, i, 4));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(r);
	return 0;
}

int case_view_packs(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why)
{
	struct db_result *r;

	if (case_file_packs(call->db, incident->company_id, incident->id, &r, why) != 0)
		return -1;
	json_open_array(w, "packs");
	for (int i = 0; i < db_rows(r); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(r, i, 0));
		incident_view_put_person(w, "made_by", db_integer(r, i, 1), db_text(r, i, 2));
		json_put_time(w, "made_at", db_time(r, i, 3));
		json_put_string(w, "sha256", db_text(r, i, 4));
		json_put_integer(w, "files", db_integer(r, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(r);
	return 0;
}
