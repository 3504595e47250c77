/* Orders to vendors: one's whole way, by server/model/dispatch.h. Each change has its entry in dispatch_event, and
 * shows up in the timelines of the ticket and the incident that the order is about. All inside the caller's
 * transaction; the row is held (dispatch_get with lock) before it is changed, so that of two who do the same the second
 * sees it done.
 *
 * A vendor's people work in a transaction that sees their orders and nothing else (scope.h); for the timelines it is
 * widened to the order's company (dispatch_act). */
#ifndef SERVER_STORE_DISPATCH_H
#define SERVER_STORE_DISPATCH_H

#include "server/model/dispatch.h"
#include "server/store/db.h"

/* Texts are borrowed from the result; NULL, 0 or TIME_NONE: there is none. */
struct dispatch_row {
	int64_t id, company_id, vendor_id;
	const char *vendor, *vendor_email;
	const char *kind;
	const char *state;
	int64_t ticket_id, incident_id;
	const char *company_name, *place, *contact_name, *contact_phone, *task;
	time_us wanted_by;
	int64_t requested_by;
	const char *requested_by_name;
	time_us requested_at, accepted_at, expected_at, arrived_at, left_at, reported_at, approved_at;
	const char *technician, *work_report, *found;
	int64_t cost_yen; /* -1: none */
	int entitled;     /* -1: not decided */
	const char *decline_reason;
	int64_t version;
	time_us updated_at;
};

struct dispatch_filter {
	int64_t company_id, vendor_id, ticket_id, incident_id; /* 0: any */
	const char *states;                                    /* literal of text[]; NULL: all */
	int64_t before;                                        /* order_id below this */
	int limit;
};
/* Newest first. Across companies unless the filter names one. */
int dispatch_list(struct db *db, const struct dispatch_filter *filter, struct db_result **out, struct err *why);
/* At most one row. company_id 0: whichever the transaction sees. */
int dispatch_get(struct db *db, int64_t company_id, int64_t order_id, bool lock, struct db_result **out,
		 struct err *why);
/* Those with these numbers, in no order: for the live feed. Across companies. */
int dispatch_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why);
void dispatch_read(const struct db_result *result, int row, struct dispatch_row *out);
/* id, at, kind, side, user_id, display_name, body (JSON), oldest first. */
int dispatch_events(struct db *db, int64_t company_id, int64_t order_id, struct db_result **out, struct err *why);
bool dispatch_state_of(const struct dispatch_row *row, enum dispatch_state *out);

/* A new one: kind, company_id, vendor_id, ticket_id, incident_id, place, contact_*, task, wanted_by and requested_by
 * are read; the company's name is its own. Timelines and screens are told; mailing the vendor is the caller's. */
int dispatch_request(struct db *db, const struct dispatch_row *order, int64_t *order_id, struct err *why);

/* What was done, and the row as it is to be (a copy of the one that is held, changed). */
struct dispatch_step {
	enum dispatch_action action;
	enum dispatch_side side;
	int64_t user_id;
	const char *body; /* JSON object of the entry */
};
int dispatch_act(struct db *db, const struct dispatch_row *order, const struct dispatch_step *step, struct err *why);

#endif
