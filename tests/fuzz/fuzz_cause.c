/* The detail of a cause: whatever the database holds, reading does not crash; what is accepted is written and read back
 * as the same. */
#include "server/model/cause.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text = { 0 }, again = { 0 };
	struct cause first, second;
	struct pool pool = { 0 };

	cause_init(&first);
	cause_init(&second);
	if (cause_read_detail(slice_of(data, size), &first, &pool, NULL) == 0) {
		cause_write_detail(&first, &text);
		if (text.failed || cause_read_detail(buffer_slice(&text), &second, &pool, NULL) != 0)
			abort();
		cause_write_detail(&second, &again);
		if (!slice_equal(buffer_slice(&text), buffer_slice(&again)))
			abort();
		buffer_clear(&text);
		cause_write_story(&first, &text);
	}
	buffer_release(&text);
	buffer_release(&again);
	pool_release(&pool);
	return 0;
}
