/* Files of the chamber's own report, drawn from a closing of a month and kept: they never change. Of the operator. */
#ifndef SERVER_STORE_CHAMBER_FILE_H
#define SERVER_STORE_CHAMBER_FILE_H

#include "server/store/db.h"

struct chamber_file {
	const char *month;             /* YYYY-MM */
	int64_t version;               /* of the closing */
	const char *format, *language; /* pdf, xlsx, csv, json, png; ja, en */
	int page, pages;               /* png: 1..; others 0; how many the document has */
	struct slice content;          /* sha256 is computed by the database */
};
/* One that is there stays. */
int chamber_file_put(struct db *db, const struct chamber_file *file, struct err *why);
/* At most one row: pages, content, sha256 in hexadecimal; version 0: of the newest closing. */
int chamber_file_get(struct db *db, const char *month, int64_t version, const char *format, const char *language,
		     int page, struct db_result **out, struct err *why);
void chamber_file_read(const struct db_result *result, int row, struct chamber_file *out, const char **sha256);
/* Why drawing this failed within the last minute, when nobody tries again: at most one row, the error. */
int chamber_file_failure(struct db *db, const char *month, const char *format, const char *language, int page,
			 struct db_result **out, struct err *why);

#endif
