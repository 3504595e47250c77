/* The facts of reports, read from the database: of one company or of all, by the same statements. The figures in them
 * come from metrics.h, so that no report says anything else than a screen. Across companies.
 *
 * All within a transaction of the caller, which is of one snapshot (REPEATABLE READ): what members are compared with is
 * then of the same moment. More work_mem than usual (64 MB) makes all members' months faster. */
#ifndef SERVER_STORE_REPORT_FACTS_H
#define SERVER_STORE_REPORT_FACTS_H

#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/model/member_month.h"
#include "server/model/monitoring_certificate.h"
#include "server/model/plain_words.h"
#include "server/model/report_text.h"
#include "server/store/db.h"

/* The plan to grow by, as settings.reporter has it. */
struct report_facts_target {
	int64_t companies; /* 0: none */
	const char *from;  /* YYYY-MM-DD; "": none */
	int64_t years;
};
/* What all documents of a month have in common; lives in the pool. */
struct report_facts_frame {
	const char *timezone, *month; /* YYYY-MM */
	const char *due_on;           /* the day to ask members for */
	struct plain_words words;
	struct report_texts texts;
	int64_t growth_target; /* settings.reporter.target_companies; 0: none */
	const char *growth_from, *growth_day;
};

/* month: YYYY-MM. Reads texts and plain words as they are now. due_on is the fifth business day after today; of a month
 * that is closed already, after the day on which it was closed first: who closes it again asks for nothing new. */
int report_facts_frame_read(struct db *db, const char *month, const char *timezone,
			    const struct report_facts_target *target, struct pool *pool, struct report_facts_frame *out,
			    struct err *why);

/* The chamber's month with the cells of peers. How many members got which grade is not known here: grades is empty
 * until somebody counts (month_close.c). */
int report_facts_chamber(struct db *db, const struct report_facts_frame *frame, struct pool *pool,
			 struct chamber_month *out, struct err *why);

/* Members' months one after the other, in order of company_id: of every company that was monitored on a day of the
 * month or had detections or incidents in it (company_id 0), or of one whether or not. Peers are taken from `chamber`.
 * `each` gets a document that is whole, judged (weather.h) and with its proposed requests; it lives until `each`
 * returns. */
typedef int report_facts_each(void *context, const struct member_month *month, struct err *why);
int report_facts_members(struct db *db, const struct report_facts_frame *frame, const struct chamber_month *chamber,
			 int64_t company_id, report_facts_each *each, void *context, struct err *why);

/* kind: first, interim, final. ERR_NOT_FOUND: no such incident of this company. */
int report_facts_case(struct db *db, const struct report_facts_frame *frame, int64_t company_id, int64_t incident_id,
		      const char *kind, struct pool *pool, struct case_report *out, struct err *why);
/* Twelve months up to frame->month. Number, code, days of issue and the check page's address are the caller's. */
int report_facts_certificate(struct db *db, const struct report_facts_frame *frame, int64_t company_id,
			     struct pool *pool, struct monitoring_certificate *out, struct err *why);

#endif
