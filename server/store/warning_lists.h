/* The warning lists (server/model/warning_list.h) as the database keeps them: what hinomictl loaded last. */
#ifndef SERVER_STORE_WARNING_LISTS_H
#define SERVER_STORE_WARNING_LISTS_H

#include "server/model/warning_list.h"
#include "server/store/db.h"

/* Replaces the warning lists: all that `parse` gives (warning_list.h). Within the caller's transaction; *count:
 * entries. Indicators that are there already stay as they are until they are imported again. */
int warning_list_replace(struct db *db, struct slice text, const char *path, size_t *count, struct err *why);
int warning_list_count(struct db *db, int64_t *count, struct err *why);
/* What imports hold against an indicator: the lists, and the members' own networks. */
int warning_list_read(struct db *db, struct warning_lists **out, struct err *why);

#endif
