/* What the files of report_flow.h share. */
#ifndef SERVER_STORE_REPORT_FLOW_INNER_H
#define SERVER_STORE_REPORT_FLOW_INNER_H

#include "server/store/audit.h"
#include "server/store/desk_trail.h"
#include "server/store/report_flow.h"

/* How far report r is, as boards show it. A mail that came back is told as long as none of the others arrived. */
#define REPORT_STEP_OF_R                                                                               \
	"CASE WHEN r.state = 'withdrawn' THEN 'withdrawn' WHEN r.opened_at IS NOT NULL THEN 'opened' " \
	"WHEN r.sent_at IS NOT NULL AND NOT " REPORT_UNDELIVERED " THEN 'sent' "                       \
	"WHEN r.error IS NOT NULL OR r.state = 'published' AND " REPORT_UNDELIVERED " THEN 'failed' "  \
	"WHEN r.state = 'draft' AND r.needs_comment AND r.comment IS NULL THEN 'needs_comment' ELSE r.state END"
#define REPORT_UNDELIVERED                                                                   \
	"(SELECT coalesce(bool_and(d.failed_at IS NOT NULL), false) FROM report_delivery d " \
	"WHERE d.company_id = r.company_id AND d.report_id = r.report_id)"

/* A report that the transaction holds. */
struct held_report {
	struct db_result *result;
	struct report_row row;
};
int report_hold(struct db *db, int64_t company_id, int64_t report_id, struct held_report *out, struct err *why);
/* The same, when the step is open to this person. */
int report_hold_for(struct db *db, int64_t company_id, int64_t report_id, enum report_step step, int64_t user_id,
		    struct held_report *out, struct err *why);
void report_hold_release(struct held_report *held);

/* What was done to a report: its trail. */
struct report_act {
	const struct report_row *row;
	const char *what;             /* report.<what> in the audit trail */
	int64_t user_id;              /* 0: by itself */
	const char *text_name, *text; /* said with it; NULL: nothing */
	bool in_timeline;             /* of the case, if it is of one */
};
int report_act_leave(struct db *db, const struct report_act *act, struct err *why);

#endif
