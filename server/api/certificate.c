#include "server/api/certificate.h"

#include "lib/log.h"
#include "lib/random.h"
#include "lib/tls.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, FILE_MOST = 1024 * 1024, CLOCK_SLACK_S = 3600, SERIAL_SIZE = 16 };

/* ---- files ---- */

static int read_file(const char *path, struct buffer *out, struct err *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	buffer_init(out, FILE_MOST);
	if (fd < 0)
		return err_set_errno(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s", path);
	while (n > 0 && !out->failed) {
		uint8_t *to = buffer_reserve(out, 4096);

		n = to ? read(fd, to, 4096) : 0;
		out->len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (n < 0 || out->failed)
		return err_set(why, ERR_IO, "cannot read %s, or it is too large for a certificate or key", path);
	return 0;
}

static int read_pair(struct certificate *out, const char *certificate, const char *key, struct err *why)
{
	return read_file(certificate, &out->pem, why) != 0 || read_file(key, &out->key_pem, why) != 0 ? -1 : 0;
}

/* ---- names ---- */

static bool is_address(const char *name)
{
	uint8_t room[16];

	return inet_pton(AF_INET, name, room) == 1 || inet_pton(AF_INET6, name, room) == 1;
}

static bool is_host(const char *name)
{
	if (!*name || strlen(name) > 253)
		return false;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
			return false;
	return true;
}

/* In OpenSSL's syntax, where a comma or a colon in the wrong place would change the meaning. */
static int list_names(const struct config_list *names, struct buffer *out, struct err *why)
{
	for (size_t i = 0; i < names->len; i++) {
		const char *name = names->items[i];

		if (!is_address(name) && !is_host(name))
			return err_set(why, ERR_CONFIG, "api.names: \"%s\" is neither a DNS name nor an IP address",
				       name);
		buffer_printf(out, "%s%s:%s", i ? "," : "", is_address(name) ? "IP" : "DNS", name);
	}
	if (names->len == 0)
		return err_set(why, ERR_CONFIG, "api.names is empty: name how people reach the dashboard");
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a certificate") : 0;
}

static bool has_name(X509 *certificate, const char *name)
{
	if (is_address(name))
		return X509_check_ip_asc(certificate, name, 0) == 1;
	return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
			       NULL) == 1;
}

/* Exactly those: a name that was taken out of the settings must leave the certificate, too. */
static bool is_for(X509 *certificate, const struct config_list *names)
{
	GENERAL_NAMES *has = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool same = has && (size_t)sk_GENERAL_NAME_num(has) == names->len;

	GENERAL_NAMES_free(has);
	for (size_t i = 0; same && i < names->len; i++)
		same = has_name(certificate, names->items[i]);
	return same;
}

/* ---- keeping one ---- */

/* Whether the one that is there will do; *renew_at. */
static bool is_good(const struct certificate *c, EVP_PKEY *key, const struct config_list *names, time_us *renew_at)
{
	struct err why = { 0 };
	X509 *certificate = tls_certificate_parse(buffer_slice(&c->pem), &why);
	bool good = certificate && X509_check_private_key(certificate, key) == 1 && is_for(certificate, names);

	*renew_at = certificate ? tls_not_after(certificate) - CERTIFICATE_RENEW_DAYS * US_PER_DAY : TIME_NONE;
	X509_free(certificate);
	return good && clock_now() < *renew_at;
}

/* ---- making one ---- */

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool good;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool set_serial(X509 *certificate)
{
	uint8_t bytes[SERIAL_SIZE];
	BIGNUM *number;
	bool good;

	random_bytes(bytes, sizeof(bytes));
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
	BN_free(number);
	return good;
}

static bool set_name(X509 *certificate)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Hinomi", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Hinomi dashboard", -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(certificate, name) == 1;
}

static X509 *make(EVP_PKEY *key, const char *names)
{
	X509 *c = X509_new();

	if (c && X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c) && set_name(c) &&
	    X509_gmtime_adj(X509_getm_notBefore(c), -CLOCK_SLACK_S) &&
	    X509_time_adj_ex(X509_getm_notAfter(c), CERTIFICATE_DAYS, 0, NULL) && X509_set_pubkey(c, key) == 1 &&
	    add_extension(c, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(c, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(c, NID_ext_key_usage, "serverAuth") && add_extension(c, NID_subject_key_identifier, "hash") &&
	    add_extension(c, NID_subject_alt_name, names) && X509_sign(c, key, EVP_sha256()) > 0)
		return c;
	X509_free(c);
	return NULL;
}

/* A new key with each certificate. The key is saved first: a crash between the two leaves a pair that does not fit,
 * which is made anew at the next start. */
static int renew(const struct settings *settings, const char *certificate_path, const char *key_path, struct err *why)
{
	EVP_PKEY *key = tls_key_new(why);
	struct buffer names = { 0 }, pem = { 0 };
	X509 *certificate = NULL;
	int failed = key ? list_names(&settings->api.names, &names, why) : -1;

	if (!failed && !(certificate = make(key, buffer_string(&names))))
		failed = tls_fail(why, NULL, "cannot make the dashboard's certificate");
	if (!failed)
		failed = tls_key_save(key, key_path, why);
	if (!failed) {
		tls_certificate_to_pem(certificate, &pem);
		failed = tls_file_save(certificate_path, 0644, buffer_slice(&pem), why);
	}
	if (!failed)
		log_info("made a certificate for %s: browsers will ask about it until api.certificate is set",
			 buffer_string(&names));
	X509_free(certificate);
	EVP_PKEY_free(key);
	buffer_release(&names);
	buffer_release(&pem);
	return failed;
}

static bool load_good(struct certificate *out, const char *certificate_path, const char *key_path,
		      const struct config_list *names)
{
	struct err ignored = { 0 };
	EVP_PKEY *key = tls_key_load(key_path, &ignored);
	bool good = key && read_pair(out, certificate_path, key_path, &ignored) == 0 &&
		    is_good(out, key, names, &out->renew_at);

	EVP_PKEY_free(key);
	if (!good)
		certificate_close(out);
	return good;
}

int certificate_open(struct certificate *out, const struct settings *settings, const char *folder, struct err *why)
{
	char certificate_path[PATH_SIZE], key_path[PATH_SIZE];

	*out = (struct certificate){ .renew_at = TIME_NONE };
	if (*settings->api.certificate)
		return read_pair(out, settings->api.certificate, settings->api.key, why);
	snprintf(certificate_path, sizeof(certificate_path), "%s/certificate.pem", folder);
	snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
	if (load_good(out, certificate_path, key_path, &settings->api.names))
		return 0;
	if (renew(settings, certificate_path, key_path, why) != 0)
		return -1;
	if (!load_good(out, certificate_path, key_path, &settings->api.names))
		return err_set(why, ERR_TLS, "the certificate just made in %s does not serve; is the clock right?",
			       folder);
	return 0;
}

void certificate_close(struct certificate *certificate)
{
	buffer_release(&certificate->pem);
	buffer_release(&certificate->key_pem);
	*certificate = (struct certificate){ .renew_at = TIME_NONE };
}
