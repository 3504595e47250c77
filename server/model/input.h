/* What people type: dates, names, addresses. Pure checks, for hinomictl and whoever else takes such input. */
#ifndef SERVER_MODEL_INPUT_H
#define SERVER_MODEL_INPUT_H

#include "lib/slice.h"

/* YYYY-MM-DD, a day that exists, 1970 to 9999; *day: days since 1970-01-01 (NULL: not wanted). */
bool input_day(struct slice text, int64_t *day);
/* YYYY-MM, the same years; *month: months since January 1970 (NULL: not wanted). */
bool input_month(struct slice text, int64_t *month);

enum { INPUT_NAME_MOST = 200 /* characters */ };
/* A text for one line: UTF-8, 1 to INPUT_NAME_MOST characters, no control characters, no white space at its ends. */
bool input_name(struct slice text);

enum { INPUT_EMAIL_SIZE = 255 };
/* An address that mail could reach: one @, a local part of printable ASCII, a domain of at least one label. Written in
 * lower case, as the database wants it. */
bool input_email(struct slice text, char out[INPUT_EMAIL_SIZE]);

#endif
