#include "server/correlator/hunts.h"

#include "lib/log.h"
#include "server/store/hunt.h"

int hunts_round(struct db *db, bool *more, struct err *why)
{
	bool worked;

	if (hunt_run_next(db, &worked, why) == 0) {
		*more = *more || worked;
		return 0;
	}
	if (why->code == ERR_UNAVAILABLE)
		return -1;
	log_error("hunts: %s", why->text);
	return 0;
}
