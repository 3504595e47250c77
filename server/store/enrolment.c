#include "server/store/enrolment.h"

#include "lib/encode.h"
#include "lib/json_write.h"
#include "server/store/audit.h"
#include "server/store/change_feed.h"

#include <inttypes.h>
#include <stdio.h>

int enrolment_prepare(struct db *db, struct err *why)
{
	return db_script(db,
			 "SET statement_timeout = '5s'; SET lock_timeout = '5s'; "
			 "SET idle_in_transaction_session_timeout = '30s'",
			 why);
}

/* ------------------------------------------------------------------------------------------------ entitlement */

/* The sensor must not be revoked, the company must not have left, and neither may be in a loop. */
static int check_sensor(struct db *db, const struct enrolment *e, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool revoked, left;
	int64_t recent;

	db_arg_integer(&args, e->company_id);
	db_arg_integer(&args, e->sensor_id);
	if (db_run(db,
		   "SELECT s.revoked_at IS NOT NULL OR s.state = 'revoked', coalesce(c.left_at <= now(), false), "
		   "(SELECT count(*) FROM sensor_certificate k WHERE k.company_id = $1::bigint "
		   " AND k.sensor_id = $2::bigint AND k.issued_at > now() - interval '1 hour') "
		   "FROM sensor s JOIN company c ON c.company_id = s.company_id "
		   "WHERE s.company_id = $1::bigint AND s.sensor_id = $2::bigint AND c.company_id = $1::bigint",
		   &args, &result, why) != 0)
		return -1;
	/* No row: deleted between two statements. */
	revoked = db_rows(result) == 0 || db_bool(result, 0, 0);
	left = !revoked && db_bool(result, 0, 1);
	recent = revoked ? 0 : db_integer(result, 0, 2);
	db_result_free(result);
	if (revoked)
		return err_set(why, ERR_FORBIDDEN, "this sensor was revoked");
	if (left)
		return err_set(why, ERR_FORBIDDEN, "the company of this sensor has left");
	if (recent >= ENROLMENT_MOST_PER_HOUR)
		return err_set(why, ERR_LIMIT, "this sensor got %" PRId64 " certificates in the last hour", recent);
	return 0;
}

/* What the token's row says, in this order. */
enum { TOKEN_COMPANY, TOKEN_SENSOR, TOKEN_EXPIRED, TOKEN_USED, TOKEN_SAME_KEY, TOKEN_RETRY };

/* The transaction of the first use stamped token and certificate with the same time. */
static int find_issued(struct db *db, struct enrolment *e, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	struct slice der;
	int failed = 0;

	db_arg_integer(&args, e->company_id);
	db_arg_integer(&args, e->sensor_id);
	db_arg_bytes(&args, slice_of(e->token_sha256, ENROLMENT_HASH_SIZE));
	if (db_run(db,
		   "SELECT k.certificate FROM sensor_token t JOIN sensor_certificate k ON k.company_id = t.company_id "
		   "AND k.sensor_id = t.sensor_id AND k.issued_at = t.used_at AND k.revoked_at IS NULL "
		   "WHERE t.company_id = $1::bigint AND t.sensor_id = $2::bigint AND t.token_sha256 = $3::bytea "
		   "AND k.company_id = $1::bigint",
		   &args, &result, why) != 0)
		return -1;
	der = db_rows(result) ? db_slice(result, 0, 0) : slice_of(NULL, 0);
	buffer_put_slice(&e->certificate, der);
	if (!der.len)
		failed = err_set(why, ERR_FORBIDDEN, "the certificate that this token gave was revoked");
	else if (e->certificate.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for a certificate");
	db_result_free(result);
	e->again = !failed;
	return failed;
}

static int judge_token(struct db *db, const struct db_result *row, struct enrolment *e, struct err *why)
{
	bool used = db_bool(row, 0, TOKEN_USED);
	bool same_key = db_bool(row, 0, TOKEN_SAME_KEY);

	e->company_id = db_integer(row, 0, TOKEN_COMPANY);
	e->sensor_id = db_integer(row, 0, TOKEN_SENSOR);
	if (!used && db_bool(row, 0, TOKEN_EXPIRED))
		return err_set(why, ERR_NOT_FOUND, "this token has expired; ask for a new one");
	if (used && !(same_key && db_bool(row, 0, TOKEN_RETRY)))
		return err_set(why, ERR_NOT_FOUND, "this token was used already; ask for a new one");
	if (check_sensor(db, e, why) != 0)
		return -1;
	return used ? find_issued(db, e, why) : 0;
}

int enrolment_by_token(struct db *db, const uint8_t token_sha256[ENROLMENT_HASH_SIZE],
		       const uint8_t key_sha256[ENROLMENT_HASH_SIZE], struct enrolment *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed;

	*out = (struct enrolment){ .by_token = true };
	memcpy(out->token_sha256, token_sha256, ENROLMENT_HASH_SIZE);
	memcpy(out->key_sha256, key_sha256, ENROLMENT_HASH_SIZE);
	if (db_begin(db, why) != 0)
		return -1;
	db_arg_bytes(&args, slice_of(token_sha256, ENROLMENT_HASH_SIZE));
	db_arg_bytes(&args, slice_of(key_sha256, ENROLMENT_HASH_SIZE));
	db_arg_integer(&args, ENROLMENT_RETRY_MINUTES);
	/* Across companies by nature: the token tells which one. Who comes second waits here for the first, whose time
	 * of use may then lie after the beginning of this transaction. */
	if (db_run(db,
		   "SELECT company_id, sensor_id, expires_at <= clock_timestamp(), used_at IS NOT NULL, "
		   "coalesce(used_key_sha256 = $2::bytea, false), "
		   "coalesce(used_at > clock_timestamp() - $3::bigint * interval '1 minute', false) "
		   "FROM sensor_token WHERE token_sha256 = $1::bytea FOR UPDATE",
		   &args, &result, why) != 0)
		return -1;
	failed = db_rows(result) ? judge_token(db, result, out, why)
				 : err_set(why, ERR_NOT_FOUND, "there is no such token; ask for a new one");
	db_result_free(result);
	return failed;
}

int enrolment_by_certificate(struct db *db, int64_t company_id, int64_t sensor_id,
			     const uint8_t fingerprint[ENROLMENT_HASH_SIZE], struct enrolment *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	*out = (struct enrolment){ .company_id = company_id, .sensor_id = sensor_id };
	if (db_begin(db, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, sensor_id);
	db_arg_bytes(&args, slice_of(fingerprint, ENROLMENT_HASH_SIZE));
	if (db_run(db,
		   "SELECT 1 FROM sensor_certificate WHERE company_id = $1::bigint AND sensor_id = $2::bigint "
		   "AND fingerprint = $3::bytea AND revoked_at IS NULL AND not_before <= now() AND not_after > now()",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	if (!rows)
		return err_set(why, ERR_FORBIDDEN, "this certificate is not on record, or it was revoked");
	return check_sensor(db, out, why);
}

/* ------------------------------------------------------------------------------------------------ the record */

static int insert_certificate(struct db *db, const struct enrolment *e, const struct enrolment_certificate *c,
			      struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, e->company_id);
	db_arg_integer(&args, e->sensor_id);
	db_arg_bytes(&args, slice_of(c->fingerprint, ENROLMENT_HASH_SIZE));
	db_arg_text(&args, c->serial);
	db_arg_time(&args, c->not_before);
	db_arg_time(&args, c->not_after);
	db_arg_bytes(&args, c->der);
	return db_run(
	    db,
	    "INSERT INTO sensor_certificate (company_id, sensor_id, fingerprint, serial, not_before, not_after, "
	    "certificate, issued_at) VALUES ($1::bigint, $2::bigint, $3::bytea, $4::text, $5::timestamptz, "
	    "$6::timestamptz, $7::bytea, now())",
	    &args, NULL, why);
}

static int use_token(struct db *db, const struct enrolment *e, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t changed;

	db_arg_integer(&args, e->company_id);
	db_arg_integer(&args, e->sensor_id);
	db_arg_bytes(&args, slice_of(e->token_sha256, ENROLMENT_HASH_SIZE));
	db_arg_bytes(&args, slice_of(e->key_sha256, ENROLMENT_HASH_SIZE));
	if (db_run(db,
		   "UPDATE sensor_token SET used_at = now(), used_key_sha256 = $4::bytea WHERE company_id = $1::bigint "
		   "AND sensor_id = $2::bigint AND token_sha256 = $3::bytea AND used_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	changed = db_affected(result);
	db_result_free(result);
	return changed == 1 ? 0 : err_set(why, ERR_CONFLICT, "the token was used meanwhile");
}

static void put_hex(struct json_writer *w, const char *key, const uint8_t bytes[ENROLMENT_HASH_SIZE])
{
	struct buffer hex = { 0 };

	hex_encode(&hex, slice_of(bytes, ENROLMENT_HASH_SIZE));
	json_put_slice(w, key, buffer_slice(&hex));
	buffer_release(&hex);
}

static int write_audit(struct db *db, const struct enrolment *e, const struct enrolment_certificate *c, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];
	int failed;

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "serial", c->serial);
	put_hex(&w, "sha256", c->fingerprint);
	json_put_time(&w, "not_after", c->not_after);
	json_put_string(&w, "address", c->address);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "sensor %" PRId64, e->sensor_id);
	failed = detail.failed ? err_set(why, ERR_NOMEM, "no memory for an audit entry")
			       : audit_append(db, "role:collector", e->by_token ? "sensor.enrol" : "sensor.renew",
					      e->company_id, subject, buffer_string(&detail), why);
	buffer_release(&detail);
	return failed;
}

int enrolment_record(struct db *db, const struct enrolment *e, const struct enrolment_certificate *certificate,
		     struct err *why)
{
	if (insert_certificate(db, e, certificate, why) != 0 || (e->by_token && use_token(db, e, why) != 0) ||
	    change_feed_write(db, e->company_id, CHANGE_SENSOR, e->sensor_id, why) != 0)
		return -1;
	/* Both ring when the transaction commits: live screens, and the allow-lists of other collectors. */
	if (db_notify(db, "hinomi_change", why) != 0 || db_notify(db, "hinomi_sensor", why) != 0)
		return -1;
	if (write_audit(db, e, certificate, why) != 0)
		return -1;
	return db_commit(db, why);
}
