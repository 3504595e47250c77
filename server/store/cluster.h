/* What backup and restore need of the database and its cluster besides pg_dump and pg_restore. As the owner. */
#ifndef SERVER_STORE_CLUSTER_H
#define SERVER_STORE_CLUSTER_H

#include "server/store/db.h"

/* The roles' database users (hinomi_*): columns name, bypasses row-level security, settings (a JSON array of
 * "name=value"). They belong to the cluster, so no dump of a database has them. */
int cluster_users(struct db *db, struct db_result **out, struct err *why);
/* Makes the user when it is missing, and gives it the attribute when it has not got it. Needs a superuser only for what
 * has to be changed. */
int cluster_user_make(struct db *db, const char *name, bool bypass_rls, struct err *why);
/* setting: "name=value" */
int cluster_user_set(struct db *db, const char *name, const char *setting, struct err *why);

/* Nothing is in the schema public. */
int database_is_empty(struct db *db, bool *empty, struct err *why);
/* ERR_CONFLICT names a part of hinomid that is connected. */
int database_check_unused(struct db *db, struct err *why);
/* Drops the schema public with all that is in it, and makes an empty one. */
int database_clear(struct db *db, struct err *why);

#endif
