#include "server/api/feed.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/api/feed_batch.h"
#include "server/api/feed_load.h"
#include "server/api/gaps.h"
#include "server/store/account.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	POLL_MS = 1000,
	APART_MS = 100, /* at least, between the beginnings of two looks */
	GAP_MS = 60 * 1000,
	SENSORS_MS = 1000, /* at least, between two loads of sensors */
	OPEN_MS = 1000,
	OPEN_ANYWAY_MS = 10 * 1000,
	SESSIONS_AT_ONCE = 256,
	RETRY_FIRST_MS = 100,
	RETRY_MOST_MS = 5000,
	ALIVE_MS = 5000,
	/* The housekeeper prunes changes after an hour: who was away for longer cannot know what there was. */
	AWAY_MOST_MS = 50 * 60 * 1000,
	USER_SIZE = 128,
};

struct feed {
	struct hub *hub;
	const struct settings *settings;
	pthread_t thread;
	int stop_fd; /* readable: stop */
	_Atomic int64_t alive_ms;
	/* The rest belongs to the thread. */
	struct gaps *gaps; /* NULL: it has never looked */
	bool incomplete;   /* changes were taken whose objects could not be loaded */
	bool open_stale;
	int64_t looked_ms, sensors_ms, open_ms, sessions_ms;
	struct feed_batch batch;
};

/* ---------------------------------------------------------------------------------------------------------- a look */

/* Takes the changes of a result; true when there may be more behind them. */
static bool take_changes(struct feed *feed, const struct db_result *result, int64_t now)
{
	int64_t before = gaps_highest(feed->gaps);
	int above = 0;

	for (int i = 0; i < db_rows(result); i++) {
		struct change change;

		change_feed_row(result, i, &change);
		above += change.change_id > before;
		if (gaps_take(feed->gaps, change.change_id, now))
			feed_batch_add(&feed->batch, &change);
	}
	return above >= CHANGE_FEED_PAGE;
}

/* Nobody listens: only what the figures need is kept, and cursors given before are good no more. */
static void pass_over(struct feed *feed)
{
	const struct feed_batch *b = &feed->batch;

	for (size_t i = 0; i < b->range_count; i++)
		if (b->range_is_new[i])
			hub_count_alerts(feed->hub, b->ranges[i].company_id,
					 b->ranges[i].id_to - b->ranges[i].id_from + 1);
	for (size_t i = 0; i < b->flooded_count; i++)
		hub_count_alerts(feed->hub, b->flooded[i], b->flooded_alerts[i]);
	hub_drop(feed->hub);
}

static int look_once(struct feed *feed, struct db *db, bool *more, struct err *why)
{
	const int64_t *missing;
	size_t count = gaps_missing(feed->gaps, &missing);
	struct db_result *result;
	int64_t now;
	bool any;

	if (change_feed_read(db, gaps_highest(feed->gaps), missing, count, &result, why) != 0)
		return -1;
	now = clock_monotonic_ms();
	feed_batch_clear(&feed->batch);
	any = db_rows(result) > 0;
	*more = take_changes(feed, result, now);
	db_result_free(result);
	/* After the look that asked for them, so that a wait for the database costs none. */
	gaps_expire(feed->gaps, now);
	feed_pairs_unique(&feed->batch.incidents);
	feed_pairs_unique(&feed->batch.tickets);
	feed_pairs_unique(&feed->batch.orders);
	feed_pairs_unique(&feed->batch.pages);
	feed_pairs_unique(&feed->batch.reports);
	feed->open_stale = feed->open_stale || feed->batch.incidents.count;
	if (!hub_wanted(feed->hub)) {
		if (any)
			pass_over(feed);
		return 0;
	}
	feed->incomplete = true;
	if (feed_load_changes(db, feed->hub, &feed->batch, why) != 0)
		return -1;
	feed->incomplete = false;
	hub_publish(feed->hub);
	return 0;
}

static bool is_due(int64_t now, int64_t *last, int64_t every)
{
	if (now - *last < every)
		return false;
	*last = now;
	return true;
}

/* Sensors and figures, which may be a second old. */
static int load_slow(struct feed *feed, struct db *db, struct err *why)
{
	int64_t now = clock_monotonic_ms();

	if (!hub_wanted(feed->hub))
		return 0;
	if (feed->batch.sensors.count && is_due(now, &feed->sensors_ms, SENSORS_MS) &&
	    feed_load_sensors(db, feed->hub, &feed->batch, feed->settings->timezone, why) != 0)
		return -1;
	if (is_due(now, &feed->open_ms, feed->open_stale ? OPEN_MS : OPEN_ANYWAY_MS)) {
		feed->open_stale = false;
		if (feed_load_open(db, feed->hub, why) != 0)
			return -1;
	}
	hub_publish(feed->hub);
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- sessions */

static void put_tokens(struct buffer *literal, const uint8_t (*tokens)[HUB_TOKEN_SIZE], size_t count)
{
	buffer_put_byte(literal, '{');
	for (size_t i = 0; i < count; i++) {
		buffer_put_string(literal, i ? ",\"\\\\x" : "\"\\\\x");
		for (size_t k = 0; k < HUB_TOKEN_SIZE; k++)
			buffer_printf(literal, "%02x", tokens[i][k]);
		buffer_put_byte(literal, '"');
	}
	buffer_put_byte(literal, '}');
}

static void judge(struct feed *feed, const uint8_t token[HUB_TOKEN_SIZE], const struct db_result *alive)
{
	for (int i = 0; i < db_rows(alive); i++) {
		if (!slice_equal(db_slice(alive, i, 0), slice_of(token, HUB_TOKEN_SIZE)))
			continue;
		hub_session_checked(feed->hub, token, true, db_integer(alive, i, 1));
		return;
	}
	hub_session_checked(feed->hub, token, false, 0);
}

static int check_sessions(struct feed *feed, struct db *db, struct err *why)
{
	uint8_t tokens[SESSIONS_AT_ONCE][HUB_TOKEN_SIZE];
	struct buffer literal = { 0 };
	struct db_result *alive;
	size_t count;
	int failed;

	if (!is_due(clock_monotonic_ms(), &feed->sessions_ms, POLL_MS))
		return 0;
	count = hub_sessions_due(feed->hub, tokens, SESSIONS_AT_ONCE);
	if (count == 0)
		return 0;
	put_tokens(&literal, (const uint8_t(*)[HUB_TOKEN_SIZE])tokens, count);
	failed = account_sessions_alive(db, buffer_string(&literal), feed->settings->api.session_idle, &alive, why);
	buffer_release(&literal);
	if (failed)
		return -1;
	for (size_t i = 0; i < count; i++)
		judge(feed, tokens[i], alive);
	db_result_free(alive);
	return 0;
}

/* ----------------------------------------------------------------------------------------------------- the connection
 */

static int begin_gaps(struct feed *feed, struct db *db, struct err *why)
{
	struct db_result *result;
	int64_t now = clock_monotonic_ms();

	if (change_feed_recent(db, &result, why) != 0)
		return -1;
	gaps_free(feed->gaps);
	feed->gaps = gaps_new(db_rows(result) ? db_integer(result, 0, 0) - 1 : 0, GAP_MS);
	for (int i = 0; feed->gaps && i < db_rows(result); i++)
		gaps_take(feed->gaps, db_integer(result, i, 0), now);
	db_result_free(result);
	return feed->gaps ? 0 : err_set(why, ERR_NOMEM, "no memory for the live feed");
}

static int open_database(struct feed *feed, struct db **out, struct err *why)
{
	char user[USER_SIZE];
	bool away = clock_monotonic_ms() - atomic_load(&feed->alive_ms) > AWAY_MOST_MS;

	snprintf(user, sizeof(user), "%sfeed", feed->settings->database.user_prefix);
	if (db_open(out, feed->settings->database.conninfo, user, "hinomi live feed", why) != 0)
		return -1;
	/* The doorbell first: what is committed from now on rings, what was committed before is read. */
	if (db_script(*out, DB_ROWS_BY_KEY, why) != 0 || db_listen(*out, "hinomi_change", why) != 0)
		return -1;
	if (feed->gaps && !feed->incomplete && !away)
		return 0;
	if ((!feed->gaps || away) && begin_gaps(feed, *out, why) != 0)
		return -1;
	/* Cursors given until now stand for something that is not known to be whole. */
	feed->incomplete = false;
	feed->open_stale = true;
	hub_drop(feed->hub);
	return 0;
}

/* True: stop. */
static bool wait_for(const struct feed *feed, int fd, int64_t ms)
{
	struct pollfd fds[2] = { { .fd = feed->stop_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	poll(fds, fd < 0 ? 1 : 2, (int)(ms > 0 ? ms : 0));
	return (fds[0].revents & POLLIN) != 0;
}

/* Until the doorbell rings or the poll is due, but not too soon after the last look. 1: stop; 0: look; -1. */
static int wait_for_changes(const struct feed *feed, struct db *db, struct err *why)
{
	unsigned rung;

	/* One that rang during the look is in the client's memory already, where poll(2) does not see it. */
	if (db_notifications(db, &rung, why) != 0)
		return -1;
	if (!rung && wait_for(feed, db_descriptor(db), feed->looked_ms + POLL_MS - clock_monotonic_ms()))
		return 1;
	if (db_notifications(db, &rung, why) != 0)
		return -1;
	return wait_for(feed, -1, feed->looked_ms + APART_MS - clock_monotonic_ms()) ? 1 : 0;
}

static int look(struct feed *feed, struct db *db, struct err *why)
{
	bool more = true;

	feed->looked_ms = clock_monotonic_ms();
	while (more)
		if (look_once(feed, db, &more, why) != 0)
			return -1;
	if (load_slow(feed, db, why) != 0 || check_sessions(feed, db, why) != 0)
		return -1;
	atomic_store(&feed->alive_ms, clock_monotonic_ms());
	return 0;
}

/* One connection from its beginning to its end. True: stop. */
static bool serve(struct feed *feed, unsigned *attempts, struct err *why)
{
	struct db *db = NULL;
	int stop = open_database(feed, &db, why);

	while (stop == 0) {
		stop = look(feed, db, why);
		if (stop == 0) {
			*attempts = 0;
			stop = wait_for_changes(feed, db, why);
		}
	}
	db_close(db);
	return stop == 1;
}

static void *run(void *arg)
{
	struct feed *feed = arg;
	unsigned attempts = 0;
	struct err why;

	while (!serve(feed, &attempts, &why)) {
		log_warning("live feed: %s; trying again", why.text);
		if (wait_for(feed, -1, backoff_ms(attempts++, RETRY_FIRST_MS, RETRY_MOST_MS)))
			break;
	}
	return NULL;
}

int feed_start(struct feed **out, struct hub *hub, const struct settings *settings, struct err *why)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	int failed;

	if (!feed)
		return err_set(why, ERR_NOMEM, "no memory for the live feed");
	feed->hub = hub;
	feed->settings = settings;
	feed->alive_ms = clock_monotonic_ms() - ALIVE_MS;
	feed->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (feed->stop_fd < 0) {
		free(feed);
		return err_set_errno(why, ERR_IO, "cannot start the live feed");
	}
	failed = pthread_create(&feed->thread, NULL, run, feed);
	if (failed) {
		close(feed->stop_fd);
		free(feed);
		errno = failed;
		return err_set_errno(why, ERR_NOMEM, "cannot start the thread of the live feed");
	}
	*out = feed;
	return 0;
}

bool feed_alive(const struct feed *feed)
{
	return clock_monotonic_ms() - atomic_load(&feed->alive_ms) < ALIVE_MS;
}

void feed_stop(struct feed *feed)
{
	const uint64_t one = 1;

	if (!feed)
		return;
	/* Cannot fail: the counter was 0. */
	if (write(feed->stop_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		log_warning("the live feed does not stop");
	pthread_join(feed->thread, NULL);
	close(feed->stop_fd);
	gaps_free(feed->gaps);
	free(feed);
}
