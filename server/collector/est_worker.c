#include "server/collector/est_worker.h"

#include "lib/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct queue {
	struct est_job *first, **last;
	size_t count;
};

struct est_worker {
	struct est_desk desk; /* the thread's */
	struct event *woken;
	int wake_fd;
	est_done done;
	void *arg;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wanted;
	struct queue waiting, finished;
	bool stopping;
};

static void queue_put(struct queue *q, struct est_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
	q->count++;
}

static struct est_job *queue_take(struct queue *q)
{
	struct est_job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->last = &q->first;
	q->count--;
	return job;
}

static void queue_free(struct queue *q)
{
	struct est_job *job;

	while ((job = queue_take(q)) != NULL)
		est_job_free(job);
}

/* ------------------------------------------------------------------------------------------------ its thread */

/* NULL: it is time to end. */
static struct est_job *next_job(struct est_worker *w)
{
	struct est_job *job;

	pthread_mutex_lock(&w->lock);
	while (!w->stopping && !w->waiting.first)
		pthread_cond_wait(&w->wanted, &w->lock);
	job = w->stopping ? NULL : queue_take(&w->waiting);
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void *work(void *arg)
{
	struct est_worker *w = arg;
	struct est_job *job;

	while ((job = next_job(w)) != NULL) {
		const uint64_t one = 1;

		est_job_do(&w->desk, job);
		pthread_mutex_lock(&w->lock);
		queue_put(&w->finished, job);
		pthread_mutex_unlock(&w->lock);
		if (write(w->wake_fd, &one, sizeof(one)) < 0)
			continue; /* only when it is awake 2^64 times already */
	}
	return NULL;
}

/* ------------------------------------------------------------------------------------------------ the loop's side */

static struct est_job *take_finished(struct est_worker *w)
{
	struct est_job *job;

	pthread_mutex_lock(&w->lock);
	job = queue_take(&w->finished);
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void on_woken(evutil_socket_t fd, short what, void *arg)
{
	struct est_worker *w = arg;
	struct est_job *job;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	while ((job = take_finished(w)) != NULL)
		w->done(w->arg, job);
}

bool est_worker_put(struct est_worker *w, struct est_job *job)
{
	bool room;

	pthread_mutex_lock(&w->lock);
	room = w->waiting.count < EST_QUEUE_MOST;
	if (room) {
		queue_put(&w->waiting, job);
		pthread_cond_signal(&w->wanted);
	}
	pthread_mutex_unlock(&w->lock);
	return room;
}

/* Signals are for the loop's thread. */
static int start_thread(struct est_worker *w, struct err *why)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&w->thread, NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->started = failed == 0;
	return failed ? err_set(why, ERR_IO, "cannot start the thread of enrolment") : 0;
}

int est_worker_new(struct est_worker **out, struct event_base *base, const struct settings *settings, est_done done,
		   void *arg, struct err *why)
{
	struct est_worker *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(why, ERR_NOMEM, "no memory for enrolment");
	w->done = done;
	w->arg = arg;
	w->waiting.last = &w->waiting.first;
	w->finished.last = &w->finished.first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wanted, NULL);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->woken = w->wake_fd < 0 ? NULL : event_new(base, w->wake_fd, EV_READ | EV_PERSIST, on_woken, w);
	if (!w->woken || event_add(w->woken, NULL) != 0)
		err_set_errno(why, ERR_IO, "cannot set up the wake-up of enrolment");
	else if (est_desk_open(&w->desk, settings, why) == 0 && start_thread(w, why) == 0) {
		*out = w;
		return 0;
	}
	est_worker_free(w);
	return -1;
}

/* False: it has not ended in time. */
static bool join(pthread_t thread)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += EST_WORKER_END_MS / 1000;
	return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

void est_worker_free(struct est_worker *w)
{
	if (!w)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->stopping = true;
		pthread_cond_signal(&w->wanted);
		pthread_mutex_unlock(&w->lock);
		if (!join(w->thread)) {
			log_warning("an enrolment that hangs in the database or the keyholder is broken off");
			return; /* all of it stays the thread's until the process ends, which is now */
		}
	}
	queue_free(&w->waiting);
	queue_free(&w->finished);
	est_desk_close(&w->desk);
	if (w->woken)
		event_free(w->woken);
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	pthread_cond_destroy(&w->wanted);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
