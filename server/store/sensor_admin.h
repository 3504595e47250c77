/* Adding and revoking sensors, as hinomictl does it: inside the caller's transaction, as the owner. The caller writes
 * audit and change feed and rings hinomi_sensor, by which the collector learns at once. */
#ifndef SERVER_STORE_SENSOR_ADMIN_H
#define SERVER_STORE_SENSOR_ADMIN_H

#include "server/store/db.h"

/* timezone NULL: the operator's. ERR_CONFLICT: the company has an unrevoked sensor of this name, or has left;
 * ERR_NOT_FOUND: there is no such company or zone. */
int sensor_add(struct db *db, int64_t company_id, const char *name, const char *timezone, int64_t *sensor_id,
	       struct err *why);
/* A token for one enrolment, by its SHA-256 (server/model/token.h), valid for so many hours. */
int sensor_token_add(struct db *db, int64_t company_id, int64_t sensor_id, const uint8_t hash[32], int64_t hours,
		     struct err *why);
/* Whose sensor it is. ERR_NOT_FOUND, or ERR_CONFLICT when it is revoked. */
int sensor_company(struct db *db, int64_t sensor_id, int64_t *company_id, struct err *why);
/* The sensor (0: all of the company) is not accepted any more, nor are its tokens and certificates. Those revoked are
 * the rows of *revoked (one column: sensor_id), which the caller frees. */
int sensor_revoke(struct db *db, int64_t company_id, int64_t sensor_id, struct db_result **revoked, struct err *why);

#endif
