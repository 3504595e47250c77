/* What is held back and what is not, against lists written here, and the shipped file. */
#include "server/model/warning_list.h"
#include "tests/unit/suite.h"

#include <stdio.h>

static int add(void *arg, const char *list, const struct indicator_key *key, bool below, struct err *why)
{
	return warning_lists_add(arg, list, key, below, why);
}

static struct warning_lists *lists_of(const char *text)
{
	struct warning_lists *w = warning_lists_new();
	struct err why;

	ck_assert_msg(warning_list_parse(slice_of_string(text), "lists", add, w, &why) == 0, "%s", why.text);
	return w;
}

static void check(const struct warning_lists *w, const char *indicator, const char *wanted)
{
	struct indicator_key key;
	const char *got;

	ck_assert(indicator_key_guess(slice_of_string(indicator), &key) ||
		  indicator_key_of_domain(slice_of_string(indicator), &key));
	got = warning_lists_find(w, &key);
	ck_assert_msg(got ? wanted && strcmp(got, wanted) == 0 : !wanted, "%s: %s", indicator, got ? got : "nothing");
}

static const char text[] = "inside:\n"
			   "  networks: [10.0.0.0/8, 10.1.0.0/16, 203.0.113.8/29, \"2001:db8::/32\"]\n"
			   "  own_domains: [chamber.example, www.chamber.example]\n"
			   "resolvers:\n"
			   "  networks: [198.51.100.53, 10.0.0.0/7]\n"
			   "popular:\n"
			   "  domains: [big.example, mail.big.example]\n"
			   "empty:\n"
			   "  hashes: [d41d8cd98f00b204e9800998ecf8427e]\n";

START_TEST(networks)
{
	struct warning_lists *w = lists_of(text);

	check(w, "10.200.3.4", "resolvers"); /* the wider of nested networks stays */
	check(w, "11.0.0.1", "resolvers");
	check(w, "12.0.0.1", NULL);
	check(w, "203.0.113.8", "inside");
	check(w, "203.0.113.15", "inside");
	check(w, "203.0.113.16", NULL);
	check(w, "203.0.113.7", NULL);
	check(w, "203.0.113.0/24", "inside"); /* around one */
	check(w, "203.0.113.0/29", NULL);
	check(w, "198.51.100.53", "resolvers");
	check(w, "198.51.100.52", NULL);
	check(w, "2001:db8:1::1", "inside");
	check(w, "2001:db9::1", NULL);
	check(w, "192.0.0.0/16", NULL);
	check(w, "192.0.0.0/15", "network too wide");
	check(w, "2001:db8::/31", "inside");
	check(w, "2002::/31", "network too wide");
	check(w, "2002::/32", NULL);
	check(w, "::/0", "inside"); /* of several lists, the last of its networks */
	warning_lists_free(w);
}
END_TEST

START_TEST(names)
{
	struct warning_lists *w = lists_of(text);

	check(w, "big.example", "popular");
	check(w, "mail.big.example", "popular");
	check(w, "evil.big.example", NULL);
	check(w, "bigger.example", NULL);
	check(w, "example", "popular"); /* above big.example, the first of them */
	check(w, "jp", "top-level name");
	check(w, "chamber.example", "inside");
	check(w, "a.b.chamber.example", "inside");
	check(w, "notchamber.example", NULL);
	warning_lists_free(w);
}
END_TEST

START_TEST(urls_and_hashes)
{
	struct warning_lists *w = lists_of(text);

	check(w, "http://big.example/", "popular");
	check(w, "https://big.example:8443/", "popular");
	check(w, "http://big.example/evil", NULL);
	check(w, "http://big.example/?x", NULL);
	check(w, "http://big.example/evil/", NULL);
	check(w, "http://evil.big.example/", NULL);
	check(w, "http://www.chamber.example/a", "inside");
	check(w, "http://10.0.0.1/a", "resolvers");
	check(w, "http://192.0.2.1/a", NULL);
	check(w, "d41d8cd98f00b204e9800998ecf8427e", "empty");
	check(w, "d41d8cd98f00b204e9800998ecf8427f", NULL);
	warning_lists_free(w);
}
END_TEST

/* Networks in any order, against the definition: does one overlap? */
START_TEST(networks_in_any_order)
{
	uint64_t state = 42;

	for (int round = 0; round < 300; round++) {
		struct warning_lists *w = warning_lists_new();
		uint32_t base[24], mask[24];

		for (unsigned i = 0; i < 24; i++) {
			char cidr[32];
			struct indicator_key key;
			unsigned prefix;

			state = state * 6364136223846793005u + 1442695040888963407u;
			prefix = 22 + (unsigned)(state >> 60) % 11;
			mask[i] = prefix == 32 ? UINT32_MAX : ~(UINT32_MAX >> prefix);
			base[i] = (0xC0000000u | (uint32_t)(state >> 40 & 0xFFF)) & mask[i];
			snprintf(cidr, sizeof(cidr), "192.0.%u.%u/%u", base[i] >> 8 & 255, base[i] & 255, prefix);
			ck_assert(indicator_key_of_network(slice_of_string(cidr), &key));
			ck_assert_int_eq(warning_lists_add(w, "any", &key, false, NULL), 0);
		}
		for (uint32_t address = 0xC0000000u; address < 0xC0001000u; address += 3) {
			const struct address a = { 4, { 192, 0, (uint8_t)(address >> 8), (uint8_t)address } };
			struct indicator_key key;
			bool wanted = false;

			for (unsigned i = 0; i < 24; i++)
				wanted = wanted || (address & mask[i]) == base[i];
			ck_assert(indicator_key_of_address(&a, &key));
			ck_assert((warning_lists_find(w, &key) != NULL) == wanted);
		}
		warning_lists_free(w);
	}
}
END_TEST

START_TEST(files_that_are_refused)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "- a\n", "lists:1: the file names its lists" },
		{ "a: b\n", "lists:1: a list has networks" },
		{ "a:\n  nets: []\n", "lists:2: a list has networks" },
		{ "a:\n  networks: 10.0.0.0/8\n", "lists:2: a sequence is expected here" },
		{ "a:\n  networks:\n    - 10.0.0.0/8\n    - big.example\n", "lists:4: an address or a network" },
		{ "a:\n  domains: [10.0.0.1]\n", "lists:2: a domain name" },
		{ "a:\n  hashes: [xyz]\n", "lists:2: a file hash" },
		{ "a: &x\n  hashes: []\n", "lists:1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct warning_lists *w = warning_lists_new();
		struct err why = { 0 };

		ck_assert_int_eq(warning_list_parse(slice_of_string(cases[i].text), "lists", add, w, &why), -1);
		ck_assert_msg(strncmp(why.text, cases[i].says, strlen(cases[i].says)) == 0, "%s", why.text);
		warning_lists_free(w);
	}
}
END_TEST

START_TEST(the_shipped_file)
{
	FILE *file = fopen("config/warning-lists.yaml", "r");
	static char shipped[65536];
	struct warning_lists *w;

	ck_assert_msg(file != NULL, "run it in the clone");
	shipped[fread(shipped, 1, sizeof(shipped) - 1, file)] = '\0';
	fclose(file);
	w = lists_of(shipped);
	check(w, "192.168.7.7", "private and reserved networks");
	check(w, "8.8.8.8", "public resolvers");
	check(w, "8.8.8.9", NULL);
	check(w, "co.jp", "registries");
	check(w, "evil.co.jp", NULL);
	check(w, "google.com", "names that everybody calls");
	check(w, "evil.blogspot.com", NULL);
	check(w, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "empty file");
	warning_lists_free(w);
}
END_TEST

SUITE_MAIN("warning_list", networks, names, urls_and_hashes, networks_in_any_order, files_that_are_refused,
	   the_shipped_file)
