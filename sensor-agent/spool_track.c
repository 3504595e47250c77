#include "sensor-agent/spool_track.h"

void spool_track_start(struct spool_track *t, uint64_t epoch, uint64_t sequence)
{
	*t = (struct spool_track){ epoch != 0, epoch, sequence, sequence };
}

void spool_track_end(struct spool_track *t, struct spool_losses *losses)
{
	if (t->known && t->promised > t->seen)
		losses->silent += t->promised - t->seen;
	t->seen = t->promised;
}

static void enter(struct spool_track *t, uint64_t epoch, struct spool_losses *losses)
{
	if (t->epoch == epoch)
		return;
	spool_track_end(t, losses);
	*t = (struct spool_track){ .known = true, .epoch = epoch };
}

void spool_track_entry(struct spool_track *t, uint64_t epoch, uint64_t sequence, struct spool_losses *losses)
{
	if (!t->known)
		*t = (struct spool_track){ true, epoch, sequence, sequence };
	enter(t, epoch, losses);
	if (sequence <= t->seen)
		return;
	losses->numbered += sequence - t->seen - 1;
	t->seen = sequence;
	if (t->promised < sequence)
		t->promised = sequence;
}

void spool_track_commit(struct spool_track *t, uint64_t epoch, uint64_t sequence, struct spool_losses *losses)
{
	if (epoch == 0)
		return;
	if (!t->known)
		*t = (struct spool_track){ true, epoch, sequence, sequence };
	enter(t, epoch, losses);
	if (t->promised < sequence)
		t->promised = sequence;
}
