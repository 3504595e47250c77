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
	PERSON_DESK,   /* answers the help desk */
	PERSON_VENDOR, /* a local firm that goes on site: sees its own orders */
};

enum permission {
	PERMISSION_ANYBODY,          /* without a session */
	PERMISSION_ANY_PERSON,       /* with a session */
	PERMISSION_SIGNED_IN,        /* the same, but for vendors' people */
	PERMISSION_CHANGE_SELF,      /* everybody but a wall screen */
	PERMISSION_HANDLE_INCIDENTS, /* analyst, lead, admin */
	PERMISSION_READ_AUDIT,       /* lead, admin */
	PERMISSION_SEE_RULES,     /* staff: viewer, analyst, lead, reporter, admin; rules, mutes, indicators, hunts */
	PERMISSION_MANAGE_RULES,  /* lead, admin; also mutes of more than one company */
	PERMISSION_SEE_ONCALL,    /* staff and desk, and a wall screen: on-call board, pages, messages */
	PERMISSION_ANSWER_PAGES,  /* analyst, lead, admin, desk */
	PERMISSION_MANAGE_ONCALL, /* lead, admin: schedules, policies, routes, shared channels, texts, drills */
	PERMISSION_SEE_DESK,      /* staff, desk, and members for their own company */
	PERMISSION_DESK,          /* analyst, lead, admin, desk: tickets, orders, cases */
	PERMISSION_MANAGE_DESK,   /* lead, admin, desk: vendors, contracts */
	PERMISSION_PORTAL,        /* members, and whoever may PERMISSION_DESK: own tickets, requests, contacts */
	PERMISSION_SEE_ORDERS,    /* vendors' people, and whoever may see the desk */
	PERMISSION_WORK_ORDERS,   /* vendors' people, and whoever may PERMISSION_DESK: accept, arrive, leave, report */
	PERMISSION_SEE_REPORTS,   /* staff and desk; members what was published for their company */
	PERMISSION_WRITE_REPORTS, /* analyst, lead, reporter, admin: comments, reports of cases, new snapshots */
	PERMISSION_APPROVE_REPORTS, /* lead, reporter, admin, and never who wrote the comment */
	PERMISSION_MANAGE_REPORTS,  /* lead, reporter, admin: close, publish, send, issue again, texts, certificates,
				     * bills
				     */
};

/* Whoever is signed in; the texts belong to the call. */
struct person {
	int64_t user_id;    /* 0: nobody */
	int64_t company_id; /* the only company this person sees; 0: all; -1: none (a vendor's people) */
	int64_t vendor_id;  /* of a vendor's people; else 0 */
	enum person_role role;
	bool japanese; /* language of choice */
	const char *email;
	const char *display_name;
};

bool person_role_parse(struct slice name, enum person_role *out);
const char *person_role_name(enum person_role role);
bool person_may(enum person_role role, enum permission permission);

#endif
