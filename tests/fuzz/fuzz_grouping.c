/* Grouping rules. Invariant: whatever file is accepted, each detection gets a cluster key and each key a window. */
#include "server/model/grouping.h"

#include <stdlib.h>

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void try_alert(const struct grouping *g, enum direction direction, bool with_hosts)
{
	struct alert a;

	alert_init(&a);
	a.format = "eve";
	a.direction = direction;
	a.signature = SLICE_LITERAL("axxxb");
	if (with_hosts) {
		a.source.ip = a.attacker = (struct address){ 4, { 203, 0, 113, 7 } };
		a.destination.ip = a.inside = (struct address){ 4, { 192, 168, 1, 1 } };
	}
	grouping_set_keys(g, &a, INT64_MAX / 4, 32400);
	must(a.cluster_key != 0 && grouping_cluster_rule(g, &a)[0] != 0);
	must(grouping_window(a.cluster_key, 1) > 0 && (a.link_key == 0 || grouping_window(a.link_key, 1) > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grouping *g;
	struct err why = { 0 };

	if (grouping_build(&g, slice_of(data, size), "fuzz", &why) != 0) {
		must(why.code != ERR_NONE);
		return 0;
	}
	for (size_t i = 0; i < grouping_rule_count(g); i++)
		must(grouping_rule_name(g, i)[0] != 0);
	try_alert(g, DIRECTION_INBOUND, true);
	try_alert(g, DIRECTION_OUTBOUND, false);
	grouping_free(g);
	return 0;
}
