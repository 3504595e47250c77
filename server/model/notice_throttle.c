#include "server/model/notice_throttle.h"

static time_us bundle_due(const struct throttle_facts *facts)
{
	bool grave = facts->severity == 1;
	time_us due = facts->now + THROTTLE_BUNDLE_WAIT, next;

	if (facts->last_bundle != TIME_NONE) {
		next = facts->last_bundle + (grave ? THROTTLE_BUNDLE_EVERY_GRAVE : THROTTLE_BUNDLE_EVERY);
		due = due < next ? next : due;
	}
	if (facts->pending_bundle != TIME_NONE && facts->pending_bundle < due)
		due = facts->pending_bundle;
	return due;
}

struct throttle_decision notice_throttle(const struct throttle_facts *facts)
{
	bool grave = facts->severity == 1 && facts->first_of_its_page;
	int most = THROTTLE_NOTICES + (grave ? THROTTLE_GRAVE : 0);

	if (facts->recent < most)
		return (struct throttle_decision){ THROTTLE_SEND, TIME_NONE };
	return (struct throttle_decision){ THROTTLE_BUNDLE, bundle_due(facts) };
}
