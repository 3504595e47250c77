#include "server/reporter/steps.h"

int steps_do(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	(void)w;
	(void)db;
	return err_set(why, ERR_USAGE, "there is no work of kind %s", job->kind);
}

bool steps_are_apart(const struct report_job *job)
{
	return strcmp(job->kind, "close") == 0;
}

int steps_do_apart(struct work *w, struct db *db, const struct report_job *job, int64_t *again_ms, struct err *why)
{
	(void)again_ms;
	return steps_do(w, db, job, why);
}
