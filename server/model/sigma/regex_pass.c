#include "server/model/sigma/regex_pass.h"

#include "lib/buffer.h"
#include "server/model/sigma/fold.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Integers of work space: two lists of ways, three for each (pcre2_dfa_match). */
enum { WORKSPACE = 2 + 2 * 3 * PASS_WAYS, TEXT_MOST = 16 * 1024, STEPS_MOST = 1000, MEMORY_MOST = 256 };

struct regex_pass_memory {
	pcre2_match_data *data;
	pcre2_match_context *context;
	int workspace[WORKSPACE];
};

static pcre2_code *code_of(const struct regex_pass *p)
{
	/* The type is PCRE2's own, under our name. */
	return (pcre2_code *)(uintptr_t)p;
}

/* --------------------------------------------------------------------------------------------------------- rewriting
 */

/* From a '[' to behind its ']'. */
static size_t class_length(struct slice rest)
{
	size_t i = 1;

	if (i < rest.len && rest.ptr[i] == '^')
		i++;
	if (i < rest.len && rest.ptr[i] == ']')
		i++;
	while (i < rest.len && rest.ptr[i] != ']') {
		/* [:alpha:] has a ']' of its own. */
		if (rest.ptr[i] == '[' && i + 1 < rest.len && rest.ptr[i + 1] == ':') {
			const uint8_t *end = memmem(rest.ptr + i + 2, rest.len - i - 2, ":]", 2);

			i = end ? (size_t)(end - rest.ptr) + 2 : i + 1;
			continue;
		}
		i += rest.ptr[i] == '\\' ? 2 : 1;
	}
	return i < rest.len ? i + 1 : rest.len;
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static size_t escape_length(struct slice rest)
{
	size_t n = 2;

	if (rest.len < 2)
		return rest.len;
	if (rest.ptr[1] != 'x')
		return rest.ptr[1] < 0x80 ? 2 : 1 + sigma_character_length(slice_skip(rest, 1));
	if (rest.len > 2 && rest.ptr[2] == '{') {
		size_t end = slice_find(rest, '}');

		return end < rest.len ? end + 1 : rest.len;
	}
	while (n < 4 && n < rest.len && is_hex(rest.ptr[n]))
		n++;
	return n;
}

/* What stands for one character. */
static size_t character_length(struct slice rest)
{
	if (rest.ptr[0] == '\\')
		return escape_length(rest);
	return rest.ptr[0] == '[' ? class_length(rest) : sigma_character_length(rest);
}

static bool is_repeated(struct slice rest, size_t n)
{
	return !memchr("()|*?+^$", rest.ptr[0], 8) && n < rest.len && rest.ptr[n] == '+';
}

/* X+ of a character counts how often it has stood, so that each place where it could begin is a way of its own; (?:X)+
 * does not count. */
static void rewrite(struct slice text, struct buffer *out)
{
	for (size_t i = 0, n; i < text.len; i += n) {
		struct slice rest = slice_skip(text, i);
		bool repeated;

		n = memchr("()|*?+^$", rest.ptr[0], 8) ? 1 : character_length(rest);
		repeated = is_repeated(rest, n);
		buffer_put_string(out, repeated ? "(?:" : "");
		/* The beginning of the whole text, in a word that knows of pieces (regex_pass_match()). */
		if (slice_is(slice_take(rest, n), "\\A"))
			buffer_put_string(out, "(?-m:^)");
		else
			buffer_put(out, rest.ptr, n);
		buffer_put_string(out, repeated ? ")" : "");
	}
}

int regex_pass_new(struct regex_pass **out, struct slice text, uint32_t options, struct err *why)
{
	struct buffer all = { 0 };
	pcre2_code *code = NULL;
	PCRE2_SIZE at;
	int error;

	*out = NULL;
	buffer_put_string(&all, "(?s:.*?)(?:");
	rewrite(text, &all);
	buffer_put_byte(&all, ')');
	if (all.failed) {
		buffer_release(&all);
		return err_set(why, ERR_NOMEM, "no memory for a regular expression");
	}
	if (all.len <= TEXT_MOST) {
		pcre2_compile_context *context = pcre2_compile_context_create(NULL);

		if (context)
			pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		code = pcre2_compile(all.data, all.len, (options & ~PCRE2_MATCH_INVALID_UTF) | PCRE2_ANCHORED, &error,
				     &at, context);
		pcre2_compile_context_free(context);
	}
	buffer_release(&all);
	*out = (struct regex_pass *)(void *)code;
	return 0;
}

void regex_pass_free(struct regex_pass *p)
{
	pcre2_code_free(code_of(p));
}

/* ---------------------------------------------------------------------------------------------------------- matching
 */

struct regex_pass_memory *regex_pass_memory_new(void)
{
	struct regex_pass_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (!m->data || !m->context) {
		regex_pass_memory_free(m);
		return NULL;
	}
	pcre2_set_match_limit(m->context, STEPS_MOST);
	pcre2_set_depth_limit(m->context, STEPS_MOST);
	pcre2_set_heap_limit(m->context, MEMORY_MOST);
	return m;
}

void regex_pass_memory_free(struct regex_pass_memory *m)
{
	if (!m)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	free(m);
}

static int match(const struct regex_pass *p, struct regex_pass_memory *m, struct slice text, uint32_t options)
{
	return pcre2_dfa_match(code_of(p), text.len ? text.ptr : (const uint8_t *)"", text.len, 0,
			       options | PCRE2_DFA_SHORTEST, m->data, m->context, m->workspace, WORKSPACE);
}

/* One piece: up to the first bytes that are no UTF-8, or to the end. *used: what is done with. */
static int match_piece(const struct regex_pass *p, struct regex_pass_memory *m, struct slice text, uint32_t begins,
		       size_t *used)
{
	int got = match(p, m, text, begins);
	size_t good;

	*used = text.len;
	if (got > PCRE2_ERROR_UTF8_ERR1 || got < PCRE2_ERROR_UTF8_ERR21)
		return got;
	good = pcre2_get_startchar(m->data);
	*used = good + 1;
	if (good == 0)
		return PCRE2_ERROR_NOMATCH;
	return match(p, m, slice_take(text, good), begins | PCRE2_NOTEOL | PCRE2_NO_UTF_CHECK);
}

/* Bytes that are no UTF-8 match nothing: what stands between them is looked at piece by piece, as the usual matcher
 * does it. */
enum regex_pass_verdict regex_pass_match(const struct regex_pass *p, struct regex_pass_memory *m, struct slice text)
{
	uint32_t begins = 0;
	size_t used;

	do {
		int got = match_piece(p, m, text, begins, &used);

		if (got >= 0)
			return PASS_YES;
		if (got != PCRE2_ERROR_NOMATCH)
			return PASS_GAVE_UP;
		text = slice_skip(text, used);
		begins = PCRE2_NOTBOL;
	} while (text.len);
	return PASS_NO;
}
