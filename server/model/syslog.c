#include "server/model/syslog.h"

enum { TAG_MAX = 48, HOST_MAX = 255 };

/* A message without a year may seem this far in the future. */
#define AHEAD (7 * US_PER_DAY)

static const char months[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* What is left to read, and what reading a local time needs. */
struct reader {
	struct slice rest;
	time_us received_at;
	int zone;
};

/* The bytes up to a space or the end; empty when there are none. */
static struct slice word_at(struct slice s)
{
	return slice_take(s, slice_find(s, ' '));
}

static struct slice skip_spaces(struct slice s)
{
	while (s.len && s.ptr[0] == ' ')
		s = slice_skip(s, 1);
	return s;
}

static struct slice take_word(struct slice *s)
{
	struct slice word = word_at(*s);

	*s = slice_skip(*s, word.len);
	return word;
}

/* <0> to <191>, without leading zeros (RFC 5424, section 6.2.1). */
static bool take_priority(struct slice *s, int *priority)
{
	size_t end = slice_find(*s, '>');
	struct slice digits = slice_take(slice_skip(*s, 1), end ? end - 1 : 0);
	uint64_t v;

	if (s->len == 0 || s->ptr[0] != '<' || end == s->len || digits.len > 3 || !slice_to_uint64(digits, &v) ||
	    v > 191 || (digits.len > 1 && digits.ptr[0] == '0'))
		return false;
	*priority = (int)v;
	*s = slice_skip(*s, end + 1);
	return true;
}

static bool small_number(struct slice s, int *out)
{
	uint64_t v;

	if (s.len > 4 || !slice_to_uint64(s, &v))
		return false;
	*out = (int)v;
	return true;
}

static int month_of(struct slice word)
{
	for (int i = 0; i < 12; i++)
		if (slice_is_ignoring_case(word, months[i]))
			return i + 1;
	return 0;
}

/* hh:mm:ss, with a fraction perhaps and with the colon that Cisco puts behind. */
static bool read_clock(struct slice word, int field[4])
{
	int scale = 100000;

	if (word.len && word.ptr[word.len - 1] == ':')
		word.len--;
	if (word.len < 8 || word.ptr[2] != ':' || word.ptr[5] != ':')
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!small_number(slice_take(slice_skip(word, i * 3), 2), &field[i]))
			return false;
	field[3] = 0;
	if (word.len == 8)
		return true;
	if (word.ptr[8] != '.' || word.len == 9)
		return false;
	for (size_t i = 9; i < word.len; i++, scale /= 10) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		field[3] += (word.ptr[i] - '0') * scale;
	}
	return true;
}

static bool absolute(const struct reader *r, int year, int month, int day, const int clock[4], time_us *out)
{
	return time_from_fields(year, month, day, clock[0], clock[1], clock[2], clock[3], r->zone, out);
}

/* Without a year: the latest one that does not put the message further ahead of us than a wrong clock would. A 29
 * February may lie eight years back. */
static bool infer_year(const struct reader *r, int month, int day, const int clock[4], time_us *out)
{
	int year, m, d;

	civil_from_days(r->received_at / US_PER_DAY, &year, &m, &d);
	for (int candidate = year + 1; candidate >= year - 8; candidate--)
		if (absolute(r, candidate, month, day, clock, out) && *out <= r->received_at + AHEAD)
			return true;
	return false;
}

/* "Mmm dd hh:mm:ss", "Mmm dd yyyy hh:mm:ss", "yyyy Mmm dd hh:mm:ss". */
static bool take_bsd_time(struct reader *r, time_us *out)
{
	struct slice s = r->rest, word = take_word(&s);
	int year = 0, month, day, clock[4];

	if (word.len == 4 && small_number(word, &year)) {
		s = skip_spaces(s);
		word = take_word(&s);
	}
	month = month_of(word);
	s = skip_spaces(s);
	if (month == 0 || !small_number(take_word(&s), &day))
		return false;
	s = skip_spaces(s);
	word = take_word(&s);
	if (year == 0 && word.len == 4 && small_number(word, &year)) {
		s = skip_spaces(s);
		word = take_word(&s);
	}
	if (!read_clock(word, clock))
		return false;
	if (year ? !absolute(r, year, month, day, clock, out) : !infer_year(r, month, day, clock, out))
		return false;
	r->rest = s;
	return true;
}

static bool take_iso_time(struct reader *r, time_us *out)
{
	struct slice word = word_at(r->rest);

	if (word.len < 19 || !time_parse(word, r->zone, out))
		return false;
	r->rest = slice_skip(r->rest, word.len);
	return true;
}

/* Characters of a tag; a word with others (key=value, JSON) is content already. */
static size_t tag_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] > ' ' && !memchr(":[]={}\"<>|", s.ptr[n], 10))
		n++;
	return n;
}

/* "tag: ", "tag[pid]: ". The names of formats that begin alike are no tags. */
static void take_tag(struct slice *s, struct syslog_message *out)
{
	size_t n = tag_length(*s), close;
	struct slice tag = slice_take(*s, n), rest = slice_skip(*s, n), pid = { 0 };

	if (n == 0 || n > TAG_MAX || slice_is(tag, "CEF") || slice_is(tag, "LEEF"))
		return;
	if (rest.len && rest.ptr[0] == '[') {
		close = slice_find(rest, ']');
		pid = slice_take(slice_skip(rest, 1), close - 1);
		rest = slice_skip(rest, close + 1);
	}
	if (rest.len == 0 || rest.ptr[0] != ':' || (rest.len > 1 && rest.ptr[1] != ' '))
		return;
	out->app = tag;
	out->process_id = pid;
	*s = slice_skip(rest, 1);
}

static bool looks_like_host(struct slice word, struct slice behind)
{
	size_t n = tag_length(word);

	if (word.len == 0 || word.len > HOST_MAX || behind.len == 0)
		return false;
	/* An IPv6 address has colons inside; a tag has one at its end. */
	if (n < word.len && word.ptr[n] == ':')
		return word.ptr[word.len - 1] != ':' && slice_find(slice_skip(word, n + 1), ':') < word.len - n - 1;
	return n == word.len || (word.ptr[n] == '>' && n > 0 && word.ptr[n - 1] == '-'); /* relay->host */
}

static void parse_bsd(struct reader *r, struct syslog_message *out)
{
	struct slice word;

	r->rest = skip_spaces(r->rest);
	if (take_bsd_time(r, &out->time) || take_iso_time(r, &out->time)) {
		r->rest = skip_spaces(r->rest);
		word = word_at(r->rest);
		if (looks_like_host(word, slice_skip(r->rest, word.len))) {
			out->host = word;
			r->rest = skip_spaces(slice_skip(r->rest, word.len));
		}
	}
	take_tag(&r->rest, out);
	out->content = skip_spaces(r->rest);
}

/* "-", or one or more [id name="value" ...]; inside a value a backslash hides the next character. */
static bool take_structured_data(struct slice *s, struct slice *out)
{
	size_t i = 0;
	bool quoted = false;

	if (s->len && s->ptr[0] == '-') {
		*out = slice_take(*s, 0);
		*s = slice_skip(*s, 1);
		return true;
	}
	while (i < s->len && s->ptr[i] == '[') {
		for (i++; i < s->len && (quoted || s->ptr[i] != ']'); i++) {
			if (s->ptr[i] == '"')
				quoted = !quoted;
			else if (quoted && s->ptr[i] == '\\')
				i++;
		}
		if (i >= s->len)
			return false;
		i++;
	}
	*out = slice_take(*s, i);
	*s = slice_skip(*s, i);
	return i > 0;
}

/* One header field of RFC 5424 and the space behind it; "-" is absent. */
static bool take_field(struct slice *s, size_t most, struct slice *out)
{
	struct slice word = take_word(s);

	if (word.len == 0 || word.len > most || s->len == 0)
		return false;
	*s = slice_skip(*s, 1);
	*out = slice_is(word, "-") ? slice_take(word, 0) : word;
	return true;
}

static bool parse_5424(struct reader *r, struct syslog_message *out)
{
	struct syslog_message m = *out;
	struct slice s = r->rest, stamp;

	if (!slice_starts_with(s, "1 "))
		return false;
	s = slice_skip(s, 2);
	if (!take_field(&s, 64, &stamp) || (stamp.len && !time_parse(stamp, r->zone, &m.time)) ||
	    !take_field(&s, HOST_MAX, &m.host) || !take_field(&s, TAG_MAX, &m.app) ||
	    !take_field(&s, 128, &m.process_id) || !take_field(&s, 32, &m.message_id) ||
	    !take_structured_data(&s, &m.structured_data))
		return false;
	s = skip_spaces(s);
	m.content = slice_starts_with(s, "\xEF\xBB\xBF") ? slice_skip(s, 3) : s;
	*out = m;
	return true;
}

void syslog_parse(struct slice in, time_us received_at, int default_zone, struct syslog_message *out)
{
	struct reader r = { in, received_at, default_zone };

	*out = (struct syslog_message){ .priority = -1, .time = TIME_NONE };
	while (r.rest.len && memchr("\r\n\0 ", r.rest.ptr[r.rest.len - 1], 4))
		r.rest.len--;
	if (take_priority(&r.rest, &out->priority) && parse_5424(&r, out))
		return;
	parse_bsd(&r, out);
}
