/* What the rules ask of a member when people have not filled the three places of the report. Pure.
 *
 * In this order, until MEMBER_REQUESTS_MAX: a computer that spoke to the outside (advice of its plain word, the owner
 * of the computer, within five business days; none when the plain word asks for nothing); a sensor that was silent for
 * a day or more and is still: nothing for the last 24 hours (check power and cable); a virus that came by mail and was
 * not removed (ask whether somebody opened it); contacts that nobody looked over for a year. A rule whose matter a
 * request of people already covers is not added: same device (its address, or the end of it such as ".23"), or same
 * sensor (its name). */
#ifndef SERVER_MODEL_REPORT_REQUEST_H
#define SERVER_MODEL_REPORT_REQUEST_H

#include "server/model/member_month.h"
#include "server/model/plain_words.h"
#include "server/model/report_text.h"

struct report_request_facts {
	const char *due_on;  /* YYYY-MM-DD: the day to ask for (the caller knows the calendar) */
	bool contacts_stale; /* nobody looked over them for a year, or there are none */
};
/* Adds to m->requests, whose list has room for MEMBER_REQUESTS_MAX (NULL: it is made). m->made_at is set. */
int report_request_propose(struct member_month *m, const struct report_request_facts *facts,
			   const struct plain_words *words, const struct report_texts *texts, struct pool *pool,
			   struct err *why);

#endif
