/* Links to reports, and the one-time codes that open them (report_delivery.h). */
#include "lib/json_write.h"
#include "lib/random.h"
#include "server/model/report_name.h"
#include "server/store/outbox.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { CODES = 1000000, HASH_SIZE = 32, IDENTITY_SIZE = 160, CODE_PRIORITY = 2, CHAIN_MOST = 100 };

/* --------------------------------------------------------------------------------------------------------- the link */

/* Of a withdrawn report: the one that took its place, were it by several steps. */
#define NEWER                                                                                                       \
	"(WITH RECURSIVE next AS (SELECT n.report_id, n.state, 1 AS steps FROM report n WHERE n.company_id = "      \
	"d.company_id AND n.replaces = d.report_id UNION ALL SELECT n.report_id, n.state, x.steps + 1 FROM next x " \
	"JOIN report n ON n.company_id = d.company_id AND n.replaces = x.report_id WHERE x.steps < $3::integer) "   \
	"SELECT report_id FROM next WHERE state = 'published' ORDER BY steps DESC LIMIT 1)"

/* Across companies: a link is found by its notice. */
static const char link_sql[] =
    "SELECT d.delivery_id, d.company_id, d.report_id, d.address, d.language, c.name, to_char(r.month, 'YYYY-MM'), "
    "r.kind, r.state, d.contact_id, k.name, r.issue, i.no, r.replaces IS NOT NULL, d.asked_at, now(), "
    "d.asked_at < now() - $2::integer * interval '1 day', d.wrong_codes >= $4::integer, n.report_id, "
    "(SELECT o.outbox_id::text FROM report_delivery o WHERE o.company_id = d.company_id "
    "AND o.report_id = n.report_id AND o.contact_id = d.contact_id AND o.address = d.address "
    "ORDER BY o.asked_at DESC LIMIT 1) "
    "FROM report_delivery d JOIN report r ON r.company_id = d.company_id AND r.report_id = d.report_id "
    "JOIN company c ON c.company_id = d.company_id "
    "LEFT JOIN incident i ON i.company_id = r.company_id AND i.incident_id = r.incident_id "
    "LEFT JOIN company_contact k ON k.company_id = d.company_id AND k.contact_id = d.contact_id "
    "CROSS JOIN LATERAL (SELECT CASE WHEN r.state = 'withdrawn' THEN " NEWER " END AS report_id) n "
    "WHERE d.outbox_id = $1::uuid AND r.state IN ('published', 'withdrawn') "
    "AND (d.contact_id IS NULL OR (k.removed_at IS NULL AND k.email = d.address))";

int report_link_get(struct db *db, const char *id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, id);
	db_arg_integer(&args, REPORT_LINK_DAYS);
	db_arg_integer(&args, CHAIN_MOST);
	db_arg_integer(&args, REPORT_LINK_WRONG);
	return db_run(db, link_sql, &args, out, why);
}

void report_link_read(const struct db_result *r, int row, struct report_link_row *out)
{
	*out = (struct report_link_row){
		.delivery_id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.report_id = db_integer(r, row, 2),
		.address = db_text(r, row, 3),
		.language = db_text(r, row, 4),
		.company = db_text(r, row, 5),
		.month = db_text(r, row, 6),
		.kind = db_text(r, row, 7),
		.state = db_text(r, row, 8),
		.contact_id = db_integer(r, row, 9),
		.contact = db_text(r, row, 10),
		.issue = db_integer(r, row, 11),
		.incident_no = db_integer(r, row, 12),
		.reissued = db_bool(r, row, 13),
		.asked_at = db_time(r, row, 14),
		.now = db_time(r, row, 15),
		.too_old = db_bool(r, row, 16),
		.locked = db_bool(r, row, 17),
		.newer_id = db_integer(r, row, 18),
		.newer_notice = db_text(r, row, 19),
	};
}

int report_link_file(struct db *db, const struct report_link_row *link, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, link->company_id);
	db_arg_integer(&args, link->report_id);
	db_arg_text(&args, link->language);
	return db_run(db,
		      "SELECT f.content FROM report r JOIN report_file f ON f.company_id = r.company_id "
		      "AND f.report_id = r.report_id AND f.final AND f.format = 'pdf' AND f.page = 0 "
		      "WHERE r.company_id = $1::bigint AND r.report_id = $2::bigint AND r.state = 'published' "
		      "ORDER BY f.language = $3::text DESC, f.language = r.language DESC LIMIT 1",
		      &args, out, why);
}

/* ------------------------------------------------------------------------------------------------------------ codes */

static void hash_code(const struct report_link_row *link, const char *digits, uint8_t out[HASH_SIZE])
{
	char text[128];
	int len = snprintf(text, sizeof(text), "hinomi report code 1 %" PRId64 " %" PRId64 " %.16s", link->company_id,
			   link->delivery_id, digits);

	if (EVP_Digest(text, (size_t)len, out, NULL, EVP_sha256(), NULL) != 1)
		abort();
	explicit_bzero(text, sizeof(text));
}

/* What is counted here is counted by one at a time. *wrong: codes so far. */
static int hold(struct db *db, const struct report_link_row *link, int64_t *wrong, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_integer(&args, link->company_id);
	db_arg_integer(&args, link->delivery_id);
	if (db_run(db,
		   "SELECT wrong_codes FROM report_delivery WHERE company_id = $1::bigint AND delivery_id = $2::bigint "
		   "FOR UPDATE",
		   &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		*wrong = db_integer(r, 0, 0);
	else
		failed = err_set(why, ERR_NOT_FOUND, "no such delivery");
	db_result_free(r);
	return failed;
}

static int count_made(struct db *db, const struct report_link_row *link, int64_t *made, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, link->company_id);
	db_arg_integer(&args, link->delivery_id);
	if (db_run(db,
		   "SELECT count(*) FROM report_code WHERE company_id = $1::bigint AND delivery_id = $2::bigint "
		   "AND made_at > now() - interval '1 hour'",
		   &args, &r, why) != 0)
		return -1;
	*made = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

static int keep_code(struct db *db, const struct report_link_row *link, const char *digits, struct err *why)
{
	struct db_args args = { 0 };
	uint8_t hash[HASH_SIZE];

	hash_code(link, digits, hash);
	db_arg_integer(&args, link->company_id);
	db_arg_integer(&args, link->delivery_id);
	db_arg_bytes(&args, slice_of(hash, sizeof(hash)));
	return db_run(db,
		      "INSERT INTO report_code (company_id, delivery_id, code_sha256) "
		      "VALUES ($1::bigint, $2::bigint, $3::bytea)",
		      &args, NULL, why);
}

static void put_facts(const struct report_link_row *link, const char *digits, struct buffer *out)
{
	const struct report_name name = { .kind = link->kind,
					  .month = link->month,
					  .incident_no = link->incident_no,
					  .issue = link->issue,
					  .reissued = link->reissued };
	char kind[REPORT_NAME_SIZE], about[REPORT_NAME_SIZE], reference[32];
	bool japanese = strcmp(link->language, "en") != 0;
	struct json_writer w;

	report_name_kind(&name, japanese, kind);
	report_name_about(&name, japanese, about);
	snprintf(reference, sizeof(reference), "R-%" PRId64, link->report_id);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "company", link->company);
	json_put_string(&w, "contact", link->contact ? link->contact : "");
	json_put_string(&w, "report", kind);
	json_put_string(&w, "about", about);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "code", digits);
	json_put_integer(&w, "minutes", REPORT_CODE_MINUTES);
	json_close_object(&w);
}

static int mail_code(struct db *db, const struct report_link_row *link, const char *digits, struct err *why)
{
	char identity[IDENTITY_SIZE], id[OUTBOX_ID_TEXT_SIZE];
	struct outbox_new notice = { .kind = "report_code",
				     .identity = identity,
				     .priority = CODE_PRIORITY,
				     .contact_company_id = link->company_id,
				     .contact_id = link->contact_id,
				     .channel_kind = "mail",
				     .address = link->address,
				     .language = link->language,
				     .attempt_of = 1 };
	struct buffer facts = { 0 };
	int failed;

	outbox_make_id(notice.id);
	outbox_id_text(notice.id, id);
	snprintf(identity, sizeof(identity), "report code %" PRId64 ".%" PRId64 " %s", link->company_id,
		 link->delivery_id, id);
	put_facts(link, digits, &facts);
	notice.facts = buffer_string(&facts);
	failed =
	    facts.failed ? err_set(why, ERR_NOMEM, "no memory for a notice") : outbox_write(db, &notice, NULL, why);
	if (facts.data)
		explicit_bzero(facts.data, facts.len);
	buffer_release(&facts);
	return failed;
}

int report_code_make(struct db *db, const struct report_link_row *link, struct err *why)
{
	char digits[REPORT_CODE_DIGITS + 1];
	int64_t wrong, made;
	int failed;

	if (hold(db, link, &wrong, why) != 0 || count_made(db, link, &made, why) != 0)
		return -1;
	if (wrong >= REPORT_LINK_WRONG || made >= REPORT_CODES_PER_HOUR)
		return err_set(why, ERR_LIMIT, "no more codes for this link now");
	snprintf(digits, sizeof(digits), "%06u", (unsigned)random_below(CODES));
	failed = keep_code(db, link, digits, why) != 0 || mail_code(db, link, digits, why) != 0 ? -1 : 0;
	explicit_bzero(digits, sizeof(digits));
	return failed;
}

/* ------------------------------------------------------------------------------------------------------ using a code
 */

/* *live: it may still be tried. Without a code: nothing that any digits give, so that the rest takes as long. */
static int newest(struct db *db, const struct report_link_row *link, int64_t *code_id, uint8_t hash[HASH_SIZE],
		  bool *live, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	struct slice kept;

	memset(hash, 0, HASH_SIZE);
	*code_id = 0;
	*live = false;
	db_arg_integer(&args, link->company_id);
	db_arg_integer(&args, link->delivery_id);
	db_arg_integer(&args, REPORT_CODE_TRIES);
	db_arg_integer(&args, REPORT_CODE_MINUTES);
	if (db_run(db,
		   "SELECT code_id, code_sha256, used_at IS NULL AND tries < $3::integer "
		   "AND made_at > now() - $4::integer * interval '1 minute' FROM report_code "
		   "WHERE company_id = $1::bigint AND delivery_id = $2::bigint ORDER BY made_at DESC, code_id DESC "
		   "LIMIT 1",
		   &args, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		kept = db_slice(r, 0, 1);
		memcpy(hash, kept.ptr, kept.len < HASH_SIZE ? kept.len : HASH_SIZE);
		*code_id = db_integer(r, 0, 0);
		*live = db_bool(r, 0, 2);
	}
	db_result_free(r);
	return 0;
}

static int count_try(struct db *db, const struct report_link_row *link, int64_t code_id, bool live, bool good,
		     struct err *why)
{
	struct db_args code = { 0 }, delivery = { 0 };

	db_arg_integer(&code, link->company_id);
	db_arg_integer(&code, link->delivery_id);
	db_arg_integer(&code, code_id);
	db_arg_bool(&code, good);
	if (db_run(db,
		   "UPDATE report_code SET tries = tries + 1, used_at = CASE WHEN $4::boolean THEN now() ELSE used_at "
		   "END WHERE company_id = $1::bigint AND delivery_id = $2::bigint AND code_id = $3::bigint",
		   &code, NULL, why) != 0)
		return -1;
	db_arg_integer(&delivery, link->company_id);
	db_arg_integer(&delivery, link->delivery_id);
	db_arg_bool(&delivery, live && !good);
	return db_run(db,
		      "UPDATE report_delivery SET wrong_codes = wrong_codes + 1 WHERE company_id = $1::bigint "
		      "AND delivery_id = $2::bigint AND $3::boolean",
		      &delivery, NULL, why);
}

/* What is no code at all is a slip of the fingers: it is not counted, as it cannot be right. */
static bool is_code(struct slice digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return false;
	return digits.len == REPORT_CODE_DIGITS;
}

int report_code_use(struct db *db, const struct report_link_row *link, struct slice digits, bool *good, struct err *why)
{
	uint8_t kept[HASH_SIZE], given[HASH_SIZE];
	char text[REPORT_CODE_DIGITS + 1] = "";
	int64_t wrong, code_id;
	bool live, same;

	*good = false;
	if (!is_code(digits))
		return 0;
	memcpy(text, digits.ptr, digits.len);
	if (hold(db, link, &wrong, why) != 0 || newest(db, link, &code_id, kept, &live, why) != 0)
		return -1;
	hash_code(link, text, given);
	same = CRYPTO_memcmp(kept, given, HASH_SIZE) == 0;
	live = live && wrong < REPORT_LINK_WRONG;
	*good = same && live;
	return count_try(db, link, code_id, live, *good, why);
}
