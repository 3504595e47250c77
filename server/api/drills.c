#include "server/api/drills.h"

#include "server/api/audit_trail.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/api/pages.h"
#include "server/store/drill.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE_MOST = 2000 };

static void put_members(struct json_writer *w, const struct drill_row *row)
{
	json_put_integer(w, "id", row->drill_id);
	json_put_time(w, "started_at", row->started_at);
	incident_view_put_person(w, "started_by", row->started_by, row->by_name);
	json_put_string(w, "month", row->month);
	json_put_integer(w, "people", row->people);
	json_put_integer(w, "sent", row->sent);
	json_put_integer(w, "answered", row->answered);
}

static void write_list(struct call *call, const struct page *page, const struct db_result *rows)
{
	struct drill_row row = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "drills");
	for (int i = 0; i < db_rows(rows) && i < page->limit; i++) {
		drill_read(rows, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, db_rows(rows) > page->limit, 0, row.drill_id, &w);
	json_close_object(&w);
}

int drills_list(struct call *call, struct err *why)
{
	struct db_result *rows;
	struct page page;

	if (!pages_read(call, CURSOR_DRILLS, &page))
		return 0;
	if (drill_list(call->db, page.continued ? page.cursor.id : INT64_MAX, page.limit + 1, &rows, why) != 0)
		return -1;
	write_list(call, &page, rows);
	db_result_free(rows);
	return 0;
}

static int find(struct call *call, int64_t id, struct db_result **rows, struct drill_row *out, struct err *why)
{
	if (drill_get(call->db, id, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such drill");
	}
	drill_read(*rows, 0, out);
	return 0;
}

static const char *result_of(const struct drill_result_row *row)
{
	if (row->answered_at != TIME_NONE)
		return "answered";
	if (row->sent_at != TIME_NONE)
		return "sent";
	/* Nothing was written yet: the escalator has not come to it. */
	return row->waiting || !row->channel_kind ? "waiting" : "failed";
}

static void put_result(struct json_writer *w, const struct drill_result_row *row)
{
	json_open_object(w, NULL);
	incident_view_put_person(w, "person", row->user_id, row->name);
	json_put_string(w, "result", result_of(row));
	json_put_time(w, "sent_at", row->sent_at);
	json_put_time(w, "answered_at", row->answered_at);
	json_put_string(w, "last_error", row->last_error);
	json_put_string(w, "channel_kind", row->channel_kind);
	json_close_object(w);
}

int drills_get(struct call *call, struct err *why)
{
	struct db_result *rows, *results;
	struct drill_result_row one;
	struct drill_row row;
	struct json_writer w;

	if (find(call, call->id, &rows, &row, why) != 0)
		return -1;
	if (drill_results(call->db, call->id, &results, why) != 0) {
		db_result_free(rows);
		return -1;
	}
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_members(&w, &row);
	json_open_array(&w, "results");
	for (int i = 0; i < db_rows(results); i++) {
		drill_result_read(results, i, &one);
		put_result(&w, &one);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(results);
	db_result_free(rows);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- starting */

struct people {
	int64_t ids[PEOPLE_MOST];
	size_t count;
};

/* Whoever is on call in a schedule now, each once. */
static int on_call_now(struct call *call, struct people *out, struct err *why)
{
	struct oncall_book *book;

	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	for (size_t i = 0; i < oncall_book_count(book) && out->count < PEOPLE_MOST; i++) {
		int64_t user_id = schedule_at(oncall_book_entry(book, i)->schedule, clock_now()).user_id;

		if (user_id)
			out->ids[out->count++] = user_id;
	}
	oncall_book_close(book);
	return 0;
}

static int everybody(struct call *call, struct people *out, struct err *why)
{
	struct db_result *rows;

	if (drill_everybody(call->db, &rows, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(rows) && out->count < PEOPLE_MOST; i++)
		out->ids[out->count++] = db_integer(rows, i, 0);
	db_result_free(rows);
	return 0;
}

static int conclude(struct call *call, int64_t id, const char *who, struct err *why)
{
	struct buffer detail = { 0 };
	struct db_result *rows;
	struct drill_row row;
	struct json_writer w;
	char subject[48];

	if (find(call, id, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	put_members(&w, &row);
	json_close_object(&w);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "who", who);
	json_put_integer(&w, "people", row.people);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "drill %" PRId64, id);
	db_result_free(rows);
	return audit_trail_add(call, "drill.start", 0, subject, &detail, why);
}

static int start(struct call *call, const char *who, struct people *people, struct err *why)
{
	int64_t id = 0;

	if ((strcmp(who, "all") == 0 ? everybody(call, people, why) : on_call_now(call, people, why)) != 0)
		return -1;
	if (people->count == 0)
		return call_refuse_reason(call, "who", FAULT_CHOICE, "nobody is on call: there is nobody to ask");
	if (drill_start(call->db, call->person.user_id, people->ids, people->count, &id, why) != 0)
		return -1;
	return conclude(call, id, who, why);
}

int drills_start(struct call *call, struct err *why)
{
	struct people *people;
	const char *who;
	int failed;

	if (!call_text(call, "who", 1, 20, true, &who))
		return 0;
	if (strcmp(who, "all") != 0 && strcmp(who, "on_call") != 0)
		return call_refuse_member(call, "who", FAULT_CHOICE);
	people = calloc(1, sizeof(*people));
	if (!people)
		return err_set(why, ERR_NOMEM, "no memory for a drill");
	failed = start(call, who, people, why);
	free(people);
	return failed;
}
