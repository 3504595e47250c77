#include "server/api/mute_handlers.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/mute_target.h"
#include "server/api/pages.h"
#include "server/api/tallies.h"
#include "server/store/mute.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 2000, SUBJECT_SIZE = 48 };
#define LONGEST (366 * US_PER_DAY)

static const char *const kinds[] = { "mute", "drill", NULL };
static const char *const states[] = { "active", "expired", "all", NULL };

static void put_members(struct json_writer *w, const struct mute_row *m)
{
	json_put_integer(w, "id", m->id);
	json_put_string(w, "kind", m->kind);
	json_put_string(w, "scope", m->scope);
	json_put_known(w, "company_id", m->company_id != 0, m->company_id);
	json_put_string(w, "company", m->company);
	json_put_string(w, "group_tag", m->group_tag);
	json_put_raw(w, "conditions", slice_of_string(m->conditions));
	json_put_string(w, "reason", m->reason);
	incident_view_put_person(w, "owner", m->owner_id, m->owner_name);
	json_put_time(w, "created_at", m->created_at);
	json_put_time(w, "starts_at", m->starts_at);
	json_put_time(w, "expires_at", m->expires_at);
	json_put_time(w, "ended_at", m->ended_at);
	incident_view_put_person(w, "ended_by", m->ended_by, m->ended_by_name);
	json_put_string(w, "state", m->state);
	json_put_integer(w, "hits", m->hits);
	json_put_string(w, "last_hit_day", m->last_hit_day);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static void write_list(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct mute_row mute = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "mutes");
	for (int i = 0; i < rows && i < page->limit; i++) {
		mute_read(result, i, &mute);
		json_open_object(&w, NULL);
		put_members(&w, &mute);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, 0, mute.id, &w);
	json_close_object(&w);
}

int mute_handlers_list(struct call *call, struct err *why)
{
	struct mute_filter filter = { 0 };
	const char *state = states[0];
	struct db_result *result;
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_MUTES, &page))
		return 0;
	go = filters_company(call, &filter.company_id, why);
	if (go != 1)
		return go;
	if (!filters_word(call, "kind", kinds, &filter.kind) || !filters_word(call, "state", states, &state))
		return 0;
	filter.state = strcmp(state, "all") == 0 ? NULL : state;
	filter.before = page.continued ? page.cursor.id : INT64_MAX;
	filter.limit = page.limit + 1;
	if (mute_list(call->db, &filter, &result, why) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* A mute that the person sees; the row's texts belong to *result. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **result, struct mute_row *out,
		struct err *why)
{
	if (mute_get(call->db, call->person.company_id, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such mute");
	}
	mute_read(*result, 0, out);
	return 0;
}

static int put_days(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (mute_days(call->db, call->person.company_id, call->id, &result, why) != 0)
		return -1;
	tallies_put_days(w, "days", result);
	db_result_free(result);
	return 0;
}

static int put_companies(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (mute_companies(call->db, call->person.company_id, call->id, &result, why) != 0)
		return -1;
	tallies_put_companies(w, "companies", result);
	db_result_free(result);
	return 0;
}

int mute_handlers_get(struct call *call, struct err *why)
{
	struct db_result *result;
	struct mute_row mute;
	struct json_writer w;
	int failed;

	if (find(call, call->id, false, &result, &mute, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &mute);
	failed = put_days(call, &w, why) != 0 || put_companies(call, &w, why) != 0 ? -1 : 0;
	json_close_object(&w);
	db_result_free(result);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- changing */

/* The mute as it is now, in the reply and in the audit trail. */
static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct db_result *result;
	struct mute_row mute;
	struct json_writer w;
	int failed;

	if (find(call, id, false, &result, &mute, why) != 0)
		return -1;
	call_reply(call, status, &w);
	json_open_object(&w, NULL);
	put_members(&w, &mute);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_members(&w, &mute);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "mute %" PRId64, id);
	failed = audit_trail_add(call, action, mute.company_id, subject, &detail, why);
	db_result_free(result);
	return failed;
}

/* 1 or 0. */
static int read_time(struct call *call, const char *name, bool required, time_us *out)
{
	enum body_kind kind = body_kind(&call->body, name);
	const char *text = body_text(&call->body, name);

	if (kind == BODY_ABSENT || kind == BODY_NULL)
		return required ? call_refuse_member(call, name, FAULT_MISSING) : 1;
	if (!text || !time_parse(slice_of_string(text), 0, out))
		return call_refuse_member(call, name, FAULT_TIME);
	return 1;
}

/* 1 or 0. */
static int read_span(struct call *call, struct mute_new *mute)
{
	time_us now = clock_now(), starts;

	mute->starts_at = TIME_NONE;
	if (!read_time(call, "starts_at", false, &mute->starts_at) ||
	    !read_time(call, "expires_at", true, &mute->expires_at))
		return 0;
	starts = mute->starts_at == TIME_NONE ? now : mute->starts_at;
	if (starts < now - LONGEST)
		return call_refuse_member(call, "starts_at", FAULT_PERIOD);
	if (mute->expires_at <= now || mute->expires_at <= starts)
		return call_refuse_member(call, "expires_at", FAULT_ORDER);
	return mute->expires_at - now <= LONGEST ? 1 : call_refuse_member(call, "expires_at", FAULT_PERIOD);
}

/* 1 or 0. */
static int read_kind(struct call *call, const char **out)
{
	const char *text = body_text(&call->body, "kind");

	if (body_kind(&call->body, "kind") == BODY_ABSENT)
		return call_refuse_member(call, "kind", FAULT_MISSING);
	for (size_t i = 0; text && kinds[i]; i++) {
		if (strcmp(text, kinds[i]) == 0) {
			*out = kinds[i];
			return 1;
		}
	}
	return call_refuse_member(call, "kind", FAULT_CHOICE);
}

static int store(struct call *call, const struct mute_target *target, struct mute_new *mute, struct err *why)
{
	struct buffer conditions = { 0 };
	int64_t id = 0;
	int failed;

	mute->scope = target->scope;
	mute->company_id = target->company_id;
	mute->group_tag = target->group_tag;
	mute->owner_id = call->person.user_id;
	buffer_put_slice(&conditions, target->conditions);
	mute->conditions = buffer_string(&conditions);
	failed =
	    conditions.failed ? err_set(why, ERR_NOMEM, "no memory for a mute") : mute_add(call->db, mute, &id, why);
	buffer_release(&conditions);
	return failed ? -1 : conclude(call, id, 201, "mute.create", why);
}

int mute_handlers_add(struct call *call, struct err *why)
{
	struct mute_target target = { 0 };
	struct mute_new mute = { 0 };
	int go = 0;

	if (read_kind(call, &mute.kind) && call_text(call, "reason", 1, REASON_MOST, true, &mute.reason) &&
	    read_span(call, &mute))
		go = mute_target_read(call, &target, why);
	if (go == 1)
		go = store(call, &target, &mute, why);
	mute_target_release(&target);
	return go;
}

static int end(struct call *call, const struct mute_row *mute, struct err *why)
{
	struct json_writer w;

	if (!mute->company_id && !person_may(call->person.role, PERMISSION_MANAGE_RULES))
		return call_refuse(call, PROBLEM_FORBIDDEN);
	if (strcmp(mute->state, "ended") != 0 && strcmp(mute->state, "expired") != 0) {
		if (mute_end(call->db, mute->id, call->person.user_id, why) != 0)
			return -1;
		return conclude(call, mute->id, 200, "mute.end", why);
	}
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, mute);
	json_close_object(&w);
	return 0;
}

int mute_handlers_end(struct call *call, struct err *why)
{
	struct db_result *result;
	struct mute_row mute;
	int failed;

	if (find(call, call->id, true, &result, &mute, why) != 0)
		return -1;
	failed = end(call, &mute, why);
	db_result_free(result);
	return failed;
}
