/* Bringing the schema up to date: the numbered files of schema/ (NNNN_name.sql), each applied once, in its own
 * transaction, in order, under an advisory lock so that two that start at once do it one after the other.
 *
 * What was applied is in schema_migration with the SHA-256 of the file. A file that was changed after it was applied,
 * numbers that are missing, and a database that is newer than the files are errors, and then nothing is done. */
#ifndef SERVER_STORE_MIGRATION_H
#define SERVER_STORE_MIGRATION_H

#include "server/store/db.h"

enum { MIGRATIONS_MAX = 999, MIGRATION_NAME_SIZE = 128 };

typedef void (*migration_report)(void *arg, const char *name);

/* Calls report (may be NULL) after each file that was applied; *version is the newest one applied. */
int migration_run(struct db *db, const char *directory, migration_report report, void *arg, int64_t *version,
		  struct err *why);
/* The newest version applied; 0: none, or not a database of ours. */
int migration_version(struct db *db, int64_t *version, struct err *why);

/* Makes the row of the chamber that runs this server, when there is none yet. */
int operator_ensure(struct db *db, const char *name, const char *timezone, struct err *why);
int operator_rename(struct db *db, const char *name, struct err *why);

#endif
