#include "server/api/messages.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/page_json.h"
#include "server/api/pages.h"

#include <stdio.h>

static const char *const states[] = { "pending", "sending", "sent",        "failed", "cancelled",
				      "expired", "bundled", "quarantined", NULL };

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static int read_filter(struct call *call, struct message_filter *out, struct err *why)
{
	*out =
	    (struct message_filter){ .kind = parameters_get(&call->query, "kind"), .from = TIME_NONE, .to = TIME_NONE };
	if (!call_id_parameter(call, "page", &out->page_id) || !call_id_parameter(call, "user", &out->user_id) ||
	    !filters_word(call, "state", states, &out->state))
		return 0;
	return filters_period(call, &out->from, &out->to, why);
}

/* The halves of an id stand where other lists have time and number. */
static void write_list(struct call *call, const struct page *page, const struct db_result *rows)
{
	struct message_row row = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "messages");
	for (int i = 0; i < db_rows(rows) && i < page->limit; i++) {
		message_query_read(rows, i, &row);
		page_json_put_message(&w, NULL, &row);
	}
	json_close_array(&w);
	pages_next(call, page, db_rows(rows) > page->limit, (time_us)row.place.high, (int64_t)row.place.low, &w);
	json_close_object(&w);
}

int messages_list(struct call *call, struct err *why)
{
	struct message_filter filter;
	struct db_result *rows;
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_MESSAGES, &page))
		return 0;
	go = read_filter(call, &filter, why);
	if (go != 1)
		return go;
	filter.continued = page.continued;
	filter.before = (struct message_place){ (uint64_t)page.cursor.time, (uint64_t)page.cursor.id };
	filter.limit = page.limit + 1;
	if (message_query_list(call->db, &filter, &rows, why) != 0)
		return -1;
	write_list(call, &page, rows);
	db_result_free(rows);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ again */

static int find(struct call *call, const char *id, bool lock, struct db_result **rows, struct message_row *out,
		struct err *why)
{
	if (message_query_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such message");
	}
	message_query_read(*rows, 0, out);
	return 0;
}

static int conclude(struct call *call, const char *id, struct err *why)
{
	struct buffer detail = { 0 };
	struct message_row row;
	struct db_result *rows;
	struct json_writer w;
	char subject[64];

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 202, &w);
	page_json_put_message(&w, NULL, &row);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "kind", row.kind);
	json_put_known(&w, "page_id", row.page_id != 0, row.page_id);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "message %s", id);
	db_result_free(rows);
	return audit_trail_add(call, "message.replay", 0, subject, &detail, why);
}

static int refuse_running(struct call *call, const struct message_row *row)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_PAGE_STATE, &w);
	page_json_put_message(&w, "current", row);
	json_close_object(&w);
	return 0;
}

int messages_replay(struct call *call, struct err *why)
{
	struct message_row row;
	struct db_result *rows;
	bool on_its_way;
	char id[40];

	if (!message_id_is(call->texts[0]))
		return err_set(why, ERR_NOT_FOUND, "not an id of a message");
	snprintf(id, sizeof(id), "%.*s", (int)call->texts[0].len, call->texts[0].ptr);
	if (find(call, id, true, &rows, &row, why) != 0)
		return -1;
	on_its_way = strcmp(row.state, "pending") == 0 || strcmp(row.state, "sending") == 0;
	if (on_its_way)
		refuse_running(call, &row);
	db_result_free(rows);
	if (on_its_way)
		return 0;
	return message_replay(call->db, id, why) == 0 ? conclude(call, id, why) : -1;
}
