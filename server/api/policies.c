#include "server/api/policies.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/oncall_call.h"
#include "server/store/policy_admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const flags[] = { "false", "true", NULL };

/* ------------------------------------------------------------------------------------------------------ as it is given
 */

/* The persons that the steps name; a document that cannot be read names none. */
static void want_people(struct person_names *names, const char *rules, struct escalation_policy *room)
{
	struct err ignored = { 0 };

	if (escalation_policy_parse(slice_of_string(rules), room, &ignored) != 0)
		return;
	for (int i = 0; i < room->step_count; i++)
		for (int k = 0; k < room->steps[i].target_count; k++)
			if (room->steps[i].targets[k].kind == TARGET_PERSON)
				person_names_want(names, room->steps[i].targets[k].id);
}

static void put_people(struct json_writer *w, const char *rules, const struct person_names *all,
		       struct person_names *own, struct escalation_policy *room)
{
	own->count = 0;
	want_people(own, rules, room);
	json_open_array(w, "people");
	for (size_t i = 0; i < own->count; i++)
		person_names_put(all, w, NULL, own->ids[i]);
	json_close_array(w);
}

static void put_members(struct json_writer *w, const struct policy_row *row)
{
	json_put_integer(w, "id", row->policy_id);
	json_put_string(w, "name", row->name);
	json_put_raw(w, "rules", slice_of_string(row->rules));
	json_put_integer(w, "version", row->version);
	json_put_time(w, "updated_at", row->updated_at);
	json_put_time(w, "archived_at", row->archived_at);
}

/* What writing takes: too large for a stack. */
struct writing {
	struct person_names all, own;
	struct escalation_policy room;
};

/* Names of all persons in the rows; NULL on an error. */
static struct writing *prepare(struct call *call, const struct db_result *rows, struct err *why)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	struct policy_row row;

	if (!writing) {
		err_set(why, ERR_NOMEM, "no memory for policies");
		return NULL;
	}
	for (int i = 0; i < db_rows(rows); i++) {
		policy_read(rows, i, &row);
		want_people(&writing->all, row.rules, &writing->room);
	}
	if (person_names_load(&writing->all, call->db, why) == 0)
		return writing;
	free(writing);
	return NULL;
}

static void release(struct writing *writing)
{
	person_names_release(&writing->all);
	free(writing);
}

static void put_row(struct json_writer *w, struct writing *writing, const struct db_result *rows, int i)
{
	struct policy_row row;

	policy_read(rows, i, &row);
	json_open_object(w, NULL);
	put_members(w, &row);
	put_people(w, row.rules, &writing->all, &writing->own, &writing->room);
	json_close_object(w);
}

int policies_list(struct call *call, struct err *why)
{
	const char *archived = flags[0];
	struct writing *writing;
	struct db_result *rows;
	struct json_writer w;

	if (!filters_word(call, "archived", flags, &archived))
		return 0;
	if (policy_list(call->db, archived == flags[1], &rows, why) != 0)
		return -1;
	writing = prepare(call, rows, why);
	if (writing) {
		call_reply(call, 200, &w);
		json_open_object(&w, NULL);
		json_open_array(&w, "policies");
		for (int i = 0; i < db_rows(rows); i++)
			put_row(&w, writing, rows, i);
		json_close_array(&w);
		json_close_object(&w);
		release(writing);
	}
	db_result_free(rows);
	return writing ? 0 : -1;
}

/* The row's texts belong to *rows. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct policy_row *out,
		struct err *why)
{
	if (policy_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such policy");
	}
	policy_read(*rows, 0, out);
	return 0;
}

static int write_one(struct call *call, int status, const struct db_result *rows, const struct policy_row *row,
		     struct err *why)
{
	struct writing *writing = prepare(call, rows, why);
	struct json_writer w;

	if (!writing)
		return -1;
	call_reply(call, status, &w);
	oncall_call_etag(call, row->version);
	put_row(&w, writing, rows, 0);
	release(writing);
	return 0;
}

static int note(struct call *call, const struct policy_row *row, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_members(&w, row);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "policy %" PRId64, row->policy_id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

/* As it is now, and noted when `action` says what was done. */
static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct policy_row row;
	struct db_result *rows;
	int failed;

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	failed = write_one(call, status, rows, &row, why);
	if (!failed && action)
		failed = note(call, &row, action, why);
	db_result_free(rows);
	return failed;
}

int policies_get(struct call *call, struct err *why)
{
	return conclude(call, call->id, 200, NULL, why);
}

/* --------------------------------------------------------------------------------------------------------- changing */

int policies_add(struct call *call, struct err *why)
{
	struct buffer rules = { 0 };
	const char *name;
	int64_t id = 0;
	int failed = 0;

	if (oncall_call_name(call, &name) && oncall_call_document(call, "rules", &rules))
		failed = policy_create(call->db, name, buffer_string(&rules), &id, why) == 0
			     ? conclude(call, id, 201, "policy.add", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

static int put_held(struct call *call, const struct policy_row *now, struct err *why)
{
	struct buffer rules = { 0 };
	const char *name;
	int failed = 0;

	if (oncall_call_name(call, &name) && oncall_call_document(call, "rules", &rules))
		failed = policy_update(call->db, now->policy_id, now->version, name, buffer_string(&rules), why) == 0
			     ? conclude(call, now->policy_id, 200, "policy.change", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

static int archive_held(struct call *call, const struct policy_row *now, struct err *why)
{
	if (policy_archive(call->db, now->policy_id, now->version, why) != 0)
		return why->code == ERR_USAGE ? oncall_call_in_use(call, why->text) : -1;
	call_reply_empty(call, 204);
	return note(call, now, "policy.archive", why);
}

/* One that is in use, held, of the version that the caller saw. */
static int change(struct call *call, int (*then)(struct call *call, const struct policy_row *now, struct err *why),
		  struct err *why)
{
	struct policy_row row;
	struct db_result *rows;
	bool stale = false;
	int failed = 0;

	if (find(call, call->id, true, &rows, &row, why) != 0)
		return -1;
	if (row.archived_at != TIME_NONE)
		failed = err_set(why, ERR_NOT_FOUND, "the policy is not in use any more");
	else if (call_condition(call, row.version, &stale))
		failed = stale ? oncall_call_stale(call) : then(call, &row, why);
	db_result_free(rows);
	return failed;
}

int policies_put(struct call *call, struct err *why)
{
	return change(call, put_held, why);
}

int policies_archive(struct call *call, struct err *why)
{
	return change(call, archive_held, why);
}
