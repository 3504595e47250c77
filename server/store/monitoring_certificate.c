#include "server/store/monitoring_certificate.h"

#include "lib/random.h"

#include <stdio.h>

void certificate_code(char out[CERTIFICATE_CODE_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t bytes[CERTIFICATE_CODE_LENGTH * 5 / 8];

	random_bytes(bytes, sizeof(bytes));
	for (unsigned i = 0; i < CERTIFICATE_CODE_LENGTH; i++) {
		unsigned value = 0;

		for (unsigned bit = 5 * i; bit < 5 * i + 5; bit++)
			value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1U);
		out[i] = letters[value];
	}
	out[CERTIFICATE_CODE_LENGTH] = '\0';
}

int certificate_issue(struct db *db, const char *timezone, struct certificate_issue *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, timezone);
	db_arg_integer(&args, CERTIFICATE_MONTHS_VALID);
	if (db_run(db,
		   "SELECT nextval('certificate_number_seq'), d.today::text, "
		   "(d.today + make_interval(months => $2::integer) - interval '1 day')::date::text "
		   "FROM (SELECT (now() AT TIME ZONE $1::text)::date AS today) d",
		   &args, &result, why) != 0)
		return -1;
	out->number = db_integer(result, 0, 0);
	snprintf(out->issued_on, sizeof(out->issued_on), "%s", db_text(result, 0, 1));
	snprintf(out->valid_until, sizeof(out->valid_until), "%s", db_text(result, 0, 2));
	db_result_free(result);
	certificate_code(out->code);
	return 0;
}

int certificate_month_closed(struct db *db, const char *month, bool *closed, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, month);
	if (db_run(db, "SELECT EXISTS (SELECT FROM month_close WHERE month = ($1::text || '-01')::date)", &args,
		   &result, why) != 0)
		return -1;
	*closed = db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}

int certificate_add(struct db *db, int64_t company_id, int64_t report_id, const struct certificate_issue *issue,
		    struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	db_arg_integer(&args, issue->number);
	db_arg_text(&args, issue->code);
	db_arg_text(&args, issue->issued_on);
	db_arg_text(&args, issue->valid_until);
	return db_run(db,
		      "INSERT INTO certificate (company_id, report_id, number, code, issued_on, valid_until) "
		      "VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::date, $6::date)",
		      &args, NULL, why);
}

/* Across companies where none is named: row-level security decides who sees which. */
#define COLUMNS                                                                                                 \
	"SELECT k.number, k.company_id, k.report_id, to_char(r.month, 'YYYY-MM'), r.state, k.issued_on::text, " \
	"k.valid_until::text, k.revoke_reason, k.revoked_at, certificate_valid(k.number, k.code) "              \
	"FROM certificate k JOIN report r ON r.company_id = k.company_id AND r.report_id = k.report_id "

int certificate_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	return db_run(db, COLUMNS "WHERE k.company_id = $1::bigint ORDER BY k.number DESC LIMIT 200", &args, out, why);
}

int certificate_get(struct db *db, int64_t company_id, int64_t number, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, number);
	return db_run(db,
		      COLUMNS "WHERE k.number = $2::bigint AND ($1::bigint IS NULL OR k.company_id = $1::bigint) "
			      "FOR UPDATE OF r",
		      &args, out, why);
}

void certificate_read(const struct db_result *r, int row, struct certificate_row *out)
{
	*out = (struct certificate_row){
		.number = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.report_id = db_integer(r, row, 2),
		.month = db_text(r, row, 3),
		.state = db_text(r, row, 4),
		.issued_on = db_text(r, row, 5),
		.valid_until = db_text(r, row, 6),
		.revoke_reason = db_text(r, row, 7),
		.revoked_at = db_time(r, row, 8),
		.valid = db_bool(r, row, 9),
	};
}

int certificate_revoke(struct db *db, const struct certificate_row *row, const char *reason, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, row->company_id);
	db_arg_integer(&args, row->report_id);
	db_arg_text(&args, reason);
	return db_run(db,
		      "UPDATE certificate SET revoked_at = now(), revoke_reason = $3::text "
		      "WHERE company_id = $1::bigint AND report_id = $2::bigint AND revoked_at IS NULL",
		      &args, NULL, why);
}
