#include "server/model/report_text.h"

#include "server/model/report_text_groups.h"
#include "server/model/text_template.h"

const struct report_text_group *report_text_group(size_t i)
{
	static const struct report_text_group *const groups[REPORT_TEXT_GROUPS] = {
		&report_text_month,       &report_text_annex,   &report_text_case,
		&report_text_certificate, &report_text_chamber,
	};

	return groups[i];
}

const struct report_text_key *report_text_find(struct slice name)
{
	for (size_t g = 0; g < REPORT_TEXT_GROUPS; g++) {
		const struct report_text_group *group = report_text_group(g);

		for (size_t i = 0; i < group->count; i++)
			if (slice_is(name, group->keys[i].name))
				return &group->keys[i];
	}
	return NULL;
}

static const char *text_of(const struct report_texts *texts, const struct report_text_key *key, bool japanese)
{
	for (size_t i = 0; texts && i < texts->count; i++)
		if (texts->changes[i].key == key && texts->changes[i].japanese == japanese)
			return texts->changes[i].text;
	return japanese ? key->ja : key->en;
}

const char *report_text_get(const struct report_texts *texts, const char *key, bool japanese)
{
	const struct report_text_key *found = report_text_find(slice_of_string(key));

	return found ? text_of(texts, found, japanese) : "";
}

/* --------------------------------------------------------------------------------------------------------- checking */

/* Promises that nobody can keep who sees only what passes a device, and what only frightens. Without blanks, in small
 * letters: texts are compared so. */
static const struct {
	const char *squeezed, *phrase;
} forbidden[] = {
	{ "安全です", "安全です" },
	{ "安全でした", "安全でした" },
	{ "安全な状態", "安全な状態" },
	{ "安全を保証", "安全を保証" },
	{ "安全が確認", "安全が確認" },
	{ "安心です", "安心です" },
	{ "ご安心", "ご安心" },
	{ "安心してください", "安心してください" },
	{ "心配ありません", "心配ありません" },
	{ "心配はありません", "心配はありません" },
	{ "心配いりません", "心配いりません" },
	{ "心配はいりません", "心配はいりません" },
	{ "心配は不要", "心配は不要" },
	{ "問題ありません", "問題ありません" },
	{ "問題はありません", "問題はありません" },
	{ "危険はありません", "危険はありません" },
	{ "感染していません", "感染していません" },
	{ "ワースト", "ワースト" },
	{ "youaresafe", "you are safe" },
	{ "you'resafe", "you're safe" },
	{ "youaresecure", "you are secure" },
	{ "youareprotected", "you are protected" },
	{ "networkissafe", "network is safe" },
	{ "networkissecure", "network is secure" },
	{ "computerissafe", "computer is safe" },
	{ "computersaresafe", "computers are safe" },
	{ "companyissafe", "company is safe" },
	{ "everythingissafe", "everything is safe" },
	{ "completelysafe", "completely safe" },
	{ "100%safe", "100% safe" },
	{ "100%secure", "100% secure" },
	{ "notinfected", "not infected" },
	{ "noneedtoworry", "no need to worry" },
	{ "nothingtoworry", "nothing to worry" },
	{ "don'tworry", "don't worry" },
	{ "donotworry", "do not worry" },
	{ "worstcompan", "worst companies" },
};

/* How many bytes at the beginning do not count: blanks, line ends, the blank of Japanese (U+3000). */
static size_t blank_bytes(struct slice text)
{
	if (text.ptr[0] == ' ' || (text.ptr[0] >= '\t' && text.ptr[0] <= '\r'))
		return 1;
	return text.len >= 3 && memcmp(text.ptr, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
}

/* The next byte that counts, in small letters, an apostrophe as ASCII has it; 0 at the end. */
static uint8_t next_byte(struct slice *text)
{
	uint8_t c;
	size_t blank;

	while (text->len && (blank = blank_bytes(*text)) > 0)
		*text = slice_skip(*text, blank);
	if (!text->len)
		return 0;
	if (text->len >= 3 && memcmp(text->ptr, "\xe2\x80\x99", 3) == 0) {
		*text = slice_skip(*text, 3);
		return '\'';
	}
	c = text->ptr[0];
	*text = slice_skip(*text, 1);
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool begins_with(struct slice text, const char *squeezed)
{
	for (; *squeezed; squeezed++)
		if (next_byte(&text) != (uint8_t)*squeezed)
			return false;
	return true;
}

const char *report_text_forbidden(struct slice text)
{
	for (; text.len; text = slice_skip(text, 1))
		for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
			if (begins_with(text, forbidden[i].squeezed))
				return forbidden[i].phrase;
	return NULL;
}

enum { WHAT_SIZE = 96 };

static struct text_template_names names_of(const struct report_text_key *key, char what[WHAT_SIZE])
{
	snprintf(what, WHAT_SIZE, "the text %s", key->name);
	return (struct text_template_names){ what, key->names, REPORT_TEXT_NAMES_MAX };
}

int report_text_check(const struct report_text_key *key, struct slice text, struct err *why)
{
	char what[WHAT_SIZE];
	struct text_template_names names = names_of(key, what);
	const char *phrase;

	if (text_template_check(&names, "text", text, REPORT_TEXT_MAX, why) != 0)
		return -1;
	phrase = report_text_forbidden(text);
	if (phrase)
		return err_set(why, ERR_USAGE, "a report never says \"%s\": say what was or was not detected", phrase);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- filling */

struct given {
	const struct report_text_value *values;
	size_t count;
};

static struct slice find_value(void *context, struct slice name, bool *lines)
{
	const struct given *given = context;

	(void)lines;
	for (size_t i = 0; i < given->count; i++)
		if (slice_is(name, given->values[i].name))
			return slice_trim(slice_of_string(given->values[i].value));
	return (struct slice){ 0 };
}

/* Without blanks at its ends, those of Japanese too: they stand before a part that may be absent. */
static struct slice trim(struct slice text)
{
	size_t blank;

	while (text.len && (blank = blank_bytes(text)) > 0)
		text = slice_skip(text, blank);
	while (text.len >= 3 && blank_bytes(slice_skip(text, text.len - 3)) == 3)
		text.len -= 3;
	return text;
}

enum { FILLED_MAX = 64 << 10 };

char *report_text_render(const struct report_text_key *key, struct slice text, const struct report_text_value *values,
			 size_t count, struct pool *pool)
{
	char what[WHAT_SIZE];
	struct text_template_names names = names_of(key, what);
	struct given given = { values, count };
	struct text_template_values template = { find_value, &given, &names, FILLED_MAX };
	struct buffer out = { 0 };
	char *filled;

	text_template_body(&template, text, &out);
	filled = out.failed ? NULL : pool_string(pool, trim(buffer_slice(&out)));
	buffer_release(&out);
	return filled;
}

char *report_text_fill(const struct report_texts *texts, const char *key, bool japanese,
		       const struct report_text_value *values, size_t count, struct pool *pool)
{
	const struct report_text_key *found = report_text_find(slice_of_string(key));

	if (!found)
		return pool_string(pool, (struct slice){ 0 });
	return report_text_render(found, slice_of_string(text_of(texts, found, japanese)), values, count, pool);
}

/* ".23" of 192.168.1.23; NULL: no IPv4 address. */
static const char *tail_of(const char *address)
{
	const char *dot = strrchr(address, '.');

	return dot && !strchr(address, ':') ? dot : NULL;
}

char *report_text_device(const struct report_texts *texts, const char *address, bool japanese, struct pool *pool)
{
	const char *tail = tail_of(address);
	struct report_text_value value = { tail ? "tail" : "address", tail ? tail : address };

	return report_text_fill(texts, tail ? "device_name" : "device_name_long", japanese, &value, 1, pool);
}

const char *report_number(int64_t number, char out[REPORT_NUMBER_SIZE])
{
	char digits[REPORT_NUMBER_SIZE];
	size_t n = 0;

	snprintf(digits, sizeof(digits), "%lld", (long long)number);
	for (const char *d = digits; *d; d++) {
		out[n++] = *d;
		if (*d != '-' && d[1] && strlen(d + 1) % 3 == 0)
			out[n++] = ',';
	}
	out[n] = '\0';
	return out;
}
