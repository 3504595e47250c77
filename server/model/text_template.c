#include "server/model/text_template.h"

/* ---------------------------------------------------------------------------------------------------------- reading */

enum piece_kind { PIECE_TEXT, PIECE_NAME, PIECE_OPEN, PIECE_CLOSE, PIECE_BAD };
struct piece {
	enum piece_kind kind;
	struct slice text; /* of PIECE_TEXT and PIECE_BAD; else the name */
	struct slice raw;  /* as written */
};

static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || s.ptr[i] == '_'))
			return false;
	return s.len > 0;
}

/* Position of the two bytes, or s.len. */
static size_t find_pair(struct slice s, char byte)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.ptr[i] == (uint8_t)byte && s.ptr[i + 1] == (uint8_t)byte)
			return i;
	return s.len;
}

/* Cuts the next piece off a line. What is not well formed comes as PIECE_BAD, the rest of the line. */
static struct piece next_piece(struct slice *line)
{
	size_t open = find_pair(*line, '{'), close;
	struct piece piece = { PIECE_TEXT, slice_take(*line, open), slice_take(*line, open) };
	struct slice inside;

	if (open > 0) {
		*line = slice_skip(*line, open);
		return piece;
	}
	close = find_pair(*line, '}');
	inside = slice_trim(slice_skip(slice_take(*line, close), 2));
	piece.kind = PIECE_NAME;
	if (inside.len && inside.ptr[0] == '#')
		piece.kind = PIECE_OPEN;
	else if (inside.len && inside.ptr[0] == '/')
		piece.kind = PIECE_CLOSE;
	piece.text = piece.kind == PIECE_NAME ? inside : slice_skip(inside, 1);
	piece.raw = slice_take(*line, close == line->len ? close : close + 2);
	if (close == line->len || !is_name(piece.text)) {
		piece.kind = PIECE_BAD;
		piece.text = piece.raw = *line;
	}
	*line = slice_skip(*line, piece.raw.len);
	return piece;
}

static struct slice next_line(struct slice *text)
{
	size_t end = slice_find(*text, '\n');
	struct slice line = slice_take(*text, end);

	*text = slice_skip(*text, end + 1);
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool text_template_knows(const struct text_template_names *names, struct slice name)
{
	for (size_t i = 0; i < names->most && names->names[i]; i++)
		if (slice_is(name, names->names[i]))
			return true;
	return false;
}

/* --------------------------------------------------------------------------------------------------------- checking */

/* For messages: as much of it as fits a line. */
#define SHOWN(s) (int)((s).len < 40 ? (s).len : 40), (const char *)(s).ptr

static int check_line(const struct text_template_names *names, struct slice line, struct err *why)
{
	struct slice open = { 0 };

	while (line.len) {
		struct piece piece = next_piece(&line);

		if (piece.kind == PIECE_TEXT)
			continue;
		if (piece.kind == PIECE_BAD)
			return err_set(why, ERR_USAGE, "'%.*s' is no name in two braces: write {{title}}",
				       SHOWN(piece.text));
		if (!text_template_knows(names, piece.text))
			return err_set(why, ERR_USAGE, "%s has no {{%.*s}}", names->what, SHOWN(piece.text));
		if (piece.kind == PIECE_OPEN && open.len)
			return err_set(why, ERR_USAGE, "{{#%.*s}} within {{#%.*s}}", SHOWN(piece.text), SHOWN(open));
		if (piece.kind == PIECE_CLOSE && !slice_equal(open, piece.text))
			return err_set(why, ERR_USAGE, "{{/%.*s}} closes nothing", SHOWN(piece.text));
		if (piece.kind != PIECE_NAME)
			open = piece.kind == PIECE_OPEN ? piece.text : (struct slice){ 0 };
	}
	if (open.len)
		return err_set(why, ERR_USAGE, "{{#%.*s}} is not closed in its line by {{/%.*s}}", SHOWN(open),
			       SHOWN(open));
	return 0;
}

/* A text is lines: a control character within one would be left out when it is rendered, and join what stands around
 * it. */
static bool is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		bool line_end = c == '\n' || (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n');

		if ((c < 0x20 && c != '\t' && !line_end) || c == 0x7f)
			return false;
	}
	return true;
}

int text_template_check(const struct text_template_names *names, const char *part, struct slice text, size_t most,
			struct err *why)
{
	if (slice_trim(text).len == 0)
		return err_set(why, ERR_USAGE, "the %s is empty", part);
	if (text.len > most)
		return err_set(why, ERR_USAGE, "the %s has %zu bytes, more than %zu", part, text.len, most);
	if (!slice_is_utf8(text) || !is_plain(text))
		return err_set(why, ERR_USAGE, "the %s is not UTF-8 text without control characters", part);
	for (int number = 1; text.len; number++)
		if (check_line(names, next_line(&text), why) != 0)
			return err_prefix(why, "%s, line %d", part, number);
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- rendering */

/* How many bytes of the character at p must not be shown: C1 controls, and those that turn the way of writing round
 * (U+200E, U+200F, U+202A..202E, U+2066..2069), with which a name could make a line say something else. */
static size_t hidden_bytes(struct slice p)
{
	if (p.len >= 2 && p.ptr[0] == 0xc2 && p.ptr[1] < 0xa0)
		return 2;
	if (p.len < 3 || p.ptr[0] != 0xe2)
		return 0;
	if (p.ptr[1] == 0x80 && ((p.ptr[2] & 0xfe) == 0x8e || (p.ptr[2] >= 0xaa && p.ptr[2] <= 0xae)))
		return 3;
	return p.ptr[1] == 0x81 && p.ptr[2] >= 0xa6 && p.ptr[2] <= 0xa9 ? 3 : 0;
}

/* A value is text: nothing in it steers a terminal or a mail. More than the limit is not taken: it is cut anyway. */
static void put_value(struct buffer *out, struct slice value, bool lines, size_t most)
{
	while (value.len && out->len <= most) {
		uint8_t c = value.ptr[0];
		size_t hidden = hidden_bytes(value);

		if (!hidden && (c >= 0x20 || (c == '\n' && lines)) && c != 0x7f)
			buffer_put_byte(out, c);
		else if (!hidden && c != '\r')
			buffer_put_byte(out, ' ');
		value = slice_skip(value, hidden ? hidden : 1);
	}
}

bool text_template_line(const struct text_template_values *values, struct slice line, bool lines, struct buffer *out)
{
	size_t from = out->len;
	bool named = false, filled = false, hidden = false;

	while (line.len) {
		struct piece piece = next_piece(&line);
		struct slice value;
		bool value_lines = false;

		if (piece.kind == PIECE_TEXT || piece.kind == PIECE_BAD ||
		    !text_template_knows(values->names, piece.text)) {
			if (!hidden)
				put_value(out, piece.raw, false, values->most);
			continue;
		}
		value = values->find(values->context, piece.text, &value_lines);
		named = true;
		filled = filled || value.len;
		if (piece.kind != PIECE_NAME)
			hidden = piece.kind == PIECE_OPEN && !value.len;
		else if (!hidden)
			put_value(out, value, lines && value_lines, values->most);
	}
	if (named && !filled && !out->failed)
		out->len = from;
	return !named || filled;
}

void text_template_trim(struct buffer *out, size_t from)
{
	while (out->len > from && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
		out->len--;
}

void text_template_body(const struct text_template_values *values, struct slice text, struct buffer *out)
{
	size_t begin = out->len;
	bool blank = true; /* no empty line at the beginning, no two of them */

	while (text.len && out->len <= values->most) {
		struct slice line = next_line(&text);
		size_t from = out->len;

		if (!text_template_line(values, line, true, out) || (blank && out->len == from))
			continue;
		text_template_trim(out, from);
		blank = out->len == from;
		buffer_put_byte(out, '\n');
	}
	text_template_trim(out, begin);
}
