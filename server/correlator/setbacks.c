#include "server/correlator/setbacks.h"

#include "lib/random.h"

#include <stdlib.h>

enum { FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 5 * 60 * 1000 };

static struct setback *find(const struct setbacks *s, int64_t company_id)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].company_id == company_id)
			return &s->list[i];
	return NULL;
}

static struct setback *append(struct setbacks *s, int64_t company_id)
{
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 8;
		struct setback *list = realloc(s->list, room * sizeof(*list));

		if (!list)
			return NULL;
		s->list = list;
		s->room = room;
	}
	s->list[s->count] = (struct setback){ .company_id = company_id };
	return &s->list[s->count++];
}

void setbacks_release(struct setbacks *s)
{
	free(s->list);
	*s = (struct setbacks){ 0 };
}

int64_t setbacks_add(struct setbacks *s, int64_t company_id, int64_t now_ms)
{
	struct setback *one = find(s, company_id);
	int64_t wait;

	if (!one)
		one = append(s, company_id);
	if (!one)
		return 0;
	wait = backoff_ms(one->attempts++, FIRST_WAIT_MS, LONGEST_WAIT_MS);
	one->until_ms = now_ms + wait;
	return wait;
}

bool setbacks_waiting(const struct setbacks *s, int64_t company_id, int64_t now_ms)
{
	const struct setback *one = find(s, company_id);

	return one && one->until_ms > now_ms;
}

void setbacks_clear(struct setbacks *s, int64_t company_id)
{
	struct setback *one = find(s, company_id);

	if (one)
		*one = s->list[--s->count];
}
