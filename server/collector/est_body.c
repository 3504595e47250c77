#include "server/collector/est_body.h"

#include "lib/encode.h"

#include <stdio.h>

#define DASHES "-----"

/* Between the lines "-----BEGIN CERTIFICATE REQUEST-----" and "-----END ...-----" (RFC 7468; older tools say NEW).
 * Text around it is dropped. False when there is no such block. */
static bool cut_pem(struct slice text, struct slice *base64)
{
	static const char *const labels[] = { "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		char begin[64], end[64];
		const uint8_t *from, *to;
		int begin_length = snprintf(begin, sizeof(begin), DASHES "BEGIN %s" DASHES, labels[i]);
		int end_length = snprintf(end, sizeof(end), DASHES "END %s" DASHES, labels[i]);

		from = memmem(text.ptr, text.len, begin, (size_t)begin_length);
		if (!from)
			continue;
		from += begin_length;
		to = memmem(from, (size_t)(text.ptr + text.len - from), end, (size_t)end_length);
		if (!to)
			return false;
		*base64 = slice_of(from, (size_t)(to - from));
		return true;
	}
	return false;
}

/* One SEQUENCE with a definite length in its shortest form (DER, X.690 section 10.1) that is all there is. */
static bool is_one_sequence(struct slice der)
{
	size_t length = 0, head = 2, count;

	if (der.len < head || der.ptr[0] != 0x30)
		return false;
	if (der.ptr[1] < 0x80)
		return der.len == head + der.ptr[1];
	count = der.ptr[1] & 0x7f;
	if (count == 0 || count > 3 || der.len < head + count || der.ptr[2] == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		length = length << 8 | der.ptr[head + i];
	return length >= 0x80 && der.len == head + count + length;
}

int est_body_decode(struct slice body, struct buffer *der, struct err *why)
{
	struct slice base64 = slice_trim(body);
	size_t start = der->len;

	if (base64.len == 0)
		return err_set(why, ERR_PROTOCOL, "the body is empty: send a certificate request");
	if (slice_contains(base64, DASHES "BEGIN ") && !cut_pem(base64, &base64))
		return err_set(why, ERR_PROTOCOL, "the body is PEM, but not of a certificate request");
	if (!base64_decode(der, base64))
		return err_set(why, ERR_PROTOCOL, "the body is not a certificate request in base64");
	if (der->failed)
		return err_set(why, ERR_NOMEM, "no memory for a certificate request");
	if (is_one_sequence(slice_skip(buffer_slice(der), start)))
		return 0;
	der->len = start;
	return err_set(why, ERR_PROTOCOL, "the body is not a certificate request (PKCS#10 in DER, in base64)");
}
