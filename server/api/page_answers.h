/* Handlers: what people do with pages, and what they ask for: a page by hand, a notice to a member. */
#ifndef SERVER_API_PAGE_ANSWERS_H
#define SERVER_API_PAGE_ANSWERS_H

#include "server/api/call.h"

int page_answers_acknowledge(struct call *call, struct err *why);
int page_answers_confirm(struct call *call, struct err *why);
int page_answers_decline(struct call *call, struct err *why);
int page_answers_escalate(struct call *call, struct err *why);
int page_answers_hand_over(struct call *call, struct err *why);

/* paging.c */
int paging_by_hand(struct call *call, struct err *why);
int paging_tell_member(struct call *call, struct err *why);

#endif
