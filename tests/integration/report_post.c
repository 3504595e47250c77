/* Sending reports and noting that they were opened, as the reporter and the api do it: as their database users, one
 * transaction a command.
 *
 *   report_post CONNINFO send COMPANY REPORT [again]     prints how many were written
 *   report_post CONNINFO opened COMPANY REPORT ADDRESS   by whoever is signed in with that address
 *   report_post CONNINFO list COMPANY REPORT             a line for each delivery: address language attached name state
 *
 * Errors as "kind: text", status 1. */
#include "server/store/report_delivery.h"
#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>

static const char *kind_of(enum err_code code)
{
	if (code == ERR_NOT_FOUND)
		return "not found";
	return code == ERR_CONFLICT ? "conflict" : "other";
}

static int64_t number(const char *text)
{
	int64_t n = 0;

	slice_to_int64(slice_of_string(text), &n);
	return n;
}

static int send_one(struct db *db, int count, char **a, struct err *why)
{
	int64_t written;

	if (db_begin(db, why) != 0 || report_send(db, number(a[0]), number(a[1]), 0, count > 2, &written, why) != 0 ||
	    db_commit(db, why) != 0)
		return -1;
	printf("%" PRId64 "\n", written);
	return 0;
}

static int open_one(struct db *db, int count, char **a, struct err *why)
{
	if (count < 3)
		return err_set(why, ERR_USAGE, "opened COMPANY REPORT ADDRESS");
	if (scope_begin(db, number(a[0]), false, why) != 0 ||
	    report_opened(db, number(a[0]), number(a[1]), 0, a[2], why) != 0)
		return -1;
	return db_commit(db, why);
}

static const char *state_of(const struct report_delivery_row *row)
{
	if (row->opened_at != TIME_NONE)
		return row->opened_by;
	if (row->failed_at != TIME_NONE)
		return "failed";
	return row->handed_over_at != TIME_NONE ? "handed over" : "waits";
}

static int list_all(struct db *db, int count, char **a, struct err *why)
{
	struct report_delivery_row row;
	struct db_result *rows;

	(void)count;
	if (scope_begin(db, number(a[0]), true, why) != 0 ||
	    report_delivery_list(db, number(a[0]), number(a[1]), &rows, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(rows); i++) {
		report_delivery_read(rows, i, &row);
		printf("%s %s %s %s %s\n", row.address, row.language, row.attached ? "attached" : "link",
		       row.name ? row.name : "-", state_of(&row));
	}
	db_result_free(rows);
	return db_commit(db, why);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name, *user;
		int (*run)(struct db *db, int count, char **a, struct err *why);
	} commands[] = { { "send", "hinomi_reporter", send_one },
			 { "opened", "hinomi_api", open_one },
			 { "list", "hinomi_api", list_all } };
	struct err why = { 0 };
	struct db *db;
	int failed;

	for (size_t i = 0; argc > 4 && i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[2], commands[i].name) != 0)
			continue;
		if (db_open(&db, argv[1], commands[i].user, "report_post", &why) != 0)
			break;
		failed = commands[i].run(db, argc - 3, argv + 3, &why);
		db_close(db);
		if (!failed)
			return 0;
		break;
	}
	fprintf(stderr, "%s: %s\n", kind_of(why.code), why.text);
	return 1;
}
