#include "server/correlator/company.h"

#include "server/store/correlation.h"

/* Nothing to commit: somebody else did the work, or is doing it. */
static int leave(struct db *db)
{
	db_rollback(db);
	return 0;
}

static void name_rules(struct incident_plan *p)
{
	for (size_t i = 0; i < p->incident_count; i++)
		if (p->incidents[i].fate == FATE_CREATE)
			p->incidents[i].rule = SLICE_LITERAL(INCIDENT_RULE);
}

static int decide_and_write(struct db *db, int64_t company_id, time_us window, struct correlation_batch *b,
			    struct err *why)
{
	struct incident_plan plan = { .window = window, .alerts = b->alerts, .alert_count = b->alert_count };
	int failed = -1;

	if (incident_plan_runs(&plan, why) == 0 && correlation_known(db, company_id, b, &plan, why) == 0 &&
	    incident_plan_make(&plan, why) == 0) {
		name_rules(&plan);
		if (correlation_write(db, company_id, 0, &plan, why) == 0 &&
		    correlation_count(db, company_id, b, NULL, 0, NULL, 0, why) == 0)
			failed = db_commit(db, why);
	}
	incident_plan_release(&plan);
	return failed;
}

int company_correlate(struct db *db, int64_t company_id, time_us window, const char *timezone,
		      struct company_result *out, struct err *why)
{
	struct correlation_batch batch;
	int failed;

	*out = (struct company_result){ 0 };
	if (db_begin(db, why) != 0)
		return -1;
	failed = correlation_claim(db, company_id, COMPANY_ALERTS_MAX, timezone, &batch, why);
	if (!failed && batch.work_rows == 0)
		return leave(db);
	if (!failed)
		failed = decide_and_write(db, company_id, window, &batch, why);
	if (failed) {
		db_rollback(db);
	} else {
		out->alerts = batch.alert_count;
		out->more = batch.more;
	}
	correlation_batch_release(&batch);
	return failed;
}
