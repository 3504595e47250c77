#include "server/model/notice.h"

#include "server/model/text_template.h"

#include <jansson.h>

/* --------------------------------------------------------------------------------------------------------- checking */

enum { WHAT_SIZE = 64 };

static struct text_template_names names_of(const struct notice_kind *kind, char what[WHAT_SIZE])
{
	snprintf(what, WHAT_SIZE, "a notice of kind %s", kind->name);
	return (struct text_template_names){ what, kind->names, NOTICE_NAMES_MAX };
}

int notice_text_check(const struct notice_kind *kind, const struct notice_text *text, struct err *why)
{
	char what[WHAT_SIZE];
	struct text_template_names names = names_of(kind, what);

	if (slice_find(text->subject, '\n') != text->subject.len ||
	    slice_find(text->subject, '\r') != text->subject.len)
		return err_set(why, ERR_USAGE, "the subject is more than one line");
	if (text_template_check(&names, "subject", text->subject, NOTICE_SUBJECT_MAX, why) != 0)
		return -1;
	if (text_template_check(&names, "body", text->body, NOTICE_TEXT_MAX, why) != 0)
		return -1;
	if (kind->answerable && !slice_contains(text->body, "{{link}}"))
		return err_set(why, ERR_USAGE, "the body has no {{link}}: nobody could answer from it");
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- rendering */

static struct slice fact(const json_t *facts, struct slice name, char number[24])
{
	char key[64];
	const json_t *value;

	if (name.len >= sizeof(key))
		return (struct slice){ 0 };
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	value = json_object_get(facts, key);
	if (json_is_string(value))
		return slice_trim(slice_of(json_string_value(value), json_string_length(value)));
	if (!json_is_integer(value))
		return (struct slice){ 0 };
	snprintf(number, 24, "%lld", (long long)json_integer_value(value));
	return slice_of_string(number);
}

/* Facts that are lines; the others are one, whatever they hold: what an alert or another system calls itself must not
 * write lines of the notice, with a link to answer that is not ours. */
static bool may_have_lines(struct slice name)
{
	static const char *const names[] = { "details", "others",   "list", "asked",  "what",   "advice",
					     "answer",  "question", "task", "change", "reason", "place" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(name, names[i]))
			return true;
	return false;
}

/* Where values are looked up. */
struct facts {
	const json_t *object;
	char number[24];
};

static struct slice find_fact(void *context, struct slice name, bool *lines)
{
	struct facts *facts = context;

	*lines = may_have_lines(name);
	return fact(facts->object, name, facts->number);
}

/* Cut at the limit, between characters, with a sign of it. */
static void cut(struct buffer *out, size_t limit)
{
	if (out->failed || out->len <= limit)
		return;
	out->len = limit - 3;
	while (out->len && (out->data[out->len] & 0xc0) == 0x80)
		out->len--;
	buffer_put_string(out, "\xe2\x80\xa6");
}

enum { FACTS_MAX = 256 << 10 };

static json_t *load(struct slice facts, struct err *why)
{
	json_t *object =
	    facts.len <= FACTS_MAX ? json_loadb((const char *)facts.ptr, facts.len, JSON_ALLOW_NUL, NULL) : NULL;

	if (json_is_object(object))
		return object;
	json_decref(object);
	err_set(why, ERR_CORRUPT, "the facts of a notice are no JSON object");
	return NULL;
}

int notice_render(const struct notice_kind *kind, const struct notice_text *text, struct slice facts,
		  struct buffer *subject, struct buffer *body, struct err *why)
{
	json_t *object = load(facts, why);
	struct facts known = { .object = object };
	char what[WHAT_SIZE];
	struct text_template_names names = names_of(kind, what);
	struct text_template_values values = { find_fact, &known, &names, NOTICE_TEXT_MAX };

	if (!object)
		return -1;
	buffer_clear(subject);
	buffer_clear(body);
	text_template_line(&values, text->subject, false, subject);
	text_template_trim(subject, 0);
	cut(subject, NOTICE_SUBJECT_MAX);
	text_template_body(&values, text->body, body);
	cut(body, NOTICE_TEXT_MAX - 1);
	buffer_put_byte(body, '\n');
	json_decref(object);
	if (subject->failed || body->failed)
		return err_set(why, ERR_NOMEM, "no memory for a notice");
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- completing */

const char *notice_severity_word(int64_t severity, bool japanese)
{
	static const char *const words[5][2] = {
		{ "Critical", "緊急" }, { "High", "高" }, { "Medium", "中" }, { "Low", "低" }, { "Information", "情報" }
	};

	return words[severity >= 1 && severity <= 5 ? severity - 1 : 4][japanese];
}

static bool set_text(json_t *object, const char *name, const char *value)
{
	return !value || !*value || json_object_set_new(object, name, json_string(value)) == 0;
}

static bool set_word(json_t *object, const char *name, bool japanese)
{
	const json_t *value = json_object_get(object, name);

	return !json_is_integer(value) ||
	       set_text(object, name, notice_severity_word(json_integer_value(value), japanese));
}

static bool set_url(json_t *object, const char *public_url)
{
	const char *path = json_string_value(json_object_get(object, "url"));

	if (!path || *path != '/' || !public_url)
		return true;
	return json_object_set_new(object, "url", json_sprintf("%s%s", public_url, path)) == 0;
}

int notice_complete(struct slice facts, const struct notice_sender *sender, struct buffer *out, struct err *why)
{
	json_t *object = load(facts, why);
	char *text = NULL;

	if (!object)
		return -1;
	if (set_text(object, "link", sender->link) && set_text(object, "desk_phone", sender->desk_phone) &&
	    set_text(object, "desk_mail", sender->desk_mail) && set_text(object, "sender", sender->sender) &&
	    set_text(object, "attached", sender->attached) && set_text(object, "too_large", sender->too_large) &&
	    set_url(object, sender->public_url) && set_word(object, "severity", sender->japanese) &&
	    set_word(object, "was", sender->japanese))
		text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (text)
		buffer_put_string(out, text);
	free(text);
	return text && !out->failed ? 0 : err_set(why, ERR_NOMEM, "no memory for a notice");
}
