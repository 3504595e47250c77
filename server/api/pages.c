#include "server/api/pages.h"

#include <inttypes.h>

static bool is_place(const char *name)
{
	return strcmp(name, "cursor") == 0 || strcmp(name, "limit") == 0;
}

/* Everything that decides which rows are in the list, and for whom: rows that one may not see are no gaps. */
static uint64_t filter_of(const struct call *call)
{
	struct buffer text = { 0 };
	uint64_t hash;

	buffer_put_slice(&text, call->request->path);
	buffer_printf(&text, "\n%" PRId64, call->person.company_id);
	for (unsigned i = 0; i < call->query.count; i++)
		if (!is_place(call->query.list[i].name))
			buffer_printf(&text, "\n%s=%s", call->query.list[i].name, call->query.list[i].value);
	hash = cursor_filter_hash(buffer_slice(&text));
	buffer_release(&text);
	return hash;
}

static bool read_limit(struct call *call, int *out)
{
	const char *text = parameters_get(&call->query, "limit");
	int64_t limit = PAGES_LIMIT_DEFAULT;

	if (text && (!slice_to_int64(slice_of_string(text), &limit) || limit < 1 || limit > PAGES_LIMIT_MOST)) {
		call_refuse_parameter(call, "limit", FAULT_NUMBER);
		return false;
	}
	*out = (int)limit;
	return true;
}

bool pages_read(struct call *call, enum cursor_list list, struct page *out)
{
	const char *cursor = parameters_get(&call->query, "cursor");

	*out = (struct page){ .cursor = { .list = list, .filter = filter_of(call) }, .continued = cursor != NULL };
	if (!read_limit(call, &out->limit))
		return false;
	if (cursor && !cursor_open(call->api->cursor_key, slice_of_string(cursor), &out->cursor)) {
		call_refuse_parameter(call, "cursor", FAULT_CURSOR);
		return false;
	}
	return true;
}

/* The same request with another cursor. Too long for the room: no header; `next` says it as well. */
static void add_link(struct call *call, const char *cursor)
{
	enum { ROOM = PARAMETERS_TEXT_MAX * 3 };
	struct buffer link = { 0 };
	char *query = malloc(ROOM);
	size_t len = 0;
	bool fits = query != NULL;

	for (unsigned i = 0; fits && i < call->query.count; i++) {
		const struct parameter *p = &call->query.list[i];

		if (strcmp(p->name, "cursor") == 0)
			continue;
		fits = parameters_encode(p->name, query, ROOM - 1, &len);
		query[len++] = '=';
		fits = fits && parameters_encode(p->value, query, ROOM - 1, &len) && len + 2 < ROOM;
		query[len++] = '&';
	}
	if (fits) {
		buffer_put_byte(&link, '<');
		buffer_put_slice(&link, call->request->path);
		buffer_put_byte(&link, '?');
		buffer_put(&link, query, len);
		buffer_printf(&link, "cursor=%s>; rel=\"next\"", cursor);
		http_reply_header(call->reply, "Link", buffer_string(&link));
	}
	buffer_release(&link);
	free(query);
}

void pages_next(struct call *call, const struct page *page, bool more, time_us last_time, int64_t last_id,
		struct json_writer *w)
{
	struct cursor next = page->cursor;
	char text[CURSOR_TEXT_SIZE];

	if (!more) {
		json_put_null(w, "next");
		return;
	}
	next.time = last_time;
	next.id = last_id;
	cursor_seal(call->api->cursor_key, &next, text);
	json_put_string(w, "next", text);
	add_link(call, text);
}
