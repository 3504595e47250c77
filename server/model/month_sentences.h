/* Which sentences a monthly report says, as keys of report_text.h: chosen together, from the same figures, so that the
 * verdict, the requests and the blocks of the two pages never contradict each other. Pure.
 *
 *   - "nothing to ask of you" stands there only without requests; while a case is still open it says so
 *   - devices are to be checked (outbound_check) only when one is marked (device_count.check), and then there is a
 *     request: report_request.h sets the mark
 *   - "no sign was found" is said only without a case about outbound traffic
 *   - everyday traffic alone is called so, and asks for nothing */
#ifndef SERVER_MODEL_MONTH_SENTENCES_H
#define SERVER_MODEL_MONTH_SENTENCES_H

#include "server/model/member_month.h"

struct month_sentences {
	const char *requests; /* instead of requests; NULL: there are some */
	const char *inbound, *inbound_cases;
	const char *outbound;
	const char *outbound_rest; /* on everyday traffic beside it */
	const char *outbound_then; /* what follows from it; below the devices' number */
	const char *virus;
	const char *cases; /* instead of cases; NULL: there are some */
	/* What `outbound` counts: without everyday traffic, unless there is nothing else. */
	int64_t outbound_count, outbound_stopped;
};
/* NULL where nothing is said. */
void month_sentences_choose(const struct member_month *m, struct month_sentences *out);

#endif
