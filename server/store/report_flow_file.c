#include "server/store/report_flow.h"

int report_file_put(struct db *db, const struct report_file *file, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, file->company_id);
	db_arg_integer(&args, file->report_id);
	db_arg_text(&args, file->format);
	db_arg_text(&args, file->language);
	db_arg_integer(&args, file->page);
	db_arg_integer(&args, file->pages);
	db_arg_integer(&args, file->report_version);
	db_arg_bool(&args, file->final);
	db_arg_bytes(&args, file->content);
	return db_run(db,
		      "INSERT INTO report_file (company_id, report_id, format, language, page, pages, report_version, "
		      "final, sha256, content) SELECT r.company_id, r.report_id, $3::text, $4::text, $5::integer, "
		      "$6::integer, $7::bigint, $8::boolean, sha256($9::bytea), $9::bytea FROM report r "
		      "WHERE r.company_id = $1::bigint AND r.report_id = $2::bigint "
		      "AND ($8::boolean OR r.state IN ('draft', 'approved')) "
		      "ON CONFLICT (company_id, report_id, format, language, page) DO UPDATE SET "
		      "pages = excluded.pages, report_version = excluded.report_version, final = excluded.final, "
		      "sha256 = excluded.sha256, content = excluded.content, made_at = now() "
		      "WHERE NOT report_file.final",
		      &args, NULL, why);
}

int report_file_get(struct db *db, int64_t company_id, int64_t report_id, const char *format, const char *language,
		    int page, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	db_arg_text(&args, format);
	db_arg_text(&args, language);
	db_arg_integer(&args, page);
	return db_run(db,
		      "SELECT f.company_id, f.report_id, f.report_version, f.format, f.language, f.page, f.pages, "
		      "f.final, f.content, encode(f.sha256, 'hex') FROM report_file f JOIN report r "
		      "ON r.company_id = f.company_id AND r.report_id = f.report_id "
		      "WHERE f.company_id = $1::bigint AND f.report_id = $2::bigint AND f.format = $3::text "
		      "AND f.language = coalesce($4::text, r.language) AND f.page = $5::integer "
		      "AND (f.final OR (r.state IN ('draft', 'approved') AND f.report_version = r.version))",
		      &args, out, why);
}

void report_file_read(const struct db_result *r, int row, struct report_file *out, const char **sha256)
{
	*out = (struct report_file){
		.company_id = db_integer(r, row, 0),
		.report_id = db_integer(r, row, 1),
		.report_version = db_integer(r, row, 2),
		.format = db_text(r, row, 3),
		.language = db_text(r, row, 4),
		.page = (int)db_integer(r, row, 5),
		.pages = (int)db_integer(r, row, 6),
		.final = db_bool(r, row, 7),
		.content = db_slice(r, row, 8),
	};
	*sha256 = db_text(r, row, 9);
}

int report_file_failure(struct db *db, int64_t company_id, int64_t report_id, const char *format, const char *language,
			int page, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	db_arg_text(&args, format);
	db_arg_text(&args, language);
	db_arg_integer(&args, page);
	return db_run(db,
		      "SELECT j.error FROM report_job j JOIN report r ON r.company_id = j.company_id "
		      "AND r.report_id = j.report_id WHERE j.company_id = $1::bigint AND j.report_id = $2::bigint "
		      "AND j.kind = 'draw' AND coalesce(j.format, 'pdf') = $3::text "
		      "AND coalesce(j.language, r.language) = coalesce($4::text, r.language) "
		      "AND coalesce(j.page, 0) = $5::integer AND j.failed_at > now() - interval '1 minute' "
		      "AND j.failed_at >= r.updated_at "
		      "AND NOT EXISTS (SELECT FROM report_job w WHERE w.company_id = j.company_id "
		      "AND w.report_id = j.report_id AND w.kind = 'draw' AND w.failed_at IS NULL "
		      "AND coalesce(w.format, 'pdf') = $3::text AND coalesce(w.page, 0) = $5::integer) "
		      "ORDER BY j.failed_at DESC LIMIT 1",
		      &args, out, why);
}
