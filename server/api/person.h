/* Who asks, and what each role may do. Pure. */
#ifndef SERVER_API_PERSON_H
#define SERVER_API_PERSON_H

#include "lib/slice.h"

enum person_role {
	PERSON_VIEWER,
	PERSON_ANALYST,
	PERSON_LEAD,
	PERSON_REPORTER,
	PERSON_ADMIN,
	PERSON_WALL,
	PERSON_MEMBER,
};

enum permission {
	PERMISSION_ANYBODY, /* without a session */
	PERMISSION_SIGNED_IN,
	PERMISSION_HANDLE_INCIDENTS, /* analyst, lead, admin */
	PERMISSION_READ_AUDIT,       /* lead, admin */
};

bool person_role_parse(struct slice name, enum person_role *out);
const char *person_role_name(enum person_role role);
bool person_may(enum person_role role, enum permission permission);

#endif
