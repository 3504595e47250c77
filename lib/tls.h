/* TLS and certificates, over OpenSSL: contexts for both ends, keys, certificate requests, files, fingerprints.
 *
 * Objects are OpenSSL's own (SSL_CTX, EVP_PKEY, X509), reference-counted and freed by its functions; what this
 * module adds are our policies, in one place, and errors that say what to do. Resumption is off: every connection
 * shows its certificate, so that a revoked one is never taken back in by a ticket. */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

enum tls_client_policy {
	TLS_CLIENT_NONE,    /* no certificate asked for */
	TLS_CLIENT_REQUEST, /* asked for; without one the connection goes on, with a bad one it does not */
	TLS_CLIENT_REQUIRE,
};

/* Called in the handshake for a client certificate whose chain, times and purpose are good. Returns X509_V_OK or
 * the X509_V_ERR_ that chooses the alert: X509_V_ERR_CERT_REVOKED, X509_V_ERR_CERT_REJECTED, ... */
typedef int (*tls_accept)(void *arg, SSL *ssl, X509 *leaf);

struct tls_server_plan {
	X509 *certificate;      /* all borrowed; the context takes references of its own */
	STACK_OF(X509) * chain; /* intermediates to send; NULL: none */
	EVP_PKEY *key;
	int least_version; /* TLS1_3_VERSION, TLS1_2_VERSION */
	enum tls_client_policy policy;
	X509 *client_ca;   /* who signs client certificates; needed unless TLS_CLIENT_NONE */
	tls_accept accept; /* NULL: every good certificate */
	void *accept_arg;  /* must outlive the context */
};
int tls_server_new(SSL_CTX **out, const struct tls_server_plan *plan, struct err *why);

struct tls_client_plan {
	const char *ca_file;          /* PEM, who signs the server; NULL: none from a file */
	X509 *ca;                     /* the same in memory; NULL: none */
	bool trust_anyone;            /* for a first contact that is checked by fingerprint: no verification at all */
	const char *certificate_file; /* PEM, our own; NULL: none */
	const char *key_file;
	int least_version;
};
int tls_client_new(SSL_CTX **out, const struct tls_client_plan *plan, struct err *why);
/* Before the handshake: sends `host` as the server name and demands that the certificate is for it (DNS name or
 * IP address). */
int tls_client_expect(SSL *ssl, const char *host, struct err *why);

/* Why a connection failed, in words: the verification result if there is one, else OpenSSL's newest error, which is
 * taken from its queue; always returns -1. */
int tls_fail(struct err *why, const SSL *ssl, const char *doing);

/* Keys: EC P-256. NULL on an error; the caller frees with EVP_PKEY_free(). */
EVP_PKEY *tls_key_new(struct err *why);
EVP_PKEY *tls_key_load(const char *path, struct err *why);
int tls_key_save(EVP_PKEY *key, const char *path, struct err *why); /* mode 0600 */

/* A certificate request (PKCS#10), signed, as DER. */
int tls_request_new(EVP_PKEY *key, const char *common_name, struct buffer *der, struct err *why);

/* A request as DER, nothing behind it, whose signature proves possession of the key, and whose key is good enough:
 * EC P-256 or P-384, Ed25519, or RSA of 2048 to 8192 bits. NULL on an error; X509_REQ_free(). */
X509_REQ *tls_request_parse(struct slice der, struct err *why);
/* SHA-256 of a public key (SubjectPublicKeyInfo, DER). */
bool tls_key_fingerprint(EVP_PKEY *key, uint8_t out[32]);

/* One certificate, PEM or DER. NULL on an error; X509_free(). */
X509 *tls_certificate_parse(struct slice text, struct err *why);
X509 *tls_certificate_load(const char *path, struct err *why);
void tls_certificate_to_pem(X509 *certificate, struct buffer *out);
void tls_certificate_to_der(X509 *certificate, struct buffer *out);

enum { TLS_FINGERPRINT_SIZE = 32 };
/* SHA-256 of the DER form. False when OpenSSL fails. */
bool tls_fingerprint(const X509 *certificate, uint8_t out[TLS_FINGERPRINT_SIZE]);
time_us tls_not_before(const X509 *certificate); /* TIME_NONE when unreadable */
time_us tls_not_after(const X509 *certificate);
/* The only URI among the subject alternative names, copied as a terminated string; false when there is none, more
 * than one, or it is longer than size - 1 bytes or holds a NUL. */
bool tls_uri_name(const X509 *certificate, char *out, size_t size);

/* PKCS#7 "certs-only" (RFC 5652 degenerate SignedData), as EST carries certificates. */
int tls_pkcs7_write(X509 *const *certificates, size_t count, struct buffer *der, struct err *why);
/* *out is the caller's: sk_X509_pop_free(*out, X509_free). At least one certificate. */
int tls_pkcs7_read(struct slice der, STACK_OF(X509) * *out, struct err *why);

/* Writes a file as a whole or not at all: a new one beside it, synced, then renamed over it. */
int tls_file_save(const char *path, unsigned mode, struct slice content, struct err *why);

#endif
