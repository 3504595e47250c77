#include "server/model/rule_hits.h"

#include <math.h>

#include "lib/json_write.h"

enum { RULES_MAX = sizeof(((struct rule_hits *)NULL)->rules) / sizeof(int64_t), NUMBER_TEXT_MAX = 64 };

/* ------------------------------------------------------------------------------------------------------------ writing
 */

/* Without printf: this is written for every record that a rule matches. */
static void put_integer(struct buffer *out, int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[20];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		buffer_put_byte(out, '-');
	buffer_put(out, digits + n, sizeof digits - n);
}

static void put_member(struct buffer *out, const char *name, int64_t value)
{
	buffer_put_string(out, name);
	put_integer(out, value);
}

static size_t write_rules(const struct sigma_set *set, const struct sigma_matches *matches,
			  const struct rule_indicators *indicators, struct buffer *out)
{
	size_t written = 0, left_out = 0;

	buffer_put_string(out, ",\"rules\":[");
	if (indicators && indicators->count && indicators->rule_id) {
		put_integer(out, indicators->rule_id);
		written++;
	}
	for (size_t i = 0; i < matches->count; i++) {
		int64_t rule_id = sigma_set_rule(set, matches->rules[i])->rule_id;

		if (!rule_id || written == RULES_MAX) {
			left_out++;
			continue;
		}
		if (written++)
			buffer_put_byte(out, ',');
		put_integer(out, rule_id);
	}
	buffer_put_byte(out, ']');
	return left_out;
}

static void write_indicators(const struct rule_indicators *indicators, struct buffer *out)
{
	buffer_put_string(out, ",\"i\":[");
	for (size_t i = 0; i < indicators->count; i++) {
		if (i)
			buffer_put_byte(out, ',');
		put_integer(out, indicators->ids[i]);
	}
	buffer_put_byte(out, ']');
}

static void write_hit(int64_t rule_id, const struct sigma_hit *hit, struct buffer *out)
{
	put_member(out, "{\"c\":", rule_id);
	put_member(out, ",\"n\":", hit->rule_no);
	put_member(out, ",\"k\":", hit->state_key);
	buffer_put_string(out, ",\"g\":");
	buffer_put_slice(out, hit->group);
	if (!isnan(hit->number))
		buffer_printf(out, ",\"v\":%.17g", hit->number);
	if (hit->value_key)
		put_member(out, ",\"x\":", hit->value_key);
	buffer_put_byte(out, '}');
}

static size_t write_hits(const struct sigma_set *set, const struct sigma_hits *hits, size_t start, struct buffer *out)
{
	size_t written = 0, left_out = 0;

	buffer_put_string(out, ",\"hits\":[");
	for (size_t i = 0; i < hits->count; i++) {
		size_t rule = sigma_set_correlation(set, hits->items[i].correlation)->rule, before = out->len;
		int64_t rule_id = sigma_set_rule(set, rule)->rule_id;

		if (!rule_id) {
			left_out++;
			continue;
		}
		if (written)
			buffer_put_byte(out, ',');
		write_hit(rule_id, &hits->items[i], out);
		/* Two bytes close the list and the object. */
		if (out->len - start > RULE_HITS_MAX - 2) {
			out->len = before;
			left_out++;
		} else {
			written++;
		}
	}
	buffer_put_byte(out, ']');
	return left_out;
}

size_t rule_hits_write(const struct sigma_set *set, int64_t version, const struct sigma_matches *matches,
		       const struct sigma_hits *hits, const struct rule_indicators *indicators, struct buffer *out)
{
	size_t start = out->len, left_out;
	bool met = indicators && indicators->count && indicators->rule_id;

	if (!matches->count && !hits->count && !met)
		return 0;
	put_member(out, "{\"set\":", version);
	left_out = write_rules(set, matches, indicators, out);
	if (met)
		write_indicators(indicators, out);
	if (hits->count)
		left_out += write_hits(set, hits, start, out);
	buffer_put_byte(out, '}');
	return left_out;
}

/* ------------------------------------------------------------------------------------------------------------ reading
 */

static bool read_integer(const struct json_reader *r, uint32_t object, const char *name, int64_t *out)
{
	uint32_t i = json_read_member(r, object, slice_of_string(name));

	return json_read_is(r, i, JSON_KIND_NUMBER) && json_read_integer(r, i, out);
}

/* A list of numbers above 0; absent: none. */
static bool read_numbers(const struct json_reader *r, const char *name, int64_t *out, size_t most, size_t *count)
{
	uint32_t list = json_read_member(r, 0, slice_of_string(name));

	*count = 0;
	if (list == JSON_NONE)
		return true;
	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return false;
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next) {
		if (*count == most || !json_read_is(r, i, JSON_KIND_NUMBER) || !json_read_integer(r, i, &out[*count]) ||
		    out[*count] <= 0)
			return false;
		++*count;
	}
	return true;
}

static bool read_real(struct slice text, double *out)
{
	char copy[NUMBER_TEXT_MAX];

	if (text.len >= sizeof copy)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*out = strtod(copy, NULL);
	return isfinite(*out);
}

static bool read_hit(const struct json_reader *r, uint32_t object, struct rule_hit *hit)
{
	uint32_t group = json_read_member(r, object, SLICE_LITERAL("g")),
		 number = json_read_member(r, object, SLICE_LITERAL("v"));
	int64_t rule_no;

	*hit = (struct rule_hit){ .number = NAN };
	if (!read_integer(r, object, "c", &hit->correlation_id) || hit->correlation_id <= 0 ||
	    !read_integer(r, object, "n", &rule_no) || rule_no < 0 || rule_no >= SIGMA_CORRELATED_MAX ||
	    !read_integer(r, object, "k", &hit->state_key) || !hit->state_key ||
	    !json_read_is(r, group, JSON_KIND_OBJECT))
		return false;
	hit->rule_no = (uint16_t)rule_no;
	hit->group = json_read_raw(r, group);
	if (number != JSON_NONE &&
	    !(json_read_is(r, number, JSON_KIND_NUMBER) && read_real(json_read_raw(r, number), &hit->number)))
		return false;
	return json_read_member(r, object, SLICE_LITERAL("x")) == JSON_NONE ||
	       read_integer(r, object, "x", &hit->value_key);
}

static size_t count_elements(const struct json_reader *r, uint32_t list)
{
	size_t n = 0;

	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next)
		n++;
	return n;
}

static int read_hits(const struct json_reader *r, struct rule_hits *out, struct err *why)
{
	uint32_t list = json_read_member(r, 0, SLICE_LITERAL("hits"));

	if (list == JSON_NONE)
		return 0;
	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return err_set(why, ERR_CORRUPT, "rule hits: 'hits' is no list");
	if (!count_elements(r, list))
		return 0;
	out->hits = calloc(count_elements(r, list), sizeof *out->hits);
	if (!out->hits)
		return err_set(why, ERR_NOMEM, "no memory for rule hits");
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next)
		if (!read_hit(r, i, &out->hits[out->hit_count++]))
			return err_set(why, ERR_CORRUPT, "rule hits: hit %zu is not understood", out->hit_count);
	return 0;
}

static int read_members(const struct json_reader *r, struct rule_hits *out, struct err *why)
{
	if (!json_read_is(r, 0, JSON_KIND_OBJECT))
		return err_set(why, ERR_CORRUPT, "rule hits are no object");
	if (!read_integer(r, 0, "set", &out->version) || out->version < 0)
		return err_set(why, ERR_CORRUPT, "rule hits without the version of the rule set");
	if (!read_numbers(r, "rules", out->rules, RULES_MAX, &out->rule_count) ||
	    !read_numbers(r, "i", out->indicators, RULE_HITS_INDICATORS_MAX, &out->indicator_count))
		return err_set(why, ERR_CORRUPT, "rule hits: 'rules' or 'i' is no list of numbers");
	return read_hits(r, out, why);
}

int rule_hits_read(struct slice text, struct rule_hits *out, struct err *why)
{
	struct json_reader r = { .capacity = (uint32_t)(text.len / 2 + 2) };
	int result = -1;

	*out = (struct rule_hits){ 0 };
	if (text.len > RULE_HITS_MAX)
		return err_set(why, ERR_CORRUPT, "rule hits of %zu bytes, more than are written", text.len);
	/* Every second byte begins a value at most. */
	r.tokens = malloc(r.capacity * sizeof *r.tokens);
	if (!r.tokens)
		return err_set(why, ERR_NOMEM, "no memory for rule hits");
	if (json_read(&r, text) != JSON_OK)
		err_set(why, ERR_CORRUPT, "rule hits are not JSON");
	else
		result = read_members(&r, out, why);
	free(r.tokens);
	if (result)
		rule_hits_release(out);
	return result;
}

void rule_hits_release(struct rule_hits *h)
{
	free(h->hits);
	h->hits = NULL;
	h->hit_count = 0;
}
