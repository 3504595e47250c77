/* One job after the other: claim, transaction, done. What a thread of the crew works with. */
#ifndef SERVER_REPORTER_WORK_H
#define SERVER_REPORTER_WORK_H

#include "server/report/sheet.h"
#include "server/settings.h"
#include "server/store/db.h"

#include <stdatomic.h>

struct work {
	const struct settings *settings; /* borrowed */
	struct press *press;             /* opened with the first drawing */
	int64_t unfinished;              /* a job that the database went away from; 0: none */
	time_us unfinished_lease;
};
void work_open(struct work *w, const struct settings *settings);
void work_close(struct work *w);

/* Does the next job, if there is one: *done. A job that fails is noted and is no failure here; -1: the database is
 * away. stopping: it was broken off because of that, and is nobody's failure. */
int work_next(struct work *w, struct db *db, const atomic_bool *stopping, bool *done, struct err *why);

#endif
