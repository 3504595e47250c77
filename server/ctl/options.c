#include "server/ctl/options.h"

#include "lib/clock.h"
#include "server/model/networks.h"

#include <string.h>

enum { COUNT_MOST = 10000000 };

static bool is_named(const struct option_spec *spec)
{
	return spec->name[0] == '-';
}

static int index_of(const struct option_spec *specs, struct slice name)
{
	for (int i = 0; specs[i].name; i++)
		if (slice_is(name, specs[i].name))
			return i;
	return -1;
}

static bool is_number(struct slice text, int64_t least, int64_t most)
{
	int64_t n;

	return slice_to_int64(text, &n) && n >= least && n <= most;
}

static bool is_network(struct slice text)
{
	struct network network;

	return network_parse(text, &network);
}

static bool is_time(struct slice text)
{
	time_us t;

	return time_parse(text, 0, &t);
}

static int check(struct options *o, int index, const char *value, struct err *why)
{
	const struct option_spec *spec = &o->specs[index];
	struct slice text = slice_of_string(value);
	const char *wanted = NULL;

	switch (spec->kind) {
	case OPTION_FLAG:
		break;
	case OPTION_NAME:
		wanted = input_name(text) ? NULL : "1 to 200 characters of UTF-8 without control characters";
		break;
	case OPTION_PATH:
	case OPTION_PATHS:
		wanted = text.len ? NULL : "a path";
		break;
	case OPTION_ID:
		wanted = is_number(text, 1, INT64_MAX) ? NULL : "a number from 1 up";
		break;
	case OPTION_COUNT:
		wanted = is_number(text, 0, COUNT_MOST) ? NULL : "a number from 0 to 10000000";
		break;
	case OPTION_DAY:
		wanted = input_day(text, NULL) ? NULL : "a date that exists, YYYY-MM-DD";
		break;
	case OPTION_MONTH:
		wanted = input_month(text, NULL) ? NULL : "a month, YYYY-MM";
		break;
	case OPTION_TIME:
		wanted = is_time(text) ? NULL : "a time like 2026-11-24T03:00:00+09:00";
		break;
	case OPTION_EMAIL:
		wanted = input_email(text, o->email) ? NULL : "an e-mail address";
		value = o->email;
		break;
	case OPTION_NETWORK:
		wanted = is_network(text) ? NULL : "a network like 203.0.113.0/24, or an address";
		break;
	}
	if (wanted)
		return err_set(why, ERR_USAGE, "%s wants %s, not \"%.80s\"", spec->name, wanted, value);
	o->values[index] = value;
	return 0;
}

/* One word that begins with "--", and its value, which may be the next word. *at moves on. */
static int take_named(struct options *o, int argc, char **argv, int *at, struct err *why)
{
	struct slice word = slice_of_string(argv[*at]);
	size_t equals = slice_find(word, '=');
	int index = index_of(o->specs, slice_take(word, equals));
	const char *value = "";

	if (index < 0)
		return err_set(why, ERR_USAGE, "there is no option %.*s", (int)equals, argv[*at]);
	if (o->values[index])
		return err_set(why, ERR_USAGE, "%s is given twice", o->specs[index].name);
	if (o->specs[index].kind == OPTION_FLAG) {
		if (equals < word.len)
			return err_set(why, ERR_USAGE, "%s takes no value", o->specs[index].name);
	} else if (equals < word.len) {
		value = argv[*at] + equals + 1;
	} else {
		if (*at + 1 == argc || strncmp(argv[*at + 1], "--", 2) == 0)
			return err_set(why, ERR_USAGE, "%s needs a value", o->specs[index].name);
		value = argv[++*at];
	}
	++*at;
	return check(o, index, value, why);
}

static int take_word(struct options *o, char *word, struct err *why)
{
	for (int i = 0; o->specs[i].name; i++) {
		if (o->specs[i].kind == OPTION_PATHS)
			o->words[o->word_count++] = word;
		if (o->specs[i].kind == OPTION_PATHS || (!is_named(&o->specs[i]) && !o->values[i]))
			return check(o, i, word, why);
	}
	return err_set(why, ERR_USAGE, "\"%.80s\" is one word too many", word);
}

int options_parse(struct options *out, const struct option_spec *specs, int argc, char **argv, struct err *why)
{
	*out = (struct options){ .specs = specs, .words = argv };
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return 1;
	for (int i = 0; i < argc;) {
		if (argv[i][0] == '-' && argv[i][1] != '\0') {
			if (take_named(out, argc, argv, &i, why) != 0)
				return -1;
		} else if (take_word(out, argv[i++], why) != 0) {
			return -1;
		}
	}
	for (int i = 0; specs[i].name; i++)
		if (specs[i].required && !out->values[i])
			return err_set(why, ERR_USAGE, "%s is missing", specs[i].name);
	return options_check_order(out, why);
}

const char *options_text(const struct options *o, const char *name)
{
	int index = index_of(o->specs, slice_of_string(name));

	return index < 0 ? NULL : o->values[index];
}

int64_t options_integer(const struct options *o, const char *name, int64_t fallback)
{
	const char *text = options_text(o, name);
	int64_t n = fallback;

	if (text)
		slice_to_int64(slice_of_string(text), &n);
	return n;
}

bool options_flag(const struct options *o, const char *name)
{
	return options_text(o, name) != NULL;
}

int options_check_order(const struct options *o, struct err *why)
{
	const char *from = options_text(o, "--from"), *to = options_text(o, "--to");

	if (from && to && strcmp(to, from) < 0)
		return err_set(why, ERR_USAGE, "--to %s is before --from %s", to, from);
	return 0;
}

void options_synopsis(const struct option_spec *specs, FILE *to)
{
	for (int i = 0; specs[i].name; i++)
		fprintf(to, specs[i].required ? " %s%s%s" : " [%s%s%s]", specs[i].name, specs[i].value ? " " : "",
			specs[i].value ? specs[i].value : "");
}

void options_help(const struct option_spec *specs, FILE *to)
{
	for (int i = 0; specs[i].name; i++) {
		int n = fprintf(to, "  %s %s", specs[i].name, specs[i].value ? specs[i].value : "");

		fprintf(to, "%*s%s\n", n < 26 ? 26 - n : 1, "", specs[i].help);
	}
}
