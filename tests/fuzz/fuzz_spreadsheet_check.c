/* Whether a workbook is whole. Invariant: what is judged whole is still so, and nothing that ends sooner is. */
#include "server/report/spreadsheet_check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spreadsheet_extent sheets[] = { { 1, 2 } };
	struct err why;

	if (spreadsheet_check(slice_of(data, size), sheets, 1, &why) == 0 &&
	    spreadsheet_check(slice_of(data, size - 1), sheets, 1, &why) == 0)
		abort();
	return 0;
}
