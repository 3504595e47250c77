/* Files of holidays. Invariant: days come in order, within the years, with names that are one line of UTF-8. */
#include "lib/clock.h"
#include "server/model/holiday_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct holiday_file f;
	struct err why;

	if (holiday_file_parse(&f, slice_of(data, size), "holidays", &why) != 0)
		return 0;
	for (size_t i = 0; i < f.count; i++) {
		const struct holiday *h = &f.days[i];

		if (h->day < days_from_civil(f.first_year, 1, 1) || h->day > days_from_civil(f.last_year, 12, 31) ||
		    (i && h->day <= h[-1].day) || !slice_is_utf8(slice_of_string(h->ja)) || strchr(h->en, '\n'))
			abort();
	}
	holiday_file_release(&f);
	return 0;
}
