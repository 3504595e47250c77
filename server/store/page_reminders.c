/* What the calendar brings. Across companies. Each part is a transaction of its own, and tells each thing once: the
 * notice's identity, or a column, keeps that it was told. */
#include "server/model/drill.h"
#include "server/model/privacy_clock.h"
#include "server/store/oncall_book.h"
#include "server/store/order_reminder.h"
#include "server/store/page_engine.h"
#include "server/store/page_request.h"
#include "server/store/page_telling.h"
#include "server/store/plain_notice.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	IDENTITY_SIZE = 128,
	WORDS_SIZE = 160,
	TITLE_SIZE = 512, /* of a name of 100 characters */
	GAPS_MAX = 50,
	OFFICE_HOURS = 1,
	REMIND_HOUR = 9,
	REMIND_UNTIL_HOUR = 18,
	REMINDER_PRIORITY = 4,
	HOLIDAYS_LEFT_DAYS = 60,
};
#define GAP_HORIZON ((time_us)7 * US_PER_DAY)

/* The operator's local time. */
struct local {
	time_us now;
	int64_t day; /* days since 1970-01-01 */
	int64_t hour;
	char zone[ZONE_NAME_MAX];
};

static int read_local(struct db *db, struct local *out, struct err *why)
{
	struct db_result *r;

	if (db_run(db,
		   "SELECT now(), (l.t::date - date '1970-01-01')::bigint, extract(hour FROM l.t)::bigint, l.timezone "
		   "FROM (SELECT now() AT TIME ZONE "
		   "o.timezone AS t, o.timezone FROM (SELECT coalesce((SELECT timezone FROM operator ORDER BY "
		   "operator_id LIMIT 1), 'Asia/Tokyo') AS timezone) o) l",
		   NULL, &r, why) != 0)
		return -1;
	out->now = db_time(r, 0, 0);
	out->day = db_integer(r, 0, 1);
	out->hour = db_integer(r, 0, 2);
	snprintf(out->zone, sizeof(out->zone), "%s", db_text(r, 0, 3));
	db_result_free(r);
	return 0;
}

static void open_facts(struct json_writer *w, struct buffer *out)
{
	json_writer_init(w, out);
	json_open_object(w, NULL);
}

static int in_words(struct db *db, time_us at, const char *zone, char out[PAGE_LANGUAGES][WORDS_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_time(&args, at);
	db_arg_text(&args, zone);
	if (db_run(db,
		   "SELECT to_char($1::timestamptz AT TIME ZONE $2::text, 'FMMM月FMDD日 FMHH24:MI'), "
		   "to_char($1::timestamptz AT TIME ZONE $2::text, 'YYYY-MM-DD HH24:MI')",
		   &args, &r, why) != 0)
		return -1;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		snprintf(out[l], WORDS_SIZE, "%s", db_text(r, 0, l));
	db_result_free(r);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- gaps in schedules */

/* What is said of it. A gap that began before what we look at has no beginning, one that ends behind it no end. */
struct gap {
	const struct oncall_entry *entry;
	time_us from; /* TIME_NONE: long ago */
	time_us to;
	bool goes_on; /* to is as far as was looked */
};

static void put_gap(const struct gap *gap, int language, const char *from, const char *to, struct buffer *out)
{
	char title[TITLE_SIZE], details[WORDS_SIZE * 3];
	const char *until = gap->goes_on ? "until at least" : "until";
	struct json_writer w;

	if (language == PAGE_JA) {
		snprintf(title, sizeof(title), "当番表「%s」に穴があります", gap->entry->name);
		snprintf(details, sizeof(details), "%.60s%s%s%.60s まで、当番がいません。", from, *from ? " から " : "",
			 gap->goes_on ? "少なくとも " : "", to);
	} else {
		snprintf(title, sizeof(title), "A gap in the schedule \"%s\"", gap->entry->name);
		snprintf(details, sizeof(details), "Nobody is on call%s%.60s %s %.60s.", *from ? " from " : "", from,
			 until, to);
	}
	open_facts(&w, out);
	json_put_string(&w, "title", title);
	json_put_string(&w, "details", details);
	json_put_string(&w, "due", from);
	json_put_string(&w, "url", "/oncall");
	json_close_object(&w);
}

static int tell_gap(struct db *db, const struct local *local, const struct gap *gap, struct err *why)
{
	char identity[IDENTITY_SIZE], from[PAGE_LANGUAGES][WORDS_SIZE] = { { 0 } }, to[PAGE_LANGUAGES][WORDS_SIZE];
	struct plain_notice notice = { .kind = "reminder", .identity = identity, .priority = REMINDER_PRIORITY };

	snprintf(identity, sizeof(identity), "gap %" PRId64 " %" PRId64, gap->entry->schedule_id,
		 gap->from == TIME_NONE ? 0 : gap->from);
	if (gap->from != TIME_NONE && in_words(db, gap->from, local->zone, from, why) != 0)
		return -1;
	if (in_words(db, gap->to, local->zone, to, why) != 0)
		return -1;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		put_gap(gap, l, from[l], to[l], &notice.facts[l]);
	return plain_notice_leads(db, &notice, why);
}

/* When a gap that goes on now has begun. What it is known by must not move with the clock, so a long one is followed
 * back as far as overrides are known. */
static time_us gap_began(const struct schedule *schedule, time_us now)
{
	time_us began = schedule_gap_began(schedule, now - GAP_HORIZON, now);

	if (began == TIME_NONE)
		began = schedule_gap_began(schedule, now - OVERRIDE_HISTORY_DAYS * US_PER_DAY, now);
	return began;
}

static int gaps_of(struct db *db, const struct local *local, const struct oncall_entry *entry, struct err *why)
{
	const time_us horizon = local->now + GAP_HORIZON;
	struct oncall_span spans[GAPS_MAX];
	bool more;
	size_t count = schedule_gaps(entry->schedule, local->now, horizon, spans, GAPS_MAX, &more);

	for (size_t i = 0; i < count; i++) {
		struct gap gap = {
			.entry = entry, .from = spans[i].from, .to = spans[i].to, .goes_on = spans[i].to >= horizon
		};

		if (gap.from <= local->now)
			gap.from = gap_began(entry->schedule, local->now);
		if (tell_gap(db, local, &gap, why) != 0)
			return -1;
	}
	return 0;
}

/* A schedule that names nobody was not set up: the board shows that. */
static int gaps(struct db *db, const struct page_engine *engine, const struct local *local, struct err *why)
{
	for (size_t i = 0; i < oncall_book_count(engine->book); i++) {
		const struct oncall_entry *entry = oncall_book_entry(engine->book, i);
		int64_t somebody;

		if (schedule_people(entry->schedule, &somebody, 1) > 0 && gaps_of(db, local, entry, why) != 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- end of the holidays */

static int holidays_end(struct db *db, const struct page_engine *engine, const struct local *local, struct err *why)
{
	const struct holidays *known = oncall_book_holidays(engine->book);
	char identity[IDENTITY_SIZE];
	struct plain_notice notice = { .kind = "reminder", .identity = identity, .priority = REMINDER_PRIORITY };
	int64_t last = known && known->count ? known->days[known->count - 1] : 0;

	if (last == 0 || last > local->day + HOLIDAYS_LEFT_DAYS)
		return 0;
	snprintf(identity, sizeof(identity), "holidays %" PRId64, last);
	for (int l = 0; l < PAGE_LANGUAGES; l++) {
		struct json_writer w;

		open_facts(&w, &notice.facts[l]);
		json_put_string(&w, "title",
				l == PAGE_JA ? "祝日表がまもなく終わります" : "The table of holidays is about to end");
		json_put_string(&w, "details",
				l == PAGE_JA ? "新しい祝日表を hinomictl holidays load で読み込んでください。"
					     : "Load a newer one: hinomictl holidays load");
		json_put_string(&w, "url", "/oncall");
		json_close_object(&w);
	}
	return plain_notice_leads(db, &notice, why);
}

/* ---------------------------------------------------------------------------------------------- the monthly drill */

static const char drill_sql[] =
    "WITH made AS (INSERT INTO drill (month) VALUES (date '1970-01-01' + $1::integer) ON CONFLICT (month) DO NOTHING "
    "RETURNING drill_id), asked AS (INSERT INTO drill_person (drill_id, user_id) SELECT m.drill_id, u.user_id FROM "
    "made m "
    "CROSS JOIN app_user u WHERE u.role IN ('analyst', 'lead', 'admin', 'desk') AND u.scope_company IS NULL AND "
    "u.disabled_at IS NULL) SELECT drill_id FROM made";

static int monthly_drill(struct db *db, const struct page_engine *engine, const struct local *local, struct err *why)
{
	const struct calendar *hours = oncall_book_calendar(engine->book, OFFICE_HOURS);
	struct page_request request = { .kind = "drill", .what = "raised", .severity = 3 };
	struct db_args args = { 0 };
	struct db_result *r;
	int64_t month;
	int failed = 0;

	if (!hours || !drill_is_due(hours, local->day, (int)local->hour, &month))
		return 0;
	db_arg_integer(&args, month);
	if (db_run(db, drill_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		request.subject_id = db_integer(r, 0, 0);
		failed = page_request_write(db, &request, why);
	}
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- members' requests */

/* The day before it is due, and each week that it is overdue. To the company's first contact with an address. */
static const char requests_sql[] =
    "SELECT q.company_id, q.request_id, c.name, q.what, coalesce('INC-' || i.no, ''), q.due_on::text, (q.made_at AT "
    "TIME ZONE "
    "$2::text)::date::text, greatest(($1::integer + date '1970-01-01') - q.due_on, 0)::bigint, k.contact_id, k.email, "
    "k.language, "
    "k.name, "
    "to_char(q.due_on, 'YYYYMMDD') || ' ' || coalesce(extract(epoch FROM q.reminded_at)::bigint, 0), q.incident_id "
    "FROM member_request q JOIN company c ON c.company_id = q.company_id "
    "LEFT JOIN incident i ON i.company_id = q.company_id AND i.incident_id = q.incident_id "
    "JOIN LATERAL (SELECT k.contact_id, k.email, k.language, k.name FROM company_contact k WHERE k.company_id = "
    "q.company_id AND k.removed_at IS NULL AND k.email <> '' ORDER BY k.position, k.contact_id LIMIT 1) k ON true "
    "WHERE q.state = 'open' AND ((q.due_on = date '1970-01-01' + $1::integer + 1 AND q.reminded_at IS NULL) OR "
    "(q.due_on < date '1970-01-01' + $1::integer AND (q.reminded_at IS NULL OR q.reminded_at < now() - interval "
    "'7 days'))) ORDER BY q.due_on LIMIT 200 FOR UPDATE OF q SKIP LOCKED";

static void put_request(const struct db_result *r, int row, int language, struct buffer *out)
{
	char late[WORDS_SIZE] = "";
	struct json_writer w;

	if (db_integer(r, row, 7) > 0 && language == PAGE_JA)
		snprintf(late, sizeof(late), "%" PRId64 " 日", db_integer(r, row, 7));
	else if (db_integer(r, row, 7) > 0)
		snprintf(late, sizeof(late), "%" PRId64 " days", db_integer(r, row, 7));
	open_facts(&w, out);
	json_put_string(&w, "company", db_text(r, row, 2));
	json_put_string(&w, "contact", db_text(r, row, 11));
	json_put_string(&w, "title", language == PAGE_JA ? "お願いした対応" : "what we asked you to do");
	json_put_string(&w, "what", db_text(r, row, 3));
	json_put_string(&w, "reference", db_text(r, row, 4));
	json_put_string(&w, "asked_at", db_text(r, row, 6));
	json_put_string(&w, "due", db_text(r, row, 5));
	json_put_string(&w, "late", late);
	json_close_object(&w);
}

static int remind_member(struct db *db, const struct db_result *r, int row, struct err *why)
{
	struct page_receiver to = { .contact_id = db_integer(r, row, 8),
				    .channel_kind = "mail",
				    .address = db_text(r, row, 9),
				    .language = db_text(r, row, 10),
				    .name = db_text(r, row, 11) };
	const struct page_receivers one = { .items = &to, .count = 1 };
	char identity[IDENTITY_SIZE];
	struct plain_notice notice = { .kind = "member_reminder",
				       .identity = identity,
				       .priority = REMINDER_PRIORITY,
				       .contact_company_id = db_integer(r, row, 0) };
	struct db_args args = { 0 };

	snprintf(identity, sizeof(identity), "request %" PRId64 " %" PRId64 " %.60s", db_integer(r, row, 0),
		 db_integer(r, row, 1), db_text(r, row, 12));
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		put_request(r, row, l, &notice.facts[l]);
	if (plain_notice_write(db, &notice, &one, why) != 0)
		return -1;
	db_arg_integer(&args, db_integer(r, row, 0));
	db_arg_integer(&args, db_integer(r, row, 1));
	return db_run(db,
		      "UPDATE member_request SET reminded_at = now() WHERE company_id = $1::bigint "
		      "AND request_id = $2::bigint",
		      &args, NULL, why);
}

static int member_requests(struct db *db, const struct local *local, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	if (local->hour < REMIND_HOUR || local->hour >= REMIND_UNTIL_HOUR)
		return 0;
	db_arg_integer(&args, local->day);
	db_arg_text(&args, local->zone);
	if (db_run(db, requests_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = remind_member(db, r, i, why);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the law's clocks */

static const char privacy_sql[] =
    "SELECT p.company_id, p.incident_id, p.known_at, p.malicious, p.first_reported_at, p.final_reported_at, "
    "p.reminded::bigint, c.name, 'INC-' || i.no, coalesce(i.owner_id, 0), coalesce(u.display_name, '') "
    "FROM privacy_clock p JOIN company c ON c.company_id = p.company_id JOIN incident i ON i.company_id = p.company_id "
    "AND i.incident_id = p.incident_id LEFT JOIN app_user u ON u.user_id = i.owner_id "
    "WHERE p.dropped_at IS NULL AND p.final_reported_at IS NULL FOR UPDATE OF p SKIP LOCKED";

static const char *privacy_words(enum privacy_reminder reminder, int language)
{
	static const char *const words[PRIVACY_REMINDERS][PAGE_LANGUAGES] = {
		[PRIVACY_REMIND_NONE] = { "", "" },
		[PRIVACY_REMIND_FIRST] = { "個人情報保護法の速報の時期です",
					   "The first report (personal data) is due now" },
		[PRIVACY_REMIND_FIRST_LAST] = { "速報の最終日です", "Last day of the first report (personal data)" },
		[PRIVACY_REMIND_FIRST_OVERDUE] = { "速報の期限を過ぎました",
						   "The first report (personal data) is overdue" },
		[PRIVACY_REMIND_FINAL] = { "確報の期限まで 7 日です",
					   "Seven days left for the full report (personal data)" },
		[PRIVACY_REMIND_FINAL_LAST] = { "確報の最終日です", "Last day of the full report (personal data)" },
		[PRIVACY_REMIND_FINAL_OVERDUE] = { "確報の期限を過ぎました",
						   "The full report (personal data) is overdue" },
	};

	return words[reminder][language];
}

static int tell_privacy(struct db *db, const struct local *local, const struct db_result *r, int row,
			const struct privacy_clock *clock, const struct zone *zone, enum privacy_reminder reminder,
			struct err *why)
{
	char identity[IDENTITY_SIZE], due[PAGE_LANGUAGES][WORDS_SIZE], url[WORDS_SIZE];
	struct plain_notice notice = { .kind = "reminder", .identity = identity, .priority = 3 };
	struct page_receivers receivers = { 0 };
	int failed = page_targets_leads(db, &receivers, why);

	if (!failed && db_integer(r, row, 9))
		failed = page_targets_person(db, db_integer(r, row, 9), 0, &receivers, why);
	if (!failed)
		failed = in_words(db, privacy_clock_remind_at(clock, zone, reminder), local->zone, due, why);
	snprintf(identity, sizeof(identity), "privacy %" PRId64 " %" PRId64 " %" PRId64 " %d", db_integer(r, row, 0),
		 db_integer(r, row, 1), clock->known_at, (int)reminder);
	snprintf(url, sizeof(url), "/incidents/%" PRId64, db_integer(r, row, 1));
	for (int l = 0; l < PAGE_LANGUAGES && !failed; l++) {
		struct json_writer w;

		open_facts(&w, &notice.facts[l]);
		json_put_string(&w, "title", privacy_words(reminder, l));
		json_put_string(&w, "company", db_text(r, row, 7));
		json_put_string(&w, "reference", db_text(r, row, 8));
		json_put_string(&w, "due", due[l]);
		json_put_string(&w, "who", db_text(r, row, 10));
		json_put_string(&w, "url", url);
		json_close_object(&w);
	}
	if (!failed)
		failed = plain_notice_write(db, &notice, &receivers, why);
	page_receivers_release(&receivers);
	return failed;
}

static int one_privacy(struct db *db, const struct local *local, const struct zone *zone, const struct db_result *r,
		       int row, struct err *why)
{
	const struct privacy_clock clock = { .known_at = db_time(r, row, 2),
					     .malicious = db_bool(r, row, 3),
					     .first_reported_at = db_time(r, row, 4),
					     .final_reported_at = db_time(r, row, 5) };
	enum privacy_reminder sent = (enum privacy_reminder)db_integer(r, row, 6);
	enum privacy_reminder reminder = privacy_clock_reminder(&clock, zone, local->now, sent);
	struct db_args args = { 0 };

	if (reminder == PRIVACY_REMIND_NONE || reminder <= sent)
		return 0;
	if (tell_privacy(db, local, r, row, &clock, zone, reminder, why) != 0)
		return -1;
	db_arg_integer(&args, db_integer(r, row, 0));
	db_arg_integer(&args, db_integer(r, row, 1));
	db_arg_integer(&args, reminder);
	return db_run(db,
		      "UPDATE privacy_clock SET reminded = $3::smallint WHERE company_id = $1::bigint "
		      "AND incident_id = $2::bigint",
		      &args, NULL, why);
}

static int privacy_clocks(struct db *db, const struct local *local, struct err *why)
{
	struct db_result *r;
	struct zone *zone = NULL;
	int failed;

	if (db_run(db, privacy_sql, NULL, &r, why) != 0)
		return -1;
	failed = zone_load(&zone, local->zone, why);
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = one_privacy(db, local, zone, r, i, why);
	zone_release(zone);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- all of them */

enum part { PART_GAPS, PART_HOLIDAYS, PART_DRILL, PART_REQUESTS, PART_PRIVACY, PART_ORDERS, PARTS };

static int do_part(struct db *db, const struct page_engine *engine, const struct local *local, enum part part,
		   struct err *why)
{
	switch (part) {
	case PART_GAPS:
		return gaps(db, engine, local, why);
	case PART_HOLIDAYS:
		return holidays_end(db, engine, local, why);
	case PART_DRILL:
		return monthly_drill(db, engine, local, why);
	case PART_REQUESTS:
		return member_requests(db, local, why);
	case PART_PRIVACY:
		return privacy_clocks(db, local, why);
	case PART_ORDERS:
		return order_reminder_write(db, local->zone, why);
	case PARTS:
	default:
		return 0;
	}
}

/* One part that fails does not keep the others from being done. */
int page_engine_reminders(struct db *db, const struct page_engine *engine, bool drills, int *done, struct err *why)
{
	struct local local;
	int failed = 0;

	*done = 0;
	if (read_local(db, &local, why) != 0)
		return -1;
	for (int part = 0; part < PARTS; part++) {
		struct err reason = { 0 };

		if (part == PART_DRILL && !drills)
			continue;
		if (db_begin(db, &reason) == 0 && do_part(db, engine, &local, (enum part)part, &reason) == 0 &&
		    db_commit(db, &reason) == 0) {
			++*done;
			continue;
		}
		db_rollback(db);
		if (!failed)
			failed = err_set(why, reason.code, "%s", reason.text);
		if (reason.code == ERR_UNAVAILABLE)
			return -1;
	}
	return failed;
}
