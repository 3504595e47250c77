#include "server/api/notice_targets.h"

#include "server/api/incident_view.h"
#include "server/api/page_json.h"

#include <string.h>

static int64_t on_call(const struct notice_look *look, int64_t schedule_id, time_us at)
{
	const struct oncall_entry *entry = oncall_book_schedule(look->book, schedule_id);

	return entry ? schedule_at(entry->schedule, at).user_id : 0;
}

static void put_person(struct json_writer *w, const struct notice_look *look, int64_t user_id)
{
	if (user_id)
		incident_view_put_person(w, NULL, user_id, page_audience_name(look->audience->people, user_id));
}

/* Returns how many. */
static int put_role(struct json_writer *w, const struct notice_look *look, const char *role)
{
	const struct db_result *people = look->audience->people;
	int count = 0;

	for (int i = 0; i < db_rows(people); i++) {
		if (!slice_is(db_slice(people, i, 2), role))
			continue;
		incident_view_put_person(w, NULL, db_integer(people, i, 0), db_text(people, i, 1));
		count++;
	}
	return count;
}

/* The array `people`; returns how many there are. */
static int put_people(struct json_writer *w, const struct notice_look *look, const struct policy_target *target,
		      time_us at)
{
	int64_t user_id = 0;
	int count = 0;

	if (target->kind == TARGET_SCHEDULE)
		user_id = on_call(look, target->id, at);
	else if (target->kind == TARGET_PERSON && page_audience_name(look->audience->people, target->id))
		user_id = target->id;
	json_open_array(w, "people");
	if (target->kind == TARGET_ROLE)
		count = put_role(w, look, target->role);
	else
		put_person(w, look, user_id);
	json_close_array(w);
	return count + (user_id != 0);
}

static void put_contacts(struct json_writer *w, const struct notice_look *look, const struct policy_target *target,
			 int64_t next)
{
	const struct db_result *contacts = look->audience->contacts;
	bool all = target->kind == TARGET_MEMBER_ALL;

	json_open_array(w, "contacts");
	if (look->one_company && (all || target->kind == TARGET_MEMBER_NEXT))
		for (int i = 0; i < db_rows(contacts); i++)
			if (all || i + 1 == next)
				page_json_put_named(w, NULL, db_integer(contacts, i, 0), db_text(contacts, i, 1));
	json_close_array(w);
}

static const char *schedule_name(const struct notice_look *look, int64_t schedule_id)
{
	const struct oncall_entry *entry = oncall_book_schedule(look->book, schedule_id);

	return entry ? entry->name : NULL;
}

/* What the target is, each kind in a member of its own. */
static void put_what(struct json_writer *w, const struct notice_look *look, const struct policy_target *target)
{
	bool person = target->kind == TARGET_PERSON, channel = target->kind == TARGET_CHANNEL;
	bool schedule = target->kind == TARGET_SCHEDULE;

	page_json_put_named(w, "schedule", schedule ? target->id : 0,
			    schedule ? schedule_name(look, target->id) : NULL);
	incident_view_put_person(w, "person", person ? target->id : 0,
				 person ? page_audience_name(look->audience->people, target->id) : NULL);
	page_json_put_named(w, "channel", channel ? target->id : 0,
			    channel ? page_audience_name(look->audience->channels, target->id) : NULL);
	json_put_string(w, "role", target->kind == TARGET_ROLE ? target->role : NULL);
	json_put_string(w, "member",
			target->kind == TARGET_MEMBER_NEXT  ? "next"
			: target->kind == TARGET_MEMBER_ALL ? "all"
							    : NULL);
}

int notice_targets_members(const struct notice_look *look, const struct policy_target *targets, int count)
{
	int members = 0;

	for (int i = 0; i < count; i++)
		members += look->one_company && targets[i].kind == TARGET_MEMBER_NEXT;
	return members;
}

void notice_targets_put(struct json_writer *w, const struct notice_look *look, const struct policy_target *targets,
			int count, time_us at)
{
	int64_t next = look->member_next;
	bool asks_people = false;
	int people = 0;

	json_open_array(w, "targets");
	for (int i = 0; i < count; i++) {
		json_open_object(w, NULL);
		put_what(w, look, &targets[i]);
		people += put_people(w, look, &targets[i], at);
		put_contacts(w, look, &targets[i], next);
		next += targets[i].kind == TARGET_MEMBER_NEXT;
		asks_people = asks_people || targets[i].kind == TARGET_SCHEDULE || targets[i].kind == TARGET_PERSON ||
			      targets[i].kind == TARGET_ROLE;
		json_close_object(w);
	}
	json_close_array(w);
	json_put_bool(w, "nobody", asks_people && people == 0);
}
