#include "sensor-agent/enrolment.h"

#include "lib/clock.h"
#include "lib/encode.h"
#include "lib/json_write.h"
#include "lib/log.h"
#include "lib/path.h"
#include "lib/random.h"
#include "sensor-agent/est_client.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_MOST = 64 * 1024,
	PATIENCE_MS = 15 * 60 * 1000, /* with a server that says "later" */
	TRIES = 4,                    /* with one that cannot be reached */
	RETRY_FIRST_MS = 1000,
	RETRY_MOST_MS = 5000,
};

int enrolment_files(struct enrolment_files *out, const char *state_dir, struct err *why)
{
	if (strlen(state_dir) + sizeof("/agent.key.new") > ENROLMENT_PATH_SIZE)
		return err_set(why, ERR_USAGE, "the name of the state directory is too long");
	snprintf(out->certificate, sizeof(out->certificate), "%s/agent.pem", state_dir);
	snprintf(out->key, sizeof(out->key), "%s/agent.key", state_dir);
	snprintf(out->ca, sizeof(out->ca), "%s/ca.pem", state_dir);
	snprintf(out->server, sizeof(out->server), "%s/server.json", state_dir);
	snprintf(out->new_key, sizeof(out->new_key), "%s/agent.key.new", state_dir);
	return 0;
}

/* ------------------------------------------------------------------------------------------------ files */

/* Root would leave files that the agent cannot read. */
static int become_owner(const char *state_dir, struct err *why)
{
	struct stat st;

	if (stat(state_dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(why, ERR_IO, "%s is not a directory that can be used", state_dir);
	if (geteuid() != 0 || st.st_uid == 0)
		return 0;
	if (setgroups(1, &st.st_gid) != 0 || setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0)
		return err_set_errno(why, ERR_IO, "cannot become the owner of %s", state_dir);
	return 0;
}

/* Whole file into `out`, which is to be wiped. */
static int read_file(const char *path, struct buffer *out, struct err *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	while (n > 0 && out->len < FILE_MOST && buffer_reserve(out, 4096)) {
		n = read(fd, out->data + out->len, 4096);
		if (n > 0)
			out->len += (size_t)n;
	}
	close(fd);
	return n == 0 ? 0 : err_set(why, ERR_IO, "cannot read %s", path);
}

static void wipe(struct buffer *b)
{
	if (b->data)
		OPENSSL_cleanse(b->data, b->room);
	buffer_release(b);
}

/* The key of a request that got no answer, or a fresh one; on disk before anybody hears of it. */
static EVP_PKEY *new_key(const struct enrolment_files *files, struct err *why)
{
	EVP_PKEY *key;

	if (path_is_there(files->new_key)) {
		key = tls_key_load(files->new_key, NULL);
		if (key)
			return key;
	}
	key = tls_key_new(why);
	if (key && tls_key_save(key, files->new_key, why) != 0) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* agent.key -> agent.pem, whatever was there before. */
static int link_key(const struct enrolment_files *files, struct err *why)
{
	char fresh[ENROLMENT_PATH_SIZE + 8];

	snprintf(fresh, sizeof(fresh), "%s.link", files->key);
	unlink(fresh);
	if (symlink("agent.pem", fresh) != 0 || rename(fresh, files->key) != 0)
		return err_set_errno(why, ERR_IO, "cannot make %s", files->key);
	return 0;
}

/* Certificate and key become the current ones, both at once. */
static int install(const struct enrolment_files *files, X509 *certificate, struct err *why)
{
	struct buffer both = { 0 };
	int failed;

	tls_certificate_to_pem(certificate, &both);
	failed = read_file(files->new_key, &both, why);
	if (!failed && both.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for the certificate");
	/* The link first: until agent.pem is there it leads nowhere, and with an older agent.pem it fits that. */
	failed = failed || link_key(files, why) || tls_file_save(files->certificate, 0600, buffer_slice(&both), why);
	wipe(&both);
	if (!failed)
		unlink(files->new_key);
	return failed ? -1 : 0;
}

static int save_server(const struct enrolment_files *files, const struct enrolment_plan *plan, X509 *ca,
		       struct err *why)
{
	struct buffer text = { 0 }, pem = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &text);
	json_open_object(&w, NULL);
	json_put_string(&w, "server", plan->server);
	json_put_integer(&w, "est_port", plan->est_port ? plan->est_port : ENROLMENT_EST_PORT);
	json_put_integer(&w, "lumberjack_port",
			 plan->lumberjack_port ? plan->lumberjack_port : ENROLMENT_LUMBERJACK_PORT);
	json_close_object(&w);
	buffer_put_byte(&text, '\n');
	tls_certificate_to_pem(ca, &pem);
	if (text.failed || pem.failed)
		failed = err_set(why, ERR_NOMEM, "no memory");
	else
		failed = tls_file_save(files->ca, 0644, buffer_slice(&pem), why) ||
			 tls_file_save(files->server, 0644, buffer_slice(&text), why);
	buffer_release(&text);
	buffer_release(&pem);
	return failed ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ the authority */

static int parse_pin(const char *text, uint8_t pin[TLS_FINGERPRINT_SIZE], struct err *why)
{
	struct buffer bytes = { 0 };
	bool good = hex_decode(&bytes, slice_of_string(text)) && bytes.len == TLS_FINGERPRINT_SIZE;

	if (good)
		memcpy(pin, bytes.data, TLS_FINGERPRINT_SIZE);
	buffer_release(&bytes);
	if (!good)
		return err_set(why, ERR_USAGE, "--ca-sha256 takes the 64 hexadecimal digits of a SHA-256 fingerprint");
	return 0;
}

/* Over a channel that nothing vouches for: what counts is that the fingerprint is the one that came another way. */
static X509 *fetch_ca(struct est_server server, const char *text, struct err *why)
{
	uint8_t pin[TLS_FINGERPRINT_SIZE], print[TLS_FINGERPRINT_SIZE];
	STACK_OF(X509) *all = NULL;
	X509 *found = NULL;

	server.ca = NULL;
	server.token = NULL;
	if (parse_pin(text, pin, why) != 0 || est_cacerts(&server, &all, why) != 0)
		return NULL;
	for (int i = 0; i < sk_X509_num(all) && !found; i++) {
		X509 *one = sk_X509_value(all, i);

		if (tls_fingerprint(one, print) && CRYPTO_memcmp(print, pin, sizeof(pin)) == 0 && X509_up_ref(one))
			found = one;
	}
	sk_X509_pop_free(all, X509_free);
	if (!found)
		err_set(why, ERR_TLS,
			"the authority of %s has another fingerprint than --ca-sha256: compare it with the server's "
			"log; if it is right there, somebody sits between",
			server.host);
	return found;
}

/* ------------------------------------------------------------------------------------------------ asking */

static void sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/* Tries again while that may help. */
static X509 *ask_patiently(const struct est_server *server, struct slice request, struct err *why)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;
	X509 *certificate;
	int retry_s;

	for (unsigned attempt = 0;; attempt++) {
		int64_t wait = backoff_ms(attempt, RETRY_FIRST_MS, RETRY_MOST_MS);

		certificate = est_enroll(server, request, &retry_s, why);
		if (certificate || why->code != ERR_UNAVAILABLE || (retry_s == 0 && attempt + 1 >= TRIES))
			return certificate;
		if (retry_s > 0)
			wait = (int64_t)retry_s * 1000;
		if (clock_monotonic_ms() + wait > until)
			return NULL;
		log_info("%s; trying again in %lld s", why->text, (long long)(wait + 999) / 1000);
		sleep_ms(wait);
	}
}

static int check_plan(const struct enrolment_plan *plan, struct err *why)
{
	if (!plan->server || !*plan->server || strlen(plan->server) > 255 || strpbrk(plan->server, "/@?#[] \t\r\n"))
		return err_set(why, ERR_USAGE, "the server must be a name or an address");
	if (!plan->token || !*plan->token)
		return err_set(why, ERR_USAGE, "a token is needed: `hinomictl sensor add` prints one");
	if (!plan->ca_file == !plan->ca_sha256)
		return err_set(why, ERR_USAGE,
			       "give --ca FILE or --ca-sha256 HEX, so that the server can be told from an impostor");
	return 0;
}

/* Everything is known; gets the certificate and keeps it. */
static int enrol(const struct enrolment_plan *plan, const struct est_server *server,
		 const struct enrolment_files *files, struct err *why)
{
	EVP_PKEY *key = new_key(files, why);
	struct buffer request = { 0 };
	X509 *certificate = NULL;
	int failed = -1;

	if (key && tls_request_new(key, "hinomi-agent", &request, why) == 0)
		certificate = ask_patiently(server, buffer_slice(&request), why);
	if (certificate)
		failed = save_server(files, plan, server->ca, why) || install(files, certificate, why);
	X509_free(certificate);
	EVP_PKEY_free(key);
	buffer_release(&request);
	return failed ? -1 : 0;
}

int enrolment_first(const struct enrolment_plan *plan, struct err *why)
{
	struct est_server server = { .host = plan->server,
				     .port = plan->est_port ? plan->est_port : ENROLMENT_EST_PORT,
				     .token = plan->token };
	struct enrolment_files files;
	struct err reason = { 0 };
	int failed;

	why = why ? why : &reason;
	if (check_plan(plan, why) != 0 || enrolment_files(&files, plan->state_dir, why) != 0)
		return -1;
	if (mkdir(plan->state_dir, 0700) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make %s", plan->state_dir);
	/* Read with the rights of whoever called. */
	server.ca = plan->ca_file ? tls_certificate_load(plan->ca_file, why) : fetch_ca(server, plan->ca_sha256, why);
	if (!server.ca)
		return -1;
	failed = become_owner(plan->state_dir, why) || enrol(plan, &server, &files, why);
	X509_free(server.ca);
	return failed ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ renewal */

/* Host and port out of server.json; the host is the caller's. */
static char *load_server(const char *path, int *port, struct err *why)
{
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	const char *host = json_string_value(json_object_get(root, "server"));
	json_int_t number = json_integer_value(json_object_get(root, "est_port"));
	char *copy = NULL;

	if (host && *host && number >= 0 && number <= 65535)
		copy = strdup(host);
	if (!copy)
		err_set(why, ERR_CORRUPT, "%s is missing or damaged: enrol this agent again with a new token", path);
	*port = number ? (int)number : ENROLMENT_EST_PORT;
	json_decref(root);
	return copy;
}

static bool common_name_of(X509 *certificate, char *out, int size)
{
	return X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, out, size) > 0;
}

/* The server may change everything but whose certificate it is. */
static int check_same_sensor(X509 *old, X509 *fresh, struct err *why)
{
	char was[256] = "", is[256] = "";

	if (tls_uri_name(old, was, sizeof(was)) && (!tls_uri_name(fresh, is, sizeof(is)) || strcmp(was, is) != 0))
		return err_set(why, ERR_PROTOCOL, "the new certificate is for '%s' instead of '%s'", is, was);
	return 0;
}

static int renew(const struct est_server *server, X509 *current, const struct enrolment_files *files, struct err *why)
{
	EVP_PKEY *key = new_key(files, why);
	struct buffer request = { 0 };
	X509 *certificate = NULL;
	char name[128];
	int failed = -1, retry_s;
	bool is_over = tls_not_after(current) < clock_now();

	if (!common_name_of(current, name, sizeof(name)))
		err_set(why, ERR_CORRUPT, "%s has no name: enrol this agent again", files->certificate);
	else if (key && tls_request_new(key, name, &request, why) == 0)
		certificate = est_enroll(server, buffer_slice(&request), &retry_s, why);
	if (!certificate && is_over)
		err_set(why, ERR_FORBIDDEN,
			"the certificate has expired, and the server renews no such one: enrol this agent again with a "
			"new token (hinomictl sensor token), or set its clock right");
	if (certificate)
		failed = check_same_sensor(current, certificate, why) || install(files, certificate, why);
	X509_free(certificate);
	EVP_PKEY_free(key);
	buffer_release(&request);
	return failed ? -1 : 0;
}

int enrolment_renew(const char *state_dir, struct err *why)
{
	struct enrolment_files files;
	struct est_server server = { 0 };
	char *host = NULL;
	X509 *current = NULL;
	int failed = -1;

	if (enrolment_files(&files, state_dir, why) != 0 || become_owner(state_dir, why) != 0)
		return -1;
	host = load_server(files.server, &server.port, why);
	if (host)
		server.ca = tls_certificate_load(files.ca, why);
	if (server.ca)
		current = tls_certificate_load(files.certificate, why);
	server.host = host;
	server.certificate_file = files.certificate;
	server.key_file = files.key;
	if (current)
		failed = renew(&server, current, &files, why);
	X509_free(current);
	X509_free(server.ca);
	free(host);
	return failed;
}
