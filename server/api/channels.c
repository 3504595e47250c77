#include "server/api/channels.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/channel_address.h"
#include "server/api/channel_body.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/model/webhook.h"
#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const flags[] = { "false", "true", NULL };

static bool may_change(const struct call *call, const struct channel_row *row)
{
	if (person_may(call->person.role, PERMISSION_MANAGE_ONCALL))
		return true;
	return row->user_id == call->person.user_id && person_may(call->person.role, PERMISSION_ANSWER_PAGES);
}

/* ------------------------------------------------------------------------------------------------------ as it is given
 */

static void put_members(struct json_writer *w, const struct channel_row *row, bool whole)
{
	char brief[CHANNEL_SHORT_SIZE];

	channel_address_shorten(row->kind, row->address, brief);
	json_put_integer(w, "id", row->channel_id);
	incident_view_put_person(w, "person", row->user_id, row->user_name);
	json_put_integer(w, "position", row->position);
	json_put_string(w, "name", row->name);
	json_put_string(w, "kind", row->kind);
	json_put_string(w, "address", whole ? row->address : brief);
	json_put_string(w, "template", whole ? row->template : NULL);
	json_put_string(w, "language", row->language);
	json_put_bool(w, "enabled", row->enabled);
	json_put_string(w, "disabled_why", row->disabled_why);
	json_put_time(w, "failing_since", row->failing_since);
	json_put_integer(w, "version", row->version);
	json_put_time(w, "created_at", row->created_at);
}

static int list(struct call *call, const struct channel_filter *filter, struct err *why)
{
	struct channel_row row;
	struct db_result *rows;
	struct json_writer w;

	if (channel_list(call->db, filter, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "channels");
	for (int i = 0; i < db_rows(rows); i++) {
		channel_read(rows, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row, may_change(call, &row));
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}

int channels_list(struct call *call, struct err *why)
{
	struct channel_filter filter = { 0 };
	const char *shared = flags[0];

	if (!call_id_parameter(call, "user", &filter.user_id) || !filters_word(call, "shared", flags, &shared))
		return 0;
	filter.shared = shared == flags[1];
	return list(call, &filter, why);
}

int channels_of_me(struct call *call, struct err *why)
{
	return list(call, &(struct channel_filter){ .user_id = call->person.user_id }, why);
}

/* The row's texts belong to *rows. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct channel_row *out,
		struct err *why)
{
	if (channel_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such channel");
	}
	channel_read(*rows, 0, out);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- changing */

/* The audit trail gets no secret, nor a URL, which often is one. */
static int note(struct call *call, const struct channel_row *row, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_members(&w, row, false);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "channel %" PRId64, row->channel_id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

static void put_secret(struct json_writer *w, const struct channel_wish *wish)
{
	struct buffer text = { 0 };

	if (!wish->made)
		return;
	webhook_secret_write(buffer_slice(&wish->secret), &text);
	json_put_slice(w, "secret", buffer_slice(&text));
	buffer_release(&text);
}

static int conclude(struct call *call, int64_t id, int status, const struct channel_wish *wish, const char *action,
		    struct err *why)
{
	struct channel_row row;
	struct db_result *rows;
	struct json_writer w;
	int failed;

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, status, &w);
	oncall_call_etag(call, row.version);
	json_open_object(&w, NULL);
	put_members(&w, &row, true);
	put_secret(&w, wish);
	json_close_object(&w);
	failed = note(call, &row, action, why);
	db_result_free(rows);
	return failed;
}

static int add(struct call *call, int64_t user_id, struct err *why)
{
	struct channel_wish wish;
	int64_t id = 0;
	int failed = 0;

	if (channel_body_new(call, user_id, &wish) != 1)
		failed = 0;
	else if (wish.secret.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for a channel");
	else if (channel_create(call->db, &wish.content, &id, why) == 0)
		failed = conclude(call, id, 201, &wish, "channel.add", why);
	else if (why->code == ERR_NOT_FOUND)
		failed = call_refuse_reason(call, "user_id", FAULT_CHOICE, why->text);
	else if (why->code == ERR_LIMIT)
		failed = call_refuse_reason(call, "kind", FAULT_CHOICE, why->text);
	else
		failed = -1;
	channel_wish_release(&wish);
	return failed;
}

int channels_add(struct call *call, struct err *why)
{
	int64_t user_id = 0;

	if (!body_members_nullable_integer(call, "user_id", 1, INT64_MAX, 0, &user_id))
		return 0;
	return add(call, user_id, why);
}

int channels_add_mine(struct call *call, struct err *why)
{
	return add(call, call->person.user_id, why);
}

static int change_held(struct call *call, const struct channel_row *now, struct err *why)
{
	struct channel_wish wish = { 0 };
	bool stale = false;
	int failed = 0;

	if (!call_condition(call, now->version, &stale))
		return 0;
	if (stale)
		return oncall_call_stale(call);
	if (channel_body_change(call, now, &wish) == 1)
		failed = channel_update(call->db, now->channel_id, &wish.content, why) == 0
			     ? conclude(call, now->channel_id, 200, &wish, "channel.change", why)
			     : -1;
	channel_wish_release(&wish);
	return failed;
}

static int remove_held(struct call *call, const struct channel_row *now, struct err *why)
{
	struct db_result *policies;
	int failed;

	if (channel_policies(call->db, now->channel_id, &policies, why) != 0)
		return -1;
	if (db_rows(policies))
		failed = oncall_call_in_use(call, db_text(policies, 0, 0));
	else if (channel_remove(call->db, now->channel_id, why) != 0)
		failed = -1;
	else {
		call_reply_empty(call, 204);
		failed = note(call, now, "channel.remove", why);
	}
	db_result_free(policies);
	return failed;
}

static int test_held(struct call *call, const struct channel_row *now, struct err *why)
{
	struct outbox_new notice = { .kind = "channel_test",
				     .priority = 4,
				     .user_id = now->user_id,
				     .channel_id = now->channel_id,
				     .channel_kind = now->kind,
				     .address = now->address,
				     .language = now->language,
				     .attempt_of = 1,
				     .expires_ms = 30 * 60 * 1000 };
	char id[OUTBOX_ID_TEXT_SIZE], identity[64], at[LOCAL_TIME_SIZE];
	struct buffer facts = { 0 };
	struct json_writer w;
	int failed;

	outbox_make_id(notice.id);
	outbox_id_text(notice.id, id);
	snprintf(identity, sizeof(identity), "channel test %s", id);
	if (oncall_call_local(call, clock_now(), strcmp(now->language, "en") != 0, at, why) != 0)
		return -1;
	json_writer_init(&w, &facts);
	json_open_object(&w, NULL);
	json_put_string(&w, "name", now->name);
	json_put_string(&w, "who", call->person.display_name);
	json_put_string(&w, "at", at);
	json_close_object(&w);
	notice.identity = identity;
	notice.facts = buffer_string(&facts);
	failed = outbox_write(call->db, &notice, NULL, why);
	buffer_release(&facts);
	if (failed)
		return -1;
	call_reply(call, 202, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "message_id", id);
	json_close_object(&w);
	return note(call, now, "channel.test", why);
}

/* One that the person may change, held. */
static int with(struct call *call, int (*then)(struct call *call, const struct channel_row *now, struct err *why),
		struct err *why)
{
	struct channel_row row;
	struct db_result *rows;
	int failed;

	if (find(call, call->id, true, &rows, &row, why) != 0)
		return -1;
	failed = may_change(call, &row) ? then(call, &row, why) : call_refuse(call, PROBLEM_FORBIDDEN);
	db_result_free(rows);
	return failed;
}

int channels_change(struct call *call, struct err *why)
{
	return with(call, change_held, why);
}

int channels_remove(struct call *call, struct err *why)
{
	return with(call, remove_held, why);
}

int channels_test(struct call *call, struct err *why)
{
	return with(call, test_held, why);
}
