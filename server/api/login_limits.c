#include "server/api/login_limits.h"

#include "lib/random.h"
#include "lib/siphash.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A place is chosen by the hash; it has room for some. */
enum { PLACES = 1024, WAYS = 4 };

struct entry {
	uint64_t key; /* 0: free */
	int64_t used_ms;
	int64_t count;    /* tries left; or failures */
	int64_t until_ms; /* tries: when the bucket was last filled up; failures: locked until */
};

struct table {
	struct entry entries[PLACES][WAYS];
};

struct login_limits {
	pthread_mutex_t lock;
	uint8_t secret[16];
	struct table tries, failures;
};

struct login_limits *login_limits_new(void)
{
	struct login_limits *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	pthread_mutex_init(&l->lock, NULL);
	random_bytes(l->secret, sizeof(l->secret));
	return l;
}

void login_limits_free(struct login_limits *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* The entry of that key, or NULL with *oldest where a new one goes. */
static struct entry *find(struct table *table, uint64_t key, struct entry **oldest)
{
	struct entry *place = table->entries[key % PLACES];

	*oldest = &place[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (place[i].key == key)
			return &place[i];
		if (place[i].used_ms < (*oldest)->used_ms)
			*oldest = &place[i];
	}
	return NULL;
}

static uint64_t key_of(const struct login_limits *l, struct slice bytes)
{
	uint64_t key = siphash24(l->secret, bytes);

	return key ? key : 1;
}

/* People are found whatever the case of their address. */
static uint64_t email_key(const struct login_limits *l, const char *email)
{
	char lower[512];
	size_t n = 0;

	for (; email[n] && n < sizeof(lower); n++)
		lower[n] = email[n] >= 'A' && email[n] <= 'Z' ? (char)(email[n] + 'a' - 'A') : email[n];
	return key_of(l, slice_of(lower, n));
}

/* Of an IPv6 address, its /64; the purpose keeps apart what is tried. */
static uint64_t who_key(const struct login_limits *l, const char *purpose, const char *who)
{
	uint8_t bytes[128], v6[16];
	size_t len = strlen(purpose) < 32 ? strlen(purpose) : 32, more;

	memcpy(bytes, purpose, len);
	if (inet_pton(AF_INET6, who, v6) == 1) {
		memcpy(bytes + len, v6, 8);
		return key_of(l, slice_of(bytes, len + 8));
	}
	more = strlen(who) < sizeof(bytes) - len ? strlen(who) : sizeof(bytes) - len;
	memcpy(bytes + len, who, more);
	return key_of(l, slice_of(bytes, len + more));
}

static int64_t take_try(struct entry *e, const struct login_allowance *a, int64_t now_ms)
{
	int64_t grown = (now_ms - e->until_ms) / a->refill_ms;

	e->used_ms = now_ms;
	if (e->count + grown >= a->tries) {
		e->count = a->tries;
		e->until_ms = now_ms;
	} else {
		e->count += grown;
		e->until_ms += grown * a->refill_ms;
	}
	if (e->count == 0)
		return (e->until_ms + a->refill_ms - now_ms + 999) / 1000;
	e->count--;
	return 0;
}

int64_t login_limits_take(struct login_limits *l, const struct login_allowance *allowance, const char *who,
			  int64_t now_ms)
{
	uint64_t key = who_key(l, allowance->purpose, who);
	struct entry *oldest, *e;
	int64_t wait;

	pthread_mutex_lock(&l->lock);
	e = find(&l->tries, key, &oldest);
	if (!e) {
		e = oldest;
		*e = (struct entry){ .key = key, .count = allowance->tries, .until_ms = now_ms };
	}
	wait = take_try(e, allowance, now_ms);
	pthread_mutex_unlock(&l->lock);
	return wait;
}

int64_t login_limits_try(struct login_limits *l, const char *address, int64_t now_ms)
{
	static const struct login_allowance sign_in = { "", LOGIN_TRIES, LOGIN_REFILL_MS };

	return login_limits_take(l, &sign_in, address, now_ms);
}

int64_t login_lock_seconds(int64_t failures)
{
	int64_t seconds = LOGIN_LOCK_FIRST_S;

	if (failures < LOGIN_FAILURES)
		return 0;
	for (int64_t n = LOGIN_FAILURES; n < failures && seconds < LOGIN_LOCK_MOST_S; n++)
		seconds *= 2;
	return seconds < LOGIN_LOCK_MOST_S ? seconds : LOGIN_LOCK_MOST_S;
}

int64_t login_limits_locked(struct login_limits *l, const char *email, int64_t now_ms)
{
	struct entry *oldest, *e;
	int64_t left = 0;

	pthread_mutex_lock(&l->lock);
	e = find(&l->failures, email_key(l, email), &oldest);
	if (e && e->until_ms > now_ms)
		left = (e->until_ms - now_ms + 999) / 1000;
	pthread_mutex_unlock(&l->lock);
	return left;
}

void login_limits_failed(struct login_limits *l, const char *email, int64_t now_ms)
{
	uint64_t key = email_key(l, email);
	struct entry *oldest, *e;

	pthread_mutex_lock(&l->lock);
	e = find(&l->failures, key, &oldest);
	if (!e) {
		e = oldest;
		*e = (struct entry){ .key = key };
	}
	e->used_ms = now_ms;
	e->count++;
	e->until_ms = now_ms + login_lock_seconds(e->count) * 1000;
	pthread_mutex_unlock(&l->lock);
}
