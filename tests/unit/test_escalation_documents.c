/* Policies and routes as people write them: what is taken, what is refused and with which place, and which policy a
 * request goes to. The documents as shipped are read out of the schema itself. */
#include "tests/unit/shipped.h"
#include "tests/unit/suite.h"

#include "server/model/escalation_policy.h"
#include "server/model/escalation_route.h"

#include <stdio.h>

#define MINUTE (60 * US_PER_SECOND)
/* 2027-03-01T01:00:00Z: a Monday, 10:00 in Tokyo. */
#define MONDAY_TEN (INT64_C(1803862800) * US_PER_SECOND)

/* ---------------------------------------------------------------------------------------------- policies */

static int parse_policy(const char *text, struct escalation_policy *out, struct err *why)
{
	*why = (struct err){ 0 };
	return escalation_policy_parse(slice_of_string(text), out, why);
}

START_TEST(a_policy_with_everything)
{
	static const char text[] =
	    "{\"steps\": [{\"after\": \"90s\", \"targets\": [{\"schedule\": 1}, {\"person\": 7}, {\"channel\": 12}]},"
	    " {\"targets\": [{\"role\": \"desk\"}, {\"member\": \"next\"}, {\"member\": \"all\"}], \"after\": \"2h\"}],"
	    " \"loops\": 10, \"repeat_after\": \"1d\", \"ack_expires\": \"7d\", \"link_ack_expires\": \"1m\","
	    " \"hours\": 3}";
	struct escalation_policy p;
	struct err why;

	ck_assert_msg(parse_policy(text, &p, &why) == 0, "%s", why.text);
	ck_assert_int_eq(p.step_count, 2);
	ck_assert_int_eq(p.steps[0].after, 90 * US_PER_SECOND);
	ck_assert_int_eq(p.steps[0].target_count, 3);
	ck_assert_int_eq(p.steps[0].targets[0].kind, TARGET_SCHEDULE);
	ck_assert_int_eq(p.steps[0].targets[0].id, 1);
	ck_assert_int_eq(p.steps[0].targets[1].kind, TARGET_PERSON);
	ck_assert_int_eq(p.steps[0].targets[1].id, 7);
	ck_assert_int_eq(p.steps[0].targets[2].kind, TARGET_CHANNEL);
	ck_assert_int_eq(p.steps[0].targets[2].id, 12);
	ck_assert_int_eq(p.steps[1].after, 7200 * US_PER_SECOND);
	ck_assert_int_eq(p.steps[1].targets[0].kind, TARGET_ROLE);
	ck_assert_str_eq(p.steps[1].targets[0].role, "desk");
	ck_assert_int_eq(p.steps[1].targets[1].kind, TARGET_MEMBER_NEXT);
	ck_assert_int_eq(p.steps[1].targets[2].kind, TARGET_MEMBER_ALL);
	ck_assert_int_eq(p.loops, 10);
	ck_assert_int_eq(p.repeat_after, US_PER_DAY);
	ck_assert_int_eq(p.ack_expires, 7 * US_PER_DAY);
	ck_assert_int_eq(p.link_ack_expires, MINUTE);
	ck_assert_int_eq(p.hours, 3);
}
END_TEST

START_TEST(what_is_left_out_of_a_policy)
{
	struct escalation_policy p;
	struct err why;

	ck_assert(parse_policy("{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"role\":\"lead\"}]}]}", &p, &why) == 0);
	ck_assert_int_eq(p.loops, 1);
	ck_assert_int_eq(p.repeat_after, 5 * MINUTE);
	ck_assert_int_eq(p.ack_expires, 60 * MINUTE);
	ck_assert_int_eq(p.link_ack_expires, 15 * MINUTE);
	ck_assert_int_eq(p.hours, 0);
	ck_assert(parse_policy("{\"steps\":[{\"after\":\"20m\",\"targets\":[{\"role\":\"lead\"}]}]}", &p, &why) == 0);
	ck_assert_int_eq(p.repeat_after, 20 * MINUTE);
	ck_assert(parse_policy("{\"steps\":[{\"after\":\"40h\",\"targets\":[{\"role\":\"lead\"}]}]}", &p, &why) == 0);
	ck_assert_int_eq(p.repeat_after, US_PER_DAY);
}
END_TEST

struct refusal {
	const char *document, *place; /* the message begins with the place */
};

#define STEP "{\"after\":\"0s\",\"targets\":[{\"schedule\":1}]}"
static const struct refusal bad_policies[] = {
	{ "", "" },
	{ "{\"steps\":[" STEP "]", "" },
	{ "[]", "" },
	{ "{}", "steps" },
	{ "{\"steps\":{}}", "steps" },
	{ "{\"steps\":[]}", "steps" },
	{ "{\"steps\":[" STEP "],\"step\":[]}", "step is not known" },
	{ "{\"steps\":[" STEP "],\"loops\":1,\"loops\":2}", "loops" },
	{ "{\"steps\":[" STEP "],\"loops\":0}", "loops" },
	{ "{\"steps\":[" STEP "],\"loops\":11}", "loops" },
	{ "{\"steps\":[" STEP "],\"loops\":1.5}", "loops" },
	{ "{\"steps\":[" STEP "],\"loops\":null}", "loops" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"59s\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":30}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"8d\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"-1m\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"1.5h\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"5 m\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"m\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"5w\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"ack_expires\":\"99999999999999999999d\"}", "ack_expires" },
	{ "{\"steps\":[" STEP "],\"link_ack_expires\":\"1s\"}", "link_ack_expires" },
	{ "{\"steps\":[" STEP "],\"repeat_after\":\"0s\"}", "repeat_after" },
	{ "{\"steps\":[" STEP "],\"repeat_after\":\"25h\"}", "repeat_after" },
	{ "{\"steps\":[" STEP "],\"hours\":0}", "hours" },
	{ "{\"steps\":[1]}", "steps[0]" },
	{ "{\"steps\":[" STEP ",{\"targets\":[{\"schedule\":1}]}]}", "steps[1].after" },
	{ "{\"steps\":[{\"after\":\"0s\"}]}", "steps[0].targets" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[]}]}", "steps[0].targets" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"schedule\":1}],\"delay\":1}]}", "steps[0].delay" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{}]}]}", "steps[0].targets[0]" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"schedule\":1,\"person\":2}]}]}", "steps[0].targets[0]" },
	{ "{\"steps\":[" STEP "," STEP ",{\"after\":\"0s\",\"targets\":[{\"schedule\":\"1\"}]}]}",
	  "steps[2].targets[0].schedule: " },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"person\":0}]}]}", "steps[0].targets[0].person" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"channel\":-3}]}]}", "steps[0].targets[0].channel" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"person\":9223372036854775808}]}]}",
	  "steps[0].targets[0].person" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"role\":\"analyst\"}]}]}", "steps[0].targets[0].role" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"member\":\"first\"}]}]}", "steps[0].targets[0].member" },
	{ "{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"person\":3},{\"person\":3}]}]}", "steps[0].targets[1]" },
	{ "{\"steps\":[{\"after\":\"8d\",\"targets\":[{\"person\":3}]}]}", "steps[0].after" },
};

static void expect_refused(int result, const struct err *why, const struct refusal *r)
{
	ck_assert_msg(result == -1, "taken: %s", r->document);
	ck_assert_msg(why->code == ERR_USAGE, "%s: code %d", r->document, (int)why->code);
	ck_assert_msg(why->text[0] && strncmp(why->text, r->place, strlen(r->place)) == 0, "%s: %s", r->document,
		      why->text);
}

START_TEST(what_is_wrong_with_a_policy_and_where)
{
	struct escalation_policy p;
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(bad_policies); i++) {
		int result = parse_policy(bad_policies[i].document, &p, &why);

		expect_refused(result, &why, &bad_policies[i]);
	}
}
END_TEST

/* "{"steps": [...]}" with so many steps of so many persons. */
static void write_policy(char *text, size_t room, int steps, int targets)
{
	int n = snprintf(text, room, "{\"steps\":[");

	for (int s = 0; s < steps; s++) {
		n += snprintf(text + n, room - (size_t)n, "%s{\"after\":\"1m\",\"targets\":[", s ? "," : "");
		for (int t = 0; t < targets; t++)
			n += snprintf(text + n, room - (size_t)n, "%s{\"person\":%d}", t ? "," : "", t + 1);
		n += snprintf(text + n, room - (size_t)n, "]}");
	}
	snprintf(text + n, room - (size_t)n, "]}");
}

START_TEST(a_policy_may_be_so_large_and_no_larger)
{
	static char text[100000];
	struct escalation_policy p;
	struct err why;

	write_policy(text, sizeof(text), POLICY_STEPS_MAX, POLICY_TARGETS_MAX);
	ck_assert_msg(parse_policy(text, &p, &why) == 0, "%s", why.text);
	ck_assert_int_eq(p.step_count, 20);
	ck_assert_int_eq(p.steps[19].targets[19].id, 20);
	write_policy(text, sizeof(text), POLICY_STEPS_MAX + 1, 1);
	ck_assert(parse_policy(text, &p, &why) == -1);
	write_policy(text, sizeof(text), 1, POLICY_TARGETS_MAX + 1);
	ck_assert(parse_policy(text, &p, &why) == -1);
	memset(text, ' ', sizeof(text) - 1);
	ck_assert(parse_policy(text, &p, &why) == -1);
	ck_assert_int_eq(why.code, ERR_USAGE);
}
END_TEST

START_TEST(steps_that_ask_the_same)
{
	struct escalation_policy p;
	struct err why;

	ck_assert(parse_policy("{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"person\":1},{\"role\":\"lead\"}]},"
			       "{\"after\":\"5m\",\"targets\":[{\"role\":\"lead\"},{\"person\":1}]},"
			       "{\"after\":\"5m\",\"targets\":[{\"role\":\"lead\"}]},"
			       "{\"after\":\"5m\",\"targets\":[{\"role\":\"lead\"},{\"schedule\":1}]}]}",
			       &p, &why) == 0);
	ck_assert(policy_step_same_targets(&p.steps[0], &p.steps[1]));
	ck_assert(!policy_step_same_targets(&p.steps[0], &p.steps[2]));
	ck_assert(!policy_step_same_targets(&p.steps[2], &p.steps[0]));
	ck_assert(!policy_step_same_targets(&p.steps[0], &p.steps[3]));
}
END_TEST

/* ---------------------------------------------------------------------------------------------- routes */

struct world {
	struct zone *zone;
	struct calendar *calendar; /* number 1: Monday to Friday 09:00-17:30 in Tokyo */
};

static const struct calendar *find(const void *context, int64_t calendar_id)
{
	const struct world *w = context;

	return calendar_id == 1 ? w->calendar : NULL;
}

static struct world open_world(void)
{
	static const char office[] =
	    "{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", \"17:30\"]],"
	    "\"wed\": [[\"09:00\", \"17:30\"]], \"thu\": [[\"09:00\", \"17:30\"]],"
	    "\"fri\": [[\"09:00\", \"17:30\"]]}}";
	static const struct holidays none;
	struct world w;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&w.zone, "Asia/Tokyo", &why) == 0, "%s", why.text);
	ck_assert_msg(calendar_parse(&w.calendar, slice_of_string(office), w.zone, &none, &why) == 0, "%s", why.text);
	return w;
}

static void close_world(struct world *w)
{
	calendar_release(w->calendar);
	zone_release(w->zone);
}

static int parse_routes(const struct world *w, const char *text, struct escalation_routes **out, struct err *why)
{
	struct schedule_calendars calendars = { find, w };

	*why = (struct err){ 0 };
	return escalation_routes_parse(out, slice_of_string(text), &calendars, why);
}

static const struct refusal bad_routes[] = {
	{ "null", "" },
	{ "{}", "routes" },
	{ "{\"routes\":[{\"policy\":1}]}", "routes[0].name" },
	{ "{\"routes\":[{\"name\":\"\",\"policy\":1}]}", "routes[0].name" },
	{ "{\"routes\":[{\"name\":\"a\"}]}", "routes[0].policy" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":0}]}", "routes[0].policy" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":\"1\"}]}", "routes[0].policy" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"policy\":2}]}", "routes[0].policy" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1},{\"name\":\"b\",\"policy\":1,\"kind\":\"desk\"}]}",
	  "routes[1].kind" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"kinds\":[\"incidents\"]}]}", "routes[0].kinds" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"kinds\":[]}]}", "routes[0].kinds" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"severity\":6}]}", "routes[0].severity" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"severity\":0}]}", "routes[0].severity" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"directions\":[\"out\"]}]}", "routes[0].directions" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"companies\":[17,0]}]}", "routes[0].companies" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"tags\":[7]}]}", "routes[0].tags" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"calendar\":1}]}", "routes[0].calendar_open" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"calendar_open\":true}]}", "routes[0].calendar" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"calendar\":2,\"calendar_open\":true}]}", "routes[0].calendar" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"calendar\":1,\"calendar_open\":1}]}",
	  "routes[0].calendar_open" },
	{ "{\"routes\":[{\"name\":\"a\",\"policy\":1,\"group\":\"none\"}]}", "routes[0].group" },
};

START_TEST(what_is_wrong_with_routes_and_where)
{
	struct world w = open_world();
	struct escalation_routes *routes;
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(bad_routes); i++) {
		int result = parse_routes(&w, bad_routes[i].document, &routes, &why);

		expect_refused(result, &why, &bad_routes[i]);
		ck_assert_ptr_null(routes);
	}
	close_world(&w);
}
END_TEST

static struct route_facts incident(int severity, int64_t company_id)
{
	return (struct route_facts){
		.kind = "incident",
		.severity = severity,
		.direction = "outbound",
		.company_id = company_id,
		.subject_id = 5,
		.at = MONDAY_TEN,
	};
}

static void expect_choice(const struct escalation_routes *routes, const struct route_facts *facts, int64_t policy_id,
			  const char *route, const char *key)
{
	struct route_choice choice;

	escalation_route_choose(routes, facts, &choice);
	ck_assert_int_eq(choice.policy_id, policy_id);
	if (route)
		ck_assert_str_eq(choice.route, route);
	else
		ck_assert_ptr_null(choice.route);
	ck_assert_str_eq(choice.group_key, key);
}

START_TEST(the_first_route_that_fits)
{
	static const char text[] =
	    "{\"routes\": ["
	    "{\"name\": \"vip\", \"tags\": [\"hospital\", \"vip\"], \"policy\": 4, \"group\": \"subject\"},"
	    "{\"name\": \"test company\", \"companies\": [99], \"policy\": null},"
	    "{\"name\": \"night\", \"kinds\": [\"incident\"], \"severity\": 2, \"directions\": [\"outbound\"],"
	    " \"calendar\": 1, \"calendar_open\": false, \"policy\": 3},"
	    "{\"name\": \"day\", \"kinds\": [\"incident\", \"desk\"], \"severity\": 2, \"calendar\": 1,"
	    " \"calendar_open\": true, \"policy\": 2},"
	    "{\"name\": \"all sensors\", \"kinds\": [\"sensor\"], \"policy\": 5, \"group\": \"policy\"}]}";
	static const char *const tags[] = { "north", "vip" };
	struct world w = open_world();
	struct escalation_routes *routes;
	struct route_facts facts;
	int64_t ids[10];
	struct err why;

	ck_assert_msg(parse_routes(&w, text, &routes, &why) == 0, "%s", why.text);
	facts = incident(2, 17);
	expect_choice(routes, &facts, 2, "day", "policy:2 company:17");
	facts.at = MONDAY_TEN + 8 * 60 * MINUTE; /* 18:00 */
	expect_choice(routes, &facts, 3, "night", "policy:3 company:17");
	facts.direction = "inbound";
	expect_choice(routes, &facts, 0, NULL, "");
	facts.severity = 1; /* without a route: the last one's policy */
	expect_choice(routes, &facts, 5, NULL, "policy:5");
	facts = incident(1, 17);
	expect_choice(routes, &facts, 2, "day", "policy:2 company:17");
	facts = incident(3, 17);
	expect_choice(routes, &facts, 0, NULL, "");
	facts.by_hand = true;
	expect_choice(routes, &facts, 5, NULL, "policy:5");
	facts = incident(5, 17);
	facts.tags = tags;
	facts.tag_count = 2;
	expect_choice(routes, &facts, 4, "vip", "policy:4 company:17 incident:5");
	facts.tag_count = 1;
	expect_choice(routes, &facts, 0, NULL, "");
	/* Null keeps its word, also for severity 1; but not when somebody asks. */
	facts = incident(1, 99);
	expect_choice(routes, &facts, 0, "test company", "");
	facts.by_hand = true;
	expect_choice(routes, &facts, 2, "day", "policy:2 company:99");
	facts = (struct route_facts){
		.kind = "sensor", .severity = 3, .company_id = 8, .subject_id = 12, .at = MONDAY_TEN
	};
	expect_choice(routes, &facts, 5, "all sensors", "policy:5");
	/* Of no company: each thing its own. */
	facts = (struct route_facts){ .kind = "desk", .severity = 1, .subject_id = 44, .at = MONDAY_TEN };
	expect_choice(routes, &facts, 2, "day", "policy:2 company:0 desk:44");
	ck_assert_uint_eq(escalation_routes_policies(routes, ids, ARRAY_LEN(ids)), 4);
	ck_assert_int_eq(ids[0] + ids[1] * 10 + ids[2] * 100 + ids[3] * 1000, 5234);
	ck_assert_uint_eq(escalation_routes_policies(routes, ids, 2), 2);
	escalation_routes_release(routes);
	close_world(&w);
}
END_TEST

START_TEST(no_routes_page_nobody)
{
	struct world w = open_world();
	struct escalation_routes *routes;
	struct route_facts facts = incident(1, 17);
	struct err why;

	ck_assert(parse_routes(&w, "{\"routes\": []}", &routes, &why) == 0);
	facts.by_hand = true;
	expect_choice(routes, &facts, 0, NULL, "");
	escalation_routes_release(routes);
	ck_assert(parse_routes(&w, "{\"routes\": [{\"name\": \"none\", \"severity\": 2, \"policy\": null}]}", &routes,
			       &why) == 0);
	expect_choice(routes, &facts, 0, NULL, "");
	escalation_routes_release(routes);
	close_world(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- as shipped */

START_TEST(the_documents_as_shipped)
{
	static const int steps[] = { 5, 4, 2 }, loops[] = { 3, 2, 1 };
	struct world w = open_world();
	struct schedule_calendars calendars = { find, &w };
	struct escalation_routes *routes;
	struct escalation_policy p;
	struct route_facts facts;
	struct err why = { 0 };

	for (int i = 0; i < 3; i++) {
		struct slice text = shipped_document("INSERT INTO escalation_policy", i + 1);

		ck_assert_msg(escalation_policy_parse(text, &p, &why) == 0, "policy %d: %s", i + 1, why.text);
		ck_assert_int_eq(p.step_count, steps[i]);
		ck_assert_int_eq(p.loops, loops[i]);
	}
	ck_assert_msg(escalation_routes_parse(&routes, shipped_document("INSERT INTO escalation_route", 1), &calendars,
					      &why) == 0,
		      "%s", why.text);
	facts = incident(1, 17);
	expect_choice(routes, &facts, 1, "緊急 / Critical", "policy:1 company:17");
	facts = incident(2, 17);
	expect_choice(routes, &facts, 2, "高 / High", "policy:2 company:17");
	facts = incident(3, 17);
	expect_choice(routes, &facts, 0, NULL, "");
	facts = (struct route_facts){ .kind = "sensor", .severity = 3, .company_id = 8, .subject_id = 12 };
	expect_choice(routes, &facts, 3, "機器の停止 / Sensor down", "policy:3 company:8");
	escalation_routes_release(routes);
	close_world(&w);
}
END_TEST

SUITE_MAIN("escalation_documents", a_policy_with_everything, what_is_left_out_of_a_policy,
	   what_is_wrong_with_a_policy_and_where, a_policy_may_be_so_large_and_no_larger, steps_that_ask_the_same,
	   what_is_wrong_with_routes_and_where, the_first_route_that_fits, no_routes_page_nobody,
	   the_documents_as_shipped)
