#include "sensor-agent/spool_state.h"

#include <errno.h>
#include <unistd.h>

static bool is_acked(const struct spool *s, const struct spool_segment *segment)
{
	const struct spool_mark *acked = &s->ledger.acked;

	return segment->entry_end == 0 || acked->segment > segment->number ||
	       (acked->segment == segment->number && acked->offset >= segment->entry_end);
}

void spool_count_occupied(struct spool *s)
{
	s->occupied = 0;
	for (size_t i = 0; i < s->held.count; i++)
		if (!is_acked(s, &s->held.segments[i]))
			s->occupied += s->held.segments[i].size;
}

void spool_remove_acked(struct spool *s)
{
	struct spool_scan *held = &s->held;
	size_t gone = 0;
	char name[SPOOL_NAME_SIZE];

	/* The one behind must be synced: it has what this one's head says. */
	while (gone + 1 < held->count && is_acked(s, &held->segments[gone]) && held->segments[gone + 1].size > 0) {
		spool_segment_name(name, held->segments[gone].number);
		if (unlinkat(s->dir_fd, name, 0) != 0 && errno != ENOENT)
			log_warning("cannot remove %s/%s: %s", s->folder, name, strerror(errno));
		held->entries -=
		    held->segments[gone].entries < held->entries ? held->segments[gone].entries : held->entries;
		gone++;
	}
	held->count -= gone;
	if (gone)
		memmove(held->segments, held->segments + gone, held->count * sizeof(*held->segments));
	spool_count_occupied(s);
}

void spool_acked(struct spool *s, const struct spool_mark *mark, uint64_t entries)
{
	for (size_t i = 0; i < s->held.count; i++) {
		struct spool_segment *segment = &s->held.segments[i];
		uint64_t here = least(entries, segment->entries);

		if (segment->number > mark->segment)
			break;
		segment->entries -= here;
		entries -= here;
		s->held.entries -= least(here, s->held.entries);
	}
	s->ledger.acked = *mark;
	s->ledger.acked_at = clock_now();
	s->ledger_changed = true;
	spool_tick(s);
	spool_remove_acked(s);
}

void spool_tick(struct spool *s)
{
	struct err why = { 0 };

	if (!s->ledger_changed)
		return;
	s->ledger.dropped = s->held.books.dropped;
	s->ledger.damaged = s->held.books.damaged;
	s->ledger.counted_before = s->held.books.counted_before;
	/* A full disk: what is lost by not writing it is only that acked records are sent again after a restart. */
	if (spool_ledger_write(s->ledger_fd, &s->ledger, &why) != 0) {
		log_debug("%s", why.text);
		return;
	}
	s->ledger_changed = false;
	if (s->ledger_unsynced && fdatasync(s->ledger_fd) == 0)
		s->ledger_unsynced = false;
}
