#include "server/collector/est_allowance.h"

#include "lib/siphash.h"

static struct est_purse *purse_of(struct est_allowance *a, struct slice address)
{
	return &a->of[siphash24(a->key, address) % EST_ALLOWANCE_SLOTS];
}

/* How long until `price` fits under `most` again; 0: now. */
static int64_t settle(struct est_purse *p, int64_t price, int64_t most, int64_t now_ms)
{
	p->debt_ms -= now_ms - p->at_ms;
	p->at_ms = now_ms;
	if (p->debt_ms < 0)
		p->debt_ms = 0;
	return p->debt_ms + price <= most ? 0 : p->debt_ms + price - most;
}

bool est_allowance_take(struct est_allowance *a, struct slice address, int64_t now_ms, int64_t *wait_ms)
{
	struct est_purse *own = purse_of(a, address);
	int64_t own_wait = settle(own, EST_TRY_EVERY_MS, EST_TRIES_PER_ADDRESS * EST_TRY_EVERY_MS, now_ms);
	int64_t all_wait = settle(&a->all, EST_TRY_IN_ALL_EVERY_MS, EST_TRIES_IN_ALL * EST_TRY_IN_ALL_EVERY_MS, now_ms);

	*wait_ms = own_wait > all_wait ? own_wait : all_wait;
	if (*wait_ms)
		return false;
	own->debt_ms += EST_TRY_EVERY_MS;
	a->all.debt_ms += EST_TRY_IN_ALL_EVERY_MS;
	return true;
}

void est_allowance_give_back(struct est_allowance *a, struct slice address)
{
	purse_of(a, address)->debt_ms -= EST_TRY_EVERY_MS;
	a->all.debt_ms -= EST_TRY_IN_ALL_EVERY_MS;
}
