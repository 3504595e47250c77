#include "server/model/input.h"

#include "lib/clock.h"

enum { FIRST_YEAR = 1970, MONTHS = 12, LOCAL_PART_MOST = 64, LABEL_MOST = 63 };

/* Exactly `width` digits at `at`. */
static bool digits(struct slice text, size_t at, size_t width, int *out)
{
	*out = 0;
	for (size_t i = at; i < at + width; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*out = *out * 10 + (text.ptr[i] - '0');
	}
	return true;
}

static bool year_and_month(struct slice text, int *year, int *month)
{
	return digits(text, 0, 4, year) && text.ptr[4] == '-' && digits(text, 5, 2, month) && *year >= FIRST_YEAR &&
	       *month >= 1 && *month <= MONTHS;
}

bool input_day(struct slice text, int64_t *day)
{
	int year, month, number, y, m, d;
	int64_t days;

	if (text.len != 10 || !year_and_month(text, &year, &month) || text.ptr[7] != '-' ||
	    !digits(text, 8, 2, &number) || number < 1)
		return false;
	days = days_from_civil(year, month, number);
	civil_from_days(days, &y, &m, &d);
	if (y != year || m != month || d != number)
		return false;
	if (day)
		*day = days;
	return true;
}

bool input_month(struct slice text, int64_t *month)
{
	int year, number;

	if (text.len != 7 || !year_and_month(text, &year, &number))
		return false;
	if (month)
		*month = (int64_t)(year - FIRST_YEAR) * MONTHS + number - 1;
	return true;
}

/* C0, DEL, and C1 (U+0080..U+009F are C2 80..9F in UTF-8). */
static bool is_control(struct slice text, size_t at)
{
	uint8_t c = text.ptr[at];

	return c < 0x20 || c == 0x7f || (c == 0xc2 && at + 1 < text.len && text.ptr[at + 1] < 0xa0);
}

bool input_name(struct slice text)
{
	size_t characters = 0;

	if (text.len == 0 || slice_trim(text).len != text.len || !slice_is_utf8(text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (is_control(text, i))
			return false;
		characters += (text.ptr[i] & 0xc0) != 0x80;
	}
	return characters <= INPUT_NAME_MOST;
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Labels of letters, digits and hyphens (RFC 1123). */
static bool is_domain(struct slice text)
{
	while (text.len > 0) {
		struct slice label = slice_take(text, slice_find(text, '.'));

		if (label.len == 0 || label.len > LABEL_MOST || !is_alphanumeric(label.ptr[0]) ||
		    !is_alphanumeric(label.ptr[label.len - 1]))
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!is_alphanumeric(label.ptr[i]) && label.ptr[i] != '-')
				return false;
		if (label.len == text.len)
			return true;
		text = slice_skip(text, label.len + 1);
	}
	return false;
}

static bool is_local_part(struct slice text)
{
	if (text.len == 0 || text.len > LOCAL_PART_MOST)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_alphanumeric(text.ptr[i]) && !memchr(".!#$%&'*+/=?^_`{|}~-", text.ptr[i], 20))
			return false;
	return true;
}

bool input_email(struct slice text, char out[INPUT_EMAIL_SIZE])
{
	size_t at = slice_find(text, '@');

	if (text.len >= INPUT_EMAIL_SIZE || !is_local_part(slice_take(text, at)) ||
	    !is_domain(slice_skip(text, at + 1)))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out[text.len] = '\0';
	return true;
}
