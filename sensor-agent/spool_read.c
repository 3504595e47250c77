#include "sensor-agent/spool_state.h"

#include <inttypes.h>

void spool_rewind(struct spool *s)
{
	const struct spool_mark *acked = &s->ledger.acked;

	spool_reader_close(&s->reader);
	s->read_segment = acked->segment;
	s->read_offset = acked->offset;
	spool_track_start(&s->track, acked->epoch, acked->sequence);
}

/* The segment to read from: the first that is not before the place reached. NULL: there is none. */
static struct spool_segment *reading(struct spool *s)
{
	for (size_t i = 0; i < s->held.count; i++) {
		struct spool_segment *segment = &s->held.segments[i];

		if (segment->number < s->read_segment || segment->size == 0)
			continue;
		if (segment->number > s->read_segment)
			s->read_offset = 0;
		s->read_segment = segment->number;
		if (s->read_offset < segment->size)
			return segment;
	}
	return NULL;
}

static void count_damage(struct spool *s, struct spool_segment *segment, uint64_t bytes,
			 const struct spool_losses *losses)
{
	uint64_t lost = losses->numbered + losses->silent;
	unsigned skipped;

	if (bytes && log_allowed(&s->damage_log, 10 * 1000, &skipped))
		log_warning("%s: %" PRIu64 " bytes of file %" PRIx64 " are damaged (is the disk failing?)", s->folder,
			    bytes, segment->number);
	if (lost == 0 || segment->number < s->held.books.counted_before || segment->number < s->damage_segment ||
	    (segment->number == s->damage_segment && s->read_offset <= s->damage_offset))
		return;
	s->damage_segment = segment->number;
	s->damage_offset = s->read_offset;
	/* In the epoch still being written, later numbers will follow. */
	s->held.books.damaged += lost;
	s->held.entries -= least(lost, s->held.entries);
	segment->entries -= least(lost, segment->entries);
	s->ledger_changed = s->ledger_unsynced = true;
	log_warning("%s: %" PRIu64 " records were lost by damage; they are counted as dropped", s->folder, lost);
}

/* 1: an entry; 0: the segment is read to its end */
static int read_segment(struct spool *s, struct spool_segment *segment, struct spool_entry *entry,
			struct spool_mark *behind, struct err *why)
{
	struct spool_losses losses = { 0 };
	struct spool_frame frame;
	uint64_t skipped = 0;
	enum parse got;

	while ((got = spool_reader_next(&s->reader, segment->size, &frame, &skipped, why)) == PARSE_OK) {
		s->read_offset = spool_reader_offset(&s->reader);
		if (frame.type == SPOOL_POSITION)
			continue;
		if (frame.type == SPOOL_COMMIT) {
			spool_track_commit(&s->track, frame.commit.epoch, frame.commit.sequence, &losses);
			continue;
		}
		spool_track_entry(&s->track, frame.entry.epoch, frame.entry.sequence, &losses);
		count_damage(s, segment, skipped, &losses);
		*entry = frame.entry;
		*behind = (struct spool_mark){ segment->number, s->read_offset, entry->epoch, entry->sequence };
		return 1;
	}
	if (got == PARSE_BAD)
		return -1;
	s->read_offset = segment->size;
	if (segment == newest_segment(s))
		spool_track_end(&s->track, &losses);
	count_damage(s, segment, skipped, &losses);
	return 0;
}

int spool_read(struct spool *s, struct spool_entry *entry, struct spool_mark *behind, struct err *why)
{
	struct spool_segment *segment;

	while ((segment = reading(s))) {
		struct err failed = { 0 };
		int got;

		if ((s->reader.fd < 0 || s->reader.number != segment->number) &&
		    spool_reader_open(&s->reader, s->dir_fd, segment->number, s->read_offset, &failed) != 0) {
			if (failed.code != ERR_CORRUPT && failed.code != ERR_NOT_FOUND)
				return err_set(why, failed.code, "%s", failed.text);
			s->read_offset = segment->size;
			continue;
		}
		got = read_segment(s, segment, entry, behind, why);
		if (got != 0)
			return got;
	}
	return 0;
}
