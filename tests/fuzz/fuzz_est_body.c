/* Bodies of enrolments. Invariants: what was decoded, encoded again in each of the three forms that clients use,
 * decodes to the same bytes; and a request that OpenSSL reads from it is read whole. */
#include "lib/encode.h"
#include "lib/tls.h"
#include "server/collector/est_body.h"

#include <stdlib.h>

static void must_give(struct buffer *text, const struct buffer *wanted)
{
	struct buffer der = { 0 };

	if (est_body_decode(buffer_slice(text), &der, NULL) != 0 ||
	    !slice_equal(buffer_slice(&der), buffer_slice(wanted)))
		abort();
	buffer_release(&der);
	buffer_clear(text);
}

static void encode_again(const struct buffer *der)
{
	struct buffer base64 = { 0 }, text = { 0 };

	base64_encode(&base64, buffer_slice(der));
	buffer_put_slice(&text, buffer_slice(&base64));
	must_give(&text, der);
	for (size_t i = 0; i < base64.len; i++) {
		buffer_put_byte(&text, base64.data[i]);
		if (i % 64 == 63)
			buffer_put_string(&text, "\r\n");
	}
	must_give(&text, der);
	buffer_put_string(&text, "some text\n-----BEGIN CERTIFICATE REQUEST-----\n");
	buffer_put_slice(&text, buffer_slice(&base64));
	buffer_put_string(&text, "\n-----END CERTIFICATE REQUEST-----\n");
	must_give(&text, der);
	buffer_release(&base64);
	buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer der = { 0 };
	unsigned char *again = NULL;
	X509_REQ *request;

	if (est_body_decode(slice_of(data, size), &der, NULL) != 0) {
		if (der.len)
			abort(); /* a refusal leaves nothing */
	} else {
		encode_again(&der);
		request = tls_request_parse(buffer_slice(&der), NULL);
		if (request && i2d_X509_REQ(request, &again) <= 0)
			abort();
		OPENSSL_free(again);
		X509_REQ_free(request);
	}
	buffer_release(&der);
	return 0;
}
