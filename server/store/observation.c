#include "server/store/observation.h"

#include "lib/encode.h"
#include "server/model/beacon.h"
#include "server/model/observation_body.h"
#include "server/store/columns.h"
#include "server/store/loss.h"

#include <stdlib.h>

enum { CLAIM_ROWS_MAX = 1000, CHUNK = 5000 };

static void put_bytes(struct array_text *column, struct slice bytes)
{
	struct buffer hex = { 0 };

	buffer_put_string(&hex, "\\x");
	hex_encode(&hex, bytes);
	if (hex.failed)
		column->text.failed = true;
	array_text_string(column, buffer_slice(&hex));
	buffer_release(&hex);
}

/* ---------------------------------------------------------------------------------------------------------- claim */

static const char claim_sql[] =
    "WITH gone AS (DELETE FROM observation o USING ("
    "SELECT observation_id, sum(size) OVER (ORDER BY observation_id) AS upto, "
    "row_number() OVER (ORDER BY observation_id) AS n FROM (SELECT observation_id, octet_length(body) AS size "
    "FROM observation WHERE company_id = $1::bigint ORDER BY observation_id LIMIT $3::bigint) oldest) s "
    "WHERE o.company_id = $1::bigint AND o.observation_id = s.observation_id AND (s.upto <= $2::bigint OR s.n = 1) "
    "RETURNING o.body) "
    "SELECT body, (SELECT count(*) FROM (SELECT FROM observation WHERE company_id = $1::bigint "
    "LIMIT $3::bigint + 1) there) FROM gone";

int observation_claim(struct db *db, int64_t company_id, struct observation *o, struct observation_claimed *out,
		      struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	*out = (struct observation_claimed){ 0 };
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, OBSERVATION_CLAIM_BYTES);
	db_arg_integer(&args, CLAIM_ROWS_MAX);
	if (db_run(db, claim_sql, &args, &r, why) != 0)
		return -1;
	out->rows = (size_t)db_rows(r);
	out->more = out->rows && db_integer(r, 0, 1) > db_rows(r);
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		if (observation_merge(o, db_slice(r, i, 0), why) == 0)
			continue;
		if (why->code == ERR_CORRUPT)
			out->damaged++;
		else
			failed = -1;
	}
	db_result_free(r);
	if (failed || loss_add(db, company_id, LOSS_DAMAGED, (int64_t)out->damaged, why) != 0 ||
	    loss_add(db, company_id, LOSS_OBSERVABLES, (int64_t)observation_lost(o), why) != 0)
		return -1;
	return observation_sort(o, why);
}

/* ----------------------------------------------------------------------------------------------------- observables */

/* What of the day's room is left; rows are written under the company's lock. */
static int read_room(struct db *db, int64_t company_id, int64_t daily, int64_t *room, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	if (db_run(db,
		   "SELECT added FROM observable_day WHERE company_id = $1::bigint "
		   "AND day = (now() AT TIME ZONE 'UTC')::date",
		   &args, &r, why) != 0)
		return -1;
	*room = db_rows(r) ? daily - db_integer(r, 0, 0) : daily;
	if (*room < 0)
		*room = 0;
	db_result_free(r);
	return 0;
}

static int write_added(struct db *db, int64_t company_id, int64_t added, struct err *why)
{
	struct db_args args = { 0 };

	if (added == 0)
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, added);
	return db_run(db,
		      "INSERT INTO observable_day AS d (company_id, day, added) "
		      "VALUES ($1::bigint, (now() AT TIME ZONE 'UTC')::date, $2::bigint) "
		      "ON CONFLICT (company_id) DO UPDATE SET day = excluded.day, "
		      "added = CASE WHEN d.day = excluded.day THEN d.added ELSE 0 END + excluded.added",
		      &args, NULL, why);
}

/* $7: how many may be new. Which are is only looked up when that matters, one probe of the primary key each. */
#define WRITE_OBSERVABLES(from)                                                                                     \
	"WITH u AS MATERIALIZED (SELECT * FROM unnest($2::smallint[], $3::bytea[], $4::timestamptz[], "             \
	"$5::timestamptz[], $6::bigint[]) AS u (kind, key, first_ts, last_ts, contacts)), " from                    \
	"put AS (INSERT INTO observable AS o (kind, key, company_id, first_ts, last_ts, contacts) "                 \
	"SELECT t.kind, t.key, $1::bigint, t.first_ts, t.last_ts, t.contacts FROM taken t ON CONFLICT (kind, key, " \
	"company_id) DO UPDATE SET first_ts = least(o.first_ts, excluded.first_ts), last_ts = greatest(o.last_ts, " \
	"excluded.last_ts), contacts = o.contacts + excluded.contacts RETURNING o.xmax = 0 AS is_new) "             \
	"SELECT count(*) FILTER (WHERE is_new), (SELECT count(*) FROM u) - count(*) FROM put"

static const char write_all_sql[] = WRITE_OBSERVABLES("taken AS (SELECT * FROM u WHERE $7::bigint IS NOT NULL), ");
static const char write_some_sql[] = WRITE_OBSERVABLES(
    "told AS MATERIALIZED (SELECT u.*, (SELECT count(*) FROM observable o WHERE o.kind = u.kind AND o.key = u.key "
    "AND o.company_id = $1::bigint) AS known FROM u), "
    "taken AS (SELECT * FROM told WHERE known > 0 UNION ALL (SELECT * FROM told WHERE known = 0 "
    "ORDER BY contacts DESC, kind, key LIMIT $7::bigint)), ");

static int write_observables(struct db *db, int64_t company_id, const struct observation *o, size_t from, size_t to,
			     int64_t *room, int64_t *left_out, struct err *why)
{
	struct array_text columns[5] = { 0 };
	struct db_args args = { 0 };
	struct db_result *r = NULL;
	int failed = 0;

	for (size_t i = from; i < to; i++) {
		struct observation_seen s;

		observation_seen_at(o, i, &s);
		array_text_integer(&columns[0], s.kind);
		put_bytes(&columns[1], s.key);
		array_text_time(&columns[2], s.first);
		array_text_time(&columns[3], s.last);
		array_text_integer(&columns[4], s.contacts);
	}
	db_arg_integer(&args, company_id);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *text = array_text(&columns[i]);

		if (!text)
			failed = err_set(why, ERR_NOMEM, "no memory for the observables of a company");
		db_arg_text(&args, text);
	}
	db_arg_integer(&args, *room);
	if (!failed)
		failed = db_run(db, *room >= (int64_t)(to - from) ? write_all_sql : write_some_sql, &args, &r, why);
	if (!failed) {
		*room -= db_integer(r, 0, 0);
		*left_out += db_integer(r, 0, 1);
	}
	db_result_free(r);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		array_text_release(&columns[i]);
	return failed;
}

int observation_write_observables(struct db *db, int64_t company_id, const struct observation *o, int64_t daily,
				  int64_t *left_out, struct err *why)
{
	size_t count = observation_seen_count(o);
	int64_t room = 0, before;

	*left_out = 0;
	if (count == 0)
		return 0;
	if (read_room(db, company_id, daily, &room, why) != 0)
		return -1;
	before = room;
	for (size_t i = 0; i < count; i += CHUNK)
		if (write_observables(db, company_id, o, i, i + CHUNK < count ? i + CHUNK : count, &room, left_out,
				      why) != 0)
			return -1;
	if (write_added(db, company_id, before - room, why) != 0)
		return -1;
	return loss_add(db, company_id, LOSS_OBSERVABLES, *left_out, why);
}

/* -------------------------------------------------------------------------------------------------------- contacts */

static int take_contact(const struct db_result *r, int row, struct observation *o, struct err *why)
{
	time_us times[OBSERVATION_TIMES_MAX];
	int64_t bytes[OBSERVATION_TIMES_MAX];
	struct observation_contact c = {
		.destination = db_slice(r, row, 1),
		.port = (int)db_integer(r, row, 2),
		.first = db_time(r, row, 3),
		.last = db_time(r, row, 4),
		.contacts = db_integer(r, row, 5),
		.times = times,
		.bytes = bytes,
	};

	if (!address_parse(db_slice(r, row, 0), &c.inside))
		return err_set(why, ERR_CORRUPT, "a contact's inside_ip is no address");
	if (observation_series_read(db_slice(r, row, 6), times, bytes, &c.times_count, why) != 0)
		return -1;
	return observation_put_contact(o, &c, why);
}

int observation_read_contacts(struct db *db, int64_t company_id, struct observation *o, size_t *known, struct err *why)
{
	struct array_text keys = { 0 };
	size_t count = observation_contact_count(o);
	struct db_result *r;
	int failed = 0;

	*known = 0;
	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct observation_contact c;

		observation_contact_at(o, i, &c);
		array_text_integer(&keys, observation_contact_key(&c));
	}
	if (columns_run(db,
			"SELECT host(inside_ip), destination, port, first_ts, last_ts, contacts, series "
			"FROM contact WHERE company_id = $1::bigint AND contact_key = ANY ($2::bigint[])",
			company_id, &keys, 1, &r, why) != 0)
		return -1;
	*known = (size_t)db_rows(r);
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = take_contact(r, i, o, why);
	db_result_free(r);
	/* Entries were added to and none was made, unless two contacts had one key. */
	return failed ? -1 : observation_sort(o, why);
}

static void put_contact(struct array_text *columns, const struct observation *o, size_t index,
			const struct contact_verdict *verdict)
{
	char inside[ADDRESS_TEXT_SIZE];
	struct observation_contact c;
	struct buffer series = { 0 };

	observation_contact_at(o, index, &c);
	address_to_text(&c.inside, inside);
	observation_series_write(c.times, c.bytes, c.times_count, &series);
	array_text_integer(&columns[0], observation_contact_key(&c));
	array_text_string(&columns[1], slice_of_string(inside));
	array_text_string(&columns[2], c.destination);
	array_text_integer(&columns[3], c.port);
	array_text_time(&columns[4], c.first);
	array_text_time(&columns[5], c.last);
	array_text_integer(&columns[6], c.contacts);
	put_bytes(&columns[7], buffer_slice(&series));
	array_text_integer(&columns[8], verdict->score);
	array_text_string(&columns[9], slice_of_string(verdict->parts));
	if (series.failed)
		columns[7].text.failed = true;
	buffer_release(&series);
}

int observation_write_contacts(struct db *db, int64_t company_id, const struct observation *o,
			       const struct contact_verdict *verdicts, struct err *why)
{
	size_t count = observation_contact_count(o);

	for (size_t from = 0; from < count; from += CHUNK) {
		struct array_text columns[10] = { 0 };

		for (size_t i = from; i < count && i < from + CHUNK; i++)
			put_contact(columns, o, i, &verdicts[i]);
		if (columns_run(
			db,
			"INSERT INTO contact (company_id, contact_key, inside_ip, destination, port, first_ts, "
			"last_ts, contacts, series, score, parts) SELECT DISTINCT ON (u.contact_key) $1::bigint, u.* "
			"FROM unnest($2::bigint[], "
			"$3::inet[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[], $8::bigint[], "
			"$9::bytea[], $10::smallint[], $11::jsonb[]) "
			/* A key is a hash: of two contacts that somebody gave the same one, either will do. */
			"AS u (contact_key, inside_ip, destination, port, first_ts, last_ts, contacts, series, score, "
			"parts) "
			"ON CONFLICT (company_id, contact_key) DO UPDATE SET first_ts = excluded.first_ts, "
			"last_ts = excluded.last_ts, contacts = excluded.contacts, series = excluded.series, "
			"score = excluded.score, parts = excluded.parts",
			company_id, columns, ARRAY_LEN(columns), NULL, why) != 0)
			return -1;
	}
	return 0;
}

static int count_contacts(struct db *db, int64_t company_id, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, company_id);
	if (db_run(db, "SELECT count(*) FROM contact WHERE company_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	*count = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

int observation_trim_contacts(struct db *db, int64_t company_id, int64_t most, int64_t *gone, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int64_t count;

	*gone = 0;
	if (count_contacts(db, company_id, &count, why) != 0)
		return -1;
	if (count <= most)
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, count - most * 9 / 10);
	if (db_run(
		db,
		"DELETE FROM contact WHERE company_id = $1::bigint AND contact_key IN (SELECT contact_key FROM contact "
		"WHERE company_id = $1::bigint ORDER BY last_ts, contact_key LIMIT $2::bigint)",
		&args, &r, why) != 0)
		return -1;
	*gone = db_affected(r);
	db_result_free(r);
	return loss_add(db, company_id, LOSS_CONTACTS, *gone, why);
}

/* ---------------------------------------------------------------------------------------------------- destinations */

static int count_companies(struct db *db, int64_t *count, struct err *why)
{
	struct db_result *r;

	if (db_run(db, "SELECT count(*) FROM company WHERE left_at IS NULL", NULL, &r, why) != 0)
		return -1;
	*count = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* Across companies: how many met a destination; no further than where it is common anyway. */
static const char destinations_sql[] =
    "SELECT d.n, (SELECT count(*) FROM (SELECT FROM observable o WHERE o.kind = d.kind AND o.key = d.key "
    "LIMIT $4::bigint) met), (SELECT o.first_ts FROM observable o WHERE o.kind = d.kind AND o.key = d.key "
    "AND o.company_id = $1::bigint) "
    "FROM unnest($2::smallint[], $3::bytea[]) WITH ORDINALITY AS d (kind, key, n)";

static void put_destination(struct array_text *columns, struct slice destination)
{
	struct indicator_key key;
	struct address address;
	bool known;

	if (address_parse(destination, &address))
		known = indicator_key_of_address(&address, &key);
	else
		known = indicator_key_of_domain(destination, &key);
	array_text_integer(&columns[0], known ? key.kind : 0);
	put_bytes(&columns[1], known ? slice_of(key.bytes, key.len) : (struct slice){ 0 });
}

int observation_destinations(struct db *db, int64_t company_id, const struct observation *o,
			     struct observation_destination *list, size_t count, int64_t *all_companies,
			     struct err *why)
{
	struct array_text columns[2] = { 0 };
	struct db_args args = { 0 };
	struct db_result *r = NULL;
	int failed = 0;

	if (count_companies(db, all_companies, why) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct observation_contact c;

		observation_contact_at(o, list[i].contact, &c);
		put_destination(columns, c.destination);
	}
	db_arg_integer(&args, company_id);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		db_arg_text(&args, array_text(&columns[i]));
	db_arg_integer(&args, beacon_common(*all_companies));
	if (args.values[1] && args.values[2])
		failed = db_run(db, destinations_sql, &args, &r, why);
	else
		failed = err_set(why, ERR_NOMEM, "no memory for %zu destinations", count);
	for (int i = 0; !failed && i < db_rows(r); i++) {
		struct observation_destination *d = &list[db_integer(r, i, 0) - 1];

		d->companies = db_integer(r, i, 1) > 1 ? db_integer(r, i, 1) : 1;
		d->first_seen = db_time(r, i, 2);
	}
	db_result_free(r);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		array_text_release(&columns[i]);
	return failed;
}
