/* What detectors look for, as it changes: the newest version of the rule set, the mutes in force, and the indicators.
 * From an event loop, by a connection of its own: a small question every few seconds, or at once when a doorbell rings
 * (hinomi_rules, hinomi_mutes, hinomi_indicators), tells what changed, and only that is read. Indicators come by
 * change_no, a page at a time, with whatever else the loop has to do in between. Works across companies.
 *
 * After a lost connection it goes on where it was. */
#ifndef SERVER_STORE_DETECTION_FEED_H
#define SERVER_STORE_DETECTION_FEED_H

#include "server/model/indicator_set.h"
#include "server/model/mutes.h"
#include "server/model/rules.h"
#include "server/store/async.h"

struct rule_number {
	char *uid;
	int64_t rule_id;
};
/* A version as it is stored, not built yet. */
struct rule_source {
	int64_t version; /* 0: none was loaded yet */
	struct rule_files files;
	struct rule_number *numbers; /* of all rules, built-in ones included */
	size_t number_count;
};
void rule_source_release(struct rule_source *s);
int64_t rule_source_number(const struct rule_source *s, const char *uid); /* 0: it has none */

struct detection_feed;

/* All borrowed for the life of the feed. */
struct detection_feed_plan {
	const char *conninfo, *user;
	struct indicator_set *indicators; /* kept up to date in place */
};
struct detection_feed *detection_feed_new(const struct detection_feed_plan *plan); /* NULL: no memory */
void detection_feed_free(struct detection_feed *f);                                /* NULL is allowed */

int detection_feed_connect(struct detection_feed *f, struct err *why);
int detection_feed_descriptor(const struct detection_feed *f); /* -1: not connected */
bool detection_feed_wants_read(const struct detection_feed *f);
bool detection_feed_wants_write(const struct detection_feed *f);

enum detection_feed_event {
	DETECTION_WAIT,
	DETECTION_RULES,      /* another version: detection_feed_take_rules() */
	DETECTION_MUTES,      /* detection_feed_take_mutes() */
	DETECTION_INDICATORS, /* a page was taken in; more may follow */
	DETECTION_CURRENT,    /* nothing has changed any more since what came before */
	DETECTION_LOST,       /* no connection (any more): what is in force stays in force */
};
/* ERR_CORRUPT in `why` of a RULES or MUTES event: something in it was not understood and left out. */
enum detection_feed_event detection_feed_step(struct detection_feed *f, struct err *why);
/* Looks whether anything changed. Does nothing while the last look runs. */
int detection_feed_look(struct detection_feed *f, struct err *why);

void detection_feed_take_rules(struct detection_feed *f, struct rule_source *out); /* rule_source_release() */
struct mutes *detection_feed_take_mutes(struct detection_feed *f);                 /* mutes_free() */

#endif
