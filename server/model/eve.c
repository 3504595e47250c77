/* Suricata's EVE, versions 4 to 9 (docs of OISF/suricata, "EVE JSON Output"): one JSON object a record, whose
 * event_type says what it is. Only `alert` is a detection; every other type is context. The endpoints of an alert are
 * those of the packet that fired, so who opened the session is asked of what newer versions add (flow.src_ip,
 * direction). */
#include "server/model/attack.h"
#include "server/model/community_id.h"
#include "server/model/format.h"
#include "server/model/judge.h"
#include "server/model/protocol.h"

#define NAME(s) SLICE_LITERAL(s)

enum { DNS_PORT = 53 };

enum top {
	TIMESTAMP,
	EVENT_TYPE,
	SRC_IP,
	SRC_PORT,
	DEST_IP,
	DEST_PORT,
	PROTO,
	ALERT,
	FLOW_ID,
	COMMUNITY,
	DIRECTION,
	FLOW,
	VERDICT,
	APP_PROTO,
	ICMP_TYPE,
	ICMP_CODE,
	BEATS_TIME,
	TOP_COUNT,
};

static const struct slice top_names[TOP_COUNT] = {
	[TIMESTAMP] = NAME("timestamp"),   [EVENT_TYPE] = NAME("event_type"),
	[SRC_IP] = NAME("src_ip"),         [SRC_PORT] = NAME("src_port"),
	[DEST_IP] = NAME("dest_ip"),       [DEST_PORT] = NAME("dest_port"),
	[PROTO] = NAME("proto"),           [ALERT] = NAME("alert"),
	[FLOW_ID] = NAME("flow_id"),       [COMMUNITY] = NAME("community_id"),
	[DIRECTION] = NAME("direction"),   [FLOW] = NAME("flow"),
	[VERDICT] = NAME("verdict"),       [APP_PROTO] = NAME("app_proto"),
	[ICMP_TYPE] = NAME("icmp_type"),   [ICMP_CODE] = NAME("icmp_code"),
	[BEATS_TIME] = NAME("@timestamp"),
};

enum rule { ACTION, SIGNATURE_ID, SIGNATURE, CATEGORY, PRIORITY, ATTACKER, METADATA, RULE_COUNT };

static const struct slice rule_names[RULE_COUNT] = {
	[ACTION] = NAME("action"),     [SIGNATURE_ID] = NAME("signature_id"), [SIGNATURE] = NAME("signature"),
	[CATEGORY] = NAME("category"), [PRIORITY] = NAME("severity"),         [ATTACKER] = NAME("source"),
	[METADATA] = NAME("metadata"),
};

enum metadata { SEVERITY, CONFIDENCE, TARGET, TACTIC, TECHNIQUE, METADATA_COUNT };

static const struct slice metadata_names[METADATA_COUNT] = {
	[SEVERITY] = NAME("signature_severity"),  [CONFIDENCE] = NAME("confidence"),
	[TARGET] = NAME("attack_target"),         [TACTIC] = NAME("mitre_tactic_id"),
	[TECHNIQUE] = NAME("mitre_technique_id"),
};

/* One record, with the members found in one pass over each object. */
struct eve {
	const struct format_input *in;
	uint32_t top[TOP_COUNT];
	uint32_t rule[RULE_COUNT];
	struct alert *out;
	struct evidence evidence;
	int protocol;
};

/* A string's text; empty (ptr NULL) when it is none. */
static struct slice text(const struct eve *e, uint32_t value)
{
	struct slice s;

	return json_read_string(e->in->json, value, e->in->arena, &s) ? s : (struct slice){ 0 };
}

static struct slice text_of(const struct eve *e, uint32_t object, struct slice name)
{
	return text(e, json_read_member(e->in->json, object, name));
}

/* A number as written, or a string's text: some fields come as either. */
static struct slice number_or_text(const struct eve *e, uint32_t value)
{
	return json_read_is(e->in->json, value, JSON_KIND_NUMBER) ? json_read_raw(e->in->json, value) : text(e, value);
}

static int small_integer(const struct eve *e, uint32_t value, int most)
{
	int64_t v;

	return json_read_integer(e->in->json, value, &v) && v >= 0 && v <= most ? (int)v : -1;
}

static void read_endpoint(const struct eve *e, enum top ip, enum top port, struct endpoint *out)
{
	address_parse(text(e, e->top[ip]), &out->ip);
	out->port = small_integer(e, e->top[port], UINT16_MAX);
}

static void read_time(struct eve *e)
{
	int zone = e->in->record->default_zone;

	if (!time_parse(text(e, e->top[TIMESTAMP]), zone, &e->out->event_time) &&
	    !time_parse(text(e, e->top[BEATS_TIME]), zone, &e->out->event_time))
		e->out->event_time = e->in->syslog ? e->in->syslog->time : TIME_NONE;
}

static void read_flow(struct eve *e)
{
	struct endpoint source = e->out->source, destination = e->out->destination;

	if (!json_read_integer(e->in->json, e->top[FLOW_ID], &e->out->flow_id))
		e->out->flow_id = 0;
	if (e->top[PROTO] != JSON_NONE)
		e->out->transport = protocol_read(number_or_text(e, e->top[PROTO]), e->in->arena, &e->protocol);
	if (e->protocol == PROTOCOL_ICMP || e->protocol == PROTOCOL_ICMPV6) {
		source.port = small_integer(e, e->top[ICMP_TYPE], UINT8_MAX);
		destination.port = small_integer(e, e->top[ICMP_CODE], UINT8_MAX);
	}
	format_set_community_id(e->out, text(e, e->top[COMMUNITY]), e->protocol, &source, &destination, e->in->arena);
}

/* alert.action is what the rule did; the verdict is what became of the packet, by whatever rule. */
static void read_action(struct eve *e)
{
	struct slice action = text(e, e->rule[ACTION]), final = text_of(e, e->top[VERDICT], NAME("action"));

	if (slice_is(action, "blocked") || slice_is(final, "drop"))
		e->out->action = ACTION_BLOCKED;
	else if (slice_is(action, "allowed"))
		e->out->action = ACTION_ALLOWED;
}

static void read_direction(struct eve *e)
{
	struct slice direction = text(e, e->top[DIRECTION]);

	if (slice_is(direction, "to_server"))
		e->evidence.sender = SIDE_SOURCE;
	else if (slice_is(direction, "to_client"))
		e->evidence.sender = SIDE_DESTINATION;
}

/* Suricata 7 and later name the flow's opener; which of the packet's ends is it? */
static void read_opener(struct eve *e)
{
	const struct endpoint *source = &e->out->source, *destination = &e->out->destination;
	struct address opener;
	bool is_source, is_destination;
	int port;

	if (!address_parse(text_of(e, e->top[FLOW], NAME("src_ip")), &opener))
		return;
	is_source = address_equal(&opener, &source->ip);
	is_destination = address_equal(&opener, &destination->ip);
	if (is_source && is_destination) {
		port = small_integer(e, json_read_member(e->in->json, e->top[FLOW], NAME("src_port")), UINT16_MAX);
		is_source = port < 0 || port == source->port;
	}
	if (is_source || is_destination)
		e->evidence.opener = is_source ? SIDE_SOURCE : SIDE_DESTINATION;
	/* Without a packet direction, the opener tells which way the packet went. */
	if (e->evidence.sender == SIDE_UNKNOWN)
		e->evidence.sender = e->evidence.opener;
}

/* The classes say more than the priority, which stands in where a rule has a class of its own or none. */
static void read_class(struct eve *e)
{
	static const int base_of_priority[] = { 15, 50, 30, 15 };
	const struct classification *c = classification_find(e->out->category);
	int priority = small_integer(e, e->rule[PRIORITY], 255);

	if (c) {
		e->evidence.class = c->class;
		e->evidence.base = c->base;
	} else {
		e->evidence.class = CLASS_OTHER;
		e->evidence.base = priority > 3 ? 10 : base_of_priority[priority < 0 ? 0 : priority];
	}
}

typedef void (*metadata_reader)(struct eve *e, struct slice value);

static void on_severity(struct eve *e, struct slice value)
{
	static const struct {
		const char *value;
		int adjust, cap;
	} table[] = {
		{ "Critical", 20, 0 },      { "Major", 10, 0 }, { "Minor", -5, 0 },
		{ "Informational", 0, 20 }, { "Audit", 0, 10 },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!slice_is_ignoring_case(value, table[i].value))
			continue;
		e->evidence.adjust += table[i].adjust;
		e->evidence.cap = table[i].cap;
	}
}

static void on_confidence(struct eve *e, struct slice value)
{
	if (slice_is_ignoring_case(value, "Low"))
		e->evidence.adjust -= 15;
	else if (slice_is_ignoring_case(value, "High"))
		e->evidence.adjust += 5;
}

static void on_target(struct eve *e, struct slice value)
{
	if (slice_is(value, "Client_Endpoint") || slice_is(value, "Mobile_Client") || slice_is(value, "SMB_Client"))
		e->evidence.target = TARGET_CLIENT;
	else if (slice_is(value, "IoT") || slice_is(value, "Networking_Equipment") ||
		 (slice_contains(value, "Server") && !slice_contains(value, "Client")))
		e->evidence.target = TARGET_SERVER;
}

static void on_tactic(struct eve *e, struct slice value)
{
	e->evidence.tactics |= attack_tactic(value);
}

static void on_technique(struct eve *e, struct slice value)
{
	struct alert *a = e->out;

	for (size_t i = 0; i < a->technique_count; i++)
		if (slice_equal(a->technique[i], value))
			return;
	if (a->technique_count < ALERT_TECHNIQUES_MAX && attack_is_technique(value))
		a->technique[a->technique_count++] = value;
}

/* Values come as a list of strings; a lone string is taken as a list of one. A list of severities counts once. */
static void each_value(struct eve *e, uint32_t values, bool only_first, metadata_reader read)
{
	const struct json_reader *json = e->in->json;

	if (!json_read_is(json, values, JSON_KIND_ARRAY)) {
		read(e, text(e, values));
		return;
	}
	for (uint32_t i = json_read_first(json, values); i < json->tokens[values].next; i = json->tokens[i].next) {
		read(e, text(e, i));
		if (only_first)
			return;
	}
}

static void read_metadata(struct eve *e)
{
	uint32_t found[METADATA_COUNT];

	json_read_members(e->in->json, e->rule[METADATA], metadata_names, METADATA_COUNT, found);
	each_value(e, found[SEVERITY], true, on_severity);
	each_value(e, found[CONFIDENCE], true, on_confidence);
	each_value(e, found[TARGET], false, on_target);
	each_value(e, found[TACTIC], false, on_tactic);
	each_value(e, found[TECHNIQUE], false, on_technique);
}

/* An event_type alone is not enough: other products (ESET) have one too, and theirs may be a detection. */
static bool recognise(const struct format_input *in)
{
	static const struct slice marks[] = { NAME("event_type"), NAME("timestamp"), NAME("alert") };
	uint32_t found[ARRAY_LEN(marks)];

	if (!in->json)
		return false;
	json_read_members(in->json, 0, marks, ARRAY_LEN(marks), found);
	return found[0] != JSON_NONE && (found[1] != JSON_NONE || json_read_is(in->json, found[2], JSON_KIND_OBJECT));
}

static void read_rule(struct eve *e)
{
	struct alert *a = e->out;

	a->engine = ENGINE_IPS;
	a->signature_id = number_or_text(e, e->rule[SIGNATURE_ID]);
	a->signature = text(e, e->rule[SIGNATURE]);
	a->category = text(e, e->rule[CATEGORY]);
	e->evidence.name_lookup = slice_is(text(e, e->top[APP_PROTO]), "dns");
	address_parse(text_of(e, e->rule[ATTACKER], NAME("ip")), &e->evidence.attacker);
}

static enum verdict normalise_eve(const struct format_input *in, struct normalised *out)
{
	struct eve e = { .in = in, .out = &out->alert, .protocol = PROTOCOL_UNKNOWN };
	struct alert *a = e.out;

	json_read_members(in->json, 0, top_names, TOP_COUNT, e.top);
	if (!json_read_is(in->json, e.top[EVENT_TYPE], JSON_KIND_STRING))
		return format_unparsed(out, UNPARSED_INCOMPLETE);
	out->event = json_read_raw(in->json, e.top[EVENT_TYPE]);
	if (!slice_is(out->event, "alert"))
		return VERDICT_CONTEXT;
	json_read_members(in->json, e.top[ALERT], rule_names, RULE_COUNT, e.rule);
	read_rule(&e);
	if (a->signature_id.len == 0 && a->signature.len == 0)
		return format_unparsed(out, UNPARSED_INCOMPLETE);
	read_endpoint(&e, SRC_IP, SRC_PORT, &a->source);
	read_endpoint(&e, DEST_IP, DEST_PORT, &a->destination);
	read_time(&e);
	read_flow(&e);
	read_action(&e);
	read_direction(&e);
	read_opener(&e);
	read_class(&e);
	read_metadata(&e);
	judge(a, &e.evidence, in->record->home);
	return VERDICT_ALERT;
}

/* ------------------------------------------------------------------------------------------------------- context */

/* What kind of detection a match on such a record is, and whether its source is who opened the session. Of others the
 * source may be whoever sent last. */
static const struct {
	const char *type;
	enum engine engine;
	bool source_opens;
} context_types[] = {
	{ "flow", ENGINE_OTHER, true }, { "netflow", ENGINE_OTHER, false },      { "dns", ENGINE_DNS, false },
	{ "http", ENGINE_WEB, true },   { "http2", ENGINE_WEB, true },           { "tls", ENGINE_WEB, true },
	{ "quic", ENGINE_WEB, true },   { "fileinfo", ENGINE_ANTIVIRUS, false },
};

static void read_context_type(struct eve *e)
{
	struct slice type = json_read_raw(e->in->json, e->top[EVENT_TYPE]);

	for (size_t i = 0; i < ARRAY_LEN(context_types); i++) {
		if (!slice_is(type, context_types[i].type))
			continue;
		e->out->engine = context_types[i].engine;
		if (context_types[i].source_opens && e->evidence.opener == SIDE_UNKNOWN)
			e->evidence.opener = SIDE_SOURCE;
	}
	if (e->out->engine != ENGINE_DNS)
		return;
	e->evidence.name_lookup = true;
	if (e->out->source.port == DNS_PORT && e->out->destination.port != DNS_PORT)
		e->evidence.opener = SIDE_DESTINATION;
}

static void fill_context(const struct format_input *in, struct alert *out)
{
	struct eve e = { .in = in, .out = out, .protocol = PROTOCOL_UNKNOWN, .evidence = { .class = CLASS_NOISE } };

	json_read_members(in->json, 0, top_names, TOP_COUNT, e.top);
	read_endpoint(&e, SRC_IP, SRC_PORT, &out->source);
	read_endpoint(&e, DEST_IP, DEST_PORT, &out->destination);
	read_time(&e);
	if (!json_read_integer(in->json, e.top[FLOW_ID], &out->flow_id))
		out->flow_id = 0;
	if (e.top[PROTO] != JSON_NONE)
		out->transport = protocol_read(number_or_text(&e, e.top[PROTO]), in->arena, &e.protocol);
	out->community_id = text(&e, e.top[COMMUNITY]);
	if (!community_id_is_valid(out->community_id))
		out->community_id = (struct slice){ 0 };
	read_direction(&e);
	read_opener(&e);
	read_context_type(&e);
	judge(out, &e.evidence, in->record->home);
}

const struct format format_eve = { "eve", recognise, normalise_eve, fill_context };
