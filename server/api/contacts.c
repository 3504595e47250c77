#include "server/api/contacts.h"

#include "server/api/filters.h"
#include "server/api/pages.h"
#include "server/store/contact_query.h"

static void put_contact(struct json_writer *w, const struct contact_row *c)
{
	json_open_object(w, NULL);
	json_put_integer(w, "company_id", c->company_id);
	json_put_string(w, "company", c->company);
	json_put_string(w, "inside_ip", c->inside_ip);
	json_put_string(w, "destination", c->destination);
	json_put_integer(w, "port", c->port);
	json_put_time(w, "first_ts", c->first_ts);
	json_put_time(w, "last_ts", c->last_ts);
	json_put_integer(w, "contacts", c->contacts);
	json_put_integer(w, "score", c->score);
	json_put_raw(w, "parts", c->parts ? slice_of_string(c->parts) : SLICE_LITERAL("null"));
	json_put_known(w, "incident_id", c->incident_id != 0, c->incident_id);
	json_put_known(w, "incident_no", c->incident_no != 0, c->incident_no);
	json_close_object(w);
}

static void write_list(struct call *call, struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct contact_row contact = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "contacts");
	for (int i = 0; i < rows && i < page->limit; i++) {
		contact_query_read(result, i, &contact);
		put_contact(&w, &contact);
	}
	json_close_array(&w);
	/* The order is by score, company and key; the company stands where other lists have a time. */
	page->cursor.rank = contact.score;
	pages_next(call, page, rows > page->limit, contact.company_id, contact.contact_key, &w);
	json_close_object(&w);
}

/* 1: go on; 0: refused; -1. */
static int read_filter(struct call *call, struct contact_filter *filter, struct err *why)
{
	int go = filters_company(call, &filter->company_id, why);

	if (go != 1)
		return go;
	filter->min_score = CONTACT_SCORE_LEAST;
	if (!filters_number(call, "min_score", 0, 100, &filter->min_score))
		return 0;
	/* Beyond what the index holds, one company at a time. */
	if (filter->min_score < CONTACT_SCORE_LEAST && !filter->company_id)
		return call_refuse_parameter(call, "company", FAULT_MISSING);
	return 1;
}

int contacts_list(struct call *call, struct err *why)
{
	struct contact_filter filter = { .before_score = -1 };
	struct db_result *result;
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_CONTACTS, &page))
		return 0;
	go = read_filter(call, &filter, why);
	if (go != 1)
		return go;
	if (page.continued) {
		filter.before_score = page.cursor.rank;
		filter.before_company_id = page.cursor.time;
		filter.before_key = page.cursor.id;
	}
	filter.limit = page.limit + 1;
	if (contact_query_list(call->db, &filter, &result, why) != 0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}
