#include "server/store/oncall_book.h"

#include "server/store/oncall_book_state.h"

#include <stdlib.h>

enum { FINGERPRINT_SIZE = 33 };

struct oncall_book {
	struct book_state *state; /* NULL: nothing was read yet */
	struct book_zone *zones;
	char fingerprint[FINGERPRINT_SIZE]; /* of what the state was read from */
};

int oncall_book_open(struct oncall_book **out, struct err *why)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : err_set(why, ERR_NOMEM, "no memory for the on-call book");
}

void oncall_book_close(struct oncall_book *book)
{
	if (!book)
		return;
	book_state_release(book->state);
	while (book->zones) {
		struct book_zone *next = book->zones->next;

		zone_release(book->zones->zone);
		free(book->zones);
		book->zones = next;
	}
	free(book);
}

/* All that the state is made of, in one text. */
static const char fingerprint_sql[] =
    "SELECT md5(coalesce(string_agg(k, ' ' ORDER BY k), '')) FROM ("
    "SELECT 'h' || md5(string_agg(day::text, ' ' ORDER BY day)) AS k FROM holiday "
    "UNION ALL SELECT 'u' || user_id FROM app_user WHERE " ONCALL_PEOPLE
    " UNION ALL SELECT 'c' || md5(c::text) FROM calendar c "
    "UNION ALL SELECT 'o' || md5(o::text) FROM oncall_override o WHERE " ONCALL_OVERRIDES
    " UNION ALL SELECT 's' || md5(s::text) FROM oncall_schedule s WHERE s.archived_at IS NULL "
    "UNION ALL SELECT 'p' || md5(p::text) FROM escalation_policy p WHERE p.archived_at IS NULL "
    "UNION ALL SELECT 'r' || max(version) FROM escalation_route "
    "UNION ALL SELECT 't' || md5(t::text) FROM sla_target t) x";

int oncall_book_refresh(struct oncall_book *book, struct db *db, struct err *why)
{
	char fingerprint[FINGERPRINT_SIZE];
	struct book_state *state;
	struct db_result *result;

	if (db_run(db, fingerprint_sql, NULL, &result, why) != 0)
		return -1;
	snprintf(fingerprint, sizeof(fingerprint), "%s", db_text(result, 0, 0));
	db_result_free(result);
	if (book->state && strcmp(fingerprint, book->fingerprint) == 0)
		return 0;
	/* What changes between the two is another fingerprint the next time. */
	if (book_state_load(&state, db, book->state, &book->zones, why) != 0)
		return -1;
	book_state_release(book->state);
	book->state = state;
	memcpy(book->fingerprint, fingerprint, sizeof(fingerprint));
	return 0;
}

const char *oncall_book_fault(const struct oncall_book *book)
{
	return book->state && book->state->fault[0] ? book->state->fault : NULL;
}

const struct calendar *oncall_book_calendar(const struct oncall_book *book, int64_t calendar_id)
{
	return book->state ? book_state_calendar(book->state, calendar_id) : NULL;
}

static const struct calendar *find_none(const void *context, int64_t calendar_id)
{
	(void)context;
	(void)calendar_id;
	return NULL;
}

const struct schedule_calendars *oncall_book_calendars(const struct oncall_book *book)
{
	static const struct schedule_calendars none = { find_none, NULL };

	return book->state ? &book->state->finder : &none;
}

const struct holidays *oncall_book_holidays(const struct oncall_book *book)
{
	static const struct holidays none;

	return book->state ? &book->state->holidays : &none;
}

bool oncall_book_available(const struct oncall_book *book, int64_t user_id)
{
	return book->state && book_state_available(book->state, user_id);
}

size_t oncall_book_count(const struct oncall_book *book)
{
	return book->state ? book->state->entry_count : 0;
}

const struct oncall_entry *oncall_book_entry(const struct oncall_book *book, size_t i)
{
	return &book->state->entries[i];
}

const struct oncall_entry *oncall_book_schedule(const struct oncall_book *book, int64_t schedule_id)
{
	for (size_t i = 0; i < oncall_book_count(book); i++)
		if (book->state->entries[i].schedule_id == schedule_id)
			return &book->state->entries[i];
	return NULL;
}

const struct escalation_policy *oncall_book_policy(const struct oncall_book *book, int64_t policy_id)
{
	for (size_t i = 0; book->state && i < book->state->policy_count; i++)
		if (book->state->policies[i].policy_id == policy_id)
			return &book->state->policies[i].policy;
	return NULL;
}

const struct escalation_routes *oncall_book_routes(const struct oncall_book *book)
{
	return book->state ? book->state->routes : NULL;
}

const struct sla_target *oncall_book_promise(const struct oncall_book *book, int severity, bool notify)
{
	static const struct sla_target none;

	if (!book->state || severity < 1 || severity > SEVERITIES)
		return &none;
	return &book->state->promises[severity - 1][notify];
}
