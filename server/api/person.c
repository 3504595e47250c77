#include "server/api/person.h"

static const char *const names[] = {
	[PERSON_VIEWER] = "viewer",     [PERSON_ANALYST] = "analyst", [PERSON_LEAD] = "lead",
	[PERSON_REPORTER] = "reporter", [PERSON_ADMIN] = "admin",     [PERSON_WALL] = "wall",
	[PERSON_MEMBER] = "member",     [PERSON_DESK] = "desk",       [PERSON_VENDOR] = "vendor",
};

#define ROLE(r) (1U << (r))
#define STAFF \
	(ROLE(PERSON_VIEWER) | ROLE(PERSON_ANALYST) | ROLE(PERSON_LEAD) | ROLE(PERSON_REPORTER) | ROLE(PERSON_ADMIN))
#define ANSWERS (ROLE(PERSON_ANALYST) | ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN) | ROLE(PERSON_DESK))

/* A row per permission: the roles that have it. */
static const unsigned allowed[] = {
	[PERMISSION_ANYBODY] = ~0U,
	[PERMISSION_ANY_PERSON] = ~0U,
	[PERMISSION_SIGNED_IN] = ~ROLE(PERSON_VENDOR),
	[PERMISSION_CHANGE_SELF] = ~ROLE(PERSON_WALL),
	[PERMISSION_HANDLE_INCIDENTS] = ROLE(PERSON_ANALYST) | ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_READ_AUDIT] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_SEE_RULES] = STAFF,
	[PERMISSION_MANAGE_RULES] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_SEE_ONCALL] = STAFF | ROLE(PERSON_DESK) | ROLE(PERSON_WALL),
	[PERMISSION_ANSWER_PAGES] = ANSWERS,
	[PERMISSION_MANAGE_ONCALL] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_SEE_DESK] = STAFF | ROLE(PERSON_DESK) | ROLE(PERSON_MEMBER),
	[PERMISSION_DESK] = ANSWERS,
	[PERMISSION_MANAGE_DESK] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN) | ROLE(PERSON_DESK),
	[PERMISSION_PORTAL] = ANSWERS | ROLE(PERSON_MEMBER),
	[PERMISSION_SEE_ORDERS] = STAFF | ROLE(PERSON_DESK) | ROLE(PERSON_MEMBER) | ROLE(PERSON_VENDOR),
	[PERMISSION_WORK_ORDERS] = ANSWERS | ROLE(PERSON_VENDOR),
};

bool person_role_parse(struct slice name, enum person_role *out)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (slice_is(name, names[i])) {
			*out = (enum person_role)i;
			return true;
		}
	}
	return false;
}

const char *person_role_name(enum person_role role)
{
	return names[role];
}

bool person_may(enum person_role role, enum permission permission)
{
	return (allowed[permission] & ROLE(role)) != 0;
}
