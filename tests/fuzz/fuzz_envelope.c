/* Envelope: whatever the event is, something is kept; slices lie in the event or in what was decoded from it, numbers
 * are those that the database takes, and reading it again gives the same. */
#include "server/collector/envelope.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* Reads all of it, so that ASan sees where it lies. */
static unsigned sum(struct slice s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i];
	return n;
}

static unsigned check(const struct envelope *e, size_t size)
{
	must(e->epoch >= 0 && e->sequence >= 0);
	must(e->record.len <= size);
	must(e->kind != ENVELOPE_DROPPED || e->dropped > 0);
	must(e->health.version.len <= ENVELOPE_VERSION_MOST && e->health.report.len <= ENVELOPE_REPORT_MOST);
	must(e->kind != ENVELOPE_HEARTBEAT || (e->sequence == 0 && e->health.spool_records >= -1));
	must(!e->health.version.len || slice_is_utf8(e->health.version));
	return sum(e->record) + sum(e->peer) + sum(e->health.version) + sum(e->health.report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct envelope_reader *reader;
	struct envelope first, second;
	unsigned a, b;

	if (!reader)
		reader = envelope_reader_new();
	envelope_read(reader, slice_of(data, size), &first);
	a = check(&first, size);
	envelope_read(reader, slice_of(data, size), &second);
	b = check(&second, size);
	must(a == b && first.kind == second.kind && first.epoch == second.epoch && first.sequence == second.sequence);
	return 0;
}
