#include "server/model/indicator_list.h"

#include <stdio.h>

enum { LINES_TO_TELL = 20 };

struct list_reader {
	const struct feed_sink *sink;
	struct feed_indicator indicator;
	size_t line;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The next line without its end; false: none is left. */
static bool next_line(struct slice *text, struct slice *line)
{
	size_t end = slice_find(*text, '\n');

	if (text->len == 0)
		return false;
	*line = slice_take(*text, end);
	*text = slice_skip(*text, end + 1);
	return true;
}

static struct slice without_comment(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((line.ptr[i] == '#' || line.ptr[i] == ';') && (i == 0 || is_blank(line.ptr[i - 1])))
			return slice_trim(slice_take(line, i));
	return slice_trim(line);
}

/* Up to the next white space; takes it off the line. */
static struct slice take_word(struct slice *line)
{
	struct slice word;
	size_t end = 0;

	while (end < line->len && !is_blank(line->ptr[end]))
		end++;
	word = slice_take(*line, end);
	*line = slice_trim(slice_skip(*line, end));
	return word;
}

static int refuse(struct list_reader *r, struct slice word, const char *reason, struct err *why)
{
	char entry[FEED_ENTRY_MAX];
	struct slice shown = feed_cut(word, 200);

	snprintf(entry, sizeof(entry), "line %zu: %.*s", r->line, (int)shown.len, (const char *)shown.ptr);
	return r->sink->reject(r->sink->arg, slice_of_string(entry), reason, why);
}

static int take(struct list_reader *r, struct err *why)
{
	return r->sink->take(r->sink->arg, &r->indicator, why);
}

static struct slice first_field(struct slice line)
{
	struct slice word;

	if (line.len && line.ptr[0] == '"') {
		line = slice_skip(line, 1);
		return slice_trim(slice_take(line, slice_find(line, '"')));
	}
	word = take_word(&line);
	return slice_take(word, slice_find(word, ','));
}

static int read_list_line(struct list_reader *r, struct slice line, struct err *why)
{
	struct slice word = first_field(line);

	if (indicator_key_guess(word, &r->indicator.key))
		return take(r, why);
	return refuse(r, word, "no address, network, domain, URL or file hash", why);
}

/* What every hosts file says of the machine itself. */
static bool is_of_the_machine(struct slice name)
{
	static const char *const names[] = { "localhost",      "localhost.localdomain", "local",
					     "broadcasthost",  "ip6-localhost",         "ip6-loopback",
					     "ip6-localnet",   "ip6-mcastprefix",       "ip6-allnodes",
					     "ip6-allrouters", "ip6-allhosts",          "0.0.0.0" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is_ignoring_case(name, names[i]))
			return true;
	return false;
}

static int read_hosts_line(struct list_reader *r, struct slice line, struct err *why)
{
	struct slice first = take_word(&line);
	struct address a;
	int failed = 0;

	if (!address_parse(first, &a) || line.len == 0)
		return refuse(r, first, "a hosts file has an address and names in each line", why);
	while (line.len && !failed) {
		struct slice name = take_word(&line);

		if (is_of_the_machine(name))
			continue;
		if (indicator_key_of_domain(name, &r->indicator.key))
			failed = take(r, why);
		else
			failed = refuse(r, name, "no domain name", why);
	}
	return failed;
}

int indicator_list_read(struct slice text, bool hosts, const struct feed_sink *sink, struct err *why)
{
	struct list_reader r = { .sink = sink };
	struct slice line;
	int failed = 0;

	if (text.len > FEED_LIST_MAX)
		return err_set(why, ERR_LIMIT, "the list has more than %d MiB: import it in parts",
			       FEED_LIST_MAX >> 20);
	feed_indicator_init(&r.indicator);
	while (!failed && next_line(&text, &line)) {
		r.line++;
		if (line.len > LIST_LINE_MAX) {
			failed = refuse(&r, slice_take(line, 100), "the line is too long", why);
			continue;
		}
		line = without_comment(line);
		if (line.len)
			failed = hosts ? read_hosts_line(&r, line, why) : read_list_line(&r, line, why);
	}
	return failed;
}

bool indicator_list_is_hosts(struct slice text)
{
	struct slice line;
	unsigned seen = 0;

	while (seen < LINES_TO_TELL && next_line(&text, &line)) {
		struct address a;

		line = without_comment(slice_take(line, LIST_LINE_MAX));
		if (line.len == 0)
			continue;
		if (!address_parse(take_word(&line), &a) || line.len == 0)
			return false;
		seen++;
	}
	return seen > 0;
}
