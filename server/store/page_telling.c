#include "server/store/page_telling.h"

#include "lib/json_write.h"
#include "server/store/oncall_book.h"
#include "server/store/outbox.h"
#include "server/store/page_targets.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 128, OFFICE_HOURS = 1, WARNING_PRIORITY = 4, DRILL_PRIORITY = 3, DRILL_LIFE_MS = 4 * 3600000 };

int64_t page_telling_night_wait(const struct page_engine *engine, bool night, int64_t calendar_id, int64_t severity,
				time_us now)
{
	const struct calendar *hours = oncall_book_calendar(engine->book, calendar_id ? calendar_id : OFFICE_HOURS);
	time_us opens;

	if (severity == 1 || night || !hours || calendar_is_open(hours, now))
		return 0;
	opens = calendar_next_change(hours, now);
	return opens == TIME_NONE ? 0 : (opens - now) / 1000;
}

/* A campaign's title is the name of some company's signature, which others do not read: a warning has none. */
static void put_warning(const struct db_result *rows, int row, struct buffer *out)
{
	bool english = strcmp(db_text(rows, row, 3), "en") == 0;
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "company", db_text(rows, row, 5));
	json_put_string(&w, "title", english ? "attacks on companies nearby" : "近隣の企業への攻撃");
	json_put_string(&w, "contact", db_text(rows, row, 2));
	json_put_string(&w, "what", db_text(rows, row, 6));
	json_close_object(&w);
}

static int write_warning(struct db *db, const struct page_engine *engine, const struct page_subject *s,
			 const struct db_result *rows, int row, struct err *why)
{
	struct outbox_new notice = { .kind = "member_campaign",
				     .priority = WARNING_PRIORITY,
				     .contact_company_id = s->company_id,
				     .contact_id = db_integer(rows, row, 0),
				     .channel_kind = "mail",
				     .address = db_text(rows, row, 1),
				     .language = db_text(rows, row, 3),
				     .attempt_of = 1 };
	char identity[IDENTITY_SIZE];
	struct buffer facts = { 0 };
	int failed;

	snprintf(identity, sizeof(identity), "campaign %" PRId64 " company %" PRId64 " contact %" PRId64 " c1",
		 s->subject_id, s->company_id, notice.contact_id);
	notice.identity = identity;
	notice.delay_ms = page_telling_night_wait(engine, db_bool(rows, row, 4), db_integer(rows, row, 7), s->severity,
						  db_time(rows, row, 8));
	put_warning(rows, row, &facts);
	outbox_make_id(notice.id);
	notice.facts = buffer_string(&facts);
	failed =
	    facts.failed ? err_set(why, ERR_NOMEM, "no memory for a warning") : outbox_write(db, &notice, NULL, why);
	buffer_release(&facts);
	return failed;
}

int page_telling_warn(struct db *db, const struct page_engine *engine, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed = 0;

	db_arg_integer(&args, s->company_id);
	db_arg_integer(&args, s->subject_id);
	if (db_run(db,
		   "SELECT k.contact_id, k.email, k.name, k.language, k.night, c.name, w.body, k.calendar_id, now() "
		   "FROM campaign_warning w JOIN company c ON c.company_id = w.company_id "
		   "JOIN company_contact k ON k.company_id = w.company_id WHERE w.company_id = $1::bigint "
		   "AND w.campaign_id = $2::bigint AND k.removed_at IS NULL AND k.email <> '' "
		   "ORDER BY k.position, k.contact_id",
		   &args, &rows, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(rows) && !failed; i++)
		failed = write_warning(db, engine, s, rows, i, why);
	db_result_free(rows);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- drills */

static int ask(struct db *db, const struct page_subject *s, const struct page_receiver *r, const char *until,
	       const char *started_by, struct err *why)
{
	struct outbox_new notice = { .kind = "drill",
				     .priority = DRILL_PRIORITY,
				     .user_id = r->user_id,
				     .channel_id = r->channel_id,
				     .channel_kind = r->channel_kind,
				     .address = r->address,
				     .language = r->language,
				     .attempt_of = 1,
				     .expires_ms = DRILL_LIFE_MS };
	char identity[IDENTITY_SIZE];
	struct buffer facts = { 0 };
	struct json_writer w;
	int failed;

	snprintf(identity, sizeof(identity), "drill %" PRId64 " user %" PRId64 " c1", s->subject_id, r->user_id);
	notice.identity = identity;
	json_writer_init(&w, &facts);
	json_open_object(&w, NULL);
	json_put_string(&w, "until", until);
	json_put_string(&w, "started_by", started_by);
	json_put_string(&w, "url", "/oncall");
	json_close_object(&w);
	outbox_make_id(notice.id);
	notice.facts = buffer_string(&facts);
	failed = facts.failed ? err_set(why, ERR_NOMEM, "no memory for a drill") : outbox_write(db, &notice, NULL, why);
	buffer_release(&facts);
	return failed;
}

static int ask_all(struct db *db, const struct page_subject *s, const struct db_result *people, struct err *why)
{
	struct page_receivers receivers = { 0 };
	int failed = 0;

	for (int i = 0; i < db_rows(people) && !failed; i++)
		failed = page_targets_person(db, db_integer(people, i, 0), 0, &receivers, why);
	for (size_t i = 0; i < receivers.count && !failed; i++)
		failed = ask(db, s, &receivers.items[i], db_text(people, 0, 1), db_text(people, 0, 2), why);
	page_receivers_release(&receivers);
	return failed;
}

int page_telling_drill(struct db *db, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *people;
	int failed;

	db_arg_integer(&args, s->subject_id);
	if (db_run(db,
		   "SELECT p.user_id, to_char((d.started_at + interval '4 hours') AT TIME ZONE coalesce((SELECT "
		   "timezone FROM operator ORDER BY operator_id LIMIT 1), 'Asia/Tokyo'), 'YYYY-MM-DD HH24:MI'), "
		   "coalesce(u.display_name, '') FROM drill d JOIN drill_person p ON p.drill_id = d.drill_id "
		   "LEFT JOIN app_user u ON u.user_id = d.started_by WHERE d.drill_id = $1::bigint ORDER BY p.user_id",
		   &args, &people, why) != 0)
		return -1;
	failed = ask_all(db, s, people, why);
	db_result_free(people);
	return failed;
}
