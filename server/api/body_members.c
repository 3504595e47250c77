#include "server/api/body_members.h"

#include "server/api/filters.h"

#define AHEAD (60 * US_PER_SECOND)

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

bool body_members_integer(struct call *call, const char *name, int64_t least, int64_t most, int64_t *out)
{
	enum body_kind kind = body_kind(&call->body, name);
	int64_t value = body_integer(&call->body, name);

	if (kind == BODY_ABSENT)
		return true;
	if (kind != BODY_INTEGER)
		return refuse(call, name, FAULT_TYPE);
	if (value < least || value > most)
		return refuse(call, name, FAULT_NUMBER);
	*out = value;
	return true;
}

bool body_members_nullable_integer(struct call *call, const char *name, int64_t least, int64_t most, int64_t none,
				   int64_t *out)
{
	if (body_kind(&call->body, name) != BODY_NULL)
		return body_members_integer(call, name, least, most, out);
	*out = none;
	return true;
}

bool body_members_bool(struct call *call, const char *name, bool *out)
{
	const struct json_reader *reader = &call->body.reader;
	uint32_t at = body_find(&call->body, name);

	if (at == JSON_NONE)
		return true;
	if (!json_read_is(reader, at, JSON_KIND_TRUE) && !json_read_is(reader, at, JSON_KIND_FALSE))
		return refuse(call, name, FAULT_TYPE);
	*out = json_read_is(reader, at, JSON_KIND_TRUE);
	return true;
}

bool body_members_day(struct call *call, const char *name, const char **out)
{
	const char *text = body_text(&call->body, name);
	int64_t day;

	if (body_kind(&call->body, name) == BODY_ABSENT)
		return true;
	if (!text)
		return refuse(call, name, FAULT_TYPE);
	if (!filters_is_day(text, &day))
		return refuse(call, name, FAULT_DAY);
	*out = text;
	return true;
}

bool body_members_past(struct call *call, const char *name, bool nullable, time_us *out)
{
	enum body_kind kind = body_kind(&call->body, name);
	const char *text = body_text(&call->body, name);
	time_us time;

	if (kind == BODY_ABSENT)
		return true;
	if (kind == BODY_NULL && nullable) {
		*out = TIME_NONE;
		return true;
	}
	if (!text)
		return refuse(call, name, FAULT_TYPE);
	if (strlen(text) <= 10 || !time_parse(slice_of_string(text), 0, &time) || time < 0)
		return refuse(call, name, FAULT_TIME);
	if (time > clock_now() + AHEAD)
		return refuse(call, name, FAULT_FUTURE);
	*out = time;
	return true;
}

bool body_members_nullable_text(struct call *call, const char *name, size_t most, const char **out)
{
	enum body_kind kind = body_kind(&call->body, name);

	if (kind == BODY_ABSENT)
		return true;
	if (kind != BODY_NULL)
		return call_text(call, name, 0, most, false, out);
	*out = NULL;
	return true;
}

bool body_members_need(struct call *call, const char *name)
{
	return body_kind(&call->body, name) != BODY_ABSENT || refuse(call, name, FAULT_MISSING);
}

bool body_members_any(struct call *call, const char *name)
{
	const struct json_reader *reader = &call->body.reader;

	return json_read_first(reader, 0) != reader->tokens[0].next || refuse(call, name, FAULT_MISSING);
}
