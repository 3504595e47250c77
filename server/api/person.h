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
	PERMISSION_CHANGE_SELF,      /* everybody but a wall screen */
	PERMISSION_HANDLE_INCIDENTS, /* analyst, lead, admin */
	PERMISSION_READ_AUDIT,       /* lead, admin */
	PERMISSION_SEE_RULES,    /* staff: viewer, analyst, lead, reporter, admin; rules, mutes, indicators, hunts */
	PERMISSION_MANAGE_RULES, /* lead, admin; also mutes of more than one company */
};

/* Whoever is signed in; the texts belong to the call. */
struct person {
	int64_t user_id;    /* 0: nobody */
	int64_t company_id; /* the only company this person sees; 0: all */
	enum person_role role;
	bool japanese; /* language of choice */
	const char *email;
	const char *display_name;
};

bool person_role_parse(struct slice name, enum person_role *out);
const char *person_role_name(enum person_role role);
bool person_may(enum person_role role, enum permission permission);

#endif
