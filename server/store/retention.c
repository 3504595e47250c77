#include "server/store/retention.h"

/* The last row of the slice stands in the answer, none when there was no row left. */
static const char observables_sql[] =
    "WITH slice AS MATERIALIZED (SELECT kind, key, company_id, last_ts FROM observable "
    "WHERE (kind, key, company_id) > ($1::smallint, $2::bytea, $3::bigint) "
    "ORDER BY kind, key, company_id LIMIT $4::bigint), "
    "gone AS (DELETE FROM observable o USING slice s WHERE s.last_ts < now() - $5::integer * interval '1 day' "
    "AND o.kind = s.kind AND o.key = s.key AND o.company_id = s.company_id "
    "AND o.last_ts < now() - $5::integer * interval '1 day' RETURNING o.company_id) "
    "SELECT l.kind, l.key, l.company_id, (SELECT count(*) FROM gone) FROM (SELECT kind, key, company_id FROM slice "
    "ORDER BY kind DESC, key DESC, company_id DESC LIMIT 1) l";

static void keep_mark(const struct db_result *r, struct retention_mark *mark)
{
	struct slice key = db_slice(r, 0, 1);

	mark->observable.kind = db_integer(r, 0, 0);
	mark->observable.company_id = db_integer(r, 0, 2);
	mark->observable.len = slice_take(key, sizeof(mark->observable.key)).len;
	memcpy(mark->observable.key, key.ptr, mark->observable.len);
}

int retention_observables(struct db *db, int64_t days, struct retention_mark *mark, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*count = 0;
	db_arg_integer(&args, mark->observable.kind);
	db_arg_bytes(&args, slice_of(mark->observable.key, mark->observable.len));
	db_arg_integer(&args, mark->observable.company_id);
	db_arg_integer(&args, RETENTION_SLICE);
	db_arg_integer(&args, days);
	if (db_run(db, observables_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		*count = db_integer(r, 0, 3);
		keep_mark(r, mark);
	} else {
		mark->observable.kind = mark->observable.company_id = 0;
		mark->observable.len = 0;
	}
	db_result_free(r);
	return 0;
}

static const char contacts_sql[] =
    "WITH slice AS MATERIALIZED (SELECT company_id, contact_key, last_ts FROM contact "
    "WHERE (company_id, contact_key) > ($1::bigint, $2::bigint) ORDER BY company_id, contact_key LIMIT $3::bigint), "
    "gone AS (DELETE FROM contact c USING slice s WHERE s.last_ts < now() - $4::integer * interval '1 day' "
    "AND c.company_id = s.company_id AND c.contact_key = s.contact_key "
    "AND c.last_ts < now() - $4::integer * interval '1 day' RETURNING c.company_id) "
    "SELECT l.company_id, l.contact_key, (SELECT count(*) FROM gone) FROM (SELECT company_id, contact_key FROM slice "
    "ORDER BY company_id DESC, contact_key DESC LIMIT 1) l";

int retention_contacts(struct db *db, int64_t days, struct retention_mark *mark, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*count = 0;
	db_arg_integer(&args, mark->contact.company_id);
	db_arg_integer(&args, mark->contact.key);
	db_arg_integer(&args, RETENTION_SLICE);
	db_arg_integer(&args, days);
	if (db_run(db, contacts_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		mark->contact.company_id = db_integer(r, 0, 0);
		mark->contact.key = db_integer(r, 0, 1);
		*count = db_integer(r, 0, 2);
	} else {
		mark->contact.company_id = mark->contact.key = 0;
	}
	db_result_free(r);
	return 0;
}

/* $1: days, $2: how many at most. */
static int forget(struct db *db, const char *sql, int64_t days, int64_t most, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*count = 0;
	db_arg_integer(&args, days);
	db_arg_integer(&args, most);
	if (db_run(db, sql, &args, &r, why) != 0)
		return -1;
	*count = db_affected(r);
	db_result_free(r);
	return 0;
}

int retention_sightings(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	return forget(db,
		      "DELETE FROM campaign_sighting c USING (SELECT kind, key, day, company_id, cluster_key "
		      "FROM campaign_sighting WHERE day < current_date - $1::integer ORDER BY day LIMIT $2::bigint) s "
		      "WHERE c.kind = s.kind AND c.key = s.key AND c.day = s.day AND c.company_id = s.company_id "
		      "AND c.cluster_key = s.cluster_key",
		      days, RETENTION_SLICE, count, why);
}

/* -------------------------------------------------------------------------------------------- pages and notices */

#define AGE        "now() - $1::integer * interval '1 day'"
#define ON_ITS_WAY "state IN ('pending', 'sending')"
#define GOES_ON    "i.state NOT IN ('closed', 'merged')"

/* A joined page has no time of closing; it goes when the one that speaks for it may. That one goes in a later round,
 * when nobody names it any more; storms do not join. */
static const char pages_sql[] =
    "WITH gone AS MATERIALIZED (SELECT p.page_id FROM page p LEFT JOIN page f ON f.page_id = p.joined_into "
    "WHERE p.state IN ('closed', 'joined') AND p.created_at < " AGE " AND CASE p.state "
    "WHEN 'closed' THEN p.closed_at < " AGE " ELSE f.state = 'closed' AND f.closed_at < " AGE " END "
    "AND NOT EXISTS (SELECT FROM page j WHERE j.joined_into = p.page_id) "
    "AND NOT EXISTS (SELECT FROM outbox o WHERE o.page_id = p.page_id AND o." ON_ITS_WAY ") "
    "AND NOT EXISTS (SELECT FROM page_subject s JOIN incident i ON i.company_id = s.company_id "
    "AND i.incident_id = s.subject_id WHERE s.page_id = p.page_id AND s.kind = 'incident' AND " GOES_ON ") "
    "ORDER BY p.created_at LIMIT $2::bigint) "
    "DELETE FROM page p USING gone g WHERE p.page_id = g.page_id AND p.state IN ('closed', 'joined')";

int retention_pages(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	return forget(db, pages_sql, days, RETENTION_PAGES, count, why);
}

/* What a member was told by hand is part of its incident, page or no page. */
static const char notices_sql[] =
    "WITH gone AS MATERIALIZED (SELECT o.outbox_id FROM outbox o WHERE o.page_id IS NULL AND o.created_at < " AGE " "
    "AND NOT o." ON_ITS_WAY " AND NOT EXISTS (SELECT FROM outbox m WHERE m.bundled_into = o.outbox_id) "
    "AND NOT EXISTS (SELECT FROM incident i WHERE i.company_id = o.contact_company_id "
    "AND i.incident_id = CASE WHEN o.facts ->> 'incident_id' ~ '^[0-9]{1,18}$' "
    "THEN (o.facts ->> 'incident_id')::bigint END AND " GOES_ON ") ORDER BY o.created_at LIMIT $2::bigint) "
    "DELETE FROM outbox o USING gone g WHERE o.outbox_id = g.outbox_id AND NOT o." ON_ITS_WAY;

int retention_notices(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	return forget(db, notices_sql, days, RETENTION_NOTICES, count, why);
}

static const char mails_sql[] =
    "WITH gone AS MATERIALIZED (SELECT r.message_id FROM mail_received r WHERE r.received_at < " AGE " "
    "AND NOT EXISTS (SELECT FROM ticket t WHERE t.ticket_id = r.ticket_id AND t.state <> 'closed') "
    "ORDER BY r.received_at LIMIT $2::bigint) "
    "DELETE FROM mail_received r USING gone g WHERE r.message_id = g.message_id";

int retention_mails(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	return forget(db, mails_sql, days, RETENTION_MAILS, count, why);
}

static const char drills_sql[] =
    "WITH gone AS MATERIALIZED (SELECT drill_id FROM drill WHERE started_at < " AGE " "
    "ORDER BY started_at LIMIT $2::bigint) DELETE FROM drill d USING gone g WHERE d.drill_id = g.drill_id";

int retention_drills(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	return forget(db, drills_sql, days, RETENTION_DRILLS, count, why);
}

/* ------------------------------------------------------------------------------------------------------ tickets */

static const char tickets_sql[] =
    "WITH gone AS MATERIALIZED (SELECT t.ticket_id FROM ticket t WHERE t.state = 'closed' AND t.closed_at < " AGE " "
    "AND NOT EXISTS (SELECT FROM dispatch_order d WHERE d.ticket_id = t.ticket_id "
    "AND d.state NOT IN ('declined', 'approved', 'cancelled')) "
    "AND NOT EXISTS (SELECT FROM incident i WHERE i.company_id = t.company_id AND i.incident_id = t.incident_id "
    "AND " GOES_ON ") ORDER BY t.closed_at LIMIT $2::bigint) "
    "DELETE FROM ticket t USING gone g WHERE t.ticket_id = g.ticket_id AND t.state = 'closed'";

int retention_tickets(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	*count = 0;
	return days ? forget(db, tickets_sql, days, RETENTION_TICKETS, count, why) : 0;
}

/* ------------------------------------------------------------------------------------------------------ reports */

int retention_previews(struct db *db, int64_t *count, struct err *why)
{
	return forget(
	    db,
	    "WITH gone AS MATERIALIZED (SELECT company_id, report_id, made_at FROM report_file WHERE NOT final "
	    "AND made_at < " AGE " ORDER BY made_at LIMIT $2::bigint) DELETE FROM report_file f USING gone g "
	    "WHERE f.company_id = g.company_id AND f.report_id = g.report_id AND f.made_at = g.made_at "
	    "AND NOT f.final",
	    1, RETENTION_PREVIEWS, count, why);
}

int retention_codes(struct db *db, int64_t *count, struct err *why)
{
	return forget(db,
		      "WITH gone AS MATERIALIZED (SELECT company_id, delivery_id, code_id FROM report_code "
		      "WHERE made_at < " AGE " LIMIT $2::bigint) DELETE FROM report_code c USING gone g "
		      "WHERE c.company_id = g.company_id AND c.delivery_id = g.delivery_id AND c.code_id = g.code_id",
		      1, RETENTION_CODES, count, why);
}

int retention_runs(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	int64_t jobs;

	if (forget(db,
		   "WITH gone AS MATERIALIZED (SELECT job_id FROM report_job WHERE run_id IS NULL AND failed_at < " AGE
		   " LIMIT $2::bigint) DELETE FROM report_job j USING gone g WHERE j.job_id = g.job_id",
		   days, RETENTION_RUNS, &jobs, why) != 0)
		return -1;
	return forget(db,
		      "WITH gone AS MATERIALIZED (SELECT run_id FROM report_run WHERE state <> 'running' "
		      "AND finished_at < " AGE " LIMIT $2::bigint) DELETE FROM report_run r USING gone g "
		      "WHERE r.run_id = g.run_id",
		      days, RETENTION_RUNS, count, why);
}
