/* Events as bits: which records a rule looks at. Internal to this folder.
 *
 * Events that the mapping names have a bit each; "eve.*", "fortigate.*" and "*" stand for all such events, and for
 * those that nobody names there is a bit of their own. */
#ifndef SERVER_MODEL_SIGMA_EVENT_H
#define SERVER_MODEL_SIGMA_EVENT_H

#include "server/model/sigma/field.h"

enum { SIGMA_EVENTS_MAX = 61, SIGMA_EVENT_NAME_MAX = 63 };

struct sigma_event_names {
	char names[SIGMA_EVENTS_MAX][SIGMA_EVENT_NAME_MAX + 1];
	size_t count;
	uint8_t table[256]; /* by sigma_path_hash(): index + 1; 0: free */
};

bool sigma_event_is_pattern(struct slice name); /* one of the three with a star */
/* Makes a bit for a name that is no pattern. False: too many or too long. */
bool sigma_event_add(struct sigma_event_names *e, struct slice name);
/* Bits of a name or pattern, once all names were added; 0 when the name was not. */
sigma_events sigma_event_bits(const struct sigma_event_names *e, struct slice name);
/* The one bit of a record's event. */
sigma_events sigma_event_of(const struct sigma_event_names *e, struct slice event);

#endif
