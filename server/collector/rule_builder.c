#include "server/collector/rule_builder.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct rule_builder {
	struct event *woken;
	int wake_fd;
	rule_builder_done done;
	void *arg;
	bool busy;
	pthread_t thread;
	/* The thread's while it runs. */
	struct rule_source source;
	struct rules *rules;
	struct sigma_problems problems;
	struct err why;
};

static void number(struct rules *rules, const struct rule_source *source)
{
	for (size_t i = 0; rules->sigma && i < source->number_count; i++) {
		size_t index = sigma_set_find(rules->sigma, slice_of_string(source->numbers[i].uid));

		if (index != SIZE_MAX)
			sigma_set_number(rules->sigma, index, source->numbers[i].rule_id);
	}
}

static void *work(void *arg)
{
	struct rule_builder *b = arg;
	const uint64_t one = 1;

	if (rules_build(&b->rules, &b->source.files, &b->problems, &b->why) == 0) {
		b->rules->version = b->source.version;
		number(b->rules, &b->source);
	} else {
		b->rules = NULL;
	}
	/* It cannot fail: nobody has counted to 2^64. */
	return write(b->wake_fd, &one, sizeof(one)) < 0 ? arg : NULL;
}

static void forget(struct rule_builder *b)
{
	pthread_join(b->thread, NULL);
	b->busy = false;
}

static void release(struct rule_builder *b)
{
	sigma_problems_release(&b->problems);
	rule_source_release(&b->source);
	b->rules = NULL;
}

static void on_woken(evutil_socket_t fd, short what, void *arg)
{
	struct rule_builder *b = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	forget(b);
	b->done(b->arg, &b->source, b->rules, &b->problems, &b->why);
	release(b);
}

int rule_builder_new(struct rule_builder **out, struct event_base *base, rule_builder_done done, void *arg,
		     struct err *why)
{
	struct rule_builder *b = calloc(1, sizeof(*b));

	if (!b)
		return err_set(why, ERR_NOMEM, "no memory for the builder of rules");
	b->done = done;
	b->arg = arg;
	b->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->woken = b->wake_fd < 0 ? NULL : event_new(base, b->wake_fd, EV_READ | EV_PERSIST, on_woken, b);
	if (b->woken && event_add(b->woken, NULL) == 0) {
		*out = b;
		return 0;
	}
	rule_builder_free(b);
	return err_set_errno(why, ERR_IO, "cannot set up the wake-up of the builder of rules");
}

bool rule_builder_is_busy(const struct rule_builder *b)
{
	return b->busy;
}

/* Signals are for the loop's thread. */
int rule_builder_start(struct rule_builder *b, struct rule_source *source, struct err *why)
{
	sigset_t all, before;
	int failed;

	b->source = *source;
	*source = (struct rule_source){ 0 };
	b->why = (struct err){ 0 };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&b->thread, NULL, work, b);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	b->busy = failed == 0;
	if (!failed)
		return 0;
	release(b);
	return err_set(why, ERR_IO, "cannot start the thread that builds rules");
}

void rule_builder_free(struct rule_builder *b)
{
	if (!b)
		return;
	if (b->busy) {
		forget(b);
		rules_free(b->rules);
		release(b);
	}
	if (b->woken)
		event_free(b->woken);
	if (b->wake_fd >= 0)
		close(b->wake_fd);
	free(b);
}
