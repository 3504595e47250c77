/* Lists of companies. Invariant: what is accepted keeps the bounds that the database has. */
#include "server/model/company_csv.h"
#include "server/model/input.h"

#include <stdlib.h>

static void check(const struct company_line *line)
{
	struct slice from = line->text[COMPANY_FROM], to = line->text[COMPANY_TO];

	if (!input_name(line->text[COMPANY_NAME]) || line->employees < -1 || line->line < 2)
		abort();
	if (from.len && !input_day(from, NULL))
		abort();
	if (to.len && (!from.len || memcmp(from.ptr, to.ptr, 10) > 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct company_csv csv;
	struct company_line line;
	struct err why = { 0 };

	if (company_csv_open(&csv, slice_of(data, size), &why) != 0)
		return 0;
	while (company_csv_next(&csv, &line, &why) == 1)
		check(&line);
	return 0;
}
