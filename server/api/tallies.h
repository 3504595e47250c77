/* Alerts counted by day and by company, as the pages of rules and mutes have them (DayAlerts, CompanyAlerts in
 * docs/openapi.yaml). */
#ifndef SERVER_API_TALLIES_H
#define SERVER_API_TALLIES_H

#include "lib/json_write.h"
#include "server/store/db.h"

/* Rows: day, alerts. */
void tallies_put_days(struct json_writer *w, const char *key, const struct db_result *result);
/* Rows: company_id, name, alerts. */
void tallies_put_companies(struct json_writer *w, const char *key, const struct db_result *result);

#endif
