#include "server/api/rule_text.h"

/* Cuts a line off, its end included. */
static struct slice next_line(struct slice *rest)
{
	size_t end = slice_find(*rest, '\n');
	struct slice line = slice_take(*rest, end < rest->len ? end + 1 : end);

	*rest = slice_skip(*rest, line.len);
	return line;
}

/* "---" or "...", alone or followed by white space (YAML 1.2.2, 9.1.4). */
static bool parts_documents(struct slice line)
{
	if (!slice_starts_with(line, "---") && !slice_starts_with(line, "..."))
		return false;
	return line.len == 3 || line.ptr[3] == '\n' || line.ptr[3] == '\r' || line.ptr[3] == ' ' || line.ptr[3] == '\t';
}

/* The scalar of a top-level "key: value" line, without quotes and comment. */
static struct slice value_of(struct slice line, const char *key)
{
	struct slice rest;

	if (!slice_starts_with(line, key))
		return slice_of(NULL, 0);
	rest = slice_trim(slice_skip(line, strlen(key)));
	if (rest.len && (rest.ptr[0] == '\'' || rest.ptr[0] == '"')) {
		size_t end = slice_find(slice_skip(rest, 1), rest.ptr[0]);

		return slice_take(slice_skip(rest, 1), end);
	}
	for (size_t i = 1; i < rest.len; i++)
		if (rest.ptr[i] == '#' && (rest.ptr[i - 1] == ' ' || rest.ptr[i - 1] == '\t'))
			return slice_trim(slice_take(rest, i));
	return rest;
}

static bool names(struct slice line, struct slice uid)
{
	return slice_equal(value_of(line, "id:"), uid) || slice_equal(value_of(line, "name:"), uid);
}

bool rule_text_find(struct slice file, struct slice uid, struct slice *out)
{
	struct slice rest = file, document = slice_take(file, 0);
	bool found = false;

	if (uid.len == 0)
		return false;
	while (rest.len) {
		struct slice line = next_line(&rest);

		if (!parts_documents(line)) {
			document.len += line.len;
			found = found || names(line, uid);
			continue;
		}
		if (found)
			break;
		document = slice_take(rest, 0);
	}
	*out = document;
	return found;
}
