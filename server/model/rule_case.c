#include "server/model/rule_case.h"

#include "lib/json_write.h"
#include "lib/yaml_tree.h"

#include <inttypes.h>
#include <stdio.h>

/* Devices of the cases stand in Japan. */
enum { ZONE = 9 * 3600, SPAN_DAYS_MOST = 400 };
#define DEFAULT_START "2026-10-05T10:00:00+09:00"

struct parser {
	struct rule_cases *out;
	const char *name;
	struct err *why;
};

static int refuse(const struct parser *p, int line, const char *reason)
{
	return err_set(p->why, ERR_CONFIG, "%s:%d: %s", p->name, line, reason);
}

static int no_memory(const struct parser *p)
{
	return err_set(p->why, ERR_NOMEM, "%s: no memory for the cases", p->name);
}

/* Whether all members of a mapping are among the names. */
static int check_members(const struct parser *p, const struct yaml_node *n, const char *const *names, size_t count)
{
	char reason[200];

	for (const struct yaml_node *c = n->first; c; c = c->next) {
		size_t i = 0;

		while (i < count && !slice_is(c->key, names[i]))
			i++;
		if (i < count)
			continue;
		snprintf(reason, sizeof(reason), "there is no key \"%.*s\" here",
			 (int)(c->key.len < 100 ? c->key.len : 100), (const char *)c->key.ptr);
		return refuse(p, c->key_line, reason);
	}
	return 0;
}

/* "90s", "10m", "2h", "3d", "250ms". */
static bool span_parse(struct slice text, time_us *out)
{
	static const struct {
		const char *unit;
		time_us length;
	} units[] = { { "ms", 1000 },
		      { "s", US_PER_SECOND },
		      { "m", 60 * US_PER_SECOND },
		      { "h", 3600 * US_PER_SECOND },
		      { "d", US_PER_DAY } };
	size_t digits = 0;
	int64_t n;

	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	if (digits == 0 || digits > 9 || !slice_to_int64(slice_take(text, digits), &n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!slice_is(slice_skip(text, digits), units[i].unit))
			continue;
		if (n > SPAN_DAYS_MOST * US_PER_DAY / units[i].length)
			return false;
		*out = n * units[i].length;
		return true;
	}
	return false;
}

static int read_span(const struct parser *p, const struct yaml_node *n, time_us *out)
{
	if (!n || (yaml_node_is(n, YAML_TREE_SCALAR) && span_parse(n->text, out)))
		return 0;
	return refuse(p, n->line, "a span of time is wanted, like 90s, 10m, 2h or 3d; at most 400d");
}

/* ------------------------------------------------------------------------------------------------------- records */

static void put_json(struct json_writer *w, const char *key, const struct yaml_node *n);

/* Digits around {n}: a number, where it is to be one in the record. */
static bool is_numbered(struct slice text)
{
	bool found = false;

	for (size_t i = 0; i < text.len; i++) {
		if (slice_starts_with(slice_skip(text, i), "{n}") && !found) {
			found = true;
			i += 2;
		} else if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
	}
	return found;
}

static void put_scalar(struct json_writer *w, const char *key, const struct yaml_node *n)
{
	int64_t integer;
	double real;
	bool boolean;

	if (yaml_node_is_null(n))
		json_put_null(w, key);
	else if (yaml_node_boolean(n, &boolean))
		json_put_bool(w, key, boolean);
	else if (yaml_node_integer(n, &integer))
		json_put_integer(w, key, integer);
	else if (yaml_node_number(n, &real))
		json_put_real(w, key, real);
	else if (is_numbered(n->text))
		json_put_raw(w, key, n->text);
	else
		json_put_slice(w, key, n->text);
}

/* The depth is what the tree allows. */
static void put_children(struct json_writer *w, const struct yaml_node *n)
{
	for (const struct yaml_node *c = n->first; c; c = c->next)
		put_json(w, (const char *)c->key.ptr, c);
}

static void put_json(struct json_writer *w, const char *key, const struct yaml_node *n)
{
	switch (n->kind) {
	case YAML_TREE_SCALAR:
		put_scalar(w, key, n);
		break;
	case YAML_TREE_SEQUENCE:
		json_open_array(w, key);
		put_children(w, n);
		json_close_array(w);
		break;
	case YAML_TREE_MAPPING:
		json_open_object(w, key);
		put_children(w, n);
		json_close_object(w);
		break;
	}
}

/* The members as JSON, without the braces around them. */
static int read_eve(const struct parser *p, const struct yaml_node *n, struct rule_case_entry *e)
{
	struct buffer text = { 0 };
	struct json_writer w;
	char *copy = NULL;

	if (!yaml_node_is(n, YAML_TREE_MAPPING) || n->count == 0)
		return refuse(p, n->line, "eve wants the members of a record: {event_type: dns, ...}");
	if (yaml_node_member(n, "timestamp"))
		return refuse(p, n->line, "timestamp comes from start, at and every; leave it out");
	json_writer_init(&w, &text);
	put_json(&w, NULL, n);
	if (!text.failed && text.len >= 2)
		copy = pool_string(&p->out->pool, slice_of(text.data + 1, text.len - 2));
	e->text = slice_of(copy, copy ? text.len - 2 : 0);
	buffer_release(&text);
	return copy ? 0 : no_memory(p);
}

static int read_text(const struct parser *p, const struct yaml_node *n, struct rule_case_entry *e)
{
	const char *copy;

	if (!yaml_node_is(n, YAML_TREE_SCALAR) || n->text.len == 0)
		return refuse(p, n->line, "a record in this form is one text");
	copy = pool_string(&p->out->pool, n->text);
	e->text = slice_of_string(copy);
	return copy ? 0 : no_memory(p);
}

static int read_form(const struct parser *p, const struct yaml_node *n, struct rule_case_entry *e)
{
	static const char *const names[] = { "eve", "fortigate", "line" };
	const struct yaml_node *form = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct yaml_node *c = yaml_node_member(n, names[i]);

		if (c && form)
			return refuse(p, n->line, "one record has one form: eve, fortigate or line");
		if (!c)
			continue;
		form = c;
		e->form = (enum rule_case_form)i;
	}
	if (!form)
		return refuse(p, n->line, "a record is missing: eve, fortigate or line");
	return e->form == RULE_CASE_EVE ? read_eve(p, form, e) : read_text(p, form, e);
}

static int read_times(const struct parser *p, const struct yaml_node *n, struct rule_case_entry *e)
{
	const struct yaml_node *times = yaml_node_member(n, "times");

	e->times = 1;
	if (times && (!yaml_node_integer(times, &e->times) || e->times < 1 || e->times > RULE_CASE_TIMES_MAX))
		return refuse(p, times->line, "times wants a number from 1 to 20000");
	return read_span(p, yaml_node_member(n, "every"), &e->every);
}

static int read_entry(const struct parser *p, const struct yaml_node *n, time_us start, time_us *last,
		      struct rule_case_entry *e)
{
	static const char *const names[] = { "eve", "fortigate", "line", "at", "times", "every" };
	const struct yaml_node *at = yaml_node_member(n, "at");
	time_us offset = *last - start;

	if (!yaml_node_is(n, YAML_TREE_MAPPING))
		return refuse(p, n->line, "a record is a mapping with eve, fortigate or line");
	if (check_members(p, n, names, ARRAY_LEN(names)) != 0 || read_span(p, at, &offset) != 0 ||
	    read_form(p, n, e) != 0 || read_times(p, n, e) != 0)
		return -1;
	e->line = n->line;
	e->at = start + offset;
	if (e->every > SPAN_DAYS_MOST * US_PER_DAY / e->times)
		return refuse(p, n->line, "these records go on for more than 400 days");
	*last = rule_case_record_time(e, e->times);
	return 0;
}

static int read_entries(const struct parser *p, const struct yaml_node *n, time_us start, struct rule_case *c)
{
	struct rule_case_entry *entries;
	time_us last = start;
	size_t i = 0;

	if (!yaml_node_is(n, YAML_TREE_SEQUENCE) || n->count == 0)
		return refuse(p, n ? n->line : c->line, "a case wants a list of records");
	if (n->count > RULE_CASE_ENTRIES_MAX)
		return refuse(p, n->line, "a case has at most 1000 entries; use times");
	entries = pool_take_array(&p->out->pool, n->count, sizeof(*entries));
	if (!entries)
		return no_memory(p);
	for (const struct yaml_node *r = n->first; r; r = r->next)
		if (read_entry(p, r, start, &last, &entries[i++]) != 0)
			return -1;
	c->entries = entries;
	c->entry_count = i;
	return 0;
}

/* --------------------------------------------------------------------------------------------------------- cases */

static int read_wanted(const struct parser *p, const struct yaml_node *n, const struct rule_case_wanted **out,
		       size_t *count)
{
	struct rule_case_wanted *wanted;
	size_t i = 0;

	*out = NULL;
	*count = 0;
	if (!n)
		return 0;
	if (!yaml_node_is(n, YAML_TREE_MAPPING) || n->count == 0)
		return refuse(p, n->line, "a mapping of rule to number is wanted: {name-of-a-rule: 1}");
	wanted = pool_take_array(&p->out->pool, n->count, sizeof(*wanted));
	if (!wanted)
		return no_memory(p);
	for (const struct yaml_node *c = n->first; c; c = c->next, i++) {
		wanted[i] =
		    (struct rule_case_wanted){ .rule = pool_string(&p->out->pool, c->key), .line = c->key_line };
		if (!wanted[i].rule)
			return no_memory(p);
		if (!yaml_node_integer(c, &wanted[i].count) || wanted[i].count < 0)
			return refuse(p, c->line, "how often is a number from 0 up");
	}
	*out = wanted;
	*count = i;
	return 0;
}

static int read_start(const struct parser *p, const struct yaml_node *n, time_us *start)
{
	const struct slice text = n ? n->text : SLICE_LITERAL(DEFAULT_START);

	if (time_parse(text, ZONE, start) && *start >= 0)
		return 0;
	return refuse(p, n ? n->line : 0, "start wants a time since 1970, like " DEFAULT_START);
}

static int read_case(const struct parser *p, const struct yaml_node *n, struct rule_case *c)
{
	static const char *const names[] = { "case", "start", "records", "match", "fire" };
	const struct yaml_node *name = yaml_node_member(n, "case");
	time_us start;

	c->line = n->line;
	if (!yaml_node_is(n, YAML_TREE_MAPPING) || check_members(p, n, names, ARRAY_LEN(names)) != 0)
		return p->why->code ? -1 : refuse(p, n->line, "a case is a mapping: case, records, match, fire");
	if (!yaml_node_is(name, YAML_TREE_SCALAR) || name->text.len == 0)
		return refuse(p, n->line, "what the case shows is missing: case: in plain words");
	c->name = pool_string(&p->out->pool, name->text);
	if (!c->name)
		return no_memory(p);
	if (read_start(p, yaml_node_member(n, "start"), &start) != 0 ||
	    read_entries(p, yaml_node_member(n, "records"), start, c) != 0 ||
	    read_wanted(p, yaml_node_member(n, "match"), &c->match, &c->match_count) != 0)
		return -1;
	return read_wanted(p, yaml_node_member(n, "fire"), &c->fire, &c->fire_count);
}

static int read_cases(const struct parser *p, const struct yaml_node *n)
{
	struct rule_case *cases;
	size_t i = 0;

	if (!yaml_node_is(n, YAML_TREE_SEQUENCE) || n->next || n->count == 0)
		return refuse(p, n ? n->line : 1, "a file of cases is one list: - case: ...");
	if (n->count > RULE_CASES_MAX)
		return refuse(p, n->line, "a file has at most 1000 cases");
	cases = pool_take_array(&p->out->pool, n->count, sizeof(*cases));
	if (!cases)
		return no_memory(p);
	for (const struct yaml_node *c = n->first; c; c = c->next)
		if (read_case(p, c, &cases[i++]) != 0)
			return -1;
	p->out->items = cases;
	p->out->count = i;
	return 0;
}

int rule_cases_parse(struct rule_cases *out, struct slice text, const char *name, struct err *why)
{
	struct err own = { 0 };
	struct parser p = { .out = out, .name = name, .why = &own };
	struct yaml_tree *tree = NULL;
	int failed;

	*out = (struct rule_cases){ 0 };
	failed = yaml_tree_parse(&tree, text, name, NULL, &own);
	if (!failed)
		failed = read_cases(&p, yaml_tree_first(tree));
	yaml_tree_free(tree);
	if (failed) {
		rule_cases_release(out);
		if (why)
			*why = own;
	}
	return failed;
}

void rule_cases_release(struct rule_cases *c)
{
	pool_release(&c->pool);
	*c = (struct rule_cases){ 0 };
}

/* ------------------------------------------------------------------------------------------------ records as texts */

/* {n} becomes the number. */
static void put_numbered(struct buffer *out, struct slice text, int64_t number)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.len - i >= 3 && text.ptr[i] == '{' && text.ptr[i + 1] == 'n' && text.ptr[i + 2] == '}') {
			buffer_printf(out, "%" PRId64, number);
			i += 2;
		} else {
			buffer_put_byte(out, text.ptr[i]);
		}
	}
}

/* Date and time of day where the device stands. */
static void local_time(time_us t, char date[16], char clock[16])
{
	time_us local = t + ZONE * US_PER_SECOND;
	int64_t day = local / US_PER_DAY;
	int64_t second = local % US_PER_DAY / US_PER_SECOND;
	int year, month, day_of_month;

	civil_from_days(day, &year, &month, &day_of_month);
	snprintf(date, 16, "%04d-%02d-%02d", year % 10000, month % 100, day_of_month % 100);
	snprintf(clock, 16, "%02d:%02d:%02d", (int)(second / 3600) % 24, (int)(second / 60 % 60), (int)(second % 60));
}

void rule_case_record(const struct rule_case_entry *entry, int64_t number, struct buffer *out)
{
	time_us t = rule_case_record_time(entry, number);
	char date[16], clock[16];

	local_time(t, date, clock);
	switch (entry->form) {
	case RULE_CASE_EVE:
		buffer_printf(out, "{\"timestamp\":\"%sT%s.%06d+0900\",", date, clock, (int)(t % US_PER_SECOND));
		put_numbered(out, entry->text, number);
		buffer_put_byte(out, '}');
		break;
	case RULE_CASE_FORTIGATE:
		buffer_printf(out,
			      "date=%s time=%s devname=\"case\" devid=\"FGT60F0000000000\" eventtime=%" PRId64
			      "000 tz=\"+0900\" ",
			      date, clock, t);
		put_numbered(out, entry->text, number);
		break;
	case RULE_CASE_LINE:
		put_numbered(out, entry->text, number);
		break;
	}
}

time_us rule_case_record_time(const struct rule_case_entry *entry, int64_t number)
{
	return entry->at + (number - 1) * entry->every;
}

enum record_source rule_case_record_source(const struct rule_case_entry *entry)
{
	if (entry->form == RULE_CASE_EVE || (entry->form == RULE_CASE_LINE && entry->text.ptr[0] == '{'))
		return SOURCE_EVE;
	return SOURCE_SYSLOG;
}
