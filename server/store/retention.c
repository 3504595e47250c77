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

int retention_sightings(struct db *db, int64_t days, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*count = 0;
	db_arg_integer(&args, days);
	db_arg_integer(&args, RETENTION_SLICE);
	if (db_run(db,
		   "DELETE FROM campaign_sighting c USING (SELECT kind, key, day, company_id, cluster_key "
		   "FROM campaign_sighting WHERE day < current_date - $1::integer ORDER BY day LIMIT $2::bigint) s "
		   "WHERE c.kind = s.kind AND c.key = s.key AND c.day = s.day AND c.company_id = s.company_id "
		   "AND c.cluster_key = s.cluster_key",
		   &args, &r, why) != 0)
		return -1;
	*count = db_affected(r);
	db_result_free(r);
	return 0;
}
