/* The pure parts of enrolment. Requests are written after the examples of RFC 7030 appendix A, credentials are those of
 * RFC 7617; requests and certificates are made by OpenSSL. */
#include "lib/encode.h"
#include "lib/tls.h"
#include "server/collector/est_allowance.h"
#include "server/collector/est_answer.h"
#include "server/collector/est_body.h"
#include "server/collector/est_renewal.h"
#include "server/collector/est_request.h"
#include "tests/unit/suite.h"

#include <openssl/x509v3.h>
#include <stdio.h>

#define RFC7030_ENROLL                                    \
	"POST /.well-known/est/simpleenroll HTTP/1.1\r\n" \
	"Authorization: Basic ZXN0dXNlcjplc3Rwd2Q=\r\n"   \
	"User-Agent: curl/7.22.0 (i686-pc-linux-gnu)\r\n" \
	"Host: 192.0.2.1:8085\r\n"                        \
	"Accept: */*\r\n"                                 \
	"Content-Type: application/pkcs10\r\n"            \
	"Content-Transfer-Encoding: base64\r\n"           \
	"Content-Length: 952\r\n"                         \
	"\r\n"

static struct est_request request;
static struct est_refusal refusal;

static enum parse parse(const char *text, size_t *used)
{
	return est_request_parse(slice_of_string(text), &request, used, &refusal);
}

/* The status with which this head is refused; 0: it is taken. */
static int refused(const char *text)
{
	size_t used;

	switch (parse(text, &used)) {
	case PARSE_OK:
		return 0;
	case PARSE_BAD:
		return refusal.status;
	default:
		return -1;
	}
}

START_TEST(the_example_of_the_rfc_is_understood)
{
	size_t used = 0;

	ck_assert_int_eq(parse(RFC7030_ENROLL "MIIC3jCCAcYCAQAw", &used), PARSE_OK);
	ck_assert_uint_eq(used, strlen(RFC7030_ENROLL));
	ck_assert_int_eq(request.operation, EST_SIMPLEENROLL);
	ck_assert_uint_eq(request.body_length, 952);
	ck_assert(!request.expects_continue);
	ck_assert(request.has_password);
	ck_assert(slice_is(slice_of(request.password, request.password_length), "estpwd"));
	ck_assert_int_eq(parse("GET /.well-known/est/cacerts HTTP/1.1\r\nHost: 192.0.2.1:8085\r\n\r\n", &used),
			 PARSE_OK);
	ck_assert_int_eq(request.operation, EST_CACERTS);
	ck_assert(!request.has_password);
}
END_TEST

START_TEST(a_head_is_taken_only_whole)
{
	size_t used;

	for (size_t i = 0; i < strlen(RFC7030_ENROLL); i++)
		ck_assert_int_eq(est_request_parse(slice_of(RFC7030_ENROLL, i), &request, &used, &refusal), PARSE_MORE);
}
END_TEST

#define GET(path) "GET " path " HTTP/1.1\r\n\r\n"

START_TEST(paths_and_methods)
{
	ck_assert_int_eq(refused(GET("/.well-known/est/cacerts")), 0);
	ck_assert_int_eq(refused(GET("/.well-known/est/csrattrs?x=y")), 0);
	ck_assert_int_eq(refused(GET("/.well-known/est/label/cacerts")), 404);
	ck_assert_int_eq(refused(GET("/.well-known/est/cacerts/")), 404);
	ck_assert_int_eq(refused(GET("/.well-known/est/")), 404);
	ck_assert_int_eq(refused(GET("/.well-known/est/CACERTS")), 404);
	ck_assert_int_eq(refused(GET("/.well-known/est/serverkeygen")), 404);
	ck_assert_int_eq(refused(GET("/")), 404);
	ck_assert_int_eq(refused(GET("/.well-known/est/simpleenroll")), 405);
	ck_assert_str_eq(refusal.allow, "POST");
	ck_assert_int_eq(refused("HEAD /.well-known/est/cacerts HTTP/1.1\r\n\r\n"), 405);
	ck_assert_str_eq(refusal.allow, "GET");
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/2.0\r\n\r\n"), 505);
}
END_TEST

#define POST(fields) "POST /.well-known/est/simplereenroll HTTP/1.1\r\n" fields "\r\n"
#define PKCS10       "Content-Type: application/pkcs10\r\n"

START_TEST(fields_of_a_post)
{
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 16384\r\n")), 0);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 16385\r\n")), 413);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 18446744073709551616\r\n")), 400);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: -1\r\n")), 400);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 1\r\nContent-Length: 2\r\n")), 400);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 1, 1\r\n")), 400);
	ck_assert_int_eq(refused(POST(PKCS10)), 411);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), 411);
	ck_assert_int_eq(refused(POST("Content-Length: 1\r\n")), 415);
	ck_assert_int_eq(refused(POST("Content-Length: 1\r\nContent-Type: application/pkcs10x\r\n")), 415);
	ck_assert_int_eq(refused(POST("content-length: 1\r\ncontent-type:Application/PKCS10 ; x=y\r\n")), 0);
	ck_assert_int_eq(refused(POST(PKCS10 "Content-Length: 1\r\nExpect: 100-continue\r\n")), 0);
	ck_assert(request.expects_continue);
}
END_TEST

START_TEST(what_is_not_http_is_refused_at_once)
{
	ck_assert_int_eq(refused("\x16\x03\x01"), 400);
	ck_assert_int_eq(refused(" GET"), 400);
	ck_assert_int_eq(refused("GET\r\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts\r\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\r\nHost : x\r\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\r\n folded\r\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\r\nHost\r\n"), 400);
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\r\nA: b\rc\r\n"), 400);
	ck_assert_int_eq(refused("GE"), -1);
	ck_assert_int_eq(refused(""), -1);
}
END_TEST

START_TEST(a_head_has_a_size)
{
	struct buffer text = { 0 };
	size_t used;

	buffer_put_string(&text, "GET /.well-known/est/cacerts HTTP/1.1\r\nX: ");
	while (text.len < EST_HEAD_MOST - 1)
		buffer_put_byte(&text, 'a');
	ck_assert_int_eq(est_request_parse(buffer_slice(&text), &request, &used, &refusal), PARSE_MORE);
	buffer_put_byte(&text, 'a');
	ck_assert_int_eq(est_request_parse(buffer_slice(&text), &request, &used, &refusal), PARSE_BAD);
	ck_assert_int_eq(refusal.status, 431);
	buffer_clear(&text);
	buffer_put_string(&text, "GET /.well-known/est/cacerts HTTP/1.1\r\n");
	for (int i = 0; i <= EST_FIELDS_MOST; i++)
		buffer_put_string(&text, "A: b\r\n");
	ck_assert_int_eq(est_request_parse(buffer_slice(&text), &request, &used, &refusal), PARSE_BAD);
	ck_assert_int_eq(refusal.status, 431);
	buffer_release(&text);
}
END_TEST

/* The password in this Authorization; NULL: none. */
static const char *password(const char *authorization)
{
	static char text[512], room[EST_PASSWORD_MOST + 1];

	snprintf(text, sizeof(text), "GET /.well-known/est/cacerts HTTP/1.1\r\nAuthorization: %s\r\n\r\n",
		 authorization);
	ck_assert_int_eq(refused(text), 0);
	if (!request.has_password)
		return NULL;
	memcpy(room, request.password, request.password_length);
	room[request.password_length] = '\0';
	return room;
}

START_TEST(basic_credentials)
{
	ck_assert_str_eq(password("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "open sesame");
	ck_assert_str_eq(password("basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "open sesame");
	ck_assert_str_eq(password("Basic dGVzdDoxMjPCow=="), "123\xc2\xa3");
	ck_assert_str_eq(password("Basic OmE6Yg=="), "a:b"); /* ":a:b" */
	ck_assert_ptr_null(password("Basic QWxhZGRpbg=="));  /* "Aladdin" */
	ck_assert_ptr_null(password("Basic QWxhZGRpbjo="));  /* "Aladdin:" */
	ck_assert_ptr_null(password("Basic Q"));
	ck_assert_ptr_null(password("Basic"));
	ck_assert_ptr_null(password("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
	ck_assert_int_eq(refused("GET /.well-known/est/cacerts HTTP/1.1\r\nAuthorization: Basic QTpi\r\n"
				 "Authorization: Basic QTpj\r\n\r\n"),
			 400);
}
END_TEST

START_TEST(bodies_in_all_their_forms)
{
	static const char *const good[] = {
		"MAMCAQE=",
		"MAMC\r\nAQE=\r\n",
		"M\nA\nM\nC\nA\nQ\nE\n=",
		"MAMCAQE",
		"-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQE=\n-----END CERTIFICATE REQUEST-----\n",
		"Subject: x\n-----BEGIN NEW CERTIFICATE REQUEST-----\r\nMAMCAQE=\r\n-----END NEW CERTIFICATE "
		"REQUEST-----",
	};
	static const char *const bad[] = {
		"",
		"\r\n",
		"MAMCAQ",
		"MAMCAQEA",
		"AgEB",
		"MIADAgEB",
		"MIEDAgEB",
		"MAMCAQE=MAMCAQE=",
		"\x30\x03\x02\x01\x01",
		"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQE=\n",
	};
	static const uint8_t wanted[] = { 0x30, 3, 2, 1, 1 };
	struct buffer der = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		buffer_clear(&der);
		ck_assert_int_eq(est_body_decode(slice_of_string(good[i]), &der, NULL), 0);
		ck_assert(slice_equal(buffer_slice(&der), slice_of(wanted, sizeof(wanted))));
	}
	buffer_clear(&der);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(est_body_decode(slice_of_string(bad[i]), &der, NULL) != 0 && der.len == 0, "%zu", i);
	buffer_release(&der);
}
END_TEST

/* RFC 9110: the fields of an answer; RFC 7030 section 4.2.3: its type. */
START_TEST(answers)
{
	const time_us at = 784111777 * US_PER_SECOND; /* the example of RFC 9110 section 5.6.7 */
	struct buffer text = { 0 };

	est_answer_write(
	    &text,
	    &(const struct est_answer){ .status = 200, .content_type = EST_CERTS_ONLY, .der = SLICE_LITERAL("foobar") },
	    at);
	ck_assert_str_eq(buffer_string(&text), "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
					       "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n"
					       "Content-Transfer-Encoding: base64\r\nContent-Length: 9\r\n"
					       "Cache-Control: no-store\r\nConnection: close\r\n\r\nZm9vYmFy\n");
	buffer_clear(&text);
	est_answer_write(&text, &(const struct est_answer){ .status = 401, .reason = "no", .asks_credentials = true },
			 at);
	ck_assert_ptr_nonnull(strstr(buffer_string(&text), "\r\nWWW-Authenticate: Basic realm=\"hinomi\"\r\n"));
	ck_assert_ptr_nonnull(strstr(buffer_string(&text), "\r\nContent-Length: 3\r\n"));
	buffer_clear(&text);
	est_answer_write(&text, &(const struct est_answer){ .status = 204 }, at);
	ck_assert_ptr_null(strstr(buffer_string(&text), "Content-"));
	buffer_release(&text);
}
END_TEST

START_TEST(tries_run_out_and_come_back)
{
	static struct est_allowance a = { .key = "0123456789abcde" };
	const struct slice thief = SLICE_LITERAL("\xc0\0\2\1"), other = SLICE_LITERAL("\xc0\0\2\2");
	int64_t now = 1000000, wait = 0;

	for (int i = 0; i < EST_TRIES_PER_ADDRESS; i++)
		ck_assert(est_allowance_take(&a, thief, now, &wait));
	ck_assert(!est_allowance_take(&a, thief, now, &wait));
	ck_assert_int_eq(wait, EST_TRY_EVERY_MS);
	ck_assert(est_allowance_take(&a, other, now, &wait));
	ck_assert(!est_allowance_take(&a, thief, now + EST_TRY_EVERY_MS - 1, &wait));
	ck_assert(est_allowance_take(&a, thief, now + EST_TRY_EVERY_MS, &wait));
	ck_assert(!est_allowance_take(&a, thief, now + EST_TRY_EVERY_MS, &wait));
	est_allowance_give_back(&a, thief);
	ck_assert(est_allowance_take(&a, thief, now + EST_TRY_EVERY_MS, &wait));
}
END_TEST

START_TEST(all_together_have_a_bound)
{
	static struct est_allowance a;
	int64_t wait = 0;
	uint32_t address = 0;

	for (int i = 0; i < EST_TRIES_IN_ALL; i++, address++)
		ck_assert(est_allowance_take(&a, slice_of(&address, sizeof(address)), 5, &wait));
	ck_assert(!est_allowance_take(&a, slice_of(&address, sizeof(address)), 5, &wait));
	ck_assert_int_eq(wait, EST_TRY_IN_ALL_EVERY_MS);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ renewals */

static void add_names(X509_NAME *name, const char *organisation, const char *common)
{
	if (organisation)
		X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)organisation, -1, -1, 0);
	if (common)
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1, 0);
}

static X509_REQ *make_request(const char *organisation, const char *common, const char *alternative)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	X509_REQ *r = X509_REQ_new();

	add_names(X509_REQ_get_subject_name(r), organisation, common);
	if (alternative) {
		sk_X509_EXTENSION_push(list, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternative));
		ck_assert_int_eq(X509_REQ_add_extensions(r, list), 1);
	}
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return r;
}

static X509 *make_certificate(const char *alternative)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternative);
	X509 *c = X509_new();

	add_names(X509_get_subject_name(c), "Hinomi", "sensor-3");
	ck_assert(extension && X509_add_ext(c, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	return c;
}

#define OWN   "URI:urn:hinomi:company:17:sensor:3"
#define ALIEN "URI:urn:hinomi:company:18:sensor:3"

static bool may_renew(const char *organisation, const char *common, const char *alternative)
{
	X509_REQ *r = make_request(organisation, common, alternative);
	X509 *c = make_certificate(OWN);
	bool good = est_renewal_check(r, c, NULL) == 0;

	X509_REQ_free(r);
	X509_free(c);
	return good;
}

START_TEST(a_renewal_asks_for_the_same_names)
{
	ck_assert(may_renew("Hinomi", "sensor-3", NULL));
	ck_assert(may_renew("Hinomi", "sensor-3", OWN));
	ck_assert(may_renew(NULL, "sensor-3", NULL));
	ck_assert(!may_renew("Hinomi", "sensor-4", NULL));
	ck_assert(!may_renew(NULL, "sensor-4", NULL));
	ck_assert(!may_renew("Hinomi", NULL, NULL));
	ck_assert(!may_renew("sensor-3", NULL, NULL));
	ck_assert(!may_renew(NULL, NULL, NULL));
	ck_assert(!may_renew("Hinomi", "sensor-3", ALIEN));
	ck_assert(!may_renew("Hinomi", "sensor-3", OWN ",DNS:x"));
}
END_TEST

static bool identity(const char *alternative, int64_t *company, int64_t *sensor)
{
	X509 *c = make_certificate(alternative);
	bool good = est_renewal_identity(c, company, sensor);

	X509_free(c);
	return good;
}

START_TEST(ids_in_a_certificate)
{
	int64_t company = 0, sensor = 0;

	ck_assert(identity(OWN, &company, &sensor));
	ck_assert_int_eq(company, 17);
	ck_assert_int_eq(sensor, 3);
	ck_assert(!identity("URI:urn:hinomi:company:17:sensor:3x", &company, &sensor));
	ck_assert(!identity("URI:urn:hinomi:company:17:sensor:3:4", &company, &sensor));
	ck_assert(!identity("URI:urn:hinomi:company:17:sensor:", &company, &sensor));
	ck_assert(!identity("URI:urn:hinomi:company:0:sensor:3", &company, &sensor));
	ck_assert(!identity("URI:urn:hinomi:company:-1:sensor:3", &company, &sensor));
	ck_assert(!identity("URI:urn:other:company:17:sensor:3", &company, &sensor));
	ck_assert(!identity("DNS:x", &company, &sensor));
}
END_TEST

SUITE_MAIN("est", the_example_of_the_rfc_is_understood, a_head_is_taken_only_whole, paths_and_methods, fields_of_a_post,
	   what_is_not_http_is_refused_at_once, a_head_has_a_size, basic_credentials, bodies_in_all_their_forms,
	   answers, tries_run_out_and_come_back, all_together_have_a_bound, a_renewal_asks_for_the_same_names,
	   ids_in_a_certificate)
