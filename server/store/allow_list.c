#include "server/store/allow_list.h"

#include <stdlib.h>

enum statement { LOOK, CERTIFICATES, NETWORKS, ZONES };

/* Zones move with summer time. */
#define ZONES_LAST_MS ((int64_t)60 * 60 * 1000)

static const char *const statements[] = {
	/* Nothing here is ever updated but the columns counted, so a change of what the list says changes the text. */
	[LOOK] =
	    "SELECT clock_timestamp(), (SELECT count(*) || ' ' || count(revoked_at) || ' ' || "
	    "coalesce(max(issued_at)::text, '') || ' ' || coalesce(max(revoked_at)::text, '') "
	    "FROM sensor_certificate) || ' ' || (SELECT count(*) || ' ' || count(revoked_at) || ' ' || "
	    "coalesce(max(revoked_at)::text, '') || ' ' || coalesce(sum(hashtext(timezone))::text, '') FROM sensor) "
	    "|| ' ' || (SELECT count(*) || ' ' || count(left_at) || ' ' || coalesce(max(left_at)::text, '') || ' ' || "
	    "count(*) FILTER (WHERE left_at <= now()) FROM company) "
	    "|| ' ' || (SELECT count(*) || ' ' || coalesce(sum(hashtext(company_id || ' ' || network::text))::text, "
	    "'') FROM company_network)",
	[CERTIFICATES] =
	    "SELECT c.company_id, c.sensor_id, c.fingerprint, c.revoked_at IS NOT NULL OR s.revoked_at IS NOT "
	    "NULL OR m.left_at <= now(), coalesce(s.timezone, $1::text) FROM sensor_certificate c "
	    "JOIN sensor s ON s.company_id = c.company_id AND s.sensor_id = c.sensor_id "
	    "JOIN company m ON m.company_id = c.company_id ORDER BY c.fingerprint",
	[NETWORKS] = "SELECT company_id, network::text FROM company_network ORDER BY company_id, network",
	/* Across companies. */
	[ZONES] = "SELECT name, extract(epoch FROM utc_offset)::bigint FROM pg_timezone_names WHERE name = $1::text OR "
		  "name IN (SELECT timezone FROM sensor)",
};

static const char set_up[] = "SET jit = off; LISTEN hinomi_sensor";

struct allow_zone {
	char *name;
	int32_t offset;
};

struct allow_reader {
	struct allow_plan plan;
	struct async *connection;
	enum statement asked; /* the oldest whose answer is due */
	bool busy, ready, surely, rang;
	char *seen; /* LOOK's answer when the list was read last */
	char *looked;
	time_us asked_at, clock_offset;
	int64_t zones_until;
	struct allow_zone *zones;
	size_t zone_count;
	struct allow_list list;
};

/* ------------------------------------------------------------------------------------------------------- the list */

static int by_fingerprint(const void *key, const void *element)
{
	return memcmp(key, ((const struct allowed *)element)->fingerprint, ALLOWED_FINGERPRINT_SIZE);
}

const struct allowed *allow_list_find(const struct allow_list *list,
				      const uint8_t fingerprint[ALLOWED_FINGERPRINT_SIZE])
{
	if (list->certificate_count == 0)
		return NULL;
	return bsearch(fingerprint, list->certificates, list->certificate_count, sizeof(*list->certificates),
		       by_fingerprint);
}

static int by_company(const void *key, const void *element)
{
	int64_t wanted = *(const int64_t *)key, there = ((const struct allowed_company *)element)->company_id;

	return wanted < there ? -1 : wanted > there;
}

struct networks allow_list_networks(const struct allow_list *list, int64_t company_id)
{
	const struct allowed_company *c = NULL;

	if (list->company_count)
		c = bsearch(&company_id, list->companies, list->company_count, sizeof(*list->companies), by_company);
	return c ? c->home : (struct networks){ 0 };
}

void allow_list_release(struct allow_list *list)
{
	free(list->certificates);
	free(list->companies);
	free(list->networks);
	*list = (struct allow_list){ 0 };
}

/* --------------------------------------------------------------------------------------------------------- reader */

static void forget_zones(struct allow_reader *r)
{
	for (size_t i = 0; i < r->zone_count; i++)
		free(r->zones[i].name);
	free(r->zones);
	r->zones = NULL;
	r->zone_count = 0;
}

struct allow_reader *allow_reader_new(const struct allow_plan *plan)
{
	struct allow_reader *r = calloc(1, sizeof(*r));

	if (r)
		r->plan = *plan;
	return r;
}

static void disconnect(struct allow_reader *r)
{
	async_close(r->connection);
	r->connection = NULL;
	r->busy = r->ready = r->surely = r->rang = false;
}

void allow_reader_free(struct allow_reader *r)
{
	if (!r)
		return;
	disconnect(r);
	forget_zones(r);
	allow_list_release(&r->list);
	free(r->seen);
	free(r->looked);
	free(r);
}

int allow_reader_connect(struct allow_reader *r, struct err *why)
{
	const struct async_plan plan = { .conninfo = r->plan.conninfo,
					 .user = r->plan.user,
					 .application = "hinomi collector allow-list",
					 .statements = statements,
					 .statement_count = ARRAY_LEN(statements),
					 .set_up = set_up };

	disconnect(r);
	return async_open(&r->connection, &plan, why);
}

int allow_reader_descriptor(const struct allow_reader *r)
{
	return r->connection ? async_descriptor(r->connection) : -1;
}

bool allow_reader_wants_read(const struct allow_reader *r)
{
	return r->connection && async_wants_read(r->connection);
}

bool allow_reader_wants_write(const struct allow_reader *r)
{
	return r->connection && async_wants_write(r->connection);
}

time_us allow_reader_clock_offset(const struct allow_reader *r)
{
	return r->clock_offset;
}

void allow_reader_take(struct allow_reader *r, struct allow_list *out)
{
	*out = r->list;
	r->list = (struct allow_list){ 0 };
}

/* -------------------------------------------------------------------------------------------------------- answers */

static int32_t zone_of(const struct allow_reader *r, const char *name)
{
	for (size_t i = 0; i < r->zone_count; i++)
		if (strcmp(r->zones[i].name, name) == 0)
			return r->zones[i].offset;
	return 0; /* not a zone that the database knows: UTC */
}

static int take_zones(struct allow_reader *r, const struct db_result *result, struct err *why)
{
	size_t count = (size_t)db_rows(result);

	forget_zones(r);
	r->zones = calloc(count + 1, sizeof(*r->zones));
	for (size_t i = 0; r->zones && i < count; i++) {
		r->zones[i] = (struct allow_zone){ slice_to_string(db_slice(result, (int)i, 0)),
						   (int32_t)db_integer(result, (int)i, 1) };
		if (!r->zones[i].name)
			break;
		r->zone_count++;
	}
	return r->zone_count == count ? 0 : err_set(why, ERR_NOMEM, "no memory for time zones");
}

static int take_certificates(struct allow_reader *r, const struct db_result *result, struct err *why)
{
	size_t count = (size_t)db_rows(result);

	allow_list_release(&r->list);
	r->list.certificates = calloc(count + 1, sizeof(*r->list.certificates));
	if (!r->list.certificates)
		return err_set(why, ERR_NOMEM, "no memory for %zu certificates", count);
	for (size_t i = 0; i < count; i++) {
		struct allowed *a = &r->list.certificates[i];
		struct slice fingerprint = db_slice(result, (int)i, 2);

		a->company_id = db_integer(result, (int)i, 0);
		a->sensor_id = db_integer(result, (int)i, 1);
		a->revoked = db_bool(result, (int)i, 3);
		a->zone = zone_of(r, db_text(result, (int)i, 4));
		if (fingerprint.len == ALLOWED_FINGERPRINT_SIZE)
			memcpy(a->fingerprint, fingerprint.ptr, ALLOWED_FINGERPRINT_SIZE);
	}
	r->list.certificate_count = count;
	return 0;
}

static int take_networks(struct allow_reader *r, const struct db_result *result, struct err *why)
{
	size_t count = (size_t)db_rows(result);
	struct allow_list *list = &r->list;

	list->networks = calloc(count + 1, sizeof(*list->networks));
	list->companies = calloc(count + 1, sizeof(*list->companies));
	if (!list->networks || !list->companies)
		return err_set(why, ERR_NOMEM, "no memory for %zu networks", count);
	for (size_t i = 0; i < count; i++) {
		int64_t company_id = db_integer(result, (int)i, 0);
		struct network *n = &list->networks[list->network_count];

		if (!network_parse(db_slice(result, (int)i, 1), n))
			continue;
		list->network_count++;
		if (list->company_count == 0 || list->companies[list->company_count - 1].company_id != company_id)
			list->companies[list->company_count++] = (struct allowed_company){ company_id, { n, 0 } };
		list->companies[list->company_count - 1].home.count++;
	}
	return 0;
}

static void take_look(struct allow_reader *r, const struct db_result *result)
{
	/* Ours at the middle of question and answer. */
	time_us ours = r->asked_at + (clock_now() - r->asked_at) / 2;

	r->clock_offset = db_time(result, 0, 0) - ours;
	free(r->looked);
	r->looked = slice_to_string(db_slice(result, 0, 1));
	if (!r->seen || !r->looked || strcmp(r->seen, r->looked) != 0)
		r->surely = true;
}

static int take_answer(struct allow_reader *r, const struct db_result *result, struct err *why)
{
	switch (r->asked++) {
	case LOOK:
		take_look(r, result);
		return 0;
	case CERTIFICATES:
		return take_certificates(r, result, why);
	case NETWORKS:
		return take_networks(r, result, why);
	case ZONES:
		r->zones_until = clock_monotonic_ms() + ZONES_LAST_MS;
		r->asked = CERTIFICATES;
		return take_zones(r, result, why);
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------ questions */

static int ask_look(struct allow_reader *r, struct err *why)
{
	r->busy = true;
	r->asked = LOOK;
	r->asked_at = clock_now();
	if (async_run(r->connection, LOOK, NULL, why) != 0)
		return -1;
	return async_sync(r->connection, why);
}

/* A sensor with a zone not heard of is rare: it counts as UTC until the zones are read again, within the hour, or at
 * the first reading after a start. */
static int ask_list(struct allow_reader *r, struct err *why)
{
	struct db_args args = { 0 };
	bool zones = clock_monotonic_ms() >= r->zones_until;

	r->busy = true;
	r->asked = zones ? ZONES : CERTIFICATES;
	db_arg_text(&args, r->plan.timezone);
	if ((zones && async_run(r->connection, ZONES, &args, why) != 0) ||
	    async_run(r->connection, CERTIFICATES, &args, why) != 0 ||
	    async_run(r->connection, NETWORKS, NULL, why) != 0)
		return -1;
	return async_sync(r->connection, why);
}

int allow_reader_look(struct allow_reader *r, bool surely, struct err *why)
{
	if (!r->connection || !r->ready || r->busy) {
		r->rang |= surely;
		return 0;
	}
	r->rang = false;
	r->surely = surely || clock_monotonic_ms() >= r->zones_until;
	return ask_look(r, why);
}

/* A round trip is complete. */
static enum allow_event go_on(struct allow_reader *r, struct err *why)
{
	bool listed = r->asked > NETWORKS;

	r->busy = false;
	if (listed) {
		r->surely = false;
		free(r->seen);
		r->seen = r->looked;
		r->looked = NULL;
		if (r->rang && allow_reader_look(r, true, why) != 0)
			return ALLOW_LOST;
		return ALLOW_LOADED;
	}
	/* Whoever rang while we looked may have changed something behind our back. */
	if (r->surely ? ask_list(r, why) != 0 : r->rang && allow_reader_look(r, true, why) != 0)
		return ALLOW_LOST;
	return ALLOW_WAIT;
}

enum allow_event allow_reader_step(struct allow_reader *r, struct err *why)
{
	enum allow_event event = ALLOW_WAIT;
	struct db_result *result;
	int failed = 0;

	while (event == ALLOW_WAIT && !failed && r->connection) {
		switch (async_step(r->connection, &result, why)) {
		case ASYNC_WAIT:
			return ALLOW_WAIT;
		case ASYNC_CONNECTED:
			r->ready = true;
			failed = allow_reader_look(r, true, why);
			break;
		case ASYNC_RESULT:
			failed = take_answer(r, result, why);
			db_result_free(result);
			break;
		case ASYNC_DONE:
			event = go_on(r, why);
			break;
		case ASYNC_NOTIFIED:
			failed = allow_reader_look(r, true, why);
			break;
		case ASYNC_COPY:
			break;
		case ASYNC_REFUSED: /* no part of the list is taken when another could not be read */
		case ASYNC_LOST:
			event = ALLOW_LOST;
			break;
		}
	}
	if (failed || event == ALLOW_LOST) {
		disconnect(r);
		return ALLOW_LOST;
	}
	return event;
}
