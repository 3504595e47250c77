#include "server/store/notice_template.h"

#define COLUMNS                                                                                                  \
	"SELECT DISTINCT ON (t.kind, t.language) t.kind, t.language, t.version, t.subject, t.body, t.saved_by, " \
	"u.display_name, t.saved_at FROM notice_template t LEFT JOIN app_user u ON u.user_id = t.saved_by "
#define NEWEST " ORDER BY t.kind, t.language, t.version DESC"

int notice_template_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, COLUMNS NEWEST, NULL, out, why);
}

int notice_template_get(struct db *db, const char *kind, const char *language, bool lock, struct db_result **out,
			struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, kind);
	db_arg_text(&args, language);
	/* The first version has no row that could be locked. */
	if (lock &&
	    db_run(db, "SELECT pg_advisory_xact_lock(hashtext('notice_template'), hashtext($1::text || $2::text))",
		   &args, NULL, why) != 0)
		return -1;
	return db_run(db, COLUMNS "WHERE t.kind = $1::text AND t.language = $2::text" NEWEST, &args, out, why);
}

void notice_template_read(const struct db_result *r, int row, struct notice_template_row *out)
{
	*out = (struct notice_template_row){
		.kind = db_text(r, row, 0),
		.language = db_text(r, row, 1),
		.version = db_integer(r, row, 2),
		.subject = db_text(r, row, 3),
		.body = db_text(r, row, 4),
		.saved_by = db_integer(r, row, 5),
		.by_name = db_text(r, row, 6),
		.saved_at = db_time(r, row, 7),
	};
}

int notice_template_put(struct db *db, const struct notice_template_new *text, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, text->kind);
	db_arg_text(&args, text->language);
	db_arg_integer(&args, text->version);
	db_arg_text(&args, text->subject);
	db_arg_text(&args, text->body);
	db_arg_integer(&args, text->user_id);
	return db_run(db,
		      "INSERT INTO notice_template (kind, language, version, subject, body, saved_by) "
		      "VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bigint)",
		      &args, NULL, why);
}
