/* Handlers: the page behind a link in a notice. The token in the path is all the right there is: no session is looked
 * at. GET shows, and notes when it was first looked at, because mail scanners follow links; POST acts. What is wrong
 * with a token is told to nobody, and trying many is slowed down. */
#ifndef SERVER_API_ANSWER_H
#define SERVER_API_ANSWER_H

#include "server/api/call.h"

int answer_show(struct call *call, struct err *why);
int answer_take(struct call *call, struct err *why);

#endif
