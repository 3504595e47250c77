#include "server/model/html_text.h"

#include <ctype.h>

/* Where the text stands, so that white space and line ends come out as a reader sees them. */
struct flow {
	struct buffer *out;
	size_t start;  /* of our text in `out` */
	unsigned ends; /* line ends at its end, as far as two */
	bool blank;    /* one is owed before the next character */
};

static void put_byte(struct flow *f, uint8_t c)
{
	if (c < 0x80 && (isspace(c) || c < 0x20)) {
		f->blank = f->out->len > f->start && f->ends == 0;
		return;
	}
	if (f->blank)
		buffer_put_byte(f->out, ' ');
	f->blank = false;
	f->ends = 0;
	buffer_put_byte(f->out, c);
}

static void put_end(struct flow *f, unsigned most)
{
	f->blank = false;
	if (f->out->len == f->start || f->ends >= most)
		return;
	f->ends++;
	buffer_put_byte(f->out, '\n');
}

/* ------------------------------------------------------------------------------------------------------------- tags */

static struct slice tag_name(struct slice tag)
{
	size_t n = 0;

	while (n < tag.len && isalnum(tag.ptr[n]))
		n++;
	return slice_take(tag, n);
}

static bool is_one_of(struct slice name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is_ignoring_case(name, names[i]))
			return true;
	return false;
}

/* Behind the end of an element whose content is not for reading. */
static struct slice skip_element(struct slice rest, struct slice name)
{
	while (rest.len) {
		struct slice at = slice_skip(rest, slice_find(rest, '<'));

		if (at.len >= name.len + 2 && at.ptr[1] == '/') {
			char text[16];
			struct slice closing = slice_take(slice_skip(at, 2), name.len);

			snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.ptr);
			if (slice_is_ignoring_case(closing, text))
				return slice_skip(at, slice_find(at, '>') + 1);
		}
		rest = slice_skip(at, 1);
	}
	return rest;
}

/* A tag or a comment; `rest` begins with '<'. */
static struct slice take_tag(struct flow *f, struct slice rest)
{
	static const char *const hidden[] = { "head", "style", "script", "title" };
	static const char *const blocks[] = { "br", "p",  "div", "tr", "li", "table", "ul", "ol", "blockquote",
					      "h1", "h2", "h3",  "h4", "h5", "h6",    "hr", "pre" };
	struct slice tag = slice_skip(rest, 1), name;
	bool closing;

	if (slice_starts_with(rest, "<!--")) {
		while (rest.len && !slice_starts_with(rest, "-->"))
			rest = slice_skip(rest, 1);
		return slice_skip(rest, 3);
	}
	closing = slice_starts_with(tag, "/");
	name = tag_name(slice_skip(tag, closing ? 1 : 0));
	rest = slice_skip(rest, slice_find(rest, '>') + 1);
	if (!closing && is_one_of(name, hidden, ARRAY_LEN(hidden)))
		return skip_element(rest, name);
	if (is_one_of(name, blocks, ARRAY_LEN(blocks)))
		put_end(f, slice_is_ignoring_case(name, "p") || slice_is_ignoring_case(name, "br") ? 2 : 1);
	else if (slice_is_ignoring_case(name, "td"))
		put_byte(f, ' ');
	return rest;
}

/* --------------------------------------------------------------------------------------------------------- entities */

static void put_code_point(struct flow *f, uint32_t c)
{
	if (c == 0xa0) {
		put_byte(f, ' ');
	} else if (c < 0x80) {
		put_byte(f, (uint8_t)c);
	} else if (c < 0x800) {
		put_byte(f, (uint8_t)(0xc0 | c >> 6));
		put_byte(f, (uint8_t)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		put_byte(f, (uint8_t)(0xe0 | c >> 12));
		put_byte(f, (uint8_t)(0x80 | (c >> 6 & 63)));
		put_byte(f, (uint8_t)(0x80 | (c & 63)));
	} else {
		put_byte(f, (uint8_t)(0xf0 | c >> 18));
		put_byte(f, (uint8_t)(0x80 | (c >> 12 & 63)));
		put_byte(f, (uint8_t)(0x80 | (c >> 6 & 63)));
		put_byte(f, (uint8_t)(0x80 | (c & 63)));
	}
}

/* The number of "#233" or "#xe9"; 0: none that is a character. */
static uint32_t numbered(struct slice name)
{
	bool hex = name.len > 1 && (name.ptr[1] | 0x20) == 'x';
	uint32_t c = 0;

	for (size_t i = hex ? 2 : 1; i < name.len; i++) {
		uint8_t d = name.ptr[i];

		if (hex ? !isxdigit(d) : !isdigit(d))
			return 0;
		c = c * (hex ? 16 : 10) + (uint32_t)(isdigit(d) ? d - '0' : (d | 0x20) - 'a' + 10);
		if (c > 0x10ffff)
			return 0;
	}
	return c >= 0xd800 && c <= 0xdfff ? 0 : c;
}

static uint32_t named(struct slice name)
{
	static const struct {
		const char *name;
		uint32_t c;
	} known[] = { { "amp", '&' },   { "lt", '<' },    { "gt", '>' },   { "quot", '"' },
		      { "apos", '\'' }, { "nbsp", 0xa0 }, { "yen", 0xa5 }, { "copy", 0xa9 } };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_is(name, known[i].name))
			return known[i].c;
	return 0;
}

/* `rest` begins with '&'. What is no entity is a '&'. */
static struct slice take_entity(struct flow *f, struct slice rest)
{
	enum { NAME_MOST = 10 };
	size_t end = slice_find(slice_take(rest, NAME_MOST + 1), ';');
	struct slice name = slice_skip(slice_take(rest, end), 1);
	uint32_t c = 0;

	if (end < rest.len && end <= NAME_MOST && name.len && rest.ptr[end] == ';')
		c = name.ptr[0] == '#' ? numbered(name) : named(name);
	if (!c) {
		put_byte(f, '&');
		return slice_skip(rest, 1);
	}
	put_code_point(f, c);
	return slice_skip(rest, end + 1);
}

void html_to_text(struct slice html, struct buffer *out)
{
	struct flow f = { .out = out, .start = out->len };

	while (html.len) {
		if (html.ptr[0] == '<' && html.len > 1 && (isalpha(html.ptr[1]) || strchr("/!?", html.ptr[1]))) {
			html = take_tag(&f, html);
		} else if (html.ptr[0] == '&') {
			html = take_entity(&f, html);
		} else {
			put_byte(&f, html.ptr[0]);
			html = slice_skip(html, 1);
		}
	}
	while (out->len > f.start && out->data[out->len - 1] == '\n')
		out->len--;
}
