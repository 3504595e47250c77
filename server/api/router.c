#include "server/api/router.h"

#include <stdio.h>

/* Cuts the next segment off; both sides start behind a slash. */
static struct slice segment(struct slice *rest)
{
	size_t end = slice_find(*rest, '/');
	struct slice s = slice_take(*rest, end);

	*rest = slice_skip(*rest, end);
	return s;
}

static bool take_id(struct slice text, int64_t *id)
{
	return text.len > 0 && text.ptr[0] >= '1' && text.ptr[0] <= '9' && slice_to_int64(text, id);
}

/* What stands for the path's parts that a pattern leaves open. */
struct open_parts {
	int64_t id;
	struct slice texts[ROUTER_TEXTS];
	size_t count;
};

static bool take_text(struct slice text, struct open_parts *parts)
{
	if (text.len == 0 || text.len > ROUTER_TEXT_MAX || parts->count == ROUTER_TEXTS)
		return false;
	parts->texts[parts->count++] = text;
	return true;
}

static bool segment_matches(struct slice want, struct slice have, struct open_parts *parts)
{
	if (slice_is(want, "{id}"))
		return take_id(have, &parts->id);
	if (want.len && want.ptr[0] == '{')
		return take_text(have, parts);
	return slice_equal(want, have);
}

static bool path_matches(const char *pattern, struct slice path, struct open_parts *parts)
{
	struct slice want = slice_of_string(pattern);

	*parts = (struct open_parts){ 0 };
	while (want.len && path.len) {
		struct slice w;

		if (want.ptr[0] != '/' || path.ptr[0] != '/')
			return false;
		want = slice_skip(want, 1);
		path = slice_skip(path, 1);
		w = segment(&want);
		if (!segment_matches(w, segment(&path), parts))
			return false;
	}
	return want.len == 0 && path.len == 0;
}

static const struct route *route_at(const struct route *routes, size_t stride, size_t index)
{
	return (const struct route *)(const void *)((const char *)routes + stride * index);
}

static void add_allowed(char allow[ROUTER_ALLOW_SIZE], const char *method)
{
	size_t len = strlen(allow);

	snprintf(allow + len, ROUTER_ALLOW_SIZE - len, "%s%s", len ? ", " : "", method);
}

enum router_verdict router_find(const struct route *routes, size_t stride, size_t count, const char *method,
				struct slice path, struct router_match *out)
{
	bool path_known = false;
	struct open_parts parts;

	out->allow[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const struct route *route = route_at(routes, stride, i);

		if (!path_matches(route->pattern, path, &parts))
			continue;
		if (strcmp(route->method, method) == 0) {
			out->index = i;
			out->id = parts.id;
			memcpy(out->texts, parts.texts, sizeof(out->texts));
			return ROUTER_FOUND;
		}
		path_known = true;
		add_allowed(out->allow, route->method);
	}
	return path_known ? ROUTER_WRONG_METHOD : ROUTER_NO_PATH;
}
