#include "server/store/audit.h"

#include <inttypes.h>
#include <openssl/evp.h>

/* Any number will do, as long as nobody else uses it: "audi". */
#define LOCK_AUDIT "1635083369"

enum { PAGE_ROWS = 1000 };

static void put_netstring(struct buffer *out, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	buffer_printf(out, "%zu:", len);
	buffer_put(out, text, len);
	buffer_put_byte(out, ',');
}

static void put_number(struct buffer *out, int64_t value, bool absent)
{
	char text[24] = "";

	if (!absent)
		snprintf(text, sizeof(text), "%" PRId64, value);
	put_netstring(out, text);
}

void audit_canonical(const struct audit_entry *entry, struct buffer *out)
{
	char at[TIME_TEXT_SIZE];

	time_to_text(entry->at, at);
	put_number(out, entry->id, false);
	put_netstring(out, at);
	put_netstring(out, entry->actor);
	put_netstring(out, entry->action);
	put_number(out, entry->company_id, entry->company_id == 0);
	put_netstring(out, entry->subject);
	put_netstring(out, entry->detail);
}

void audit_hash(const uint8_t previous[AUDIT_HASH_SIZE], struct slice canonical, uint8_t out[AUDIT_HASH_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(context, previous, AUDIT_HASH_SIZE) != 1 ||
	    EVP_DigestUpdate(context, canonical.ptr, canonical.len) != 1 || EVP_DigestFinal_ex(context, out, NULL) != 1)
		abort(); /* SHA-256 fails only when memory is gone; a false chain would be worse */
	EVP_MD_CTX_free(context);
}

static int hash_entry(const uint8_t previous[AUDIT_HASH_SIZE], const struct audit_entry *entry,
		      uint8_t hash[AUDIT_HASH_SIZE], struct err *why)
{
	struct buffer text = { 0 };
	int failed = 0;

	audit_canonical(entry, &text);
	if (text.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for an audit entry");
	else
		audit_hash(previous, buffer_slice(&text), hash);
	buffer_release(&text);
	return failed;
}

/* The number and hash of the newest row, and the database's time; under the lock nobody can get between. */
static int last_entry(struct db *db, int64_t *id, uint8_t hash[AUDIT_HASH_SIZE], time_us *now, struct err *why)
{
	struct db_result *result;
	struct slice last;

	if (db_run(db, "SELECT pg_advisory_xact_lock(" LOCK_AUDIT ")", NULL, NULL, why) != 0)
		return -1;
	if (db_run(db,
		   "SELECT clock_timestamp(), a.audit_id, a.hash FROM (SELECT 1) one "
		   "LEFT JOIN (SELECT audit_id, hash FROM audit ORDER BY audit_id DESC LIMIT 1) a ON true",
		   NULL, &result, why) != 0)
		return -1;
	*now = db_time(result, 0, 0);
	*id = db_integer(result, 0, 1);
	last = db_slice(result, 0, 2);
	memset(hash, 0, AUDIT_HASH_SIZE);
	if (last.ptr && last.len == AUDIT_HASH_SIZE)
		memcpy(hash, last.ptr, AUDIT_HASH_SIZE);
	db_result_free(result);
	return 0;
}

int audit_append(struct db *db, const char *actor, const char *action, int64_t company_id, const char *subject,
		 const char *detail_json, struct err *why)
{
	struct audit_entry entry = {
		.actor = actor, .action = action, .company_id = company_id, .subject = subject, .detail = detail_json
	};
	uint8_t previous[AUDIT_HASH_SIZE], hash[AUDIT_HASH_SIZE];
	struct db_args args = { 0 };

	if (last_entry(db, &entry.id, previous, &entry.at, why) != 0)
		return -1;
	entry.id++;
	if (hash_entry(previous, &entry, hash, why) != 0)
		return -1;
	db_arg_integer(&args, entry.id);
	db_arg_time(&args, entry.at);
	db_arg_text(&args, actor);
	db_arg_text(&args, action);
	db_arg_optional(&args, company_id);
	db_arg_text(&args, subject);
	db_arg_text(&args, detail_json);
	db_arg_bytes(&args, slice_of(previous, sizeof(previous)));
	db_arg_bytes(&args, slice_of(hash, sizeof(hash)));
	return db_run(db,
		      "INSERT INTO audit (audit_id, at, actor, action, company_id, subject, detail, previous, hash) "
		      "VALUES ($1::bigint, $2::timestamptz, $3::text, $4::text, $5::bigint, $6::text, $7::text, "
		      "$8::bytea, $9::bytea)",
		      &args, NULL, why);
}

int audit_list(struct db *db, int64_t before, int limit, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT audit_id, at, actor, action, company_id, subject, detail FROM audit "
		      "WHERE audit_id < $1::bigint ORDER BY audit_id DESC LIMIT $2::bigint",
		      &args, out, why);
}

int audit_list_company(struct db *db, int64_t company_id, int64_t before, int limit, struct db_result **out,
		       struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT audit_id, at, actor, action, company_id, subject, detail FROM audit "
		      "WHERE company_id = $1::bigint AND audit_id < $2::bigint ORDER BY audit_id DESC "
		      "LIMIT $3::bigint",
		      &args, out, why);
}

void audit_read(const struct db_result *result, int row, struct audit_entry *out)
{
	out->id = db_integer(result, row, 0);
	out->at = db_time(result, row, 1);
	out->actor = db_text(result, row, 2);
	out->action = db_text(result, row, 3);
	out->company_id = db_integer(result, row, 4);
	out->subject = db_text(result, row, 5);
	out->detail = db_text(result, row, 6);
}

/* Checks one page of rows; *expected and hash move along. */
static int verify_rows(const struct db_result *result, int64_t *expected, uint8_t hash[AUDIT_HASH_SIZE],
		       struct err *why)
{
	for (int row = 0; row < db_rows(result); row++) {
		struct slice previous = db_slice(result, row, 7), stored = db_slice(result, row, 8);
		struct audit_entry entry;

		audit_read(result, row, &entry);
		if (entry.id != *expected)
			return err_set(why, ERR_CORRUPT, "audit entry %" PRId64 " is missing", *expected);
		if (!slice_equal(previous, slice_of(hash, AUDIT_HASH_SIZE)))
			return err_set(why, ERR_CORRUPT, "audit entry %" PRId64 " does not continue the one before it",
				       entry.id);
		if (hash_entry(previous.ptr, &entry, hash, why) != 0)
			return -1;
		if (!slice_equal(stored, slice_of(hash, AUDIT_HASH_SIZE)))
			return err_set(why, ERR_CORRUPT, "audit entry %" PRId64 " was changed after it was written",
				       entry.id);
		++*expected;
	}
	return 0;
}

int audit_verify(struct db *db, int64_t *count, struct err *why)
{
	uint8_t hash[AUDIT_HASH_SIZE] = { 0 };
	int64_t expected = 1;
	int rows, failed;

	do {
		struct db_args args = { 0 };
		struct db_result *result;

		db_arg_integer(&args, expected);
		db_arg_integer(&args, PAGE_ROWS);
		if (db_run(db,
			   "SELECT audit_id, at, actor, action, company_id, subject, detail, previous, hash FROM audit "
			   "WHERE audit_id >= $1::bigint ORDER BY audit_id LIMIT $2::bigint",
			   &args, &result, why) != 0)
			return -1;
		rows = db_rows(result);
		failed = verify_rows(result, &expected, hash, why);
		db_result_free(result);
	} while (!failed && rows == PAGE_ROWS);
	*count = expected - 1;
	return failed;
}
