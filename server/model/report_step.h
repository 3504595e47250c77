/* Which step a report's way is open for, and why not: what the buttons of a screen, the api and the reporter's runs go
 * by alike. Pure.
 *
 *   draft --approve--> approved --publish--> published --withdraw--> withdrawn
 *     ^----unapprove------'                      '---reissue--> a new draft, which takes its place when published
 *
 * The comment of a draft is one person's, the approval another's; so is a draft that a person made (of a case, a
 * certificate, a new issue). A 速報 (kind first) may be published as a draft by
 * one person, or by itself: it cannot wait. */
#ifndef SERVER_MODEL_REPORT_STEP_H
#define SERVER_MODEL_REPORT_STEP_H

#include "lib/slice.h"

enum report_step {
	REPORT_COMMENT,
	REPORT_APPROVE,
	REPORT_UNAPPROVE,
	REPORT_PUBLISH,
	REPORT_SEND,
	REPORT_WITHDRAW,
	REPORT_REISSUE,
	REPORT_REFRESH, /* its figures frozen once more */
	REPORT_STEPS
};
const char *report_step_name(enum report_step step); /* comment, approve, ... */

enum report_refusal {
	REPORT_STEP_OPEN,
	REPORT_NOT_DRAFT,
	REPORT_NOT_APPROVED,
	REPORT_NOT_PUBLISHED,
	REPORT_NEEDS_COMMENT, /* a month that a person has to say something about */
	REPORT_SAME_PERSON,   /* who wrote the comment, or made the draft */
	REPORT_NEWER_ISSUE,   /* it was issued again already */
	REPORT_CERTIFICATE,   /* not a step of certificates */
	REPORT_NOT_CLOSED,    /* its month is not closed */
	REPORT_CASE_OPEN,     /* a final report of a case that goes on */
	REPORT_REFUSALS
};
const char *report_refusal_name(enum report_refusal refusal); /* not_draft, ...; docs/openapi.yaml */
/* A sentence for people that says what to do. */
const char *report_refusal_text(enum report_refusal refusal, bool japanese);

/* What the rules look at. */
struct report_stand {
	const char *kind, *state; /* as in table report */
	bool needs_comment, commented;
	bool newer_issue;   /* another one is, or will be, instead of it */
	bool revoked;       /* a certificate that was taken back: only to be withdrawn */
	int64_t comment_by; /* 0: nobody */
	int64_t made_by;    /* of a draft that a person made; 0: by itself */
};
/* user_id 0: by itself. */
enum report_refusal report_step_check(const struct report_stand *stand, enum report_step step, int64_t user_id);

#endif
