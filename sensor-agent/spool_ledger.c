#include "sensor-agent/spool_ledger.h"

#include "lib/buffer.h"
#include "lib/crc32.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { SLOTS = 2, SLOT_APART = 4096, CRC_AT = SPOOL_LEDGER_SIZE - 4 };

static const uint8_t magic[8] = { 'H', 'I', 'N', 'O', 'L', 'E', 'D', '1' };

static void put(uint8_t **to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		*(*to)++ = (uint8_t)(v >> (56 - 8 * i));
}

void spool_ledger_store(uint8_t out[SPOOL_LEDGER_SIZE], const struct spool_ledger *ledger)
{
	uint8_t *to = out + sizeof(magic);
	uint32_t crc;

	memcpy(out, magic, sizeof(magic));
	put(&to, ledger->generation);
	put(&to, ledger->acked.segment);
	put(&to, ledger->acked.offset);
	put(&to, ledger->acked.epoch);
	put(&to, ledger->acked.sequence);
	put(&to, (uint64_t)ledger->acked_at);
	put(&to, ledger->dropped);
	put(&to, ledger->damaged);
	put(&to, ledger->counted_before);
	crc = crc32_of(0, slice_of(out, CRC_AT));
	for (int i = 0; i < 4; i++)
		out[CRC_AT + i] = (uint8_t)(crc >> (24 - 8 * i));
}

bool spool_ledger_load(struct slice in, struct spool_ledger *out)
{
	const uint8_t *p = in.ptr;

	if (in.len != SPOOL_LEDGER_SIZE || memcmp(p, magic, sizeof(magic)) != 0 ||
	    load_be32(p + CRC_AT) != crc32_of(0, slice_take(in, CRC_AT)))
		return false;
	*out = (struct spool_ledger){
		.generation = load_be64(p + 8),
		.acked = { load_be64(p + 16), load_be64(p + 24), load_be64(p + 32), load_be64(p + 40) },
		.acked_at = (time_us)load_be64(p + 48),
		.dropped = load_be64(p + 56),
		.damaged = load_be64(p + 64),
		.counted_before = load_be64(p + 72),
	};
	return true;
}

void spool_ledger_read(int fd, struct spool_ledger *out)
{
	uint8_t bytes[SPOOL_LEDGER_SIZE];
	struct spool_ledger one;

	*out = (struct spool_ledger){ 0 };
	for (int slot = 0; slot < SLOTS; slot++) {
		ssize_t n = pread(fd, bytes, sizeof(bytes), (off_t)slot * SLOT_APART);

		if (n == SPOOL_LEDGER_SIZE && spool_ledger_load(slice_of(bytes, sizeof(bytes)), &one) &&
		    one.generation >= out->generation)
			*out = one;
	}
}

void spool_ledger_reserve(int fd)
{
	if (fallocate(fd, 0, 0, (off_t)SLOTS * SLOT_APART) != 0)
		log_debug("no room is kept for how far the server has acked: %s", strerror(errno));
}

int spool_ledger_write(int fd, struct spool_ledger *ledger, struct err *why)
{
	uint8_t bytes[SPOOL_LEDGER_SIZE];
	ssize_t n;

	ledger->generation++;
	spool_ledger_store(bytes, ledger);
	do
		n = pwrite(fd, bytes, sizeof(bytes), (off_t)(ledger->generation % SLOTS) * SLOT_APART);
	while (n < 0 && errno == EINTR);
	if (n != SPOOL_LEDGER_SIZE)
		return err_set_errno(why, errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR_FULL : ERR_IO,
				     "cannot write how far the server has acked");
	return 0;
}
