/* Writes tables as comma-separated values that a spreadsheet program opens as they are meant: UTF-8 with a byte order
 * mark, lines ended by CRLF, fields quoted where they have to be (RFC 4180). Pure.
 *
 * A text that begins with = + - @ (also the wide ones), a tab or a carriage return would be taken for a formula
 * (CWE-1236): an apostrophe is put before it. Numbers are written as they are. */
#ifndef SERVER_MODEL_CSV_WRITE_H
#define SERVER_MODEL_CSV_WRITE_H

#include "lib/buffer.h"

struct csv_writer {
	struct buffer *out; /* borrowed; failures stick in it */
	bool in_line;
};

void csv_begin(struct csv_writer *w, struct buffer *out);  /* writes the mark */
void csv_heading(struct csv_writer *w, const char *names); /* a line of names, separated by commas: "from,to" */
void csv_text(struct csv_writer *w, const char *value);    /* NULL: empty */
void csv_slice(struct csv_writer *w, struct slice value);
void csv_integer(struct csv_writer *w, int64_t value);
void csv_known(struct csv_writer *w, bool known, int64_t value); /* not known: empty */
void csv_real(struct csv_writer *w, double value);               /* as JSON has it; not finite: empty */
void csv_end_line(struct csv_writer *w);

#endif
