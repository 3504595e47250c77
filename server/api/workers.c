#include "server/api/workers.h"

#include "lib/log.h"
#include "lib/random.h"

#include <pthread.h>
#include <stdlib.h>

enum { RECONNECT_FIRST_MS = 100, RECONNECT_MOST_MS = 2000 };

/* What one thread has for itself. */
struct worker {
	struct workers *all;
	pthread_t thread;
	struct db *db;
	unsigned attempts;
	int64_t retry_ms; /* no new connection is tried before */
};

struct workers {
	struct workers_plan plan;
	pthread_mutex_t lock;
	pthread_cond_t more;
	void **ring;
	size_t first, waiting;
	bool stopping;
	unsigned busy, threads;
	struct log_limit away;
	struct worker worker[];
};

static void *next_piece(struct workers *w)
{
	void *piece = NULL;

	pthread_mutex_lock(&w->lock);
	while (w->waiting == 0 && !w->stopping)
		pthread_cond_wait(&w->more, &w->lock);
	if (w->waiting) {
		piece = w->ring[w->first];
		w->first = (w->first + 1) % w->plan.queue;
		w->waiting--;
		w->busy++;
	}
	pthread_mutex_unlock(&w->lock);
	return piece;
}

static void say_away(struct workers *w, const char *reason)
{
	unsigned skipped = 0;
	int allowed;

	pthread_mutex_lock(&w->lock);
	allowed = log_allowed(&w->away, 5000, &skipped);
	pthread_mutex_unlock(&w->lock);
	if (allowed)
		log_warning("requests are answered 503: %s", reason);
}

/* An idle connection that the server has closed meanwhile: a request must not be what finds out. The first look takes
 * in what the server said last, the second meets the end. */
static void drop_closed(struct worker *self)
{
	struct err why;
	unsigned unused;
	bool open = true;

	for (int i = 0; i < 2 && self->db && open; i++)
		open = db_notifications(self->db, &unused, &why) == 0;
	if (open)
		return;
	db_close(self->db);
	self->db = NULL;
}

/* While the database is away requests are refused at once, rather than each waiting for one more attempt. */
static void connect_database(struct worker *self)
{
	const struct workers_plan *plan = &self->all->plan;
	int64_t now = clock_monotonic_ms();
	struct err why = { 0 };

	if (self->db || now < self->retry_ms)
		return;
	if (db_open(&self->db, plan->conninfo, plan->user, "hinomi api", &why) == 0) {
		self->attempts = 0;
		return;
	}
	self->db = NULL;
	self->retry_ms = clock_monotonic_ms() + backoff_ms(self->attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS);
	say_away(self->all, why.text);
}

static void *run(void *arg)
{
	struct worker *self = arg;
	struct workers *w = self->all;
	void *piece;

	while ((piece = next_piece(w))) {
		drop_closed(self);
		connect_database(self);
		if (!w->plan.work(w->plan.arg, self->db, piece)) {
			db_close(self->db);
			self->db = NULL;
		}
		pthread_mutex_lock(&w->lock);
		w->busy--;
		pthread_mutex_unlock(&w->lock);
	}
	db_close(self->db);
	return NULL;
}

int workers_start(struct workers **out, const struct workers_plan *plan, struct err *why)
{
	struct workers *w = calloc(1, sizeof(*w) + plan->count * sizeof(w->worker[0]));

	if (!w || !(w->ring = calloc(plan->queue, sizeof(*w->ring)))) {
		free(w);
		return err_set(why, ERR_NOMEM, "no memory for workers");
	}
	w->plan = *plan;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	for (; w->threads < plan->count; w->threads++) {
		struct worker *self = &w->worker[w->threads];

		self->all = w;
		if (pthread_create(&self->thread, NULL, run, self) != 0) {
			workers_stop(w);
			return err_set(why, ERR_NOMEM, "cannot start %u workers; lower api.workers", plan->count);
		}
	}
	*out = w;
	return 0;
}

bool workers_give(struct workers *w, void *piece)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->stopping && w->waiting < w->plan.queue;
	if (taken) {
		w->ring[(w->first + w->waiting) % w->plan.queue] = piece;
		w->waiting++;
		pthread_cond_signal(&w->more);
	}
	pthread_mutex_unlock(&w->lock);
	return taken;
}

unsigned workers_busy(struct workers *w)
{
	unsigned busy;

	pthread_mutex_lock(&w->lock);
	busy = w->busy;
	pthread_mutex_unlock(&w->lock);
	return busy;
}

void workers_stop(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->threads; i++)
		pthread_join(w->worker[i].thread, NULL);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	free(w->ring);
	free(w);
}
