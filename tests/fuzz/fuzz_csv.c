/* CSV. Invariant: what was read, written and read again gives the same fields. */
#include "server/model/csv.h"

#include <stdlib.h>

static void write_record(struct buffer *out, const struct csv_record *record)
{
	for (unsigned i = 0; i < record->count; i++) {
		if (i)
			buffer_put_byte(out, ',');
		csv_put(out, record->fields[i]);
	}
	buffer_put_string(out, "\r\n");
}

static void compare(const struct csv_record *a, const struct csv_record *b)
{
	if (a->count != b->count)
		abort();
	for (unsigned i = 0; i < a->count; i++)
		if (!slice_equal(a->fields[i], b->fields[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct csv_record first, second;
	struct csv_reader reader, again;
	struct buffer text = { 0 };
	const char *problem;

	csv_open(&reader, slice_of(data, size));
	while (csv_next(&reader, &first, &problem) == CSV_RECORD) {
		buffer_clear(&text);
		write_record(&text, &first);
		csv_open(&again, buffer_slice(&text));
		/* A byte order mark is data once a quote stands before it, and not at the very beginning. */
		again.started = true;
		if (csv_next(&again, &second, &problem) != CSV_RECORD)
			abort();
		compare(&first, &second);
		if (csv_next(&again, &second, &problem) != CSV_END)
			abort();
	}
	buffer_release(&text);
	return 0;
}
