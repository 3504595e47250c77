/* The targets of a step as the API gives them (docs/openapi.yaml schema NoticeTarget): each with who that is at a time.
 */
#ifndef SERVER_API_NOTICE_TARGETS_H
#define SERVER_API_NOTICE_TARGETS_H

#include "lib/json_write.h"
#include "server/store/oncall_book.h"
#include "server/store/page_audience.h"

/* What a step of a policy is looked at with. */
struct notice_look {
	const struct oncall_book *book;
	const struct page_audience *audience;
	bool one_company;    /* the page is about exactly one: its contacts can be told */
	int64_t member_next; /* which of the contacts is next, from 1 */
};
/* The array `targets`, and `nobody`: those that name people are nobody then, and the fall-back is told. */
void notice_targets_put(struct json_writer *w, const struct notice_look *look, const struct policy_target *targets,
			int count, time_us at);
/* How many of the step's targets tell the next contact: by so much member_next moves on. */
int notice_targets_members(const struct notice_look *look, const struct policy_target *targets, int count);

#endif
