#include "server/api/hunts.h"

#include "server/api/audit_trail.h"
#include "server/api/indicators.h"
#include "server/api/pages.h"
#include "server/store/hunt.h"
#include "server/store/indicator.h"
#include "server/store/indicator_span.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEMBERS_MOST = 1000, HITS_MOST = 20000, INDICATORS_SHOWN = 20, SUBJECT_SIZE = 48 };

static void put_members(struct json_writer *w, const struct hunt_row *h)
{
	json_put_integer(w, "id", h->id);
	json_put_time(w, "created_at", h->created_at);
	json_put_string(w, "actor", h->actor);
	indicators_put_source(w, h->source_id, h->source);
	json_put_string(w, "state", h->state);
	json_put_time(w, "finished_at", h->finished_at);
	json_put_known(w, "duration_ms", h->finished_at != TIME_NONE, h->duration_ms);
	json_put_integer(w, "indicators", h->indicators);
	json_put_integer(w, "companies", h->companies);
	json_put_string(w, "message", h->message);
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static void write_list(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct hunt_row hunt = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "hunts");
	for (int i = 0; i < rows && i < page->limit; i++) {
		hunt_read(result, i, &hunt);
		json_open_object(&w, NULL);
		put_members(&w, &hunt);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, 0, hunt.id, &w);
	json_close_object(&w);
}

int hunts_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct page page;

	if (!pages_read(call, CURSOR_HUNTS, &page))
		return 0;
	if (hunt_list(call->db, page.continued ? page.cursor.id : 0, page.limit + 1, &result, why) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* A row of hunt_hits(), to be found by its company; of one company in the rows' order. */
struct place {
	int64_t company_id;
	int row;
};

static int by_company(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->company_id != y->company_id)
		return x->company_id < y->company_id ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static size_t first_of(const struct place *places, size_t count, int64_t company_id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (places[middle].company_id < company_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void put_hit(const struct db_result *hits, int row, struct json_writer *w)
{
	char met[INDICATOR_TEXT_SIZE];
	struct hunt_hit_row hit;

	if (!hunt_hit_read(hits, row, &hit))
		return;
	indicator_key_text(&hit.observable, met);
	json_open_object(w, NULL);
	json_put_integer(w, "id", hit.indicator_id);
	json_put_string(w, "kind", indicator_kind_name(hit.observable.kind));
	json_put_string(w, "value", hit.indicator);
	json_put_string(w, "met", met);
	json_put_time(w, "first_ts", hit.first);
	json_put_time(w, "last_ts", hit.last);
	json_put_integer(w, "contacts", hit.contacts);
	json_close_object(w);
}

struct found {
	struct db_result *companies, *hits;
	struct place *places; /* of hits, by company */
	size_t count;
};

static void put_company(const struct found *f, int row, struct json_writer *w)
{
	struct hunt_company_row company;
	size_t at;

	hunt_company_read(f->companies, row, &company);
	json_open_object(w, NULL);
	json_put_integer(w, "company_id", company.company_id);
	json_put_string(w, "company", company.company);
	json_put_time(w, "first_ts", company.first);
	json_put_time(w, "last_ts", company.last);
	json_put_integer(w, "contacts", company.contacts);
	json_open_array(w, "indicators");
	at = first_of(f->places, f->count, company.company_id);
	for (int i = 0; i < INDICATORS_SHOWN && at < f->count && f->places[at].company_id == company.company_id;
	     i++, at++)
		put_hit(f->hits, f->places[at].row, w);
	json_close_array(w);
	json_close_object(w);
}

static int find_hits(struct call *call, struct found *f, struct err *why)
{
	if (hunt_companies(call->db, call->id, &f->companies, why) != 0 ||
	    hunt_hits(call->db, call->id, 0, 0, HITS_MOST, &f->hits, why) != 0)
		return -1;
	f->count = (size_t)db_rows(f->hits);
	f->places = calloc(f->count + 1, sizeof(*f->places));
	if (!f->places)
		return err_set(why, ERR_NOMEM, "no memory for what a hunt found");
	for (size_t i = 0; i < f->count; i++) {
		struct hunt_hit_row hit = { 0 };

		hunt_hit_read(f->hits, (int)i, &hit);
		f->places[i] = (struct place){ hit.company_id, (int)i };
	}
	qsort(f->places, f->count, sizeof(*f->places), by_company);
	return 0;
}

static int put_found(struct call *call, struct json_writer *w, struct err *why)
{
	struct found found = { 0 };
	int failed = find_hits(call, &found, why);

	json_open_array(w, "members");
	for (int i = 0; !failed && i < db_rows(found.companies) && i < MEMBERS_MOST; i++)
		put_company(&found, i, w);
	json_close_array(w);
	db_result_free(found.companies);
	db_result_free(found.hits);
	free(found.places);
	return failed;
}

/* Its members into an object that is open. */
static int put_hunt(struct call *call, int64_t hunt_id, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	struct hunt_row hunt;

	if (hunt_get(call->db, hunt_id, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such hunt");
	}
	hunt_read(result, 0, &hunt);
	put_members(w, &hunt);
	db_result_free(result);
	return 0;
}

int hunts_get(struct call *call, struct err *why)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	if (put_hunt(call, call->id, &w, why) != 0 || put_found(call, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- beginning
 */

/* 1: it can be hunted for; 0: refused; -1. */
static int check_indicator(struct call *call, const struct db_result *result, struct err *why)
{
	struct indicator_row indicator;

	if (db_rows(result) == 0)
		return err_set(why, ERR_NOT_FOUND, "no such indicator");
	indicator_read(result, 0, &indicator);
	if (strcmp(indicator.state, "active") == 0)
		return 1;
	return call_refuse_reason(call, "indicator_id", FAULT_CHOICE, indicator.state);
}

/* 1: begun; 0: refused; -1. */
static int hunt_indicator(struct call *call, int64_t indicator_id, int64_t *hunt_id, struct err *why)
{
	struct db_result *result;
	int go;

	if (indicator_get(call->db, indicator_id, &result, why) != 0)
		return -1;
	go = check_indicator(call, result, why);
	db_result_free(result);
	if (go == 1 && hunt_create_for(call->db, call->person.email, indicator_id, hunt_id, why) != 0)
		return -1;
	return go;
}

static int hunt_source(struct call *call, int64_t source_id, int64_t *hunt_id, struct err *why)
{
	int64_t from, to;

	if (indicator_span(call->db, source_id, &from, &to, why) != 0)
		return -1;
	if (!to)
		return call_refuse_member(call, "source_id", FAULT_CHOICE);
	return hunt_create(call->db, call->person.email, source_id, from, to, hunt_id, why) == 0 ? 1 : -1;
}

static int begin(struct call *call, int64_t *hunt_id, struct err *why)
{
	enum body_kind indicator = body_kind(&call->body, "indicator_id"), source = body_kind(&call->body, "source_id");

	if (indicator != BODY_ABSENT && source != BODY_ABSENT)
		return call_refuse_member(call, "source_id", FAULT_UNKNOWN);
	if (indicator == BODY_ABSENT && source == BODY_ABSENT)
		return call_refuse_member(call, "indicator_id", FAULT_MISSING);
	if (indicator == BODY_INTEGER)
		return hunt_indicator(call, body_integer(&call->body, "indicator_id"), hunt_id, why);
	if (source == BODY_INTEGER)
		return hunt_source(call, body_integer(&call->body, "source_id"), hunt_id, why);
	return call_refuse_member(call, indicator == BODY_ABSENT ? "source_id" : "indicator_id", FAULT_TYPE);
}

static int record(struct call *call, int64_t hunt_id, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];

	buffer_put_slice(&detail, call->request->body);
	snprintf(subject, sizeof(subject), "hunt %" PRId64, hunt_id);
	return audit_trail_add(call, "hunt.create", 0, subject, &detail, why);
}

int hunts_add(struct call *call, struct err *why)
{
	int64_t hunt_id = 0;
	int go = begin(call, &hunt_id, why);
	struct json_writer w;

	if (go != 1)
		return go;
	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	if (put_hunt(call, hunt_id, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return record(call, hunt_id, why);
}
