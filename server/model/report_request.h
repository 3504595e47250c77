/* What the rules ask of a member when people have not filled the three places of the report. Pure.
 *
 * In this order, until MEMBER_REQUESTS_MAX:
 *   - a case that is open and not judged benign or false, the gravest first: the advice of its plain word, about its
 *     computer; one of severity 1 or 2 at once (due_on NULL), and if its word asks for nothing, to ring up
 *   - a computer that spoke to the outside and still has to be looked after (device_count_pending): the advice of its
 *     plain word, within five business days; none when the word asks for nothing. So nothing is asked about what was
 *     dealt with, nor about everyday traffic
 *   - a sensor that was silent for a day or more and is still: nothing for the last 24 hours (check power and cable)
 *   - a virus that came by mail and was not removed (ask whether somebody opened it)
 *   - contacts that nobody looked over for a year
 * A rule whose matter a request of people already covers is not added: same case, same device (its address, or the end
 * of it such as ".23"), or same sensor (its name). Nor is a device asked about twice.
 *
 * Sets `check` of each device: whether the member is asked to look after it, by these requests or those of people. */
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
