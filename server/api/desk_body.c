#include "server/api/desk_body.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/store/ticket.h"

#include <inttypes.h>
#include <stdio.h>

enum { EMAIL_MOST = 320, SUBJECT_SIZE = 64 };

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

bool desk_body_text(struct call *call, const char *name, size_t least, size_t most, const char **out)
{
	return body_kind(&call->body, name) == BODY_ABSENT || call_text(call, name, least, most, true, out);
}

bool desk_body_optional(struct call *call, const char *name, size_t most, const char **out)
{
	if (!body_members_nullable_text(call, name, most, out))
		return false;
	if (*out && !**out)
		*out = NULL;
	return true;
}

bool desk_body_email(struct call *call, const char *name, const char **out)
{
	const char *at;

	if (body_kind(&call->body, name) == BODY_ABSENT)
		return true;
	if (!desk_body_optional(call, name, EMAIL_MOST, out))
		return false;
	if (!*out)
		return true;
	at = strchr(*out, '@');
	if (!at || at == *out || !at[1] || strchr(at + 1, '@') || strpbrk(*out, " \t\r\n,;<>\""))
		return refuse(call, name, FAULT_MALFORMED);
	return true;
}

bool desk_body_id(struct call *call, const char *name, int64_t *out)
{
	return body_members_nullable_integer(call, name, 1, INT64_MAX, 0, out);
}

bool desk_body_day(struct call *call, const char *name, const char **out)
{
	if (body_kind(&call->body, name) != BODY_NULL)
		return body_members_day(call, name, out);
	*out = NULL;
	return true;
}

bool desk_body_time(struct call *call, const char *name, bool nullable, time_us *out)
{
	enum body_kind kind = body_kind(&call->body, name);
	const char *text = body_text(&call->body, name);
	time_us time;

	if (kind == BODY_ABSENT)
		return true;
	if (kind == BODY_NULL && nullable) {
		*out = TIME_NONE;
		return true;
	}
	if (!text)
		return refuse(call, name, FAULT_TYPE);
	/* The database's calendar has no year 0. */
	if (strlen(text) <= 10 || !time_parse(slice_of_string(text), 0, &time) ||
	    time < days_from_civil(2000, 1, 1) * US_PER_DAY)
		return refuse(call, name, FAULT_TIME);
	*out = time;
	return true;
}

int desk_body_owner(struct call *call, int64_t company_id, int64_t *out, struct err *why)
{
	enum body_kind kind = body_kind(&call->body, "owner_id");
	const char *text = body_text(&call->body, "owner_id");

	if (kind == BODY_ABSENT)
		return 1;
	if (kind == BODY_NULL)
		*out = 0;
	else if (kind == BODY_INTEGER)
		*out = body_integer(&call->body, "owner_id");
	else if (text && strcmp(text, "me") == 0)
		*out = call->person.user_id;
	else
		return refuse(call, "owner_id", FAULT_TYPE);
	if (kind == BODY_NULL || ticket_owner_check(call->db, *out, company_id, why) == 0)
		return 1;
	return why->code == ERR_NOT_FOUND ? refuse(call, "owner_id", FAULT_PERSON) : -1;
}

int desk_body_conclude(struct call *call, int status, const char *action, const char *noun, int64_t id,
		       int64_t company_id, int64_t version, desk_put *put, const void *row, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	call_reply(call, status, &w);
	incidents_reply_version(call, version);
	json_open_object(&w, NULL);
	put(&w, row);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put(&w, row);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "%s %" PRId64, noun, id);
	return audit_trail_add(call, action, company_id, subject, &detail, why);
}

int desk_body_condition(struct call *call, int64_t version, desk_put *put, const void *row)
{
	struct json_writer w;
	bool stale;

	if (!call_condition(call, version, &stale))
		return 0;
	if (!stale)
		return 1;
	call_refuse_open(call, PROBLEM_STALE, &w);
	json_open_object(&w, "current");
	put(&w, row);
	json_close_object(&w);
	json_close_object(&w);
	return 0;
}
