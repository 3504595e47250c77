#include "server/api/schedules.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/filters.h"
#include "server/api/schedule_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const flags[] = { "false", "true", NULL };

static const struct schedule *of_book(const struct oncall_book *book, int64_t schedule_id)
{
	const struct oncall_entry *entry = oncall_book_schedule(book, schedule_id);

	return entry ? entry->schedule : NULL;
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static void write_list(struct call *call, const struct db_result *rows, const struct oncall_book *book,
		       const struct person_names *names)
{
	struct schedule_row row;
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "schedules");
	for (int i = 0; i < db_rows(rows); i++) {
		schedule_read(rows, i, &row);
		json_open_object(&w, NULL);
		schedule_view_put(&w, &row, of_book(book, row.schedule_id), names);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
}

static int list(struct call *call, const struct oncall_book *book, bool archived, struct err *why)
{
	struct person_names *names = calloc(1, sizeof(*names));
	struct db_result *rows;
	int failed;

	if (!names)
		return err_set(why, ERR_NOMEM, "no memory for names");
	if (schedule_list(call->db, archived, &rows, why) != 0) {
		free(names);
		return -1;
	}
	for (size_t i = 0; i < oncall_book_count(book); i++)
		schedule_view_want(names, oncall_book_entry(book, i)->schedule);
	failed = person_names_load(names, call->db, why);
	if (!failed)
		write_list(call, rows, book, names);
	person_names_release(names);
	free(names);
	db_result_free(rows);
	return failed;
}

int schedules_list(struct call *call, struct err *why)
{
	const char *archived = flags[0];
	struct oncall_book *book;
	int failed;

	if (!filters_word(call, "archived", flags, &archived))
		return 0;
	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	failed = list(call, book, archived == flags[1], why);
	oncall_book_close(book);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* What is shown of one schedule. */
struct shown {
	struct schedule_row row;
	struct db_result *rows, *overrides; /* overrides NULL: not with spans */
	struct oncall_book *book;
	const struct schedule *schedule;
	struct schedule_spans spans;
	struct person_names names;
};

static void release(struct shown *s)
{
	schedule_spans_release(&s->spans);
	person_names_release(&s->names);
	db_result_free(s->overrides);
	db_result_free(s->rows);
	oncall_book_close(s->book);
	free(s);
}

/* The row's texts belong to *rows. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct schedule_row *out,
		struct err *why)
{
	if (schedule_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		*rows = NULL;
		return err_set(why, ERR_NOT_FOUND, "no such schedule");
	}
	schedule_read(*rows, 0, out);
	return 0;
}

/* The schedule as it is now; *out is the caller's to release(), also on an error, unless it is NULL. */
static int look(struct call *call, int64_t id, struct shown **out, struct err *why)
{
	struct shown *s = *out = calloc(1, sizeof(*s));

	if (!s)
		return err_set(why, ERR_NOMEM, "no memory for a schedule");
	if (find(call, id, false, &s->rows, &s->row, why) != 0 || oncall_call_book(call, &s->book, why) != 0)
		return -1;
	s->schedule = of_book(s->book, id);
	schedule_view_want(&s->names, s->schedule);
	return 0;
}

static void put_overrides(struct json_writer *w, const struct db_result *rows)
{
	json_open_array(w, "overrides");
	for (int i = 0; i < db_rows(rows); i++) {
		struct override_row row;

		override_read(rows, i, &row);
		schedule_view_put_override(w, NULL, &row);
	}
	json_close_array(w);
}

static int write_page(struct call *call, struct shown *s, time_us from, time_us to, struct err *why)
{
	struct json_writer w;

	if (schedule_spans_make(&s->spans, s->schedule, from, to, &s->names, why) != 0 ||
	    override_list(call->db, s->row.schedule_id, from, to, true, &s->overrides, why) != 0 ||
	    person_names_load(&s->names, call->db, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	oncall_call_etag(call, s->row.version);
	json_open_object(&w, NULL);
	schedule_view_put(&w, &s->row, s->schedule, &s->names);
	schedule_spans_put(&w, &s->spans, &s->names);
	put_overrides(&w, s->overrides);
	json_close_object(&w);
	return 0;
}

/* 1 or 0. Left out: from now on, and four weeks. */
static int settle_span(struct call *call, time_us *from, time_us *to, bool parameter)
{
	if (*from == TIME_NONE)
		*from = clock_now();
	if (*to == TIME_NONE)
		*to = *from + SCHEDULE_SHOWN_DAYS * US_PER_DAY;
	if (*to > *from && *to - *from <= SCHEDULE_SHOWN_MOST * US_PER_DAY)
		return 1;
	if (parameter)
		call_refuse_parameter(call, "to", *to <= *from ? FAULT_ORDER : FAULT_PERIOD);
	else
		call_refuse_member(call, "to", *to <= *from ? FAULT_ORDER : FAULT_PERIOD);
	return 0;
}

int schedules_get(struct call *call, struct err *why)
{
	time_us from = TIME_NONE, to = TIME_NONE;
	struct shown *shown = NULL;
	int go = filters_period(call, &from, &to, why), failed;

	if (go == 1)
		go = settle_span(call, &from, &to, true);
	if (go != 1)
		return go;
	failed = look(call, call->id, &shown, why);
	if (!failed)
		failed = write_page(call, shown, from, to, why);
	if (shown)
		release(shown);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- changing */

static int write_and_note(struct call *call, struct shown *s, int status, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	if (person_names_load(&s->names, call->db, why) != 0)
		return -1;
	call_reply(call, status, &w);
	oncall_call_etag(call, s->row.version);
	json_open_object(&w, NULL);
	schedule_view_put(&w, &s->row, s->schedule, &s->names);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "name", s->row.name);
	json_put_string(&w, "timezone", s->row.timezone);
	json_put_raw(&w, "rules", slice_of_string(s->row.rules));
	json_put_integer(&w, "version", s->row.version);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "schedule %" PRId64, s->row.schedule_id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct shown *shown = NULL;
	int failed = look(call, id, &shown, why);

	if (!failed)
		failed = write_and_note(call, shown, status, action, why);
	if (shown)
		release(shown);
	return failed;
}

/* 1: go on; 0: refused. */
static int read_document(struct call *call, struct buffer *rules, struct schedule_document *out)
{
	if (!oncall_call_name(call, &out->name) || !oncall_call_timezone(call, &out->timezone) ||
	    !oncall_call_document(call, "rules", rules))
		return 0;
	out->rules = buffer_string(rules);
	return 1;
}

int schedules_add(struct call *call, struct err *why)
{
	struct schedule_document document;
	struct buffer rules = { 0 };
	int64_t id = 0;
	int failed = 0;

	if (read_document(call, &rules, &document) == 1)
		failed = schedule_create(call->db, &document, &id, why) == 0
			     ? conclude(call, id, 201, "schedule.add", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

static int put_held(struct call *call, const struct schedule_row *now, struct err *why)
{
	struct schedule_document document;
	struct buffer rules = { 0 };
	int failed = 0;

	if (read_document(call, &rules, &document) == 1)
		failed = schedule_update(call->db, now->schedule_id, now->version, &document, why) == 0
			     ? conclude(call, now->schedule_id, 200, "schedule.change", why)
			     : oncall_call_refused(call, why);
	buffer_release(&rules);
	return failed;
}

static int archive_held(struct call *call, const struct schedule_row *now, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	if (schedule_archive(call->db, now->schedule_id, now->version, why) != 0)
		return why->code == ERR_USAGE ? oncall_call_in_use(call, why->text) : -1;
	call_reply_empty(call, 204);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "name", now->name);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "schedule %" PRId64, now->schedule_id);
	return audit_trail_add(call, "schedule.archive", 0, subject, &detail, why);
}

/* One that is in use, held, of the version that the caller saw. */
static int change(struct call *call, int (*then)(struct call *call, const struct schedule_row *now, struct err *why),
		  struct err *why)
{
	struct schedule_row row;
	struct db_result *rows;
	bool stale = false;
	int failed = 0;

	if (find(call, call->id, true, &rows, &row, why) != 0)
		return -1;
	if (row.archived_at != TIME_NONE)
		failed = err_set(why, ERR_NOT_FOUND, "the schedule is not in use any more");
	else if (call_condition(call, row.version, &stale))
		failed = stale ? oncall_call_stale(call) : then(call, &row, why);
	db_result_free(rows);
	return failed;
}

int schedules_put(struct call *call, struct err *why)
{
	return change(call, put_held, why);
}

int schedules_archive(struct call *call, struct err *why)
{
	return change(call, archive_held, why);
}

/* ---------------------------------------------------------------------------------------------------------- a look */

/* What is asked to be looked at. */
struct look {
	const char *timezone;
	struct buffer rules;
	int64_t schedule_id; /* whose overrides; 0: none */
	time_us from, to;
	struct zone *zone;
	struct oncall_book *book;
	struct schedule_override *overrides;
	size_t override_count;
	struct schedule *schedule;
	struct schedule_spans spans;
	struct person_names names;
};

static bool read_look(struct call *call, struct look *l)
{
	l->from = l->to = TIME_NONE;
	return oncall_call_timezone(call, &l->timezone) && oncall_call_document(call, "rules", &l->rules) &&
	       body_members_integer(call, "schedule_id", 1, INT64_MAX, &l->schedule_id) &&
	       oncall_call_time(call, "from", false, &l->from) && oncall_call_time(call, "to", false, &l->to) &&
	       settle_span(call, &l->from, &l->to, false) == 1;
}

static int load_overrides(struct call *call, struct look *l, struct err *why)
{
	struct schedule_row row;
	struct db_result *rows;

	if (!l->schedule_id)
		return 0;
	if (find(call, l->schedule_id, false, &rows, &row, why) != 0)
		return -1;
	db_result_free(rows);
	if (override_list(call->db, l->schedule_id, l->from, l->to, false, &rows, why) != 0)
		return -1;
	l->overrides = calloc((size_t)db_rows(rows) + 1, sizeof(*l->overrides));
	for (int i = 0; l->overrides && i < db_rows(rows); i++) {
		struct override_row o;

		override_read(rows, i, &o);
		l->overrides[l->override_count++] =
		    (struct schedule_override){ o.override_id, o.user_id, o.from, o.to };
	}
	db_result_free(rows);
	return l->overrides ? 0 : err_set(why, ERR_NOMEM, "no memory for overrides");
}

static bool is_available(const void *context, int64_t user_id)
{
	return oncall_book_available(context, user_id);
}

/* 1: go on; 0: refused; -1. */
static int parse_look(struct call *call, struct look *l, struct err *why)
{
	const struct schedule_document document = { "preview", l->timezone, buffer_string(&l->rules) };

	if (schedule_check(call->db, &document, why) != 0)
		return oncall_call_refused(call, why);
	if (load_overrides(call, l, why) != 0 || zone_load(&l->zone, l->timezone, why) != 0 ||
	    oncall_call_book(call, &l->book, why) != 0 ||
	    schedule_parse(&l->schedule, buffer_slice(&l->rules), l->zone, oncall_book_calendars(l->book), l->overrides,
			   l->override_count, why) != 0)
		return -1;
	schedule_leave_out(l->schedule, is_available, l->book);
	return 1;
}

static int write_look(struct call *call, struct look *l, struct err *why)
{
	struct json_writer w;

	schedule_view_want(&l->names, l->schedule);
	if (schedule_spans_make(&l->spans, l->schedule, l->from, l->to, &l->names, why) != 0 ||
	    person_names_load(&l->names, call->db, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	schedule_spans_put(&w, &l->spans, &l->names);
	schedule_view_put_people(&w, l->schedule, &l->names);
	json_close_object(&w);
	return 0;
}

int schedules_preview(struct call *call, struct err *why)
{
	struct look *l = calloc(1, sizeof(*l));
	int go = 0;

	if (!l)
		return err_set(why, ERR_NOMEM, "no memory for a look at a schedule");
	if (read_look(call, l))
		go = parse_look(call, l, why);
	if (go == 1)
		go = write_look(call, l, why);
	schedule_spans_release(&l->spans);
	person_names_release(&l->names);
	schedule_release(l->schedule);
	oncall_book_close(l->book);
	zone_release(l->zone);
	free(l->overrides);
	buffer_release(&l->rules);
	free(l);
	return go;
}
