/* Taking what is due. */
#include "server/store/outbox.h"
#include "server/store/report_delivery.h"

#include <stdio.h>

enum { STALE_MAX = 5000, LOST_MAX = 1000, IDENTITY_SIZE = 64, BUNDLE_PRIORITY = 2 };

/* Notices that ask somebody: pointless once somebody has it. So is one to a member that a step made; not one that a
 * person asked for (member_notice.h). */
#define ASKS(o)                                                                                  \
	"(" o ".kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody') OR (" o ".kind = " \
	"'member' AND " o ".identity NOT LIKE 'member %'))"
/* Of a notice o and its page p. */
#define ANSWERED                                                                                                 \
	"(p.page_id IS NOT NULL AND " ASKS("o") " AND p.state <> 'triggered' AND NOT (p.state = 'acknowledged' " \
						"AND o.user_id IS NOT NULL AND o.user_id = p.ack_by))"

/* ---------------------------------------------------------------------------------------------- leases that ran out */

static const char take_back_sql[] =
    "WITH lost AS (SELECT outbox_id FROM outbox WHERE state = 'sending' AND lease_until < now() LIMIT $1::bigint "
    "FOR UPDATE SKIP LOCKED), "
    "back AS (UPDATE outbox o SET crashes = crashes + 1, attempts = attempts + 1, lease_until = NULL, lease_by = NULL, "
    "last_error = 'the process that sent it is gone', "
    "state = CASE WHEN crashes + 1 >= $2::integer THEN 'quarantined' ELSE 'pending' END "
    "FROM lost l WHERE o.outbox_id = l.outbox_id RETURNING o.outbox_id, o.attempts, o.state), "
    "noted AS (INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) SELECT outbox_id, attempts, 0, 'lost', "
    "0, 'the process that sent it is gone: whether it arrived is not known' FROM back) "
    "SELECT outbox_id::text FROM back WHERE state = 'quarantined'";

static int take_back(struct db *db, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_integer(&args, LOST_MAX);
	db_arg_integer(&args, OUTBOX_CRASHES_MAX);
	if (db_run(db, take_back_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		uint8_t id[OUTBOX_ID_SIZE];
		bool written;

		if (outbox_parse_id(db_text(r, i, 0), id))
			failed = outbox_next_channel(db, id, &written, why);
		if (!failed)
			failed = report_delivery_failed(db, db_text(r, i, 0), why);
	}
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- too late */

static const char expire_sql[] =
    "WITH late AS (SELECT o.outbox_id, " ANSWERED
    " AS answered FROM outbox o LEFT JOIN page p ON p.page_id = o.page_id "
    "WHERE o.state = 'pending' AND o.expires_at < now() LIMIT $1::bigint FOR UPDATE OF o SKIP LOCKED), "
    "gone AS (UPDATE outbox o SET state = CASE WHEN l.answered THEN 'cancelled' ELSE 'expired' END FROM late l "
    "WHERE o.outbox_id = l.outbox_id RETURNING o.state, o.priority, o.user_id, o.channel_id, o.channel_kind, "
    "o.address, o.language) "
    "SELECT user_id, channel_id, channel_kind, address, language, min(priority)::bigint FROM gone "
    "WHERE state = 'expired' GROUP BY 1, 2, 3, 4, 5";

static int bundle_stale(struct db *db, const struct db_result *r, int row, struct err *why)
{
	struct outbox_new bundle = { .kind = "bundle",
				     .priority = (int)db_integer(r, row, 5),
				     .user_id = db_integer(r, row, 0),
				     .channel_id = db_integer(r, row, 1),
				     .channel_kind = db_text(r, row, 2),
				     .address = db_text(r, row, 3),
				     .language = db_text(r, row, 4),
				     .attempt_of = 1,
				     .facts = "{}" };
	char id[OUTBOX_ID_TEXT_SIZE], identity[IDENTITY_SIZE];
	struct db_args args = { 0 };

	outbox_make_id(bundle.id);
	outbox_id_text(bundle.id, id);
	snprintf(identity, sizeof(identity), "stale %s", id);
	bundle.identity = identity;
	if (bundle.priority < BUNDLE_PRIORITY)
		bundle.priority = BUNDLE_PRIORITY; /* the page itself goes on meanwhile, and comes first */
	if (outbox_write(db, &bundle, NULL, why) != 0)
		return -1;
	db_arg_text(&args, id);
	db_arg_optional(&args, bundle.user_id);
	db_arg_optional(&args, bundle.channel_id);
	db_arg_text(&args, bundle.address);
	return db_run(db,
		      "UPDATE outbox SET bundled_into = $1::uuid WHERE state = 'expired' AND bundled_into IS NULL "
		      "AND user_id IS NOT DISTINCT FROM $2::bigint AND channel_id IS NOT DISTINCT FROM $3::bigint "
		      "AND address = $4::text",
		      &args, NULL, why);
}

static int expire(struct db *db, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_integer(&args, STALE_MAX);
	if (db_run(db, expire_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = bundle_stale(db, r, i, why);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the claim */

/* A bundle that collects is pointless when all that is in it was answered. */
#define EMPTY_BUNDLE                                                                                             \
	"(o.kind = 'bundle' AND o.identity LIKE 'bundle %' AND NOT EXISTS (SELECT FROM outbox m JOIN page q ON " \
	"q.page_id = m.page_id WHERE m.bundled_into = o.outbox_id AND q.state = 'triggered'))"

#define DUE(which, limit)                                                                                        \
	"SELECT o.outbox_id, (" ANSWERED " OR " EMPTY_BUNDLE ") AS pointless FROM outbox o LEFT JOIN page p ON " \
	"p.page_id = o.page_id WHERE o.state = 'pending' AND o.not_before <= now() AND " which                   \
	" ORDER BY o.priority, o.not_before LIMIT " limit " FOR UPDATE OF o SKIP LOCKED"
/* $6: hosts. */
#define NOT_BUSY                                                                                                    \
	"($6::text[] IS NULL OR lower(coalesce(substring(o.address FROM '^[a-z]+://(?:[^/@]*@)?([^/:?#]+)'), '')) " \
	"<> ALL ($6::text[]))"

static const char claim_sql[] = "WITH mail AS (" DUE(
    "o.channel_kind = 'mail' AND o.crashes < $4::integer",
    "$1::bigint") "), "
		  "other AS (" DUE(
		      "o.channel_kind <> 'mail' AND o.crashes < $4::integer AND " NOT_BUSY,
		      "$5::bigint") "), "
				    "suspect AS (" DUE(
					"o.crashes >= $4::integer AND (CASE WHEN o.channel_kind = 'mail' THEN "
					"$1::bigint > 0 ELSE $5::bigint > 0 END) "
					"AND NOT EXISTS (SELECT FROM outbox s WHERE s.state = 'sending' AND s.crashes "
					">= $4::integer)",
					"1") "), "
					     "due AS (SELECT * FROM mail UNION ALL SELECT * FROM other UNION ALL "
					     "SELECT * FROM suspect), "
					     "taken AS (UPDATE outbox o SET state = CASE WHEN d.pointless THEN "
					     "'cancelled' ELSE 'sending' END, "
					     "lease_until = CASE WHEN NOT d.pointless THEN now() + $3::bigint * "
					     "interval '1 millisecond' END, "
					     "lease_by = CASE WHEN NOT d.pointless THEN $2::text END FROM due d WHERE "
					     "o.outbox_id = d.outbox_id RETURNING o.*) "
					     "SELECT t.outbox_id::text, t.kind, t.page_id, t.priority::bigint, "
					     "t.user_id, t.contact_company_id, t.contact_id, "
					     "t.channel_id, t.channel_kind, t.address, t.language, t.facts::text, "
					     "t.attempt_of::bigint, t.attempts::bigint, "
					     "c.secret, c.old_secret, c.template, t.created_at FROM taken t LEFT JOIN "
					     "channel c ON c.channel_id = t.channel_id "
					     "WHERE t.state = 'sending' ORDER BY t.priority, t.not_before";

static int claim(struct db *db, const struct outbox_want *want, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, want->mail);
	db_arg_text(&args, want->lease_by);
	db_arg_integer(&args, want->lease_ms);
	db_arg_integer(&args, OUTBOX_SUSPECT);
	db_arg_integer(&args, want->other);
	db_arg_text(&args, want->busy);
	return db_run(db, claim_sql, &args, out, why);
}

/* A claim that a crash of the database forgets is one that was not made; what was sent of it goes again, with the same
 * id. */
int outbox_claim(struct db *db, const struct outbox_want *want, struct db_result **out, struct err *why)
{
	*out = NULL;
	if (db_script(db, "BEGIN; SET LOCAL synchronous_commit = off", why) != 0)
		return -1;
	if (take_back(db, why) == 0 && expire(db, why) == 0 && claim(db, want, out, why) == 0 &&
	    db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	db_result_free(*out);
	*out = NULL;
	return -1;
}

void outbox_read(const struct db_result *r, int row, struct outbox_row *out)
{
	*out = (struct outbox_row){
		.id_text = db_text(r, row, 0),
		.kind = db_text(r, row, 1),
		.page_id = db_integer(r, row, 2),
		.priority = (int)db_integer(r, row, 3),
		.user_id = db_integer(r, row, 4),
		.contact_company_id = db_integer(r, row, 5),
		.contact_id = db_integer(r, row, 6),
		.channel_id = db_integer(r, row, 7),
		.channel_kind = db_text(r, row, 8),
		.address = db_text(r, row, 9),
		.language = db_text(r, row, 10),
		.facts = db_text(r, row, 11),
		.attempt_of = (int)db_integer(r, row, 12),
		.attempts = (int)db_integer(r, row, 13),
		.secret = db_slice(r, row, 14),
		.old_secret = db_slice(r, row, 15),
		.template = db_text(r, row, 16),
		.created_at = db_time(r, row, 17),
	};
	outbox_parse_id(out->id_text, out->id);
}

int outbox_return(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], const char *lease_by, struct err *why)
{
	char text[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };

	outbox_id_text(id, text);
	db_arg_text(&args, text);
	db_arg_text(&args, lease_by);
	return db_run(db,
		      "UPDATE outbox SET state = 'pending', lease_until = NULL, lease_by = NULL "
		      "WHERE outbox_id = $1::uuid AND state = 'sending' AND lease_by = $2::text",
		      &args, NULL, why);
}

int outbox_next_due(struct db *db, time_us *next, time_us *oldest, time_us *now, struct err *why)
{
	struct db_result *r;

	if (db_run(db,
		   "SELECT least((SELECT min(not_before) FROM outbox WHERE state = 'pending' AND not_before > now()), "
		   "(SELECT min(lease_until) FROM outbox WHERE state = 'sending')), "
		   "(SELECT min(not_before) FROM outbox WHERE state = 'pending' AND not_before <= now()), now()",
		   NULL, &r, why) != 0)
		return -1;
	*next = db_time(r, 0, 0);
	*oldest = db_time(r, 0, 1);
	*now = db_time(r, 0, 2);
	db_result_free(r);
	return 0;
}
