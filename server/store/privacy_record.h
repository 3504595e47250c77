/* The clocks of the personal-information law of an incident (server/model/privacy_clock.h). All inside the caller's
 * transaction. */
#ifndef SERVER_STORE_PRIVACY_RECORD_H
#define SERVER_STORE_PRIVACY_RECORD_H

#include "server/model/privacy_clock.h"
#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct privacy_row {
	int64_t company_id, incident_id;
	struct privacy_clock clock;
	int64_t persons; /* -1: not known */
	time_us dropped_at;
	const char *drop_reason; /* NULL: not dropped */
	int64_t version;
};
/* At most one row. lock: until the transaction ends. */
int privacy_record_get(struct db *db, int64_t company_id, int64_t incident_id, bool lock, struct db_result **out,
		       struct err *why);
void privacy_record_read(const struct db_result *result, int row, struct privacy_row *out);

/* Of the row clock, persons and drop_reason are written. ERR_CONFLICT: there is one. */
int privacy_record_add(struct db *db, const struct privacy_row *row, struct err *why);
/* The row's new content; moves the version. Another day of learning is reminded of anew. */
int privacy_record_update(struct db *db, const struct privacy_row *row, struct err *why);

#endif
