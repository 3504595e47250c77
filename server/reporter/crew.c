#include "server/reporter/crew.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/random.h"
#include "server/reporter/work.h"
#include "server/store/report_work.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RECONNECT_FIRST_MS = 100, RECONNECT_MOST_MS = 5 * 1000, USER_SIZE = 128, MS_PER_SECOND = 1000 };

struct hand {
	struct crew *crew;
	pthread_t thread;
	struct db *db; /* set and cleared under the lock: it may be cancelled from outside */
	struct work work;
	uint64_t seen; /* calls that it has answered */
	bool joined;
};

struct crew {
	struct settings settings;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t calls;
	atomic_bool stopping;
	size_t count;
	struct hand hands[];
};

/* ---------------------------------------------------------------------------------------------- in a thread */

/* Until somebody calls, it is to end, or so many ms are over. */
static void wait_for_call(struct hand *h, int64_t ms)
{
	struct crew *crew = h->crew;
	struct timespec until;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns = until.tv_nsec + ms % MS_PER_SECOND * 1000000;
	until.tv_sec += ms / MS_PER_SECOND + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	pthread_mutex_lock(&crew->lock);
	while (!atomic_load(&crew->stopping) && h->seen == crew->calls)
		if (pthread_cond_timedwait(&crew->wake, &crew->lock, &until) == ETIMEDOUT)
			break;
	h->seen = crew->calls;
	pthread_mutex_unlock(&crew->lock);
}

static void set_database(struct hand *h, struct db *db)
{
	pthread_mutex_lock(&h->crew->lock);
	h->db = db;
	pthread_mutex_unlock(&h->crew->lock);
}

static int open_database(struct hand *h, struct err *why)
{
	const struct settings *s = &h->crew->settings;
	char user[USER_SIZE];
	struct db *db;

	snprintf(user, sizeof(user), "%sreporter", s->database.user_prefix);
	if (db_open(&db, s->database.conninfo, user, "hinomi reporter", why) != 0)
		return -1;
	if (report_work_limit(db, why) != 0) {
		db_close(db);
		return -1;
	}
	set_database(h, db);
	return 0;
}

static void close_database(struct hand *h)
{
	struct db *db = h->db;

	set_database(h, NULL);
	db_close(db);
}

/* Jobs until there is none. -1: the database is away. */
static int do_jobs(struct hand *h, struct err *why)
{
	bool done = true;

	while (done && !atomic_load(&h->crew->stopping))
		if (work_next(&h->work, h->db, &h->crew->stopping, &done, why) != 0)
			return -1;
	return 0;
}

static void *run(void *context)
{
	struct hand *h = context;
	unsigned attempts = 0;
	struct err why;

	while (!atomic_load(&h->crew->stopping)) {
		if ((h->db || open_database(h, &why) == 0) && do_jobs(h, &why) == 0) {
			attempts = 0;
			wait_for_call(h, h->crew->settings.reporter.poll);
			continue;
		}
		if (atomic_load(&h->crew->stopping))
			break;
		log_warning("%s; trying again", why.text);
		close_database(h);
		wait_for_call(h, backoff_ms(attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
	}
	close_database(h);
	work_close(&h->work);
	return NULL;
}

/* ---------------------------------------------------------------------------------------------- in the main one */

static void release(struct crew *crew)
{
	settings_release(&crew->settings);
	pthread_cond_destroy(&crew->wake);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

static void prepare(struct crew *crew, const struct settings *settings)
{
	pthread_condattr_t monotonic;

	crew->settings = *settings;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&crew->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static bool start_thread(struct crew *crew, struct hand *h)
{
	h->crew = crew;
	work_open(&h->work, &crew->settings);
	return pthread_create(&h->thread, NULL, run, h) == 0;
}

int crew_open(struct crew **out, const char *config_path, struct err *why)
{
	struct settings settings;
	struct crew *crew;
	size_t count;

	if (settings_load(config_path, &settings, why) != 0)
		return -1;
	count = (size_t)settings.reporter.workers;
	crew = calloc(1, sizeof(*crew) + count * sizeof(crew->hands[0]));
	if (!crew) {
		settings_release(&settings);
		return err_set(why, ERR_NOMEM, "no memory for threads that draw reports");
	}
	prepare(crew, &settings);
	while (crew->count < count && start_thread(crew, &crew->hands[crew->count]))
		crew->count++;
	if (crew->count == 0) {
		release(crew);
		return err_set(why, ERR_NOMEM, "no thread can be started to draw reports");
	}
	*out = crew;
	return 0;
}

void crew_wake(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->calls++;
	pthread_cond_broadcast(&crew->wake);
	pthread_mutex_unlock(&crew->lock);
}

void crew_dismiss(struct crew *crew)
{
	atomic_store(&crew->stopping, true);
	crew_wake(crew);
}

bool crew_close(struct crew *crew, bool at_once)
{
	size_t left = 0;

	crew_dismiss(crew);
	for (size_t i = 0; i < crew->count; i++) {
		struct hand *h = &crew->hands[i];

		if (!h->joined)
			h->joined = pthread_tryjoin_np(h->thread, NULL) == 0;
		left += !h->joined;
		if (h->joined || !at_once)
			continue;
		pthread_mutex_lock(&crew->lock);
		if (h->db)
			db_cancel(h->db);
		pthread_mutex_unlock(&crew->lock);
	}
	if (left)
		return false;
	release(crew);
	return true;
}
