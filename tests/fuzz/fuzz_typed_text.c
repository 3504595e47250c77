/* What people type: only upper-case letters and digits come out, as many as there is room for, and typed once more they
 * are the same. The first byte of the input is the room. */
#include "server/api/certificate_check_page.h"
#include "server/api/report_link_page.h"
#include "server/api/typed_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t room)
{
	char out[256], again[256];

	if (!typed_text(text, out, room)) {
		if (*out)
			abort();
		return;
	}
	if (strlen(out) >= room || strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(out))
		abort();
	if (!typed_text(out, again, room) || strcmp(out, again) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char code[CERTIFICATE_CHECK_CODE_SIZE], digits[REPORT_LINK_DIGITS_SIZE];
	char *text = slice_to_string(size ? slice_of(data + 1, size - 1) : slice_of(data, 0));

	if (!text)
		return 0;
	check(text, size && data[0] ? data[0] : 1);
	report_link_digits(text, digits);
	certificate_check_code(text, code);
	if ((strlen(digits) != 0 && strlen(digits) != 6) || (strlen(code) != 0 && strlen(code) != 16) ||
	    certificate_check_number(text) < 0)
		abort();
	free(text);
	return 0;
}
