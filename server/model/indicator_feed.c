#include "server/model/indicator_feed.h"

#include "server/model/indicator_list.h"
#include "server/model/misp.h"
#include "server/model/stix.h"

static const char *const tlp_names[] = { "", "clear", "green", "amber", "amber+strict", "red" };
static const char *const format_names[] = { "auto", "stix", "misp", "list", "hosts" };

const char *tlp_name(enum tlp tlp)
{
	return tlp_names[tlp];
}

bool tlp_parse(struct slice name, enum tlp *out)
{
	if (name.len > 4 && slice_is_ignoring_case(slice_take(name, 4), "tlp:"))
		name = slice_skip(name, 4);
	if (slice_is_ignoring_case(name, "white")) {
		*out = TLP_CLEAR;
		return true;
	}
	for (size_t i = TLP_CLEAR; i < ARRAY_LEN(tlp_names); i++) {
		if (slice_is_ignoring_case(name, tlp_names[i])) {
			*out = (enum tlp)i;
			return true;
		}
	}
	return false;
}

const char *feed_format_name(enum feed_format format)
{
	return format_names[format];
}

bool feed_format_parse(struct slice name, enum feed_format *out)
{
	for (size_t i = 0; i < ARRAY_LEN(format_names); i++) {
		if (slice_is(name, format_names[i])) {
			*out = (enum feed_format)i;
			return true;
		}
	}
	if (!slice_is(name, "plain"))
		return false;
	*out = FEED_LIST;
	return true;
}

static bool names_misp(struct slice text)
{
	static const char *const members[] = { "\"Event\"", "\"Attribute\"", "\"Object\"", "\"response\"" };

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (slice_contains(text, members[i]))
			return true;
	return false;
}

enum feed_format feed_format_guess(struct slice text)
{
	struct slice head;

	if (slice_starts_with(text, "\xEF\xBB\xBF"))
		text = slice_skip(text, 3);
	head = slice_trim(slice_take(text, 4096));
	if (head.len == 0 || (head.ptr[0] != '{' && head.ptr[0] != '['))
		return indicator_list_is_hosts(text) ? FEED_HOSTS : FEED_LIST;
	/* "[.]evil" would be a strange list; a bundle says its type, wherever in it. */
	if (slice_contains(text, "\"bundle\"") || slice_contains(text, "\"indicator--"))
		return FEED_STIX;
	return names_misp(text) ? FEED_MISP : FEED_STIX;
}

int feed_read(enum feed_format format, struct slice text, const struct feed_sink *sink, struct err *why)
{
	if (slice_starts_with(text, "\xEF\xBB\xBF"))
		text = slice_skip(text, 3);
	if (format == FEED_AUTO)
		format = feed_format_guess(text);
	switch (format) {
	case FEED_STIX:
		return stix_read(text, sink, why);
	case FEED_MISP:
		return misp_read(text, sink, why);
	case FEED_HOSTS:
		return indicator_list_read(text, true, sink, why);
	case FEED_AUTO:
	case FEED_LIST:
		break;
	}
	return indicator_list_read(text, false, sink, why);
}

void feed_indicator_init(struct feed_indicator *i)
{
	i->external_id = (struct slice){ 0 };
	i->description = (struct slice){ 0 };
	i->valid_from = i->valid_until = i->modified = TIME_NONE;
	i->confidence = -1;
	i->tlp = TLP_NONE;
	i->revoked = false;
	i->label_count = 0;
}

void feed_label(struct feed_indicator *i, struct slice label)
{
	if (label.len == 0 || label.len > FEED_LABEL_SIZE_MAX || i->label_count == FEED_LABELS_MAX)
		return;
	for (size_t n = 0; n < i->label_count; n++)
		if (slice_equal(i->labels[n], label))
			return;
	i->labels[i->label_count++] = label;
}

struct slice feed_cut(struct slice text, size_t most)
{
	if (text.len <= most)
		return text;
	while (most > 0 && (text.ptr[most] & 0xC0) == 0x80)
		most--;
	return slice_take(text, most);
}
