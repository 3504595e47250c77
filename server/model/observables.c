#include "server/model/observables.h"

#include "lib/arena.h"
#include "lib/json_reader.h"
#include "server/model/key_values.h"
#include "server/model/networks.h"

#define NAME(s) SLICE_LITERAL(s)

enum {
	TEXT_MAX = 4096,     /* longest text that is looked at, decoded */
	DNS_DEPTH_MAX = 3,   /* answers in answers: not more than versions 1 to 3 have */
	LIST_ITEMS_MAX = 64, /* of one list in a record */
};

/* A session cannot have begun long before its record; a device's clock that says so is not believed. */
#define SESSION_LONGEST (14 * US_PER_DAY)

/* ---------------------------------------------------------------------------------------------------- collecting */

static void add(struct observables *out, const struct indicator_key *key)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct indicator_key *there = &out->items[i].key;

		if (there->kind == key->kind && there->len == key->len &&
		    memcmp(there->bytes, key->bytes, key->len) == 0)
			return;
	}
	if (out->count == OBSERVABLES_MAX) {
		out->lost++;
		return;
	}
	out->items[out->count++].key = *key;
}

/* Inside addresses are nobody's to look for. The company's configured networks are not known here: its own outside
 * address is not met on outbound records. */
static void add_address(struct observables *out, const struct address *a)
{
	struct indicator_key key;

	if (a->family && !networks_are_home(NULL, a) && indicator_key_of_address(a, &key))
		add(out, &key);
}

/* Names that mean something only inside, by their last label; keys have it in front. */
static bool is_local_name(const struct indicator_key *key)
{
	static const char *const last[] = { "arpa.",  "local.", "localdomain.", "localhost.", "lan.",
					    "intra.", "home.",  "internal.",    "corp.",      "invalid." };
	struct slice name = slice_of(key->bytes, key->len);

	if (slice_find(name, '.') + 1 >= name.len)
		return true; /* one label */
	for (size_t i = 0; i < ARRAY_LEN(last); i++)
		if (slice_starts_with(name, last[i]))
			return true;
	return false;
}

/* A host as it stands in Host, SNI or a query: a name or an address, maybe with a port. */
static void add_host(struct observables *out, struct slice text)
{
	struct indicator_key key;
	struct address address;
	size_t colon = slice_find(text, ':');

	if (address_parse(text, &address)) {
		add_address(out, &address);
		return;
	}
	text = slice_take(text, colon);
	if (address_parse(text, &address)) {
		add_address(out, &address);
		return;
	}
	if (text.len && text.len < CONTACT_NAME_SIZE && indicator_key_of_domain(text, &key) && !is_local_name(&key))
		add(out, &key);
}

static void add_url(struct observables *out, struct slice scheme, struct slice host, int64_t port, struct slice path)
{
	char text[TEXT_MAX];
	struct indicator_key key;
	char port_text[24] = "";
	int n;

	if (path.len == 0 || path.len > TEXT_MAX / 2 || host.len > CONTACT_NAME_SIZE)
		return;
	if (slice_starts_with(path, "http://") || slice_starts_with(path, "https://")) {
		if (indicator_key_of_url(path, &key))
			add(out, &key);
		return;
	}
	if (host.len == 0 || path.ptr[0] != '/')
		return;
	if (port > 0 && port <= UINT16_MAX && slice_find(host, ':') == host.len)
		snprintf(port_text, sizeof(port_text), ":%d", (int)port);
	n = snprintf(text, sizeof(text), "%.*s://%.*s%s%.*s", (int)scheme.len, (const char *)scheme.ptr, (int)host.len,
		     (const char *)host.ptr, port_text, (int)path.len, (const char *)path.ptr);
	if (n > 0 && (size_t)n < sizeof(text) && indicator_key_of_url(slice_of(text, (size_t)n), &key))
		add(out, &key);
}

static void add_hash(struct observables *out, struct slice text)
{
	struct indicator_key key;

	if (text.len && indicator_key_of_hash(text, &key))
		add(out, &key);
}

/* ------------------------------------------------------------------------------------------------------ contacts */

/* Services whose clients call by the clock. Both ends of each range are in. */
static bool polls_by_nature(int port)
{
	static const struct {
		int from, to;
	} ports[] = {
		{ 25, 25 },     /* SMTP */
		{ 53, 53 },     /* DNS */
		{ 67, 68 },     /* DHCP */
		{ 110, 110 },   /* POP3 */
		{ 123, 123 },   /* NTP */
		{ 137, 139 },   /* NetBIOS */
		{ 143, 143 },   /* IMAP */
		{ 161, 162 },   /* SNMP */
		{ 465, 465 },   /* SMTP over TLS */
		{ 500, 500 },   /* IKE */
		{ 514, 514 },   /* syslog */
		{ 587, 587 },   /* mail submission */
		{ 853, 853 },   /* DNS over TLS */
		{ 993, 993 },   /* IMAP over TLS */
		{ 995, 995 },   /* POP3 over TLS */
		{ 1194, 1194 }, /* OpenVPN */
		{ 1900, 1900 }, /* SSDP */
		{ 3478, 3481 }, /* STUN, TURN */
		{ 4500, 4500 }, /* IPsec NAT traversal */
		{ 5060, 5061 }, /* SIP */
		{ 5223, 5223 }, /* Apple push */
		{ 5228, 5230 }, /* Google push */
		{ 5353, 5353 }, /* mDNS */
	};

	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (port >= ports[i].from && port <= ports[i].to)
			return true;
	return false;
}

/* The end that is not the company's; NULL when the record does not tell. */
static const struct endpoint *remote_end(const struct alert *a)
{
	if (a->inside.family == 0)
		return NULL;
	if (address_equal(&a->source.ip, &a->inside))
		return &a->destination;
	return address_equal(&a->destination.ip, &a->inside) ? &a->source : NULL;
}

static void set_contact(struct observables *out, const struct sigma_record *record)
{
	const struct endpoint *remote = remote_end(record->alert);

	if (record->alert->direction != DIRECTION_OUTBOUND || !remote || remote->ip.family == 0 || remote->port <= 0 ||
	    polls_by_nature(remote->port))
		return;
	out->inside = record->alert->inside;
	out->destination = remote->ip;
	out->port = remote->port;
}

static void set_name(struct observables *out, struct slice host)
{
	struct indicator_key key;
	char text[INDICATOR_TEXT_SIZE];

	host = slice_take(host, slice_find(host, ':'));
	if (out->name[0] || host.len >= CONTACT_NAME_SIZE || !indicator_key_of_domain(host, &key) ||
	    is_local_name(&key))
		return;
	indicator_key_text(&key, text);
	if (strlen(text) < CONTACT_NAME_SIZE)
		memcpy(out->name, text, strlen(text) + 1);
}

static void set_started(struct observables *out, const struct sigma_record *record, time_us started)
{
	if (started != TIME_NONE && started <= record->ts && started > record->ts - SESSION_LONGEST)
		out->started = started;
}

/* Whether an inside host opened the session, and to somebody whose address or only whose name may be outside. */
static bool reaches_out(const struct alert *a)
{
	return a->direction == DIRECTION_OUTBOUND || a->direction == DIRECTION_INTERNAL ||
	       (a->direction == DIRECTION_UNKNOWN && a->inside.family);
}

/* ----------------------------------------------------------------------------------------------------------- EVE */

enum top { FILE_INFO, FILES, TLS, QUIC, DNS, HTTP, FLOW, TOP_COUNT };

static const struct slice top_names[TOP_COUNT] = {
	[FILE_INFO] = NAME("fileinfo"), [FILES] = NAME("files"), [TLS] = NAME("tls"),
	[QUIC] = NAME("quic"),          [DNS] = NAME("dns"),     [HTTP] = NAME("http"),
	[FLOW] = NAME("flow"),
};

struct eve {
	const struct json_reader *json;
	struct observables *out;
	uint32_t top[TOP_COUNT];
	uint8_t memory[TEXT_MAX]; /* of a text with escapes */
};

/* Valid until the next call. */
static struct slice text(struct eve *e, uint32_t value)
{
	struct arena arena = { .data = e->memory, .room = sizeof(e->memory) };
	struct slice s;

	return json_read_string(e->json, value, &arena, &s) ? s : (struct slice){ 0 };
}

static struct slice text_of(struct eve *e, uint32_t object, const char *name)
{
	return text(e, json_read_member(e->json, object, slice_of_string(name)));
}

static uint32_t member(const struct eve *e, uint32_t object, const char *name)
{
	return json_read_member(e->json, object, slice_of_string(name));
}

/* Calls for the elements of a list, or for the value itself when it is none. */
static void each(struct eve *e, uint32_t value, void (*take)(struct eve *e, uint32_t element, int depth), int depth)
{
	size_t count = 0;

	if (value == JSON_NONE)
		return;
	if (!json_read_is(e->json, value, JSON_KIND_ARRAY)) {
		take(e, value, depth);
		return;
	}
	for (uint32_t i = json_read_first(e->json, value); i < e->json->tokens[value].next && count++ < LIST_ITEMS_MAX;
	     i = e->json->tokens[i].next)
		take(e, i, depth);
}

/* An answer's data: an address (A, AAAA), or a name (CNAME). Other types' data is neither, or no contact. */
static void take_host(struct eve *e, uint32_t value, int depth)
{
	(void)depth;
	add_host(e->out, text(e, value));
}

/* A query, an answer, or a record that holds both: version 1 has one of them for each record, version 2 adds a list of
 * answers (and one grouped by type), alerts have lists of queries and an object with the answer, version 3 has lists of
 * queries and of answers. */
static void take_dns(struct eve *e, uint32_t object, int depth)
{
	static const char *const nested[] = { "queries", "query", "answers", "answer" };
	static const char *const data_types[] = { "A", "AAAA", "CNAME" };
	uint32_t grouped, data;

	if (depth > DNS_DEPTH_MAX || !json_read_is(e->json, object, JSON_KIND_OBJECT))
		return;
	add_host(e->out, text_of(e, object, "rrname"));
	data = member(e, object, "rdata");
	grouped = member(e, object, "grouped");
	for (size_t i = 0; i < ARRAY_LEN(data_types); i++) {
		if (slice_is(text_of(e, object, "rrtype"), data_types[i]))
			each(e, data, take_host, 0);
		each(e, member(e, grouped, data_types[i]), take_host, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(nested); i++)
		each(e, member(e, object, nested[i]), take_dns, depth + 1);
}

static void read_http(struct eve *e)
{
	uint32_t http = e->top[HTTP];
	char host[CONTACT_NAME_SIZE];
	struct slice name = text_of(e, http, "hostname");
	int64_t port = 0;

	if (name.len == 0 || name.len >= sizeof(host))
		return;
	memcpy(host, name.ptr, name.len); /* the text goes with the next one */
	name = slice_of(host, name.len);
	add_host(e->out, name);
	set_name(e->out, name);
	if (!json_read_integer(e->json, member(e, http, "http_port"), &port))
		port = 0;
	add_url(e->out, NAME("http"), name, port, text_of(e, http, "url"));
}

static void read_names(struct eve *e)
{
	static const enum top carriers[] = { TLS, QUIC };

	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		struct slice name = text_of(e, e->top[carriers[i]], "sni");

		if (name.len == 0)
			continue;
		add_host(e->out, name);
		set_name(e->out, name);
	}
	each(e, e->top[DNS], take_dns, 0);
	read_http(e);
}

static void take_file(struct eve *e, uint32_t file, int depth)
{
	static const char *const digests[] = { "md5", "sha1", "sha256" };

	(void)depth;
	for (size_t i = 0; i < ARRAY_LEN(digests); i++)
		add_hash(e->out, text_of(e, file, digests[i]));
}

static void read_eve_contact(struct eve *e, const struct sigma_record *record)
{
	uint32_t flow = e->top[FLOW];
	time_us started;

	set_contact(e->out, record);
	if (!json_read_integer(e->json, member(e, flow, "bytes_toserver"), &e->out->bytes) || e->out->bytes < 0)
		e->out->bytes = -1;
	/* An alert's flow is counted up to the alert, which says nothing about the session. */
	if (slice_is(record->event, "eve.alert"))
		e->out->bytes = -1;
	if (time_parse(text_of(e, flow, "start"), record->zone, &started))
		set_started(e->out, record, started);
}

static void read_eve(const struct sigma_record *record, struct observables *out)
{
	const struct alert *a = record->alert;
	struct eve e = { .json = record->json, .out = out };
	const struct endpoint *remote = remote_end(a);
	bool is_session = slice_is(record->event, "eve.flow") || slice_is(record->event, "eve.alert");

	json_read_members(record->json, 0, top_names, TOP_COUNT, e.top);
	if (a->direction != DIRECTION_EXTERNAL) {
		each(&e, e.top[FILE_INFO], take_file, 0);
		each(&e, e.top[FILES], take_file, 0);
	}
	/* The sender of a file is not who opened the session: its http record says that. */
	if (!reaches_out(a) || slice_is(record->event, "eve.fileinfo"))
		return;
	if (a->direction == DIRECTION_OUTBOUND && remote)
		add_address(out, &remote->ip);
	read_names(&e);
	if (is_session)
		read_eve_contact(&e, record);
}

/* ----------------------------------------------------------------------------------------------------- FortiGate */

enum field {
	HOST,
	URL,
	QUERY,
	ANSWERS,
	SERVICE,
	SENT,
	DURATION,
	ACTION,
	LOG_ID,
	FILE_HASH,
	FILE_CHECKSUM,
	FIELDS,
};

static const struct {
	struct slice name;
	enum field field;
} names[] = {
	{ NAME("hostname"), HOST },      { NAME("sni"), HOST },
	{ NAME("dstname"), HOST },       { NAME("url"), URL },
	{ NAME("qname"), QUERY },        { NAME("ipaddr"), ANSWERS },
	{ NAME("service"), SERVICE },    { NAME("sentbyte"), SENT },
	{ NAME("sent"), SENT },          { NAME("duration"), DURATION },
	{ NAME("action"), ACTION },      { NAME("status"), ACTION },
	{ NAME("logid"), LOG_ID },       { NAME("log_id"), LOG_ID },
	{ NAME("filehash"), FILE_HASH }, { NAME("analyticscksum"), FILE_CHECKSUM },
};

struct fortigate {
	struct slice field[FIELDS];
};

static void read_fields(struct slice body, struct fortigate *f)
{
	struct key_values_reader r = key_values_read(body);
	struct key_value p;

	while (key_values_next(&r, &p)) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			if (!slice_equal(p.key, names[i].name))
				continue;
			if (f->field[names[i].field].len == 0 && p.value.len <= TEXT_MAX)
				f->field[names[i].field] = p.value;
			break;
		}
	}
}

/* "192.0.2.1, 192.0.2.2" */
static void add_answers(struct observables *out, struct slice list)
{
	for (size_t count = 0; list.len && count < LIST_ITEMS_MAX; count++) {
		size_t comma = slice_find(list, ',');

		add_host(out, slice_trim(slice_take(list, comma)));
		list = slice_skip(list, comma + 1);
	}
}

/* Session records that say that one began, or goes on. logid is type (2), subtype (2), message (6). */
static bool is_interim(const struct fortigate *f)
{
	struct slice id = f->field[LOG_ID];

	if (slice_is(f->field[ACTION], "start"))
		return true;
	return id.len == 10 && slice_is(slice_skip(id, 4), "000020");
}

static void read_fortigate_contact(const struct fortigate *f, const struct sigma_record *record,
				   struct observables *out)
{
	int64_t seconds;

	if (is_interim(f))
		return;
	set_contact(out, record);
	set_name(out, f->field[HOST]);
	if (!slice_to_int64(f->field[SENT], &out->bytes) || out->bytes < 0)
		out->bytes = -1;
	if (slice_to_int64(f->field[DURATION], &seconds) && seconds >= 0 && seconds < SESSION_LONGEST / US_PER_SECOND)
		set_started(out, record, record->ts - seconds * US_PER_SECOND);
}

static void read_fortigate(const struct sigma_record *record, struct observables *out)
{
	const struct alert *a = record->alert;
	const struct endpoint *remote = remote_end(a);
	struct fortigate f = { 0 };
	bool tls, opened = a->inside.family && address_equal(&a->source.ip, &a->inside);

	read_fields(record->body, &f);
	if (a->direction != DIRECTION_EXTERNAL) {
		add_hash(out, f.field[FILE_HASH]);
		add_hash(out, f.field[FILE_CHECKSUM]);
	}
	/* The alert on a file that was fetched goes by the file's way, inwards; srcip opened the session all the same.
	 */
	if (!reaches_out(a) && !opened)
		return;
	if (a->direction != DIRECTION_INTERNAL && remote)
		add_address(out, &remote->ip);
	add_host(out, f.field[HOST]);
	add_host(out, f.field[QUERY]);
	add_answers(out, f.field[ANSWERS]);
	tls = slice_is_ignoring_case(f.field[SERVICE], "https");
	add_url(out, tls ? NAME("https") : NAME("http"), f.field[HOST], 0, f.field[URL]);
	if (slice_is(record->event, "fortigate.traffic"))
		read_fortigate_contact(&f, record, out);
}

/* ---------------------------------------------------------------------------------------------------------- both */

void observables_read(const struct sigma_record *record, struct observables *out)
{
	out->count = out->lost = 0;
	out->inside = out->destination = (struct address){ 0 };
	out->name[0] = 0;
	out->port = PORT_NONE;
	out->bytes = -1;
	out->started = TIME_NONE;
	if (slice_starts_with(record->event, "eve.") && record->json)
		read_eve(record, out);
	else if (slice_starts_with(record->event, "fortigate."))
		read_fortigate(record, out);
}
