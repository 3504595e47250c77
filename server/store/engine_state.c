#include "server/store/engine_state.h"

#include <stdlib.h>

int engine_state_prepare(struct db *db, struct err *why)
{
	if (db_script(db, "SET plan_cache_mode = force_custom_plan; SET jit = off", why) != 0 ||
	    db_listen(db, "hinomi_page", why) != 0)
		return -1;
	return db_listen(db, "hinomi_outbox", why);
}

int engine_state_write(struct db *db, const struct engine_pulse *pulse, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, pulse->name);
	db_arg_integer(&args, pulse->mail_ok_ms_ago);
	db_arg_text(&args, pulse->mail_error);
	db_arg_integer(&args, pulse->pulsed_ms_ago);
	db_arg_text(&args, pulse->pulse_error);
	if (db_run(
		db,
		"INSERT INTO engine (name, started_at, ticked_at, mail_ok_at, mail_error, pulsed_at, pulse_error) "
		"VALUES ($1::text, now(), now(), CASE WHEN $2::bigint >= 0 THEN now() - $2::bigint * interval '1 "
		"millisecond' END, $3::text, CASE WHEN $4::bigint >= 0 THEN now() - $4::bigint * interval '1 "
		"millisecond' END, $5::text) ON CONFLICT (name) DO UPDATE SET ticked_at = excluded.ticked_at, "
		"mail_ok_at = excluded.mail_ok_at, mail_error = excluded.mail_error, pulsed_at = excluded.pulsed_at, "
		"pulse_error = excluded.pulse_error",
		&args, NULL, why) != 0)
		return -1;
	return db_run(db, "DELETE FROM engine WHERE ticked_at < now() - interval '1 day'", NULL, NULL, why);
}

int engine_state_remove(struct db *db, const char *name, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	return db_run(db, "DELETE FROM engine WHERE name = $1::text", &args, NULL, why);
}

int engine_state_operator(struct db *db, char **out, struct err *why)
{
	struct db_result *r;

	if (db_run(db, "SELECT name FROM operator ORDER BY operator_id LIMIT 1", NULL, &r, why) != 0)
		return -1;
	*out = slice_to_string(db_rows(r) ? db_slice(r, 0, 0) : SLICE_LITERAL("Hinomi"));
	db_result_free(r);
	return *out ? 0 : err_set(why, ERR_NOMEM, "no memory for the operator's name");
}

int engine_state_text(struct db *db, const char *kind, const char *language, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, kind);
	db_arg_text(&args, language);
	return db_run(db,
		      "SELECT subject, body FROM (SELECT subject, body FROM notice_template WHERE kind = $1::text "
		      "AND language = $2::text ORDER BY version DESC LIMIT 1) t WHERE subject IS NOT NULL "
		      "AND body IS NOT NULL",
		      &args, out, why);
}
