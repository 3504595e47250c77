#include "server/api/feed_load.h"

#include "server/api/alert_view.h"
#include "server/api/incident_view.h"
#include "server/api/page_json.h"
#include "server/api/report_view.h"
#include "server/api/sensor_view.h"
#include "server/model/ticket.h"
#include "server/store/dispatch.h"
#include "server/store/ticket.h"

#include <stdlib.h>

enum { SENSORS_AT_ONCE = 500 };

/* {"<object>": ..., "ver": n, ..., "server_time": "..."} */
static void begin(struct buffer *data, struct json_writer *w)
{
	buffer_clear(data);
	json_writer_init(w, data);
	json_open_object(w, NULL);
}

static enum event_append finish(struct hub *hub, const struct event *event, struct buffer *data, struct json_writer *w)
{
	json_put_integer(w, "ver", event->version);
	json_put_time(w, "server_time", clock_now());
	json_close_object(w);
	if (!data->failed)
		return hub_append(hub, event, buffer_slice(data));
	hub_drop(hub); /* nobody must believe that nothing happened */
	return EVENT_NO_MEMORY;
}

/* ----------------------------------------------------------------------------------------------------------- alerts */

static void put_alerts(struct hub *hub, const struct db_result *result)
{
	struct buffer data = { 0 };
	struct json_writer w;

	for (int i = 0; i < db_rows(result); i++) {
		struct event event = { .kind = EVENT_ALERT };
		struct alert_row row;

		alert_query_read(result, i, &row);
		begin(&data, &w);
		alert_view_put(&w, "alert", &row, &(struct alert_record){ .wanted = false }, ALERT_NATIVE);
		event.company_id = row.company_id;
		event.id = row.id;
		/* An alert changes once in its life: when its incident is known. */
		event.version = row.incident_id ? 2 : 1;
		if (finish(hub, &event, &data, &w) == EVENT_NEW)
			hub_count_alerts(hub, row.company_id, 1);
	}
	buffer_release(&data);
}

static int load_alerts(struct db *db, struct hub *hub, const struct feed_batch *batch, struct err *why)
{
	struct db_result *result;

	for (size_t i = 0; i < batch->flooded_count; i++) {
		hub_append(hub, &(struct event){ .kind = EVENT_FLOOD, .company_id = batch->flooded[i] },
			   slice_of(NULL, 0));
		hub_count_alerts(hub, batch->flooded[i], batch->flooded_alerts[i]);
	}
	if (batch->range_count == 0)
		return 0;
	if (alert_query_ranges(db, batch->ranges, batch->range_count, &result, why) != 0)
		return -1;
	put_alerts(hub, result);
	db_result_free(result);
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- incidents */

static void put_incident(struct hub *hub, const struct incident_row *row, struct buffer *data)
{
	struct json_writer w;

	begin(data, &w);
	incident_view_put(&w, "incident", row);
	json_put_string(&w, "by", row->last_kind ? row->last_user_name : NULL);
	json_put_string(&w, "op", row->last_kind ? row->last_kind : "alert");
	finish(hub,
	       &(struct event){
		   .kind = EVENT_INCIDENT, .company_id = row->company_id, .id = row->id, .version = row->version },
	       data, &w);
}

static int load_incidents(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;

	if (pairs->count == 0)
		return 0;
	if (incident_query_ids(db, pairs->companies, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		struct incident_row row;

		incident_query_read(result, i, &row);
		put_incident(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

/* ----------------------------------------------------------------------------------------------- tickets and orders */

/* So much that a screen knows what moved, and whether to ask for it: members of the company get this too. */
static void put_ticket(struct hub *hub, const struct ticket_row *t, struct buffer *data)
{
	char reference[TICKET_REFERENCE_SIZE];
	struct json_writer w;

	ticket_reference(t->id, reference);
	begin(data, &w);
	json_open_object(&w, "ticket");
	json_put_integer(&w, "id", t->id);
	json_put_string(&w, "reference", reference);
	json_put_known(&w, "company_id", t->company_id != 0, t->company_id);
	json_put_string(&w, "company", t->company);
	json_put_string(&w, "category", t->category);
	json_put_integer(&w, "severity", t->severity);
	json_put_string(&w, "subject", t->subject);
	json_put_string(&w, "state", t->state);
	incident_view_put_person(&w, "owner", t->owner_id, t->owner_name);
	json_put_known(&w, "incident_id", t->incident_id != 0, t->incident_id);
	json_put_integer(&w, "version", t->version);
	json_put_time(&w, "updated_at", t->updated_at);
	json_close_object(&w);
	finish(hub,
	       &(struct event){ .kind = EVENT_TICKET, .company_id = t->company_id, .id = t->id, .version = t->version },
	       data, &w);
}

static int load_tickets(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;
	struct ticket_row row;

	if (pairs->count == 0)
		return 0;
	if (ticket_ids(db, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		ticket_read(result, i, &row);
		put_ticket(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

static void put_order(struct hub *hub, const struct dispatch_row *o, struct buffer *data)
{
	char reference[DISPATCH_REFERENCE_SIZE];
	struct json_writer w;

	dispatch_reference(o->id, reference);
	begin(data, &w);
	json_open_object(&w, "order");
	json_put_integer(&w, "id", o->id);
	json_put_string(&w, "reference", reference);
	json_put_integer(&w, "company_id", o->company_id);
	json_put_string(&w, "company_name", o->company_name);
	json_put_string(&w, "kind", o->kind);
	json_put_string(&w, "state", o->state);
	json_put_string(&w, "vendor", o->vendor);
	json_put_known(&w, "ticket_id", o->ticket_id != 0, o->ticket_id);
	json_put_known(&w, "incident_id", o->incident_id != 0, o->incident_id);
	json_put_time(&w, "expected_at", o->expected_at);
	json_put_integer(&w, "version", o->version);
	json_put_time(&w, "updated_at", o->updated_at);
	json_close_object(&w);
	finish(hub,
	       &(struct event){ .kind = EVENT_ORDER, .company_id = o->company_id, .id = o->id, .version = o->version },
	       data, &w);
}

static int load_orders(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;
	struct dispatch_row row;

	if (pairs->count == 0)
		return 0;
	if (dispatch_ids(db, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		dispatch_read(result, i, &row);
		put_order(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ pages */

static void put_page(struct hub *hub, const struct page_row *page, struct buffer *data)
{
	struct json_writer w;

	begin(data, &w);
	page_json_put(&w, "page", page);
	finish(hub, &(struct event){ .kind = EVENT_PAGE, .id = page->page_id, .version = page->version }, data, &w);
}

static int load_pages(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;
	struct page_row row;

	if (pairs->count == 0)
		return 0;
	if (page_query_ids(db, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		page_query_read(result, i, &row);
		put_page(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- reports */

/* Who is bound to a company hears of a report what it may read: that it was published, and what became of it then. */
static void put_report(struct hub *hub, const struct report_row *report, struct buffer *data)
{
	struct json_writer w;

	begin(data, &w);
	report_view_put_live(&w, "report", report);
	finish(hub,
	       &(struct event){ .kind = EVENT_REPORT,
				.company_id = report->company_id,
				.id = report->report_id,
				.version = report->version,
				.staff_only = !report_view_is_out(report) },
	       data, &w);
}

static int load_reports(struct db *db, struct hub *hub, const struct feed_pairs *pairs, struct err *why)
{
	struct buffer data = { 0 };
	struct db_result *result;
	struct report_row row;

	if (pairs->count == 0)
		return 0;
	if (report_ids(db, pairs->ids, pairs->count, &result, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(result); i++) {
		report_read(result, i, &row);
		put_report(hub, &row, &data);
	}
	buffer_release(&data);
	db_result_free(result);
	return 0;
}

int feed_load_changes(struct db *db, struct hub *hub, const struct feed_batch *batch, struct err *why)
{
	if (load_alerts(db, hub, batch, why) != 0)
		return -1;
	if (load_incidents(db, hub, &batch->incidents, why) != 0 || load_tickets(db, hub, &batch->tickets, why) != 0)
		return -1;
	if (load_orders(db, hub, &batch->orders, why) != 0 || load_pages(db, hub, &batch->pages, why) != 0)
		return -1;
	return load_reports(db, hub, &batch->reports, why);
}

/* ---------------------------------------------------------------------------------------------------------- sensors */

static void put_sensors(struct hub *hub, const struct db_result *result)
{
	struct buffer data = { 0 };
	struct json_writer w;

	for (int i = 0; i < db_rows(result); i++) {
		struct sensor_row row;

		sensor_query_read(result, i, &row);
		begin(&data, &w);
		sensor_view_put(&w, "sensor", &row);
		/* A sensor has no version of its own: the time of reading is one that grows. */
		finish(hub,
		       &(struct event){ .kind = EVENT_SENSOR,
					.company_id = row.company_id,
					.id = row.id,
					.version = clock_now() / 1000 },
		       &data, &w);
	}
	buffer_release(&data);
}

int feed_load_sensors(struct db *db, struct hub *hub, struct feed_batch *batch, const char *timezone, struct err *why)
{
	struct feed_pairs *pairs = &batch->sensors;
	struct db_result *result;
	size_t count, first;

	feed_pairs_unique(pairs);
	count = pairs->count < SENSORS_AT_ONCE ? pairs->count : SENSORS_AT_ONCE;
	first = pairs->count - count;
	if (count == 0)
		return 0;
	if (sensor_query_some(db, pairs->companies + first, pairs->ids + first, count, timezone, &result, why) != 0)
		return -1;
	put_sensors(hub, result);
	db_result_free(result);
	pairs->count = first;
	return 0;
}

/* ---------------------------------------------------------------------------------------------------- open incidents
 */

int feed_load_open(struct db *db, struct hub *hub, struct err *why)
{
	struct db_result *result;
	struct live_open *list;
	int rows;

	if (incident_query_open(db, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	list = calloc((size_t)rows + 1, sizeof(*list));
	for (int i = 0; list && i < rows; i++)
		list[i] =
		    (struct live_open){ db_integer(result, i, 0), db_integer(result, i, 1), db_integer(result, i, 2) };
	db_result_free(result);
	if (!list)
		return err_set(why, ERR_NOMEM, "no memory for the number of open incidents");
	hub_set_open(hub, list, (size_t)rows);
	free(list);
	return 0;
}
