#include "server/api/channel_body.h"

#include "lib/random.h"
#include "server/api/body_members.h"
#include "server/api/channel_address.h"
#include "server/model/webhook.h"

enum {
	NAME_MOST = 100,
	ADDRESS_MOST = 2000,
	POSITION_MOST = 100,
	SECRET_MOST = 200,
	ROUTING_KEY_LEAST = 20,
	DRAWN = 32
};

static const char *const kinds[] = { "mail", "webhook", "pagerduty", "slack", "teams", "lineworks", "command" };
static const char *const languages[] = { "ja", "en" };

void channel_wish_release(struct channel_wish *wish)
{
	buffer_release(&wish->secret);
}

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

static bool refuse_reason(struct call *call, const char *name, const char *reason)
{
	call_refuse_reason(call, name, FAULT_MALFORMED, reason);
	return false;
}

/* A word of a list; absent: *out stays. */
static bool read_word(struct call *call, const char *name, const char *const *words, size_t count, const char **out)
{
	const char *text;

	if (body_kind(&call->body, name) == BODY_ABSENT)
		return true;
	text = body_text(&call->body, name);
	for (size_t i = 0; text && i < count; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = words[i];
			return true;
		}
	}
	return refuse(call, name, FAULT_CHOICE);
}

/* ------------------------------------------------------------------------------------------------------------ secrets
 */

static bool is_webhook(const struct channel_wish *wish)
{
	return strcmp(wish->content.kind, "webhook") == 0;
}

static void draw_secret(struct channel_wish *wish)
{
	uint8_t bytes[DRAWN];

	random_bytes(bytes, sizeof(bytes));
	buffer_put(&wish->secret, bytes, sizeof(bytes));
	wish->made = true;
}

static bool is_routing_key(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len >= ROUTING_KEY_LEAST && len <= SECRET_MOST;
}

/* The text of member `secret`, by kind. */
static bool take_secret(struct call *call, const char *text, struct channel_wish *wish)
{
	if (is_webhook(wish))
		return webhook_secret_read(slice_of_string(text), &wish->secret)
			   ? true
			   : refuse_reason(call, "secret", "whsec_ and 24 to 64 bytes in base64 were expected");
	if (strcmp(wish->content.kind, "pagerduty") != 0)
		return refuse_reason(call, "secret", "a channel of this kind has none");
	if (!is_routing_key(text))
		return refuse_reason(call, "secret",
				     "the routing key of the other side was expected: 20 to 200 characters");
	buffer_put_string(&wish->secret, text);
	return true;
}

static bool read_secret(struct call *call, struct channel_wish *wish, bool is_new)
{
	enum body_kind kind = body_kind(&call->body, "secret");
	bool draw = false;
	const char *text;

	if (!body_members_bool(call, "new_secret", &draw))
		return false;
	if (kind == BODY_ABSENT || kind == BODY_NULL) {
		if (draw && !is_webhook(wish))
			return refuse_reason(call, "new_secret", "a channel of this kind has none of ours");
		if (is_webhook(wish) && (is_new || draw))
			draw_secret(wish);
		else if (is_new && strcmp(wish->content.kind, "pagerduty") == 0)
			return refuse(call, "secret", FAULT_MISSING);
	} else {
		text = body_text(&call->body, "secret");
		if (!text)
			return refuse(call, "secret", FAULT_TYPE);
		if (!take_secret(call, text, wish))
			return false;
	}
	wish->content.secret = wish->secret.len ? buffer_slice(&wish->secret) : slice_of(NULL, 0);
	return true;
}

/* ------------------------------------------------------------------------------------------------- the other members
 */

static bool is_chat(const char *kind)
{
	return strcmp(kind, "slack") == 0 || strcmp(kind, "teams") == 0 || strcmp(kind, "lineworks") == 0;
}

/* Refused when it is saved, not at three in the morning. */
static bool check_template(struct call *call, const struct channel_content *content)
{
	struct err why = { 0 };

	if (!content->template)
		return true;
	if (!is_chat(content->kind))
		return refuse_reason(call, "template", "only slack, teams and lineworks have one");
	return webhook_template_check(slice_of_string(content->template), &why) == 0
		   ? true
		   : refuse_reason(call, "template", why.text);
}

static bool check_address(struct call *call, struct channel_content *content)
{
	const struct settings *s = call->api->settings;
	enum channel_address verdict;

	if (strcmp(content->kind, "pagerduty") == 0 && !*content->address)
		content->address = s->escalator.pagerduty_url;
	verdict = channel_address_check(content->kind, content->address, &s->escalator.networks);
	return verdict == CHANNEL_ADDRESS_GOOD ? true : refuse_reason(call, "address", channel_address_fault(verdict));
}

static bool check_kind(struct call *call, const struct channel_content *content)
{
	if (strcmp(content->kind, "command") != 0)
		return true;
	if (content->user_id)
		return refuse_reason(call, "kind", "a command is no person's: make it a shared channel");
	return *call->api->settings->escalator.command
		   ? true
		   : refuse_reason(call, "kind", "escalator.command is not set: commands are off on this server");
}

static bool read_common(struct call *call, struct channel_wish *wish, bool is_new)
{
	struct channel_content *c = &wish->content;
	const char *name = c->name, *address = c->address;

	if (!call_text(call, "name", 1, NAME_MOST, is_new, &name) ||
	    !call_text(call, "address", 0, ADDRESS_MOST, is_new, &address) ||
	    !body_members_nullable_text(call, "template", CHAT_TEMPLATE_MAX, &c->template) ||
	    !read_word(call, "language", languages, ARRAY_LEN(languages), &c->language) ||
	    !body_members_integer(call, "position", 1, POSITION_MOST, &c->position) ||
	    !body_members_bool(call, "enabled", &c->enabled))
		return false;
	if (name)
		c->name = name;
	if (address)
		c->address = address;
	return check_kind(call, c) && check_address(call, c) && check_template(call, c) &&
	       read_secret(call, wish, is_new);
}

int channel_body_new(struct call *call, int64_t user_id, struct channel_wish *out)
{
	*out = (struct channel_wish){ .content = { .user_id = user_id, .language = "ja", .enabled = true } };
	if (!body_members_need(call, "kind") || !read_word(call, "kind", kinds, ARRAY_LEN(kinds), &out->content.kind))
		return 0;
	return read_common(call, out, true);
}

int channel_body_change(struct call *call, const struct channel_row *now, struct channel_wish *out)
{
	*out = (struct channel_wish){ .content = { .user_id = now->user_id,
						   .position = now->position,
						   .name = now->name,
						   .kind = now->kind,
						   .address = now->address,
						   .template = now->template,
						   .language = now->language,
						   .enabled = now->enabled } };
	if (!body_members_any(call, "name") || !body_members_bool(call, "end_old_secret", &out->content.end_old_secret))
		return 0;
	return read_common(call, out, false);
}
