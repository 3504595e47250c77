/* What became of a try. */
#include "lib/json_write.h"
#include "server/store/incident_clock.h"
#include "server/store/outbox.h"
#include "server/store/page_engine.h"
#include "server/store/page_targets.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT_MAX = 500, IDENTITY_SIZE = 460, KEEP_TRYING_MS = 60 * 1000 };

/* A notice that the transaction holds; texts belong to rows. */
struct held {
	struct db_result *rows;
	struct outbox_row row;
	const char *state, *lease_by, *identity, *receiver;
	int64_t life_ms; /* left of it; 0: it does not expire */
	bool is_asking;
};

/* Across companies. */
static const char hold_sql[] =
    "SELECT o.outbox_id::text, o.kind, o.page_id, o.priority::bigint, o.user_id, o.contact_company_id, o.contact_id, "
    "o.channel_id, o.channel_kind, o.address, o.language, o.facts::text, o.attempt_of::bigint, o.attempts::bigint, "
    "NULL::bytea, NULL::bytea, NULL::text, o.created_at, o.state, o.lease_by, o.identity, "
    "coalesce((SELECT u.display_name FROM app_user u WHERE u.user_id = o.user_id), "
    "(SELECT k.name FROM company_contact k WHERE k.company_id = o.contact_company_id AND k.contact_id = o.contact_id), "
    "(SELECT c.name FROM channel c WHERE c.channel_id = o.channel_id), o.address), "
    "CASE WHEN o.expires_at IS NOT NULL THEN greatest(1, (extract(epoch FROM o.expires_at - now()) * 1000)::bigint) "
    "ELSE 0 END, o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody') "
    "FROM outbox o WHERE o.outbox_id = $1::uuid FOR UPDATE";

static int hold(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], struct held *out, struct err *why)
{
	char text[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };

	*out = (struct held){ 0 };
	outbox_id_text(id, text);
	db_arg_text(&args, text);
	if (db_run(db, hold_sql, &args, &out->rows, why) != 0)
		return -1;
	if (db_rows(out->rows) == 0) {
		db_result_free(out->rows);
		out->rows = NULL;
		return err_set(why, ERR_NOT_FOUND, "no notice %s", text);
	}
	outbox_read(out->rows, 0, &out->row);
	out->state = db_text(out->rows, 0, 18);
	out->lease_by = db_text(out->rows, 0, 19);
	out->identity = db_text(out->rows, 0, 20);
	out->receiver = db_text(out->rows, 0, 21);
	out->life_ms = db_integer(out->rows, 0, 22);
	out->is_asking = db_bool(out->rows, 0, 23);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- the attempt */

/* What the other side said may be long. */
static void clean(const char *text, char out[TEXT_MAX + 1])
{
	struct slice whole = slice_of_string(text ? text : "");
	size_t len = whole.len < TEXT_MAX ? whole.len : TEXT_MAX;

	while (len && !slice_is_utf8(slice_take(whole, len)))
		len--;
	memcpy(out, whole.ptr, len);
	out[len] = '\0';
}

static int write_attempt(struct db *db, const struct held *h, const struct outbox_result *result, struct err *why)
{
	static const char *const outcomes[] = {
		[OUTBOX_SENT] = "sent", [OUTBOX_RETRY] = "retry", [OUTBOX_REFUSED] = "refused"
	};
	char text[TEXT_MAX + 1];
	struct db_args args = { 0 };

	clean(result->text, text);
	db_arg_text(&args, h->row.id_text);
	db_arg_integer(&args, h->row.attempts + 1);
	db_arg_integer(&args, result->took_ms);
	db_arg_text(&args, outcomes[result->outcome]);
	db_arg_integer(&args, result->code);
	db_arg_text(&args, text);
	return db_run(db,
		      "INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) VALUES ($1::uuid, $2::integer, "
		      "$3::integer, $4::text, $5::integer, $6::text)",
		      &args, NULL, why);
}

/* state NULL: stays what it is. */
static int write_state(struct db *db, const struct held *h, const struct outbox_result *result, const char *state,
		       struct err *why)
{
	char text[TEXT_MAX + 1];
	struct db_args args = { 0 };

	clean(result->text, text);
	db_arg_text(&args, h->row.id_text);
	db_arg_text(&args, state);
	db_arg_text(&args, text);
	db_arg_text(&args, result->provider_id);
	db_arg_integer(&args, result->retry_ms > 0 ? result->retry_ms : 0);
	return db_run(db,
		      "UPDATE outbox SET attempts = attempts + 1, state = coalesce($2::text, state), "
		      "last_error = CASE WHEN $2::text = 'sent' THEN NULL WHEN $2::text IS NULL THEN last_error ELSE "
		      "$3::text END, "
		      "provider_id = coalesce($4::text, provider_id), "
		      "not_before = CASE WHEN $2::text = 'pending' THEN now() + $5::bigint * interval '1 millisecond' "
		      "ELSE not_before END, sent_at = CASE WHEN $2::text = 'sent' THEN now() ELSE sent_at END, "
		      "lease_until = CASE WHEN $2::text IS NULL THEN lease_until END, "
		      "lease_by = CASE WHEN $2::text IS NULL THEN lease_by END WHERE outbox_id = $1::uuid",
		      &args, NULL, why);
}

static int note(struct db *db, const struct held *h, const char *kind, const struct outbox_result *result,
		struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	char text[TEXT_MAX + 1];
	int failed;

	if (!h->row.page_id)
		return 0;
	clean(result->text, text);
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "message", h->row.id_text);
	json_put_string(&w, "kind", h->row.kind);
	json_put_string(&w, "channel", h->row.channel_kind);
	json_put_string(&w, "to", h->receiver);
	if (result->outcome != OUTBOX_SENT)
		json_put_string(&w, "text", text);
	json_close_object(&w);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a page's timeline")
			     : page_engine_event(db, h->row.page_id, kind, 0, buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- sent */

/* t5, and the incident's own timeline: the member was told. */
static int tell_incident(struct db *db, const struct held *h, int64_t incident_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, h->row.contact_company_id);
	db_arg_integer(&args, incident_id);
	db_arg_text(&args, h->receiver);
	db_arg_text(&args, h->row.id_text);
	if (db_run(db,
		   "INSERT INTO incident_event (company_id, incident_id, kind, body) VALUES ($1::bigint, $2::bigint, "
		   "'notice', jsonb_build_object('to', $3::text, 'message', $4::text))",
		   &args, NULL, why) != 0)
		return -1;
	return incident_clock_mark(db, h->row.contact_company_id, incident_id, CLOCK_TOLD, TIME_NONE, NULL, why);
}

/* About which incidents: those of its page, or the one that its facts name (member_notice.h). */
static int member_was_told(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	if (!h->row.contact_id || strcmp(h->row.kind, "member") != 0)
		return 0;
	db_arg_integer(&args, h->row.contact_company_id);
	db_arg_optional(&args, h->row.page_id);
	db_arg_text(&args, h->row.facts);
	if (db_run(db,
		   "SELECT i.incident_id FROM incident i WHERE i.company_id = $1::bigint AND i.incident_id IN (SELECT "
		   "s.subject_id FROM page_subject s WHERE s.company_id = $1::bigint AND s.page_id = $2::bigint AND "
		   "s.kind = 'incident' UNION SELECT ($3::jsonb ->> 'incident_id')::bigint) ORDER BY 1",
		   &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = tell_incident(db, h, db_integer(r, i, 0), why);
	db_result_free(r);
	return failed;
}

static bool is_of_kind(const struct held *h, const char *kind)
{
	return strcmp(h->row.kind, kind) == 0;
}

/* Its last try is over: the digits need not stay. */
static int forget_code(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!is_of_kind(h, "report_code"))
		return 0;
	db_arg_text(&args, h->row.id_text);
	return db_run(db, "UPDATE outbox SET facts = facts - 'code' WHERE outbox_id = $1::uuid", &args, NULL, why);
}

static int report_was_sent(struct db *db, const struct held *h, struct err *why)
{
	if (is_of_kind(h, "report"))
		return report_delivery_handed_over(db, h->row.id_text, why);
	return forget_code(db, h, why);
}

static int report_has_failed(struct db *db, const struct held *h, struct err *why)
{
	if (is_of_kind(h, "report"))
		return report_delivery_failed(db, h->row.id_text, why);
	return forget_code(db, h, why);
}

/* Also of those that a bundle speaks for. */
static int page_was_told(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!h->is_asking && strcmp(h->row.kind, "bundle") != 0)
		return 0;
	db_arg_optional(&args, h->row.page_id);
	db_arg_text(&args, h->row.id_text);
	return db_run(db,
		      "UPDATE page SET first_sent_at = now() WHERE first_sent_at IS NULL AND (page_id = $1::bigint OR "
		      "page_id IN (SELECT m.page_id FROM outbox m WHERE m.bundled_into = $2::uuid))",
		      &args, NULL, why);
}

static int channel_works(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!h->row.channel_id)
		return 0;
	db_arg_integer(&args, h->row.channel_id);
	return db_run(db,
		      "UPDATE channel SET failing_since = NULL WHERE channel_id = $1::bigint AND failing_since IS NOT "
		      "NULL",
		      &args, NULL, why);
}

static int was_sent(struct db *db, const struct held *h, const struct outbox_result *result, struct err *why)
{
	if (write_state(db, h, result, "sent", why) != 0 || note(db, h, "sent", result, why) != 0 ||
	    page_was_told(db, h, why) != 0 || member_was_told(db, h, why) != 0 || report_was_sent(db, h, why) != 0)
		return -1;
	return channel_works(db, h, why);
}

/* ---------------------------------------------------------------------------------------------- failed */

/* Whoever set the channel up hears of it by mail; of a shared one, the leads. */
static int tell_owner(struct db *db, const struct held *h, const char *reason, struct err *why)
{
	struct page_receivers owners = { 0 };
	int failed = h->row.user_id ? page_targets_person(db, h->row.user_id, h->row.channel_id, &owners, why)
				    : page_targets_leads(db, &owners, why);

	for (size_t i = 0; i < owners.count && !failed; i++) {
		const struct page_receiver *to = &owners.items[i];
		struct outbox_new notice = { .kind = "lamp",
					     .priority = 4,
					     .user_id = to->user_id,
					     .channel_id = to->channel_id,
					     .channel_kind = to->channel_kind,
					     .address = to->address,
					     .language = to->language,
					     .attempt_of = 1 };
		char identity[IDENTITY_SIZE];
		struct buffer facts = { 0 };
		struct json_writer w;

		snprintf(identity, sizeof(identity), "channel %" PRId64 " off %s user %" PRId64, h->row.channel_id,
			 h->row.id_text, to->user_id);
		notice.identity = identity;
		json_writer_init(&w, &facts);
		json_open_object(&w, NULL);
		json_put_string(&w, "title",
				strcmp(to->language, "en") == 0 ? "A channel was switched off"
								: "連絡先を停止しました");
		json_put_string(&w, "details", reason);
		json_put_string(&w, "url", "/oncall");
		json_close_object(&w);
		outbox_make_id(notice.id);
		notice.facts = buffer_string(&facts);
		failed = outbox_write(db, &notice, NULL, why);
		buffer_release(&facts);
	}
	page_receivers_release(&owners);
	return failed;
}

/* Of a channel: gone by its own word, or failing for five days. */
static int channel_fails(struct db *db, const struct held *h, bool gone, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	if (!h->row.channel_id)
		return 0;
	db_arg_integer(&args, h->row.channel_id);
	db_arg_bool(&args, gone);
	if (db_run(db,
		   "UPDATE channel SET failing_since = coalesce(failing_since, now()), "
		   "enabled = NOT ($2::boolean OR coalesce(failing_since < now() - interval '5 days', false)), "
		   "disabled_why = CASE WHEN $2::boolean THEN 'the receiver answered that it is gone (410)' "
		   "WHEN failing_since < now() - interval '5 days' THEN 'failing for five days' ELSE disabled_why END, "
		   "version = version + 1 WHERE channel_id = $1::bigint AND enabled RETURNING enabled, name || ': ' || "
		   "coalesce(disabled_why, '')",
		   &args, &r, why) != 0)
		return -1;
	if (db_rows(r) && !db_bool(r, 0, 0))
		failed = tell_owner(db, h, db_text(r, 0, 1), why);
	db_result_free(r);
	return failed;
}

static int contact_fails(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!h->row.contact_id)
		return 0;
	db_arg_integer(&args, h->row.contact_company_id);
	db_arg_integer(&args, h->row.contact_id);
	return db_run(db,
		      "UPDATE company_contact SET bounced_at = now() WHERE company_id = $1::bigint "
		      "AND contact_id = $2::bigint",
		      &args, NULL, why);
}

/* Nobody was reached by what was asked last: whoever is next is asked now, not in ten minutes. */
static int hurry(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!h->is_asking || !h->row.page_id)
		return 0;
	db_arg_integer(&args, h->row.page_id);
	db_arg_text(&args, h->row.id_text);
	db_arg_time(&args, h->row.created_at);
	if (db_run(db,
		   "UPDATE page SET next_at = least(next_at, CASE WHEN exhausted THEN now() + interval '5 minutes' "
		   "ELSE now() END) WHERE page_id = $1::bigint AND state = 'triggered' "
		   "AND NOT EXISTS (SELECT FROM outbox o WHERE o.page_id = $1::bigint AND o.outbox_id "
		   "<> $2::uuid AND o.created_at >= $3::timestamptz AND o.kind IN ('page', 'page_graver', 'expired', "
		   "'leads', 'nobody') AND o.state IN ('pending', 'sending', 'sent', 'bundled'))",
		   &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_page", why);
}

/* Tries are over, and there is no other way to the receiver: while it is worth anything, it goes on once a minute. A
 * mail server that is away for ten minutes does not make anybody unreachable. */
static int keep_trying(struct db *db, const struct held *h, const struct outbox_result *result, struct err *why)
{
	struct outbox_result again = *result;

	again.retry_ms = KEEP_TRYING_MS;
	return write_state(db, h, &again, "pending", why) == 0 ? channel_fails(db, h, false, why) : -1;
}

static int has_failed(struct db *db, const struct held *h, const struct outbox_result *result, struct err *why)
{
	bool written = false;

	if (outbox_next_channel(db, h->row.id, &written, why) != 0)
		return -1;
	if (!written && h->is_asking && result->outcome == OUTBOX_RETRY)
		return keep_trying(db, h, result, why);
	if (write_state(db, h, result, "failed", why) != 0 || note(db, h, "failed", result, why) != 0 ||
	    contact_fails(db, h, why) != 0 || report_has_failed(db, h, why) != 0 ||
	    channel_fails(db, h, result->disable_channel, why) != 0)
		return -1;
	return written ? 0 : hurry(db, h, why);
}

/* ---------------------------------------------------------------------------------------------- next channel */

/* What a bundle speaks for goes along. */
static int move_bundled(struct db *db, const struct held *h, const uint8_t to[OUTBOX_ID_SIZE], struct err *why)
{
	char text[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };

	if (strcmp(h->row.kind, "bundle") != 0)
		return 0;
	outbox_id_text(to, text);
	db_arg_text(&args, h->row.id_text);
	db_arg_text(&args, text);
	return db_run(db, "UPDATE outbox SET bundled_into = $2::uuid WHERE bundled_into = $1::uuid", &args, NULL, why);
}

static int write_next(struct db *db, const struct held *h, const struct page_receiver *to, bool *written,
		      struct err *why)
{
	struct outbox_new notice = { .kind = h->row.kind,
				     .page_id = h->row.page_id,
				     .priority = h->row.priority,
				     .user_id = h->row.user_id,
				     .channel_id = to->channel_id,
				     .channel_kind = to->channel_kind,
				     .address = to->address,
				     .language = to->language,
				     .attempt_of = h->row.attempt_of + 1,
				     .facts = h->row.facts,
				     .expires_ms = h->life_ms };
	char identity[IDENTITY_SIZE];

	snprintf(identity, sizeof(identity), "%s then %d", h->identity, notice.attempt_of);
	notice.identity = identity;
	outbox_make_id(notice.id);
	if (outbox_write(db, &notice, written, why) != 0)
		return -1;
	return *written ? move_bundled(db, h, notice.id, why) : 0;
}

int outbox_next_channel(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], bool *written, struct err *why)
{
	struct page_receivers next = { 0 };
	struct held h;
	int failed;

	*written = false;
	if (hold(db, id, &h, why) != 0)
		return -1;
	failed = h.row.user_id && h.row.channel_id
		     ? page_targets_person(db, h.row.user_id, h.row.channel_id, &next, why)
		     : 0;
	if (!failed && next.count)
		failed = write_next(db, &h, &next.items[0], written, why);
	page_receivers_release(&next);
	db_result_free(h.rows);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- settle */

/* Ours still; or taken back, and it went out all the same: then it need not go again. */
static bool is_ours(const struct held *h, const struct outbox_result *result)
{
	if (strcmp(h->state, "sending") == 0)
		return h->lease_by && strcmp(h->lease_by, result->lease_by) == 0;
	return strcmp(h->state, "pending") == 0 && result->outcome == OUTBOX_SENT;
}

static int conclude(struct db *db, const struct held *h, const struct outbox_result *result, struct err *why)
{
	if (write_attempt(db, h, result, why) != 0)
		return -1;
	if (!is_ours(h, result))
		return write_state(db, h, result, NULL, why);
	if (result->outcome == OUTBOX_SENT)
		return was_sent(db, h, result, why);
	if (result->outcome == OUTBOX_RETRY && result->retry_ms >= 0)
		return write_state(db, h, result, "pending", why) == 0 ? channel_fails(db, h, false, why) : -1;
	return has_failed(db, h, result, why);
}

int outbox_settle(struct db *db, const struct outbox_result *result, struct err *why)
{
	struct held h = { 0 };

	/* Forgotten by a crash of the database, its lease runs out. */
	if (db_script(db, "BEGIN; SET LOCAL synchronous_commit = off", why) != 0)
		return -1;
	if (hold(db, result->id, &h, why) == 0 && conclude(db, &h, result, why) == 0 && db_commit(db, why) == 0) {
		db_result_free(h.rows);
		return 0;
	}
	db_rollback(db);
	db_result_free(h.rows);
	return -1;
}
