/* The inside of the on-call book: one reading of the database, built whole and never changed. */
#ifndef SERVER_STORE_ONCALL_BOOK_STATE_H
#define SERVER_STORE_ONCALL_BOOK_STATE_H

#include "lib/pool.h"
#include "server/store/oncall_book.h"

enum { SEVERITIES = 5 };

/* Conditions in statements. Of app_user: staff who may answer pages (server/api/person.h: PERMISSION_ANSWER_PAGES). */
#define ONCALL_PEOPLE                                                                         \
	"disabled_at IS NULL AND scope_company IS NULL AND scope_vendor IS NULL AND role IN " \
	"('analyst', 'lead', 'admin', 'desk')"
/* Of oncall_override: those that the book knows. One that was taken back before it began never was. */
#define ONCALL_OVERRIDES "to_at > now() - make_interval(days => 400) AND (ended_at IS NULL OR ended_at > from_at) "

/* Zones never change; the book keeps them as long as it is open. */
struct book_zone {
	char name[ZONE_NAME_MAX + 1];
	struct zone *zone;
	struct book_zone *next;
};

/* A document that parsed: what is gone back to when a later text does not. */
struct book_document {
	char kind; /* c calendar, s schedule, p policy, r routes */
	int64_t id;
	const char *name, *timezone, *text;
	struct book_document *next;
};

struct book_calendar {
	int64_t calendar_id;
	struct calendar *calendar; /* owned */
};
struct book_policy {
	int64_t policy_id;
	struct escalation_policy policy;
};

struct book_state {
	struct pool pool; /* texts, and all that follows */
	struct book_document *documents;
	struct holidays holidays;
	int64_t *people; /* who may be on call, ascending */
	size_t people_count;
	struct book_calendar *calendars;
	size_t calendar_count;
	struct schedule_calendars finder;
	struct oncall_entry *entries; /* by name */
	struct schedule **schedules;  /* owned; that of each entry */
	size_t entry_count;
	struct book_policy *policies;
	size_t policy_count;
	struct escalation_routes *routes; /* owned; NULL: none that parse */
	struct sla_target promises[SEVERITIES][2];
	char fault[600]; /* "": all is well */
};

/* Reads all. before: the state until now, or NULL; zones grows. */
int book_state_load(struct book_state **out, struct db *db, const struct book_state *before, struct book_zone **zones,
		    struct err *why);
void book_state_release(struct book_state *state); /* NULL is allowed */
const struct calendar *book_state_calendar(const struct book_state *state, int64_t calendar_id);
bool book_state_available(const struct book_state *state, int64_t user_id);

#endif
