#include "server/escalator/mail_threads.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { POLL_MS = 1000 };

struct transfer {
	struct transfer *next;
	CURL *handle;
	CURLcode code;
};
struct queue {
	struct transfer *first, **end;
};

struct worker {
	struct mail_threads *all;
	struct worker *next_idle;
	struct transfer *given; /* it works on this; NULL: on none */
	pthread_cond_t wake;
	pthread_t thread;
};

/* Of idle threads the one that was busy last comes first: its connection is open still. */
struct mail_threads {
	pthread_mutex_t lock;
	struct queue waiting, ended; /* these three under the lock */
	struct worker *idle;
	atomic_bool stopping;
	int fd;
	size_t count; /* threads that were started */
	struct worker workers[];
};

static void put(struct queue *q, struct transfer *t)
{
	t->next = NULL;
	*q->end = t;
	q->end = &t->next;
}

static struct transfer *take(struct queue *q)
{
	struct transfer *t = q->first;

	if (t) {
		q->first = t->next;
		if (!q->first)
			q->end = &q->first;
	}
	return t;
}

/* ---------------------------------------------------------------------------------------------- in a thread */

/* Tells of what has ended (NULL: nothing yet) and waits for the next. Both under one lock: whoever hears of the one
 * finds this thread idle for the other. */
static struct transfer *wait_for_one(struct worker *w, struct transfer *ended)
{
	struct mail_threads *m = w->all;
	struct transfer *t;

	pthread_mutex_lock(&m->lock);
	if (ended) {
		put(&m->ended, ended);
		eventfd_write(m->fd, 1);
	}
	w->given = take(&m->waiting);
	if (!w->given) {
		w->next_idle = m->idle;
		m->idle = w;
		while (!atomic_load(&m->stopping) && !w->given)
			pthread_cond_wait(&w->wake, &m->lock);
	}
	t = w->given;
	pthread_mutex_unlock(&m->lock);
	return atomic_load(&m->stopping) ? NULL : t;
}

/* libcurl asks this about once a second, also where it waits. Not 0: it gives up. */
static int ask_whether_to_go_on(void *context, curl_off_t down, curl_off_t downed, curl_off_t up, curl_off_t upped)
{
	const struct mail_threads *m = context;

	(void)down;
	(void)downed;
	(void)up;
	(void)upped;
	return atomic_load(&m->stopping);
}

static CURLcode perform(CURLM *multi, CURL *handle)
{
	CURLcode code = CURLE_FAILED_INIT;
	int running = 1, left;
	CURLMsg *message;

	if (curl_multi_add_handle(multi, handle) != CURLM_OK)
		return code;
	while (running && curl_multi_perform(multi, &running) == CURLM_OK)
		if (running && curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
			break;
	while ((message = curl_multi_info_read(multi, &left)))
		code = message->data.result;
	curl_multi_remove_handle(multi, handle);
	return code;
}

/* A multi handle for each thread: it is what keeps connections from one transfer to the next. */
static void *run(void *context)
{
	struct worker *w = context;
	CURLM *multi = curl_multi_init();
	struct transfer *t = NULL;

	while ((t = wait_for_one(w, t)))
		t->code = multi ? perform(multi, t->handle) : CURLE_OUT_OF_MEMORY;
	if (multi)
		curl_multi_cleanup(multi);
	return NULL;
}

/* ---------------------------------------------------------------------------------------------- in the engine's */

static bool start_thread(struct mail_threads *m, struct worker *w)
{
	w->all = m;
	pthread_cond_init(&w->wake, NULL);
	if (pthread_create(&w->thread, NULL, run, w) == 0)
		return true;
	pthread_cond_destroy(&w->wake);
	return false;
}

int mail_threads_open(struct mail_threads **out, size_t count, struct err *why)
{
	struct mail_threads *m = calloc(1, sizeof(*m) + count * sizeof(m->workers[0]));

	if (!m)
		return err_set(why, ERR_NOMEM, "no memory for threads that send mail");
	m->waiting.end = &m->waiting.first;
	m->ended.end = &m->ended.first;
	pthread_mutex_init(&m->lock, NULL);
	m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	while (m->fd >= 0 && m->count < count && start_thread(m, &m->workers[m->count]))
		m->count++;
	if (m->count == 0) {
		mail_threads_close(m);
		return err_set(why, ERR_NOMEM, "no thread can be started to send mail");
	}
	*out = m;
	return 0;
}

static void drop_all(struct queue *q)
{
	struct transfer *t;

	while ((t = take(q)))
		free(t);
}

void mail_threads_close(struct mail_threads *m)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	atomic_store(&m->stopping, true);
	for (size_t i = 0; i < m->count; i++)
		pthread_cond_signal(&m->workers[i].wake);
	pthread_mutex_unlock(&m->lock);
	for (size_t i = 0; i < m->count; i++) {
		pthread_join(m->workers[i].thread, NULL);
		free(m->workers[i].given);
		pthread_cond_destroy(&m->workers[i].wake);
	}
	drop_all(&m->waiting);
	drop_all(&m->ended);
	pthread_mutex_destroy(&m->lock);
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

int mail_threads_fd(const struct mail_threads *m)
{
	return m->fd;
}

bool mail_threads_start(struct mail_threads *m, CURL *handle)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (!t)
		return false;
	t->handle = handle;
	curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, ask_whether_to_go_on);
	curl_easy_setopt(handle, CURLOPT_XFERINFODATA, m);
	pthread_mutex_lock(&m->lock);
	if (m->idle) {
		m->idle->given = t;
		pthread_cond_signal(&m->idle->wake);
		m->idle = m->idle->next_idle;
	} else {
		put(&m->waiting, t);
	}
	pthread_mutex_unlock(&m->lock);
	return true;
}

bool mail_threads_next(struct mail_threads *m, CURL **handle, CURLcode *code)
{
	struct transfer *t;
	eventfd_t rung;

	eventfd_read(m->fd, &rung);
	pthread_mutex_lock(&m->lock);
	t = take(&m->ended);
	pthread_mutex_unlock(&m->lock);
	if (!t)
		return false;
	*handle = t->handle;
	*code = t->code;
	free(t);
	return true;
}
