#include "server/store/ticket.h"

#include "lib/json_write.h"
#include "server/model/phone.h"
#include "server/model/ticket.h"
#include "server/store/desk_trail.h"
#include "server/store/incident_clock.h"
#include "server/store/page_request.h"

#include <stdio.h>

/* ---------------------------------------------------------------------------------------------------------- entries */

/* Only the entry: no screen is told. Takes the body over. */
static int add_entry(struct db *db, const struct ticket_event_new *event, int64_t *event_id, time_us *at,
		     struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, event->ticket_id);
	db_arg_text(&args, event->kind);
	db_arg_optional(&args, event->user_id);
	db_arg_bool(&args, event->for_member);
	db_arg_text(&args, event->body);
	if (db_run(db,
		   "INSERT INTO ticket_event (ticket_id, kind, user_id, for_member, body) "
		   "VALUES ($1::bigint, $2::text, $3::bigint, $4::boolean, $5::jsonb) RETURNING event_id, at",
		   &args, &result, why) != 0)
		return -1;
	*event_id = db_integer(result, 0, 0);
	*at = db_time(result, 0, 1);
	db_result_free(result);
	return 0;
}

/* The entry with a body that was written into a buffer, which is released. */
static int put_entry(struct db *db, struct ticket_event_new *event, struct buffer *body, struct err *why)
{
	int64_t id;
	time_us at;
	int failed;

	event->body = buffer_string(body);
	failed = body->failed ? err_set(why, ERR_NOMEM, "no memory for an entry of a ticket")
			      : add_entry(db, event, &id, &at, why);
	buffer_release(body);
	return failed;
}

int ticket_event_add(struct db *db, const struct ticket_event_new *event, int64_t *event_id, time_us *at,
		     struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, event->ticket_id);
	/* Across companies: by its number, which the caller holds. */
	if (add_entry(db, event, event_id, at, why) != 0 ||
	    db_run(db, "UPDATE ticket SET version = version + 1, updated_at = now() WHERE ticket_id = $1::bigint",
		   &args, NULL, why) != 0)
		return -1;
	return desk_trail_change(db, event->company_id, CHANGE_TICKET, event->ticket_id, why);
}

/* ------------------------------------------------------------------------------------------------------ what follows
 */

/* In the incident's timeline: what became of a ticket that is about it. */
static int tell_incident(struct db *db, int64_t company_id, int64_t incident_id, int64_t ticket_id, const char *what,
			 const char *subject, int64_t user_id, struct err *why)
{
	char reference[TICKET_REFERENCE_SIZE];
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	if (!incident_id)
		return 0;
	ticket_reference(ticket_id, reference);
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_integer(&w, "ticket_id", ticket_id);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "what", what);
	json_put_string(&w, "subject", subject);
	json_close_object(&w);
	failed = body.failed
		     ? err_set(why, ERR_NOMEM, "no memory for a timeline entry")
		     : desk_trail_incident(db, company_id, incident_id, "ticket", user_id, buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

static int ask_for_page(struct db *db, int64_t company_id, int64_t ticket_id, const char *what, int64_t severity,
			int64_t user_id, const char *subject, struct err *why)
{
	struct page_request request = { .company_id = company_id,
					.kind = "desk",
					.what = what,
					.subject_id = ticket_id,
					.severity = severity,
					.user_id = user_id };
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "subject", subject);
	json_close_object(&w);
	request.body = buffer_string(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a request of a page")
			     : page_request_write(db, &request, why);
	buffer_release(&body);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------ opening
 */

static int insert(struct db *db, const struct ticket_new *t, int64_t *ticket_id, struct err *why)
{
	char digits[PHONE_SIZE] = "";
	struct db_args args = { 0 };
	struct db_result *result;

	if (t->caller_phone)
		phone_normalise(slice_of_string(t->caller_phone), digits);
	db_arg_optional(&args, t->company_id);
	db_arg_text(&args, t->channel);
	db_arg_text(&args, t->caller_name ? t->caller_name : "");
	db_arg_text(&args, t->caller_phone);
	db_arg_text(&args, *digits ? digits : NULL);
	db_arg_text(&args, t->caller_email);
	db_arg_optional(&args, t->contact_id);
	db_arg_text(&args, t->category);
	db_arg_integer(&args, t->severity);
	db_arg_text(&args, t->subject);
	db_arg_text(&args, t->body ? t->body : "");
	db_arg_optional(&args, t->owner_id);
	db_arg_optional(&args, t->sensor_id);
	db_arg_optional(&args, t->incident_id);
	db_arg_text(&args, t->mail_thread);
	db_arg_optional(&args, t->opened_by);
	if (db_run(db,
		   "INSERT INTO ticket (company_id, channel, caller_name, caller_phone, caller_phone_digits, "
		   "caller_email, contact_id, category, severity, subject, body, owner_id, sensor_id, incident_id, "
		   "mail_thread, opened_by, state) VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text, "
		   "lower($6::text), $7::bigint, $8::text, $9::smallint, left($10::text, 300), left($11::text, 50000), "
		   "$12::bigint, "
		   "$13::bigint, $14::bigint, $15::text, $16::bigint, "
		   "CASE WHEN $12::bigint IS NULL THEN 'open' ELSE 'working' END) RETURNING ticket_id",
		   &args, &result, why) != 0)
		return -1;
	*ticket_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int add_opened(struct db *db, const struct ticket_new *t, int64_t ticket_id, struct err *why)
{
	struct ticket_event_new event = {
		.ticket_id = ticket_id, .kind = "opened", .user_id = t->opened_by, .for_member = true
	};
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "channel", t->channel);
	json_put_string(&w, "category", t->category);
	json_put_integer(&w, "severity", t->severity);
	json_close_object(&w);
	return put_entry(db, &event, &body, why);
}

int ticket_open(struct db *db, const struct ticket_new *ticket, int64_t *ticket_id, struct err *why)
{
	if (insert(db, ticket, ticket_id, why) != 0 || add_opened(db, ticket, *ticket_id, why) != 0 ||
	    tell_incident(db, ticket->company_id, ticket->incident_id, *ticket_id, "opened", ticket->subject,
			  ticket->opened_by, why) != 0)
		return -1;
	if (ticket->severity <= TICKET_SEVERITY_URGENT &&
	    ask_for_page(db, ticket->company_id, *ticket_id, "raised", ticket->severity, ticket->opened_by,
			 ticket->subject, why) != 0)
		return -1;
	return desk_trail_change(db, ticket->company_id, CHANGE_TICKET, *ticket_id, why);
}

/* ----------------------------------------------------------------------------------------------------------- changing
 */

void ticket_change_of(const struct ticket_row *row, struct ticket_change *out)
{
	*out = (struct ticket_change){
		.id = row->id,
		.company_id = row->company_id,
		.contact_id = row->contact_id,
		.sensor_id = row->sensor_id,
		.incident_id = row->incident_id,
		.owner_id = row->owner_id,
		.caller_name = row->caller_name,
		.caller_phone = row->caller_phone,
		.caller_email = row->caller_email,
		.category = row->category,
		.subject = row->subject,
		.state = row->state,
		.close_reason = row->close_reason,
		.answer = row->answer,
		.severity = row->severity,
		.minutes = row->minutes,
		.spoke_at = row->spoke_at,
	};
}

static int update(struct db *db, const struct ticket_change *c, struct err *why)
{
	char digits[PHONE_SIZE] = "";
	struct db_args args = { 0 };

	if (c->caller_phone)
		phone_normalise(slice_of_string(c->caller_phone), digits);
	db_arg_integer(&args, c->id);
	db_arg_optional(&args, c->company_id);
	db_arg_optional(&args, c->contact_id);
	db_arg_optional(&args, c->sensor_id);
	db_arg_optional(&args, c->incident_id);
	db_arg_optional(&args, c->owner_id);
	db_arg_text(&args, c->caller_name);
	db_arg_text(&args, c->caller_phone);
	db_arg_text(&args, *digits ? digits : NULL);
	db_arg_text(&args, c->caller_email);
	db_arg_text(&args, c->category);
	db_arg_text(&args, c->subject);
	db_arg_text(&args, c->state);
	db_arg_text(&args, c->close_reason);
	db_arg_text(&args, c->answer);
	db_arg_integer(&args, c->severity);
	db_arg_integer(&args, c->minutes);
	db_arg_time(&args, c->spoke_at);
	return db_run(db,
		      "UPDATE ticket SET company_id = $2::bigint, contact_id = $3::bigint, sensor_id = $4::bigint, "
		      "incident_id = $5::bigint, owner_id = $6::bigint, caller_name = $7::text, "
		      "caller_phone = $8::text, caller_phone_digits = $9::text, caller_email = lower($10::text), "
		      "category = $11::text, subject = $12::text, state = $13::text, close_reason = $14::text, "
		      "answered_at = CASE WHEN $15::text IS NULL THEN NULL WHEN answer IS DISTINCT FROM $15::text "
		      "THEN now() ELSE answered_at END, answer = $15::text, severity = $16::smallint, "
		      "minutes = $17::integer, spoke_at = $18::timestamptz, "
		      "closed_at = CASE WHEN $13::text = 'closed' THEN coalesce(closed_at, now()) END, "
		      "version = version + 1, updated_at = now() WHERE ticket_id = $1::bigint",
		      &args, NULL, why);
}

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static int add_state(struct db *db, const struct ticket_row *now, const struct ticket_change *c, int64_t user_id,
		     struct err *why)
{
	bool closed = strcmp(c->state, "closed") == 0;
	struct ticket_event_new event = {
		.ticket_id = c->id, .kind = closed ? "closed" : "state", .user_id = user_id, .for_member = true
	};
	struct buffer body = { 0 };
	struct json_writer w;

	if (!differ(now->state, c->state) && !differ(now->close_reason, c->close_reason))
		return 0;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", now->state);
	json_put_string(&w, "to", c->state);
	json_put_string(&w, "close_reason", c->close_reason);
	json_close_object(&w);
	return put_entry(db, &event, &body, why);
}

/* The names that the entry tells. */
static int name_of(struct db *db, const char *sql, int64_t id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, id);
	return db_run(db, sql, &args, out, why);
}

static int add_owner(struct db *db, const struct ticket_row *now, const struct ticket_change *c, int64_t user_id,
		     struct err *why)
{
	struct ticket_event_new event = { .ticket_id = c->id, .kind = "owner", .user_id = user_id };
	struct buffer body = { 0 };
	struct db_result *result;
	struct json_writer w;

	if (now->owner_id == c->owner_id)
		return 0;
	if (name_of(db, "SELECT display_name FROM app_user WHERE user_id = $1::bigint", c->owner_id, &result, why) != 0)
		return -1;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	if (db_rows(result) == 0) {
		json_put_null(&w, "to");
	} else {
		json_open_object(&w, "to");
		json_put_integer(&w, "id", c->owner_id);
		json_put_string(&w, "display_name", db_text(result, 0, 0));
		json_close_object(&w);
	}
	json_close_object(&w);
	db_result_free(result);
	return put_entry(db, &event, &body, why);
}

static int add_links(struct db *db, const struct ticket_row *now, const struct ticket_change *c, int64_t user_id,
		     struct err *why)
{
	struct ticket_event_new event = { .ticket_id = c->id, .kind = "linked", .user_id = user_id };
	struct buffer body = { 0 };
	struct db_result *result;
	struct json_writer w;

	if (now->company_id == c->company_id && now->contact_id == c->contact_id && now->sensor_id == c->sensor_id &&
	    now->incident_id == c->incident_id)
		return 0;
	if (name_of(db, "SELECT name FROM company WHERE company_id = $1::bigint", c->company_id, &result, why) != 0)
		return -1;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_known(&w, "company_id", c->company_id != 0, c->company_id);
	json_put_string(&w, "company", db_rows(result) ? db_text(result, 0, 0) : NULL);
	json_put_known(&w, "contact_id", c->contact_id != 0, c->contact_id);
	json_put_known(&w, "sensor_id", c->sensor_id != 0, c->sensor_id);
	json_put_known(&w, "incident_id", c->incident_id != 0, c->incident_id);
	json_close_object(&w);
	db_result_free(result);
	return put_entry(db, &event, &body, why);
}

/* Somebody is paged when it becomes urgent or graver, and no more when it is closed. */
static int page(struct db *db, const struct ticket_row *now, const struct ticket_change *c, int64_t user_id,
		struct err *why)
{
	bool urgent = c->severity <= TICKET_SEVERITY_URGENT, was = now->severity <= TICKET_SEVERITY_URGENT;
	bool closed = strcmp(c->state, "closed") == 0, was_closed = strcmp(now->state, "closed") == 0;
	const char *what = NULL;

	if (closed && !was_closed && was)
		what = "settled";
	else if (!closed && urgent && was_closed && was)
		what = "reopened";
	else if (!closed && urgent && !was)
		what = "raised";
	else if (!closed && urgent && c->severity < now->severity)
		what = "graver";
	return what ? ask_for_page(db, c->company_id, c->id, what, c->severity, user_id, c->subject, why) : 0;
}

/* The timeline of the incident that it is about now: that it is, and how it ended; t5 when the desk spoke to them. */
static int tell(struct db *db, const struct ticket_row *now, const struct ticket_change *c, int64_t user_id,
		struct err *why)
{
	bool linked = c->incident_id && c->incident_id != now->incident_id;
	bool closed = differ(now->state, c->state) && strcmp(c->state, "closed") == 0;
	bool first;

	if (!c->incident_id)
		return 0;
	if (linked && tell_incident(db, c->company_id, c->incident_id, c->id, "linked", c->subject, user_id, why) != 0)
		return -1;
	if (closed && tell_incident(db, c->company_id, c->incident_id, c->id, "closed", c->subject, user_id, why) != 0)
		return -1;
	if (c->spoke_at == TIME_NONE || (!linked && c->spoke_at == now->spoke_at))
		return 0;
	return incident_clock_mark(db, c->company_id, c->incident_id, CLOCK_TOLD, c->spoke_at, &first, why);
}

static bool is_waiting(int64_t incident_id, const char *state)
{
	return incident_id && strcmp(state, "waiting") == 0;
}

static int another_waits(struct db *db, int64_t company_id, int64_t incident_id, bool *waits, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	if (db_run(db,
		   "SELECT EXISTS (SELECT FROM ticket WHERE company_id = $1::bigint AND incident_id = $2::bigint "
		   "AND state = 'waiting')",
		   &args, &result, why) != 0)
		return -1;
	*waits = db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}

/* The incident waits for the member as long as one of its tickets does. The row is written. */
static int follow_waiting(struct db *db, const struct ticket_row *now, const struct ticket_change *c, struct err *why)
{
	bool was = is_waiting(now->incident_id, now->state), is = is_waiting(c->incident_id, c->state);
	bool same = now->company_id == c->company_id && now->incident_id == c->incident_id, waits;

	if (was && (!is || !same)) {
		if (another_waits(db, now->company_id, now->incident_id, &waits, why) != 0 ||
		    (!waits && incident_clock_pause(db, now->company_id, now->incident_id, false, why) != 0))
			return -1;
	}
	return is && (!was || !same) ? incident_clock_pause(db, c->company_id, c->incident_id, true, why) : 0;
}

int ticket_update(struct db *db, const struct ticket_row *now, const struct ticket_change *change, int64_t user_id,
		  struct err *why)
{
	if (update(db, change, why) != 0 || add_links(db, now, change, user_id, why) != 0 ||
	    add_owner(db, now, change, user_id, why) != 0 || add_state(db, now, change, user_id, why) != 0 ||
	    page(db, now, change, user_id, why) != 0 || tell(db, now, change, user_id, why) != 0 ||
	    follow_waiting(db, now, change, why) != 0)
		return -1;
	/* Who saw it as the former company's must learn that it is gone. */
	if (now->company_id && now->company_id != change->company_id &&
	    desk_trail_change(db, now->company_id, CHANGE_TICKET, change->id, why) != 0)
		return -1;
	return desk_trail_change(db, change->company_id, CHANGE_TICKET, change->id, why);
}
