/* Names, addresses and networks. Text forms of addresses: RFC 4291 and RFC 5952. */
#include "server/model/networks.h"
#include "tests/unit/records.h"

START_TEST(names_are_those_of_the_database)
{
	enum direction d;
	enum engine e;
	enum action a;
	enum stage s;

	ck_assert_str_eq(kind_name(KIND_UNPARSED), "unparsed");
	ck_assert_str_eq(direction_name(DIRECTION_INBOUND), "inbound");
	ck_assert_str_eq(engine_name(ENGINE_ANTIVIRUS), "antivirus");
	ck_assert_str_eq(action_name(ACTION_REMOVED), "removed");
	ck_assert_str_eq(stage_name(STAGE_COMMAND_AND_CONTROL), "command-and-control");
	for (int i = DIRECTION_UNKNOWN; i <= DIRECTION_EXTERNAL; i++)
		ck_assert(direction_parse(slice_of_string(direction_name((enum direction)i)), &d) && (int)d == i);
	for (int i = ENGINE_IPS; i <= ENGINE_OTHER; i++)
		ck_assert(engine_parse(slice_of_string(engine_name((enum engine)i)), &e) && (int)e == i);
	for (int i = ACTION_UNKNOWN; i <= ACTION_REMOVED; i++)
		ck_assert(action_parse(slice_of_string(action_name((enum action)i)), &a) && (int)a == i);
	for (int i = STAGE_NONE; i <= STAGE_ACTIONS; i++)
		ck_assert(stage_parse(slice_of_string(stage_name((enum stage)i)), &s) && (int)s == i);
	ck_assert(!direction_parse(SLICE_LITERAL("Inbound"), &d));
	ck_assert(!engine_parse(SLICE_LITERAL(""), &e));
}
END_TEST

START_TEST(addresses)
{
	static const struct {
		const char *text, *back; /* NULL: refused */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "::", "::" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::FFFF:c000:201", "192.0.2.1" },
		{ "fe80::1", "fe80::1" },
		{ "", NULL },
		{ "1.2.3", NULL },
		{ "1.2.3.4.5", NULL },
		{ "1.2.3.256", NULL },
		{ "1.2.3.04", NULL },
		{ "1.2.3.4 ", NULL },
		{ "1..3.4", NULL },
		{ "1.2.3.00000000004", NULL },
		{ "fe80::1%eth0", NULL },
		{ "[::1]", NULL },
		{ "2001:db8::1::2", NULL },
		{ "N/A", NULL },
		{ "2001:db8:0000:0000:0000:0000:0000:0000:0000:0001", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].text);
		uint8_t *copy = malloc(len ? len : 1);
		struct address a;
		char text[ADDRESS_TEXT_SIZE];
		bool good;

		memcpy(copy, cases[i].text, len);
		good = address_parse(slice_of(copy, len), &a);
		ck_assert_msg(good == (cases[i].back != NULL), "%s", cases[i].text);
		address_to_text(&a, text);
		ck_assert_str_eq(text, good ? cases[i].back : "");
		free(copy);
	}
}
END_TEST

START_TEST(home_without_configuration)
{
	static const struct {
		const char *address;
		bool home;
	} cases[] = {
		{ "10.0.0.0", true },
		{ "10.255.255.255", true },
		{ "9.255.255.255", false },
		{ "11.0.0.0", false },
		{ "172.16.0.0", true },
		{ "172.31.255.255", true },
		{ "172.15.255.255", false },
		{ "172.32.0.0", false },
		{ "192.168.0.1", true },
		{ "192.169.0.0", false },
		{ "169.254.1.1", true },
		{ "127.0.0.1", true },
		{ "100.64.0.0", true },
		{ "100.127.255.255", true },
		{ "100.128.0.0", false },
		{ "100.63.255.255", false },
		{ "224.0.0.251", true },
		{ "239.255.255.250", true },
		{ "255.255.255.255", true },
		{ "240.0.0.1", false },
		{ "203.0.113.7", false },
		{ "fc00::1", true },
		{ "fdff::1", true },
		{ "fe80::1", true },
		{ "febf::1", true },
		{ "fec0::1", false },
		{ "fe00::1", false },
		{ "ff02::fb", true },
		{ "::1", true },
		{ "2001:db8::1", false },
		{ "::ffff:10.1.2.3", true },
	};
	struct address none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct address a;

		ck_assert(address_parse(slice_of_string(cases[i].address), &a));
		ck_assert_msg(networks_are_home(NULL, &a) == cases[i].home, "%s", cases[i].address);
	}
	ck_assert(!networks_are_home(NULL, &none));
}
END_TEST

START_TEST(configured_networks)
{
	static const struct {
		const char *network, *address;
		bool inside;
	} cases[] = {
		{ "203.0.113.0/24", "203.0.113.255", true },
		{ "203.0.113.0/24", "203.0.114.0", false },
		{ "203.0.113.77/28", "203.0.113.64", true },
		{ "203.0.113.77/28", "203.0.113.80", false },
		{ "203.0.113.9", "203.0.113.9", true },
		{ "203.0.113.9", "203.0.113.8", false },
		{ "0.0.0.0/0", "198.51.100.1", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "2001:db8:5::/48", "2001:db8:5:ffff::1", true },
		{ "2001:db8:5::/48", "2001:db8:6::1", false },
		{ "::ffff:203.0.113.0/120", "203.0.113.200", true },
	};
	static const char *const bad[] = {
		"",    "203.0.113.0/33", "203.0.113.0/",    "203.0.113.0/x", "2001:db8::/129",
		"/24", "203.0.113/24",   "203.0.113.0/0024"
	};
	struct network n;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct networks own = { &n, 1 };
		struct address a;

		ck_assert(network_parse(slice_of_string(cases[i].network), &n));
		ck_assert(address_parse(slice_of_string(cases[i].address), &a));
		ck_assert_msg(networks_are_home(&own, &a) == cases[i].inside, "%s in %s", cases[i].address,
			      cases[i].network);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!network_parse(slice_of_string(bad[i]), &n), "%s", bad[i]);
}
END_TEST

SUITE_MAIN("alert", names_are_those_of_the_database, addresses, home_without_configuration, configured_networks)
