#include "server/model/cohort.h"

enum { COHORT_TEXT_MAX = 200 };

const struct cohort_size cohort_sizes[COHORT_SIZES] = {
	{ "1-5", 1, 5 },       { "6-20", 6, 20 },       { "21-50", 21, 50 },
	{ "51-100", 51, 100 }, { "101-300", 101, 300 }, { "301-", 301, INT64_MAX },
};
const struct cohort_size cohort_size_unknown = { "unknown", 0, 0 };

const struct cohort_size *cohort_size_of(int64_t employees)
{
	for (size_t i = 0; i < COHORT_SIZES; i++)
		if (employees >= cohort_sizes[i].from && employees <= cohort_sizes[i].to)
			return &cohort_sizes[i];
	return NULL;
}

static int set_member(struct cohort *cohort, const char *value, struct err *why)
{
	if (strcmp(value, "yes") == 0)
		cohort->member = COHORT_MEMBERS;
	else if (strcmp(value, "no") == 0)
		cohort->member = COHORT_OTHERS;
	else
		return err_set(why, ERR_USAGE, "member is yes or no");
	return 0;
}

static int set_size(struct cohort *cohort, const char *value, struct err *why)
{
	cohort->size = NULL;
	for (size_t i = 0; i < COHORT_SIZES; i++)
		if (strcmp(value, cohort_sizes[i].name) == 0)
			cohort->size = &cohort_sizes[i];
	if (strcmp(value, cohort_size_unknown.name) == 0)
		cohort->size = &cohort_size_unknown;
	if (!cohort->size)
		return err_set(why, ERR_USAGE,
			       "size is one of 1-5, 6-20, 21-50, 51-100, 101-300, 301-, unknown (employees)");
	return 0;
}

static int set_text(const char **member, const char *name, const char *value, struct err *why)
{
	if (!*value || strlen(value) > COHORT_TEXT_MAX || !slice_is_utf8(slice_of_string(value)))
		return err_set(why, ERR_USAGE, "%s is a text of 1 to %d bytes, as companies have it", name,
			       COHORT_TEXT_MAX);
	*member = value;
	return 0;
}

int cohort_set(struct cohort *cohort, const char *name, const char *value, bool *known, struct err *why)
{
	const struct {
		const char *name, **member;
	} texts[] = { { "industry", &cohort->industry }, { "area", &cohort->area }, { "tag", &cohort->tag } };

	*known = true;
	if (strcmp(name, "member") == 0)
		return set_member(cohort, value, why);
	if (strcmp(name, "size") == 0)
		return set_size(cohort, value, why);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(name, texts[i].name) == 0)
			return set_text(texts[i].member, name, value, why);
	*known = false;
	return 0;
}

bool small_cell_hidden(int64_t companies, int64_t detections, int64_t largest)
{
	/* Not 2 * largest: whatever the numbers are. */
	return companies < SMALL_CELL_COMPANIES || largest > detections - largest;
}
