#include "server/api/person.h"

static const char *const names[] = {
	[PERSON_VIEWER] = "viewer",     [PERSON_ANALYST] = "analyst", [PERSON_LEAD] = "lead",
	[PERSON_REPORTER] = "reporter", [PERSON_ADMIN] = "admin",     [PERSON_WALL] = "wall",
	[PERSON_MEMBER] = "member",
};

#define ROLE(r) (1U << (r))

/* A row per permission: the roles that have it. */
static const unsigned allowed[] = {
	[PERMISSION_ANYBODY] = ~0U,
	[PERMISSION_SIGNED_IN] = ~0U,
	[PERMISSION_CHANGE_SELF] = ~ROLE(PERSON_WALL),
	[PERMISSION_HANDLE_INCIDENTS] = ROLE(PERSON_ANALYST) | ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_READ_AUDIT] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
	[PERMISSION_SEE_RULES] =
	    ROLE(PERSON_VIEWER) | ROLE(PERSON_ANALYST) | ROLE(PERSON_LEAD) | ROLE(PERSON_REPORTER) | ROLE(PERSON_ADMIN),
	[PERMISSION_MANAGE_RULES] = ROLE(PERSON_LEAD) | ROLE(PERSON_ADMIN),
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
