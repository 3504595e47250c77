/* What the api reads from a request, piece by piece. */
#include "tests/unit/suite.h"

#include "lib/base64url.h"
#include "lib/buffer.h"
#include "server/api/body.h"
#include "server/api/cursor.h"
#include "server/api/headers.h"
#include "server/api/parameters.h"
#include "server/api/person.h"
#include "server/api/router.h"
#include "server/api/session_token.h"

/* ---- headers ---- */

static bool cookie_is(const char *header, const char *value)
{
	struct slice found = headers_cookie(header, "sid");

	return value ? found.ptr && slice_is(found, value) : !found.ptr;
}

START_TEST(test_cookie)
{
	ck_assert(cookie_is("sid=abc", "abc"));
	ck_assert(cookie_is("a=1; sid=abc; b=2", "abc"));
	ck_assert(cookie_is("a=1;sid=abc", "abc"));
	ck_assert(cookie_is("sid=a=b", "a=b"));
	ck_assert(cookie_is("sid=", ""));
	ck_assert(cookie_is("", NULL));
	ck_assert(cookie_is("xsid=abc", NULL));
	ck_assert(cookie_is("sidx=abc", NULL));
	ck_assert(cookie_is("SID=abc", NULL));
	ck_assert(cookie_is("sid", NULL));
	/* Two of them: somebody planted one. */
	ck_assert(cookie_is("sid=abc; sid=def", NULL));
	ck_assert(cookie_is("sid=abc; sid=abc", NULL));
}
END_TEST

START_TEST(test_same_origin)
{
	static const struct {
		const char *site, *origin, *scheme, *host, *url;
		bool same;
	} cases[] = {
		/* What the browser itself says decides. */
		{ "same-origin", NULL, "https", "h:8443", "", true },
		{ "same-origin", "https://evil.example", "https", "h:8443", "", true },
		{ "cross-site", "https://h:8443", "https", "h:8443", "", false },
		{ "same-site", "https://h:8443", "https", "h:8443", "", false },
		{ "none", "https://h:8443", "https", "h:8443", "", false },
		{ "", "https://h:8443", "https", "h:8443", "", false },
		{ "Same-Origin", NULL, "https", "h:8443", "", false },
		/* A browser that does not say it. */
		{ NULL, "https://h:8443", "https", "h:8443", "", true },
		{ NULL, "https://H:8443", "https", "h:8443", "", true },
		{ NULL, "http://h:8443", "https", "h:8443", "", false },
		{ NULL, "https://h", "https", "h:8443", "", false },
		{ NULL, "https://h:84430", "https", "h:8443", "", false },
		{ NULL, "https://evil.example", "https", "h:8443", "", false },
		{ NULL, "https://h:8443.evil.example", "https", "h:8443", "", false },
		{ NULL, "null", "https", "h:8443", "", false },
		{ NULL, "", "https", "h:8443", "", false },
		{ NULL, "", "https", "", "", false },
		{ NULL, NULL, "https", "h:8443", "", false },
		{ NULL, "https://", "https", NULL, "", false },
		/* Behind a proxy. */
		{ NULL, "https://soc.example.jp", "http", "127.0.0.1:8443", "https://soc.example.jp", true },
		{ NULL, "https://soc.example.jp", "http", "127.0.0.1:8443", "https://soc.example.jp/hinomi", true },
		{ NULL, "https://soc.example", "http", "127.0.0.1:8443", "https://soc.example.jp", false },
		{ NULL, "https://soc.example.jp.evil", "http", "127.0.0.1:8443", "https://soc.example.jp", false },
		{ NULL, "https:/", "http", "127.0.0.1:8443", "https://soc.example.jp", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(headers_same_origin(cases[i].site, cases[i].origin, cases[i].scheme, cases[i].host,
						  cases[i].url) == cases[i].same,
			      "case %zu", i);
}
END_TEST

START_TEST(test_media_type)
{
	ck_assert(headers_is_json("application/json"));
	ck_assert(headers_is_json("Application/JSON; charset=utf-8"));
	ck_assert(!headers_is_json("application/jsonx"));
	ck_assert(!headers_is_json("text/plain; application/json"));
	ck_assert(!headers_is_json("application/x-www-form-urlencoded"));
	ck_assert(!headers_is_json(""));
}
END_TEST

START_TEST(test_if_match)
{
	ck_assert_int_eq(headers_if_match("\"7\"", 7), HEADERS_MATCHES);
	ck_assert_int_eq(headers_if_match("\"6\"", 7), HEADERS_STALE);
	ck_assert_int_eq(headers_if_match("\"6\", \"7\"", 7), HEADERS_MATCHES);
	/* A weak tag never matches strongly. */
	ck_assert_int_eq(headers_if_match("W/\"7\"", 7), HEADERS_STALE);
	ck_assert_int_eq(headers_if_match("*", 7), HEADERS_MALFORMED);
	ck_assert_int_eq(headers_if_match("7", 7), HEADERS_MALFORMED);
	ck_assert_int_eq(headers_if_match("\"7\" \"8\"", 7), HEADERS_MALFORMED);
	ck_assert_int_eq(headers_if_match("", 7), HEADERS_MALFORMED);
}
END_TEST

START_TEST(test_languages_and_codings)
{
	ck_assert(headers_prefers_japanese("ja", false));
	ck_assert(headers_prefers_japanese("ja-JP,en;q=0.8", false));
	ck_assert(!headers_prefers_japanese("en-GB, ja;q=0.5", true));
	ck_assert(headers_prefers_japanese("fr", true));
	ck_assert(!headers_prefers_japanese("fr, *", false));
	ck_assert(!headers_prefers_japanese("ja;q=0, en;q=0.1", true));
	ck_assert(headers_prefers_japanese(NULL, true));
	ck_assert(headers_accepts_gzip("br, gzip"));
	ck_assert(!headers_accepts_gzip("br, gzip;q=0"));
	ck_assert(!headers_accepts_gzip("gzipx"));
	ck_assert(!headers_accepts_gzip(NULL));
}
END_TEST

/* ---- query ---- */

static enum parse parse(const char *text, struct parameters *p)
{
	return parameters_parse(slice_of_string(text), p);
}

START_TEST(test_parameters)
{
	static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "a=%0a", "=1", "a=%C0%80" };
	static const char *const names[] = { "a", "b", NULL };
	struct parameters p;

	ck_assert_int_eq(parse("a=1&b=x%20y+z&c", &p), PARSE_OK);
	ck_assert_str_eq(parameters_get(&p, "a"), "1");
	ck_assert_str_eq(parameters_get(&p, "b"), "x y z");
	ck_assert_str_eq(parameters_get(&p, "c"), "");
	ck_assert_ptr_null(parameters_get(&p, "d"));
	ck_assert_str_eq(parameters_unwanted(&p, names, NULL)->name, "c");
	ck_assert_int_eq(parse("q=%E7%81%AB", &p), PARSE_OK);
	ck_assert_str_eq(parameters_get(&p, "q"), "火");
	ck_assert_int_eq(parse("", &p), PARSE_OK);
	ck_assert_uint_eq(p.count, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(parse(bad[i], &p) == PARSE_BAD, "%s", bad[i]);
	ck_assert_int_eq(parse("a=1&a=2", &p), PARSE_OK);
	ck_assert_ptr_nonnull(parameters_unwanted(&p, names, NULL));
	ck_assert_ptr_null(parameters_unwanted(&p, names, "a"));
}
END_TEST

START_TEST(test_parameters_encode)
{
	char room[32];
	size_t len = 0;

	ck_assert(parameters_encode("a b&c/火", room, sizeof(room), &len));
	ck_assert_str_eq(room, "a%20b%26c%2F%E7%81%AB");
	len = 0;
	ck_assert(!parameters_encode("0123456789012345678901234567890123", room, sizeof(room), &len));
}
END_TEST

/* ---- router ---- */

START_TEST(test_router)
{
	static const struct route routes[] = {
		{ "GET", "/v1/x" }, { "GET", "/v1/x/{id}" }, { "PATCH", "/v1/x/{id}" }, { "POST", "/v1/x/{id}/notes" }
	};
	static const char *const nowhere[] = { "/v1",       "/v1/x/",       "/v1//x",   "/v1/x/0",
					       "/v1/x/-1",  "/v1/x/01",     "/v1/x/1a", "/v1/x/9223372036854775808",
					       "/v1/x/%31", "/V1/x",        "",         "/v1/x/1/notes/",
					       "v1/x",      "/v1/x/1/../1", "/v1/x?a" };
	struct router_match m;

#define FIND(method, path) router_find(routes, sizeof(routes[0]), ARRAY_LEN(routes), method, slice_of_string(path), &m)
	ck_assert_int_eq(FIND("GET", "/v1/x"), ROUTER_FOUND);
	ck_assert_int_eq(m.id, 0);
	ck_assert_int_eq(FIND("PATCH", "/v1/x/9223372036854775807"), ROUTER_FOUND);
	ck_assert_uint_eq(m.index, 2);
	ck_assert_int_eq(m.id, INT64_MAX);
	ck_assert_int_eq(FIND("POST", "/v1/x/17/notes"), ROUTER_FOUND);
	ck_assert_int_eq(m.id, 17);
	ck_assert_int_eq(FIND("DELETE", "/v1/x/17"), ROUTER_WRONG_METHOD);
	ck_assert_str_eq(m.allow, "GET, PATCH");
	for (size_t i = 0; i < ARRAY_LEN(nowhere); i++)
		ck_assert_msg(FIND("GET", nowhere[i]) == ROUTER_NO_PATH, "%s", nowhere[i]);
}
END_TEST

START_TEST(test_router_texts)
{
	static const struct route routes[] = { { "POST", "/v1/t/preview" },
					       { "GET", "/v1/t/{kind}/{language}" },
					       { "PUT", "/v1/t/{kind}/{language}" },
					       { "POST", "/v1/m/{message}/replay" },
					       { "GET", "/a/{token}" } };
	static const char *const nowhere[] = { "/v1/t/a", "/v1/t/a/", "/v1/t//ja", "/v1/t/a/ja/", "/v1/t/a/ja/x",
					       "/a",      "/a/",      "/a/x/",     "/a/x/y" };
	char path[ROUTER_TEXT_MAX + 8];
	struct router_match m;

	ck_assert_int_eq(FIND("GET", "/v1/t/page/ja"), ROUTER_FOUND);
	ck_assert_uint_eq(m.index, 1);
	ck_assert(slice_is(m.texts[0], "page") && slice_is(m.texts[1], "ja"));
	ck_assert_int_eq(m.id, 0);
	ck_assert_int_eq(FIND("POST", "/v1/t/page/ja"), ROUTER_WRONG_METHOD);
	ck_assert_str_eq(m.allow, "GET, PUT");
	ck_assert_int_eq(FIND("POST", "/v1/t/preview"), ROUTER_FOUND);
	ck_assert_uint_eq(m.index, 0);
	ck_assert_int_eq(FIND("POST", "/v1/m/0190-a/replay"), ROUTER_FOUND);
	ck_assert(slice_is(m.texts[0], "0190-a") && m.texts[1].len == 0);
	/* As it came: what it may be is the handler's to say. */
	ck_assert_int_eq(FIND("GET", "/a/%2e%2e"), ROUTER_FOUND);
	ck_assert(slice_is(m.texts[0], "%2e%2e"));
	for (size_t i = 0; i < ARRAY_LEN(nowhere); i++)
		ck_assert_msg(FIND("GET", nowhere[i]) == ROUTER_NO_PATH, "%s", nowhere[i]);
	memset(path, 'x', sizeof(path));
	memcpy(path, "/a/", 3);
	path[3 + ROUTER_TEXT_MAX] = '\0';
	ck_assert_int_eq(FIND("GET", path), ROUTER_FOUND);
	path[3 + ROUTER_TEXT_MAX] = 'x';
	path[4 + ROUTER_TEXT_MAX] = '\0';
	ck_assert_int_eq(FIND("GET", path), ROUTER_NO_PATH);
}
END_TEST

/* ---- body ---- */

static const char *const members[] = { "text", "number", NULL };

static enum body_verdict read_body(struct body *body, const char *text)
{
	return body_read(body, slice_of_string(text), members);
}

START_TEST(test_body)
{
	struct body body = { 0 };

	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\\n\\u706b\",\"number\":17}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_TEXT);
	ck_assert_str_eq(body_text(&body, "text"), "a\n火");
	ck_assert_int_eq(body_kind(&body, "number"), BODY_INTEGER);
	ck_assert_int_eq(body_integer(&body, "number"), 17);
	ck_assert_ptr_null(body_text(&body, "number"));
	ck_assert_int_eq(body_integer(&body, "text"), 0);
	ck_assert_int_eq(read_body(&body, "{\"text\":null,\"number\":1.5}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_NULL);
	ck_assert_int_eq(body_kind(&body, "number"), BODY_OTHER);
	ck_assert_int_eq(read_body(&body, "{}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_ABSENT);
	ck_assert_int_eq(read_body(&body, "{\"text\":[\"a\"]}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_OTHER);
	body_release(&body);
}
END_TEST

START_TEST(test_body_refused)
{
	struct body body = { 0 };

	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\",\"other\":{\"text\":1}}"), BODY_UNKNOWN_MEMBER);
	ck_assert_str_eq(body.unknown, "other");
	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\",\"text\":\"b\"}"), BODY_TWICE);
	/* The same name, written differently. */
	ck_assert_int_ne(read_body(&body, "{\"text\":\"a\",\"t\\u0065xt\":\"b\"}"), BODY_OK);
	ck_assert_int_eq(read_body(&body, "[]"), BODY_NOT_OBJECT);
	ck_assert_int_eq(read_body(&body, "\"text\""), BODY_NOT_OBJECT);
	ck_assert_int_eq(read_body(&body, ""), BODY_NOT_JSON);
	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\"} x"), BODY_NOT_JSON);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_ABSENT);
	body_release(&body);
}
END_TEST

START_TEST(test_body_without_nul)
{
	struct body body = { 0 };

	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\\u0000b\"}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_OTHER);
	ck_assert_ptr_null(body_text(&body, "text"));
	/* A backslash and the letters u0000, not a NUL. */
	ck_assert_int_eq(read_body(&body, "{\"text\":\"a\\\\u0000b\"}"), BODY_OK);
	ck_assert_int_eq(body_kind(&body, "text"), BODY_TEXT);
	ck_assert_str_eq(body_text(&body, "text"), "a\\u0000b");
	body_release(&body);
	ck_assert_uint_eq(body_characters("a火b"), 3);
	ck_assert_uint_eq(body_characters(""), 0);
}
END_TEST

/* More tokens than come with the struct: a list of many, read by index. */
START_TEST(test_body_with_a_long_list)
{
	struct body body = { 0 };
	struct buffer text = { 0 };
	uint32_t list, i;
	int count = 0;

	buffer_put_string(&text, "{\"text\":[");
	for (int n = 0; n < 1000; n++)
		buffer_printf(&text, "%s{\"a\":\"x\\n%d\",\"b\":[]}", n ? "," : "", n);
	buffer_put_string(&text, "],\"number\":3}");
	ck_assert_int_eq(read_body(&body, buffer_string(&text)), BODY_OK);
	ck_assert_int_eq(body_integer(&body, "number"), 3);
	list = body_find(&body, "text");
	ck_assert(json_read_is(&body.reader, list, JSON_KIND_ARRAY));
	for (i = json_read_first(&body.reader, list); i < body.reader.tokens[list].next;
	     i = body.reader.tokens[i].next) {
		char wanted[16];

		snprintf(wanted, sizeof(wanted), "x\n%d", count++);
		ck_assert_str_eq(body_string(&body, json_read_member(&body.reader, i, SLICE_LITERAL("a"))), wanted);
		ck_assert_ptr_null(body_string(&body, json_read_member(&body.reader, i, SLICE_LITERAL("b"))));
	}
	ck_assert_int_eq(count, 1000);
	ck_assert_uint_eq(body_find(&body, "other"), JSON_NONE);
	/* The same struct again, with little. */
	ck_assert_int_eq(read_body(&body, "{\"number\":4}"), BODY_OK);
	ck_assert_int_eq(body_integer(&body, "number"), 4);
	/* More than may be. */
	buffer_clear(&text);
	buffer_put_string(&text, "{\"text\":[0");
	for (int n = 0; n < BODY_TOKENS_MOST; n++)
		buffer_put_string(&text, ",0");
	buffer_put_string(&text, "]}");
	ck_assert_int_eq(read_body(&body, buffer_string(&text)), BODY_NOT_JSON);
	body_release(&body);
	buffer_release(&text);
}
END_TEST

/* ---- tokens ---- */

START_TEST(test_session_token)
{
	char a[SESSION_TOKEN_SIZE], b[SESSION_TOKEN_SIZE], cookie[SESSION_COOKIE_SIZE], header[128];
	uint8_t hash[SESSION_HASH_SIZE], again[SESSION_HASH_SIZE];
	/* printf abc | sha256sum */
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea };

	session_token_new(a, hash);
	session_token_new(b, again);
	ck_assert_uint_eq(strlen(a), 43);
	ck_assert_str_ne(a, b);
	snprintf(header, sizeof(header), "x=1; __Host-sid=%s", a);
	ck_assert(session_token_of_cookie(header, again));
	ck_assert_mem_eq(hash, again, sizeof(hash));
	session_token_hash("abc", hash);
	ck_assert_mem_eq(hash, abc, sizeof(abc));
	ck_assert(!session_token_of_cookie(NULL, hash));
	ck_assert(!session_token_of_cookie("__Host-sid=", hash));
	ck_assert(!session_token_of_cookie("sid=abc", hash));
	session_cookie("abc", 60, cookie);
	ck_assert_str_eq(cookie, "__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
}
END_TEST

START_TEST(test_base64url)
{
	char text[16];
	uint8_t bytes[2];

	base64url_encode(SLICE_LITERAL("\xfb\xff"), text, sizeof(text));
	ck_assert_str_eq(text, "-_8");
	ck_assert(base64url_decode(SLICE_LITERAL("-_8"), bytes, 2));
	ck_assert_mem_eq(bytes, "\xfb\xff", 2);
	ck_assert(!base64url_decode(SLICE_LITERAL("-_9"), bytes, 2)); /* bits that nothing stands for */
	ck_assert(!base64url_decode(SLICE_LITERAL("-_8="), bytes, 2));
	ck_assert(!base64url_decode(SLICE_LITERAL("+/8"), bytes, 2));
	ck_assert(!base64url_decode(SLICE_LITERAL("-_"), bytes, 2));
}
END_TEST

START_TEST(test_cursor)
{
	const uint8_t key[CURSOR_KEY_SIZE] = { 1 }, other[CURSOR_KEY_SIZE] = { 2 };
	const struct cursor sealed = { .list = CURSOR_ALERTS, .filter = 7, .rank = -2, .time = -5, .id = 17 };
	struct cursor open = { .list = CURSOR_ALERTS, .filter = 7 };
	char text[CURSOR_TEXT_SIZE];

	cursor_seal(key, &sealed, text);
	ck_assert(cursor_open(key, slice_of_string(text), &open));
	ck_assert_int_eq(open.rank, -2);
	ck_assert_int_eq(open.time, -5);
	ck_assert_int_eq(open.id, 17);
	ck_assert(!cursor_open(other, slice_of_string(text), &open));
	open.filter = 8;
	ck_assert(!cursor_open(key, slice_of_string(text), &open));
	open.filter = 7;
	open.list = CURSOR_AUDIT;
	ck_assert(!cursor_open(key, slice_of_string(text), &open));
	open.list = CURSOR_ALERTS;
	text[20] = text[20] == 'A' ? 'B' : 'A';
	ck_assert(!cursor_open(key, slice_of_string(text), &open));
}
END_TEST

/* ---- roles ---- */

START_TEST(test_permissions)
{
	static const struct {
		enum person_role role;
		const char *name;
		bool handles, audits, changes_self, sees, manages;
	} expected[] = {
		{ PERSON_VIEWER, "viewer", false, false, true, true, false },
		{ PERSON_ANALYST, "analyst", true, false, true, true, false },
		{ PERSON_LEAD, "lead", true, true, true, true, true },
		{ PERSON_REPORTER, "reporter", false, false, true, true, false },
		{ PERSON_ADMIN, "admin", true, true, true, true, true },
		{ PERSON_WALL, "wall", false, false, false, false, false },
		{ PERSON_MEMBER, "member", false, false, true, false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		enum person_role role;

		ck_assert(person_role_parse(slice_of_string(expected[i].name), &role));
		ck_assert_int_eq(role, expected[i].role);
		ck_assert_str_eq(person_role_name(role), expected[i].name);
		ck_assert(person_may(role, PERMISSION_SIGNED_IN));
		ck_assert(person_may(role, PERMISSION_HANDLE_INCIDENTS) == expected[i].handles);
		ck_assert(person_may(role, PERMISSION_READ_AUDIT) == expected[i].audits);
		ck_assert(person_may(role, PERMISSION_CHANGE_SELF) == expected[i].changes_self);
		ck_assert(person_may(role, PERMISSION_MANAGE_RULES) == expected[i].manages);
		ck_assert(person_may(role, PERMISSION_SEE_RULES) == expected[i].sees);
	}
}
END_TEST

SUITE_MAIN("api: requests", test_cookie, test_same_origin, test_media_type, test_if_match, test_languages_and_codings,
	   test_parameters, test_parameters_encode, test_router, test_router_texts, test_body, test_body_refused,
	   test_body_without_nul, test_body_with_a_long_list, test_session_token, test_base64url, test_cursor,
	   test_permissions)
