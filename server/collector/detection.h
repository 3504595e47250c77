/* Keeps the detector up to date on the loop: rules, mutes, indicators (server/store/detection_feed.h). A new version of
 * the rules is built beside the loop and takes the old one's place between two records; nothing that is being read or
 * stored hears of it. While the database is away, and when a version does not build, the last one stays in force. */
#ifndef SERVER_COLLECTOR_DETECTION_H
#define SERVER_COLLECTOR_DETECTION_H

#include "server/model/detector.h"
#include "server/settings.h"

#include <event2/event.h>

struct detection_keeper;

struct detection_plan {
	struct event_base *base;
	const struct settings *settings; /* copied from, not kept */
	struct detector *detector;       /* borrowed */
	/* Once: rules, mutes and indicators are loaded. Records that come before would be judged by too little. With
	 * very many indicators it is not waited for the last of them (INDICATORS_WAIT_MS in detection.c). */
	void (*ready)(void *arg);
	void *arg;
};
int detection_new(struct detection_keeper **out, const struct detection_plan *plan, struct err *why);
void detection_free(struct detection_keeper *k); /* NULL is allowed */

#endif
