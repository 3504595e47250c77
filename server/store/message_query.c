#include "server/store/message_query.h"

#include "lib/buffer.h"

#include <stdio.h>

#define COLUMNS                                                                                                     \
	"SELECT o.outbox_id::text, uuid_send(o.outbox_id), o.kind, o.page_id, o.priority::bigint, o.user_id, "      \
	"u.display_name, o.contact_company_id, o.contact_id, co.name, cc.name, o.channel_id, ch.name, "             \
	"o.channel_kind, o.address, o.language, o.state, o.attempt_of::bigint, o.attempts::bigint, o.not_before, "  \
	"o.expires_at, o.bounced_at, o.created_at, o.sent_at, o.opened_at, o.last_error, o.provider_id, "           \
	"coalesce((SELECT json_agg(json_build_object('n', a.n, 'at', to_char(a.at AT TIME ZONE 'UTC', "             \
	"'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'took_ms', a.took_ms, 'outcome', a.outcome, 'code', a.code, "        \
	"'text', a.text) ORDER BY a.n)::text FROM attempt a WHERE a.outbox_id = o.outbox_id), '[]') FROM outbox o " \
	"LEFT JOIN app_user u ON u.user_id = o.user_id LEFT JOIN channel ch ON ch.channel_id = o.channel_id "       \
	"LEFT JOIN company co ON co.company_id = o.contact_company_id "                                             \
	"LEFT JOIN company_contact cc ON cc.company_id = o.contact_company_id AND cc.contact_id = o.contact_id "

static void place_text(const struct message_place *place, char out[37])
{
	snprintf(out, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(place->high >> 32),
		 (unsigned)(place->high >> 16 & 0xffff), (unsigned)(place->high & 0xffff), (unsigned)(place->low >> 48),
		 (unsigned long long)(place->low & 0xffffffffffffULL));
}

int message_query_list(struct db *db, const struct message_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };
	char before[37];

	place_text(&filter->before, before);
	db_arg_optional(&args, filter->page_id);
	db_arg_optional(&args, filter->user_id);
	db_arg_text(&args, filter->state);
	db_arg_text(&args, filter->kind);
	db_arg_time(&args, filter->from);
	db_arg_time(&args, filter->to);
	db_arg_text(&args, filter->continued ? before : NULL);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS
		      "WHERE ($1::bigint IS NULL OR o.page_id = $1::bigint) "
		      "AND ($2::bigint IS NULL OR o.user_id = $2::bigint) "
		      "AND ($3::text IS NULL OR o.state = $3::text) AND ($4::text IS NULL OR o.kind = $4::text) "
		      "AND ($5::timestamptz IS NULL OR o.created_at >= $5::timestamptz) "
		      "AND ($6::timestamptz IS NULL OR o.created_at < $6::timestamptz) "
		      "AND ($7::uuid IS NULL OR o.outbox_id < $7::uuid) ORDER BY o.outbox_id DESC LIMIT $8::bigint",
		      &args, out, why);
}

int message_query_get(struct db *db, const char *id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, id);
	return db_run(
	    db, lock ? COLUMNS "WHERE o.outbox_id = $1::uuid FOR UPDATE OF o" : COLUMNS "WHERE o.outbox_id = $1::uuid",
	    &args, out, why);
}

void message_query_read(const struct db_result *r, int row, struct message_row *out)
{
	struct slice id = db_slice(r, row, 1);

	*out = (struct message_row){
		.id = db_text(r, row, 0),
		.kind = db_text(r, row, 2),
		.page_id = db_integer(r, row, 3),
		.priority = db_integer(r, row, 4),
		.user_id = db_integer(r, row, 5),
		.user_name = db_text(r, row, 6),
		.contact_company_id = db_integer(r, row, 7),
		.contact_id = db_integer(r, row, 8),
		.contact_company = db_text(r, row, 9),
		.contact_name = db_text(r, row, 10),
		.channel_id = db_integer(r, row, 11),
		.channel_name = db_text(r, row, 12),
		.channel_kind = db_text(r, row, 13),
		.address = db_text(r, row, 14),
		.language = db_text(r, row, 15),
		.state = db_text(r, row, 16),
		.attempt_of = db_integer(r, row, 17),
		.attempts = db_integer(r, row, 18),
		.not_before = db_time(r, row, 19),
		.expires_at = db_time(r, row, 20),
		.bounced_at = db_time(r, row, 21),
		.created_at = db_time(r, row, 22),
		.sent_at = db_time(r, row, 23),
		.opened_at = db_time(r, row, 24),
		.last_error = db_text(r, row, 25),
		.provider_id = db_text(r, row, 26),
		.tries = db_text(r, row, 27),
	};
	if (id.len == 16)
		out->place = (struct message_place){ load_be64(id.ptr), load_be64(id.ptr + 8) };
}

int message_replay(struct db *db, const char *id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, id);
	if (db_run(
		db,
		"UPDATE outbox SET state = 'pending', not_before = now(), expires_at = now() + interval '30 minutes', "
		"last_error = NULL, lease_until = NULL, lease_by = NULL WHERE outbox_id = $1::uuid",
		&args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_outbox", why);
}

bool message_id_is(struct slice text)
{
	if (text.len != 36)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f');

		if (dash ? text.ptr[i] != '-' : !hex)
			return false;
	}
	return true;
}
