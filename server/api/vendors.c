#include "server/api/vendors.h"

#include "server/api/desk_body.h"
#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/model/phone.h"
#include "server/store/company_people.h"
#include "server/store/company_query.h"
#include "server/store/oncall_book.h"
#include "server/store/vendor.h"

#include <stdlib.h>

enum { NAME_MOST = 200, AREA_MOST = 100, AREAS_MOST = 50, PHONE_MOST = 40, NOTE_MOST = 2000 };

static void put_members(struct json_writer *w, const void *row)
{
	const struct vendor_row *v = row;

	json_put_integer(w, "id", v->id);
	json_put_string(w, "name", v->name);
	json_put_raw(w, "areas", slice_of_string(v->areas));
	json_put_known(w, "calendar_id", v->calendar_id != 0, v->calendar_id);
	json_put_string(w, "calendar", v->calendar);
	json_put_string(w, "email", v->email);
	json_put_string(w, "phone", v->phone);
	json_put_string(w, "note", v->note);
	json_put_bool(w, "active", v->active);
	json_put_integer(w, "open_orders", v->open_orders);
	json_put_integer(w, "people", v->people);
	json_put_integer(w, "version", v->version);
}

int vendors_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct vendor_row vendor;
	struct json_writer w;

	if (vendor_list(call->db, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "vendors");
	for (int i = 0; i < db_rows(result); i++) {
		vendor_read(result, i, &vendor);
		json_open_object(&w, NULL);
		put_members(&w, &vendor);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

static int find(struct call *call, int64_t id, bool lock, struct db_result **result, struct vendor_row *out,
		struct err *why)
{
	if (vendor_get(call->db, id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such vendor");
	}
	vendor_read(*result, 0, out);
	return 0;
}

int vendors_get(struct call *call, struct err *why)
{
	struct vendor_row vendor;
	struct db_result *result;
	struct json_writer w;

	if (find(call, call->id, false, &result, &vendor, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	incidents_reply_version(call, vendor.version);
	json_open_object(&w, NULL);
	put_members(&w, &vendor);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- changing */

/* A list of texts, rewritten into the buffer. */
static bool read_areas(struct call *call, struct buffer *areas, const char **out)
{
	const struct json_reader *reader = &call->body.reader;
	uint32_t at = body_find(&call->body, "areas"), count = 0;
	enum problem_fault fault = FAULT_TYPE;
	struct json_writer w;
	bool good = true;

	if (at == JSON_NONE)
		return true;
	json_writer_init(&w, areas);
	json_open_array(&w, NULL);
	good = json_read_is(reader, at, JSON_KIND_ARRAY);
	for (uint32_t i = good ? json_read_first(reader, at) : 0; good && i < reader->tokens[at].next;
	     i = reader->tokens[i].next) {
		const char *text = body_string(&call->body, i);

		good = text != NULL;
		if (good && (++count > AREAS_MOST || !*text || body_characters(text) > AREA_MOST)) {
			fault = FAULT_TOO_LONG;
			good = false;
		}
		json_put_string(&w, NULL, text);
	}
	json_close_array(&w);
	*out = buffer_string(areas);
	if (!good)
		call_refuse_member(call, "areas", fault);
	return good;
}

static bool read_phone(struct call *call, const char **out)
{
	char digits[PHONE_SIZE];

	if (body_kind(&call->body, "phone") == BODY_ABSENT)
		return true;
	if (!desk_body_optional(call, "phone", PHONE_MOST, out))
		return false;
	if (!*out || phone_normalise(slice_of_string(*out), digits))
		return true;
	call_refuse_member(call, "phone", FAULT_MALFORMED);
	return false;
}

/* The members that are there. 1: go on; 0: refused; -1. */
static int read_vendor(struct call *call, struct vendor_row *v, struct buffer *areas, struct err *why)
{
	if (!desk_body_text(call, "name", 1, NAME_MOST, &v->name) || !read_areas(call, areas, &v->areas) ||
	    !desk_body_id(call, "calendar_id", &v->calendar_id) || !desk_body_email(call, "email", &v->email) ||
	    !read_phone(call, &v->phone) || !desk_body_text(call, "note", 0, NOTE_MOST, &v->note) ||
	    !body_members_bool(call, "active", &v->active))
		return 0;
	if (company_people_calendar(call->db, v->calendar_id, why) == 0)
		return 1;
	return why->code == ERR_NOT_FOUND ? call_refuse_member(call, "calendar_id", FAULT_CHOICE) : -1;
}

static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct vendor_row vendor;
	struct db_result *result;
	int failed;

	if (find(call, id, false, &result, &vendor, why) != 0)
		return -1;
	failed = desk_body_conclude(call, status, action, "vendor", id, 0, vendor.version, put_members, &vendor, why);
	db_result_free(result);
	return failed;
}

int vendors_add(struct call *call, struct err *why)
{
	struct vendor_row vendor = { .areas = "[]", .note = "", .active = true };
	struct buffer areas = { 0 };
	bool taken = false;
	int64_t id = 0;
	int go;

	if (!body_members_need(call, "name"))
		return 0;
	go = read_vendor(call, &vendor, &areas, why);
	if (go == 1 && vendor_add(call->db, &vendor, &id, &taken, why) != 0)
		go = -1;
	buffer_release(&areas);
	if (go != 1)
		return go;
	return taken ? call_refuse(call, PROBLEM_NAME_TAKEN) : conclude(call, id, 201, "vendor.add", why);
}

static int change_held(struct call *call, const struct vendor_row *now, struct err *why)
{
	struct vendor_row changed = *now;
	struct buffer areas = { 0 };
	bool taken = false;
	int go = desk_body_condition(call, now->version, put_members, now);

	if (go != 1 || !body_members_any(call, "name"))
		return 0;
	go = read_vendor(call, &changed, &areas, why);
	if (go == 1 && vendor_update(call->db, &changed, &taken, why) != 0)
		go = -1;
	buffer_release(&areas);
	if (go != 1)
		return go;
	return taken ? call_refuse(call, PROBLEM_NAME_TAKEN) : conclude(call, now->id, 200, "vendor.change", why);
}

int vendors_change(struct call *call, struct err *why)
{
	struct vendor_row vendor;
	struct db_result *result;
	int failed;

	if (find(call, call->id, true, &result, &vendor, why) != 0)
		return -1;
	failed = change_held(call, &vendor, why);
	db_result_free(result);
	return failed;
}

/* --------------------------------------------------------------------------------------------------------- matching */

enum { MATCHES_MOST = 2000 };

struct match {
	struct vendor_row row;
	bool open_now;
	time_us changes_at;
};

/* Who can go comes first; then who has least to do; the rest stays by name. */
static int compare(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	int rank_x = 2 * x->row.in_area + x->open_now, rank_y = 2 * y->row.in_area + y->open_now;

	if (rank_x != rank_y)
		return rank_y - rank_x;
	if (x->row.open_orders != y->row.open_orders)
		return x->row.open_orders < y->row.open_orders ? -1 : 1;
	return strcmp(x->row.name, y->row.name);
}

static void look_at_hours(struct match *match, const struct oncall_book *book)
{
	const struct calendar *calendar =
	    match->row.calendar_id ? oncall_book_calendar(book, match->row.calendar_id) : NULL;
	time_us now = clock_now();

	/* Without a calendar, or with one that cannot be read, at any time: who calls will hear. */
	match->open_now = !calendar || calendar_is_open(calendar, now);
	match->changes_at = calendar ? calendar_next_change(calendar, now) : TIME_NONE;
}

static void write_matches(struct call *call, struct match *matches, size_t count)
{
	struct json_writer w;

	qsort(matches, count, sizeof(*matches), compare);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "vendors");
	for (size_t i = 0; i < count; i++) {
		json_open_object(&w, NULL);
		put_members(&w, &matches[i].row);
		json_put_bool(&w, "in_area", matches[i].row.in_area);
		json_put_bool(&w, "open_now", matches[i].open_now);
		json_put_time(&w, "changes_at", matches[i].changes_at);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
}

static int match_with(struct call *call, const struct oncall_book *book, const struct db_result *result,
		      struct err *why)
{
	size_t count = (size_t)db_rows(result);
	struct match *matches;

	if (count > MATCHES_MOST)
		count = MATCHES_MOST;
	matches = calloc(count + 1, sizeof(*matches));
	if (!matches)
		return err_set(why, ERR_NOMEM, "no memory for the vendors");
	for (size_t i = 0; i < count; i++) {
		vendor_read(result, (int)i, &matches[i].row);
		look_at_hours(&matches[i], book);
	}
	write_matches(call, matches, count);
	free(matches);
	return 0;
}

int vendors_match(struct call *call, struct err *why)
{
	struct oncall_book *book = NULL;
	struct db_result *result;
	int64_t company_id = 0;
	int failed;

	if (!call_id_parameter(call, "company", &company_id))
		return 0;
	if (!company_id)
		return call_refuse_parameter(call, "company", FAULT_MISSING);
	if (company_query_exists(call->db, company_id, why) != 0 || oncall_book_open(&book, why) != 0)
		return -1;
	failed = oncall_book_refresh(book, call->db, why);
	if (!failed)
		failed = vendor_match(call->db, company_id, &result, why);
	if (!failed) {
		failed = match_with(call, book, result, why);
		db_result_free(result);
	}
	oncall_book_close(book);
	return failed;
}
