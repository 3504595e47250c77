/* hinomictl sensor */
#include "server/ctl/listing.h"
#include "server/model/token.h"
#include "server/store/sensor_admin.h"
#include "server/store/sensor_query.h"

#include <inttypes.h>

enum { TOKEN_HOURS = 24 };

static void sensor_note(struct change_note *note, const char *action, int64_t company_id, int64_t sensor_id)
{
	note->action = action;
	note->company_id = company_id;
	note->on_screens = true;
	note->kind = CHANGE_SENSOR;
	note->id = sensor_id;
	note->for_collector = true;
	snprintf(note->subject, sizeof(note->subject), "sensor %" PRId64, sensor_id);
}

/* ---------------------------------------------------------------------------------------------- add, token */

struct enrolment {
	int64_t company_id, sensor_id;
	char token[TOKEN_TEXT_SIZE];
};

static int give_token(struct ctl *ctl, struct enrolment *e, struct err *why)
{
	uint8_t hash[TOKEN_HASH_SIZE];

	token_new(e->token);
	token_hash(slice_of_string(e->token), hash);
	return sensor_token_add(ctl->db, e->company_id, e->sensor_id, hash, TOKEN_HOURS, why);
}

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct enrolment *e = arg;
	const char *name = options_text(&ctl->options, "--name"), *zone = options_text(&ctl->options, "--timezone");
	struct json_writer w;

	e->company_id = options_integer(&ctl->options, "--company", 0);
	if (sensor_add(ctl->db, e->company_id, name, zone, &e->sensor_id, why) != 0 || give_token(ctl, e, why) != 0)
		return -1;
	sensor_note(note, "sensor.add", e->company_id, e->sensor_id);
	change_detail(note, &w);
	json_put_string(&w, "name", name);
	if (zone)
		json_put_string(&w, "timezone", zone);
	json_close_object(&w);
	return 0;
}

static int token_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct enrolment *e = arg;

	e->sensor_id = options_integer(&ctl->options, "ID", 0);
	if (sensor_company(ctl->db, e->sensor_id, &e->company_id, why) != 0 || give_token(ctl, e, why) != 0)
		return -1;
	sensor_note(note, "sensor.token", e->company_id, e->sensor_id);
	return 0;
}

static int print_token(struct ctl *ctl, ctl_change change, struct err *why)
{
	struct enrolment e = { 0 };

	if (change_all(ctl, change, &e, why) != 0)
		return -1;
	puts(e.token);
	return 0;
}

static int add(struct ctl *ctl, struct err *why)
{
	return print_token(ctl, add_change, why);
}

static int token(struct ctl *ctl, struct err *why)
{
	return print_token(ctl, token_change, why);
}

/* ---------------------------------------------------------------------------------------------- revoke */

static int revoke_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	int64_t sensor_id = options_integer(&ctl->options, "ID", 0), company_id;
	struct db_result *revoked;

	(void)arg;
	if (sensor_company(ctl->db, sensor_id, &company_id, why) != 0 ||
	    sensor_revoke(ctl->db, company_id, sensor_id, &revoked, why) != 0)
		return -1;
	db_result_free(revoked);
	sensor_note(note, "sensor.revoke", company_id, sensor_id);
	return 0;
}

static int revoke(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, revoke_change, NULL, why);
}

/* ---------------------------------------------------------------------------------------------- list */

/* Whole days until the certificate ends; negative when it has. */
static int64_t days_left(time_us not_after)
{
	time_us left = not_after - clock_now();

	return left < 0 ? -1 - (-left / US_PER_DAY) : left / US_PER_DAY;
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct sensor_row s;

	sensor_query_read(result, row, &s);
	table_integer(t, s.id);
	table_integer(t, s.company_id);
	table_text(t, s.company);
	table_text(t, s.name);
	table_text(t, s.state);
	table_time(t, s.last_seen_at);
	table_text(t, s.agent_version);
	if (s.certificate_not_after == TIME_NONE)
		table_text(t, NULL);
	else
		table_integer(t, days_left(s.certificate_not_after));
	if (s.has_spool_records)
		table_integer(t, s.spool_records);
	else
		table_text(t, NULL);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct sensor_row s;
	bool enrolled;

	sensor_query_read(result, row, &s);
	enrolled = s.certificate_not_after != TIME_NONE;
	json_put_integer(w, "id", s.id);
	json_put_integer(w, "company_id", s.company_id);
	json_put_string(w, "company", s.company);
	json_put_string(w, "name", s.name);
	json_put_string(w, "state", s.state);
	json_put_time(w, "last_seen_at", s.last_seen_at);
	json_put_time(w, "last_event_at", s.last_event_at);
	json_put_string(w, "agent_version", s.agent_version);
	json_put_time(w, "certificate_not_after", s.certificate_not_after);
	json_put_known(w, "certificate_days_left", enrolled, enrolled ? days_left(s.certificate_not_after) : 0);
	json_put_known(w, "clock_skew_ms", s.has_skew, s.clock_skew_ms);
	json_put_known(w, "spool_records", s.has_spool_records, s.spool_records);
	json_put_known(w, "spool_bytes", s.has_spool_bytes, s.spool_bytes);
	json_put_known(w, "disk_free_bytes", s.has_disk_free, s.disk_free_bytes);
	json_put_known(w, "dropped_records", s.has_dropped, s.dropped_records);
	json_put_time(w, "created_at", s.created_at);
}

static const struct listing listing = {
	.name = "sensors",
	.headings = ">id|>company|company name|name|state|last seen (UTC)|version|>certificate days left|>spool",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (sensor_query_list(ctl->db, options_integer(&ctl->options, "--company", 0), 0, ctl->settings.timezone,
			      &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec add_options[] = {
	OPTION_COMPANY_NEEDED,
	{ "--name", OPTION_NAME, true, "N", "where it stands, say" },
	{ "--timezone", OPTION_NAME, false, "Z",
	  "of a device that logs local time without a zone (default: the operator's)" },
	OPTIONS_END,
};
static const struct option_spec id_options[] = { { "ID", OPTION_ID, true, NULL, "see hinomictl sensor list" },
						 OPTIONS_END };
static const struct option_spec list_options[] = { OPTION_COMPANY_OPTIONAL, OPTION_JSON, OPTIONS_END };

static const char about_token[] = "The token is good for one enrolment within 24 hours (hinomi-agent enroll --token).\n"
				  "The database keeps only its SHA-256: it cannot be shown again.\n";

const struct command sensor_commands[] = {
	{ "sensor", "add", "add a sensor; prints its one-time enrolment token", add_options, false, add, about_token },
	{ "sensor", "token", "a new token for a sensor: after 24 hours, or when the appliance was replaced", id_options,
	  false, token, about_token },
	{ "sensor", "list", "sensors: state, last seen, version, certificate", list_options, false, list, NULL },
	{ "sensor", "revoke", "end a sensor at once: its certificates, tokens and connections", id_options, false,
	  revoke, "This cannot be taken back; add a new sensor instead. What it has sent stays.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
