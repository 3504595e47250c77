#include "server/api/mute_target.h"

#include "server/store/company_query.h"

enum { CONDITIONS_MOST = 16 * 1024, TAG_MOST = 100 };
enum scope { SCOPE_COMPANY, SCOPE_GROUP, SCOPE_EVERYBODY };

static const char *const scopes[] = { [SCOPE_COMPANY] = "company", [SCOPE_GROUP] = "group", [SCOPE_EVERYBODY] = "all" };

/* 1 or 0. */
static int read_scope(struct call *call, enum scope *out)
{
	const char *text = body_text(&call->body, "scope");

	if (body_kind(&call->body, "scope") == BODY_ABSENT)
		return call_refuse_member(call, "scope", FAULT_MISSING);
	for (size_t i = 0; text && i < ARRAY_LEN(scopes); i++) {
		if (strcmp(text, scopes[i]) == 0) {
			*out = (enum scope)i;
			return 1;
		}
	}
	return call_refuse_member(call, "scope", FAULT_CHOICE);
}

/* A member that belongs to one scope: absent (or null) with any other. 1 or 0. */
static int check_member(struct call *call, const char *name, bool wanted)
{
	enum body_kind kind = body_kind(&call->body, name);
	bool given = kind != BODY_ABSENT && kind != BODY_NULL;

	if (given == wanted)
		return 1;
	return call_refuse_member(call, name, wanted ? FAULT_MISSING : FAULT_UNKNOWN);
}

static int read_company(struct call *call, struct mute_target *out, struct err *why)
{
	if (body_kind(&call->body, "company_id") != BODY_INTEGER)
		return call_refuse_member(call, "company_id", FAULT_TYPE);
	out->company_id = body_integer(&call->body, "company_id");
	if (out->company_id < 1 || (call->person.company_id && call->person.company_id != out->company_id))
		return err_set(why, ERR_NOT_FOUND, "another company");
	return company_query_exists(call->db, out->company_id, why) == 0 ? 1 : -1;
}

static int read_where(struct call *call, struct mute_target *out, struct err *why)
{
	enum scope scope = SCOPE_COMPANY;

	if (!read_scope(call, &scope) || !check_member(call, "company_id", scope == SCOPE_COMPANY) ||
	    !check_member(call, "group_tag", scope == SCOPE_GROUP))
		return 0;
	out->scope = scopes[scope];
	if (scope == SCOPE_COMPANY)
		return read_company(call, out, why);
	if (call->person.company_id || !person_may(call->person.role, PERMISSION_MANAGE_RULES))
		return call_refuse(call, PROBLEM_FORBIDDEN);
	return scope == SCOPE_EVERYBODY || call_text(call, "group_tag", 1, TAG_MOST, true, &out->group_tag);
}

/* What holds no condition would hide everything. */
static bool is_empty(const struct json_reader *r, uint32_t at)
{
	uint32_t first = json_read_first(r, at);

	if (first == r->tokens[at].next)
		return true;
	if (!json_read_is(r, at, JSON_KIND_ARRAY))
		return false;
	for (; first < r->tokens[at].next; first = r->tokens[first].next)
		if (!json_read_is(r, first, JSON_KIND_OBJECT) || is_empty(r, first))
			return true;
	return false;
}

static int compile(struct mute_target *out, struct err *why)
{
	const struct mute mute = { .mute_id = 1,
				   .is_shared = out->company_id == 0,
				   .starts_at = INT64_MIN + 1,
				   .expires_at = INT64_MAX,
				   .conditions = out->conditions };

	out->mutes = mutes_new();
	if (!out->mutes)
		return err_set(why, ERR_NOMEM, "no memory for a mute");
	if (mutes_add(out->mutes, &mute, why) != 0)
		return -1;
	mutes_sort(out->mutes);
	return 0;
}

static int read_conditions(struct call *call, struct mute_target *out, struct err *why)
{
	const struct json_reader *r = &call->body.reader;
	uint32_t at = body_find(&call->body, "conditions");

	if (at == JSON_NONE)
		return call_refuse_member(call, "conditions", FAULT_MISSING);
	if (!json_read_is(r, at, JSON_KIND_OBJECT) && !json_read_is(r, at, JSON_KIND_ARRAY))
		return call_refuse_member(call, "conditions", FAULT_TYPE);
	if (is_empty(r, at))
		return call_refuse_member(call, "conditions", FAULT_TOO_SHORT);
	out->conditions = json_read_raw(r, at);
	if (out->conditions.len > CONDITIONS_MOST)
		return call_refuse_member(call, "conditions", FAULT_TOO_LONG);
	if (compile(out, why) == 0)
		return 1;
	return why->code == ERR_NOMEM ? -1 : call_refuse_reason(call, "conditions", FAULT_SELECTION, why->text);
}

int mute_target_read(struct call *call, struct mute_target *out, struct err *why)
{
	int go;

	*out = (struct mute_target){ 0 };
	go = read_where(call, out, why);
	return go == 1 ? read_conditions(call, out, why) : go;
}

void mute_target_release(struct mute_target *target)
{
	mutes_free(target->mutes);
	target->mutes = NULL;
}
