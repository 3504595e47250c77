/* Routes: whatever is taken gives a choice for any request that hangs together: a policy that the routes name and a key
 * that says so, or none; by hand and for severity 1 there is one wherever the routes have one, unless a route says
 * null.
 */
#include "server/model/escalation_route.h"

#include <stdlib.h>

enum { POLICIES_MAX = 100 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static const struct calendar *no_calendar(const void *context, int64_t calendar_id)
{
	(void)context;
	(void)calendar_id;
	return NULL;
}

static void check_choice(const struct escalation_routes *routes, const struct route_facts *facts)
{
	int64_t ids[POLICIES_MAX];
	size_t count = escalation_routes_policies(routes, ids, POLICIES_MAX), at = 0;
	struct route_choice choice;
	char begins[40];

	require(count <= POLICIES_MAX);
	escalation_route_choose(routes, facts, &choice);
	if (facts->by_hand && count > 0)
		require(choice.policy_id != 0);
	if (choice.policy_id == 0) {
		require(choice.group_key[0] == '\0' && (choice.route || facts->severity > 1 || count == 0));
		return;
	}
	while (at < count && ids[at] != choice.policy_id)
		at++;
	require(at < count);
	require(choice.route || facts->by_hand || facts->severity == 1);
	snprintf(begins, sizeof(begins), "policy:%lld", (long long)choice.policy_id);
	require(strncmp(choice.group_key, begins, strlen(begins)) == 0 && strlen(choice.group_key) < GROUP_KEY_MAX - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = { "incident", "sensor", "drill", "something else altogether, and long" };
	static const char *const tags[] = { "vip", "a" };
	struct schedule_calendars calendars = { no_calendar, NULL };
	struct escalation_routes *routes;
	struct err why = { 0 };

	if (escalation_routes_parse(&routes, slice_of(data, size), &calendars, &why) != 0) {
		require(why.code == ERR_USAGE && why.text[0] != '\0' && !routes);
		return 0;
	}
	for (int i = 0; i < 80; i++) {
		struct route_facts facts = { .kind = kinds[i % 4],
					     .severity = 1 + i / 4 % 5,
					     .direction = i % 3 ? "outbound" : NULL,
					     .company_id = i % 2 ? 17 : INT64_MAX * (i % 5 == 0),
					     .tags = tags,
					     .tag_count = (size_t)i % 3,
					     .subject_id = INT64_MAX,
					     .by_hand = i % 7 == 0 };

		check_choice(routes, &facts);
	}
	escalation_routes_release(routes);
	return 0;
}
