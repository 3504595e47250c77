/* Keys by hand. Sources: RFC 3492 section 7.1 (sample strings), RFC 3986 section 6.2.2, RFC 4291 section 2.5.5.2. */
#include "lib/encode.h"
#include "server/model/host_name.h"
#include "server/model/indicator.h"
#include "tests/unit/suite.h"

typedef bool (*reader)(struct slice text, struct indicator_key *out);

/* From an exact copy on the heap, so that reading one byte too far is seen. */
static bool read_key(reader read, const char *text, struct indicator_key *out)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len ? len : 1);
	bool good;

	memcpy(copy, text, len);
	good = read(slice_of(copy, len), out);
	free(copy);
	return good;
}

/* The key's bytes; of kinds that are not text as hex. */
static void check_key(reader read, const char *text, const char *wanted)
{
	struct buffer got = { 0 };
	struct indicator_key k;

	ck_assert_msg(read_key(read, text, &k), "%s was refused", text);
	if (k.kind == INDICATOR_IP || k.kind == INDICATOR_HASH)
		hex_encode(&got, slice_of(k.bytes, k.len));
	else
		buffer_put(&got, k.bytes, k.len);
	if (k.kind == INDICATOR_IP)
		buffer_printf(&got, "/%u", k.prefix);
	else
		ck_assert_uint_eq(k.prefix, 0);
	ck_assert_str_eq(buffer_string(&got), wanted);
	buffer_release(&got);
}

static void check_refused(reader read, const char *text)
{
	struct indicator_key k;

	ck_assert_msg(!read_key(read, text, &k), "%s was taken", text);
}

static void check_text(reader read, const char *text, const char *wanted)
{
	char out[INDICATOR_TEXT_SIZE];
	struct indicator_key k;

	ck_assert_msg(read_key(read, text, &k), "%s was refused", text);
	indicator_key_text(&k, out);
	ck_assert_str_eq(out, wanted);
}

START_TEST(networks)
{
	reader read = indicator_key_of_network;

	check_key(read, "192.0.2.1", "00000000000000000000ffffc0000201/128");
	check_key(read, "192.0.2.77/24", "00000000000000000000ffffc0000200/120");
	check_key(read, " 192[.]0[.]2[.]1 ", "00000000000000000000ffffc0000201/128");
	check_key(read, "192.0.2(.)1", "00000000000000000000ffffc0000201/128");
	check_key(read, "::ffff:192.0.2.1", "00000000000000000000ffffc0000201/128");
	check_key(read, "::ffff:192.0.2.1/112", "00000000000000000000ffffc0000000/112");
	check_key(read, "2001:DB8::1", "20010db8000000000000000000000001/128");
	check_key(read, "2001:db8:ffff::/33", "20010db8800000000000000000000000/33");
	check_key(read, "0.0.0.0/0", "00000000000000000000ffff00000000/96");
	check_key(read, "::/0", "00000000000000000000000000000000/0");
	check_refused(read, "192.0.2.256");
	check_refused(read, "192.0.2.0/33");
	check_refused(read, "2001:db8::/129");
	check_refused(read, "example");
	check_refused(read, "");
	check_text(read, "192.0.2.77/24", "192.0.2.0/24");
	check_text(read, "::ffff:192.0.2.1", "192.0.2.1");
	check_text(read, "0.0.0.0/0", "0.0.0.0/0");
	check_text(read, "2001:db8:0:0::/64", "2001:db8::/64");
	check_text(read, "::/0", "::/0");
}
END_TEST

START_TEST(domains)
{
	reader read = indicator_key_of_domain;
	char longest[300], label[80];

	check_key(read, "Evil.Example.JP", "jp.example.evil.");
	check_key(read, "evil.example.", "example.evil.");
	check_key(read, "*.evil.example", "example.evil.");
	check_key(read, ".evil.example", "example.evil.");
	check_key(read, "evil[.]example", "example.evil.");
	check_key(read, "evil[dot]example", "example.evil.");
	check_key(read, "_dmarc.a-b.example", "example.a-b._dmarc.");
	check_key(read, "jp", "jp.");
	check_key(read, "1.2.example", "example.2.1.");
	check_refused(read, "");
	check_refused(read, ".");
	check_refused(read, "a..example");
	check_refused(read, "a b.example");
	check_refused(read, "evil.example:80");
	check_refused(read, "192.0.2.1");
	check_refused(read, "1.2.3.400");
	check_refused(read, "http://evil.example");
	check_refused(read, "user@evil.example");
	check_refused(read, "evil.example\x80");
	check_text(read, "Evil.Example.JP.", "evil.example.jp");
	check_text(read, "jp", "jp");
	/* RFC 1035 section 2.3.4: labels of 63, names of 253 as people write them. */
	memset(label, 'a', sizeof(label));
	snprintf(longest, sizeof(longest), "%.63s.%.63s.%.63s.%.61s", label, label, label, label);
	ck_assert(indicator_key_of_domain(slice_of_string(longest), &(struct indicator_key){ 0 }));
	snprintf(longest, sizeof(longest), "%.63s.%.63s.%.63s.%.62s", label, label, label, label);
	check_refused(read, longest);
	snprintf(longest, sizeof(longest), "%.64s.example", label);
	check_refused(read, longest);
}
END_TEST

START_TEST(international_names)
{
	reader read = indicator_key_of_domain;
	char name[400] = "";

	/* RFC 3492 section 7.1 (A), (B), (L) in lower case; the test names of IANA's root zone. */
	check_key(read,
		  "\u0644\u064A\u0647\u0645\u0627\u0628\u062A\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064A"
		  "\u061F.example",
		  "example.xn--egbpdaj6bu4bxfgehfvwxn.");
	check_key(read, "\u4ED6\u4EEC\u4E3A\u4EC0\u4E48\u4E0D\u8BF4\u4E2D\u6587.example",
		  "example.xn--ihqwcrb4cv8a8dqg056pqjye.");
	check_key(read, "3\u5E74B\u7D44\u91D1\u516B\u5148\u751F.jp", "jp.xn--3b-ww4c5e180e575a65lsy2b.");
	check_key(read, "\u4F8B\u3048\u3002\u30C6\u30B9\u30C8", "xn--zckzah.xn--r8jz45g."); /* ideographic full stop */
	check_key(read, "XN--R8JZ45G.xn--zckzah", "xn--zckzah.xn--r8jz45g.");
	check_key(read, "\uFF45\uFF56\uFF49\uFF4C\uFF0E\uFF25xample", "example.evil."); /* full-width */
	check_refused(read, "a\uFF20b.example");                                        /* full-width @ */
	check_refused(read, "\u3002example");
	check_refused(read, "\xE4\xBE.example"); /* not UTF-8 */
	/* 63 characters of one label fit, coded they do not. */
	for (int i = 0; i < 63; i++)
		memcpy(name + 3 * i, i % 2 ? "\u4ED6" : "\u5148", 3);
	snprintf(name + 189, sizeof(name) - 189, ".example");
	check_refused(read, name);
}
END_TEST

START_TEST(punycode)
{
	static const uint32_t book[] = { 'b', 0xFC, 'c', 'h', 'e', 'r' };
	/* RFC 3492 section 7.1 (S): ASCII that is no host name. */
	static const uint32_t plain[] = { '-', '>', ' ', '$', '1', '.', '0', '0', ' ', '<', '-' };
	char out[64];

	ck_assert_uint_eq(punycode_encode(book, 6, out, sizeof(out)), 9);
	ck_assert_mem_eq(out, "bcher-kva", 9);
	ck_assert_uint_eq(punycode_encode(plain, 11, out, sizeof(out)), 12);
	ck_assert_mem_eq(out, "-> $1.00 <--", 12);
	ck_assert_uint_eq(punycode_encode(book, 6, out, 8), 0);
	ck_assert_uint_eq(punycode_encode(book, 6, out, 9), 9);
}
END_TEST

START_TEST(urls)
{
	reader read = indicator_key_of_url;
	char text[700];

	check_key(read, "HTTP://Evil.Example", "http://evil.example/");
	check_key(read, "hxxp://evil[.]example/a", "http://evil.example/a");
	check_key(read, "hXXps[:]//evil(.)example/a?b=C#frag", "https://evil.example/a?b=C");
	check_key(read, "hxxps[://]evil.example", "https://evil.example/");
	check_key(read, "hxxp://evil[.]example/a[.]exe", "http://evil.example/a.exe");
	check_key(read, "http://evil.example/a(.)b", "http://evil.example/a(.)b");
	check_key(read, "http://evil.example/a[1]", "http://evil.example/a%5B1%5D");
	check_key(read, "evil(dot)example/a(dot)b", "http://evil.example/a.b");
	check_key(read, "http://evil.example:80/", "http://evil.example/");
	check_key(read, "https://evil.example:443/x", "https://evil.example/x");
	check_key(read, "http://evil.example:8080/x", "http://evil.example:8080/x");
	check_key(read, "http://evil.example:/x", "http://evil.example/x");
	check_key(read, "http://user:pw@evil.example/x", "http://evil.example/x");
	check_key(read, "http://evil.example./x", "http://evil.example/x");
	check_key(read, "http://evil.example?q", "http://evil.example/?q");
	check_key(read, "http://evil.example/x?", "http://evil.example/x");
	check_key(read, "http://evil.example/%7euser/%2f%c3%a9", "http://evil.example/~user/%2F%C3%A9");
	check_key(read, "http://evil.example/%zz%", "http://evil.example/%25zz%25");
	check_key(read, "http://evil.example/\u00e9 x", "http://evil.example/%C3%A9%20x");
	check_key(read, "http://[2001:DB8:0:0::1]:8080/x", "http://[2001:db8::1]:8080/x");
	check_key(read, "http://[::ffff:192.0.2.1]/x", "http://192.0.2.1/x");
	check_key(read, "http://192.0.2.1/x", "http://192.0.2.1/x");
	check_key(read, "http://\u4F8B\u3048.\u30C6\u30B9\u30C8/a", "http://xn--r8jz45g.xn--zckzah/a");
	check_key(read, "evil.example/x", "http://evil.example/x");
	check_key(read, "ftp://evil.example:21/x", "ftp://evil.example/x");
	check_refused(read, "http:///x");
	check_refused(read, "http://evil.example:99999/");
	check_refused(read, "http://evil.example:8x/");
	check_refused(read, "http://a b/");
	check_refused(read, "");
	/* 512 bytes are a key, one more is none. */
	snprintf(text, sizeof(text), "http://e.example/%0495d", 0);
	ck_assert(indicator_key_of_url(slice_of_string(text), &(struct indicator_key){ 0 }));
	snprintf(text, sizeof(text), "http://e.example/%0496d", 0);
	check_refused(read, text);
}
END_TEST

START_TEST(hashes)
{
	reader read = indicator_key_of_hash;

	check_key(read, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e");
	check_key(read, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	check_text(read, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e");
	check_refused(read, "d41d8cd98f00b204e9800998ecf8427");
	check_refused(read, "g41d8cd98f00b204e9800998ecf8427e");
	check_refused(read, "");
}
END_TEST

START_TEST(guesses)
{
	reader read = indicator_key_guess;

	check_key(read, "192.0.2.1:8080", "00000000000000000000ffffc0000201/128");
	check_key(read, "[2001:db8::1]:443", "20010db8000000000000000000000001/128");
	check_key(read, "2001:db8::1", "20010db8000000000000000000000001/128");
	check_key(read, "192.0.2.0/24", "00000000000000000000ffffc0000200/120");
	check_key(read, "evil.example", "example.evil.");
	check_key(read, "evil.example/gate.php", "http://evil.example/gate.php");
	check_key(read, "hxxp://evil[.]example/", "http://evil.example/");
	check_key(read, "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e");
	check_refused(read, "word");
	check_refused(read, "and/or");
	check_refused(read, "192.0.2.1:80800");
	check_refused(read, "1.2.3.4.5");
	check_refused(read, "");
}
END_TEST

/* Whether an observable's key lies in the indicator's range, by comparing bytes. */
static bool in_range(const struct indicator_range *r, const struct indicator_key *k)
{
	struct slice key = slice_of(k->bytes, k->len);
	size_t first = r->first_len < key.len ? r->first_len : key.len,
	       end = r->end_len < key.len ? r->end_len : key.len;
	int from = memcmp(r->first, key.ptr, first), to = memcmp(key.ptr, r->end, end);

	if (from > 0 || (from == 0 && r->first_len > key.len))
		return false;
	return r->end_len == 0 || to < 0 || (to == 0 && key.len < r->end_len);
}

static void check_match(const char *indicator, const char *observable, bool wanted)
{
	struct indicator_key i, o;
	struct indicator_range range;

	ck_assert(read_key(indicator_key_guess, indicator, &i));
	ck_assert(read_key(indicator_key_guess, observable, &o));
	indicator_key_range(&i, &range);
	ck_assert_msg(in_range(&range, &o) == wanted || i.kind != o.kind, "range of %s, %s", indicator, observable);
	ck_assert_msg(indicator_key_holds(&i, &o) == wanted, "%s, %s", indicator, observable);
}

START_TEST(ranges)
{
	check_match("192.0.2.0/24", "192.0.2.0", true);
	check_match("192.0.2.0/24", "192.0.2.255", true);
	check_match("192.0.2.0/24", "192.0.3.0", false);
	check_match("192.0.2.0/24", "192.0.1.255", false);
	check_match("192.0.2.128/25", "192.0.2.127", false);
	check_match("192.0.2.128/25", "192.0.2.128", true);
	check_match("192.0.2.1", "192.0.2.1", true);
	check_match("192.0.2.1", "192.0.2.2", false);
	check_match("255.255.255.0/24", "255.255.255.255", true);
	check_match("255.255.255.0/24", "::1:0:0:0", false);
	check_match("0.0.0.0/0", "255.255.255.255", true);
	check_match("0.0.0.0/0", "2001:db8::1", false);
	check_match("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true);
	check_match("ffff::/16", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true);
	check_match("ffff::/16", "fffe:ffff::", false);
	check_match("2001:db8::/33", "2001:db8:7fff:ffff::", true);
	check_match("2001:db8::/33", "2001:db8:8000::", false);
	check_match("evil.example", "evil.example", true);
	check_match("evil.example", "a.b.evil.example", true);
	check_match("evil.example", "notevil.example", false);
	check_match("evil.example", "evil-.example", false);
	check_match("evil.example", "evil.example.jp", false);
	check_match("a.evil.example", "evil.example", false);
	check_match("http://evil.example/a", "http://evil.example/a", true);
	check_match("http://evil.example/a", "http://evil.example/a/b", false);
	check_match("http://evil.example/a", "http://evil.example/", false);
	check_match("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e", true);
	check_match("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427f", false);
}
END_TEST

START_TEST(hosts_of_urls)
{
	char text[INDICATOR_TEXT_SIZE];
	struct indicator_key url, host;

	ck_assert(read_key(indicator_key_of_url, "https://Evil.Example:8443/x", &url));
	ck_assert(indicator_key_host(&url, &host));
	indicator_key_text(&host, text);
	ck_assert_str_eq(text, "evil.example");
	ck_assert(read_key(indicator_key_of_url, "https://[2001:db8::1]/x", &url));
	ck_assert(indicator_key_host(&url, &host));
	indicator_key_text(&host, text);
	ck_assert_str_eq(text, "2001:db8::1");
	ck_assert(!indicator_key_host(&host, &url));
}
END_TEST

START_TEST(stored_keys)
{
	struct indicator_key k;

	ck_assert(indicator_key_of_stored(INDICATOR_DOMAIN, SLICE_LITERAL("example."), 0, &k));
	ck_assert(!indicator_key_of_stored(0, SLICE_LITERAL("example."), 0, &k));
	ck_assert(!indicator_key_of_stored(5, SLICE_LITERAL("example."), 0, &k));
	ck_assert(!indicator_key_of_stored(INDICATOR_IP, SLICE_LITERAL("four"), 128, &k));
	ck_assert(!indicator_key_of_stored(INDICATOR_IP, SLICE_LITERAL("sixteen bytes .."), 129, &k));
	ck_assert(indicator_key_of_stored(INDICATOR_IP, SLICE_LITERAL("sixteen bytes .."), 128, &k));
	ck_assert(!indicator_key_of_stored(INDICATOR_URL, (struct slice){ 0 }, 0, &k));
}
END_TEST

START_TEST(kinds)
{
	enum indicator_kind kind;

	ck_assert(indicator_kind_parse(SLICE_LITERAL("domain"), &kind) && kind == INDICATOR_DOMAIN);
	ck_assert(!indicator_kind_parse(SLICE_LITERAL(""), &kind));
	ck_assert(!indicator_kind_parse(SLICE_LITERAL("email"), &kind));
	ck_assert_str_eq(indicator_kind_name(INDICATOR_HASH), "hash");
}
END_TEST

SUITE_MAIN("indicator", networks, domains, international_names, punycode, urls, hashes, guesses, ranges, hosts_of_urls,
	   stored_keys, kinds)
