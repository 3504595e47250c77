#include "server/api/alerts.h"

#include "lib/log.h"
#include "server/api/alert_view.h"
#include "server/api/filters.h"
#include "server/api/live.h"
#include "server/api/pages.h"
#include "server/store/alert_query.h"
#include "server/store/incident_query.h"
#include "server/store/raw_record.h"
#include "server/store/sensor_query.h"

#include <arpa/inet.h>
#include <inttypes.h>

/* A record is shown whole up to this size; a page ends early when it has got this long. */
enum { RECORD_MOST = 16 * 1024 * 1024, PAGE_BYTES = 4 * 1024 * 1024 };

static const char *const formats[] = { "native", "ecs", NULL };
static const char *const booleans[] = { "true", "false", NULL };
/* In the order of enum alerts_muted. */
static const char *const mutings[] = { "false", "true", "only", NULL };

static bool read_format(struct call *call, enum alert_format *out)
{
	const char *word = formats[ALERT_NATIVE];

	if (!filters_word(call, "format", formats, &word))
		return false;
	*out = word == formats[ALERT_ECS] ? ALERT_ECS : ALERT_NATIVE;
	return true;
}

/* The record of a row; one that cannot be read must not keep its alert from being shown. */
static void read_record(struct raw_coder *coder, const struct alert_row *row, struct buffer *room,
			struct alert_record *out)
{
	struct err why;

	buffer_clear(room);
	out->bytes = slice_of(NULL, 0);
	if (!row->raw.ptr)
		return;
	if (raw_decode(coder, row->raw, RECORD_MOST, room, &why) == 0)
		out->bytes = room->len ? buffer_slice(room) : SLICE_LITERAL("");
	else
		log_warning("record of alert %" PRId64 ": %s", row->id, why.text);
}

struct writer {
	enum alert_format format;
	struct raw_coder *coder; /* NULL: without records */
	struct buffer room;
};

static int writer_open(struct writer *writer, bool records, struct err *why)
{
	return records ? raw_coder_new(&writer->coder, why) : 0;
}

static void writer_close(struct writer *writer)
{
	raw_coder_free(writer->coder);
	buffer_release(&writer->room);
}

static void writer_put(struct writer *writer, struct json_writer *w, const struct alert_row *row)
{
	struct alert_record record = { .wanted = writer->coder != NULL };

	if (writer->coder)
		read_record(writer->coder, row, &writer->room, &record);
	alert_view_put(w, NULL, row, &record, writer->format);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

/* What is muted has no incident but a drill's, which is made of nothing else. */
static bool read_muted(struct call *call, struct alert_filter *filter)
{
	const char *word = mutings[filter->incident_id ? ALERTS_MUTED_TOO : ALERTS_NOT_MUTED];

	if (!filters_word(call, "muted", mutings, &word))
		return false;
	filter->muted = ALERTS_NOT_MUTED;
	while (mutings[filter->muted] != word)
		filter->muted++;
	return true;
}

static bool read_words(struct call *call, struct alert_filter *filter)
{
	const char *raw = booleans[0];

	if (!filters_word(call, "direction", filters_directions, &filter->direction) ||
	    !filters_word(call, "engine", filters_engines, &filter->engine) ||
	    !filters_word(call, "action", filters_actions, &filter->action) ||
	    !filters_word(call, "raw", booleans, &raw) || !filters_severity(call, &filter->severity) ||
	    !call_id_parameter(call, "sensor", &filter->sensor_id) ||
	    !call_id_parameter(call, "incident", &filter->incident_id))
		return false;
	filter->raw = raw == booleans[0];
	return read_muted(call, filter);
}

static bool read_text(struct call *call, struct alert_filter *filter, struct buffer *pattern)
{
	const char *text = NULL;
	struct in6_addr address;

	if (!filters_text(call, "q", pattern, &text))
		return false;
	if (!text)
		return true;
	filter->pattern = buffer_string(pattern);
	if (inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1)
		filter->address = text;
	return true;
}

/* The company and the time of an incident bound those of its alerts: nothing else is searched. */
static void narrow(struct alert_filter *filter, const struct db_result *result)
{
	struct incident_row incident;

	incident_query_read(result, 0, &incident);
	filter->company_id = incident.company_id;
	if (filter->from == TIME_NONE || filter->from < incident.first_ts)
		filter->from = incident.first_ts;
	if (filter->to == TIME_NONE || filter->to > incident.last_ts)
		filter->to = incident.last_ts + 1;
}

/* What of another company is named in the filter is not there. */
static int check_objects(struct call *call, struct alert_filter *filter, struct err *why)
{
	struct db_result *result;
	int rows;

	if (filter->sensor_id &&
	    sensor_query_company(call->db, filter->company_id, filter->sensor_id, &filter->company_id, why) != 0)
		return -1;
	if (!filter->incident_id)
		return 1;
	if (incident_query_get(call->db, filter->company_id, filter->incident_id, false, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	if (rows)
		narrow(filter, result);
	db_result_free(result);
	return rows ? 1 : err_set(why, ERR_NOT_FOUND, "no such incident");
}

static int read_filter(struct call *call, struct alert_filter *filter, struct buffer *pattern, struct err *why)
{
	int go = filters_company(call, &filter->company_id, why);

	if (go == 1)
		go = read_words(call, filter) && read_text(call, filter, pattern);
	if (go == 1)
		go = filters_period(call, &filter->from, &filter->to, why);
	return go == 1 ? check_objects(call, filter, why) : go;
}

static void write_list(struct call *call, const struct page *page, const struct db_result *result,
		       struct writer *writer)
{
	struct alert_row row = { 0 };
	struct json_writer w;
	int rows = db_rows(result), i = 0;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "alerts");
	for (; i < rows && i < page->limit && call->reply->body.len < PAGE_BYTES; i++) {
		alert_query_read(result, i, &row);
		writer_put(writer, &w, &row);
	}
	json_close_array(&w);
	pages_next(call, page, i < rows, row.ts, row.id, &w);
	json_close_object(&w);
}

static int list(struct call *call, struct alert_filter *filter, struct buffer *pattern, struct writer *writer,
		struct err *why)
{
	char position[LIVE_POSITION_SIZE];
	struct db_result *result;
	struct page page;
	int go;

	live_position(call, position);
	if (!pages_read(call, CURSOR_ALERTS, &page) || !read_format(call, &writer->format))
		return 0;
	go = read_filter(call, filter, pattern, why);
	if (go != 1)
		return go;
	if (page.continued) {
		filter->before_ts = page.cursor.time;
		filter->before_id = page.cursor.id;
	}
	filter->limit = page.limit + 1;
	if (writer_open(writer, filter->raw, why) != 0 || alert_query_list(call->db, filter, &result, why) != 0)
		return -1;
	write_list(call, &page, result, writer);
	live_reply_position(call, position);
	db_result_free(result);
	return 0;
}

int alerts_list(struct call *call, struct err *why)
{
	struct alert_filter filter = { .from = TIME_NONE, .to = TIME_NONE, .before_ts = TIME_NONE };
	struct buffer pattern = { 0 };
	struct writer writer = { 0 };
	int failed = list(call, &filter, &pattern, &writer, why);

	writer_close(&writer);
	buffer_release(&pattern);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

static int get(struct call *call, struct writer *writer, struct err *why)
{
	struct db_result *result;
	struct alert_row row;
	struct json_writer w;
	int64_t company_id;
	int go = filters_company(call, &company_id, why);

	if (go != 1)
		return go;
	if (!read_format(call, &writer->format))
		return 0;
	if (writer_open(writer, true, why) != 0 || alert_query_get(call->db, company_id, call->id, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such alert");
	}
	alert_query_read(result, 0, &row);
	call_reply(call, 200, &w);
	writer_put(writer, &w, &row);
	db_result_free(result);
	return 0;
}

int alerts_get(struct call *call, struct err *why)
{
	struct writer writer = { 0 };
	int failed = get(call, &writer, why);

	writer_close(&writer);
	return failed;
}
