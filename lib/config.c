#include "lib/config.h"

#include "lib/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { FILE_MOST = 1 << 20, NAME_MOST = 128, LIST_MOST = 10000 };

/* A unit behind a number: "30s", "8MiB". The scale is relative to the base unit of the type. */
struct unit {
	const char *suffix;
	int64_t scale;
};

static const struct unit duration_units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
};
static const struct unit size_units[] = {
	{ "", 1 }, { "B", 1 }, { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 }, { NULL, 0 },
};

struct loader {
	const char *name; /* of the file, for messages */
	const struct config_key *keys;
	size_t key_count;
	bool *seen; /* per key: given in the file already */
	void *settings;
	yaml_parser_t parser;
	struct err *why;
};

static void *place(void *settings, const struct config_key *key)
{
	return (char *)settings + key->offset;
}

static void list_release(struct config_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct config_list){ 0 };
}

static int list_add(struct config_list *list, struct slice item)
{
	char **items;

	if (list->len >= LIST_MOST)
		return -1;
	items = realloc(list->items, (list->len + 1) * sizeof(*items));
	if (!items)
		return -1;
	list->items = items;
	items[list->len] = slice_to_string(item);
	return items[list->len++] ? 0 : -1;
}

static int set_string(void *to, struct slice text)
{
	char **s = to;

	free(*s);
	*s = slice_to_string(text);
	return *s ? 0 : -1;
}

static int set_bool(void *to, struct slice text)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true },   { "yes", true }, { "on", true },
		      { "false", false }, { "no", false }, { "off", false } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (slice_is(text, words[i].word)) {
			*(bool *)to = words[i].value;
			return 0;
		}
	}
	return -1;
}

/* A number with one of the units, or none of them where the unit "" is listed; "0" needs no unit. */
static int read_number(struct slice text, const struct unit *units, int64_t *out)
{
	size_t digits = 0;
	int64_t number;

	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	if (!slice_to_int64(slice_take(text, digits), &number))
		return -1;
	if (number == 0 && digits == text.len) {
		*out = 0;
		return 0;
	}
	for (; units->suffix; units++)
		if (slice_is(slice_skip(text, digits), units->suffix))
			return __builtin_mul_overflow(number, units->scale, out) ? -1 : 0;
	return -1;
}

static int set_number(void *to, struct slice text, const struct config_key *key)
{
	int64_t value;
	int bad;

	if (key->type == CONFIG_INTEGER)
		bad = !slice_to_int64(text, &value);
	else
		bad = read_number(text, key->type == CONFIG_DURATION ? duration_units : size_units, &value);
	if (bad || ((key->least || key->most) && (value < key->least || value > key->most)))
		return -1;
	*(int64_t *)to = value;
	return 0;
}

static int set_list_of_words(void *to, struct slice text)
{
	struct slice rest = slice_trim(text);

	list_release(to);
	while (rest.len) {
		size_t end = slice_find(rest, ' ');

		if (list_add(to, slice_take(rest, end)) != 0)
			return -1;
		rest = slice_trim(slice_skip(rest, end));
	}
	return 0;
}

static int set_value(const struct config_key *key, void *settings, struct slice text)
{
	void *to = place(settings, key);

	switch (key->type) {
	case CONFIG_STRING:
		return set_string(to, text);
	case CONFIG_BOOL:
		return set_bool(to, text);
	case CONFIG_LIST:
		list_release(to);
		return text.len ? list_add(to, text) : 0;
	case CONFIG_INTEGER:
	case CONFIG_DURATION:
	case CONFIG_SIZE:
		return set_number(to, text, key);
	}
	return -1;
}

static const char *type_wanted(enum config_type type)
{
	static const char *const wanted[] = {
		[CONFIG_STRING] = "a text",
		[CONFIG_INTEGER] = "a whole number",
		[CONFIG_BOOL] = "true or false",
		[CONFIG_DURATION] = "a time with its unit (250ms, 30s, 5m, 2h, 7d)",
		[CONFIG_SIZE] = "a size (64KiB, 8MiB, 1GiB)",
		[CONFIG_LIST] = "a list of texts",
	};

	return wanted[type];
}

static int __attribute__((format(printf, 3, 4)))
fail_at(struct loader *l, const yaml_mark_t *mark, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(l->why, ERR_CONFIG, "%s:%zu: %s", l->name, mark->line + 1, text);
}

/* The next event; the caller deletes it. Only scalars, sequences, mappings and the ends get through. */
static int next_event(struct loader *l, yaml_event_t *event)
{
	if (!yaml_parser_parse(&l->parser, event))
		return err_set(l->why, ERR_CONFIG, "%s:%zu: not valid YAML: %s", l->name,
			       l->parser.problem_mark.line + 1, l->parser.problem ? l->parser.problem : "?");
	if (event->type == YAML_ALIAS_EVENT) {
		fail_at(l, &event->start_mark, "aliases are not supported");
		yaml_event_delete(event);
		return -1;
	}
	return 0;
}

static struct slice scalar_of(const yaml_event_t *event)
{
	return slice_of(event->data.scalar.value, event->data.scalar.length);
}

static const struct config_key *find_key(struct loader *l, const char *name)
{
	for (size_t i = 0; i < l->key_count; i++)
		if (strcmp(l->keys[i].name, name) == 0)
			return &l->keys[i];
	return NULL;
}

static bool is_section(struct loader *l, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < l->key_count; i++)
		if (strncmp(l->keys[i].name, name, n) == 0 && l->keys[i].name[n] == '.')
			return true;
	return false;
}

static int load_sequence(struct loader *l, const struct config_key *key)
{
	struct config_list *list = place(l->settings, key);
	yaml_event_t event;
	bool end = false;
	int failed = 0;

	list_release(list);
	while (!end && !failed) {
		if (next_event(l, &event) != 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			end = true;
		else if (event.type != YAML_SCALAR_EVENT)
			failed = fail_at(l, &event.start_mark, "%s wants %s", key->name, type_wanted(key->type));
		else if (list_add(list, scalar_of(&event)) != 0)
			failed = fail_at(l, &event.start_mark, "%s has too many items", key->name);
		yaml_event_delete(&event);
	}
	return failed;
}

static int load_key(struct loader *l, const struct config_key *key, const yaml_event_t *event)
{
	bool *seen = &l->seen[key - l->keys];

	if (*seen)
		return fail_at(l, &event->start_mark, "%s is given twice", key->name);
	*seen = true;
	if (event->type == YAML_SEQUENCE_START_EVENT && key->type == CONFIG_LIST)
		return load_sequence(l, key);
	if (event->type != YAML_SCALAR_EVENT || memchr(event->data.scalar.value, 0, event->data.scalar.length) ||
	    set_value(key, l->settings, scalar_of(event)) != 0)
		return fail_at(l, &event->start_mark, "%s wants %s within its bounds", key->name,
			       type_wanted(key->type));
	return 0;
}

/* Puts "section.key" (or "key" at top level) into full. */
static int full_name(struct loader *l, const char *section, const yaml_event_t *event, char full[NAME_MOST])
{
	int n;

	if (event->type != YAML_SCALAR_EVENT)
		return fail_at(l, &event->start_mark, "a key is expected here");
	n = snprintf(full, NAME_MOST, "%s%s%.*s", section, *section ? "." : "", (int)event->data.scalar.length,
		     (const char *)event->data.scalar.value);
	if (n < 0 || n >= NAME_MOST)
		return fail_at(l, &event->start_mark, "the name of a key is too long");
	return 0;
}

/* One mapping, after its start: `section` is "" for the file itself. */
static int load_mapping(struct loader *l, const char *section)
{
	for (;;) {
		yaml_event_t name, value;
		char full[NAME_MOST];
		const struct config_key *key;
		int failed;

		if (next_event(l, &name) != 0)
			return -1;
		if (name.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&name);
			return 0;
		}
		failed = full_name(l, section, &name, full);
		yaml_event_delete(&name);
		if (failed || next_event(l, &value) != 0)
			return -1;
		key = find_key(l, full);
		if (key)
			failed = load_key(l, key, &value);
		else if (!*section && is_section(l, full) && value.type == YAML_MAPPING_START_EVENT)
			failed = load_mapping(l, full);
		else
			failed = fail_at(l, &value.start_mark, "unknown key %s", full);
		yaml_event_delete(&value);
		if (failed)
			return -1;
	}
}

static int load_document(struct loader *l)
{
	yaml_event_t event;

	for (;;) {
		yaml_event_type_t type;
		int failed = 0;

		if (next_event(l, &event) != 0)
			return -1;
		type = event.type;
		if (type == YAML_MAPPING_START_EVENT)
			failed = load_mapping(l, "");
		else if (type == YAML_SEQUENCE_START_EVENT || (type == YAML_SCALAR_EVENT && event.data.scalar.length))
			failed = fail_at(l, &event.start_mark, "the file must be a list of `key: value`");
		yaml_event_delete(&event);
		if (failed)
			return -1;
		if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT)
			return 0;
	}
}

static int set_defaults(const struct config_key *keys, size_t key_count, void *settings, struct err *why)
{
	for (size_t i = 0; i < key_count; i++) {
		struct slice text = slice_of_string(keys[i].fallback);
		int bad = keys[i].type == CONFIG_LIST ? set_list_of_words(place(settings, &keys[i]), text)
						      : set_value(&keys[i], settings, text);

		if (bad)
			return err_set(why, ERR_CONFIG, "the default of %s, \"%s\", is not %s", keys[i].name,
				       keys[i].fallback, type_wanted(keys[i].type));
	}
	return 0;
}

int config_parse(struct slice text, const char *name, const struct config_key *keys, size_t key_count, void *settings,
		 struct err *why)
{
	struct loader l = { .name = name, .keys = keys, .key_count = key_count, .settings = settings, .why = why };
	int failed = -1;

	l.seen = calloc(key_count ? key_count : 1, sizeof(*l.seen));
	if (!l.seen)
		return err_set(why, ERR_NOMEM, "no memory for the configuration");
	if (set_defaults(keys, key_count, settings, why) == 0) {
		if (!yaml_parser_initialize(&l.parser)) {
			err_set(why, ERR_NOMEM, "no memory for the configuration");
		} else {
			yaml_parser_set_input_string(&l.parser, text.ptr ? text.ptr : (const uint8_t *)"", text.len);
			failed = load_document(&l);
			yaml_parser_delete(&l.parser);
		}
	}
	free(l.seen);
	if (failed)
		config_release(keys, key_count, settings);
	return failed;
}

int config_load(const char *path, const struct config_key *keys, size_t key_count, void *settings, struct err *why)
{
	struct buffer text;
	FILE *f;
	size_t n;
	int failed;

	if (!path)
		return config_parse(slice_of("", 0), "defaults", keys, key_count, settings, why);
	f = fopen(path, "re");
	if (!f)
		return err_set_errno(why, ERR_CONFIG, "cannot open the configuration %s", path);
	buffer_init(&text, FILE_MOST);
	do {
		uint8_t *to = buffer_reserve(&text, 4096);

		n = to ? fread(to, 1, 4096, f) : 0;
		text.len += n;
	} while (n > 0);
	if (ferror(f))
		failed = err_set_errno(why, ERR_CONFIG, "cannot read the configuration %s", path);
	else if (text.failed)
		failed = err_set(why, ERR_CONFIG, "%s is larger than %d bytes", path, FILE_MOST);
	else
		failed = config_parse(buffer_slice(&text), path, keys, key_count, settings, why);
	fclose(f);
	buffer_release(&text);
	return failed;
}

void config_release(const struct config_key *keys, size_t key_count, void *settings)
{
	for (size_t i = 0; i < key_count; i++) {
		void *at = place(settings, &keys[i]);

		if (keys[i].type == CONFIG_STRING) {
			free(*(char **)at);
			*(char **)at = NULL;
		} else if (keys[i].type == CONFIG_LIST) {
			list_release(at);
		}
	}
}
