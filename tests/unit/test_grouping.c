#include "server/model/grouping.h"
#include "tests/unit/suite.h"

#define HOUR ((time_us)3600 * US_PER_SECOND)

static struct address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address){ 4, { a, b, c, d } };
}

static struct alert scan(void)
{
	struct alert a;

	alert_init(&a);
	a.format = "eve";
	a.direction = DIRECTION_INBOUND;
	a.inside = ipv4(192, 168, 1, 10);
	a.attacker = ipv4(203, 0, 113, 7);
	a.stage = STAGE_RECONNAISSANCE;
	a.signature_id = SLICE_LITERAL("2001219");
	a.signature = SLICE_LITERAL("ET SCAN");
	return a;
}

static void keys_are(struct grouping *g, struct alert *a, int64_t cluster, int64_t link)
{
	grouping_set_keys(g, a, 0, 0);
	ck_assert_int_eq(a->cluster_key, cluster);
	ck_assert_int_eq(a->link_key, link);
}

/* Keys that stand in databases since version 0.1: data of then and now must join. */
START_TEST(base_rules_give_the_keys_they_always_gave)
{
	struct grouping *g = grouping_base();
	struct alert a = scan();

	keys_are(g, &a, 5026612706000504760, 8166258516563585679);
	a.stage = STAGE_NONE;
	keys_are(g, &a, 1684781229910995305, 8166258516563585679);
	a.direction = DIRECTION_OUTBOUND;
	a.stage = STAGE_COMMAND_AND_CONTROL;
	keys_are(g, &a, 1853073198849766944, 0);
	a.inside = (struct address){ 0 };
	keys_are(g, &a, 5712820937914013387, 0);
	a.inside = (struct address){ 6, { [0] = 0xfd, [15] = 1 } };
	a.format = "fortigate";
	a.signature_id = (struct slice){ 0 };
	a.signature =
	    SLICE_LITERAL("A signature whose text is longer than sixty-four characters, so that its hash is taken");
	a.stage = STAGE_NONE;
	a.direction = DIRECTION_INTERNAL;
	keys_are(g, &a, 3363269342204819711, 0);
	a.direction = DIRECTION_INBOUND;
	keys_are(g, &a, 4881348610060152067, 3452489928900079105);
	grouping_free(g);
}
END_TEST

START_TEST(only_detections_have_keys_that_join)
{
	struct grouping *g = grouping_base();
	struct alert a = scan();

	a.kind = KIND_UNPARSED;
	keys_are(g, &a, 0, 0);
	a.kind = KIND_CONTEXT;
	keys_are(g, &a, 5026612706000504760, 0);
	ck_assert_str_eq(grouping_cluster_rule(g, &a), "base");
	grouping_free(g);
}
END_TEST

START_TEST(a_key_carries_its_window)
{
	int64_t drill = grouping_drill_key(7);

	ck_assert_int_eq(grouping_window(5026612706000504760, HOUR), HOUR);
	ck_assert_int_lt(drill, 0);
	ck_assert_int_eq(grouping_window(drill, HOUR), 255 * 15 * 60 * US_PER_SECOND);
	ck_assert_int_ne(drill, grouping_drill_key(8));
	ck_assert_int_eq(drill, grouping_drill_key(7));
}
END_TEST

SUITE_MAIN("grouping", base_rules_give_the_keys_they_always_gave, only_detections_have_keys_that_join,
	   a_key_carries_its_window)
