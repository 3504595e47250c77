#include "server/store/page_targets.h"

#include "server/store/array_text.h"
#include "server/store/oncall_book.h"
#include "server/store/page_telling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { YOU_SIZE = 400 };

static const char *const role_names[][3] = { { "lead", "責任者", "leads" },
					     { "admin", "管理者", "administrators" },
					     { "desk", "相談窓口", "the help desk" } };

static const char *role_word(const char *role, int language)
{
	for (size_t i = 0; i < ARRAY_LEN(role_names); i++)
		if (strcmp(role_names[i][0], role) == 0)
			return role_names[i][1 + language];
	return role;
}

void page_receivers_release(struct page_receivers *r)
{
	free(r->items);
	pool_release(&r->pool);
	*r = (struct page_receivers){ 0 };
}

static const char *keep_text(struct page_receivers *r, const char *text)
{
	return pool_string(&r->pool, slice_of_string(text ? text : ""));
}

static bool same_place(const struct page_receiver *a, const struct page_receiver *b)
{
	return a->user_id == b->user_id && a->contact_id == b->contact_id && a->channel_id == b->channel_id &&
	       strcmp(a->address, b->address) == 0;
}

/* Copies the texts; who is there already stays as they are. NULL: no memory. */
static struct page_receiver *add(struct page_receivers *r, const struct page_receiver *one)
{
	struct page_receiver *copy;

	for (size_t i = 0; i < r->count; i++)
		if (same_place(&r->items[i], one))
			return &r->items[i];
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 16;
		struct page_receiver *more = realloc(r->items, room * sizeof(*more));

		if (!more)
			return NULL;
		r->items = more;
		r->room = room;
	}
	copy = &r->items[r->count];
	*copy = *one;
	copy->channel_kind = keep_text(r, one->channel_kind);
	copy->address = keep_text(r, one->address);
	copy->language = keep_text(r, one->language);
	copy->name = keep_text(r, one->name);
	for (int l = 0; l < PAGE_LANGUAGES; l++) {
		copy->you[l] = keep_text(r, one->you[l]);
		if (!copy->you[l])
			return NULL;
	}
	if (!copy->channel_kind || !copy->address || !copy->language || !copy->name)
		return NULL;
	r->count++;
	return copy;
}

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the receivers of a page");
}

/* ---------------------------------------------------------------------------------------------- persons */

/* Across companies: the operator's people. A person's channels in order, behind them the sign-in address unless one of
 * them is that: somebody whose channels are all broken is reached by mail. $1: the first that comes behind this
 * channel; NULL: the first of all. */
#define PEOPLE(which)                                                                                               \
	"SELECT u.user_id, u.display_name, w.channel_id, w.kind, w.address, w.language, u.role FROM app_user u "    \
	"CROSS JOIN LATERAL (SELECT c.channel_id, c.kind, c.address, c.language, c.position::bigint AS place FROM " \
	"channel c WHERE c.user_id = u.user_id AND c.enabled AND c.removed_at IS NULL AND ($1::bigint IS NULL OR "  \
	"(c.position, c.channel_id) > (SELECT k.position, k.channel_id FROM channel k WHERE k.channel_id = "        \
	"$1::bigint)) "                                                                                             \
	"UNION ALL SELECT NULL, 'mail', u.email, u.language, 1000000 WHERE NOT EXISTS (SELECT FROM channel c "      \
	"WHERE c.user_id = u.user_id AND c.enabled AND c.removed_at IS NULL AND c.kind = 'mail' "                   \
	"AND lower(c.address) = u.email) ORDER BY place, channel_id LIMIT 1) w "                                    \
	"WHERE u.disabled_at IS NULL AND " which " ORDER BY u.user_id"

/* you: why they are told; NULL: because of their role. */
static int add_people(const struct db_result *rows, const char *const you[PAGE_LANGUAGES], struct page_receivers *out,
		      struct err *why)
{
	for (int i = 0; i < db_rows(rows); i++) {
		const char *role = db_text(rows, i, 6);
		struct page_receiver one = {
			.user_id = db_integer(rows, i, 0),
			.name = db_text(rows, i, 1),
			.channel_id = db_integer(rows, i, 2),
			.channel_kind = db_text(rows, i, 3),
			.address = db_text(rows, i, 4),
			.language = db_text(rows, i, 5),
		};

		for (int l = 0; l < PAGE_LANGUAGES; l++)
			one.you[l] = you ? you[l] : role_word(role, l);
		if (!add(out, &one))
			return no_memory(why);
		out->people = true;
	}
	return 0;
}

static int person(struct db *db, int64_t user_id, int64_t after, const char *const you[PAGE_LANGUAGES],
		  struct page_receivers *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed;

	db_arg_optional(&args, after);
	db_arg_integer(&args, user_id);
	if (db_run(db, PEOPLE("u.user_id = $2::bigint"), &args, &rows, why) != 0)
		return -1;
	failed = add_people(rows, you, out, why);
	db_result_free(rows);
	return failed;
}

int page_targets_person(struct db *db, int64_t user_id, int64_t after, struct page_receivers *out, struct err *why)
{
	static const char *const nothing[PAGE_LANGUAGES] = { "", "" };

	return person(db, user_id, after, nothing, out, why);
}

/* roles: a literal of text[]. */
static int of_roles(struct db *db, const char *roles, struct page_receivers *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed;

	db_arg_null(&args);
	db_arg_text(&args, roles);
	if (db_run(db, PEOPLE("u.role = ANY ($2::text[]) AND u.scope_company IS NULL AND u.scope_vendor IS NULL"),
		   &args, &rows, why) != 0)
		return -1;
	failed = add_people(rows, NULL, out, why);
	db_result_free(rows);
	return failed;
}

int page_targets_leads(struct db *db, struct page_receivers *out, struct err *why)
{
	return of_roles(db, "{lead,admin}", out, why);
}

int page_targets_desk(struct db *db, struct page_receivers *out, struct err *why)
{
	size_t before = out->count;

	if (of_roles(db, "{desk}", out, why) != 0)
		return -1;
	return out->count > before ? 0 : page_targets_leads(db, out, why);
}

int page_targets_fallback(struct db *db, const struct page_engine *engine, struct page_receivers *out, struct err *why)
{
	if (!engine->fallback || engine->fallback->len == 0)
		return page_targets_leads(db, out, why);
	for (size_t i = 0; i < engine->fallback->len; i++) {
		const struct page_receiver one = { .channel_kind = "mail",
						   .address = engine->fallback->items[i],
						   .language = "ja",
						   .name = engine->fallback->items[i] };

		if (!add(out, &one))
			return no_memory(why);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- schedules */

static int format_time(struct db *db, time_us at, int language, char *out, size_t room, struct err *why)
{
	static const char *const formats[PAGE_LANGUAGES] = { "FMMM月FMDD日 FMHH24:MI", "YYYY-MM-DD HH24:MI" };
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_time(&args, at);
	db_arg_text(&args, formats[language]);
	if (db_run(db,
		   "SELECT to_char($1::timestamptz AT TIME ZONE coalesce((SELECT timezone FROM operator ORDER BY "
		   "operator_id LIMIT 1), 'Asia/Tokyo'), $2::text)",
		   &args, &r, why) != 0)
		return -1;
	snprintf(out, room, "%s", db_text(r, 0, 0));
	db_result_free(r);
	return 0;
}

/* "一次当番（11月26日 9:00 まで）" */
static int turn_words(struct db *db, const struct oncall_entry *entry, time_us until, int language, char out[YOU_SIZE],
		      struct err *why)
{
	char when[64];

	if (until == TIME_NONE) {
		snprintf(out, YOU_SIZE, "%s", entry->name);
		return 0;
	}
	if (format_time(db, until, language, when, sizeof(when), why) != 0)
		return -1;
	if (language == PAGE_JA)
		snprintf(out, YOU_SIZE, "%s（%s まで）", entry->name, when);
	else
		snprintf(out, YOU_SIZE, "%s, until %s", entry->name, when);
	return 0;
}

static int of_schedule(struct db *db, const struct page_engine *engine, int64_t schedule_id, time_us now,
		       struct page_receivers *out, struct err *why)
{
	const struct oncall_entry *entry = oncall_book_schedule(engine->book, schedule_id);
	char words[PAGE_LANGUAGES][YOU_SIZE];
	struct oncall_turn turn = { 0 };
	char number[64];

	if (entry)
		schedule_turn(entry->schedule, now, &turn);
	if (turn.now.user_id == 0) {
		snprintf(number, sizeof(number), "%" PRId64, schedule_id);
		out->gap = keep_text(out, entry ? entry->name : number);
		return out->gap ? 0 : no_memory(why);
	}
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		if (turn_words(db, entry, turn.until, l, words[l], why) != 0)
			return -1;
	return person(db, turn.now.user_id, 0, (const char *const[]){ words[PAGE_JA], words[PAGE_EN] }, out, why);
}

/* ---------------------------------------------------------------------------------------------- shared channels */

static int of_channel(struct db *db, int64_t channel_id, struct page_receivers *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed = 0;

	db_arg_integer(&args, channel_id);
	if (db_run(db,
		   "SELECT channel_id, kind, address, language, name FROM channel WHERE channel_id = $1::bigint "
		   "AND enabled AND removed_at IS NULL",
		   &args, &rows, why) != 0)
		return -1;
	if (db_rows(rows)) {
		const struct page_receiver one = { .channel_id = db_integer(rows, 0, 0),
						   .channel_kind = db_text(rows, 0, 1),
						   .address = db_text(rows, 0, 2),
						   .language = db_text(rows, 0, 3),
						   .name = db_text(rows, 0, 4) };

		failed = add(out, &one) ? 0 : no_memory(why);
	}
	db_result_free(rows);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- a member's contacts */

static int64_t night_wait(const struct page_engine *engine, const struct page_view *view, const struct db_result *rows,
			  int row, time_us now)
{
	return page_telling_night_wait(engine, db_bool(rows, row, 3), db_integer(rows, row, 4), view->severity, now);
}

static int add_contact(const struct db_result *rows, int row, int64_t wait_ms, struct page_receivers *out,
		       struct err *why)
{
	const struct page_receiver one = { .contact_id = db_integer(rows, row, 0),
					   .channel_kind = "mail",
					   .address = db_text(rows, row, 1),
					   .language = db_text(rows, row, 2),
					   .name = db_text(rows, row, 5),
					   .delay_ms = wait_ms };

	return add(out, &one) ? 0 : no_memory(why);
}

/* "next": the first from member_next on that may be told now; when all sleep, the one whose turn it is waits. */
static int add_next(const struct page_engine *engine, struct page_held *page, const struct page_view *view,
		    const struct db_result *rows, struct page_receivers *out, struct err *why)
{
	int count = db_rows(rows), start = (int)((page->member_next - 1) % count), chosen = start;

	for (int i = 0; i < count; i++) {
		if (night_wait(engine, view, rows, (start + i) % count, page->now) == 0) {
			chosen = (start + i) % count;
			break;
		}
	}
	page->member_next = chosen + 2;
	return add_contact(rows, chosen, night_wait(engine, view, rows, chosen, page->now), out, why);
}

static int of_member(struct db *db, const struct page_engine *engine, struct page_held *page,
		     const struct page_view *view, bool all, struct page_receivers *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed = 0;

	if (!view->company_id)
		return 0;
	db_arg_integer(&args, view->company_id);
	if (db_run(db,
		   "SELECT contact_id, email, language, night, calendar_id, name FROM company_contact "
		   "WHERE company_id = $1::bigint AND removed_at IS NULL AND email <> '' ORDER BY position, contact_id",
		   &args, &rows, why) != 0)
		return -1;
	if (!all && db_rows(rows))
		failed = add_next(engine, page, view, rows, out, why);
	for (int i = 0; all && i < db_rows(rows) && !failed; i++)
		failed = add_contact(rows, i, night_wait(engine, view, rows, i, page->now), out, why);
	db_result_free(rows);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- all of them */

static int of_target(struct db *db, const struct page_engine *engine, struct page_held *page,
		     const struct page_view *view, const struct policy_target *target, struct page_receivers *out,
		     struct err *why)
{
	char role[32];

	switch (target->kind) {
	case TARGET_SCHEDULE:
		return of_schedule(db, engine, target->id, page->now, out, why);
	case TARGET_PERSON:
		if (!oncall_book_available(engine->book, target->id))
			return 0;
		return page_targets_person(db, target->id, 0, out, why);
	case TARGET_CHANNEL:
		return of_channel(db, target->id, out, why);
	case TARGET_ROLE:
		snprintf(role, sizeof(role), "{%s}", target->role);
		return of_roles(db, role, out, why);
	case TARGET_MEMBER_NEXT:
	case TARGET_MEMBER_ALL:
	default:
		return of_member(db, engine, page, view, target->kind == TARGET_MEMBER_ALL, out, why);
	}
}

int page_targets_resolve(struct db *db, const struct page_engine *engine, struct page_held *page,
			 const struct page_view *view, const struct policy_target *targets, int count,
			 struct page_receivers *out, struct err *why)
{
	for (int i = 0; i < count; i++)
		if (of_target(db, engine, page, view, &targets[i], out, why) != 0)
			return -1;
	return 0;
}

int page_targets_told(struct db *db, int64_t page_id, bool quiet, struct page_receivers *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *rows;
	int failed = 0;

	db_arg_integer(&args, page_id);
	db_arg_bool(&args, quiet);
	if (db_run(db,
		   "SELECT DISTINCT o.user_id, o.channel_id, o.channel_kind, o.address, o.language FROM outbox o "
		   "LEFT JOIN outbox b ON b.outbox_id = o.bundled_into WHERE o.page_id = $1::bigint "
		   "AND o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody') "
		   "AND (o.state IN ('sent', 'sending') OR b.state IN ('sent', 'sending')) "
		   "AND (NOT $2::boolean OR o.channel_kind IN ('mail', 'slack', 'teams', 'lineworks', 'pagerduty')) "
		   "ORDER BY 1, 2, 4",
		   &args, &rows, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(rows) && !failed; i++) {
		const struct page_receiver one = { .user_id = db_integer(rows, i, 0),
						   .channel_id = db_integer(rows, i, 1),
						   .channel_kind = db_text(rows, i, 2),
						   .address = db_text(rows, i, 3),
						   .language = db_text(rows, i, 4) };

		failed = add(out, &one) ? 0 : no_memory(why);
	}
	db_result_free(rows);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- names */

static void put_word(struct buffer *out, const char *word, int language)
{
	if (out->len)
		buffer_put_string(out, language == PAGE_JA ? "、" : ", ");
	buffer_put_string(out, word);
}

static int put_person(struct db *db, int64_t user_id, int language, struct buffer *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, user_id);
	if (db_run(db, "SELECT display_name FROM app_user WHERE user_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		put_word(out, db_text(r, 0, 0), language);
	db_result_free(r);
	return 0;
}

static int put_channel(struct db *db, int64_t channel_id, int language, struct buffer *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, channel_id);
	if (db_run(db, "SELECT name FROM channel WHERE channel_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		put_word(out, db_text(r, 0, 0), language);
	db_result_free(r);
	return 0;
}

int page_targets_name(struct db *db, const struct page_engine *engine, const struct policy_target *targets, int count,
		      time_us at, int language, struct buffer *out, struct err *why)
{
	for (int i = 0; i < count; i++) {
		const struct oncall_entry *entry;
		struct oncall who = { 0 };

		switch (targets[i].kind) {
		case TARGET_SCHEDULE:
			entry = oncall_book_schedule(engine->book, targets[i].id);
			if (entry)
				who = schedule_at(entry->schedule, at);
			if (who.user_id && put_person(db, who.user_id, language, out, why) != 0)
				return -1;
			break;
		case TARGET_PERSON:
			if (put_person(db, targets[i].id, language, out, why) != 0)
				return -1;
			break;
		case TARGET_CHANNEL:
			if (put_channel(db, targets[i].id, language, out, why) != 0)
				return -1;
			break;
		case TARGET_ROLE:
			put_word(out, role_word(targets[i].role, language), language);
			break;
		case TARGET_MEMBER_NEXT:
		case TARGET_MEMBER_ALL:
		default:
			put_word(out, language == PAGE_JA ? "会員の連絡先" : "the member's contact", language);
			break;
		}
	}
	return 0;
}
