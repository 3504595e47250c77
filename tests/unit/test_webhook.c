/* What goes to other systems: signatures against the specification's own example, bodies read back by jansson, chat
 * templates good and bad, and when a failed notice is tried again. */
#include "server/model/notice.h"
#include "server/model/retry.h"
#include "server/model/webhook.h"
#include "tests/unit/suite.h"

#include <jansson.h>

static struct slice str(const char *s)
{
	return slice_of_string(s);
}

/* Key, id, time, body and signature of the reference libraries of the Standard Webhooks specification. */
START_TEST(the_known_signature)
{
	struct buffer key = { 0 }, out = { 0 };

	ck_assert(webhook_secret_read(str("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &key));
	ck_assert_uint_eq(key.len, 24);
	webhook_sign(buffer_slice(&key), (struct slice){ 0 }, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
		     str("{\"test\": 2432232314}"), &out);
	ck_assert_str_eq(buffer_string(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	/* two keys: both, the new one first */
	buffer_clear(&out);
	webhook_sign(str("another key of 24 bytes."), buffer_slice(&key), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
		     str("{\"test\": 2432232314}"), &out);
	ck_assert_uint_eq(out.len, 2 * 47 + 1);
	ck_assert_str_eq(strchr(buffer_string(&out), ' '), " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	buffer_clear(&out);
	webhook_secret_write(buffer_slice(&key), &out);
	ck_assert_str_eq(buffer_string(&out), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	buffer_release(&key);
	buffer_release(&out);
}
END_TEST

START_TEST(secrets_of_the_right_size)
{
	struct buffer key = { 0 };
	char text[120];

	ck_assert(!webhook_secret_read(str("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &key));
	ck_assert(!webhook_secret_read(str("whsec_"), &key));
	ck_assert(!webhook_secret_read(str("whsec_????"), &key));
	for (int bytes = 21; bytes <= 69; bytes += 3) {
		snprintf(
		    text, sizeof(text), "whsec_%.*s", bytes / 3 * 4,
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
		ck_assert_msg(webhook_secret_read(str(text), &key) == (bytes >= 24 && bytes <= 64), "%d", bytes);
		ck_assert_uint_eq(key.len, bytes >= 24 && bytes <= 64 ? bytes : 0);
		buffer_clear(&key);
	}
	buffer_release(&key);
}
END_TEST

static const struct webhook_event page = {
	.id = "01890a5d-ac96-774b-bcce-b302099a8057",
	.kind = "page",
	.page_id = 42,
	.severity = 1,
	.subject = "[緊急] 甲社: 通信 (INC-7)",
	.body = "内容: \"通信\"\n",
	.link = "https://h/a/x",
	.home = "https://h",
	.facts = { (const uint8_t *)"{\"title\":\"T\",\"count\":3}", 23 },
	.created_at = 1795486480 * US_PER_SECOND,
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	ck_assert_msg(text != NULL, "no %s", name);
	return text;
}

static json_t *read_json(struct buffer *body)
{
	json_t *value = json_loadb((const char *)body->data, body->len, 0, NULL);

	ck_assert_msg(json_is_object(value), "%s", buffer_string(body));
	buffer_release(body);
	return value;
}

START_TEST(an_event_of_ours)
{
	struct buffer body = { 0 };
	json_t *event, *data;

	ck_assert_uint_eq(page.facts.len, strlen((const char *)page.facts.ptr));
	webhook_body(&page, &body);
	event = read_json(&body);
	data = json_object_get(event, "data");
	ck_assert_str_eq(text_of(event, "type"), "notice.page");
	ck_assert_str_eq(text_of(event, "timestamp"), "2026-11-24T02:14:40.000000Z");
	ck_assert_str_eq(text_of(data, "id"), page.id);
	ck_assert_int_eq(json_integer_value(json_object_get(data, "page_id")), 42);
	ck_assert_int_eq(json_integer_value(json_object_get(data, "severity")), 1);
	ck_assert_str_eq(text_of(data, "subject"), page.subject);
	ck_assert_str_eq(text_of(data, "text"), page.body);
	ck_assert_str_eq(text_of(data, "link"), page.link);
	ck_assert_str_eq(text_of(json_object_get(data, "facts"), "title"), "T");
	json_decref(event);
}
END_TEST

START_TEST(no_event_is_too_long)
{
	struct webhook_event event = page;
	struct buffer body = { 0 }, text = { 0 };
	json_t *value;

	for (int i = 0; i < NOTICE_TEXT_MAX / 3; i++)
		buffer_put_string(&text, "字");
	event.body = buffer_string(&text);
	event.subject = event.body;
	webhook_body(&event, &body);
	ck_assert_uint_le(body.len, WEBHOOK_BODY_MAX);
	json_decref(read_json(&body));
	memset(text.data, '\n', text.len);
	webhook_body(&event, &body);
	ck_assert_uint_le(body.len, WEBHOOK_BODY_MAX);
	ck_assert_uint_gt(body.len, WEBHOOK_BODY_MAX / 3);
	json_decref(read_json(&body));
	pagerduty_body(&event, str("key"), "trigger", &body);
	ck_assert_uint_le(body.len, 512 << 10); /* theirs */
	value = read_json(&body);
	ck_assert_uint_le(json_string_length(json_object_get(json_object_get(value, "payload"), "summary")), 1024);
	json_decref(value);
	buffer_release(&text);
}
END_TEST

START_TEST(pagerduty_events)
{
	static const char *const words[] = { "critical", "error", "warning", "info", "info" };
	struct webhook_event event = page;
	struct buffer body = { 0 };
	json_t *value;

	for (int severity = 1; severity <= 5; severity++) {
		event.severity = severity;
		pagerduty_body(&event, str("routing"), "trigger", &body);
		value = read_json(&body);
		ck_assert_str_eq(text_of(value, "routing_key"), "routing");
		ck_assert_str_eq(text_of(value, "event_action"), "trigger");
		ck_assert_str_eq(text_of(value, "dedup_key"), "hinomi-page-42");
		ck_assert_str_eq(text_of(json_object_get(value, "payload"), "severity"), words[severity - 1]);
		ck_assert_str_eq(text_of(json_object_get(value, "payload"), "summary"), page.subject);
		ck_assert_str_eq(text_of(json_object_get(value, "payload"), "source"), "hinomi");
		ck_assert_str_eq(text_of(value, "client_url"), "https://h/a/x");
		json_decref(value);
	}
	/* the same key ends it */
	pagerduty_body(&event, str("routing"), "resolve", &body);
	value = read_json(&body);
	ck_assert_str_eq(text_of(value, "dedup_key"), "hinomi-page-42");
	ck_assert(json_object_get(value, "payload") == NULL);
	json_decref(value);
	event.page_id = 0;
	pagerduty_body(&event, str("routing"), "acknowledge", &body);
	value = read_json(&body);
	ck_assert_str_eq(text_of(value, "dedup_key"), "hinomi-notice-01890a5d-ac96-774b-bcce-b302099a8057");
	json_decref(value);
}
END_TEST

static json_t *chat(const char *kind, const char *template, const struct webhook_event *event)
{
	struct buffer body = { 0 };
	struct err why = { 0 };

	ck_assert_msg(chat_body(kind, template, event, &body, &why) == 0, "%s", why.text);
	return read_json(&body);
}

START_TEST(shapes_of_rooms)
{
	struct webhook_event event = page;
	json_t *value, *content;

	event.subject = "A <!channel> & [x](http://evil)";
	event.body = "one\ntwo";
	value = chat("slack", chat_template_shipped("slack"), &event);
	ck_assert_str_eq(text_of(value, "text"), "*A &lt;!channel&gt; &amp; [x](http://evil)*\none\ntwo");
	json_decref(value);
	value = chat("lineworks", chat_template_shipped("lineworks"), &event);
	ck_assert_str_eq(text_of(value, "title"), event.subject);
	ck_assert_str_eq(text_of(json_object_get(value, "body"), "text"), event.body);
	json_decref(value);
	value = chat("teams", chat_template_shipped("teams"), &event);
	content = json_object_get(json_array_get(json_object_get(value, "attachments"), 0), "content");
	ck_assert_str_eq(text_of(content, "type"), "AdaptiveCard");
	ck_assert_str_eq(text_of(json_array_get(json_object_get(content, "body"), 0), "text"),
			 "A <!channel> & \\[x\\](http://evil)");
	ck_assert_str_eq(text_of(json_array_get(json_object_get(content, "body"), 1), "text"), "one\n\ntwo");
	ck_assert_str_eq(text_of(json_array_get(json_object_get(content, "actions"), 0), "url"), "https://h/a/x");
	json_decref(value);
	/* without a link a card still opens something */
	event.link = NULL;
	value = chat("teams", chat_template_shipped("teams"), &event);
	content = json_object_get(json_array_get(json_object_get(value, "attachments"), 0), "content");
	ck_assert_str_eq(text_of(json_array_get(json_object_get(content, "actions"), 0), "url"), "https://h");
	json_decref(value);
	ck_assert(chat_template_shipped("webhook") == NULL && chat_template_shipped("mail") == NULL);
}
END_TEST

START_TEST(a_template_of_their_own)
{
	json_t *value =
	    chat("slack", "{\"a\": {\"b\": \"{{title}} {{ count }}x{{company}}\"}, \"c\": [\"{{kind}}\"]}", &page);

	ck_assert_str_eq(text_of(json_object_get(value, "a"), "b"), "T 3x");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(value, "c"), 0)), "page");
	json_decref(value);
}
END_TEST

static void check_refused(const char *template, const char *words)
{
	struct err why = { 0 };

	ck_assert_msg(webhook_template_check(str(template), &why) == -1, "%s", template);
	ck_assert_int_eq(why.code, ERR_USAGE);
	ck_assert_msg(strstr(why.text, words) != NULL, "'%s' does not say '%s'", why.text, words);
}

START_TEST(bad_templates_are_refused_when_saved)
{
	struct err why = { 0 };
	static const char *const good[] = { "{\"text\": \"{{subject}}\"}", "{\"a\": {\"b\": {}}}",
					    "[\"{{text}} {{url}}\"]" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(webhook_template_check(str(good[i]), &why) == 0, "%s", why.text);
	ck_assert(webhook_template_check(str(chat_template_shipped("slack")), &why) == 0);
	ck_assert(webhook_template_check(str(chat_template_shipped("teams")), &why) == 0);
	ck_assert(webhook_template_check(str(chat_template_shipped("lineworks")), &why) == 0);
	check_refused("", "no JSON");
	check_refused("hello {{subject}}", "no JSON");
	check_refused("{\"text\": \"{{subjct}}\"}", "no notice has {{subjct}}");
	check_refused("{\"text\": \"{{Subject}}\"}", "no name in two braces");
	check_refused("{\"text\": \"{{subject}\"}", "no name in two braces");
	check_refused("{\"text\": \"{{#link}}x{{/link}}\"}", "no name in two braces");
	/* outside of a string: good with some values only */
	check_refused("{\"n\": {{count}}}", "no JSON");
	check_refused("{\"text\": {{text}}}", "no JSON");
	/* an escape that the value would finish */
	check_refused("{\"text\": \"\\{{title}}\"}", "no JSON");
	check_refused("{\"text\": \"\\u{{count}}\"}", "no JSON");
	check_refused("{\"{{title}}\": 1, \"{{company}}\": 2}", "no JSON");
}
END_TEST

START_TEST(when_to_try_again)
{
	static const int64_t urgent[] = { 5, 15, 30, 60 };
	/* seconds, from the specification's table */
	static const int64_t patient[] = { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(retry_delay_ms(RETRY_URGENT, i + 1, 12345), urgent[i] * 1000);
	ck_assert_int_lt(retry_delay_ms(RETRY_URGENT, 5, 0), 0);
	for (int i = 0; i < 9; i++) {
		int64_t most = 0;

		ck_assert_int_eq(retry_delay_ms(RETRY_PATIENT, i + 1, 0), patient[i] * 1000);
		for (uint64_t r = 0; r < 1000; r++) {
			int64_t got = retry_delay_ms(RETRY_PATIENT, i + 1, r * UINT64_C(0x9e3779b97f4a7c15));

			ck_assert_int_ge(got, patient[i] * 1000);
			ck_assert_int_le(got, patient[i] * 1100);
			most = got > most ? got : most;
		}
		ck_assert_int_gt(most, patient[i] * 1090);
	}
	ck_assert_int_lt(retry_delay_ms(RETRY_PATIENT, 10, 0), 0);
	/* what the other side asks for is kept, within reason */
	ck_assert_int_eq(retry_asked_ms(RETRY_PATIENT, 1, 0, 120000), 120000);
	ck_assert_int_eq(retry_asked_ms(RETRY_PATIENT, 3, 0, 1000), 1800000);
	ck_assert_int_eq(retry_asked_ms(RETRY_PATIENT, 1, 0, INT64_MAX), 86400000);
	ck_assert_int_eq(retry_asked_ms(RETRY_URGENT, 1, 0, 20000), 20000);
	ck_assert_int_lt(retry_asked_ms(RETRY_URGENT, 1, 0, 3600000), 0);
	ck_assert_int_lt(retry_asked_ms(RETRY_URGENT, 5, 0, 1), 0);
}
END_TEST

SUITE_MAIN("webhook", the_known_signature, secrets_of_the_right_size, an_event_of_ours, no_event_is_too_long,
	   pagerduty_events, shapes_of_rooms, a_template_of_their_own, bad_templates_are_refused_when_saved,
	   when_to_try_again)
