#include "sensor-agent/intake.h"

#include "sensor-agent/envelope.h"
#include "sensor-agent/spool.h"

struct intake {
	struct spool *spool;
	void (*on_dirty)(void *arg);
	void *arg;
};

struct intake *intake_new(struct spool *spool)
{
	struct intake *in = calloc(1, sizeof(*in));

	if (in)
		in->spool = spool;
	return in;
}

void intake_free(struct intake *in)
{
	free(in);
}

void intake_on_dirty(struct intake *in, void (*call)(void *arg), void *arg)
{
	in->on_dirty = call;
	in->arg = arg;
}

static void tell(struct intake *in)
{
	if (in->on_dirty && spool_is_dirty(in->spool))
		in->on_dirty(in->arg);
}

int intake_put(struct intake *in, const struct intake_record *record, struct err *why)
{
	struct spool_entry entry = {
		.read_at = record->read_at,
		.original_length = record->original_length,
		.source = record->source,
		.peer = slice_take(slice_of_string(record->peer), SPOOL_PEER_MOST),
	};

	entry.bytes = slice_take(record->bytes, envelope_fit(record->bytes));
	if (entry.bytes.len < record->bytes.len && entry.original_length == 0)
		entry.original_length = record->bytes.len;
	if (spool_put(in->spool, &entry, why) != 0)
		return -1;
	tell(in);
	return 0;
}

void intake_dropped(struct intake *in, uint64_t count)
{
	spool_dropped(in->spool, count);
	tell(in);
}

int intake_position(struct intake *in, const char *source_name, struct slice state, struct err *why)
{
	if (spool_position(in->spool, slice_of_string(source_name), state, why) != 0)
		return -1;
	tell(in);
	return 0;
}

bool intake_saved_position(const struct intake *in, const char *source_name, struct slice *state)
{
	return spool_saved_position(in->spool, slice_of_string(source_name), state);
}

const char *intake_position_name(const struct intake *in, size_t index)
{
	return spool_position_name(in->spool, index);
}

int intake_commit(struct intake *in, struct err *why)
{
	return spool_commit(in->spool, why);
}

bool intake_has_room(const struct intake *in)
{
	return spool_has_room(in->spool);
}

bool intake_is_dirty(const struct intake *in)
{
	return spool_is_dirty(in->spool);
}
