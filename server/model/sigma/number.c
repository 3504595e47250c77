#include "server/model/sigma/number.h"

#include <math.h>
#include <stdlib.h>

static size_t digits(struct slice t, size_t at)
{
	size_t n = 0;

	while (at + n < t.len && t.ptr[at + n] >= '0' && t.ptr[at + n] <= '9')
		n++;
	return n;
}

bool sigma_number_is_plain(struct slice text)
{
	size_t at = text.len && text.ptr[0] == '-' ? 1 : 0;
	size_t n = digits(text, at);

	if (n == 0 || at + n != text.len)
		return false;
	return text.ptr[at] != '0' || text.len == 1;
}

struct slice sigma_number_text(double number, char out[SIGMA_NUMBER_TEXT_SIZE])
{
	int n;

	if (fabs(number) < 9007199254740992.0 && number == trunc(number)) {
		n = snprintf(out, SIGMA_NUMBER_TEXT_SIZE, "%lld", (long long)number);
	} else {
		int precision = 14;

		do
			n = snprintf(out, SIGMA_NUMBER_TEXT_SIZE, "%.*g", ++precision, number);
		while (precision < 17 && strtod(out, NULL) != number);
	}
	return slice_of(out, n > 0 ? (size_t)n : 0);
}

/* By hand: this is done for every record. */
struct slice sigma_integer_text(int64_t number, char out[SIGMA_NUMBER_TEXT_SIZE])
{
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	size_t at = SIGMA_NUMBER_TEXT_SIZE;

	do {
		out[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		out[--at] = '-';
	return slice_of(out + at, SIGMA_NUMBER_TEXT_SIZE - at);
}

bool sigma_number_read(struct slice text, double *out)
{
	char copy[64];
	int64_t whole;
	size_t at = text.len && text.ptr[0] == '-' ? 1 : 0;
	size_t n = digits(text, at);

	if (n == 0 || text.len >= sizeof(copy))
		return false;
	if (at + n == text.len && n <= 15 && slice_to_int64(text, &whole)) {
		*out = (double)whole; /* exactly: fewer than 53 bits */
		return true;
	}
	at += n;
	if (at < text.len && text.ptr[at] == '.') {
		n = digits(text, at + 1);
		if (n == 0)
			return false;
		at += 1 + n;
	}
	if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
		at++;
		if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
			at++;
		n = digits(text, at);
		if (n == 0)
			return false;
		at += n;
	}
	if (at != text.len)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*out = strtod(copy, NULL);
	return isfinite(*out);
}
