/* The detail of a cause as JSON, and back. */
#include "server/model/cause.h"

#include "lib/json_write.h"

#include <jansson.h>
#include <math.h>

/* ---------------------------------------------------------------------------------------------------------- writing */

static void put_json(struct json_writer *w, const char *key, struct slice json)
{
	if (json.ptr)
		json_put_raw(w, key, json);
}

static void put_rules(struct json_writer *w, const char *key, const struct cause *c)
{
	json_open_array(w, key);
	for (size_t i = 0; i < c->rule_count; i++) {
		const struct cause_rule *r = &c->rules[i];

		json_open_object(w, NULL);
		json_put_integer(w, "no", r->no);
		json_put_integer(w, "rule_id", r->rule_id);
		json_put_slice(w, "title", r->title.ptr ? r->title : SLICE_LITERAL(""));
		json_put_integer(w, "hits", r->hits);
		json_put_time(w, "first_ts", r->first);
		json_put_time(w, "last_ts", r->last);
		json_put_integer(w, "alert_id", r->alert_id);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_alerts(struct json_writer *w, const struct cause *c)
{
	json_open_array(w, "alerts");
	for (size_t i = 0; i < c->alert_count; i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", c->alerts[i].id);
		json_put_time(w, "ts", c->alerts[i].ts);
		json_close_object(w);
	}
	json_close_array(w);
}

void cause_write_detail(const struct cause *c, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	if (c->title.ptr)
		json_put_slice(&w, "title", c->title);
	put_json(&w, "group", c->group);
	put_json(&w, "condition", c->condition);
	if (!isnan(c->measured)) {
		json_put_real(&w, "measured", c->measured);
		json_put_bool(&w, "least_is_best", c->least_is_best);
	}
	put_json(&w, "about", c->about);
	if (c->is_story)
		json_put_bool(&w, "story", true);
	if (c->is_whole)
		json_put_bool(&w, "whole", true);
	put_alerts(&w, c);
	if (c->rule_count)
		put_rules(&w, "rules", c);
	json_close_object(&w);
}

void cause_write_story(const struct cause *c, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "rule_id", c->rule_id);
	json_put_integer(&w, "group_key", c->group_key);
	json_put_slice(&w, "title", c->title.ptr ? c->title : SLICE_LITERAL(""));
	put_json(&w, "group", c->group);
	put_rules(&w, "steps", c);
	json_close_object(&w);
}

/* ---------------------------------------------------------------------------------------------------------- reading */

static bool take_text(struct slice *out, const char *text, size_t len, struct pool *pool)
{
	char *copy = pool_string(pool, slice_of(text, len));

	if (copy)
		*out = slice_of(copy, len);
	return copy != NULL;
}

/* A member that is kept as JSON. False when memory is short. */
static bool read_json(const json_t *object, const char *key, struct slice *out, struct pool *pool)
{
	const json_t *value = json_object_get(object, key);
	char *text;
	bool good;

	if (!value)
		return true;
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	good = text && take_text(out, text, strlen(text), pool);
	free(text);
	return good;
}

static bool read_text(const json_t *object, const char *key, struct slice *out, struct pool *pool)
{
	const json_t *value = json_object_get(object, key);

	return !json_is_string(value) || take_text(out, json_string_value(value), json_string_length(value), pool);
}

static bool read_time(const json_t *object, const char *key, time_us *out)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) &&
	       time_parse(slice_of(json_string_value(value), json_string_length(value)), 0, out);
}

static bool read_alerts(const json_t *list, struct cause *c)
{
	if (json_array_size(list) > CAUSE_ALERTS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		time_us ts;

		if (!read_time(one, "ts", &ts))
			return false;
		cause_add_alert(c, ts, json_integer_value(json_object_get(one, "id")));
	}
	return true;
}

static bool read_rules(const json_t *list, struct cause *c, struct pool *pool)
{
	size_t count = json_array_size(list);

	if (count > CAUSE_RULES_MAX)
		return false;
	c->rules = count ? pool_take_array(pool, count, sizeof(*c->rules)) : NULL;
	c->rule_count = 0;
	for (size_t i = 0; i < count && c->rules; i++) {
		const json_t *one = json_array_get(list, i);
		struct cause_rule *r = &c->rules[i];

		r->no = (uint16_t)json_integer_value(json_object_get(one, "no"));
		r->rule_id = json_integer_value(json_object_get(one, "rule_id"));
		r->hits = json_integer_value(json_object_get(one, "hits"));
		r->alert_id = json_integer_value(json_object_get(one, "alert_id"));
		if (!read_text(one, "title", &r->title, pool) || !read_time(one, "first_ts", &r->first) ||
		    !read_time(one, "last_ts", &r->last) || (i && c->rules[i - 1].no >= r->no))
			return false;
		c->rule_count++;
	}
	return c->rule_count == count;
}

static bool read_members(const json_t *detail, struct cause *c, struct pool *pool)
{
	const json_t *measured = json_object_get(detail, "measured");

	c->measured = json_is_number(measured) ? json_number_value(measured) : NAN;
	c->least_is_best = json_is_true(json_object_get(detail, "least_is_best"));
	c->is_story = json_is_true(json_object_get(detail, "story"));
	c->is_whole = json_is_true(json_object_get(detail, "whole"));
	c->alert_count = 0;
	return json_is_object(detail) && read_text(detail, "title", &c->title, pool) &&
	       read_json(detail, "group", &c->group, pool) && read_json(detail, "condition", &c->condition, pool) &&
	       read_json(detail, "about", &c->about, pool) && read_alerts(json_object_get(detail, "alerts"), c) &&
	       read_rules(json_object_get(detail, "rules"), c, pool);
}

int cause_read_detail(struct slice text, struct cause *c, struct pool *pool, struct err *why)
{
	json_t *detail = text.len ? json_loadb((const char *)text.ptr, text.len, 0, NULL) : NULL;
	bool good = detail && read_members(detail, c, pool);

	json_decref(detail);
	return good ? 0 : err_set(why, ERR_CORRUPT, "the detail of a cause is not what this program writes");
}
