#include "server/api/callers.h"

#include "server/api/companies.h"
#include "server/api/contracts.h"
#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/api/people.h"
#include "server/api/sensors.h"
#include "server/api/tickets.h"
#include "server/model/phone.h"

enum { CALLERS_MOST = 5, TICKETS_MOST = 20, TEXT_LEAST = 2 };

static int put_tickets(struct call *call, int64_t company_id, struct json_writer *w, struct err *why)
{
	const struct ticket_filter filter = {
		.company_id = company_id, .states = tickets_unclosed, .before = INT64_MAX, .limit = TICKETS_MOST
	};

	return tickets_put(call, "tickets", &filter, w, why);
}

/* All that whoever answers needs of one company. */
static int put_caller(struct call *call, int64_t company_id, const char *reason, int64_t contact_id,
		      struct json_writer *w, struct err *why)
{
	json_open_object(w, NULL);
	json_put_string(w, "why", reason);
	if (companies_put(call, "company", company_id, w, why) != 0 ||
	    people_put(call, company_id, contact_id, w, why) != 0 ||
	    contracts_put_valid(call, company_id, w, why) != 0 || put_tickets(call, company_id, w, why) != 0 ||
	    incidents_put_open(call, company_id, w, why) != 0 || sensors_put(call, company_id, w, why) != 0)
		return -1;
	json_close_object(w);
	return 0;
}

static int put_callers(struct call *call, const struct caller_search *search, struct json_writer *w, struct err *why)
{
	struct db_result *result;
	int rows, failed = 0;

	if (company_people_search(call->db, search, CALLERS_MOST + 1, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	json_open_array(w, "callers");
	for (int i = 0; i < rows && i < CALLERS_MOST && !failed; i++)
		failed =
		    put_caller(call, db_integer(result, i, 0), db_text(result, i, 1), db_integer(result, i, 2), w, why);
	json_close_array(w);
	json_put_bool(w, "more", rows > CALLERS_MOST);
	db_result_free(result);
	return failed;
}

/* Open tickets of no company yet, from this number or address. */
static int put_unknown(struct call *call, const struct caller_search *search, struct json_writer *w, struct err *why)
{
	const struct ticket_filter filter = { .company_id = TICKETS_OF_NONE,
					      .states = tickets_unclosed,
					      .digits = search->digits,
					      .pattern = search->pattern,
					      .before = INT64_MAX,
					      .limit = TICKETS_MOST };

	return tickets_put(call, "tickets", &filter, w, why);
}

static int find(struct call *call, const struct caller_search *search, struct err *why)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "digits", search->digits);
	if (put_callers(call, search, &w, why) != 0 || put_unknown(call, search, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int callers_find(struct call *call, struct err *why)
{
	struct caller_search search = { .text = parameters_get(&call->query, "q") };
	struct buffer pattern = { 0 };
	char digits[PHONE_SIZE];
	const char *text = NULL;
	int go = 0;

	if (!search.text)
		return call_refuse_parameter(call, "q", FAULT_MISSING);
	if (body_characters(search.text) < TEXT_LEAST)
		return call_refuse_parameter(call, "q", FAULT_TOO_SHORT);
	if (filters_text(call, "q", &pattern, &text)) {
		search.pattern = buffer_string(&pattern);
		if (phone_normalise(slice_of_string(search.text), digits) && strlen(digits) >= PHONE_SUFFIX_LEAST)
			search.digits = digits;
		go = find(call, &search, why);
	}
	buffer_release(&pattern);
	return go;
}
