/* The rows of a query, as every list command shows them: a table for people, or with --json one document
 * {"networks":[{...},...]}. What a row says is the command's; it reads the row by itself, so that the two forms may
 * say different things. */
#ifndef SERVER_CTL_LISTING_H
#define SERVER_CTL_LISTING_H

#include "server/ctl/command.h"
#include "server/ctl/table.h"

struct listing {
	const char *name;     /* of the array: "networks" */
	const char *headings; /* as table_open() takes them */
	/* A cell for each heading; or none at all: the table leaves the row out. */
	void (*cells)(const struct db_result *result, int row, struct table *t);
	/* Members of the row's object, which is open. */
	void (*members)(const struct db_result *result, int row, struct json_writer *w);
};

/* Prints in the form that was asked for, and frees the result. Returns 0: a command may end with it. */
int listing_print(const struct listing *listing, const struct ctl *ctl, struct db_result *result);

/* For a command that has more to say than the rows: the table alone; the array as a member of an open object. */
void listing_table(const struct listing *listing, const struct db_result *result);
void listing_array(const struct listing *listing, const struct db_result *result, struct json_writer *w);

#endif
