#include "server/model/sigma/values.h"

#include "server/model/sigma/fold.h"
#include "server/model/sigma/number.h"
#include "server/model/sigma/walk.h"

#include <stdlib.h>

struct slot_state {
	uint32_t record; /* of which record the rest is */
	bool present;
	uint32_t count, room;
	struct sigma_value *values;
	struct slice *folded; /* ptr NULL: not yet */
};

struct sigma_values_memory {
	struct bump bump;
	struct sigma_walk walk;
	struct slot_state *slots;
	size_t slot_room;
	const struct sigma_fields *fields;
	const struct sigma_record *record;
	sigma_events event;
	bool walked; /* over the record's tokens or pairs */
	struct slice raw;
	const char *const *uids;
	size_t uid_count;
};

struct sigma_values_memory *sigma_values_new(void)
{
	return calloc(1, sizeof(struct sigma_values_memory));
}

void sigma_values_free(struct sigma_values_memory *m)
{
	if (!m)
		return;
	bump_release(&m->bump);
	sigma_walk_release(&m->walk);
	free(m->slots);
	free(m);
}

bool sigma_values_begin(struct sigma_values_memory *m, const struct sigma_fields *f, const struct sigma_record *record,
			sigma_events event)
{
	if (!m->slots || m->slot_room < f->slot_count) {
		free(m->slots);
		m->slots = calloc(f->slot_count ? f->slot_count : 1, sizeof(*m->slots));
		m->slot_room = m->slots ? f->slot_count : 0;
		if (!m->slots)
			return false;
	}
	if (!sigma_walk_begin(&m->walk, f))
		return false;
	if (m->walk.record == 1) /* the counter started anew */
		memset(m->slots, 0, m->slot_room * sizeof(*m->slots));
	bump_reset(&m->bump);
	m->fields = f;
	m->record = record;
	m->event = event;
	m->walked = false;
	m->raw = (struct slice){ 0 };
	m->uids = NULL;
	m->uid_count = 0;
	return true;
}

void sigma_values_set_rules(struct sigma_values_memory *m, const char *const *uids, size_t count)
{
	m->uids = uids;
	m->uid_count = count;
}

/* ------------------------------------------------------------------------------------------------------- gathering */

static void add_value(struct slot_state *s, enum sigma_value_kind kind, struct slice text)
{
	if (s->count < s->room)
		s->values[s->count++] = (struct sigma_value){ kind, text };
	s->present = true;
}

static void add_text(struct slot_state *s, struct slice text)
{
	if (text.ptr)
		add_value(s, SIGMA_VALUE_STRING, text);
}

static void add_integer(struct sigma_values_memory *m, struct slot_state *s, int64_t number)
{
	char text[SIGMA_NUMBER_TEXT_SIZE];
	struct slice copy = bump_copy(&m->bump, sigma_integer_text(number, text));

	if (copy.ptr)
		add_value(s, SIGMA_VALUE_NUMBER, copy);
}

static void add_address(struct sigma_values_memory *m, struct slot_state *s, const struct address *a)
{
	char text[ADDRESS_TEXT_SIZE];

	if (a->family == 0)
		return;
	address_to_text(a, text);
	add_text(s, bump_copy(&m->bump, slice_of_string(text)));
}

static void add_port(struct sigma_values_memory *m, struct slot_state *s, int port)
{
	if (port != PORT_NONE)
		add_integer(m, s, port);
}

/* The end that is not the inside one; NULL: it cannot be told. */
static const struct endpoint *remote_of(const struct alert *a)
{
	if (a->inside.family == 0)
		return NULL;
	if (address_equal(&a->inside, &a->source.ip))
		return &a->destination;
	return address_equal(&a->inside, &a->destination.ip) ? &a->source : NULL;
}

static void add_remote(struct sigma_values_memory *m, struct slot_state *s, uint16_t field)
{
	const struct endpoint *remote = remote_of(m->record->alert);

	if (!remote)
		return;
	if (field == SIGMA_ALERT_REMOTE_IP)
		add_address(m, s, &remote->ip);
	else
		add_port(m, s, remote->port);
}

static void add_time(struct sigma_values_memory *m, struct slot_state *s)
{
	char text[TIME_TEXT_SIZE];

	if (m->record->ts == TIME_NONE)
		return;
	time_to_text(m->record->ts, text);
	add_text(s, bump_copy(&m->bump, slice_of_string(text)));
}

static void add_techniques(const struct alert *a, struct slot_state *s)
{
	for (size_t i = 0; i < a->technique_count; i++)
		add_text(s, a->technique[i]);
}

static void add_alert_ends(struct sigma_values_memory *m, struct slot_state *s, uint16_t field)
{
	const struct alert *a = m->record->alert;

	switch ((enum sigma_alert_field)field) {
	case SIGMA_ALERT_SOURCE_IP:
		add_address(m, s, &a->source.ip);
		break;
	case SIGMA_ALERT_SOURCE_PORT:
		add_port(m, s, a->source.port);
		break;
	case SIGMA_ALERT_DESTINATION_IP:
		add_address(m, s, &a->destination.ip);
		break;
	case SIGMA_ALERT_DESTINATION_PORT:
		add_port(m, s, a->destination.port);
		break;
	case SIGMA_ALERT_INSIDE_IP:
		add_address(m, s, &a->inside);
		break;
	case SIGMA_ALERT_ATTACKER_IP:
		add_address(m, s, &a->attacker);
		break;
	default:
		add_remote(m, s, field);
		break;
	}
}

static void add_alert_field(struct sigma_values_memory *m, struct slot_state *s, uint16_t field)
{
	const struct alert *a = m->record->alert;

	if (field == SIGMA_ALERT_TIME) {
		add_time(m, s);
		return;
	}
	if (!a)
		return;
	switch ((enum sigma_alert_field)field) {
	case SIGMA_ALERT_KIND:
		add_text(s, slice_of_string(kind_name(a->kind)));
		break;
	case SIGMA_ALERT_DIRECTION:
		add_text(s, slice_of_string(direction_name(a->direction)));
		break;
	case SIGMA_ALERT_ENGINE:
		add_text(s, slice_of_string(engine_name(a->engine)));
		break;
	case SIGMA_ALERT_SEVERITY:
		add_integer(m, s, a->severity);
		break;
	case SIGMA_ALERT_SCORE:
		add_integer(m, s, a->score);
		break;
	case SIGMA_ALERT_ACTION:
		add_text(s, slice_of_string(action_name(a->action)));
		break;
	case SIGMA_ALERT_SIGNATURE_ID:
		add_text(s, a->signature_id);
		break;
	case SIGMA_ALERT_SIGNATURE:
		add_text(s, a->signature);
		break;
	case SIGMA_ALERT_CATEGORY:
		add_text(s, a->category);
		break;
	case SIGMA_ALERT_TECHNIQUE:
		add_techniques(a, s);
		break;
	case SIGMA_ALERT_STAGE:
		add_text(s, slice_of_string(stage_name(a->stage)));
		break;
	case SIGMA_ALERT_TRANSPORT:
		add_text(s, a->transport);
		break;
	case SIGMA_ALERT_FORMAT:
		if (a->format && *a->format)
			add_text(s, slice_of_string(a->format));
		break;
	case SIGMA_ALERT_COMMUNITY_ID:
		add_text(s, a->community_id);
		break;
	case SIGMA_ALERT_REPEAT_COUNT:
		add_integer(m, s, a->repeat_count);
		break;
	default:
		add_alert_ends(m, s, field);
		break;
	}
}

/* A JSON string's text; ptr NULL: no memory. */
static struct slice string_of(struct sigma_values_memory *m, const struct json_reader *json, uint32_t token)
{
	struct slice text = json_read_raw(json, token);
	struct arena room = { 0 };

	if (!json->tokens[token].escaped)
		return text;
	room.data = bump_take(&m->bump, text.len);
	room.room = text.len;
	return room.data && json_read_string(json, token, &room, &text) ? text : (struct slice){ 0 };
}

static struct slice number_of(struct sigma_values_memory *m, struct slice written)
{
	char text[SIGMA_NUMBER_TEXT_SIZE];
	double number;

	if (sigma_number_is_plain(written) || !sigma_number_read(written, &number))
		return written;
	return bump_copy(&m->bump, sigma_number_text(number, text));
}

static void add_token(struct sigma_values_memory *m, struct slot_state *s, uint32_t token)
{
	const struct json_reader *json = m->record->json;
	struct slice text = json_read_raw(json, token);

	switch ((enum json_kind)json->tokens[token].kind) {
	case JSON_KIND_NULL:
		add_value(s, SIGMA_VALUE_NULL, SLICE_LITERAL(""));
		break;
	case JSON_KIND_FALSE:
	case JSON_KIND_TRUE:
		add_value(s, SIGMA_VALUE_BOOLEAN, text);
		break;
	case JSON_KIND_NUMBER:
		text = number_of(m, text);
		if (text.ptr)
			add_value(s, SIGMA_VALUE_NUMBER, text);
		break;
	case JSON_KIND_STRING:
		add_text(s, string_of(m, json, token));
		break;
	case JSON_KIND_ARRAY: /* its elements were found instead */
	case JSON_KIND_OBJECT:
		add_value(s, SIGMA_VALUE_OBJECT, text);
		break;
	}
}

static void add_path(struct sigma_values_memory *m, struct slot_state *s, uint32_t leaf)
{
	const struct sigma_walk *w = &m->walk;

	if (!sigma_walk_has(w, leaf))
		return;
	s->present = true;
	for (uint32_t i = w->paths[leaf].first; i; i = w->elements[i - 1].next)
		add_token(m, s, w->elements[i - 1].token);
}

/* The record as text. In JSON, escapes are undone: a keyword is looked for as people write it. */
static struct slice raw_of(struct sigma_values_memory *m)
{
	const struct sigma_record *r = m->record;
	struct slice body = r->body;

	if (m->raw.ptr || !body.ptr)
		return m->raw;
	m->raw = body;
	if (r->json && slice_find(body, '\\') < body.len && body.len <= JSON_TEXT_MAX) {
		/* Backslashes stand in strings only, so the whole text can be read as if it were one. */
		struct json_token whole = { .len = (uint32_t)body.len, .kind = JSON_KIND_STRING, .escaped = true };
		struct json_reader reader = { .tokens = &whole, .capacity = 1, .count = 1, .text = body };

		m->raw = string_of(m, &reader, 0);
	}
	return m->raw;
}

/* --------------------------------------------------------------------------------------------------------- derived */

/* A part as the record has it: of EVE by its path, of FortiGate by its key. ptr NULL: absent. */
static struct slice part_of(struct sigma_values_memory *m, enum sigma_url_part part)
{
	const struct sigma_walk *w = &m->walk;
	const struct json_reader *json = m->record->json;
	uint32_t leaf = m->fields->url_leaves[part], key = m->fields->url_keys[part], token;

	if (!json) {
		bool has = part != SIGMA_PART_SERIAL && w->keys[key].record == w->record;

		return has ? w->keys[key].text : (struct slice){ 0 };
	}
	if (!sigma_walk_has(w, leaf) || !w->paths[leaf].first)
		return (struct slice){ 0 };
	token = w->elements[w->paths[leaf].first - 1].token;
	if (json_read_is(json, token, JSON_KIND_STRING))
		return string_of(m, json, token);
	return json_read_is(json, token, JSON_KIND_NUMBER) ? json_read_raw(json, token) : (struct slice){ 0 };
}

/* Position behind "scheme://"; 0: there is none. */
static size_t scheme_length(struct slice url)
{
	size_t colon = slice_find(url, ':');

	if (colon == 0 || colon > 8 || !slice_starts_with(slice_skip(url, colon), "://"))
		return 0;
	return colon + 3;
}

static void add_full_url(struct sigma_values_memory *m, struct slot_state *s, struct slice url)
{
	struct slice host = part_of(m, SIGMA_PART_HOST), port = part_of(m, SIGMA_PART_PORT);
	bool tls = slice_is(port, "443");
	struct slice out;
	char *to;
	int n;

	if (scheme_length(url)) {
		add_text(s, url);
		return;
	}
	if (!host.ptr)
		return;
	if (tls || slice_is(port, "80"))
		port = (struct slice){ 0 };
	out.len = host.len + port.len + url.len + sizeof("https://:");
	to = bump_take(&m->bump, out.len);
	if (!to || out.len > INT32_MAX)
		return;
	n = snprintf(to, out.len, "http%s://%.*s%s%.*s", tls ? "s" : "", (int)host.len, (const char *)host.ptr,
		     port.len ? ":" : "", (int)port.len, port.len ? (const char *)port.ptr : "");
	if (n < 0)
		return;
	memcpy(to + n, url.ptr, url.len);
	add_text(s, slice_of(to, (size_t)n + url.len));
}

/* From the path's slash on, whatever form the URL has. */
static struct slice without_host(struct slice url)
{
	size_t scheme = scheme_length(url);

	if (!scheme)
		return url;
	url = slice_skip(url, scheme);
	return slice_skip(url, slice_find(url, '/'));
}

static void add_extension(struct slot_state *s, struct slice path)
{
	for (size_t i = path.len; i > 0 && path.ptr[i - 1] != '/'; i--) {
		if (path.ptr[i - 1] != '.')
			continue;
		add_text(s, slice_skip(path, i));
		return;
	}
}

static void add_serial(struct sigma_values_memory *m, struct slot_state *s)
{
	struct slice serial = part_of(m, SIGMA_PART_SERIAL);
	uint8_t *to = serial.len ? bump_take(&m->bump, serial.len) : NULL;
	size_t n = 0;

	for (size_t i = 0; to && i < serial.len; i++)
		if (serial.ptr[i] != ':' && (n || serial.ptr[i] != '0'))
			to[n++] = serial.ptr[i];
	if (n)
		add_text(s, slice_of(to, n));
}

static void add_derived(struct sigma_values_memory *m, struct slot_state *s, uint16_t field)
{
	struct slice url, path;

	if (field == SIGMA_TLS_SERIAL) {
		add_serial(m, s);
		return;
	}
	url = part_of(m, SIGMA_PART_URL);
	if (!url.ptr)
		return;
	path = without_host(url);
	if (field == SIGMA_URL_FULL)
		add_full_url(m, s, url);
	else if (field == SIGMA_URL_PATH)
		add_text(s, slice_take(path, slice_find(path, '?')));
	else if (field == SIGMA_URL_EXTENSION)
		add_extension(s, slice_take(path, slice_find(path, '?')));
	else if (slice_find(path, '?') < path.len)
		add_text(s, slice_skip(path, slice_find(path, '?') + 1));
}

/* ----------------------------------------------------------------------------------------------------------- slots */

static void walk(struct sigma_values_memory *m)
{
	if (m->walked)
		return;
	m->walked = true;
	if (m->record->json)
		sigma_walk_json(&m->walk, m->fields, m->record->json, m->event);
	else
		sigma_walk_pairs(&m->walk, m->fields, m->record->body, &m->bump);
}

static size_t count_of(const struct sigma_values_memory *m, const struct sigma_slot_source *source)
{
	const struct sigma_walk *w = &m->walk;
	size_t n = 0;

	if (source->kind == SIGMA_SOURCE_ALERT)
		return source->number == SIGMA_ALERT_TECHNIQUE ? ALERT_TECHNIQUES_MAX : 1;
	if (source->kind == SIGMA_SOURCE_RULE_UID)
		return m->uid_count;
	if (source->kind != SIGMA_SOURCE_EVE)
		return 1;
	for (uint32_t i = sigma_walk_has(w, source->leaf) ? w->paths[source->leaf].first : 0; i;
	     i = w->elements[i - 1].next)
		n++;
	return n;
}

static void read_source(struct sigma_values_memory *m, struct slot_state *s, const struct sigma_slot_source *source)
{
	const struct sigma_walk *w = &m->walk;

	switch (source->kind) {
	case SIGMA_SOURCE_ALERT:
		add_alert_field(m, s, source->number);
		break;
	case SIGMA_SOURCE_EVE:
		if (m->record->json)
			add_path(m, s, source->leaf);
		break;
	case SIGMA_SOURCE_FORTIGATE:
		if (w->keys[source->leaf].record == w->record)
			add_text(s, w->keys[source->leaf].text);
		break;
	case SIGMA_SOURCE_DERIVED:
		add_derived(m, s, source->number);
		break;
	case SIGMA_SOURCE_RAW:
		add_text(s, raw_of(m));
		break;
	case SIGMA_SOURCE_RULE_UID:
		for (size_t i = 0; i < m->uid_count; i++)
			add_text(s, slice_of_string(m->uids[i]));
		break;
	case SIGMA_SOURCE_NONE:
		break;
	}
}

static bool needs_walk(const struct sigma_slot *slot)
{
	for (size_t i = 0; i < slot->count; i++)
		if (slot->sources[i].kind == SIGMA_SOURCE_EVE || slot->sources[i].kind == SIGMA_SOURCE_FORTIGATE ||
		    slot->sources[i].kind == SIGMA_SOURCE_DERIVED)
			return true;
	return false;
}

static void read_slot(struct sigma_values_memory *m, struct slot_state *s, const struct sigma_slot *slot)
{
	size_t room = 0;

	*s = (struct slot_state){ .record = m->walk.record };
	if (needs_walk(slot))
		walk(m);
	for (size_t i = 0; i < slot->count; i++)
		room += count_of(m, &slot->sources[i]);
	s->values = bump_take(&m->bump, room * sizeof(*s->values));
	s->folded = bump_take(&m->bump, room * sizeof(*s->folded));
	if (!s->values || !s->folded)
		return;
	s->room = (uint32_t)room;
	for (size_t i = 0; i < slot->count; i++)
		read_source(m, s, &slot->sources[i]);
	memset(s->folded, 0, s->count * sizeof(*s->folded));
}

struct sigma_values sigma_values_of(struct sigma_values_memory *m, uint32_t slot)
{
	struct slot_state *s = &m->slots[slot];

	if (s->record != m->walk.record)
		read_slot(m, s, &m->fields->slots[slot]);
	return (struct sigma_values){ s->values, s->count, s->present };
}

struct slice sigma_values_folded(struct sigma_values_memory *m, uint32_t slot, size_t index)
{
	struct slot_state *s = &m->slots[slot];
	struct slice text = s->values[index].text;
	uint8_t *to;

	if (s->folded[index].ptr)
		return s->folded[index];
	to = bump_take(&m->bump, text.len ? text.len : 1);
	if (!to)
		return text;
	sigma_fold(text, to);
	s->folded[index] = slice_of(to, text.len);
	return s->folded[index];
}

bool sigma_value_number(const struct sigma_value *v, double *out)
{
	return (v->kind == SIGMA_VALUE_NUMBER || v->kind == SIGMA_VALUE_STRING) && sigma_number_read(v->text, out);
}
