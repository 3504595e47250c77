/* Certificates of the keyholder's authority in real handshakes, over memory. What a certificate says is checked with
 * OpenSSL's own reading of it (X509_check_purpose, X509_check_host), alerts against RFC 8446 section 6.2. */
#include "lib/encode.h"
#include "lib/log.h"
#include "lib/message.h"
#include "lib/tls.h"
#include "server/keyholder/answer.h"
#include "server/keyholder/authority.h"
#include "tests/unit/suite.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static char folder[64];

static const char *path_of(const char *name)
{
	static char room[4][160];
	static unsigned next;
	char *path = room[next++ % 4];

	snprintf(path, sizeof(room[0]), "%s/%s", folder, name);
	return path;
}

static struct authority *open_authority(void)
{
	struct authority *a = NULL;
	struct err why = { 0 };

	snprintf(folder, sizeof(folder), "/tmp/hinomi-test-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	ck_assert_msg(authority_open(&a, folder, &why) == 0, "%s", why.text);
	return a;
}

static void close_authority(struct authority *a)
{
	static const char *const names[] = { "ca.key", "ca.pem", "signatures.log", "own.key", "own.pem", "ca2.pem" };

	authority_free(a);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(path_of(names[i]));
	rmdir(folder);
}

/* A request for a fresh key; the key is the caller's. */
static EVP_PKEY *make_request(struct buffer *der)
{
	EVP_PKEY *key = tls_key_new(NULL);

	ck_assert(key && tls_request_new(key, "whatever the sensor says", der, NULL) == 0);
	return key;
}

static X509 *sign_sensor(struct authority *a, EVP_PKEY **key, int64_t life_ms)
{
	struct buffer request = { 0 }, der = { 0 };
	struct err why = { 0 };
	X509 *c;

	*key = make_request(&request);
	ck_assert_msg(authority_sign_sensor(a, buffer_slice(&request), 17, 3, life_ms, &der, &why) == 0, "%s",
		      why.text);
	c = tls_certificate_parse(buffer_slice(&der), &why);
	ck_assert(c != NULL);
	buffer_release(&request);
	buffer_release(&der);
	return c;
}

static X509 *sign_server(struct authority *a, EVP_PKEY **key)
{
	static const char *const names[] = { "soc.example.org", "127.0.0.1" };
	struct buffer request = { 0 }, der = { 0 };
	X509 *c;

	*key = make_request(&request);
	ck_assert_int_eq(authority_sign_server(a, buffer_slice(&request), names, 2, HOUR_MS, &der, NULL), 0);
	c = tls_certificate_parse(buffer_slice(&der), NULL);
	ck_assert(c != NULL);
	buffer_release(&request);
	buffer_release(&der);
	return c;
}

START_TEST(the_profile_is_ours_whatever_the_request_says)
{
	struct authority *a = open_authority();
	EVP_PKEY *key, *server_key;
	X509 *c = sign_sensor(a, &key, 48 * HOUR_MS), *s = sign_server(a, &server_key);
	char subject[128], uri[128];
	time_us now = clock_now();

	X509_NAME_oneline(X509_get_subject_name(c), subject, sizeof(subject));
	ck_assert_str_eq(subject, "/O=Hinomi/CN=sensor-3");
	ck_assert(tls_uri_name(c, uri, sizeof(uri)));
	ck_assert_str_eq(uri, "urn:hinomi:company:17:sensor:3");
	ck_assert(!tls_uri_name(c, uri, 10));
	ck_assert(!tls_uri_name(s, uri, sizeof(uri)));
	ck_assert_int_eq(X509_check_purpose(c, X509_PURPOSE_SSL_CLIENT, 0), 1);
	ck_assert_int_eq(X509_check_purpose(c, X509_PURPOSE_SSL_SERVER, 0), 0);
	ck_assert_int_eq(X509_check_ca(c), 0);
	ck_assert_int_eq(X509_check_purpose(s, X509_PURPOSE_SSL_SERVER, 0), 1);
	ck_assert_int_eq(X509_check_purpose(s, X509_PURPOSE_SSL_CLIENT, 0), 0);
	ck_assert_int_eq(X509_check_host(s, "soc.example.org", 0, 0, NULL), 1);
	ck_assert_int_eq(X509_check_ip_asc(s, "127.0.0.1", 0), 1);
	ck_assert_int_eq(X509_check_host(s, "other.example.org", 0, 0, NULL), 0);
	ck_assert_int_eq(X509_verify(c, X509_get0_pubkey(authority_certificate(a))), 1);
	ck_assert(tls_not_after(c) > now + 47 * 3600 * US_PER_SECOND);
	ck_assert(tls_not_after(c) <= now + 49 * 3600 * US_PER_SECOND);
	ck_assert(tls_not_before(c) < now);
	X509_free(c);
	X509_free(s);
	EVP_PKEY_free(key);
	EVP_PKEY_free(server_key);
	close_authority(a);
}
END_TEST

START_TEST(nothing_outlives_the_authority)
{
	struct authority *a = open_authority();
	EVP_PKEY *key;
	X509 *c = sign_sensor(a, &key, (int64_t)20 * 365 * 24 * HOUR_MS);

	ck_assert_int_eq(tls_not_after(c), tls_not_after(authority_certificate(a)));
	X509_free(c);
	EVP_PKEY_free(key);
	close_authority(a);
}
END_TEST

START_TEST(the_authority_is_kept_and_guarded)
{
	struct authority *a = open_authority(), *again = NULL;
	uint8_t one[TLS_FINGERPRINT_SIZE], two[TLS_FINGERPRINT_SIZE];
	struct err why = { 0 };
	struct stat st;

	ck_assert(stat(path_of("ca.key"), &st) == 0 && (st.st_mode & 0777) == 0600);
	ck_assert(stat(path_of("signatures.log"), &st) == 0 && st.st_size == 0);
	ck_assert_int_eq(authority_open(&again, folder, &why), 0);
	ck_assert(tls_fingerprint(authority_certificate(a), one) && tls_fingerprint(authority_certificate(again), two));
	ck_assert_mem_eq(one, two, sizeof(one));
	authority_free(again);
	/* A lost key is not silently replaced: every certificate out there would be void. */
	unlink(path_of("ca.key"));
	ck_assert_int_eq(authority_open(&again, folder, &why), -1);
	close_authority(a);
}
END_TEST

START_TEST(bad_requests_are_refused)
{
	struct authority *a = open_authority();
	struct buffer request = { 0 }, der = { 0 };
	static const char *const evil[] = { "good.example.org,URI:urn:hinomi:company:1:sensor:1" };
	EVP_PKEY *key = make_request(&request), *weak = EVP_RSA_gen(1024);
	struct err why = { 0 };

	request.data[request.len - 1] ^= 1; /* the signature */
	ck_assert_int_eq(authority_sign_sensor(a, buffer_slice(&request), 1, 1, HOUR_MS, &der, &why), -1);
	request.data[request.len - 1] ^= 1;
	buffer_put_byte(&request, 0); /* something behind it */
	ck_assert_int_eq(authority_sign_sensor(a, buffer_slice(&request), 1, 1, HOUR_MS, &der, &why), -1);
	request.len--;
	ck_assert_int_eq(authority_sign_sensor(a, buffer_slice(&request), 0, 1, HOUR_MS, &der, &why), -1);
	ck_assert_int_eq(authority_sign_server(a, buffer_slice(&request), evil, 1, HOUR_MS, &der, &why), -1);
	ck_assert_int_eq(authority_sign_server(a, buffer_slice(&request), evil, 0, HOUR_MS, &der, &why), -1);
	buffer_clear(&request);
	ck_assert_int_eq(tls_request_new(weak, "x", &request, &why), 0);
	ck_assert_int_eq(authority_sign_sensor(a, buffer_slice(&request), 1, 1, HOUR_MS, &der, &why), -1);
	ck_assert_int_eq(why.code, ERR_FORBIDDEN);
	ck_assert_uint_eq(der.len, 0);
	EVP_PKEY_free(key);
	EVP_PKEY_free(weak);
	buffer_release(&request);
	buffer_release(&der);
	close_authority(a);
}
END_TEST

START_TEST(the_keyholder_answers_and_counts)
{
	struct authority *a = open_authority();
	struct answerer self = { .authority = a,
				 .sensor_life_ms = HOUR_MS,
				 .server_life_ms = HOUR_MS,
				 .allowance = { .per_minute = 2, .minute = -1 } };
	struct buffer csr = { 0 }, text = { 0 }, out = { 0 };
	EVP_PKEY *key = make_request(&csr);

	buffer_put_string(&text, "{\"op\":\"sign-sensor\",\"company\":1,\"sensor\":2,\"csr\":\"");
	base64_encode(&text, buffer_slice(&csr));
	buffer_put_string(&text, "\"}");
	for (int i = 0; i < 2; i++) {
		buffer_clear(&out);
		answer(&self, buffer_slice(&text), 60000, &out);
		ck_assert(slice_contains(buffer_slice(&out), "\"certificate\":"));
	}
	buffer_clear(&out);
	answer(&self, buffer_slice(&text), 119999, &out);
	ck_assert(slice_contains(buffer_slice(&out), "\"error\":"));
	ck_assert(slice_contains(buffer_slice(&out), "\"retry\":true"));
	buffer_clear(&out);
	answer(&self, buffer_slice(&text), 120000, &out);
	ck_assert(slice_contains(buffer_slice(&out), "\"certificate\":"));
	buffer_clear(&out);
	answer(&self, SLICE_LITERAL("{\"op\":\"sign-authority\"}"), 0, &out);
	ck_assert(slice_contains(buffer_slice(&out), "\"retry\":false"));
	buffer_clear(&out);
	answer(&self, SLICE_LITERAL("{\"op\":\"ca\"}"), 0, &out);
	ck_assert(slice_starts_with(buffer_slice(&out), "{\"ca\":"));
	EVP_PKEY_free(key);
	buffer_release(&csr);
	buffer_release(&text);
	buffer_release(&out);
	close_authority(a);
}
END_TEST

START_TEST(messages_have_a_length_and_a_limit)
{
	struct buffer out = { 0 };
	struct slice body;
	size_t used, start = message_begin(&out);

	buffer_put_string(&out, "hello");
	message_end(&out, start);
	ck_assert_mem_eq(out.data, "\0\0\0\5hello", 9);
	ck_assert_int_eq(message_parse(slice_of(out.data, 8), &body, &used), PARSE_MORE);
	ck_assert_int_eq(message_parse(buffer_slice(&out), &body, &used), PARSE_OK);
	ck_assert(slice_is(body, "hello") && used == 9);
	ck_assert_int_eq(message_parse(SLICE_LITERAL("\0\1\0\1"), &body, &used), PARSE_BAD);
	buffer_release(&out);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ handshakes */

struct ends {
	SSL *server, *client;
	int server_result, client_result; /* 1 when done, else SSL_ERROR_ */
	char client_reason[256];
};

static int step(SSL *ssl)
{
	int r = SSL_do_handshake(ssl);

	return r == 1 ? 1 : SSL_get_error(ssl, r) + 100;
}

/* Both ends over memory until nothing moves, then one read, which in TLS 1.3 is where a client learns of its fate. */
static void shake(struct ends *e, SSL_CTX *server, SSL_CTX *client, const char *host)
{
	BIO *s = NULL, *c = NULL;
	unsigned long code;
	char byte;

	ck_assert_int_eq(BIO_new_bio_pair(&s, 0, &c, 0), 1);
	e->server = SSL_new(server);
	e->client = SSL_new(client);
	SSL_set_bio(e->server, s, s);
	SSL_set_bio(e->client, c, c);
	SSL_set_accept_state(e->server);
	SSL_set_connect_state(e->client);
	ck_assert_int_eq(tls_client_expect(e->client, host, NULL), 0);
	ERR_clear_error();
	for (int i = 0; i < 6; i++) {
		e->client_result = step(e->client);
		ERR_clear_error();
		e->server_result = step(e->server);
		ERR_clear_error();
	}
	SSL_read(e->client, &byte, 1);
	code = ERR_peek_last_error();
	snprintf(e->client_reason, sizeof(e->client_reason), "%s", code ? ERR_reason_error_string(code) : "");
	ERR_clear_error();
	SSL_free(e->server);
	SSL_free(e->client);
}

static int verdict; /* what the policy below answers */
static int64_t asked;

static int policy(void *arg, SSL *ssl, X509 *leaf)
{
	(void)arg;
	(void)ssl;
	ck_assert(leaf != NULL);
	asked++;
	return verdict;
}

static SSL_CTX *client_with(X509 *certificate, EVP_PKEY *key, X509 *ca)
{
	struct tls_client_plan plan = { .ca = ca, .least_version = TLS1_3_VERSION };
	struct buffer pem = { 0 };
	struct err why = { 0 };
	SSL_CTX *ctx = NULL;

	if (certificate) {
		tls_certificate_to_pem(certificate, &pem);
		ck_assert_int_eq(tls_file_save(path_of("own.pem"), 0644, buffer_slice(&pem), NULL), 0);
		ck_assert_int_eq(tls_key_save(key, path_of("own.key"), NULL), 0);
		plan.certificate_file = path_of("own.pem");
		plan.key_file = path_of("own.key");
	}
	ck_assert_msg(tls_client_new(&ctx, &plan, &why) == 0, "%s", why.text);
	buffer_release(&pem);
	return ctx;
}

START_TEST(handshakes_end_as_the_policy_says)
{
	struct authority *a = open_authority();
	EVP_PKEY *server_key, *key;
	X509 *server_certificate = sign_server(a, &server_key);
	X509 *good = sign_sensor(a, &key, HOUR_MS);
	struct tls_server_plan plan = { .certificate = server_certificate,
					.key = server_key,
					.least_version = TLS1_3_VERSION,
					.policy = TLS_CLIENT_REQUIRE,
					.client_ca = authority_certificate(a),
					.accept = policy };
	SSL_CTX *server = NULL, *client = client_with(good, key, authority_certificate(a));
	SSL_CTX *bare = client_with(NULL, NULL, authority_certificate(a));
	SSL_CTX *wrong = client_with(server_certificate, server_key, authority_certificate(a));
	struct ends e;

	ck_assert_int_eq(tls_server_new(&server, &plan, NULL), 0);
	verdict = X509_V_OK;
	shake(&e, server, client, "soc.example.org");
	ck_assert_int_eq(e.server_result, 1);
	ck_assert_int_eq(e.client_result, 1);
	ck_assert_int_eq(asked, 1);

	verdict = X509_V_ERR_CERT_REVOKED;
	shake(&e, server, client, "127.0.0.1");
	ck_assert_int_ne(e.server_result, 1);
	ck_assert_str_eq(e.client_reason, "sslv3 alert certificate revoked");

	verdict = X509_V_ERR_CERT_REJECTED;
	shake(&e, server, client, "127.0.0.1");
	ck_assert_str_eq(e.client_reason, "sslv3 alert bad certificate");

	verdict = X509_V_OK;
	asked = 0;
	shake(&e, server, bare, "127.0.0.1");
	ck_assert_int_ne(e.server_result, 1);
	ck_assert_str_eq(e.client_reason, "tlsv13 alert certificate required");
	shake(&e, server, wrong, "127.0.0.1"); /* good chain, but not for clients */
	ck_assert_int_ne(e.server_result, 1);
	ck_assert_int_eq(asked, 0);
	shake(&e, server, client, "other.example.org"); /* the client refuses us */
	ck_assert_int_ne(e.client_result, 1);

	SSL_CTX_free(server);
	plan.policy = TLS_CLIENT_REQUEST;
	ck_assert_int_eq(tls_server_new(&server, &plan, NULL), 0);
	shake(&e, server, bare, "127.0.0.1");
	ck_assert_int_eq(e.server_result, 1);

	SSL_CTX_free(server);
	SSL_CTX_free(client);
	SSL_CTX_free(bare);
	SSL_CTX_free(wrong);
	X509_free(server_certificate);
	X509_free(good);
	EVP_PKEY_free(server_key);
	EVP_PKEY_free(key);
	close_authority(a);
}
END_TEST

START_TEST(an_expired_certificate_is_refused_by_name)
{
	struct authority *a = open_authority();
	EVP_PKEY *server_key, *key;
	X509 *server_certificate = sign_server(a, &server_key);
	X509 *old = sign_sensor(a, &key, -60 * 1000);
	const struct tls_server_plan plan = { .certificate = server_certificate,
					      .key = server_key,
					      .least_version = TLS1_3_VERSION,
					      .policy = TLS_CLIENT_REQUIRE,
					      .client_ca = authority_certificate(a) };
	SSL_CTX *server = NULL, *client = client_with(old, key, authority_certificate(a));
	struct ends e;

	ck_assert_int_eq(tls_server_new(&server, &plan, NULL), 0);
	shake(&e, server, client, "127.0.0.1");
	ck_assert_int_ne(e.server_result, 1);
	ck_assert_str_eq(e.client_reason, "sslv3 alert certificate expired");
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	X509_free(server_certificate);
	X509_free(old);
	EVP_PKEY_free(server_key);
	EVP_PKEY_free(key);
	close_authority(a);
}
END_TEST

START_TEST(pkcs7_carries_certificates_and_nothing_else)
{
	struct authority *a = open_authority();
	X509 *one = authority_certificate(a);
	STACK_OF(X509) *back = NULL;
	struct buffer der = { 0 };

	ck_assert_int_eq(tls_pkcs7_write(&one, 1, &der, NULL), 0);
	ck_assert_int_eq(tls_pkcs7_read(buffer_slice(&der), &back, NULL), 0);
	ck_assert_int_eq(sk_X509_num(back), 1);
	ck_assert_int_eq(X509_cmp(sk_X509_value(back, 0), one), 0);
	sk_X509_pop_free(back, X509_free);
	ck_assert_int_eq(tls_pkcs7_read(slice_take(buffer_slice(&der), der.len - 1), &back, NULL), -1);
	ck_assert_int_eq(tls_pkcs7_read(slice_of(NULL, 0), &back, NULL), -1);
	buffer_release(&der);
	close_authority(a);
}
END_TEST

SUITE_MAIN("tls", the_profile_is_ours_whatever_the_request_says, nothing_outlives_the_authority,
	   the_authority_is_kept_and_guarded, bad_requests_are_refused, the_keyholder_answers_and_counts,
	   messages_have_a_length_and_a_limit, handshakes_end_as_the_policy_says,
	   an_expired_certificate_is_refused_by_name, pkcs7_carries_certificates_and_nothing_else)
