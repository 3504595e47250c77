#include "lib/slice.h"

#include <stdlib.h>

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool slice_starts_with(struct slice a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.len >= n && memcmp(a.ptr, prefix, n) == 0;
}

bool slice_contains(struct slice a, const char *needle)
{
	return a.len > 0 && memmem(a.ptr, a.len, needle, strlen(needle)) != NULL;
}

static bool equal_ignoring_case(const uint8_t *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower((uint8_t)b[i]))
			return false;
	return true;
}

bool slice_is_ignoring_case(struct slice a, const char *s)
{
	return a.len == strlen(s) && equal_ignoring_case(a.ptr, s, a.len);
}

bool slice_contains_ignoring_case(struct slice a, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= a.len; i++)
		if (equal_ignoring_case(a.ptr + i, needle, n))
			return true;
	return false;
}

struct slice slice_skip(struct slice a, size_t n)
{
	if (n > a.len)
		n = a.len;
	return slice_of(n ? a.ptr + n : a.ptr, a.len - n);
}

struct slice slice_take(struct slice a, size_t n)
{
	return slice_of(a.ptr, n < a.len ? n : a.len);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice a)
{
	while (a.len && is_space(a.ptr[0]))
		a = slice_skip(a, 1);
	while (a.len && is_space(a.ptr[a.len - 1]))
		a.len--;
	return a;
}

size_t slice_find(struct slice a, uint8_t byte)
{
	const uint8_t *p = a.len ? memchr(a.ptr, byte, a.len) : NULL;

	return p ? (size_t)(p - a.ptr) : a.len;
}

bool slice_to_uint64(struct slice a, uint64_t *out)
{
	uint64_t v = 0;

	if (a.len == 0)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] < '0' || a.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(a.ptr[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

bool slice_to_int64(struct slice a, int64_t *out)
{
	bool minus = a.len > 0 && a.ptr[0] == '-';
	uint64_t v;

	if (!slice_to_uint64(minus ? slice_skip(a, 1) : a, &v) || v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
		return false;
	*out = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

char *slice_to_string(struct slice a)
{
	char *s = malloc(a.len + 1);

	if (!s)
		return NULL;
	if (a.len)
		memcpy(s, a.ptr, a.len);
	s[a.len] = '\0';
	return s;
}

/* RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool slice_is_utf8(struct slice a)
{
	for (size_t i = 0; i < a.len;) {
		uint8_t c = a.ptr[i];
		uint8_t low = 0x80, high = 0xBF;
		size_t more;

		if (c < 0x80) {
			i++;
			continue;
		}
		if (c >= 0xC2 && c <= 0xDF) {
			more = 1;
		} else if (c >= 0xE0 && c <= 0xEF) {
			more = 2;
			low = c == 0xE0 ? 0xA0 : 0x80;
			high = c == 0xED ? 0x9F : 0xBF;
		} else if (c >= 0xF0 && c <= 0xF4) {
			more = 3;
			low = c == 0xF0 ? 0x90 : 0x80;
			high = c == 0xF4 ? 0x8F : 0xBF;
		} else {
			return false;
		}
		if (a.len - i <= more || a.ptr[i + 1] < low || a.ptr[i + 1] > high)
			return false;
		for (size_t k = 2; k <= more; k++)
			if ((a.ptr[i + k] & 0xC0) != 0x80)
				return false;
		i += more + 1;
	}
	return true;
}
