/* Enrolment against an EST server over loopback that answers what each test wants: certificates of a real authority,
 * refusals, nonsense. What is on disk afterwards is read with OpenSSL. */
#include "lib/encode.h"
#include "lib/log.h"
#include "sensor-agent/enrolment.h"
#include "sensor-agent/est_client.h"
#include "server/keyholder/authority.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REQUEST_MOST = 16384 };

/* What the server does with the n-th connection; the last one counts for all that follow. */
enum play {
	PLAY_PROPER,
	PLAY_HANG_UP, /* reads the request, signs, and says nothing */
	PLAY_STATUS,
	PLAY_OTHER_KEY,
	PLAY_OTHER_CA,
	PLAY_HUGE,
	PLAY_GARBAGE,
	PLAY_REDIRECT,
};

static struct {
	struct authority *authority, *other;
	char folder[64], other_folder[64], state[96];
	SSL_CTX *ctx;
	int fd, port;
	pthread_t thread;
	enum play plays[4];
	const char *status; /* PLAY_STATUS: the status line's end and more headers */
	int connections, enrolled;
	char requests[4][REQUEST_MOST];
	bool had_certificate[4];
} s;

/* ------------------------------------------------------------------------------------------------ the server */

static bool read_request(SSL *ssl, char *text)
{
	size_t have = 0;
	const char *end = NULL, *length;

	for (;;) {
		int n = SSL_read(ssl, text + have, (int)(REQUEST_MOST - 1 - have));

		if (n <= 0)
			return false;
		have += (size_t)n;
		text[have] = '\0';
		end = strstr(text, "\r\n\r\n");
		length = strstr(text, "Content-Length: ");
		if (end && have - (size_t)(end + 4 - text) >= (length ? strtoul(length + 16, NULL, 10) : 0))
			return true;
	}
}

static void put_certificates(struct buffer *out, struct authority *signer, EVP_PKEY *other_key, const char *request)
{
	struct buffer der = { 0 }, certificate = { 0 }, pkcs7 = { 0 };
	X509 *one = NULL;

	if (strstr(request, "/cacerts")) {
		one = authority_certificate(signer);
		X509_up_ref(one);
	} else {
		ck_assert(base64_decode(&der, slice_of_string(strstr(request, "\r\n\r\n") + 4)));
		if (other_key) {
			buffer_clear(&der);
			ck_assert(tls_request_new(other_key, "x", &der, NULL) == 0);
		}
		ck_assert(authority_sign_sensor(signer, buffer_slice(&der), 17, 3, 3600 * 1000, &certificate, NULL) ==
			  0);
		one = tls_certificate_parse(buffer_slice(&certificate), NULL);
		s.enrolled++;
	}
	ck_assert(tls_pkcs7_write(&one, 1, &pkcs7, NULL) == 0);
	buffer_put_string(out, "HTTP/1.1 200 OK\r\nContent-Type: application/pkcs7-mime\r\nConnection: close\r\n\r\n");
	base64_encode(out, buffer_slice(&pkcs7));
	X509_free(one);
	buffer_release(&der);
	buffer_release(&certificate);
	buffer_release(&pkcs7);
}

static void answer(struct buffer *out, enum play play, const char *request)
{
	EVP_PKEY *key = play == PLAY_OTHER_KEY ? tls_key_new(NULL) : NULL;

	if (play == PLAY_STATUS)
		buffer_printf(out, "HTTP/1.1 %s\r\nConnection: close\r\n\r\nsaid \x01so\n", s.status);
	else if (play == PLAY_REDIRECT)
		buffer_put_string(out,
				  "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nConnection: close\r\n\r\n");
	else if (play == PLAY_GARBAGE)
		buffer_put_string(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nAAAA");
	else
		put_certificates(out, play == PLAY_OTHER_CA ? s.other : s.authority, key, request);
	for (int i = 0; play == PLAY_HUGE && i < 100000; i++)
		buffer_put_string(out, "QUFB");
	EVP_PKEY_free(key);
}

static void serve(int fd)
{
	int n = s.connections < 3 ? s.connections : 3;
	SSL *ssl = SSL_new(s.ctx);
	struct buffer out = { 0 };

	s.connections++;
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && read_request(ssl, s.requests[n])) {
		X509 *peer = SSL_get1_peer_certificate(ssl);

		s.had_certificate[n] = peer != NULL;
		X509_free(peer);
		answer(&out, s.plays[n], s.requests[n]);
		if (s.plays[n] != PLAY_HANG_UP) {
			SSL_write(ssl, out.data, (int)out.len);
			SSL_shutdown(ssl);
		}
	}
	buffer_release(&out);
	SSL_free(ssl);
	close(fd);
}

static void *server(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(s.fd, NULL, NULL)) >= 0)
		serve(fd);
	return NULL;
}

static void listen_on_loopback(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	s.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert(bind(s.fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(s.fd, 16) == 0);
	ck_assert(getsockname(s.fd, (struct sockaddr *)&at, &len) == 0);
	s.port = ntohs(at.sin_port);
}

static void open_server_context(void)
{
	static const char *const names[] = { "127.0.0.1" };
	EVP_PKEY *key = tls_key_new(NULL);
	struct buffer request = { 0 }, der = { 0 };
	struct err why = { 0 };
	X509 *own;

	ck_assert(tls_request_new(key, "server", &request, NULL) == 0);
	ck_assert(authority_sign_server(s.authority, buffer_slice(&request), names, 1, 3600 * 1000, &der, NULL) == 0);
	own = tls_certificate_parse(buffer_slice(&der), NULL);
	ck_assert_msg(tls_server_new(&s.ctx,
				     &(struct tls_server_plan){ .certificate = own,
								.key = key,
								.least_version = TLS1_3_VERSION,
								.policy = TLS_CLIENT_REQUEST,
								.client_ca = authority_certificate(s.authority) },
				     &why) == 0,
		      "%s", why.text);
	X509_free(own);
	EVP_PKEY_free(key);
	buffer_release(&request);
	buffer_release(&der);
}

static void setup(void)
{
	struct err why = { 0 };

	log_open("test", LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);
	memset(&s, 0, sizeof(s));
	snprintf(s.folder, sizeof(s.folder), "/tmp/hinomi-test-XXXXXX");
	snprintf(s.other_folder, sizeof(s.other_folder), "/tmp/hinomi-test-XXXXXX");
	ck_assert(mkdtemp(s.folder) && mkdtemp(s.other_folder));
	snprintf(s.state, sizeof(s.state), "%s/state", s.folder);
	ck_assert_msg(authority_open(&s.authority, s.folder, &why) == 0, "%s", why.text);
	ck_assert_msg(authority_open(&s.other, s.other_folder, &why) == 0, "%s", why.text);
	open_server_context();
	listen_on_loopback();
	ck_assert(pthread_create(&s.thread, NULL, server, NULL) == 0);
}

static const char *in(const char *folder, const char *name)
{
	static char room[4][192];
	static unsigned next;
	char *path = room[next++ % 4];

	snprintf(path, sizeof(room[0]), "%s/%s", folder, name);
	return path;
}

static void teardown(void)
{
	static const char *const names[] = { "ca.key",    "ca.pem",      "signatures.log", "agent.pem",
					     "agent.key", "server.json", "agent.key.new" };

	shutdown(s.fd, SHUT_RDWR);
	pthread_join(s.thread, NULL);
	close(s.fd);
	SSL_CTX_free(s.ctx);
	authority_free(s.authority);
	authority_free(s.other);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		unlink(in(s.state, names[i]));
		unlink(in(s.folder, names[i]));
		unlink(in(s.other_folder, names[i]));
	}
	ck_assert(rmdir(s.state) == 0 || access(s.state, F_OK) != 0);
	rmdir(s.folder);
	rmdir(s.other_folder);
}

/* ------------------------------------------------------------------------------------------------ the agent */

static int enrol(const char *ca_folder, const char *pin, struct err *why)
{
	struct enrolment_plan plan = { .server = "127.0.0.1",
				       .est_port = s.port,
				       .lumberjack_port = 5999,
				       .token = "one-time-token",
				       .state_dir = s.state,
				       .ca_file = ca_folder ? in(ca_folder, "ca.pem") : NULL,
				       .ca_sha256 = pin };

	*why = (struct err){ 0 };
	return enrolment_first(&plan, why);
}

/* SHA-256 of the DER form, by OpenSSL, with colons as `openssl x509 -fingerprint` writes it. */
static const char *pin_of(struct authority *a)
{
	static char text[97];
	uint8_t bytes[32];
	unsigned n = 0;

	ck_assert(X509_digest(authority_certificate(a), EVP_sha256(), bytes, &n) == 1);
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 3 * i, 4, "%02X%s", bytes[i], i < 31 ? ":" : "");
	return text;
}

static X509 *own_certificate(void)
{
	FILE *f = fopen(in(s.state, "agent.pem"), "r");
	X509 *c = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	return c;
}

/* Certificate, key and authority fit together, as any program would load them. */
static void check_files(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509 *c = own_certificate();
	struct stat st;
	char uri[128];

	ck_assert(SSL_CTX_use_certificate_chain_file(ctx, in(s.state, "agent.pem")) == 1);
	ck_assert(SSL_CTX_use_PrivateKey_file(ctx, in(s.state, "agent.key"), SSL_FILETYPE_PEM) == 1);
	ck_assert(SSL_CTX_check_private_key(ctx) == 1);
	ck_assert(SSL_CTX_load_verify_file(ctx, in(s.state, "ca.pem")) == 1);
	ck_assert(c && X509_verify(c, X509_get0_pubkey(authority_certificate(s.authority))) == 1);
	ck_assert(tls_uri_name(c, uri, sizeof(uri)));
	ck_assert_str_eq(uri, "urn:hinomi:company:17:sensor:3");
	ck_assert(stat(in(s.state, "agent.pem"), &st) == 0 && (st.st_mode & 0777) == 0600);
	ck_assert(stat(s.state, &st) == 0 && (st.st_mode & 0777) == 0700);
	ck_assert(access(in(s.state, "agent.key.new"), F_OK) != 0);
	X509_free(c);
	SSL_CTX_free(ctx);
}

START_TEST(with_ca_file)
{
	struct err why;
	char line[256] = "";
	FILE *f;

	ck_assert_msg(enrol(s.folder, NULL, &why) == 0, "%s", why.text);
	check_files();
	ck_assert_int_eq(s.connections, 1);
	ck_assert(strncmp(s.requests[0], "POST /.well-known/est/simpleenroll HTTP/1.1\r\n", 45) == 0);
	/* base64 of hinomi-agent:one-time-token */
	ck_assert(strstr(s.requests[0], "\r\nAuthorization: Basic aGlub21pLWFnZW50Om9uZS10aW1lLXRva2Vu\r\n") != NULL);
	ck_assert(strstr(s.requests[0], "\r\nContent-Type: application/pkcs10\r\n") != NULL);
	f = fopen(in(s.state, "server.json"), "r");
	ck_assert(f && fgets(line, sizeof(line), f));
	fclose(f);
	ck_assert(strstr(line, "\"server\":\"127.0.0.1\"") && strstr(line, "\"lumberjack_port\":5999"));
}
END_TEST

START_TEST(with_pin)
{
	struct err why;

	ck_assert_msg(enrol(NULL, pin_of(s.authority), &why) == 0, "%s", why.text);
	check_files();
	ck_assert(strncmp(s.requests[0], "GET /.well-known/est/cacerts ", 29) == 0);
	/* The token never goes over the channel that is not verified. */
	ck_assert(strstr(s.requests[0], "Authorization") == NULL);
	ck_assert(strstr(s.requests[1], "Authorization") != NULL);
}
END_TEST

START_TEST(wrong_trust)
{
	struct err why;

	ck_assert(enrol(NULL, pin_of(s.other), &why) != 0);
	ck_assert_int_eq(why.code, ERR_TLS);
	ck_assert(enrol(s.other_folder, NULL, &why) != 0);
	ck_assert_int_eq(why.code, ERR_TLS);
	ck_assert(enrol(NULL, "abcd", &why) != 0);
	ck_assert_int_eq(why.code, ERR_USAGE);
	ck_assert(enrol(NULL, NULL, &why) != 0);
	ck_assert_int_eq(why.code, ERR_USAGE);
	ck_assert_int_eq(s.enrolled, 0);
	ck_assert(own_certificate() == NULL);
	/* An authority whose own channel was not good: server certificate of one, cacerts of another. */
	s.plays[2] = PLAY_OTHER_CA;
	s.plays[3] = PLAY_OTHER_CA;
	ck_assert(enrol(NULL, pin_of(s.other), &why) != 0);
	ck_assert_int_eq(why.code, ERR_TLS);
	ck_assert_int_eq(s.enrolled, 0);
}
END_TEST

/* The body of a request. */
static const char *csr(int n)
{
	return strstr(s.requests[n], "\r\n\r\n") + 4;
}

static EVP_PKEY *key_of_request(int n)
{
	struct buffer der = { 0 };
	X509_REQ *request;
	EVP_PKEY *key;

	ck_assert(base64_decode(&der, slice_of_string(csr(n))));
	request = tls_request_parse(buffer_slice(&der), NULL);
	key = X509_REQ_get_pubkey(request);
	X509_REQ_free(request);
	buffer_release(&der);
	return key;
}

START_TEST(lost_answer)
{
	EVP_PKEY *first, *second;
	struct err why;

	s.plays[0] = PLAY_HANG_UP;
	ck_assert_msg(enrol(s.folder, NULL, &why) == 0, "%s", why.text);
	check_files();
	ck_assert_int_eq(s.connections, 2);
	first = key_of_request(0);
	second = key_of_request(1);
	ck_assert(EVP_PKEY_eq(first, second) == 1);
	EVP_PKEY_free(first);
	EVP_PKEY_free(second);
}
END_TEST

START_TEST(told_to_wait)
{
	struct err why;

	s.plays[0] = PLAY_STATUS;
	s.status = "202 Accepted\r\nRetry-After: 1";
	ck_assert_msg(enrol(s.folder, NULL, &why) == 0, "%s", why.text);
	check_files();
	ck_assert_int_eq(s.connections, 2);
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *status;
		enum err_code code;
		const char *says;
	} cases[] = {
		{ "400 Bad Request", ERR_PROTOCOL, "said  so" },
		{ "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"", ERR_FORBIDDEN, "hinomictl sensor add" },
		{ "403 Forbidden", ERR_FORBIDDEN, "revoked" },
		{ "404 Not Found", ERR_PROTOCOL, "port" },
		{ "413 Content Too Large", ERR_LIMIT, "too large" },
		{ "418 I'm a teapot", ERR_PROTOCOL, "418" },
	};
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t k = 0; k < ARRAY_LEN(s.plays); k++)
			s.plays[k] = PLAY_STATUS;
		s.status = cases[i].status;
		ck_assert(enrol(s.folder, NULL, &why) != 0);
		ck_assert_int_eq(why.code, cases[i].code);
		ck_assert_msg(strstr(why.text, cases[i].says) != NULL, "%s", why.text);
		ck_assert_int_eq(s.connections, (int)i + 1);
		ck_assert(own_certificate() == NULL);
	}
}
END_TEST

START_TEST(bad_answers)
{
	static const enum play plays[] = { PLAY_OTHER_KEY, PLAY_OTHER_CA, PLAY_HUGE, PLAY_GARBAGE, PLAY_REDIRECT };
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(plays); i++) {
		for (size_t k = 0; k < ARRAY_LEN(s.plays); k++)
			s.plays[k] = plays[i];
		ck_assert(enrol(s.folder, NULL, &why) != 0);
		ck_assert_int_ne(why.code, ERR_UNAVAILABLE);
		ck_assert_int_eq(s.connections, (int)i + 1);
		ck_assert(own_certificate() == NULL);
	}
}
END_TEST

START_TEST(renewal)
{
	X509 *first, *second;
	struct err why;

	ck_assert_msg(enrol(s.folder, NULL, &why) == 0, "%s", why.text);
	first = own_certificate();
	/* A lost answer: nothing has changed, and the key is kept for the next try. */
	s.plays[1] = PLAY_HANG_UP;
	ck_assert(enrolment_renew(s.state, &why) != 0);
	ck_assert_int_eq(why.code, ERR_UNAVAILABLE);
	second = own_certificate();
	ck_assert(X509_cmp(first, second) == 0);
	X509_free(second);
	ck_assert_msg(enrolment_renew(s.state, &why) == 0, "%s", why.text);
	check_files();
	second = own_certificate();
	ck_assert(X509_cmp(first, second) != 0);
	ck_assert(EVP_PKEY_eq(X509_get0_pubkey(first), X509_get0_pubkey(second)) == 0);
	ck_assert(strncmp(s.requests[2], "POST /.well-known/est/simplereenroll ", 37) == 0);
	ck_assert(s.had_certificate[2] && strstr(s.requests[2], "Authorization") == NULL);
	X509_free(first);
	X509_free(second);
}
END_TEST

START_TEST(renewal_without_enrolment)
{
	struct err why = { 0 };

	ck_assert(mkdir(s.state, 0700) == 0);
	ck_assert(enrolment_renew(s.state, &why) != 0);
	ck_assert(strstr(why.text, "enrol") != NULL);
}
END_TEST

/* As `openssl crl2pkcs7 -nocrl` makes it, of a certificate by `openssl req -x509`: not our own writer's work. */
START_TEST(pkcs7_of_openssl)
{
	static const char body[] = "MIIBqgYJKoZIhvcNAQcCoIIBmzCCAZcCAQExADALBgkqhkiG9w0BBwGgggF/MIIB\n"
				   "ezCCASGgAwIBAgIUbcbXVjx/P5ogwGrxFyHZ+gD/Dw0wCgYIKoZIzj0EAwIwEjEQ\n"
				   "MA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUxODEwNTlaGA8yMTI2MTEwMTE4MTA1\n"
				   "OVowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA\n"
				   "BAknMsHcDiD5cv3OivNL4lEkVhtOiX2iDHj5JYydzFzTge8OMBxkiOcCtDnpby0k\n"
				   "SwD/GcN0U1DpRublspkD9o2jUzBRMB0GA1UdDgQWBBTQU7WeHmbP8ds0agMcqADD\n"
				   "gs413jAfBgNVHSMEGDAWgBTQU7WeHmbP8ds0agMcqADDgs413jAPBgNVHRMBAf8E\n"
				   "BTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQC4E8k/RUakUvcLsBUxQS728/72cR+w\n"
				   "QmlBCVyWb0OOuwIgUtDqCoWZMoRUs8xZHL/s9ScCmf+SzUTN50lGdHN0pPIxAA==\n";
	static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
				  "MIIBezCCASGgAwIBAgIUbcbXVjx/P5ogwGrxFyHZ+gD/Dw0wCgYIKoZIzj0EAwIw\n"
				  "EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjUxODEwNTlaGA8yMTI2MTEwMTE4\n"
				  "MTA1OVowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
				  "A0IABAknMsHcDiD5cv3OivNL4lEkVhtOiX2iDHj5JYydzFzTge8OMBxkiOcCtDnp\n"
				  "by0kSwD/GcN0U1DpRublspkD9o2jUzBRMB0GA1UdDgQWBBTQU7WeHmbP8ds0agMc\n"
				  "qADDgs413jAfBgNVHSMEGDAWgBTQU7WeHmbP8ds0agMcqADDgs413jAPBgNVHRMB\n"
				  "Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQC4E8k/RUakUvcLsBUxQS728/72\n"
				  "cR+wQmlBCVyWb0OOuwIgUtDqCoWZMoRUs8xZHL/s9ScCmf+SzUTN50lGdHN0pPI=\n"
				  "-----END CERTIFICATE-----\n";
	X509 *ca = tls_certificate_parse(slice_of_string(pem), NULL), *got;
	struct err why = { 0 };

	ck_assert(ca != NULL);
	got = est_certificate_of(slice_of_string(body), X509_get0_pubkey(ca), ca, &why);
	ck_assert_msg(got != NULL, "%s", why.text);
	ck_assert(X509_cmp(got, ca) == 0);
	X509_free(got);
	got = est_certificate_of(slice_of_string(body), X509_get0_pubkey(authority_certificate(s.other)), ca, &why);
	ck_assert(got == NULL && why.code == ERR_PROTOCOL);
	X509_free(ca);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { with_ca_file,    with_pin,     wrong_trust,
				       lost_answer,     told_to_wait, refused,
				       bad_answers,     renewal,      renewal_without_enrolment,
				       pkcs7_of_openssl };
	Suite *suite = suite_create("enrolment");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
