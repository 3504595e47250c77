/* Heads of requests. Invariants: a verdict stays the same when more bytes follow; before the head is whole there is
 * either the same refusal or none yet; the limits hold. */
#include "server/collector/est_request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct est_request request, cut_request;
	struct est_refusal refusal, cut_refusal;
	size_t used = 0, cut_used = 0;
	enum parse got = est_request_parse(slice_of(data, size), &request, &used, &refusal);

	if (got == PARSE_OK && (used > size || used > EST_HEAD_MOST || request.body_length > EST_BODY_MOST ||
				request.password_length > EST_PASSWORD_MOST))
		abort();
	if (got == PARSE_BAD && (refusal.status < 400 || !refusal.reason))
		abort();
	if (got == PARSE_MORE && size >= EST_HEAD_MOST)
		abort();
	for (size_t i = 0, step = size / 64 + 1; i < size; i += step) {
		enum parse cut = est_request_parse(slice_of(data, i), &cut_request, &cut_used, &cut_refusal);

		if (cut == PARSE_MORE)
			continue;
		if (cut != got || (cut == PARSE_OK && cut_used != used) ||
		    (cut == PARSE_BAD && cut_refusal.status != refusal.status))
			abort();
	}
	return 0;
}
