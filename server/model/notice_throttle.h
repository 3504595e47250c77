/* How many pages a person (or a shared channel) is sent before further ones are bundled. Pure.
 *
 * Within THROTTLE_WINDOW a receiver gets THROTTLE_NOTICES notices of pages, and THROTTLE_GRAVE more that are kept for
 * the first notice of a page of severity 1. What is beyond goes into one bundle: itself a notice that names the pages,
 * due within minutes, so nothing is silent. Quiet notices (answered, closed) do not count and are not throttled; nor
 * are drills and what members get. */
#ifndef SERVER_MODEL_NOTICE_THROTTLE_H
#define SERVER_MODEL_NOTICE_THROTTLE_H

#include "lib/clock.h"

#include <stdbool.h>

enum { THROTTLE_NOTICES = 6, THROTTLE_GRAVE = 6 };
#define THROTTLE_WINDOW ((int64_t)15 * 60 * 1000000)
/* A bundle waits so long for company, and so long after the bundle before (with severity 1 in it; else). */
#define THROTTLE_BUNDLE_WAIT        ((int64_t)60 * 1000000)
#define THROTTLE_BUNDLE_EVERY_GRAVE ((int64_t)5 * 60 * 1000000)
#define THROTTLE_BUNDLE_EVERY       ((int64_t)15 * 60 * 1000000)

struct throttle_facts {
	int recent;             /* notices of pages written for the receiver in the last THROTTLE_WINDOW, bundles too */
	time_us last_bundle;    /* the newest bundle that is due already or was sent; TIME_NONE: none */
	time_us pending_bundle; /* when the bundle that still collects is due; TIME_NONE: there is none */
	int severity;           /* of the page */
	bool first_of_its_page; /* the receiver has not been told of this page yet */
	time_us now;
};
enum throttle_verdict { THROTTLE_SEND, THROTTLE_BUNDLE };
struct throttle_decision {
	enum throttle_verdict verdict;
	time_us bundle_at; /* THROTTLE_BUNDLE: when the bundle is due: a new one, or the pending one brought forward */
};
struct throttle_decision notice_throttle(const struct throttle_facts *facts);

#endif
