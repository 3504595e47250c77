#include "server/store/chamber_file.h"

int chamber_file_put(struct db *db, const struct chamber_file *file, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, file->month);
	db_arg_integer(&args, file->version);
	db_arg_text(&args, file->format);
	db_arg_text(&args, file->language);
	db_arg_integer(&args, file->page);
	db_arg_integer(&args, file->pages);
	db_arg_bytes(&args, file->content);
	return db_run(
	    db,
	    "INSERT INTO chamber_file (month, version, format, language, page, pages, sha256, content) VALUES "
	    "(($1::text || '-01')::date, $2::integer, $3::text, $4::text, $5::integer, $6::integer, "
	    "sha256($7::bytea), $7::bytea) ON CONFLICT DO NOTHING",
	    &args, NULL, why);
}

int chamber_file_get(struct db *db, const char *month, int64_t version, const char *format, const char *language,
		     int page, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_optional(&args, version);
	db_arg_text(&args, format);
	db_arg_text(&args, language);
	db_arg_integer(&args, page);
	return db_run(
	    db,
	    "SELECT to_char(month, 'YYYY-MM'), version::bigint, format, language, page::bigint, pages::bigint, "
	    "content, encode(sha256, 'hex') FROM chamber_file WHERE month = ($1::text || '-01')::date "
	    "AND version = coalesce($2::integer, (SELECT max(m.version) FROM month_close m "
	    "WHERE m.month = ($1::text || '-01')::date)) AND format = $3::text AND language = $4::text "
	    "AND page = $5::integer",
	    &args, out, why);
}

void chamber_file_read(const struct db_result *r, int row, struct chamber_file *out, const char **sha256)
{
	*out = (struct chamber_file){
		.month = db_text(r, row, 0),
		.version = db_integer(r, row, 1),
		.format = db_text(r, row, 2),
		.language = db_text(r, row, 3),
		.page = (int)db_integer(r, row, 4),
		.pages = (int)db_integer(r, row, 5),
		.content = db_slice(r, row, 6),
	};
	*sha256 = db_text(r, row, 7);
}

int chamber_file_failure(struct db *db, const char *month, const char *format, const char *language, int page,
			 struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_text(&args, format);
	db_arg_text(&args, language);
	db_arg_optional(&args, page);
	return db_run(
	    db,
	    "SELECT j.error FROM report_job j WHERE j.company_id = 0 AND j.kind = 'draw_chamber' "
	    "AND j.month = ($1::text || '-01')::date AND coalesce(j.format, 'pdf') = $2::text "
	    "AND coalesce(j.language, 'ja') = $3::text AND j.page IS NOT DISTINCT FROM $4::integer "
	    "AND j.failed_at > now() - interval '1 minute' AND NOT EXISTS (SELECT FROM report_job w "
	    "WHERE w.company_id = 0 AND w.kind = 'draw_chamber' AND w.month = j.month AND w.failed_at IS NULL "
	    "AND w.format IS NOT DISTINCT FROM j.format AND w.page IS NOT DISTINCT FROM j.page) "
	    "ORDER BY j.failed_at DESC LIMIT 1",
	    &args, out, why);
}
