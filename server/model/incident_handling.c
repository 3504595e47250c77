#include "server/model/incident_handling.h"

static const char *const state_names[] = { "open", "acknowledged", "contained", "closed", "merged" };

/* How far a state outranks others when incidents become one: being handled, then waiting, then done with. */
static int rank(enum incident_state state)
{
	switch (state) {
	case STATE_CONTAINED:
		return 3;
	case STATE_ACKNOWLEDGED:
		return 2;
	case STATE_OPEN:
		return 1;
	case STATE_CLOSED:
	case STATE_MERGED:
		break;
	}
	return 0;
}

static void take_over(struct incident_handling *to, const struct incident_handling *from)
{
	to->state = from->state;
	to->acknowledged_at = from->acknowledged_at;
	to->contained_at = from->contained_at;
	to->closed_at = from->closed_at;
}

void incident_handling_merge(struct incident_handling *survivor, const struct incident_handling *absorbed)
{
	bool idle = survivor->state == STATE_OPEN || survivor->state == STATE_CLOSED;

	if (idle && rank(absorbed->state) > rank(survivor->state))
		take_over(survivor, absorbed);
	else if (survivor->state == STATE_CLOSED && absorbed->closed_at > survivor->closed_at)
		survivor->closed_at = absorbed->closed_at;
	if (survivor->owner_id == 0)
		survivor->owner_id = absorbed->owner_id;
}

bool incident_handling_continue(struct incident_handling *h, time_us newest)
{
	if (h->state != STATE_CLOSED || newest <= h->closed_at)
		return false;
	h->state = STATE_OPEN;
	h->acknowledged_at = h->contained_at = h->closed_at = TIME_NONE;
	return true;
}

const char *incident_state_name(enum incident_state v)
{
	return state_names[(size_t)v < ARRAY_LEN(state_names) ? v : 0];
}

bool incident_state_parse(struct slice name, enum incident_state *out)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
		if (slice_is(name, state_names[i])) {
			*out = (enum incident_state)i;
			return true;
		}
	}
	return false;
}
