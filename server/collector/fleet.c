#include "server/collector/fleet.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 64 };

struct fleet {
	struct sensor **buckets;
	size_t bucket_count, sensor_count;
};

struct fleet *fleet_new(void)
{
	struct fleet *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->bucket_count = FIRST_BUCKETS;
	f->buckets = calloc(f->bucket_count, sizeof(struct sensor *));
	if (!f->buckets) {
		free(f);
		return NULL;
	}
	return f;
}

void fleet_free(struct fleet *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->bucket_count; i++) {
		while (f->buckets[i]) {
			struct sensor *s = f->buckets[i];

			f->buckets[i] = s->next;
			free(s);
		}
	}
	free(f->buckets);
	free(f);
}

/* Ids are the database's, dealt one by one: nobody chooses them, so mixing them is enough. */
static struct sensor **bucket_of(struct sensor **buckets, size_t count, int64_t company_id, int64_t sensor_id)
{
	uint64_t h = (uint64_t)company_id * 0x9e3779b97f4a7c15 ^ (uint64_t)sensor_id * 0xc2b2ae3d27d4eb4f;

	return &buckets[(h >> 32) % count];
}

/* A table that stays small is slower, not wrong. */
static void grow(struct fleet *f)
{
	size_t count = f->bucket_count * 2;
	struct sensor **bigger = calloc(count, sizeof(struct sensor *));

	if (!bigger)
		return;
	for (size_t i = 0; i < f->bucket_count; i++) {
		while (f->buckets[i]) {
			struct sensor *s = f->buckets[i];
			struct sensor **to = bucket_of(bigger, count, s->company_id, s->sensor_id);

			f->buckets[i] = s->next;
			s->next = *to;
			*to = s;
		}
	}
	free(f->buckets);
	f->buckets = bigger;
	f->bucket_count = count;
}

struct sensor *fleet_get(struct fleet *f, int64_t company_id, int64_t sensor_id)
{
	struct sensor **bucket = bucket_of(f->buckets, f->bucket_count, company_id, sensor_id);
	struct sensor *s;

	for (s = *bucket; s; s = s->next)
		if (s->company_id == company_id && s->sensor_id == sensor_id)
			return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->company_id = company_id;
	s->sensor_id = sensor_id;
	s->next = *bucket;
	*bucket = s;
	if (++f->sensor_count > f->bucket_count)
		grow(f);
	return s;
}

void fleet_release(struct fleet *f, struct sensor *s)
{
	struct sensor **at = bucket_of(f->buckets, f->bucket_count, s->company_id, s->sensor_id);

	if (s->connections || s->batches)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	f->sensor_count--;
	free(s);
}

void fleet_refresh(struct fleet *f, const struct allow_list *list)
{
	for (size_t i = 0; i < f->bucket_count; i++)
		for (struct sensor *s = f->buckets[i]; s; s = s->next)
			s->home = allow_list_networks(list, s->company_id);
}
