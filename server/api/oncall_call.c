#include "server/api/oncall_call.h"

#include "server/api/incident_view.h"
#include "server/store/schedule_admin.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_MOST = 100, ZONE_MOST = 64 };

int oncall_call_book(struct call *call, struct oncall_book **out, struct err *why)
{
	if (oncall_book_open(out, why) != 0)
		return -1;
	if (oncall_book_refresh(*out, call->db, why) == 0)
		return 0;
	oncall_book_close(*out);
	*out = NULL;
	return -1;
}

struct page_engine oncall_call_engine(const struct call *call, struct oncall_book *book)
{
	return (struct page_engine){ .book = book,
				     .fallback = &call->api->settings->escalator.fallback,
				     .notice_life_ms = call->api->settings->escalator.notice_life };
}

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

bool oncall_call_document(struct call *call, const char *name, struct buffer *out)
{
	uint32_t at = body_find(&call->body, name);

	if (at == JSON_NONE)
		return refuse(call, name, FAULT_MISSING);
	if (!json_read_is(&call->body.reader, at, JSON_KIND_OBJECT))
		return refuse(call, name, FAULT_TYPE);
	buffer_put_slice(out, json_read_raw(&call->body.reader, at));
	return true;
}

bool oncall_call_name(struct call *call, const char **out)
{
	return call_text(call, "name", 1, NAME_MOST, true, out);
}

bool oncall_call_timezone(struct call *call, const char **out)
{
	return call_text(call, "timezone", 1, ZONE_MOST, true, out);
}

bool oncall_call_time(struct call *call, const char *name, bool required, time_us *out)
{
	enum body_kind kind = body_kind(&call->body, name);
	const char *text = body_text(&call->body, name);

	if (kind == BODY_ABSENT || kind == BODY_NULL)
		return required ? refuse(call, name, FAULT_MISSING) : true;
	if (!text || !time_parse(slice_of_string(text), 0, out) || *out < days_from_civil(1, 1, 1) * US_PER_DAY)
		return refuse(call, name, FAULT_TIME);
	return true;
}

int oncall_call_refused(struct call *call, struct err *why)
{
	if (why->code == ERR_USAGE)
		return call_refuse_document(call, "rules", why->text);
	if (why->code == ERR_CONFLICT)
		return call_refuse(call, PROBLEM_NAME_TAKEN);
	return -1;
}

int oncall_call_in_use(struct call *call, const char *reason)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_IN_USE, &w);
	json_put_string(&w, "reason", reason);
	json_close_object(&w);
	return 0;
}

int oncall_call_stale(struct call *call)
{
	return call_refuse(call, PROBLEM_STALE);
}

void oncall_call_etag(struct call *call, int64_t version)
{
	char tag[32];

	snprintf(tag, sizeof(tag), "\"%" PRId64 "\"", version);
	http_reply_header(call->reply, "ETag", tag);
}

int oncall_call_local(const struct call *call, time_us at, bool japanese, char out[LOCAL_TIME_SIZE], struct err *why)
{
	struct civil_time t;
	struct zone *zone;

	out[0] = '\0';
	if (at == TIME_NONE)
		return 0;
	if (zone_load(&zone, call->api->settings->timezone, why) != 0)
		return -1;
	zone_civil(zone, at, &t);
	zone_release(zone);
	if (japanese)
		snprintf(out, LOCAL_TIME_SIZE, "%d月%d日 %d:%02d", t.month, t.day, t.hour, t.minute);
	else
		snprintf(out, LOCAL_TIME_SIZE, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- names
 */

void person_names_want(struct person_names *names, int64_t user_id)
{
	if (user_id == 0)
		return;
	for (size_t i = 0; i < names->count; i++)
		if (names->ids[i] == user_id)
			return;
	if (names->count < PERSON_NAMES_MAX)
		names->ids[names->count++] = user_id;
}

int person_names_load(struct person_names *names, struct db *db, struct err *why)
{
	db_result_free(names->rows);
	names->rows = NULL;
	return oncall_names(db, names->ids, names->count, &names->rows, why);
}

const char *person_names_get(const struct person_names *names, int64_t user_id)
{
	for (int i = 0; names->rows && i < db_rows(names->rows); i++)
		if (db_integer(names->rows, i, 0) == user_id)
			return db_text(names->rows, i, 1);
	return "?";
}

void person_names_put(const struct person_names *names, struct json_writer *w, const char *key, int64_t user_id)
{
	incident_view_put_person(w, key, user_id, user_id ? person_names_get(names, user_id) : NULL);
}

void person_names_release(struct person_names *names)
{
	db_result_free(names->rows);
	*names = (struct person_names){ 0 };
}
