/* Kept documents from any bytes: what is read writes a document that reads to the same bytes again, and jansson takes
 * what we take. */
#include "lib/json_shape.h"
#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/model/monitoring_certificate.h"

#include <jansson.h>
#include <stdlib.h>

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void write(const struct json_shape *shape, const void *value, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_shape_write(shape, value, &w, NULL);
	must(!out->failed);
}

static void try_shape(const struct json_shape *shape, struct slice text)
{
	void *value = malloc(shape->size);
	struct buffer once = { 0 }, twice = { 0 };
	struct pool pool = { 0 };
	struct err why = { 0 };

	must(value != NULL);
	if (json_shape_read(shape, text, &pool, value, &why) == 0) {
		write(shape, value, &once);
		must(json_shape_read(shape, buffer_slice(&once), &pool, value, &why) == 0);
		write(shape, value, &twice);
		must(slice_equal(buffer_slice(&once), buffer_slice(&twice)));
		json_decref(json_loadb((const char *)once.data, once.len, 0, NULL));
	} else
		must(why.code == ERR_CORRUPT || why.code == ERR_LIMIT);
	buffer_release(&once);
	buffer_release(&twice);
	pool_release(&pool);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_shape *const shapes[] = { &member_month_shape, &chamber_month_shape,
							   &case_report_shape, &monitoring_certificate_shape };

	if (size > 1)
		try_shape(shapes[data[0] % 4], slice_of(data + 1, size - 1));
	return 0;
}
