#include "server/model/escalation_policy.h"

#include "server/model/document.h"

#define MINUTE (60 * US_PER_SECOND)

enum { TOKENS_MAX = 4096 };

static const char *const target_words[] = { "schedule", "person", "channel", "role", "member" };
static const char *const roles[] = { "lead", "admin", "desk" };
static const char *const members[] = { "next", "all" };
static const enum target_kind numbered[] = { TARGET_SCHEDULE, TARGET_PERSON, TARGET_CHANNEL };
enum { AT_ROLE = ARRAY_LEN(numbered), AT_MEMBER };

static int read_value(struct document *d, const struct document_place *at, size_t which, struct policy_target *out)
{
	size_t word;

	if (which < ARRAY_LEN(numbered)) {
		out->kind = numbered[which];
		return document_integer(d, at, 1, INT64_MAX, &out->id);
	}
	if (which == AT_ROLE) {
		if (document_choice(d, at, roles, ARRAY_LEN(roles), &word) != 0)
			return -1;
		out->kind = TARGET_ROLE;
		out->role = roles[word];
		return 0;
	}
	if (document_choice(d, at, members, ARRAY_LEN(members), &word) != 0)
		return -1;
	out->kind = word == 0 ? TARGET_MEMBER_NEXT : TARGET_MEMBER_ALL;
	return 0;
}

static int read_target(struct document *d, const struct document_place *at, struct policy_target *out)
{
	struct document_place found[ARRAY_LEN(target_words)];
	size_t which = ARRAY_LEN(target_words), count = 0;

	*out = (struct policy_target){ 0 };
	if (document_members(d, at, target_words, ARRAY_LEN(target_words), found) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(target_words); i++) {
		if (!document_has(&found[i]))
			continue;
		which = i;
		count++;
	}
	if (count != 1)
		return document_refuse(d, at, "exactly one of schedule, person, channel, role or member was expected");
	return read_value(d, &found[which], which, out);
}

static bool same_target(const struct policy_target *a, const struct policy_target *b)
{
	return a->kind == b->kind && a->id == b->id && a->role == b->role;
}

static bool has_target(const struct policy_step *step, const struct policy_target *target)
{
	for (int i = 0; i < step->target_count; i++)
		if (same_target(&step->targets[i], target))
			return true;
	return false;
}

static int read_targets(struct document *d, const struct document_place *at, struct policy_step *out)
{
	struct document_place element;
	struct policy_target target;
	int count;

	if (document_array(d, at, 1, POLICY_TARGETS_MAX, &count, &element) != 0)
		return -1;
	for (; count > 0; count--, document_next(d, &element)) {
		if (read_target(d, &element, &target) != 0)
			return -1;
		if (has_target(out, &target))
			return document_refuse(d, &element, "stands twice in this step");
		out->targets[out->target_count++] = target;
	}
	return 0;
}

static int read_step(struct document *d, const struct document_place *at, struct policy_step *out)
{
	static const char *const names[] = { "after", "targets" };
	struct document_place found[ARRAY_LEN(names)];

	if (document_members(d, at, names, ARRAY_LEN(names), found) != 0 ||
	    document_duration(d, &found[0], 0, 7 * US_PER_DAY, &out->after) != 0)
		return -1;
	return read_targets(d, &found[1], out);
}

static int read_steps(struct document *d, const struct document_place *at, struct escalation_policy *out)
{
	struct document_place element;
	int count;

	if (document_array(d, at, 1, POLICY_STEPS_MAX, &count, &element) != 0)
		return -1;
	for (; count > 0; count--, document_next(d, &element))
		if (read_step(d, &element, &out->steps[out->step_count++]) != 0)
			return -1;
	return 0;
}

static int read_duration(struct document *d, const struct document_place *at, int64_t least, int64_t most, int64_t *out)
{
	return document_has(at) ? document_duration(d, at, least, most, out) : 0;
}

/* "0s", or a minute and more. */
static int read_expiry(struct document *d, const struct document_place *at, int64_t *out)
{
	if (read_duration(d, at, 0, 7 * US_PER_DAY, out) != 0)
		return -1;
	if (*out > 0 && *out < MINUTE)
		return document_refuse(d, at, "\"0s\", or a minute and more was expected");
	return 0;
}

static int read_policy(struct document *d, struct escalation_policy *out)
{
	static const char *const names[] = { "steps", "loops", "repeat_after", "ack_expires", "link_ack_expires",
					     "hours" };
	struct document_place root = document_root(d), found[ARRAY_LEN(names)];
	int64_t loops = 1;

	if (document_members(d, &root, names, ARRAY_LEN(names), found) != 0 || read_steps(d, &found[0], out) != 0)
		return -1;
	if (document_has(&found[1]) && document_integer(d, &found[1], 1, POLICY_LOOPS_MAX, &loops) != 0)
		return -1;
	out->loops = (int)loops;
	out->repeat_after = out->steps[0].after > 5 * MINUTE ? out->steps[0].after : 5 * MINUTE;
	out->ack_expires = 60 * MINUTE;
	out->link_ack_expires = 15 * MINUTE;
	if (read_duration(d, &found[2], MINUTE, US_PER_DAY, &out->repeat_after) != 0 ||
	    read_expiry(d, &found[3], &out->ack_expires) != 0 || read_expiry(d, &found[4], &out->link_ack_expires) != 0)
		return -1;
	return document_has(&found[5]) ? document_integer(d, &found[5], 1, INT64_MAX, &out->hours) : 0;
}

int escalation_policy_parse(struct slice document, struct escalation_policy *out, struct err *why)
{
	struct document d;
	int result;

	*out = (struct escalation_policy){ 0 };
	result = document_open(&d, document, POLICY_DOCUMENT_MAX, TOKENS_MAX, why);
	if (result == 0)
		result = read_policy(&d, out);
	document_close(&d);
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
