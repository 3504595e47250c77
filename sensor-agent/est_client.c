#include "sensor-agent/est_client.h"

#include "lib/encode.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>

enum {
	BODY_MOST = 64 * 1024,
	CONNECT_SECONDS = 15,
	TOTAL_SECONDS = 60,
	REASON_MOST = 200, /* of what the server says, in a message */
	RETRY_MOST_S = 300,
};

#define EST_BASE "/.well-known/est/"

struct exchange {
	CURL *curl;
	char url[512];
	char error[CURL_ERROR_SIZE];
	struct buffer ca_pem;
	struct curl_slist *headers;
	struct buffer body; /* of the answer */
	long status;
	curl_off_t retry_after;
};

static size_t take_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct buffer *body = arg;

	(void)one;
	buffer_put(body, bytes, n);
	return body->failed ? 0 : n; /* anything but n ends the transfer */
}

/* ------------------------------------------------------------------------------------------------ preparing */

/* Only our authority counts: the system's are switched off. */
static void set_trust(struct exchange *x, const struct est_server *server)
{
	struct curl_blob ca = { .flags = CURL_BLOB_COPY };

	curl_easy_setopt(x->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(x->curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(x->curl, CURLOPT_CAINFO, NULL);
	if (!server->ca) {
		curl_easy_setopt(x->curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(x->curl, CURLOPT_SSL_VERIFYHOST, 0L);
		return;
	}
	tls_certificate_to_pem(server->ca, &x->ca_pem);
	ca.data = x->ca_pem.data;
	ca.len = x->ca_pem.len;
	curl_easy_setopt(x->curl, CURLOPT_CAINFO_BLOB, &ca);
	curl_easy_setopt(x->curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(x->curl, CURLOPT_SSL_VERIFYHOST, 2L);
}

static void set_limits(struct exchange *x)
{
	curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(x->curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(x->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(x->curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(x->curl, CURLOPT_TIMEOUT, (long)TOTAL_SECONDS);
	curl_easy_setopt(x->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, &x->body);
	curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, x->error);
}

/* Zeroed exchange; release() in any case. */
static int prepare(struct exchange *x, const struct est_server *server, const char *operation, struct err *why)
{
	uint8_t ignored[16];
	bool is_v6 = inet_pton(AF_INET6, server->host, ignored) == 1;

	buffer_init(&x->body, BODY_MOST);
	snprintf(x->url, sizeof(x->url), is_v6 ? "https://[%s]:%d" EST_BASE "%s" : "https://%s:%d" EST_BASE "%s",
		 server->host, server->port, operation);
	x->curl = curl_easy_init();
	if (!x->curl)
		return err_set(why, ERR_NOMEM, "no memory for a request");
	set_trust(x, server);
	set_limits(x);
	if (x->ca_pem.failed || curl_easy_setopt(x->curl, CURLOPT_URL, x->url) != CURLE_OK)
		return err_set(why, ERR_NOMEM, "no memory for a request");
	return 0;
}

static void release(struct exchange *x)
{
	curl_easy_cleanup(x->curl);
	curl_slist_free_all(x->headers);
	buffer_release(&x->ca_pem);
	buffer_release(&x->body);
}

/* ------------------------------------------------------------------------------------------------ performing */

/* What curl says of a failure, in words for whoever enrols. */
static int transport_failed(const struct exchange *x, CURLcode code, struct err *why)
{
	const char *text = x->error[0] ? x->error : curl_easy_strerror(code);

	if (x->body.failed)
		return err_set(why, ERR_LIMIT, "%s: the answer is longer than %d bytes; is this an EST server?", x->url,
			       BODY_MOST);
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(why, ERR_TLS,
			       "%s: the server's certificate does not hold: %s; check the server's name and --ca",
			       x->url, text);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return err_set(why, ERR_UNAVAILABLE, "%s: %s; check the server's name, the port and the way there",
			       x->url, text);
	case CURLE_SSL_CERTPROBLEM:
		return err_set(why, ERR_TLS, "%s: our own certificate or key cannot be used: %s", x->url, text);
	case CURLE_SSL_CONNECT_ERROR:
		return err_set(why, ERR_TLS, "%s: %s", x->url, text);
	default:
		return err_set(why, ERR_UNAVAILABLE, "%s: %s", x->url, text);
	}
}

static int perform(struct exchange *x, struct err *why)
{
	CURLcode code = curl_easy_perform(x->curl);

	if (code != CURLE_OK)
		return transport_failed(x, code, why);
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->status);
	curl_easy_getinfo(x->curl, CURLINFO_RETRY_AFTER, &x->retry_after);
	return 0;
}

/* The server's own words, when they are words: " (The token is not known)". */
static void put_reason(const struct exchange *x, char out[REASON_MOST + 8])
{
	struct slice text = slice_take(slice_trim(buffer_slice(&x->body)), REASON_MOST);
	size_t n = 0;

	out[0] = '\0';
	if (text.len == 0 || !slice_is_utf8(text) || memchr(text.ptr, '<', text.len))
		return;
	n += (size_t)snprintf(out, 3, " (");
	for (size_t i = 0; i < text.len; i++)
		out[n++] = text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? ' ' : (char)text.ptr[i];
	snprintf(out + n, 2, ")");
}

/* Any status but 200. */
static int refused(const struct exchange *x, const struct est_server *server, struct err *why)
{
	char reason[REASON_MOST + 8];

	put_reason(x, reason);
	switch (x->status) {
	case 202:
		return err_set(why, ERR_UNAVAILABLE, "the server wants a person to approve this first%s", reason);
	case 400:
		return err_set(why, ERR_PROTOCOL,
			       "the server cannot use the certificate request%s; are agent and server of one version?",
			       reason);
	case 401:
		if (server->token)
			return err_set(why, ERR_FORBIDDEN,
				       "the server does not accept the token%s: it is wrong, used up or too old; "
				       "get a new one with `hinomictl sensor add`",
				       reason);
		return err_set(why, ERR_FORBIDDEN,
			       "the server does not accept our certificate%s; enrol this agent again with a new token",
			       reason);
	case 403:
		return err_set(why, ERR_FORBIDDEN, "the server refuses%s: the sensor may be revoked; ask its operator",
			       reason);
	case 404:
		return err_set(why, ERR_PROTOCOL, "%s: there is no EST server there; check the server's name and port",
			       x->url);
	case 413:
		return err_set(why, ERR_LIMIT, "the certificate request is too large for the server%s", reason);
	default:
		if (x->status == 429 || x->status >= 500)
			return err_set(why, ERR_UNAVAILABLE, "the server cannot do it now: HTTP status %ld%s",
				       x->status, reason);
		return err_set(why, ERR_PROTOCOL, "%s: unexpected HTTP status %ld%s", x->url, x->status, reason);
	}
}

/* ------------------------------------------------------------------------------------------------ operations */

static int read_certificates(struct slice body, STACK_OF(X509) * *out, struct err *why)
{
	struct buffer der = { .limit = BODY_MOST };
	int result = -1;

	if (!base64_decode(&der, slice_trim(body)) || der.failed)
		err_set(why, ERR_PROTOCOL, "the server's answer is not base64");
	else
		result = tls_pkcs7_read(buffer_slice(&der), out, why);
	buffer_release(&der);
	return result;
}

int est_cacerts(const struct est_server *server, STACK_OF(X509) * *out, struct err *why)
{
	struct exchange x = { 0 };
	int result = -1;

	if (prepare(&x, server, "cacerts", why) == 0 && perform(&x, why) == 0)
		result =
		    x.status == 200 ? read_certificates(buffer_slice(&x.body), out, why) : refused(&x, server, why);
	release(&x);
	return result;
}

X509 *est_certificate_of(struct slice body, EVP_PKEY *key, X509 *ca, struct err *why)
{
	STACK_OF(X509) *all = NULL;
	X509 *found = NULL;

	if (read_certificates(body, &all, why) != 0)
		return NULL;
	for (int i = 0; i < sk_X509_num(all) && !found; i++) {
		X509 *one = sk_X509_value(all, i);

		if (EVP_PKEY_eq(X509_get0_pubkey(one), key) == 1)
			found = one;
	}
	if (!found)
		err_set(why, ERR_PROTOCOL, "the server's answer holds no certificate for our key");
	else if (X509_verify(found, X509_get0_pubkey(ca)) != 1) {
		tls_fail(why, NULL, "the certificate that the server gave is not of its authority");
		found = NULL;
	}
	if (found)
		X509_up_ref(found);
	sk_X509_pop_free(all, X509_free);
	return found;
}

static int set_request(struct exchange *x, const struct est_server *server, const struct buffer *base64,
		       struct err *why)
{
	struct curl_slist *more = curl_slist_append(NULL, "Content-Type: application/pkcs10");

	x->headers = more;
	more = more ? curl_slist_append(more, "Expect:") : NULL;
	if (!more || base64->failed)
		return err_set(why, ERR_NOMEM, "no memory for a request");
	x->headers = more;
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, (const char *)base64->data);
	curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE, (long)base64->len);
	if (server->token) {
		curl_easy_setopt(x->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(x->curl, CURLOPT_USERNAME, "hinomi-agent");
		curl_easy_setopt(x->curl, CURLOPT_PASSWORD, server->token);
	}
	if (server->certificate_file) {
		curl_easy_setopt(x->curl, CURLOPT_SSLCERT, server->certificate_file);
		curl_easy_setopt(x->curl, CURLOPT_SSLKEY, server->key_file);
	}
	return 0;
}

/* The public key that a request is for. */
static EVP_PKEY *key_of(struct slice request, struct err *why)
{
	X509_REQ *parsed = tls_request_parse(request, why);
	EVP_PKEY *key = parsed ? X509_REQ_get_pubkey(parsed) : NULL;

	X509_REQ_free(parsed);
	return key;
}

X509 *est_enroll(const struct est_server *server, struct slice request, int *retry_s, struct err *why)
{
	EVP_PKEY *key = key_of(request, why);
	struct exchange x = { 0 };
	struct buffer base64 = { 0 };
	X509 *certificate = NULL;

	*retry_s = 0;
	if (!key)
		return NULL;
	base64_encode(&base64, request);
	if (prepare(&x, server, server->token ? "simpleenroll" : "simplereenroll", why) == 0 &&
	    set_request(&x, server, &base64, why) == 0 && perform(&x, why) == 0) {
		if (x.status == 200)
			certificate = est_certificate_of(buffer_slice(&x.body), key, server->ca, why);
		else
			refused(&x, server, why);
		*retry_s = (int)(x.retry_after > RETRY_MOST_S ? RETRY_MOST_S : x.retry_after);
	}
	release(&x);
	buffer_release(&base64);
	EVP_PKEY_free(key);
	return certificate;
}
