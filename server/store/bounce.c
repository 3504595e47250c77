#include "server/store/bounce.h"

#include "lib/json_write.h"
#include "server/store/page_engine.h"
#include "server/store/report_delivery.h"

enum { TEXT_MAX = 500 };

struct held {
	struct db_result *rows;
	const char *id_text, *address, *receiver;
	int64_t page_id, channel_id, company_id, contact_id;
	bool bounced, member;
	char text[TEXT_MAX + 1]; /* of the bounce, cut between characters */
};

static void cut(const char *text, char out[TEXT_MAX + 1])
{
	struct slice whole = slice_of_string(text);
	size_t len = whole.len < TEXT_MAX ? whole.len : TEXT_MAX;

	while (len && !slice_is_utf8(slice_take(whole, len)))
		len--;
	memcpy(out, whole.ptr, len);
	out[len] = '\0';
}

/* No row: h->rows has none. */
static int hold(struct db *db, const struct bounce *bounce, struct held *h, struct err *why)
{
	char text[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };

	*h = (struct held){ 0 };
	outbox_id_text(bounce->id, text);
	db_arg_text(&args, text);
	if (db_run(db,
		   "SELECT outbox_id::text, address, page_id, channel_id, contact_company_id, contact_id, "
		   "bounced_at IS NOT NULL, kind = 'member', coalesce((SELECT display_name FROM app_user u WHERE "
		   "u.user_id = "
		   "o.user_id), (SELECT k.name FROM company_contact k WHERE k.company_id = o.contact_company_id AND "
		   "k.contact_id = o.contact_id), address) "
		   "FROM outbox o WHERE outbox_id = $1::uuid AND channel_kind = 'mail' FOR UPDATE",
		   &args, &h->rows, why) != 0)
		return -1;
	if (db_rows(h->rows) == 0)
		return 0;
	h->id_text = db_text(h->rows, 0, 0);
	h->address = db_text(h->rows, 0, 1);
	h->page_id = db_integer(h->rows, 0, 2);
	h->channel_id = db_integer(h->rows, 0, 3);
	h->company_id = db_integer(h->rows, 0, 4);
	h->contact_id = db_integer(h->rows, 0, 5);
	h->bounced = db_bool(h->rows, 0, 6);
	h->member = db_bool(h->rows, 0, 7);
	h->receiver = db_text(h->rows, 0, 8);
	cut(bounce->text, h->text);
	return 0;
}

/* The notice and its delivery log. */
static int write_outbox(struct db *db, const struct held *h, const struct bounce *bounce, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, h->id_text);
	db_arg_text(&args, h->text);
	db_arg_integer(&args, bounce->code);
	return db_run(db,
		      "WITH back AS (UPDATE outbox SET bounced_at = now(), attempts = attempts + 1, "
		      "state = CASE WHEN state IN ('sent', 'sending', 'pending') THEN 'failed' ELSE state END, "
		      "last_error = $2::text, lease_until = NULL, lease_by = NULL "
		      "WHERE outbox_id = $1::uuid RETURNING outbox_id, attempts) "
		      "INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) "
		      "SELECT outbox_id, attempts, 0, 'bounced', $3::integer, $2::text FROM back",
		      &args, NULL, why);
}

/* Its address, if it is still the one that was written to. */
static int mark_receiver(struct db *db, const struct held *h, bool permanent, struct err *why)
{
	struct db_args channel = { 0 }, contact = { 0 };

	db_arg_integer(&channel, h->channel_id);
	db_arg_text(&channel, h->address);
	db_arg_text(&channel, h->text);
	db_arg_bool(&channel, permanent);
	if (h->channel_id &&
	    db_run(db,
		   "UPDATE channel SET failing_since = coalesce(failing_since, now()), enabled = enabled AND NOT "
		   "$4::boolean, "
		   "disabled_why = CASE WHEN $4::boolean THEN 'mail came back: ' || $3::text ELSE disabled_why END, "
		   "version = version + 1 WHERE channel_id = $1::bigint AND address = $2::text AND enabled",
		   &channel, NULL, why) != 0)
		return -1;
	db_arg_integer(&contact, h->company_id);
	db_arg_integer(&contact, h->contact_id);
	db_arg_text(&contact, h->address);
	if (!h->contact_id)
		return 0;
	return db_run(
	    db,
	    "UPDATE company_contact SET bounced_at = now(), version = version + 1 WHERE company_id = $1::bigint "
	    "AND contact_id = $2::bigint AND email = $3::text",
	    &contact, NULL, why);
}

static int note_page(struct db *db, const struct held *h, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	if (!h->page_id)
		return 0;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "message", h->id_text);
	json_put_string(&w, "channel", "mail");
	json_put_string(&w, "to", h->receiver);
	json_put_bool(&w, "bounced", true);
	json_put_string(&w, "text", h->text);
	json_close_object(&w);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a page's timeline")
			     : page_engine_event(db, h->page_id, "failed", 0, buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

/* The incidents that a member was told of, as it seemed. */
static int note_incidents(struct db *db, const struct held *h, struct err *why)
{
	struct db_args args = { 0 };

	if (!h->member || !h->contact_id)
		return 0;
	db_arg_integer(&args, h->company_id);
	db_arg_text(&args, h->id_text);
	db_arg_text(&args, h->receiver);
	db_arg_text(&args, h->text);
	return db_run(
	    db,
	    "INSERT INTO incident_event (company_id, incident_id, kind, body) SELECT i.company_id, i.incident_id, "
	    "'notice', jsonb_build_object('to', $3::text, 'message', $2::text, 'bounced', true, 'text', $4::text) "
	    "FROM outbox o JOIN incident i ON i.company_id = $1::bigint AND (i.incident_id = "
	    "(o.facts ->> 'incident_id')::bigint OR EXISTS (SELECT FROM page_subject s WHERE s.company_id = "
	    "$1::bigint AND s.page_id = o.page_id AND s.kind = 'incident' AND s.subject_id = i.incident_id)) "
	    "WHERE o.outbox_id = $2::uuid",
	    &args, NULL, why);
}

/* The receiver's next way; none: whoever is next. */
static int go_on(struct db *db, const struct held *h, const uint8_t id[OUTBOX_ID_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	bool written;

	if (outbox_next_channel(db, id, &written, why) != 0)
		return -1;
	if (written || !h->page_id)
		return 0;
	db_arg_integer(&args, h->page_id);
	if (db_run(db,
		   "UPDATE page SET next_at = least(next_at, CASE WHEN exhausted THEN next_at ELSE now() END) "
		   "WHERE page_id = $1::bigint AND state = 'triggered'",
		   &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_page", why);
}

static int take(struct db *db, const struct held *h, const struct bounce *bounce, struct err *why)
{
	if (write_outbox(db, h, bounce, why) != 0 || mark_receiver(db, h, bounce->permanent, why) != 0 ||
	    note_page(db, h, why) != 0 || note_incidents(db, h, why) != 0 ||
	    report_delivery_failed(db, h->id_text, why) != 0)
		return -1;
	return go_on(db, h, bounce->id, why);
}

static int take_held(struct db *db, const struct bounce *bounce, enum bounce_outcome *outcome, struct err *why)
{
	struct held h;
	int failed = 0;

	if (hold(db, bounce, &h, why) != 0)
		return -1;
	if (db_rows(h.rows) == 0)
		*outcome = BOUNCE_UNKNOWN;
	else if (h.bounced)
		*outcome = BOUNCE_AGAIN;
	else {
		*outcome = BOUNCE_TAKEN;
		failed = take(db, &h, bounce, why);
	}
	db_result_free(h.rows);
	return failed;
}

int bounce_take(struct db *db, const struct bounce *bounce, enum bounce_outcome *outcome, struct err *why)
{
	if (db_begin(db, why) != 0)
		return -1;
	if (take_held(db, bounce, outcome, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}
