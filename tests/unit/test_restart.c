#include "server/supervisor/restart.h"
#include "tests/unit/suite.h"

/* A delay is drawn from the upper half of its step, both ends in. */
static void ck_step(int64_t delay, int64_t step)
{
	ck_assert_msg(delay >= step / 2 && delay <= step, "%lld is not in the upper half of %lld", (long long)delay,
		      (long long)step);
}

START_TEST(each_early_death_doubles_the_wait_up_to_half_a_minute)
{
	static const int64_t steps[] = { 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000, 30000 };
	struct restart r = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		ck_step(restart_delay(&r, 10), steps[i]);
}
END_TEST

START_TEST(a_minute_of_life_is_forgiven)
{
	struct restart r = { 0 };

	for (int i = 0; i < 20; i++)
		restart_delay(&r, 0);
	ck_step(restart_delay(&r, 59999), 30000);
	ck_step(restart_delay(&r, 60000), 200);
	ck_step(restart_delay(&r, 0), 400);
}
END_TEST

SUITE_MAIN("restart", each_early_death_doubles_the_wait_up_to_half_a_minute, a_minute_of_life_is_forgiven)
