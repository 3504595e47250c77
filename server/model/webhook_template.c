/* Shapes of chat rooms: JSON with names in it. */
#include "lib/json_write.h"
#include "server/model/notice.h"
#include "server/model/webhook.h"

#include <jansson.h>

/* Each room's own: Slack's incoming webhooks, a Teams workflow that posts an Adaptive Card, LINE WORKS' Incoming
 * Webhook. The text holds the links as well: no shape depends on there being one. */
static const struct shape {
	const char *kind, *template;
} shapes[] = {
	{ "slack", "{\"text\": \"*{{subject}}*\\n{{text}}\", \"unfurl_links\": false}" },
	{ "teams",
	  "{\"type\": \"message\", \"attachments\": [{\"contentType\": \"application/vnd.microsoft.card.adaptive\", "
	  "\"content\": {\"$schema\": \"http://adaptivecards.io/schemas/adaptive-card.json\", "
	  "\"type\": \"AdaptiveCard\", \"version\": \"1.4\", \"body\": ["
	  "{\"type\": \"TextBlock\", \"size\": \"Medium\", \"weight\": \"Bolder\", \"wrap\": true, \"text\": "
	  "\"{{subject}}\"}, "
	  "{\"type\": \"TextBlock\", \"wrap\": true, \"text\": \"{{text}}\"}], "
	  "\"actions\": [{\"type\": \"Action.OpenUrl\", \"title\": \"Hinomi\", \"url\": \"{{open}}\"}]}}]}" },
	{ "lineworks", "{\"title\": \"{{subject}}\", \"body\": {\"text\": \"{{text}}\"}}" },
};

const char *chat_template_shipped(const char *channel_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (strcmp(shapes[i].kind, channel_kind) == 0)
			return shapes[i].template;
	return NULL;
}

/* ------------------------------------------------------------------------------------------------------------ names */

static bool is_known(struct slice name)
{
	static const char *const own[] = { "subject", "text", "link", "open", "kind" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (slice_is(name, own[i]))
			return true;
	for (size_t i = 0; i < notice_kind_count; i++)
		if (notice_kind_knows(&notice_kinds[i], name))
			return true;
	return false;
}

struct values {
	const struct webhook_event *event;
	const json_t *facts;
};

static struct slice fact(const struct values *v, struct slice name, char number[24])
{
	char key[64];
	const json_t *value;

	snprintf(key, sizeof(key), "%.*s", (int)name.len, (const char *)name.ptr);
	value = json_object_get(v->facts, key);
	if (json_is_integer(value)) {
		snprintf(number, 24, "%lld", (long long)json_integer_value(value));
		return slice_of_string(number);
	}
	return json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value))
				     : (struct slice){ 0 };
}

static struct slice value_of(const struct values *v, struct slice name, char number[24])
{
	const struct webhook_event *e = v->event;
	struct slice url = fact(v, SLICE_LITERAL("url"), number);

	if (slice_is(name, "subject"))
		return slice_of_string(e->subject);
	if (slice_is(name, "text"))
		return slice_of_string(e->body);
	if (slice_is(name, "link"))
		return slice_of_string(e->link);
	if (slice_is(name, "kind"))
		return slice_of_string(e->kind);
	if (!slice_is(name, "open"))
		return fact(v, name, number);
	if (e->link)
		return slice_of_string(e->link);
	return url.len ? url : slice_of_string(e->home);
}

/* --------------------------------------------------------------------------------------------------------- escaping */

enum flavour { FLAVOUR_PLAIN, FLAVOUR_SLACK, FLAVOUR_TEAMS };

static void put_slack(uint8_t c, struct buffer *out)
{
	if (c == '&')
		buffer_put_string(out, "&amp;");
	else if (c == '<')
		buffer_put_string(out, "&lt;"); /* <!channel> wakes everybody, <url|text> hides where it leads */
	else if (c == '>')
		buffer_put_string(out, "&gt;");
	else
		buffer_put_byte(out, c);
}

static void put_teams(uint8_t c, struct buffer *out)
{
	if (c == '\n')
		buffer_put_string(out, "\n\n"); /* one is a blank in its Markdown */
	else if (c == '[' || c == ']')
		buffer_printf(out, "\\%c", c);
	else
		buffer_put_byte(out, c);
}

/* A value in a JSON string: without the quotes. */
static void put_value(struct slice value, enum flavour flavour, struct buffer *out)
{
	struct buffer marked = { 0 }, quoted = { 0 };

	for (size_t i = 0; i < value.len; i++) {
		if (flavour == FLAVOUR_SLACK)
			put_slack(value.ptr[i], &marked);
		else if (flavour == FLAVOUR_TEAMS)
			put_teams(value.ptr[i], &marked);
		else
			buffer_put_byte(&marked, value.ptr[i]);
	}
	json_escape(&quoted, buffer_slice(&marked));
	if (marked.failed || quoted.failed || quoted.len < 2)
		out->failed = true;
	else
		buffer_put(out, quoted.data + 1, quoted.len - 2);
	buffer_release(&marked);
	buffer_release(&quoted);
}

static struct slice cut(struct slice s, size_t most)
{
	size_t n = most;

	if (s.len <= most)
		return s;
	while (n > 0 && (s.ptr[n] & 0xc0) == 0x80)
		n--;
	return slice_take(s, n);
}

/* -------------------------------------------------------------------------------------------------------- rendering */

static size_t find_pair(struct slice s, char byte)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.ptr[i] == (uint8_t)byte && s.ptr[i + 1] == (uint8_t)byte)
			return i;
	return s.len;
}

static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || s.ptr[i] == '_'))
			return false;
	return s.len > 0;
}

/* The next name between braces; what stands before it goes to `before`. False: there is none. Braces around something
 * else are JSON's own: {"a": {"b": {}}} ends in a pair of them. */
static bool next_name(struct slice *rest, struct slice *before, struct slice *name)
{
	struct slice whole = *rest, at = *rest;

	for (;;) {
		size_t open = find_pair(at, '{'), close;

		at = slice_skip(at, open);
		if (at.len < 4)
			break;
		close = find_pair(at, '}');
		*name = slice_trim(slice_skip(slice_take(at, close), 2));
		if (close < at.len && is_name(*name)) {
			*before = slice_take(whole, whole.len - at.len);
			*rest = slice_skip(at, close + 2);
			return true;
		}
		at = slice_skip(at, 1);
	}
	*before = whole;
	*rest = slice_skip(whole, whole.len);
	return false;
}

static void render(struct slice template, const struct values *v, enum flavour flavour, struct buffer *out)
{
	struct slice before, name;
	char number[24];

	while (next_name(&template, &before, &name)) {
		buffer_put_slice(out, before);
		if (out->len <= CHAT_BODY_MAX)
			put_value(cut(value_of(v, name, number), CHAT_VALUE_MAX), flavour, out);
	}
	buffer_put_slice(out, before);
}

static int check_json(struct slice text, size_t flags, const char *when, struct err *why)
{
	json_error_t error;
	json_t *value = json_loadb((const char *)text.ptr, text.len, flags, &error);

	if (!value)
		return err_set(why, ERR_USAGE, "%s it is no JSON: line %d: %s", when, error.line, error.text);
	json_decref(value);
	return text.len <= CHAT_BODY_MAX ? 0 : err_set(why, ERR_USAGE, "%s it is too long", when);
}

static int check_names(struct slice template, struct err *why)
{
	struct slice before, name;
	bool more;

	do {
		size_t braces;

		more = next_name(&template, &before, &name);
		braces = find_pair(before, '{');
		if (braces < before.len)
			return err_set(why, ERR_USAGE, "'%.*s' is no name in two braces: write {{subject}}",
				       before.len - braces < 40 ? (int)(before.len - braces) : 40,
				       (const char *)before.ptr + braces);
		if (more && !is_known(name))
			return err_set(why, ERR_USAGE, "no notice has {{%.*s}}", name.len < 40 ? (int)name.len : 40,
				       (const char *)name.ptr);
	} while (more);
	return 0;
}

static int try_values(struct slice template, const struct values *v, const char *when, struct err *why)
{
	struct buffer out = { 0 };
	int failed;

	render(template, v, FLAVOUR_PLAIN, &out);
	failed = out.failed ? err_set(why, ERR_NOMEM, "no memory for a template")
			    : check_json(buffer_slice(&out), JSON_REJECT_DUPLICATES, when, why);
	buffer_release(&out);
	return failed;
}

/* Every value is of letters that JSON escapes, or that would end a string. */
static json_t *awkward_facts(void)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < notice_kind_count; i++)
		for (size_t n = 0; notice_kinds[i].names[n]; n++)
			json_object_set_new(facts, notice_kinds[i].names[n], json_string("x\"\\\n, {"));
	return facts;
}

int webhook_template_check(struct slice template, struct err *why)
{
	static const struct webhook_event nothing = { .id = "", .kind = "", .subject = "", .body = "" };
	static const struct webhook_event something = {
		.id = "", .kind = "page", .subject = "x\"\\\n", .body = "x\"\\\n", .link = "https://soc.example.jp/a/x"
	};
	struct values empty = { .event = &nothing }, full = { .event = &something };
	json_t *facts;
	int failed;

	if (template.len > CHAT_TEMPLATE_MAX)
		return err_set(why, ERR_USAGE, "the template has %zu bytes, more than %d", template.len,
			       CHAT_TEMPLATE_MAX);
	if (check_names(template, why) != 0)
		return -1;
	facts = awkward_facts();
	full.facts = facts;
	failed = try_values(template, &full, "with its values", why) != 0 ||
		 try_values(template, &empty, "without values", why) != 0;
	json_decref(facts);
	return failed ? -1 : 0;
}

int chat_body(const char *channel_kind, const char *template, const struct webhook_event *event, struct buffer *out,
	      struct err *why)
{
	json_t *facts = json_loadb((const char *)event->facts.ptr, event->facts.len, 0, NULL);
	struct values values = { .event = event, .facts = facts };
	enum flavour flavour = strcmp(channel_kind, "slack") == 0   ? FLAVOUR_SLACK
			       : strcmp(channel_kind, "teams") == 0 ? FLAVOUR_TEAMS
								    : FLAVOUR_PLAIN;
	size_t from = out->len;

	render(slice_of_string(template), &values, flavour, out);
	json_decref(facts);
	if (out->failed)
		return err_set(why, ERR_NOMEM, "no memory for a notice");
	return check_json(slice_skip(buffer_slice(out), from), 0, "as sent", why);
}
