#include "lib/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 1024 * 1024 };

int tls_fail(struct err *why, const SSL *ssl, const char *doing)
{
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	if (verified != X509_V_OK)
		return err_set(why, ERR_TLS, "%s: %s", doing, X509_verify_cert_error_string(verified));
	return err_set(why, ERR_TLS, "%s: %s", doing, reason ? reason : "OpenSSL gives no reason");
}

/* ------------------------------------------------------------------------------------------------ contexts */

struct acceptor {
	tls_accept accept;
	void *arg;
};

static void free_acceptor(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int index, long argl, void *argp)
{
	(void)parent;
	(void)ad;
	(void)index;
	(void)argl;
	(void)argp;
	free(ptr);
}

/* Where a context keeps its acceptor. OpenSSL's indexes are per process by design. */
static int acceptor_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_acceptor);
	return index;
}

static int verify(int good, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct acceptor *a = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), acceptor_index());
	int verdict;

	if (!good || X509_STORE_CTX_get_error_depth(store) != 0 || !a || !a->accept)
		return good;
	verdict = a->accept(a->arg, ssl, X509_STORE_CTX_get_current_cert(store));
	if (verdict == X509_V_OK)
		return 1;
	X509_STORE_CTX_set_error(store, verdict);
	return 0;
}

static int set_client_policy(SSL_CTX *ctx, const struct tls_server_plan *plan, struct err *why)
{
	struct acceptor *a;
	int mode = SSL_VERIFY_PEER;

	if (plan->policy == TLS_CLIENT_NONE)
		return 0;
	if (!plan->client_ca || X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), plan->client_ca) != 1 ||
	    SSL_CTX_add_client_CA(ctx, plan->client_ca) != 1)
		return tls_fail(why, NULL, "cannot use the authority of client certificates");
	a = malloc(sizeof(*a));
	if (!a)
		return err_set(why, ERR_NOMEM, "no memory for a TLS context");
	*a = (struct acceptor){ plan->accept, plan->accept_arg };
	if (SSL_CTX_set_ex_data(ctx, acceptor_index(), a) != 1) {
		free(a);
		return tls_fail(why, NULL, "cannot set up a TLS context");
	}
	if (plan->policy == TLS_CLIENT_REQUIRE)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, verify);
	return 0;
}

static void set_common(SSL_CTX *ctx, int least_version)
{
	SSL_CTX_set_min_proto_version(ctx, least_version);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
				     SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* Idle connections give their buffers back. No SSL_MODE_ENABLE_PARTIAL_WRITE: libevent's bufferevent writes
	 * several pieces in turn and goes on to the next also when one was taken in part. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_verify_depth(ctx, 2);
}

int tls_server_new(SSL_CTX **out, const struct tls_server_plan *plan, struct err *why)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx)
		return tls_fail(why, NULL, "cannot set up a TLS context");
	set_common(ctx, plan->least_version);
	if (SSL_CTX_use_certificate(ctx, plan->certificate) != 1 || SSL_CTX_use_PrivateKey(ctx, plan->key) != 1 ||
	    (plan->chain && SSL_CTX_set1_chain(ctx, plan->chain) != 1)) {
		tls_fail(why, NULL, "the server's certificate and key do not fit together");
		goto undo;
	}
	if (set_client_policy(ctx, plan, why) != 0)
		goto undo;
	*out = ctx;
	return 0;
undo:
	SSL_CTX_free(ctx);
	return -1;
}

static int load_own(SSL_CTX *ctx, const struct tls_client_plan *plan, struct err *why)
{
	if (!plan->certificate_file)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(ctx, plan->certificate_file) != 1)
		return tls_fail(why, NULL, plan->certificate_file);
	if (SSL_CTX_use_PrivateKey_file(ctx, plan->key_file, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return tls_fail(why, NULL, plan->key_file);
	return 0;
}

int tls_client_new(SSL_CTX **out, const struct tls_client_plan *plan, struct err *why)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return tls_fail(why, NULL, "cannot set up a TLS context");
	set_common(ctx, plan->least_version);
	SSL_CTX_set_verify(ctx, plan->trust_anyone ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	if (plan->ca_file && SSL_CTX_load_verify_file(ctx, plan->ca_file) != 1) {
		tls_fail(why, NULL, plan->ca_file);
		goto undo;
	}
	if (plan->ca && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), plan->ca) != 1) {
		tls_fail(why, NULL, "cannot use the authority's certificate");
		goto undo;
	}
	if (load_own(ctx, plan, why) != 0)
		goto undo;
	*out = ctx;
	return 0;
undo:
	SSL_CTX_free(ctx);
	return -1;
}

static bool is_address(const char *host)
{
	uint8_t room[16];

	return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

int tls_client_expect(SSL *ssl, const char *host, struct err *why)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (is_address(host)) {
		if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1)
			return tls_fail(why, NULL, host);
		return 0;
	}
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (SSL_set_tlsext_host_name(ssl, host) != 1 || X509_VERIFY_PARAM_set1_host(param, host, 0) != 1)
		return tls_fail(why, NULL, host);
	return 0;
}

/* ------------------------------------------------------------------------------------------------ files */

static int write_all(int fd, struct slice content)
{
	while (content.len) {
		ssize_t n = write(fd, content.ptr, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		content = slice_skip(content, (size_t)n);
	}
	return fsync(fd);
}

/* The rename itself must reach the disk as well. */
static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	int fd;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int tls_file_save(const char *path, unsigned mode, struct slice content, struct err *why)
{
	char fresh[4096];
	int fd, failed;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return err_set(why, ERR_USAGE, "the path %s is too long", path);
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot write %s", fresh);
	failed = fchmod(fd, mode) != 0 || write_all(fd, content) != 0;
	failed |= close(fd) != 0;
	if (failed || rename(fresh, path) != 0) {
		err_set_errno(why, ERR_IO, "cannot write %s", path);
		unlink(fresh);
		return -1;
	}
	sync_folder_of(path);
	return 0;
}

/* Moves what a memory BIO holds behind the buffer's content, and frees the BIO. */
static void take_bio(BIO *bio, bool good, struct buffer *out)
{
	char *data;
	long n = bio ? BIO_get_mem_data(bio, &data) : 0;

	if (!bio || !good)
		out->failed = true;
	else
		buffer_put(out, data, (size_t)n);
	BIO_free(bio);
}

/* ------------------------------------------------------------------------------------------------ keys */

EVP_PKEY *tls_key_new(struct err *why)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (!key)
		tls_fail(why, NULL, "cannot make a key");
	return key;
}

EVP_PKEY *tls_key_load(const char *path, struct err *why)
{
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key)
		tls_fail(why, NULL, path);
	return key;
}

int tls_key_save(EVP_PKEY *key, const char *path, struct err *why)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	struct buffer pem = { 0 };
	int failed;

	take_bio(bio, bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1, &pem);
	failed = pem.failed ? tls_fail(why, NULL, "cannot write the key")
			    : tls_file_save(path, 0600, buffer_slice(&pem), why);
	if (pem.data)
		OPENSSL_cleanse(pem.data, pem.room);
	buffer_release(&pem);
	return failed;
}

int tls_request_new(EVP_PKEY *key, const char *common_name, struct buffer *der, struct err *why)
{
	X509_REQ *request = X509_REQ_new();
	X509_NAME *name = request ? X509_REQ_get_subject_name(request) : NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	bool good =
	    name && bio && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1 &&
	    X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0 &&
	    i2d_X509_REQ_bio(bio, request) == 1;

	X509_REQ_free(request);
	take_bio(bio, good, der);
	return der->failed ? tls_fail(why, NULL, "cannot make a certificate request") : 0;
}

static bool key_is_good(const EVP_PKEY *key)
{
	char group[32] = "";
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_is_a(key, "ED25519"))
		return true;
	if (EVP_PKEY_is_a(key, "RSA"))
		return bits >= 2048 && bits <= 8192;
	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0);
}

X509_REQ *tls_request_parse(struct slice der, struct err *why)
{
	const unsigned char *at = der.ptr;
	X509_REQ *request = der.len && der.len <= FILE_MOST ? d2i_X509_REQ(NULL, &at, (long)der.len) : NULL;
	EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;

	if (!request || at != der.ptr + der.len)
		tls_fail(why, NULL, "this is not a certificate request (PKCS#10)");
	else if (!key || !key_is_good(key))
		err_set(why, ERR_FORBIDDEN, "use a key of EC P-256 or P-384, Ed25519, or RSA of at least 2048 bits");
	else if (X509_REQ_verify(request, key) != 1)
		tls_fail(why, NULL, "the request's signature does not prove possession of its key");
	else
		return request;
	ERR_clear_error();
	X509_REQ_free(request);
	return NULL;
}

bool tls_key_fingerprint(EVP_PKEY *key, uint8_t out[32])
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	bool good = n > 0 && EVP_Digest(der, (size_t)n, out, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	return good;
}

/* ------------------------------------------------------------------------------------------------ certificates */

X509 *tls_certificate_parse(struct slice text, struct err *why)
{
	BIO *bio = text.len <= FILE_MOST ? BIO_new_mem_buf(text.ptr, (int)text.len) : NULL;
	X509 *certificate = NULL;

	if (bio && slice_contains(text, "-----BEGIN"))
		certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	else if (bio)
		certificate = d2i_X509_bio(bio, NULL);
	BIO_free(bio);
	if (!certificate)
		tls_fail(why, NULL, "this is not a certificate");
	return certificate;
}

X509 *tls_certificate_load(const char *path, struct err *why)
{
	BIO *bio = BIO_new_file(path, "r");
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!certificate)
		tls_fail(why, NULL, path);
	return certificate;
}

void tls_certificate_to_pem(X509 *certificate, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	take_bio(bio, bio && PEM_write_bio_X509(bio, certificate) == 1, out);
}

void tls_certificate_to_der(X509 *certificate, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	take_bio(bio, bio && i2d_X509_bio(bio, certificate) == 1, out);
}

bool tls_fingerprint(const X509 *certificate, uint8_t out[TLS_FINGERPRINT_SIZE])
{
	unsigned n = 0;

	return X509_digest(certificate, EVP_sha256(), out, &n) == 1 && n == TLS_FINGERPRINT_SIZE;
}

static time_us time_of(const ASN1_TIME *t)
{
	struct tm at;
	time_us out;

	if (!t || ASN1_TIME_to_tm(t, &at) != 1)
		return TIME_NONE;
	if (!time_from_fields(at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, 0, 0,
			      &out))
		return TIME_NONE;
	return out;
}

time_us tls_not_before(const X509 *certificate)
{
	return time_of(X509_get0_notBefore(certificate));
}

time_us tls_not_after(const X509 *certificate)
{
	return time_of(X509_get0_notAfter(certificate));
}

static bool copy_uri(const ASN1_IA5STRING *uri, char *out, size_t size)
{
	const unsigned char *text = ASN1_STRING_get0_data(uri);
	size_t n = (size_t)ASN1_STRING_length(uri);

	if (n >= size || memchr(text, '\0', n))
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

bool tls_uri_name(const X509 *certificate, char *out, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool found = false, good = true;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_URI)
			continue;
		good = good && !found && copy_uri(name->d.uniformResourceIdentifier, out, size);
		found = true;
	}
	GENERAL_NAMES_free(names);
	return found && good;
}

/* ------------------------------------------------------------------------------------------------ PKCS#7 */

int tls_pkcs7_write(X509 *const *certificates, size_t count, struct buffer *der, struct err *why)
{
	PKCS7 *p7 = PKCS7_new();
	BIO *bio = BIO_new(BIO_s_mem());
	bool good =
	    p7 && bio && PKCS7_set_type(p7, NID_pkcs7_signed) == 1 && PKCS7_content_new(p7, NID_pkcs7_data) == 1;

	/* Certs-only has no content at all (RFC 5652 section 5.2), not an empty one. */
	if (good) {
		ASN1_OCTET_STRING_free(p7->d.sign->contents->d.data);
		p7->d.sign->contents->d.data = NULL;
	}
	for (size_t i = 0; good && i < count; i++)
		good = PKCS7_add_certificate(p7, certificates[i]) == 1;
	good = good && i2d_PKCS7_bio(bio, p7) == 1;
	PKCS7_free(p7);
	take_bio(bio, good, der);
	return der->failed ? tls_fail(why, NULL, "cannot write certificates as PKCS#7") : 0;
}

int tls_pkcs7_read(struct slice der, STACK_OF(X509) * *out, struct err *why)
{
	const unsigned char *at = der.ptr;
	PKCS7 *p7 = der.len <= FILE_MOST ? d2i_PKCS7(NULL, &at, (long)der.len) : NULL;
	STACK_OF(X509) *inside = NULL;

	if (p7 && PKCS7_type_is_signed(p7) && p7->d.sign && at == der.ptr + der.len)
		inside = p7->d.sign->cert;
	*out = inside && sk_X509_num(inside) > 0 ? X509_chain_up_ref(inside) : NULL;
	PKCS7_free(p7);
	if (!*out)
		return tls_fail(why, NULL, "this is not a PKCS#7 structure with certificates");
	return 0;
}
