/* hinomictl company add, list, tag, leave */
#include "server/ctl/company.h"

#include "server/ctl/listing.h"
#include "server/store/company_query.h"
#include "server/store/sensor_admin.h"

#include <inttypes.h>

void company_note(struct change_note *note, const char *action, int64_t company_id)
{
	note->action = action;
	note->company_id = company_id;
	note->on_screens = true;
	note->kind = CHANGE_COMPANY;
	note->id = company_id;
	snprintf(note->subject, sizeof(note->subject), "company %" PRId64, company_id);
}

void company_facts_write(const struct company_facts *facts, struct json_writer *w)
{
	json_put_string(w, "name", facts->name);
	json_put_string(w, "member_no", facts->member_no);
	json_put_string(w, "industry", facts->industry);
	json_put_string(w, "area", facts->area);
	if (facts->employees >= 0)
		json_put_integer(w, "employees", facts->employees);
}

/* ---------------------------------------------------------------------------------------------- add */

struct addition {
	struct company_facts facts;
	int64_t company_id;
};

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct addition *addition = arg;
	struct json_writer w;

	if (company_add(ctl->db, &addition->facts, &addition->company_id, why) != 0)
		return -1;
	company_note(note, "company.add", addition->company_id);
	change_detail(note, &w);
	company_facts_write(&addition->facts, &w);
	json_close_object(&w);
	return 0;
}

static int add(struct ctl *ctl, struct err *why)
{
	const struct options *o = &ctl->options;
	struct addition addition = { .facts = {
					 .name = options_text(o, "--name"),
					 .member_no = options_text(o, "--member-no"),
					 .industry = options_text(o, "--industry"),
					 .area = options_text(o, "--area"),
					 .employees = options_integer(o, "--employees", -1),
				     } };

	if (change_all(ctl, add_change, &addition, why) != 0)
		return -1;
	printf("%" PRId64 "\n", addition.company_id);
	return 0;
}

static const struct option_spec add_options[] = {
	{ "--name", OPTION_NAME, true, "N", "as people know it" },
	{ "--member-no", OPTION_NAME, false, "M", "member number; without one it is not a member" },
	{ "--industry", OPTION_NAME, false, "J", "as the chamber groups its members" },
	{ "--employees", OPTION_COUNT, false, "E", "how many" },
	{ "--area", OPTION_NAME, false, "A", "where it is" },
	OPTIONS_END,
};

/* ---------------------------------------------------------------------------------------------- list */

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct company_row c;

	company_query_read(result, row, &c);
	json_put_integer(w, "id", c.id);
	json_put_string(w, "name", c.name);
	json_put_string(w, "member_no", c.member_no);
	json_put_string(w, "industry", c.industry);
	json_put_string(w, "area", c.area);
	json_put_known(w, "employees", c.employees >= 0, c.employees);
	json_put_string(w, "monitored_from", c.monitored_from);
	json_put_string(w, "monitored_to", c.monitored_to);
	json_put_integer(w, "sensors", c.sensors);
	json_put_integer(w, "sensors_down", c.sensors_down);
	json_put_integer(w, "open_incidents", c.open_incidents);
	json_put_integer(w, "detections_30d", c.detections_30d);
	json_put_raw(w, "tags", slice_of_string(c.tags));
	json_put_time(w, "last_seen_at", c.last_seen_at);
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct company_row c;

	company_query_read(result, row, &c);
	table_integer(t, c.id);
	table_text(t, c.name);
	table_text(t, c.member_no);
	table_text(t, c.industry);
	if (c.employees >= 0)
		table_integer(t, c.employees);
	else
		table_text(t, NULL);
	table_text(t, c.area);
	table_text(t, c.monitored_from);
	table_text(t, c.monitored_to);
	table_integer(t, c.sensors);
	table_integer(t, c.open_incidents);
}

static const struct listing listing = {
	.name = "companies",
	.headings = ">id|name|member no|industry|>employees|area|monitored from|to|>sensors|>open incidents",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (company_query_list(ctl->db, 0, NULL, ctl->settings.timezone, &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec list_options[] = { OPTION_JSON, OPTIONS_END };

/* ---------------------------------------------------------------------------------------------- tag */

enum { TAG_MOST = 100 }; /* of a mute's group_tag too */

struct tagging {
	int64_t company_id;
	const char *add, *remove; /* NULL: none */
};

static int tag_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct tagging *tagging = arg;
	struct json_writer w;

	if (company_tag(ctl->db, tagging->company_id, tagging->add, tagging->remove, why) != 0)
		return -1;
	company_note(note, "company.tag", tagging->company_id);
	change_detail(note, &w);
	json_put_string(&w, "add", tagging->add);
	json_put_string(&w, "remove", tagging->remove);
	json_close_object(&w);
	return 0;
}

static int tag(struct ctl *ctl, struct err *why)
{
	const struct options *o = &ctl->options;
	struct tagging tagging = { options_integer(o, "ID", 0), options_text(o, "--add"), options_text(o, "--remove") };

	if (!tagging.add && !tagging.remove)
		return err_set(why, ERR_USAGE, "give --add TAG, --remove TAG or both");
	if (tagging.add && strlen(tagging.add) > TAG_MOST)
		return err_set(why, ERR_USAGE, "a tag has at most %d bytes", TAG_MOST);
	return change_all(ctl, tag_change, &tagging, why);
}

static const struct option_spec tag_options[] = {
	{ "ID", OPTION_ID, true, NULL, "see hinomictl company list" },
	{ "--add", OPTION_NAME, false, "TAG", "belongs to this group from now on" },
	{ "--remove", OPTION_NAME, false, "TAG", "and no longer to this one" },
	OPTIONS_END,
};

/* ---------------------------------------------------------------------------------------------- leave */

struct departure {
	int64_t company_id;
	char day[DAY_TEXT_SIZE];
	int sensors;
};

static int leave_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct departure *departure = arg;
	struct db_result *revoked;
	struct json_writer w;

	if (company_leave(ctl->db, departure->company_id, departure->day, why) != 0 ||
	    sensor_revoke(ctl->db, departure->company_id, 0, &revoked, why) != 0)
		return -1;
	departure->sensors = db_rows(revoked);
	db_result_free(revoked);
	company_note(note, "company.leave", departure->company_id);
	note->for_collector = true;
	change_detail(note, &w);
	json_put_string(&w, "day", departure->day);
	json_put_integer(&w, "sensors_revoked", departure->sensors);
	json_close_object(&w);
	return 0;
}

static int leave(struct ctl *ctl, struct err *why)
{
	struct departure departure = { .company_id = options_integer(&ctl->options, "ID", 0) };
	const char *day = options_text(&ctl->options, "--on");
	char today[DAY_TEXT_SIZE];

	if (company_today(ctl->db, ctl->settings.timezone, today, why) != 0)
		return -1;
	if (day && strcmp(day, today) > 0)
		return err_set(why, ERR_USAGE, "--on %s has not come yet; its sensors are revoked at once", day);
	snprintf(departure.day, sizeof(departure.day), "%s", day ? day : today);
	if (change_all(ctl, leave_change, &departure, why) != 0)
		return -1;
	printf("company %" PRId64 " has left: monitored until %s, %d sensors revoked\n", departure.company_id,
	       departure.day, departure.sensors);
	return 0;
}

static const struct option_spec leave_options[] = {
	{ "ID", OPTION_ID, true, NULL, "see hinomictl company list" },
	{ "--on", OPTION_DAY, false, "D", "its last monitored day (default: today)" },
	OPTIONS_END,
};

const struct command company_commands[] = {
	{ "company", "add", "add a company; prints its id", add_options, false, add,
	  "A member number, and the name of a company that has not left, can be there only once.\n" },
	{ "company", "list", "all companies", list_options, false, list, NULL },
	{ "company", "tag", "put a company into a group, or take it out", tag_options, false, tag,
	  "A mute of scope \"group\" is for all companies with its tag, those that get it later included.\n" },
	{ "company", "leave", "end a company's monitoring and revoke its sensors; its figures stay", leave_options,
	  false, leave, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
