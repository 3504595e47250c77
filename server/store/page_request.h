/* The hand-over to the escalator: something happened that may be worth a page. Written inside the transaction in which
 * it happened; the escalator takes it in one of its own (page_engine.h). Ring the doorbell as well: hinomi_page.
 *
 *   kind      subject_id        what                                              body
 *   incident  incident_id       raised, graver, reopened (open again), by_hand,   {} (the engine reads the incident
 * itself); merged (body.into), settled (acknowledged,        settled: {"state": "acknowledged"} contained or closed by
 * a person: user_id)         by_hand: {"note": "..."} sensor    sensor_id         raised (it went down), settled (it is
 * back)       {"name": "...", "last_seen_at": "..."} campaign  campaign_id       raised: a warning for this company was
 * written    {"warning_id": ...}: only the member is told desk      ticket_id         raised, by_hand, settled
 * {"subject": "..."} external  hash of dedup_key raised, settled (acknowledge: by nobody)          {"summary",
 * "source", "dedup_key", ...} drill     drill_id          raised                                            {} report
 * job               raised, settled                                   {"text": "..."} Severities beyond 3 are not
 * written for incidents: no route reaches them. */
#ifndef SERVER_STORE_PAGE_REQUEST_H
#define SERVER_STORE_PAGE_REQUEST_H

#include "server/store/db.h"

enum { PAGE_REQUEST_SEVERITY = 3 }; /* incidents of this severity and graver */

struct page_request {
	int64_t company_id; /* 0: none */
	int64_t request_id;
	const char *kind, *what;
	int64_t subject_id;
	int64_t severity;
	int64_t user_id;  /* 0: nobody */
	const char *body; /* JSON; NULL: {} */
	time_us created_at;
};
/* Inside the caller's transaction; request_id and created_at are not read. Rings. */
int page_request_write(struct db *db, const struct page_request *request, struct err *why);

#endif
