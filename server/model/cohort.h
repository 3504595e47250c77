/* Which companies a figure is about. Pure.
 *
 * As query parameters and options give it: `member` yes or no (of the chamber), `industry` and `area` as the company
 * has them, `size` one of the classes below or `unknown`, `tag` one of its tags. What is not given does not restrict.
 * A member is a company that has a number of the chamber. */
#ifndef SERVER_MODEL_COHORT_H
#define SERVER_MODEL_COHORT_H

#include "lib/err.h"
#include "lib/slice.h"

#include <stdbool.h>

/* Classes of size by employees, as the surveys of the お助け隊 programme have them. */
struct cohort_size {
	const char *name; /* "1-5", "6-20", "21-50", "51-100", "101-300", "301-" */
	int64_t from, to; /* employees, both inclusive; the last one is open: INT64_MAX */
};
enum { COHORT_SIZES = 6 };
extern const struct cohort_size cohort_sizes[COHORT_SIZES];
/* Of companies whose employees are not known (none, or 0): "unknown", from 0 to 0. Not one of the classes. */
extern const struct cohort_size cohort_size_unknown;
/* NULL: not known (employees < 1). */
const struct cohort_size *cohort_size_of(int64_t employees);

enum cohort_member { COHORT_ANY, COHORT_MEMBERS, COHORT_OTHERS };
/* Texts are borrowed; NULL: not restricted. Zeroes: all companies. */
struct cohort {
	int64_t company_id; /* 0: not restricted */
	enum cohort_member member;
	const char *industry, *area, *tag;
	const struct cohort_size *size;
};
/* One of the parameters above by name. ERR_USAGE says what may stand there. *known false: no such parameter. */
int cohort_set(struct cohort *cohort, const char *name, const char *value, bool *known, struct err *why);

/* The small-cell rule: figures of other companies are shown only when they are so many, and no single one makes up more
 * than half of what is counted. */
enum { SMALL_CELL_COMPANIES = 5 };
bool small_cell_hidden(int64_t companies, int64_t detections, int64_t largest);

#endif
