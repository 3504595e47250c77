/* Comma-separated values (RFC 4180): records end with LF or CRLF (the last may do without), a field in double quotes
 * may hold commas, line ends, and quotes written twice. A byte order mark before the first record is dropped; empty
 * lines between records are skipped. Stricter than many programs: a quote inside an unquoted field, text behind a
 * closing quote, a lone CR and bytes that are not UTF-8 are errors, because guessing would change data. */
#ifndef SERVER_MODEL_CSV_H
#define SERVER_MODEL_CSV_H

#include "lib/buffer.h"

enum { CSV_FIELDS_MAX = 32, CSV_TEXT_MAX = 16 * 1024 };

struct csv_reader {
	struct slice rest;
	unsigned line; /* where `rest` begins, from 1 */
	bool started;
};

struct csv_record {
	unsigned line; /* where it begins */
	unsigned count;
	struct slice fields[CSV_FIELDS_MAX]; /* point into text */
	uint8_t text[CSV_TEXT_MAX];
	size_t used;
};

enum csv_got { CSV_RECORD, CSV_END, CSV_BAD };

/* The text is borrowed and must outlive the reader. */
void csv_open(struct csv_reader *reader, struct slice text);
/* The next record; CSV_BAD: *problem says what is wrong in line record->line, and reading is over. */
enum csv_got csv_next(struct csv_reader *reader, struct csv_record *record, const char **problem);
/* One field, quoted when it has to be; the caller puts commas and line ends. */
void csv_put(struct buffer *out, struct slice field);

#endif
