#include "server/keyholder/authority.h"

#include "lib/encode.h"
#include "lib/json_write.h"
#include "lib/path.h"
#include "lib/random.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_ROOM = 4096,
	SERIAL_BYTES = 16,
	AUTHORITY_DAYS = 3652, /* ten years */
	CLOCK_SLACK_S = 3600,
	NAMES_MAX = 32,
};

struct authority {
	EVP_PKEY *key;
	X509 *certificate;
	int log_fd; /* signatures.log, appended */
};

/* What differs between the kinds of certificate. */
struct profile {
	const char *kind; /* for the log */
	const char *common_name;
	const char *usage;            /* keyUsage */
	const char *extended;         /* extendedKeyUsage; NULL: none */
	const char *constraints;      /* basicConstraints */
	const char *alternative_name; /* subjectAltName in OpenSSL's syntax; NULL: none */
	int64_t life_ms;
};

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool good;

	if (!value)
		return true;
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool set_serial(X509 *certificate)
{
	uint8_t bytes[SERIAL_BYTES];
	BIGNUM *number;
	bool good;

	random_bytes(bytes, sizeof(bytes));
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and always of the same length */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
	BN_free(number);
	return good;
}

static bool set_names(X509 *certificate, const X509 *issuer, const char *common_name)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Hinomi", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) ==
		   1 &&
	       X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
}

static bool set_times(X509 *certificate, const X509 *issuer, int64_t life_ms)
{
	int64_t seconds = life_ms / 1000;

	if (!X509_gmtime_adj(X509_getm_notBefore(certificate), -CLOCK_SLACK_S) ||
	    !X509_time_adj_ex(X509_getm_notAfter(certificate), (int)(seconds / 86400), (long)(seconds % 86400), NULL))
		return false;
	if (issuer == certificate ||
	    ASN1_TIME_compare(X509_get0_notAfter(certificate), X509_get0_notAfter(issuer)) <= 0)
		return true;
	return X509_set1_notAfter(certificate, X509_get0_notAfter(issuer)) == 1;
}

/* issuer NULL: self-signed. NULL on an error. */
static X509 *make_certificate(const struct profile *p, EVP_PKEY *public_key, X509 *issuer, EVP_PKEY *signer)
{
	X509 *c = X509_new();
	X509 *by = issuer ? issuer : c;

	if (c && X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c) && set_names(c, by, p->common_name) &&
	    set_times(c, by, p->life_ms) && X509_set_pubkey(c, public_key) == 1 &&
	    add_extension(c, by, NID_basic_constraints, p->constraints) &&
	    add_extension(c, by, NID_key_usage, p->usage) && add_extension(c, by, NID_ext_key_usage, p->extended) &&
	    add_extension(c, by, NID_subject_key_identifier, "hash") &&
	    add_extension(c, by, NID_authority_key_identifier, issuer ? "keyid" : NULL) &&
	    add_extension(c, by, NID_subject_alt_name, p->alternative_name) && X509_sign(c, signer, EVP_sha256()) > 0)
		return c;
	X509_free(c);
	return NULL;
}

/* ------------------------------------------------------------------------------------------------ the log */

static void log_line(const struct profile *p, const X509 *certificate, struct buffer *line)
{
	struct json_writer w;
	struct buffer hex = { 0 };
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);

	json_writer_init(&w, line);
	json_open_object(&w, NULL);
	json_put_time(&w, "at", clock_now());
	json_put_string(&w, "kind", p->kind);
	json_put_string(&w, "names", p->alternative_name);
	json_put_time(&w, "not_after", tls_not_after(certificate));
	hex_encode(&hex, slice_of(serial->data, (size_t)serial->length));
	json_put_slice(&w, "serial", buffer_slice(&hex));
	buffer_clear(&hex);
	if (tls_fingerprint(certificate, fingerprint))
		hex_encode(&hex, slice_of(fingerprint, sizeof(fingerprint)));
	json_put_slice(&w, "sha256", buffer_slice(&hex));
	json_close_object(&w);
	buffer_put_byte(line, '\n');
	line->failed |= hex.failed;
	buffer_release(&hex);
}

static int log_signature(const struct authority *a, const struct profile *p, const X509 *certificate, struct err *why)
{
	struct buffer line = { 0 };
	int failed;

	log_line(p, certificate, &line);
	failed = line.failed || write(a->log_fd, line.data, line.len) != (ssize_t)line.len || fdatasync(a->log_fd) != 0;
	buffer_release(&line);
	return failed ? err_set_errno(why, ERR_IO, "cannot write signatures.log, so nothing is signed") : 0;
}

/* ------------------------------------------------------------------------------------------------ opening */

static int make_authority(struct authority *a, const char *key_path, const char *pem_path, struct err *why)
{
	const struct profile p = {
		.common_name = "Hinomi sensor authority",
		.usage = "critical,keyCertSign,cRLSign",
		.constraints = "critical,CA:TRUE,pathlen:0",
		.life_ms = (int64_t)AUTHORITY_DAYS * 86400 * 1000,
	};
	struct buffer pem = { 0 };
	int failed;

	a->key = tls_key_new(why);
	if (!a->key)
		return -1;
	a->certificate = make_certificate(&p, a->key, NULL, a->key);
	if (!a->certificate)
		return tls_fail(why, NULL, "cannot make the authority's certificate");
	tls_certificate_to_pem(a->certificate, &pem);
	/* The certificate goes last: where it is, the key is too. */
	failed = pem.failed || tls_key_save(a->key, key_path, why) != 0 ||
		 tls_file_save(pem_path, 0644, buffer_slice(&pem), why) != 0;
	buffer_release(&pem);
	return failed ? -1 : 0;
}

static int load_authority(struct authority *a, const char *key_path, const char *pem_path, struct err *why)
{
	a->key = tls_key_load(key_path, why);
	if (!a->key)
		return -1;
	a->certificate = tls_certificate_load(pem_path, why);
	if (!a->certificate)
		return -1;
	if (X509_check_private_key(a->certificate, a->key) != 1)
		return err_set(why, ERR_CORRUPT, "%s and %s do not belong together; restore both from a backup",
			       key_path, pem_path);
	return 0;
}

/* An authority is made once. Where one has signed, or its certificate is, a missing file is a loss: to make another
 * authority would lock out every sensor. A key alone, without a signature, is a first start that did not come to its
 * end. */
static int is_new_authority(const char *key_path, const char *pem_path, const char *log_path, bool *is_new,
			    struct err *why)
{
	bool key, pem, log;

	if (path_exists(key_path, &key, why) != 0 || path_exists(pem_path, &pem, why) != 0 ||
	    path_exists(log_path, &log, why) != 0)
		return -1;
	if ((key && pem) || (!pem && !log)) {
		*is_new = !pem;
		return 0;
	}
	return err_set(why, ERR_CORRUPT,
		       "%s is lost; restore it from a backup (hinomictl restore), or sensors must enrol anew",
		       key ? pem_path : key_path);
}

int authority_open(struct authority **out, const char *folder, struct err *why)
{
	char key_path[PATH_ROOM], pem_path[PATH_ROOM], log_path[PATH_ROOM];
	struct authority *a = calloc(1, sizeof(*a));
	bool is_new = false;

	if (!a)
		return err_set(why, ERR_NOMEM, "no memory for the authority");
	a->log_fd = -1;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		err_set_errno(why, ERR_IO, "cannot make the folder %s", folder);
		goto undo;
	}
	snprintf(key_path, sizeof(key_path), "%s/ca.key", folder);
	snprintf(pem_path, sizeof(pem_path), "%s/ca.pem", folder);
	if (snprintf(log_path, sizeof(log_path), "%s/signatures.log", folder) >= (int)sizeof(log_path)) {
		err_set(why, ERR_CONFIG, "the path %s is too long", folder);
		goto undo;
	}
	if (is_new_authority(key_path, pem_path, log_path, &is_new, why) != 0 ||
	    (is_new ? make_authority(a, key_path, pem_path, why) : load_authority(a, key_path, pem_path, why)) != 0)
		goto undo;
	a->log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (a->log_fd < 0) {
		err_set_errno(why, ERR_IO, "cannot open %s", log_path);
		goto undo;
	}
	*out = a;
	return 0;
undo:
	authority_free(a);
	return -1;
}

void authority_free(struct authority *a)
{
	if (!a)
		return;
	if (a->log_fd >= 0)
		close(a->log_fd);
	X509_free(a->certificate);
	EVP_PKEY_free(a->key);
	free(a);
}

X509 *authority_certificate(const struct authority *a)
{
	return a->certificate;
}

/* ------------------------------------------------------------------------------------------------ signing */

static int sign(struct authority *a, struct slice der_request, const struct profile *p, struct buffer *der,
		struct err *why)
{
	X509_REQ *request = tls_request_parse(der_request, why);
	X509 *certificate;
	int failed = -1;

	if (!request)
		return -1;
	certificate = make_certificate(p, X509_REQ_get0_pubkey(request), a->certificate, a->key);
	X509_REQ_free(request);
	if (!certificate)
		return tls_fail(why, NULL, "cannot sign");
	if (log_signature(a, p, certificate, why) == 0) {
		tls_certificate_to_der(certificate, der);
		failed = der->failed ? err_set(why, ERR_NOMEM, "no memory for a certificate") : 0;
	}
	X509_free(certificate);
	return failed;
}

int authority_sign_sensor(struct authority *a, struct slice request, int64_t company, int64_t sensor, int64_t life_ms,
			  struct buffer *der, struct err *why)
{
	char common_name[64], uri[128];
	const struct profile p = {
		.kind = "sensor",
		.common_name = common_name,
		.usage = "critical,digitalSignature",
		.extended = "clientAuth",
		.constraints = "critical,CA:FALSE",
		.alternative_name = uri,
		.life_ms = life_ms,
	};

	if (company <= 0 || sensor <= 0)
		return err_set(why, ERR_FORBIDDEN, "a sensor's certificate needs a company and a sensor");
	snprintf(common_name, sizeof(common_name), "sensor-%" PRId64, sensor);
	snprintf(uri, sizeof(uri), "URI:urn:hinomi:company:%" PRId64 ":sensor:%" PRId64, company, sensor);
	return sign(a, request, &p, der, why);
}

/* A name of the server in OpenSSL's syntax, where a comma or a colon in the wrong place would change the meaning. */
static bool put_name(struct buffer *out, const char *name)
{
	uint8_t room[16];

	if (inet_pton(AF_INET, name, room) == 1 || inet_pton(AF_INET6, name, room) == 1) {
		buffer_printf(out, "%sIP:%s", out->len ? "," : "", name);
		return true;
	}
	if (!*name || strlen(name) > 253)
		return false;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
			return false;
	buffer_printf(out, "%sDNS:%s", out->len ? "," : "", name);
	return true;
}

int authority_sign_server(struct authority *a, struct slice request, const char *const *names, size_t name_count,
			  int64_t life_ms, struct buffer *der, struct err *why)
{
	struct buffer list = { 0 };
	char common_name[65]; /* RFC 5280: ub-common-name is 64 */
	int failed;

	if (name_count == 0 || name_count > NAMES_MAX)
		return err_set(why, ERR_FORBIDDEN, "a server's certificate has 1 to %d names", NAMES_MAX);
	for (size_t i = 0; i < name_count; i++) {
		if (put_name(&list, names[i]))
			continue;
		buffer_release(&list);
		return err_set(why, ERR_FORBIDDEN, "\"%s\" is neither a DNS name nor an IP address", names[i]);
	}
	snprintf(common_name, sizeof(common_name), "%s", names[0]);
	failed = sign(a, request,
		      &(const struct profile){ .kind = "server",
					       .common_name = common_name,
					       .usage = "critical,digitalSignature",
					       .extended = "serverAuth",
					       .constraints = "critical,CA:FALSE",
					       .alternative_name = buffer_string(&list),
					       .life_ms = life_ms },
		      der, why);
	buffer_release(&list);
	return failed;
}
