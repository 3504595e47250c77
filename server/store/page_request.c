#include "server/store/page_request.h"

int page_request_write(struct db *db, const struct page_request *request, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, request->company_id);
	db_arg_text(&args, request->kind);
	db_arg_integer(&args, request->subject_id);
	db_arg_text(&args, request->what);
	db_arg_integer(&args, request->severity);
	db_arg_optional(&args, request->user_id);
	db_arg_text(&args, request->body ? request->body : "{}");
	if (db_run(db,
		   "INSERT INTO page_request (company_id, kind, subject_id, what, severity, user_id, body) "
		   "VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::smallint, $6::bigint, $7::jsonb)",
		   &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_page", why);
}
