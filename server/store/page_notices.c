#include "server/store/page_notices.h"

#include "server/model/notice_throttle.h"
#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 400, QUIET_PRIORITY = 5 };

/* ---------------------------------------------------------------------------------------------- facts */

static void put_optional(struct json_writer *w, const char *name, const char *text)
{
	if (text && text[0])
		json_put_string(w, name, text);
}

static void put_facts(const struct page_view *view, const struct page_notice *n, const struct page_receiver *r,
		      int language, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	if (r->contact_id) {
		page_view_put_member(view, language, r->name, &w);
		json_close_object(&w);
		return;
	}
	page_view_put(view, language, &w);
	put_optional(&w, "you", r->you[language]);
	put_optional(&w, "step", n->step);
	put_optional(&w, "next_who", n->next_who[language]);
	put_optional(&w, "next_at", n->next_at[language]);
	put_optional(&w, "schedule", n->schedule);
	put_optional(&w, "asked", n->asked);
	if (n->loops)
		json_put_integer(&w, "loops", n->loops);
	put_optional(&w, "who", n->who);
	put_optional(&w, "at", n->at[language]);
	put_optional(&w, "reason", n->reason[language]);
	json_close_object(&w);
}

/* ---------------------------------------------------------------------------------------------- throttle */

/* Of one receiver: a person whatever the channel, else a shared channel or address. Across companies. */
#define OF_RECEIVER                                                                                                    \
	"(CASE WHEN $1::bigint IS NOT NULL THEN o.user_id = $1::bigint WHEN $2::bigint IS NOT NULL THEN o.user_id IS " \
	"NULL AND o.channel_id = $2::bigint ELSE o.user_id IS NULL AND o.channel_id IS NULL AND o.address = "          \
	"$3::text END)"

/* Notices that ask, and bundles of such. */
static const char recent_sql[] =
    "SELECT count(*) FILTER (WHERE o.kind <> 'bundle' AND o.bundled_into IS NULL OR o.kind = 'bundle'), "
    "max(o.not_before) FILTER (WHERE o.kind = 'bundle' AND o.not_before <= now()), "
    "min(o.not_before) FILTER (WHERE o.kind = 'bundle' AND o.not_before > now() AND o.state = 'pending'), "
    "bool_or(o.page_id = $4::bigint), now(), "
    "max(o.outbox_id::text) FILTER (WHERE o.kind = 'bundle' AND o.not_before > now() AND o.state = 'pending') "
    "FROM outbox o WHERE " OF_RECEIVER " AND o.created_at > now() - interval '15 minutes' AND o.identity NOT LIKE "
    "'stale %' AND o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody', 'bundle')";

/* Until the transaction ends nobody else decides about this receiver: two engines must not make two bundles. */
static int lock_receiver(struct db *db, const struct page_receiver *r, struct err *why)
{
	struct db_args args = { 0 };
	char text[IDENTITY_SIZE];

	snprintf(text, sizeof(text), "notices %" PRId64 " %" PRId64 " %s", r->user_id, r->user_id ? 0 : r->channel_id,
		 r->user_id || r->channel_id ? "" : r->address);
	db_arg_text(&args, text);
	return db_run(db, "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", &args, NULL, why);
}

struct verdict {
	struct throttle_decision decision;
	char bundle[OUTBOX_ID_TEXT_SIZE]; /* that collects already; "": none */
	time_us now;
};

static int judge(struct db *db, const struct page_view *view, const struct page_receiver *r, struct verdict *out,
		 struct err *why)
{
	struct throttle_facts facts = { .severity = (int)view->severity };
	struct db_args args = { 0 };
	struct db_result *rows;

	if (lock_receiver(db, r, why) != 0)
		return -1;
	db_arg_optional(&args, r->user_id);
	db_arg_optional(&args, r->channel_id);
	db_arg_text(&args, r->address);
	db_arg_integer(&args, view->page_id);
	if (db_run(db, recent_sql, &args, &rows, why) != 0)
		return -1;
	facts.recent = (int)db_integer(rows, 0, 0);
	facts.last_bundle = db_time(rows, 0, 1);
	facts.pending_bundle = db_time(rows, 0, 2);
	facts.first_of_its_page = db_is_null(rows, 0, 3) || !db_bool(rows, 0, 3);
	facts.now = out->now = db_time(rows, 0, 4);
	snprintf(out->bundle, sizeof(out->bundle), "%s", db_is_null(rows, 0, 5) ? "" : db_text(rows, 0, 5));
	out->decision = notice_throttle(&facts);
	db_result_free(rows);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- bundles */

/* The text is made of what goes into it when it is sent (outbox_bundle.c). */
static int begin_bundle(struct db *db, const struct page_view *view, const struct page_receiver *r,
			const struct verdict *verdict, uint8_t id[OUTBOX_ID_SIZE], struct err *why)
{
	struct outbox_new bundle = { .kind = "bundle",
				     .priority = (int)view->severity,
				     .user_id = r->user_id,
				     .channel_id = r->channel_id,
				     .channel_kind = r->channel_kind,
				     .address = r->address,
				     .language = r->language,
				     .attempt_of = 1,
				     .facts = "{}",
				     .delay_ms = (verdict->decision.bundle_at - verdict->now) / 1000 };
	char text[OUTBOX_ID_TEXT_SIZE], identity[IDENTITY_SIZE];

	outbox_make_id(bundle.id);
	memcpy(id, bundle.id, OUTBOX_ID_SIZE);
	outbox_id_text(bundle.id, text);
	snprintf(identity, sizeof(identity), "bundle %s", text);
	bundle.identity = identity;
	return outbox_write(db, &bundle, NULL, why);
}

/* False in *still: it is on its way already, and who takes it has seen what is in it. Otherwise nobody can take it
 * before this transaction ends. */
static int advance_bundle(struct db *db, const struct verdict *verdict, int64_t severity, bool *still, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, verdict->bundle);
	db_arg_time(&args, verdict->decision.bundle_at);
	db_arg_integer(&args, severity);
	if (db_run(db,
		   "UPDATE outbox SET not_before = least(not_before, $2::timestamptz), "
		   "priority = least(priority, $3::smallint) WHERE outbox_id = $1::uuid AND state = 'pending'",
		   &args, &r, why) != 0)
		return -1;
	*still = db_affected(r) != 0;
	db_result_free(r);
	return 0;
}

/* *bundle: the id of the bundle that this one goes into, or NULL. */
static int throttle(struct db *db, const struct page_view *view, const struct page_receiver *r,
		    uint8_t id[OUTBOX_ID_SIZE], const uint8_t **bundle, struct err *why)
{
	struct verdict verdict;
	bool still = false;

	*bundle = NULL;
	if (judge(db, view, r, &verdict, why) != 0)
		return -1;
	if (verdict.decision.verdict == THROTTLE_SEND)
		return 0;
	*bundle = id;
	if (verdict.bundle[0] && advance_bundle(db, &verdict, view->severity, &still, why) != 0)
		return -1;
	if (!still)
		return begin_bundle(db, view, r, &verdict, id, why);
	return outbox_parse_id(verdict.bundle, id) ? 0
						   : err_set(why, ERR_CORRUPT, "not a notice's id: %s", verdict.bundle);
}

/* ---------------------------------------------------------------------------------------------- one notice */

static void name_it(const struct page_notice *n, const struct page_receiver *r, char out[IDENTITY_SIZE])
{
	if (r->contact_id)
		snprintf(out, IDENTITY_SIZE, "%s contact %" PRId64 " c%d", n->identity, r->contact_id, n->attempt_of);
	else if (r->user_id)
		snprintf(out, IDENTITY_SIZE, "%s user %" PRId64 " c%d", n->identity, r->user_id, n->attempt_of);
	else if (r->channel_id)
		snprintf(out, IDENTITY_SIZE, "%s channel %" PRId64 " c%d", n->identity, r->channel_id, n->attempt_of);
	else
		snprintf(out, IDENTITY_SIZE, "%s mail %.200s c%d", n->identity, r->address, n->attempt_of);
}

static int write_one(struct db *db, const struct page_view *view, const struct page_notice *n,
		     const struct page_receiver *r, bool *written, struct err *why)
{
	bool quiet = strcmp(n->kind, "answered") == 0 || strcmp(n->kind, "closed") == 0;
	struct outbox_new notice = { .kind = r->contact_id ? "member" : n->kind,
				     .page_id = view->page_id,
				     .priority = quiet ? QUIET_PRIORITY : (int)view->severity,
				     .user_id = r->user_id,
				     .contact_company_id = r->contact_id ? view->company_id : 0,
				     .contact_id = r->contact_id,
				     .channel_id = r->channel_id,
				     .channel_kind = r->channel_kind,
				     .address = r->address,
				     .language = r->language,
				     .attempt_of = n->attempt_of,
				     .delay_ms = r->delay_ms,
				     .expires_ms = r->contact_id ? 0 : n->expires_ms };
	uint8_t bundle[OUTBOX_ID_SIZE];
	char identity[IDENTITY_SIZE];
	struct buffer facts = { 0 };
	int failed = 0;

	name_it(n, r, identity);
	notice.identity = identity;
	outbox_make_id(notice.id);
	if (n->throttled && !r->contact_id && throttle(db, view, r, bundle, &notice.bundle, why) != 0)
		return -1;
	put_facts(view, n, r, strcmp(r->language, "en") == 0 ? PAGE_EN : PAGE_JA, &facts);
	notice.facts = buffer_string(&facts);
	failed =
	    facts.failed ? err_set(why, ERR_NOMEM, "no memory for a notice") : outbox_write(db, &notice, written, why);
	buffer_release(&facts);
	return failed;
}

int page_notices_write(struct db *db, const struct page_view *view, const struct page_notice *notice,
		       const struct page_receivers *receivers, int *written, struct err *why)
{
	*written = 0;
	for (size_t i = 0; i < receivers->count; i++) {
		bool fresh = false;

		if (write_one(db, view, notice, &receivers->items[i], &fresh, why) != 0)
			return -1;
		*written += fresh;
	}
	return 0;
}
