#include "lib/encode.h"

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buffer *out, struct slice in)
{
	for (size_t i = 0; i < in.len; i += 3) {
		size_t n = in.len - i < 3 ? in.len - i : 3;
		uint32_t v = (uint32_t)in.ptr[i] << 16;
		uint8_t four[4];

		if (n > 1)
			v |= (uint32_t)in.ptr[i + 1] << 8;
		if (n > 2)
			v |= in.ptr[i + 2];
		four[0] = (uint8_t)base64_alphabet[v >> 18];
		four[1] = (uint8_t)base64_alphabet[v >> 12 & 63];
		four[2] = n > 1 ? (uint8_t)base64_alphabet[v >> 6 & 63] : '=';
		four[3] = n > 2 ? (uint8_t)base64_alphabet[v & 63] : '=';
		buffer_put(out, four, sizeof(four));
	}
}

static int base64_value(uint8_t c)
{
	const char *p = c ? strchr(base64_alphabet, c) : NULL;

	return p ? (int)(p - base64_alphabet) : -1;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool base64_decode(struct buffer *out, struct slice in)
{
	size_t start = out->len, count = 0, padding = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < in.len; i++) {
		int v;

		if (is_space(in.ptr[i]))
			continue;
		if (in.ptr[i] == '=') {
			padding++;
			continue;
		}
		v = base64_value(in.ptr[i]);
		if (v < 0 || padding)
			goto bad;
		bits = bits << 6 | (uint32_t)v;
		if (++count % 4 == 0) {
			uint8_t three[3] = { (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits };

			buffer_put(out, three, sizeof(three));
			bits = 0;
		}
	}
	if (count % 4 == 1 || padding > 2 || (padding && (count + padding) % 4 != 0))
		goto bad;
	if (count % 4 == 2)
		buffer_put_byte(out, (uint8_t)(bits >> 4));
	if (count % 4 == 3)
		buffer_put_be16(out, (uint16_t)(bits >> 2));
	return true;
bad:
	out->len = start;
	return false;
}

void hex_encode(struct buffer *out, struct slice in)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.len; i++) {
		buffer_put_byte(out, (uint8_t)digits[in.ptr[i] >> 4]);
		buffer_put_byte(out, (uint8_t)digits[in.ptr[i] & 15]);
	}
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct buffer *out, struct slice in)
{
	size_t start = out->len;

	for (size_t i = 0; i < in.len;) {
		int high, low;

		if (in.ptr[i] == ':' && i > 0) {
			i++;
			continue;
		}
		high = hex_value(in.ptr[i]);
		low = i + 1 < in.len ? hex_value(in.ptr[i + 1]) : -1;
		if (high < 0 || low < 0) {
			out->len = start;
			return false;
		}
		buffer_put_byte(out, (uint8_t)(high << 4 | low));
		i += 2;
	}
	return true;
}

void html_encode(struct buffer *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			buffer_put_string(out, "&amp;");
			break;
		case '<':
			buffer_put_string(out, "&lt;");
			break;
		case '>':
			buffer_put_string(out, "&gt;");
			break;
		case '"':
			buffer_put_string(out, "&quot;");
			break;
		case '\'':
			buffer_put_string(out, "&#39;");
			break;
		default:
			buffer_put_byte(out, text.ptr[i]);
		}
	}
}
