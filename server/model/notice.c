/* The template engine. */
#include "server/model/notice.h"

#include "lib/json_reader.h"
#include "lib/json_write.h"

#include <jansson.h>

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

/* --------------------------------------------------------------------------------------------------------- checking */

/* For messages: as much of it as fits a line. */
#define SHOWN(s) (int)((s).len < 40 ? (s).len : 40), (const char *)(s).ptr

static int check_line(const struct notice_kind *kind, struct slice line, struct err *why)
{
	struct slice open = { 0 };

	while (line.len) {
		struct piece piece = next_piece(&line);

		if (piece.kind == PIECE_TEXT)
			continue;
		if (piece.kind == PIECE_BAD)
			return err_set(why, ERR_USAGE, "'%.*s' is no name in two braces: write {{title}}",
				       SHOWN(piece.text));
		if (!notice_kind_knows(kind, piece.text))
			return err_set(why, ERR_USAGE, "a notice of kind %s has no {{%.*s}}", kind->name,
				       SHOWN(piece.text));
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

static int check_part(const struct notice_kind *kind, const char *name, struct slice text, size_t most, struct err *why)
{
	if (slice_trim(text).len == 0)
		return err_set(why, ERR_USAGE, "the %s is empty", name);
	if (text.len > most)
		return err_set(why, ERR_USAGE, "the %s has %zu bytes, more than %zu", name, text.len, most);
	if (!slice_is_utf8(text) || !is_plain(text))
		return err_set(why, ERR_USAGE, "the %s is not UTF-8 text without control characters", name);
	for (int number = 1; text.len; number++)
		if (check_line(kind, next_line(&text), why) != 0)
			return err_prefix(why, "%s, line %d", name, number);
	return 0;
}

int notice_text_check(const struct notice_kind *kind, const struct notice_text *text, struct err *why)
{
	if (slice_find(text->subject, '\n') != text->subject.len ||
	    slice_find(text->subject, '\r') != text->subject.len)
		return err_set(why, ERR_USAGE, "the subject is more than one line");
	if (check_part(kind, "subject", text->subject, NOTICE_SUBJECT_MAX, why) != 0)
		return -1;
	if (check_part(kind, "body", text->body, NOTICE_TEXT_MAX, why) != 0)
		return -1;
	if (kind->answerable && !slice_contains(text->body, "{{link}}"))
		return err_set(why, ERR_USAGE, "the body has no {{link}}: nobody could answer from it");
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- rendering */

static struct slice fact(const json_t *facts, struct slice name, char number[24])
{
	char key[64];
	const json_t *value;

	if (name.len >= sizeof(key))
		return (struct slice){ 0 };
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	value = json_object_get(facts, key);
	if (json_is_string(value))
		return slice_trim(slice_of(json_string_value(value), json_string_length(value)));
	if (!json_is_integer(value))
		return (struct slice){ 0 };
	snprintf(number, 24, "%lld", (long long)json_integer_value(value));
	return slice_of_string(number);
}

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

/* Facts that are lines; the others are one, whatever they hold: what an alert or another system calls itself must not
 * write lines of the notice, with a link to answer that is not ours. */
static bool may_have_lines(struct slice name)
{
	static const char *const names[] = { "details", "others",   "list", "asked",  "what",   "advice",
					     "answer",  "question", "task", "change", "reason", "place" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(name, names[i]))
			return true;
	return false;
}

/* A value is text: nothing in it steers a terminal or a mail. More than the limit is not taken: it is cut anyway. */
static void put_value(struct buffer *out, struct slice value, bool lines)
{
	while (value.len && out->len <= NOTICE_TEXT_MAX) {
		uint8_t c = value.ptr[0];
		size_t hidden = hidden_bytes(value);

		if (!hidden && (c >= 0x20 || (c == '\n' && lines)) && c != 0x7f)
			buffer_put_byte(out, c);
		else if (!hidden && c != '\r')
			buffer_put_byte(out, ' ');
		value = slice_skip(value, hidden ? hidden : 1);
	}
}

/* Appends a line; takes it back when it names something and all of it is empty. Says whether it stayed. */
static bool put_line(const struct notice_kind *kind, const json_t *facts, struct slice line, bool lines,
		     struct buffer *out)
{
	size_t from = out->len;
	bool named = false, filled = false, hidden = false;
	char number[24];

	while (line.len) {
		struct piece piece = next_piece(&line);
		struct slice value = { 0 };

		if (piece.kind == PIECE_TEXT || piece.kind == PIECE_BAD || !notice_kind_knows(kind, piece.text)) {
			if (!hidden)
				put_value(out, piece.raw, false);
			continue;
		}
		value = fact(facts, piece.text, number);
		named = true;
		filled = filled || value.len;
		if (piece.kind != PIECE_NAME)
			hidden = piece.kind == PIECE_OPEN && !value.len;
		else if (!hidden)
			put_value(out, value, lines && may_have_lines(piece.text));
	}
	if (named && !filled && !out->failed)
		out->len = from;
	return !named || filled;
}

/* Cut at the limit, between characters, with a sign of it. */
static void cut(struct buffer *out, size_t limit)
{
	if (out->failed || out->len <= limit)
		return;
	out->len = limit - 3;
	while (out->len && (out->data[out->len] & 0xc0) == 0x80)
		out->len--;
	buffer_put_string(out, "\xe2\x80\xa6");
}

static void trim_end(struct buffer *out, size_t from)
{
	while (out->len > from && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
		out->len--;
}

static void put_body(const struct notice_kind *kind, const json_t *facts, struct slice text, struct buffer *out)
{
	bool blank = true; /* no empty line at the beginning, no two of them */

	while (text.len && out->len <= NOTICE_TEXT_MAX) {
		struct slice line = next_line(&text);
		size_t from = out->len;

		if (!put_line(kind, facts, line, true, out) || (blank && out->len == from))
			continue;
		trim_end(out, from);
		blank = out->len == from;
		buffer_put_byte(out, '\n');
	}
	trim_end(out, 0);
	cut(out, NOTICE_TEXT_MAX - 1);
	buffer_put_byte(out, '\n');
}

enum { FACTS_MAX = 256 << 10 };

static json_t *load(struct slice facts, struct err *why)
{
	json_t *object =
	    facts.len <= FACTS_MAX ? json_loadb((const char *)facts.ptr, facts.len, JSON_ALLOW_NUL, NULL) : NULL;

	if (json_is_object(object))
		return object;
	json_decref(object);
	err_set(why, ERR_CORRUPT, "the facts of a notice are no JSON object");
	return NULL;
}

int notice_render(const struct notice_kind *kind, const struct notice_text *text, struct slice facts,
		  struct buffer *subject, struct buffer *body, struct err *why)
{
	json_t *object = load(facts, why);

	if (!object)
		return -1;
	buffer_clear(subject);
	buffer_clear(body);
	put_line(kind, object, text->subject, false, subject);
	trim_end(subject, 0);
	cut(subject, NOTICE_SUBJECT_MAX);
	put_body(kind, object, text->body, body);
	json_decref(object);
	if (subject->failed || body->failed)
		return err_set(why, ERR_NOMEM, "no memory for a notice");
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- completing */

const char *notice_severity_word(int64_t severity, bool japanese)
{
	static const char *const words[5][2] = {
		{ "Critical", "緊急" }, { "High", "高" }, { "Medium", "中" }, { "Low", "低" }, { "Information", "情報" }
	};

	return words[severity >= 1 && severity <= 5 ? severity - 1 : 4][japanese];
}

static bool set_text(json_t *object, const char *name, const char *value)
{
	return !value || !*value || json_object_set_new(object, name, json_string(value)) == 0;
}

static bool set_word(json_t *object, const char *name, bool japanese)
{
	const json_t *value = json_object_get(object, name);

	return !json_is_integer(value) ||
	       set_text(object, name, notice_severity_word(json_integer_value(value), japanese));
}

static bool set_url(json_t *object, const char *public_url)
{
	const char *path = json_string_value(json_object_get(object, "url"));

	if (!path || *path != '/' || !public_url)
		return true;
	return json_object_set_new(object, "url", json_sprintf("%s%s", public_url, path)) == 0;
}

int notice_complete(struct slice facts, const struct notice_sender *sender, struct buffer *out, struct err *why)
{
	json_t *object = load(facts, why);
	char *text = NULL;

	if (!object)
		return -1;
	if (set_text(object, "link", sender->link) && set_text(object, "desk_phone", sender->desk_phone) &&
	    set_text(object, "desk_mail", sender->desk_mail) && set_text(object, "sender", sender->sender) &&
	    set_text(object, "attached", sender->attached) && set_text(object, "too_large", sender->too_large) &&
	    set_url(object, sender->public_url) && set_word(object, "severity", sender->japanese) &&
	    set_word(object, "was", sender->japanese))
		text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (text)
		buffer_put_string(out, text);
	free(text);
	return text && !out->failed ? 0 : err_set(why, ERR_NOMEM, "no memory for a notice");
}
