#include "server/model/escalation_policy.h"

#include "server/model/document.h"

#define MINUTE (60 * US_PER_SECOND)

static const char *const target_words[] = { "schedule", "person", "channel", "role", "member" };
static const char *const roles[] = { "lead", "admin", "desk" };
static const char *const members[] = { "next", "all" };
static const enum target_kind numbered[] = { TARGET_SCHEDULE, TARGET_PERSON, TARGET_CHANNEL };
enum { AT_ROLE = ARRAY_LEN(numbered), AT_MEMBER };

static int read_value(const struct document *d, uint32_t value, const char *place, size_t which,
		      struct policy_target *out, struct err *why)
{
	int word;

	if (which < ARRAY_LEN(numbered)) {
		out->kind = numbered[which];
		return document_integer(d, value, place, 1, INT64_MAX, &out->id, why);
	}
	if (which == AT_ROLE) {
		if (document_word(d, value, place, roles, ARRAY_LEN(roles), &word, why) != 0)
			return -1;
		out->kind = TARGET_ROLE;
		out->role = roles[word];
		return 0;
	}
	if (document_word(d, value, place, members, ARRAY_LEN(members), &word, why) != 0)
		return -1;
	out->kind = word == 0 ? TARGET_MEMBER_NEXT : TARGET_MEMBER_ALL;
	return 0;
}

static int read_target(const struct document *d, uint32_t target, const char *place, struct policy_target *out,
		       struct err *why)
{
	uint32_t values[ARRAY_LEN(target_words)];
	char at[DOCUMENT_PLACE_SIZE];
	size_t which = 0, count = 0;

	*out = (struct policy_target){ 0 };
	if (document_object(d, target, place, target_words, ARRAY_LEN(target_words), values, why) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(target_words); i++) {
		if (values[i] == JSON_NONE)
			continue;
		which = i;
		count++;
	}
	if (count != 1)
		return err_set(why, ERR_USAGE, "%s: it must have one of schedule, person, channel, role, member",
			       place);
	document_member_place(at, place, target_words[which]);
	return read_value(d, values[which], at, which, out, why);
}

static bool has_target(const struct policy_step *step, const struct policy_target *target)
{
	for (int i = 0; i < step->target_count; i++)
		if (step->targets[i].kind == target->kind && step->targets[i].id == target->id &&
		    step->targets[i].role == target->role)
			return true;
	return false;
}

static int read_targets(const struct document *d, uint32_t list, const char *place, struct policy_step *out,
			struct err *why)
{
	char at[DOCUMENT_PLACE_SIZE];
	struct policy_target target;
	uint32_t value;
	int count;

	if (document_array(d, list, place, POLICY_TARGETS_MAX, &count, why) != 0)
		return -1;
	if (count == 0)
		return err_set(why, ERR_USAGE, "%s: nobody is told", place);
	value = json_read_first(&d->reader, list);
	for (int i = 0; i < count; i++, value = d->reader.tokens[value].next) {
		document_item_place(at, place, i);
		if (read_target(d, value, at, &target, why) != 0)
			return -1;
		if (has_target(out, &target))
			return err_set(why, ERR_USAGE, "%s: it stands twice in this step", at);
		out->targets[out->target_count++] = target;
	}
	return 0;
}

static bool parse_duration(struct slice text, int64_t *out)
{
	static const struct {
		uint8_t letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t number;

	/* Seven digits of days do not overflow. */
	if (text.len < 2 || text.len > 8 || !slice_to_uint64(slice_take(text, text.len - 1), &number))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (text.ptr[text.len - 1] != units[i].letter)
			continue;
		*out = (int64_t)number * units[i].seconds * US_PER_SECOND;
		return true;
	}
	return false;
}

static int read_duration(const struct document *d, uint32_t value, const char *place, int64_t least, int64_t most,
			 int64_t *out, struct err *why)
{
	if (json_read_is(&d->reader, value, JSON_KIND_STRING) &&
	    parse_duration(json_read_raw(&d->reader, value), out) && *out >= least && *out <= most)
		return 0;
	return err_set(why, ERR_USAGE,
		       "%s: it must be a duration as \"90s\", \"5m\", \"2h\" or \"1d\", from %llds to %lldd", place,
		       (long long)(least / US_PER_SECOND), (long long)(most / US_PER_DAY));
}

static int read_step(const struct document *d, uint32_t step, const char *place, struct policy_step *out,
		     struct err *why)
{
	static const char *const names[] = { "after", "targets" };
	uint32_t values[ARRAY_LEN(names)];
	char at[DOCUMENT_PLACE_SIZE];

	if (document_object(d, step, place, names, ARRAY_LEN(names), values, why) != 0 ||
	    document_needs(values[0], place, names[0], why) != 0 ||
	    document_needs(values[1], place, names[1], why) != 0)
		return -1;
	document_member_place(at, place, names[0]);
	if (read_duration(d, values[0], at, 0, 7 * US_PER_DAY, &out->after, why) != 0)
		return -1;
	document_member_place(at, place, names[1]);
	return read_targets(d, values[1], at, out, why);
}

static int read_steps(const struct document *d, uint32_t list, struct escalation_policy *out, struct err *why)
{
	char at[DOCUMENT_PLACE_SIZE];
	uint32_t value;
	int count;

	if (document_array(d, list, "steps", POLICY_STEPS_MAX, &count, why) != 0)
		return -1;
	if (count == 0)
		return err_set(why, ERR_USAGE, "steps: there must be one at least");
	value = json_read_first(&d->reader, list);
	for (int i = 0; i < count; i++, value = d->reader.tokens[value].next) {
		document_item_place(at, "steps", i);
		if (read_step(d, value, at, &out->steps[out->step_count++], why) != 0)
			return -1;
	}
	return 0;
}

/* "0s", or a minute and more; absent: as it is. */
static int read_expiry(const struct document *d, uint32_t value, const char *place, int64_t *out, struct err *why)
{
	if (value == JSON_NONE)
		return 0;
	if (read_duration(d, value, place, 0, 7 * US_PER_DAY, out, why) != 0)
		return -1;
	if (*out > 0 && *out < MINUTE)
		return err_set(why, ERR_USAGE, "%s: it must be \"0s\", or a minute and more", place);
	return 0;
}

enum { M_STEPS, M_LOOPS, M_REPEAT_AFTER, M_ACK_EXPIRES, M_LINK_ACK_EXPIRES, M_HOURS, M_COUNT };
static const char *const names[M_COUNT] = { [M_STEPS] = "steps",
					    [M_LOOPS] = "loops",
					    [M_REPEAT_AFTER] = "repeat_after",
					    [M_ACK_EXPIRES] = "ack_expires",
					    [M_LINK_ACK_EXPIRES] = "link_ack_expires",
					    [M_HOURS] = "hours" };

static int read_times(const struct document *d, const uint32_t *values, struct escalation_policy *out, struct err *why)
{
	int64_t first = out->steps[0].after;

	out->repeat_after = first < 5 * MINUTE ? 5 * MINUTE : first < US_PER_DAY ? first : US_PER_DAY;
	out->ack_expires = 60 * MINUTE;
	out->link_ack_expires = 15 * MINUTE;
	if (values[M_REPEAT_AFTER] != JSON_NONE && read_duration(d, values[M_REPEAT_AFTER], names[M_REPEAT_AFTER],
								 MINUTE, US_PER_DAY, &out->repeat_after, why) != 0)
		return -1;
	if (read_expiry(d, values[M_ACK_EXPIRES], names[M_ACK_EXPIRES], &out->ack_expires, why) != 0)
		return -1;
	return read_expiry(d, values[M_LINK_ACK_EXPIRES], names[M_LINK_ACK_EXPIRES], &out->link_ack_expires, why);
}

static int read_policy(const struct document *d, struct escalation_policy *out, struct err *why)
{
	uint32_t values[M_COUNT];
	int64_t loops = 1;

	if (document_object(d, 0, "", names, M_COUNT, values, why) != 0 ||
	    document_needs(values[M_STEPS], "", names[M_STEPS], why) != 0 ||
	    read_steps(d, values[M_STEPS], out, why) != 0)
		return -1;
	if (values[M_LOOPS] != JSON_NONE &&
	    document_integer(d, values[M_LOOPS], names[M_LOOPS], 1, POLICY_LOOPS_MAX, &loops, why) != 0)
		return -1;
	out->loops = (int)loops;
	if (values[M_HOURS] != JSON_NONE &&
	    document_integer(d, values[M_HOURS], names[M_HOURS], 1, INT64_MAX, &out->hours, why) != 0)
		return -1;
	return read_times(d, values, out, why);
}

int escalation_policy_parse(struct slice document, struct escalation_policy *out, struct err *why)
{
	struct document d;
	int result;

	*out = (struct escalation_policy){ 0 };
	if (document_read(&d, document, why) != 0)
		return -1;
	result = read_policy(&d, out, why);
	document_release(&d);
	return result;
}

bool policy_step_same_targets(const struct policy_step *a, const struct policy_step *b)
{
	if (a->target_count != b->target_count)
		return false;
	for (int i = 0; i < a->target_count; i++)
		if (!has_target(b, &a->targets[i]))
			return false;
	return true;
}
