#include "server/housekeeper/housekeeper.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/store/housekeeping.h"
#include "server/store/retention.h"

#include <inttypes.h>
#include <stdio.h>

enum { RECONNECT_FIRST_MS = 100, RECONNECT_MOST_MS = 10 * 1000, USER_SIZE = 128 };

/* What a task works with. */
struct keeping {
	struct db *db;
	const struct settings *settings;
	struct retention_mark mark; /* from round to round */
};

static int make_months(struct keeping *k, int64_t *count, struct err *why)
{
	return housekeeping_make_months(k->db, k->settings->housekeeper.months_ahead, count, why);
}

static int drop_months(struct keeping *k, int64_t *count, struct err *why)
{
	return housekeeping_drop_months(k->db, k->settings->housekeeper.retention_months, count, why);
}

static int sensor_states(struct keeping *k, int64_t *count, struct err *why)
{
	const struct settings *s = k->settings;

	return housekeeping_sensor_states(k->db, s->housekeeper.late_after, s->housekeeper.down_after, count, why);
}

static int observables(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_observables(k->db, k->settings->housekeeper.observable_days, &k->mark, count, why);
}

static int contacts(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_contacts(k->db, k->settings->housekeeper.observable_days, &k->mark, count, why);
}

static int sightings(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_sightings(k->db, k->settings->housekeeper.observable_days, count, why);
}

static int pages(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_pages(k->db, k->settings->housekeeper.notice_days, count, why);
}

static int notices(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_notices(k->db, k->settings->housekeeper.notice_days, count, why);
}

static int mails(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_mails(k->db, k->settings->housekeeper.notice_days, count, why);
}

static int drills(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_drills(k->db, k->settings->housekeeper.notice_days, count, why);
}

static int tickets(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_tickets(k->db, k->settings->housekeeper.ticket_days, count, why);
}

static int previews(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_previews(k->db, count, why);
}

static int codes(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_codes(k->db, count, why);
}

static int runs(struct keeping *k, int64_t *count, struct err *why)
{
	return retention_runs(k->db, k->settings->housekeeper.notice_days, count, why);
}

/* `run`, or else what is to be pruned. */
static const struct task {
	const char *done; /* what is logged behind the count */
	int (*run)(struct keeping *k, int64_t *count, struct err *why);
	enum housekeeping_prune prune;
	bool quiet; /* happens all the time */
} tasks[] = {
	{ "months made for alerts", make_months, 0, false },
	{ "months of alerts dropped: their retention is over", drop_months, 0, false },
	{ "sensors changed their state", sensor_states, 0, false },
	{ "changes pruned", NULL, PRUNE_CHANGES, true },
	{ "sessions pruned", NULL, PRUNE_SESSIONS, true },
	{ "remembered answers pruned", NULL, PRUNE_IDEMPOTENCY, true },
	{ "enrolment tokens pruned", NULL, PRUNE_TOKENS, false },
	{ "marks of old streams pruned", NULL, PRUNE_STREAMS, false },
	{ "observables forgotten", observables, 0, true },
	{ "contacts forgotten", contacts, 0, true },
	{ "sightings of campaigns forgotten", sightings, 0, true },
	{ "pages forgotten", pages, 0, false },
	{ "notices of no page forgotten", notices, 0, false },
	{ "drills forgotten", drills, 0, false },
	{ "mails taken in forgotten", mails, 0, false },
	{ "tickets forgotten", tickets, 0, false },
	{ "previews of reports forgotten", previews, 0, true },
	{ "codes of reports forgotten", codes, 0, true },
	{ "runs of reports forgotten", runs, 0, false },
};

static int run_task(const struct task *task, struct keeping *k, struct err *why)
{
	int64_t count = 0;
	int failed = task->run ? task->run(k, &count, why) : housekeeping_prune(k->db, task->prune, &count, why);

	if (count && task->quiet)
		log_debug("%" PRId64 " %s", count, task->done);
	else if (count)
		log_info("%" PRId64 " %s", count, task->done);
	return failed;
}

/* -1: the database is away. */
static int do_round(struct role_context *context, struct keeping *k, struct err *why)
{
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++) {
		if (role_wait(context, -1, 0))
			break;
		if (run_task(&tasks[i], k, why) == 0)
			continue;
		if (why->code == ERR_UNAVAILABLE)
			return -1;
		log_warning("not all done (%s), next try in the next round: %s", tasks[i].done, why->text);
	}
	return 0;
}

static int open_database(struct role_context *context, struct db **db, struct err *why)
{
	char user[USER_SIZE];

	snprintf(user, sizeof(user), "%shousekeeper", context->settings.database.user_prefix);
	return db_open(db, context->settings.database.conninfo, user, "hinomi housekeeper", why);
}

static int housekeeper_run(struct role_context *context, struct err *why)
{
	struct keeping k = { .settings = &context->settings };
	bool was_ready = false;
	unsigned attempts = 0;

	while (!context->stopping) {
		if ((k.db || open_database(context, &k.db, why) == 0) && do_round(context, &k, why) == 0) {
			if (!was_ready)
				role_ready(context);
			was_ready = true;
			attempts = 0;
			role_wait(context, -1, context->settings.housekeeper.interval);
			continue;
		}
		db_close(k.db);
		k.db = NULL;
		log_warning("%s; trying again", why->text);
		role_wait(context, -1, backoff_ms(attempts++, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
	}
	db_close(k.db);
	return 0;
}

const struct role housekeeper_role = {
	.name = "housekeeper",
	.purpose = "partitions, retention, silent sensors",
	.run = housekeeper_run,
};
