/* The hand-over to the escalator: something happened that may be worth a page. Written inside the transaction in which
 * it happened; the escalator takes it in one of its own (page_engine.h).
 *
 * By kind, and what `subject_id` names; then `what`, and what stands in `body`:
 *
 *   incident  incident_id
 *       raised, graver, reopened   {}: the engine reads the incident itself. reopened: by people or by new alerts
 *       by_hand                    {"note": "...", "policy": id or absent: as the routes say}; user_id: who asks
 *       settled                    {"state": "acknowledged"}, contained or closed, by user_id
 *       merged                     {"into": incident_id}
 *   sensor    sensor_id
 *       raised: it went down; settled: it is back     {"name": "...", "last_seen": "2026-11-25T08:00:00Z"}
 *   campaign  campaign_id
 *       raised: a warning for this company was written; only the member is told           {"text": "..."}
 *   desk      ticket_id
 *       raised, by_hand, settled   {"title": "...", "reference": "HD-45"}
 *   external  a number made of its dedup_key
 *       raised, settled            {"title": "...", "source": "...", "dedup_key": "...", "details": "..."}
 *       settled with {"state": "acknowledged"}: somebody there took it on
 *   report    job
 *       raised, settled            {"title": "..."}
 *   drill     drill_id
 *       raised                     {}
 *
 * Requests about one subject are taken in the order in which they were written. Of incidents beyond
 * PAGE_REQUEST_SEVERITY nothing is written but by hand: no route as shipped reaches them. */
#ifndef SERVER_STORE_PAGE_REQUEST_H
#define SERVER_STORE_PAGE_REQUEST_H

#include "server/store/db.h"

enum { PAGE_REQUEST_SEVERITY = 3 }; /* incidents of this severity and graver */

struct page_request {
	int64_t company_id; /* 0: none */
	int64_t request_id;
	const char *kind, *what;
	int64_t subject_id;
	int64_t severity; /* 1..5 */
	int64_t user_id;  /* 0: nobody */
	const char *body; /* JSON; NULL: {} */
	time_us created_at;
};
/* Inside the caller's transaction; request_id and created_at are not read. Rings. */
int page_request_write(struct db *db, const struct page_request *request, struct err *why);

#endif
