#include "server/api/people.h"

#include "server/api/audit_trail.h"
#include "server/api/desk_body.h"
#include "server/model/phone.h"
#include "server/store/company_query.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_MOST = 100, PHONE_MOST = 40, POSITION_MOST = 100, SUBJECT_SIZE = 64, OFFICE_HOURS = 1 };

void people_put_members(struct json_writer *w, const void *row)
{
	const struct company_person *p = row;

	json_put_integer(w, "id", p->id);
	json_put_integer(w, "company_id", p->company_id);
	json_put_integer(w, "position", p->position);
	json_put_string(w, "name", p->name);
	json_put_string(w, "role", p->role);
	json_put_string(w, "email", p->email);
	json_put_string(w, "phone", p->phone);
	json_put_string(w, "language", p->language);
	json_put_bool(w, "night", p->night);
	json_put_known(w, "calendar_id", p->calendar_id != 0, p->calendar_id);
	json_put_string(w, "calendar", p->calendar);
	json_put_string(w, "reviewed_on", p->reviewed_on);
	json_put_time(w, "bounced_at", p->bounced_at);
	json_put_bool(w, "gets_reports", p->gets_reports);
	json_put_bool(w, "attach_reports", p->attach_reports);
	json_put_integer(w, "version", p->version);
}

static void put_list(struct json_writer *w, const struct db_result *result)
{
	struct company_person person;

	json_open_array(w, "people");
	for (int i = 0; i < db_rows(result); i++) {
		company_people_read(result, i, &person);
		json_open_object(w, NULL);
		people_put_members(w, &person);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_chosen(struct json_writer *w, const struct db_result *result, int64_t chosen)
{
	struct company_person person;

	for (int i = 0; chosen && i < db_rows(result); i++) {
		company_people_read(result, i, &person);
		if (person.id != chosen)
			continue;
		json_open_object(w, "person");
		people_put_members(w, &person);
		json_close_object(w);
		return;
	}
	json_put_null(w, "person");
}

int people_put(struct call *call, int64_t company_id, int64_t chosen, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (company_people_list(call->db, company_id, &result, why) != 0)
		return -1;
	put_chosen(w, result, chosen);
	put_list(w, result);
	db_result_free(result);
	return 0;
}

/* Whether the person sees the company of the path. */
static int check_company(struct call *call, struct err *why)
{
	if (call->person.company_id && call->person.company_id != call->id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	return company_query_exists(call->db, call->id, why);
}

int people_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct json_writer w;

	if (check_company(call, why) != 0 || company_people_list(call->db, call->id, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_list(&w, result);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- changing */

static bool read_phone(struct call *call, const char **out)
{
	char digits[PHONE_SIZE];

	if (body_kind(&call->body, "phone") == BODY_ABSENT)
		return true;
	if (!desk_body_optional(call, "phone", PHONE_MOST, out))
		return false;
	if (!*out || phone_normalise(slice_of_string(*out), digits))
		return true;
	call_refuse_member(call, "phone", FAULT_MALFORMED);
	return false;
}

static bool read_language(struct call *call, const char **out)
{
	if (!desk_body_text(call, "language", 2, 2, out))
		return false;
	if (strcmp(*out, "ja") == 0 || strcmp(*out, "en") == 0)
		return true;
	call_refuse_member(call, "language", FAULT_CHOICE);
	return false;
}

/* The members that are there. 1: go on; 0: refused; -1. */
static int read_person(struct call *call, struct company_person *p, struct err *why)
{
	if (!desk_body_text(call, "name", 1, NAME_MOST, &p->name) ||
	    !desk_body_text(call, "role", 0, NAME_MOST, &p->role) || !desk_body_email(call, "email", &p->email) ||
	    !read_phone(call, &p->phone) || !read_language(call, &p->language) ||
	    !body_members_bool(call, "night", &p->night) ||
	    !body_members_bool(call, "gets_reports", &p->gets_reports) ||
	    !body_members_bool(call, "attach_reports", &p->attach_reports) ||
	    !desk_body_id(call, "calendar_id", &p->calendar_id) ||
	    !body_members_integer(call, "position", 1, POSITION_MOST, &p->position))
		return 0;
	if (!p->email && !p->phone)
		return call_refuse_reason(call, "email", FAULT_MISSING,
					  "a mail address or a telephone number is needed");
	/* Who is not told at night needs hours that are the day. */
	if (!p->night && !p->calendar_id)
		p->calendar_id = OFFICE_HOURS;
	if (company_people_calendar(call->db, p->calendar_id, why) == 0)
		return 1;
	return why->code == ERR_NOT_FOUND ? call_refuse_member(call, "calendar_id", FAULT_CHOICE) : -1;
}

/* The entry that the transaction holds; its texts belong to *result. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **result, struct company_person *out,
		struct err *why)
{
	if (company_people_get(call->db, call->person.company_id, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such person");
	}
	company_people_read(*result, 0, out);
	return 0;
}

static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct company_person person;
	struct db_result *result;
	int failed;

	if (find(call, id, false, &result, &person, why) != 0)
		return -1;
	failed = desk_body_conclude(call, status, action, "person", id, person.company_id, person.version,
				    people_put_members, &person, why);
	db_result_free(result);
	return failed;
}

int people_add(struct call *call, struct err *why)
{
	struct company_person person = {
		.company_id = call->id, .role = "", .language = "ja", .night = true, .gets_reports = true
	};
	int64_t id;
	int go;

	if (check_company(call, why) != 0)
		return -1;
	if (!body_members_need(call, "name"))
		return 0;
	go = read_person(call, &person, why);
	if (go != 1)
		return go;
	if (company_people_add(call->db, &person, &id, why) == 0)
		return conclude(call, id, 201, "person.add", why);
	return why->code == ERR_LIMIT ? call_refuse(call, PROBLEM_WRONG_STATE) : -1;
}

static int change_held(struct call *call, const struct company_person *now, struct err *why)
{
	struct company_person changed = *now;
	int go = desk_body_condition(call, now->version, people_put_members, now);

	if (go != 1)
		return go;
	if (!body_members_any(call, "name"))
		return 0;
	go = read_person(call, &changed, why);
	if (go != 1)
		return go;
	if (company_people_update(call->db, &changed, why) != 0)
		return -1;
	return conclude(call, now->id, 200, "person.change", why);
}

int people_change(struct call *call, struct err *why)
{
	struct company_person person;
	struct db_result *result;
	int failed;

	if (find(call, call->id, true, &result, &person, why) != 0)
		return -1;
	failed = change_held(call, &person, why);
	db_result_free(result);
	return failed;
}

int people_remove(struct call *call, struct err *why)
{
	struct company_person person;
	char subject[SUBJECT_SIZE];
	struct db_result *result;
	int failed;

	if (find(call, call->id, true, &result, &person, why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "person %" PRId64, person.id);
	call_reply_empty(call, 204);
	failed = company_people_remove(call->db, person.company_id, person.id, why) != 0 ||
			 audit_trail_add(call, "person.remove", person.company_id, subject, NULL, why) != 0
		     ? -1
		     : 0;
	db_result_free(result);
	return failed;
}

int people_review(struct call *call, struct err *why)
{
	struct company_person person;
	struct db_result *result;
	int failed;

	if (find(call, call->id, true, &result, &person, why) != 0)
		return -1;
	failed = company_people_review(call->db, person.company_id, person.id, call->api->settings->timezone, why);
	db_result_free(result);
	return failed ? -1 : conclude(call, call->id, 200, "person.review", why);
}
