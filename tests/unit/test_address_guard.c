/* Where a webhook may lead, by address; and what of a mail server's words is kept. Public addresses are those of the
 * root servers and of documentation of nobody; the rest are the examples and edges of IANA's special-purpose
 * registries. */
#include "server/escalator/address_guard.h"
#include "server/escalator/sending.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>

static socklen_t socket_address(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1) {
		memcpy(out, &in4, sizeof(in4));
		return sizeof(in4);
	}
	ck_assert_msg(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1, "%s", text);
	memcpy(out, &in6, sizeof(in6));
	return sizeof(in6);
}

static const char *judge(const struct address_guard *guard, const char *text, bool encrypted)
{
	static char words[SENDING_REASON_SIZE];
	struct sockaddr_storage address;
	socklen_t len = socket_address(text, &address);

	address_guard_judge(guard, (const struct sockaddr *)&address, len, encrypted, words, sizeof(words));
	return words;
}

START_TEST(only_public_addresses)
{
	static const char *const shut[] = { "0.0.0.0",
					    "0.255.255.255",
					    "10.0.0.0",
					    "10.255.255.255",
					    "100.64.0.0",
					    "100.127.255.255",
					    "127.0.0.1",
					    "127.255.255.255",
					    "169.254.0.1",
					    "169.254.169.254",
					    "172.16.0.0",
					    "172.31.255.255",
					    "192.0.0.1",
					    "192.0.2.1",
					    "192.88.99.1",
					    "192.168.0.0",
					    "192.168.255.255",
					    "198.18.0.0",
					    "198.19.255.255",
					    "198.51.100.1",
					    "203.0.113.1",
					    "224.0.0.1",
					    "239.255.255.255",
					    "240.0.0.1",
					    "255.255.255.255",
					    "::",
					    "::1",
					    "::127.0.0.1",
					    "::ffff:127.0.0.1",
					    "::ffff:10.1.2.3",
					    "64:ff9b::a00:1",
					    "64:ff9b::7f00:1",
					    "64:ff9b:1::1",
					    "100::1",
					    "2001::1",
					    "2001:1ff::1",
					    "2001:db8::1",
					    "2002:7f00:1::1",
					    "2002:c0a8:101::1",
					    "3fff:fff::1",
					    "fc00::1",
					    "fd12::1",
					    "fe80::1",
					    "fec0::1",
					    "ff02::1",
					    "4000::1",
					    "1fff::1" };
	static const char *const open[] = { "1.0.0.1",
					    "9.255.255.255",
					    "11.0.0.0",
					    "100.63.255.255",
					    "100.128.0.0",
					    "126.255.255.255",
					    "128.0.0.0",
					    "169.253.255.255",
					    "169.255.0.0",
					    "172.15.255.255",
					    "172.32.0.0",
					    "192.0.1.1",
					    "192.167.255.255",
					    "192.169.0.0",
					    "198.17.255.255",
					    "198.20.0.0",
					    "198.41.0.4",
					    "223.255.255.255",
					    "::ffff:198.41.0.4",
					    "64:ff9b::c629:4",
					    "2002:c629:4::1",
					    "2001:200::1",
					    "2001:503:ba3e::2:30",
					    "2400::1",
					    "2606:4700::1111",
					    "3ffe::1" };
	struct address_guard none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(shut); i++)
		ck_assert_msg(strstr(judge(&none, shut[i], true), "no public address"), "%s", shut[i]);
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		ck_assert_msg(*judge(&none, open[i], true) == '\0', "%s: %s", open[i], judge(&none, open[i], true));
		ck_assert_msg(strstr(judge(&none, open[i], false), "use https://"), "%s", open[i]);
	}
}
END_TEST

START_TEST(what_is_configured_is_open)
{
	static char net4[] = "10.1.0.0/16", net6[] = "::1", wrong[] = "10.1.0.0/33";
	char *const list[] = { net4, net6 };
	char *const bad[] = { net4, wrong };
	struct address_guard guard;
	struct err why = { 0 };
	struct sockaddr unix_socket = { .sa_family = AF_UNIX };
	char words[SENDING_REASON_SIZE];

	ck_assert(address_guard_open(&guard, list, 2, &why) == 0);
	ck_assert_str_eq(judge(&guard, "10.1.2.3", true), "");
	ck_assert_str_eq(judge(&guard, "10.1.2.3", false), "");
	ck_assert_str_eq(judge(&guard, "::ffff:10.1.2.3", false), "");
	ck_assert_str_eq(judge(&guard, "::1", true), "");
	ck_assert(*judge(&guard, "10.2.0.0", true) && *judge(&guard, "127.0.0.1", true) && *judge(&guard, "::2", true));
	address_guard_judge(&guard, &unix_socket, sizeof(unix_socket), true, words, sizeof(words));
	ck_assert(*words);
	address_guard_close(&guard);
	ck_assert(address_guard_open(&guard, bad, 2, &why) == -1);
	ck_assert_int_eq(why.code, ERR_CONFIG);
	ck_assert(strstr(why.text, "10.1.0.0/33") != NULL);
}
END_TEST

START_TEST(words_of_others_are_cleaned)
{
	char out[16];

	sending_clean("a\r\n\tb\0c\x7f"
		      "d ",
		      10, out, sizeof(out));
	ck_assert_str_eq(out, "a b c d");
	sending_clean("\xff"
		      "abc",
		      4, out, sizeof(out));
	ck_assert_str_eq(out, "?abc");
	/* cut between characters */
	sending_clean("字字字字字字", 18, out, sizeof(out));
	ck_assert_str_eq(out, "字字字字字");
	sending_clean("a字字字字字字", 19, out, sizeof(out));
	ck_assert_str_eq(out, "a字字字字");
	sending_clean(NULL, 0, out, sizeof(out));
	ck_assert_str_eq(out, "");
}
END_TEST

SUITE_MAIN("address_guard", only_public_addresses, what_is_configured_is_open, words_of_others_are_cleaned)
