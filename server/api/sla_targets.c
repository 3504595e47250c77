#include "server/api/audit_trail.h"
#include "server/api/escalation_routes.h"
#include "server/api/oncall_call.h"
#include "server/store/policy_admin.h"

enum { SEVERITIES = 5, WARN_DEFAULT = 70 };

static void put_target(struct json_writer *w, const struct promise_row *row)
{
	json_open_object(w, NULL);
	json_put_integer(w, "severity", row->severity);
	json_put_known(w, "acknowledge_s", row->acknowledge_s != 0, row->acknowledge_s);
	json_put_known(w, "notify_s", row->notify_s != 0, row->notify_s);
	json_put_known(w, "notify_calendar_id", row->notify_calendar != 0, row->notify_calendar);
	json_put_integer(w, "warn_percent", row->warn_percent);
	json_close_object(w);
}

static int64_t version_of(const struct db_result *rows)
{
	struct promise_row row;
	int64_t version = 0;

	for (int i = 0; i < db_rows(rows); i++) {
		promise_read(rows, i, &row);
		version += row.version;
	}
	return version;
}

static void put(struct json_writer *w, const struct db_result *rows)
{
	struct promise_row row;

	json_open_object(w, NULL);
	json_open_array(w, "targets");
	for (int i = 0; i < db_rows(rows); i++) {
		promise_read(rows, i, &row);
		if (row.acknowledge_s || row.notify_s)
			put_target(w, &row);
	}
	json_close_array(w);
	json_put_integer(w, "version", version_of(rows));
	json_close_object(w);
}

static int conclude(struct call *call, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct db_result *rows;
	struct json_writer w;
	int failed = 0;

	if (promise_list(call->db, false, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	oncall_call_etag(call, version_of(rows));
	put(&w, rows);
	if (action) {
		json_writer_init(&w, &detail);
		put(&w, rows);
		failed = audit_trail_add(call, action, 0, "promised times", &detail, why);
	}
	db_result_free(rows);
	return failed;
}

int sla_targets_get(struct call *call, struct err *why)
{
	return conclude(call, NULL, why);
}

/* ------------------------------------------------------------------------------------------------------------ reading
 */

/* A number or null of a target's object. */
static bool read_number(const struct json_reader *r, uint32_t object, const char *name, int64_t *out)
{
	uint32_t at = json_read_member(r, object, slice_of_string(name));

	*out = 0;
	return at == JSON_NONE || json_read_is(r, at, JSON_KIND_NULL) || json_read_integer(r, at, out);
}

static bool knows_members(const struct json_reader *r, uint32_t object)
{
	static const char *const names[] = { "severity", "acknowledge_s", "notify_s", "notify_calendar_id",
					     "warn_percent" };
	size_t known;

	for (uint32_t key = json_read_first(r, object); key < r->tokens[object].next; key = r->tokens[key + 1].next) {
		for (known = 0; known < ARRAY_LEN(names); known++)
			if (slice_is(json_read_raw(r, key), names[known]))
				break;
		if (known == ARRAY_LEN(names))
			return false;
	}
	return true;
}

static bool read_target(const struct json_reader *r, uint32_t object, struct promise_row *out)
{
	*out = (struct promise_row){ 0 };
	if (!json_read_is(r, object, JSON_KIND_OBJECT) || !knows_members(r, object) ||
	    !read_number(r, object, "severity", &out->severity) ||
	    !read_number(r, object, "acknowledge_s", &out->acknowledge_s) ||
	    !read_number(r, object, "notify_s", &out->notify_s) ||
	    !read_number(r, object, "notify_calendar_id", &out->notify_calendar) ||
	    !read_number(r, object, "warn_percent", &out->warn_percent))
		return false;
	if (!out->warn_percent)
		out->warn_percent = WARN_DEFAULT;
	return out->severity >= 1 && out->severity <= SEVERITIES;
}

/* One of each severity, those that are not named without a promise. 1 or 0. */
static int read_targets(struct call *call, struct promise_row targets[SEVERITIES])
{
	const struct json_reader *r = &call->body.reader;
	uint32_t list = body_find(&call->body, "targets");
	struct promise_row one;

	if (list == JSON_NONE)
		return call_refuse_member(call, "targets", FAULT_MISSING);
	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return call_refuse_member(call, "targets", FAULT_TYPE);
	for (int i = 0; i < SEVERITIES; i++)
		targets[i] = (struct promise_row){ .severity = i + 1, .warn_percent = WARN_DEFAULT };
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next) {
		if (!read_target(r, i, &one))
			return call_refuse_member(call, "targets", FAULT_MALFORMED);
		if (targets[one.severity - 1].version)
			return call_refuse_member(call, "targets", FAULT_TWICE);
		targets[one.severity - 1] = one;
		targets[one.severity - 1].version = 1; /* it was named; not stored */
	}
	return 1;
}

int sla_targets_put(struct call *call, struct err *why)
{
	struct promise_row targets[SEVERITIES];
	struct db_result *rows;
	int64_t version;
	bool stale = false;

	if (promise_list(call->db, true, &rows, why) != 0)
		return -1;
	version = version_of(rows);
	db_result_free(rows);
	if (!call_condition(call, version, &stale))
		return 0;
	if (stale)
		return oncall_call_stale(call);
	if (read_targets(call, targets) != 1)
		return 0;
	for (int i = 0; i < SEVERITIES; i++)
		if (promise_put(call->db, &targets[i], why) != 0)
			return why->code == ERR_USAGE ? call_refuse_reason(call, "targets", FAULT_NUMBER, why->text)
						      : -1;
	return conclude(call, "promises.change", why);
}
