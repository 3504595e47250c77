/* A list of companies as a chamber's office keeps it: CSV (csv.h) whose first record names the columns, in any order:
 *
 *   name        needed                   industry, area   text
 *   member_no   member number            employees        a number
 *   from, to    monitored time, YYYY-MM-DD; both ends inclusive; `to` alone is an error
 *
 * A column that is not known is an error (a misspelt one would be lost otherwise); an empty field is "not known". */
#ifndef SERVER_MODEL_COMPANY_CSV_H
#define SERVER_MODEL_COMPANY_CSV_H

#include "lib/err.h"
#include "server/model/csv.h"

enum company_column {
	COMPANY_NAME,
	COMPANY_MEMBER_NO,
	COMPANY_INDUSTRY,
	COMPANY_EMPLOYEES,
	COMPANY_AREA,
	COMPANY_FROM,
	COMPANY_TO,
	COMPANY_COLUMNS
};

struct company_csv {
	struct csv_reader reader;
	struct csv_record record;
	int column[CSV_FIELDS_MAX]; /* enum company_column of each field */
	unsigned columns;
};

/* Texts point into the company_csv and are valid until the next call; len 0: not given. */
struct company_line {
	unsigned line;
	struct slice text[COMPANY_COLUMNS];
	int64_t employees; /* -1: not given */
};

/* Both name the line in their message (ERR_CONFIG). */
int company_csv_open(struct company_csv *csv, struct slice text, struct err *why);
/* 1: a company; 0: the end; -1: an error. */
int company_csv_next(struct company_csv *csv, struct company_line *out, struct err *why);

#endif
