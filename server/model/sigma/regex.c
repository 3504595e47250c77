#include "server/model/sigma/regex.h"

#include "server/model/sigma/regex_pass.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Longest text for the usual matcher, and its steps from one place of it: together they bound its time. Memory for its
 * way back, KiB; nested parentheses in an expression. */
enum { SHORT_MAX = 512, STEPS_MAX = 100, MEMORY_MAX = 256, NESTING_MAX = 50 };

/* What matching may cost for one record: a byte of a text for the usual matcher, PASS_COST for one in a pass. */
enum { RECORD_COST_MAX = 4 * 1024 * 1024, PASS_COST = 4 };

struct sigma_regex {
	pcre2_code *code;
	struct regex_pass *pass; /* NULL: too large for it */
};

struct sigma_regex_memory {
	pcre2_match_data *data;
	pcre2_match_context *context;
	struct regex_pass_memory *pass;
	size_t cost; /* of this record */
};

/* ----------------------------------------------------------------------------------------------------- what is allowed
 */

/* Behind "(?": ':' or options with ':' or ')'. */
static int check_group(struct slice rest, struct err *why)
{
	size_t i = 0;

	while (i < rest.len && rest.ptr[i] && memchr("ims-", rest.ptr[i], 4))
		i++;
	if (i < rest.len && (rest.ptr[i] == ':' || (rest.ptr[i] == ')' && i > 0)))
		return 0;
	return err_set(why, ERR_CONFIG,
		       "(?%.*s... is not supported in regular expressions (no looking around, no named groups)",
		       rest.len ? 1 : 0, (const char *)rest.ptr);
}

/* Behind a backslash. */
static int check_escape(struct slice rest, struct err *why)
{
	static const char letters[] = "dDwWsSbBhHvVnrtfaexAzZ";
	uint8_t c = rest.len ? rest.ptr[0] : 0;

	if (!rest.len)
		return err_set(why, ERR_CONFIG, "the regular expression ends with a backslash");
	if (c >= '0' && c <= '9')
		return err_set(why, ERR_CONFIG, "\\%c is not supported in regular expressions (no references back)", c);
	if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !memchr(letters, c, sizeof(letters) - 1))
		return err_set(why, ERR_CONFIG, "\\%c is not supported in regular expressions", c);
	return 0;
}

/* A class ends at the first ] that does not come first. Returns its length from behind the '['. */
static size_t class_length(struct slice rest)
{
	size_t i = 0;

	if (i < rest.len && rest.ptr[i] == '^')
		i++;
	if (i < rest.len && rest.ptr[i] == ']')
		i++;
	while (i < rest.len && rest.ptr[i] != ']')
		i += rest.ptr[i] == '\\' ? 2 : 1;
	return i < rest.len ? i : rest.len;
}

static int check_class(struct slice class, struct err *why)
{
	for (size_t i = 0; i < class.len; i++) {
		if (class.ptr[i] != '\\')
			continue;
		if (check_escape(slice_skip(class, i + 1), why) != 0)
			return -1;
		i++;
	}
	return 0;
}

static bool is_quantifier_end(uint8_t c)
{
	return c == '*' || c == '+' || c == '?' || c == '}';
}

static int check_element(struct slice rest, size_t *used, struct err *why)
{
	struct slice behind = slice_skip(rest, 1);
	uint8_t c = rest.ptr[0], next = behind.len ? behind.ptr[0] : 0;

	*used = 1;
	if (c == '\\') {
		*used = 2;
		return check_escape(behind, why);
	}
	if (c == '[') {
		size_t n = class_length(behind);

		*used = 1 + n + 1;
		return check_class(slice_take(behind, n), why);
	}
	if (c == '(' && next == '*')
		return err_set(why, ERR_CONFIG, "(*...) is not supported in regular expressions");
	if (c == '(' && next == '?')
		return check_group(slice_skip(behind, 1), why);
	if (is_quantifier_end(c) && next == '+')
		return err_set(why, ERR_CONFIG, "possessive quantifiers (%c+) are not supported", c);
	return 0;
}

static int check(struct slice text, struct err *why)
{
	if (text.len == 0)
		return err_set(why, ERR_CONFIG, "the regular expression is empty");
	if (text.len > SIGMA_REGEX_TEXT_MAX)
		return err_set(why, ERR_LIMIT, "the regular expression is longer than %d bytes", SIGMA_REGEX_TEXT_MAX);
	for (size_t i = 0, used; i < text.len; i += used)
		if (check_element(slice_skip(text, i), &used, why) != 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------- compiling
 */

static uint32_t options_of(struct sigma_regex_flags flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C;

	if (flags.ignore_case)
		options |= PCRE2_CASELESS;
	if (flags.lines)
		options |= PCRE2_MULTILINE;
	if (flags.dot_all)
		options |= PCRE2_DOTALL;
	return options;
}

static int compile(pcre2_code **out, struct slice text, uint32_t options, struct err *why)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR message[128];
	PCRE2_SIZE at;
	int error;

	if (!context)
		return err_set(why, ERR_NOMEM, "no memory for a regular expression");
	pcre2_set_parens_nest_limit(context, NESTING_MAX);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	*out = pcre2_compile(text.ptr, text.len, options, &error, &at, context);
	pcre2_compile_context_free(context);
	if (*out)
		return 0;
	pcre2_get_error_message(error, message, sizeof(message));
	return err_set(why, ERR_CONFIG, "the regular expression is not valid at character %zu: %s", at + 1,
		       (const char *)message);
}

int sigma_regex_new(struct sigma_regex **out, struct slice text, struct sigma_regex_flags flags, struct err *why)
{
	struct sigma_regex *r;

	*out = NULL;
	if (check(text, why) != 0)
		return -1;
	r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(why, ERR_NOMEM, "no memory for a regular expression");
	if (compile(&r->code, text, options_of(flags), why) != 0 ||
	    regex_pass_new(&r->pass, text, options_of(flags), why) != 0) {
		sigma_regex_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void sigma_regex_free(struct sigma_regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	regex_pass_free(r->pass);
	free(r);
}

/* ----------------------------------------------------------------------------------------------------------- matching
 */

struct sigma_regex_memory *sigma_regex_memory_new(void)
{
	struct sigma_regex_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	m->pass = regex_pass_memory_new();
	if (!m->data || !m->context || !m->pass) {
		sigma_regex_memory_free(m);
		return NULL;
	}
	pcre2_set_match_limit(m->context, STEPS_MAX);
	pcre2_set_depth_limit(m->context, STEPS_MAX);
	pcre2_set_heap_limit(m->context, MEMORY_MAX);
	return m;
}

void sigma_regex_memory_free(struct sigma_regex_memory *m)
{
	if (!m)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	regex_pass_memory_free(m->pass);
	free(m);
}

void sigma_regex_memory_begin(struct sigma_regex_memory *m)
{
	m->cost = 0;
}

static bool is_limit(int got)
{
	return got == PCRE2_ERROR_MATCHLIMIT || got == PCRE2_ERROR_DEPTHLIMIT || got == PCRE2_ERROR_HEAPLIMIT ||
	       got == PCRE2_ERROR_NOMEMORY;
}

/* The quicker way, for texts on which it cannot become a long one. False: it does not tell. */
static bool match_short(const struct sigma_regex *r, struct sigma_regex_memory *m, struct slice text, bool *holds)
{
	const uint8_t *ptr = text.len ? text.ptr : (const uint8_t *)"";
	int got;

	if (text.len > SHORT_MAX)
		return false;
	m->cost += text.len;
	got = pcre2_match(r->code, ptr, text.len, 0, 0, m->data, m->context);
	*holds = got >= 0;
	return !is_limit(got);
}

bool sigma_regex_match(const struct sigma_regex *r, struct sigma_regex_memory *m, struct slice text, bool *limited)
{
	struct slice seen = slice_take(text, SIGMA_REGEX_SUBJECT_MAX);
	enum regex_pass_verdict verdict = PASS_GAVE_UP;
	bool holds;

	if (m->cost <= RECORD_COST_MAX) {
		if (match_short(r, m, text, &holds))
			return holds;
		m->cost += PASS_COST * seen.len;
		if (r->pass)
			verdict = regex_pass_match(r->pass, m->pass, seen);
	}
	if (verdict == PASS_GAVE_UP || (verdict == PASS_NO && seen.len < text.len))
		*limited = true;
	return verdict == PASS_YES;
}
