/* What a case is made of, as JSON (docs/openapi.yaml). The functions that ask the database write a whole member into an
 * object that is open. */
#ifndef SERVER_API_CASE_VIEW_H
#define SERVER_API_CASE_VIEW_H

#include "server/api/call.h"
#include "server/store/case_file.h"
#include "server/store/incident_query.h"
#include "server/store/insurance_record.h"
#include "server/store/member_request.h"
#include "server/store/privacy_record.h"
#include "server/store/promises.h"

void case_view_put_clocks(struct json_writer *w, const char *key, const struct incident_clock *clock, int64_t severity,
			  const struct promises *promises, time_us now);
void case_view_put_step(struct json_writer *w, const char *key, const struct case_step_row *step);
/* Into an object that is open. */
void case_view_put_request(struct json_writer *w, const struct member_request_row *request);
void case_view_put_insurance(struct json_writer *w, const char *key, const struct insurance_row *insurance);
void case_view_put_standing(struct json_writer *w, const char *key, const struct insurance_standing *standing);
void case_view_put_privacy(struct json_writer *w, const char *key, const struct privacy_row *row,
			   const struct zone *zone, time_us now);

/* Each is null when there is none. */
int case_view_clocks(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_steps(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_requests(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_entitlement(struct call *call, const struct incident_row *incident, struct json_writer *w,
			  struct err *why);
int case_view_insurance(struct call *call, const struct incident_row *incident, const char *key, struct json_writer *w,
			struct err *why);
int case_view_privacy(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_tickets(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_orders(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);
int case_view_packs(struct call *call, const struct incident_row *incident, struct json_writer *w, struct err *why);

#endif
