/* What may follow a command, as a table, and what did. Every value is checked for its kind while it is read, so that a
 * command only sees dates that exist, ids that are ids, and names without control characters. */
#ifndef SERVER_CTL_OPTIONS_H
#define SERVER_CTL_OPTIONS_H

#include "lib/err.h"
#include "server/model/input.h"

#include <stdio.h>

enum option_kind {
	OPTION_FLAG,
	OPTION_NAME,    /* one line of text (input_name) */
	OPTION_PATH,    /* not empty */
	OPTION_ID,      /* 1 and up */
	OPTION_COUNT,   /* 0 to 10 million */
	OPTION_DAY,     /* YYYY-MM-DD */
	OPTION_MONTH,   /* YYYY-MM */
	OPTION_TIME,    /* RFC 3339; the zone may be left out */
	OPTION_EMAIL,   /* put into lower case */
	OPTION_NETWORK, /* CIDR, or one address */
	OPTION_PATHS,   /* all words that stand without a name: options.words; the last row of its table */
};

struct option_spec {
	const char *name; /* "--from"; or "ID" for what stands without a name, in order */
	enum option_kind kind;
	bool required;
	const char *value; /* what the help calls the value: "D" */
	const char *help;
};

enum { OPTIONS_MAX = 12 };
struct options {
	const struct option_spec *specs; /* ends with a NULL name */
	const char *values[OPTIONS_MAX]; /* NULL: not given; flags: "" */
	char **words;                    /* of OPTION_PATHS */
	int word_count;
	char email[INPUT_EMAIL_SIZE];
};

/* ERR_USAGE says what is wrong. The words of OPTION_PATHS are moved to the front of argv. "--help" among the words: 1,
 * and nothing else was looked at. */
int options_parse(struct options *out, const struct option_spec *specs, int argc, char **argv, struct err *why);

/* name is that of the table. */
const char *options_text(const struct options *o, const char *name); /* NULL: not given */
int64_t options_integer(const struct options *o, const char *name, int64_t fallback);
bool options_flag(const struct options *o, const char *name);
/* from <= to, both of the same form; either may be absent. */
int options_check_order(const struct options *o, struct err *why);

void options_synopsis(const struct option_spec *specs, FILE *to);
void options_help(const struct option_spec *specs, FILE *to);

#endif
