/* FortiGate, key=value (FortiOS log reference; versions 4 to 7). `type` and `subtype` say what a record is: utm records
 * of the engines are detections as far as the engine objected to something; traffic and event records are context, and
 * so is what a web, DNS or application filter merely let through. */
#include "server/model/format.h"
#include "server/model/judge.h"
#include "server/model/key_values.h"
#include "server/model/protocol.h"

/* Fields that are read, under all the names they have had. */
enum field {
	TYPE,
	SUBTYPE,
	EVENT_KIND,
	LOG_ID,
	DEVICE,
	DATE,
	CLOCK,
	ZONE,
	EVENT_TIME,
	SOURCE_IP,
	SOURCE_PORT,
	DESTINATION_IP,
	DESTINATION_PORT,
	SOURCE_ROLE,
	DESTINATION_ROLE,
	PROTOCOL,
	ACTION,
	DIRECTION,
	SEVERITY,
	RISK,
	SESSION,
	COUNT,
	ATTACK,
	ATTACK_ID,
	VIRUS,
	VIRUS_ID,
	VIRUS_KIND,
	WEB_CATEGORY,
	APP,
	APP_ID,
	APP_CATEGORY,
	APP_RISK,
	BOTNET_DOMAIN,
	BOTNET_IP,
	QUERY,
	MESSAGE,
	FIELDS,
};

#define NAME(s) SLICE_LITERAL(s)

static const struct {
	struct slice name;
	enum field field;
} names[] = {
	{ NAME("type"), TYPE },
	{ NAME("subtype"), SUBTYPE },
	{ NAME("eventtype"), EVENT_KIND },
	{ NAME("logid"), LOG_ID },
	{ NAME("log_id"), LOG_ID },
	{ NAME("devid"), DEVICE },
	{ NAME("device_id"), DEVICE },
	{ NAME("date"), DATE },
	{ NAME("time"), CLOCK },
	{ NAME("tz"), ZONE },
	{ NAME("eventtime"), EVENT_TIME },
	{ NAME("srcip"), SOURCE_IP },
	{ NAME("src"), SOURCE_IP },
	{ NAME("srcport"), SOURCE_PORT },
	{ NAME("src_port"), SOURCE_PORT },
	{ NAME("sport"), SOURCE_PORT },
	{ NAME("dstip"), DESTINATION_IP },
	{ NAME("dst"), DESTINATION_IP },
	{ NAME("dstport"), DESTINATION_PORT },
	{ NAME("dst_port"), DESTINATION_PORT },
	{ NAME("dport"), DESTINATION_PORT },
	{ NAME("srcintfrole"), SOURCE_ROLE },
	{ NAME("dstintfrole"), DESTINATION_ROLE },
	{ NAME("proto"), PROTOCOL },
	{ NAME("action"), ACTION },
	{ NAME("status"), ACTION },
	{ NAME("direction"), DIRECTION },
	{ NAME("severity"), SEVERITY },
	{ NAME("crlevel"), RISK },
	{ NAME("sessionid"), SESSION },
	{ NAME("count"), COUNT },
	{ NAME("attack"), ATTACK },
	{ NAME("attackname"), ATTACK },
	{ NAME("attack_name"), ATTACK },
	{ NAME("attackid"), ATTACK_ID },
	{ NAME("attack_id"), ATTACK_ID },
	{ NAME("virus"), VIRUS },
	{ NAME("virusid"), VIRUS_ID },
	{ NAME("virus_id"), VIRUS_ID },
	{ NAME("dtype"), VIRUS_KIND },
	{ NAME("catdesc"), WEB_CATEGORY },
	{ NAME("cat_desc"), WEB_CATEGORY },
	{ NAME("app"), APP },
	{ NAME("appid"), APP_ID },
	{ NAME("appcat"), APP_CATEGORY },
	{ NAME("apprisk"), APP_RISK },
	{ NAME("botnetdomain"), BOTNET_DOMAIN },
	{ NAME("botnetip"), BOTNET_IP },
	{ NAME("qname"), QUERY },
	{ NAME("msg"), MESSAGE },
};

struct fortigate {
	const struct format_input *in;
	struct slice field[FIELDS];
	struct alert *out;
	struct evidence evidence;
	int protocol;
};

/* A backslash hides a quote or another backslash; anywhere else it is itself. */
static struct slice unescaped(const struct format_input *in, const struct key_value *p)
{
	uint8_t *copy, *to;

	if (!p->quoted || slice_find(p->value, '\\') == p->value.len)
		return p->value;
	copy = to = arena_take(in->arena, p->value.len);
	if (!copy)
		return p->value;
	for (size_t i = 0; i < p->value.len; i++) {
		if (p->value.ptr[i] == '\\' && i + 1 < p->value.len && memchr("\"\\", p->value.ptr[i + 1], 2))
			i++;
		*to++ = p->value.ptr[i];
	}
	return slice_of(copy, (size_t)(to - copy));
}

static void read_pairs(struct fortigate *f, struct slice text)
{
	struct key_values_reader r = key_values_read(text);
	struct key_value p;

	while (key_values_next(&r, &p)) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			if (!slice_equal(p.key, names[i].name))
				continue;
			if (!f->field[names[i].field].ptr)
				f->field[names[i].field] = unescaped(f->in, &p);
			break;
		}
	}
}

/* A FortiGate writes no syslog header. A relay that puts one in front (rsyslog, RFC 5424) takes the first word, which
 * is the date, for the name of a program. */
static void read_fields(struct fortigate *f)
{
	read_pairs(f, f->in->body);
	if (f->in->syslog)
		read_pairs(f, f->in->syslog->app);
}

static bool has(const struct fortigate *f, enum field field)
{
	return f->field[field].len > 0 && !slice_is(f->field[field], "N/A");
}

static bool is(const struct fortigate *f, enum field field, const char *value)
{
	return slice_is_ignoring_case(f->field[field], value);
}

/* "N/A" and nothing are no text. */
static struct slice text(const struct fortigate *f, enum field field)
{
	return has(f, field) ? f->field[field] : (struct slice){ 0 };
}

static struct slice first_of(const struct fortigate *f, enum field a, enum field b)
{
	return has(f, a) ? f->field[a] : text(f, b);
}

static bool in_list(struct slice s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_contains_ignoring_case(s, list[i]))
			return true;
	return false;
}

/* ---------------------------------------------------------------------------------------------- time */

/* Seconds (FortiOS 6.0), milliseconds, microseconds or nanoseconds (6.2 and later), told apart by their size. */
static bool time_of_epoch(struct slice digits, time_us *out)
{
	int64_t v;

	if (!slice_to_int64(digits, &v) || v <= 0)
		return false;
	if (v >= 100000000000000000)
		*out = v / 1000;
	else if (v >= 100000000000000)
		*out = v;
	else if (v >= 100000000000)
		*out = v * 1000;
	else
		*out = v * US_PER_SECOND;
	return true;
}

/* "+0900", "-0330". */
static int zone_seconds(struct slice tz, int otherwise)
{
	uint64_t v;

	if (tz.len != 5 || (tz.ptr[0] != '+' && tz.ptr[0] != '-') || !slice_to_uint64(slice_skip(tz, 1), &v))
		return otherwise;
	return (tz.ptr[0] == '-' ? -1 : 1) * (int)(v / 100 * 3600 + v % 100 * 60);
}

static void read_time(struct fortigate *f)
{
	char stamp[40];
	int zone = zone_seconds(f->field[ZONE], f->in->record->default_zone);

	if (time_of_epoch(f->field[EVENT_TIME], &f->out->event_time))
		return;
	if (f->field[DATE].len == 10 && f->field[CLOCK].len <= 20) {
		int n = snprintf(stamp, sizeof(stamp), "%.10s %.*s", (const char *)f->field[DATE].ptr,
				 (int)f->field[CLOCK].len, (const char *)f->field[CLOCK].ptr);

		if (n > 0 && time_parse(slice_of(stamp, (size_t)n), zone, &f->out->event_time))
			return;
	}
	f->out->event_time = f->in->syslog ? f->in->syslog->time : TIME_NONE;
}

/* ---------------------------------------------------------------------------------------------- ends */

static int port_of(struct slice s)
{
	uint64_t v;

	return slice_to_uint64(s, &v) && v <= UINT16_MAX ? (int)v : PORT_NONE;
}

/* An interface that faces inwards makes an address the company's own, whatever its range. */
static bool faces_inwards(const struct fortigate *f, enum field role)
{
	return is(f, role, "lan") || is(f, role, "dmz");
}

/* srcip opened the session, except that older builds give a reply's sender: then its port is the service's. */
static void read_ends(struct fortigate *f)
{
	struct alert *a = f->out;
	bool incoming = is(f, DIRECTION, "incoming") || is(f, DIRECTION, "1");

	address_parse(f->field[SOURCE_IP], &a->source.ip);
	address_parse(f->field[DESTINATION_IP], &a->destination.ip);
	a->source.port = port_of(f->field[SOURCE_PORT]);
	a->destination.port = port_of(f->field[DESTINATION_PORT]);
	f->evidence.source_is_home = faces_inwards(f, SOURCE_ROLE);
	f->evidence.destination_is_home = faces_inwards(f, DESTINATION_ROLE);
	f->evidence.opener = SIDE_SOURCE;
	if (incoming && protocol_port_is_service(a->source.port) && !protocol_port_is_service(a->destination.port))
		f->evidence.opener = SIDE_DESTINATION;
	if (has(f, DIRECTION))
		f->evidence.sender = incoming ? SIDE_DESTINATION : SIDE_SOURCE;
}

static void read_flow(struct fortigate *f)
{
	struct alert *a = f->out;

	if (!slice_to_int64(f->field[SESSION], &a->flow_id))
		a->flow_id = 0;
	f->protocol = PROTOCOL_UNKNOWN;
	if (has(f, PROTOCOL))
		a->transport = protocol_read(f->field[PROTOCOL], f->in->arena, &f->protocol);
	/* A FortiGate does not say the type of an ICMP message. */
	if (f->protocol != PROTOCOL_ICMP && f->protocol != PROTOCOL_ICMPV6)
		format_set_community_id(a, (struct slice){ 0 }, f->protocol, &a->source, &a->destination, f->in->arena);
}

/* ---------------------------------------------------------------------------------------------- outcome */

/* By the beginning of the word: dropped, drop_session, reset_client, blocked, block-url, ... */
static enum action action_of(struct slice word)
{
	static const struct {
		const char *begins;
		enum action action;
	} table[] = {
		{ "drop", ACTION_BLOCKED },       { "reset", ACTION_BLOCKED },    { "block", ACTION_BLOCKED },
		{ "clear", ACTION_BLOCKED },      { "den", ACTION_BLOCKED },      { "reject", ACTION_BLOCKED },
		{ "quarantine", ACTION_BLOCKED }, { "redirect", ACTION_BLOCKED }, { "sinkhole", ACTION_BLOCKED },
		{ "detected", ACTION_ALLOWED },   { "pass", ACTION_ALLOWED },     { "monitor", ACTION_ALLOWED },
		{ "accept", ACTION_ALLOWED },     { "allow", ACTION_ALLOWED },    { "permit", ACTION_ALLOWED },
		{ "exempt", ACTION_ALLOWED },     { "log", ACTION_ALLOWED },      { "tagged", ACTION_ALLOWED },
		{ "bypass", ACTION_ALLOWED },     { "warning", ACTION_ALLOWED },  { "start", ACTION_ALLOWED },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_is_ignoring_case(slice_take(word, strlen(table[i].begins)), table[i].begins))
			return table[i].action;
	return ACTION_UNKNOWN;
}

/* Severity, else the level of the client's reputation; -1 when neither is there. */
static int base_of_severity(const struct fortigate *f)
{
	static const struct {
		const char *name;
		int base;
	} table[] = {
		{ "critical", 85 }, { "high", 65 },        { "medium", 45 },
		{ "low", 25 },      { "information", 10 }, { "info", 10 },
	};
	const enum field fields[] = { SEVERITY, RISK };

	for (size_t k = 0; k < ARRAY_LEN(fields); k++)
		for (size_t i = 0; i < ARRAY_LEN(table); i++)
			if (is(f, fields[k], table[i].name))
				return table[i].base;
	return -1;
}

/* ---------------------------------------------------------------------------------------------- engines */

/* An intrusion signature's name is the only word about its kind. */
static enum attack_class class_of_attack(struct slice name, int base)
{
	static const struct {
		const char *part;
		enum attack_class class;
	} table[] = {
		{ "botnet", CLASS_COMMAND_AND_CONTROL },
		{ "backdoor", CLASS_MALWARE },
		{ "trojan", CLASS_MALWARE },
		{ "worm", CLASS_MALWARE },
		{ "miner", CLASS_MINING },
		{ "brute.force", CLASS_LOGIN_GUESS },
		{ "scanner", CLASS_RECONNAISSANCE },
		{ "port_scan", CLASS_RECONNAISSANCE },
		{ "flood", CLASS_DENIAL_OF_SERVICE },
		{ ".dos", CLASS_DENIAL_OF_SERVICE },
		{ "exploit.kit", CLASS_EXPLOIT_KIT },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_contains_ignoring_case(name, table[i].part))
			return table[i].class;
	return base >= 45 ? CLASS_EXPLOIT : CLASS_SUSPICIOUS;
}

static void read_count(struct fortigate *f)
{
	uint64_t count;

	if (slice_to_uint64(f->field[COUNT], &count) && count >= 1)
		f->out->repeat_count = count < INT32_MAX ? (int32_t)count : INT32_MAX;
}

static bool read_intrusion(struct fortigate *f)
{
	int base = base_of_severity(f);

	f->out->engine = ENGINE_IPS;
	f->out->signature_id = text(f, ATTACK_ID);
	f->out->signature = first_of(f, ATTACK, MESSAGE);
	f->out->category = first_of(f, EVENT_KIND, SUBTYPE);
	f->evidence.base = base < 0 ? 45 : base;
	f->evidence.class = class_of_attack(f->field[ATTACK], f->evidence.base);
	read_count(f);
	return true;
}

/* Rate anomalies go by names like tcp_port_scan, icmp_sweep, udp_flood, tcp_dst_session. */
static bool read_anomaly(struct fortigate *f)
{
	static const char *const looks[] = { "scan", "sweep" }, *const wears_down[] = { "flood", "_session" };

	read_intrusion(f);
	f->out->category = NAME("anomaly");
	if (in_list(f->field[ATTACK], looks, ARRAY_LEN(looks)))
		f->evidence.class = CLASS_RECONNAISSANCE;
	else if (in_list(f->field[ATTACK], wears_down, ARRAY_LEN(wears_down)))
		f->evidence.class = CLASS_DENIAL_OF_SERVICE;
	else
		f->evidence.class = CLASS_SUSPICIOUS;
	return true;
}

static int base_of_virus(const struct fortigate *f)
{
	static const char *const unwanted[] = { "riskware", "adware", "pua", "grayware" };

	if (slice_contains_ignoring_case(f->field[VIRUS], "eicar"))
		return 5;
	if (in_list(f->field[VIRUS], unwanted, ARRAY_LEN(unwanted)))
		return 20;
	return f->out->action == ACTION_REMOVED ? 50 : 75;
}

/* A file that was blocked or put aside never reached anybody: the pilot's "virus removed". Reports on files that were
 * too large or went to the sandbox are no detections. */
static bool read_antivirus(struct fortigate *f)
{
	struct alert *a = f->out;

	a->engine = ENGINE_ANTIVIRUS;
	a->signature_id = text(f, VIRUS_ID);
	a->signature = first_of(f, VIRUS, MESSAGE);
	a->category = first_of(f, VIRUS_KIND, EVENT_KIND);
	if (a->action == ACTION_BLOCKED)
		a->action = ACTION_REMOVED;
	f->evidence.base_is_final = true;
	if (is(f, VIRUS_KIND, "botnet") || is(f, EVENT_KIND, "botnet")) {
		f->evidence.class = CLASS_COMMAND_AND_CONTROL;
		f->evidence.base = 85;
	} else {
		f->evidence.class = CLASS_MALICIOUS_FILE;
		f->evidence.base = base_of_virus(f);
	}
	return has(f, VIRUS) || a->action == ACTION_REMOVED;
}

static bool read_web(struct fortigate *f)
{
	static const char *const malicious[] = { "malicious", "phishing", "spam url", "malware",
						 "command and control" };
	bool bad = in_list(f->field[WEB_CATEGORY], malicious, ARRAY_LEN(malicious));

	f->out->engine = ENGINE_WEB;
	f->out->signature = first_of(f, WEB_CATEGORY, MESSAGE);
	f->out->category = text(f, EVENT_KIND);
	f->evidence.class = bad ? CLASS_DELIVERY : CLASS_POLICY;
	f->evidence.base = bad ? 50 : 10;
	return bad || f->out->action == ACTION_BLOCKED;
}

static bool read_application_firewall(struct fortigate *f)
{
	int base = base_of_severity(f);

	f->out->engine = ENGINE_WEB;
	f->out->signature_id = text(f, ATTACK_ID);
	f->out->signature = first_of(f, ATTACK, MESSAGE);
	f->out->category = text(f, EVENT_KIND);
	f->evidence.class = CLASS_EXPLOIT;
	f->evidence.base = base < 0 ? 45 : base;
	return true;
}

static bool read_dns(struct fortigate *f)
{
	bool botnet = has(f, BOTNET_DOMAIN) || has(f, BOTNET_IP);

	f->out->engine = ENGINE_DNS;
	f->out->signature = botnet ? first_of(f, BOTNET_DOMAIN, BOTNET_IP) : first_of(f, WEB_CATEGORY, MESSAGE);
	f->out->category = text(f, EVENT_KIND);
	f->evidence.name_lookup = true;
	f->evidence.class = botnet ? CLASS_COMMAND_AND_CONTROL : CLASS_POLICY;
	f->evidence.base = botnet ? 85 : 10;
	return botnet || f->out->action == ACTION_BLOCKED;
}

static bool read_application(struct fortigate *f)
{
	bool botnet = slice_contains_ignoring_case(f->field[APP_CATEGORY], "botnet") || is(f, APP_RISK, "critical");

	f->out->engine = ENGINE_OTHER;
	f->out->signature_id = text(f, APP_ID);
	f->out->signature = first_of(f, APP, MESSAGE);
	f->out->category = text(f, APP_CATEGORY);
	f->evidence.class = botnet ? CLASS_COMMAND_AND_CONTROL : CLASS_POLICY;
	f->evidence.base = botnet ? 85 : 15;
	return botnet || f->out->action == ACTION_BLOCKED;
}

/* Mail, data loss, TLS and SSH inspection, ...: what they stopped. */
static bool read_other(struct fortigate *f)
{
	int base = base_of_severity(f);

	f->out->engine = ENGINE_OTHER;
	f->out->signature = first_of(f, MESSAGE, EVENT_KIND);
	f->out->category = text(f, EVENT_KIND);
	f->evidence.class = CLASS_POLICY;
	f->evidence.base = base < 0 ? 15 : base;
	return f->out->action == ACTION_BLOCKED;
}

/* By subtype under type utm; older FortiOS has the engine as the type. `event`: what rules know it by, under all its
 * names. `read` says whether it is a detection. */
static const struct engine_reader {
	const char *name, *event;
	bool (*read)(struct fortigate *f);
} engines[] = {
	{ "ips", "ips", read_intrusion },
	{ "attack", "ips", read_intrusion },
	{ "signature", "ips", read_intrusion },
	{ "anomaly", "anomaly", read_anomaly },
	{ "virus", "virus", read_antivirus },
	{ "webfilter", "webfilter", read_web },
	{ "waf", "waf", read_application_firewall },
	{ "dns", "dns", read_dns },
	{ "app-ctrl", "app-ctrl", read_application },
	{ "app", "app-ctrl", read_application },
	{ "emailfilter", "emailfilter", read_other },
	{ "spam", "emailfilter", read_other },
	{ "dlp", "dlp", read_other },
	{ "ssl", "ssl", read_other },
	{ "ssh", "ssh", read_other },
	{ "file-filter", "file-filter", read_other },
	{ "cifs", "cifs", read_other },
	{ "voip", "voip", read_other },
	{ "icap", "icap", read_other },
	{ "casb", "casb", read_other },
};

/* The engine's type stands in logid too (its first two digits), but its text is what FortiOS itself goes by. */
static const struct engine_reader *engine_of(const struct fortigate *f)
{
	enum field which = is(f, TYPE, "utm") ? SUBTYPE : TYPE;

	/* type=attack subtype=anomaly, type=ips subtype=anomaly */
	if (is(f, SUBTYPE, "anomaly"))
		which = SUBTYPE;
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		if (is(f, which, engines[i].name))
			return &engines[i];
	return NULL;
}

/* `type` as a word of its own: others (Sophos: log_type, device_id) write similar ones. */
static bool recognise(const struct format_input *in)
{
	static const char *const types[] = { " type=", ",type=" };
	static const char *const marks[] = { "logid=", "log_id=", "devid=", "device_id=" };
	bool typed = slice_starts_with(in->body, "type=");

	for (size_t i = 0; i < ARRAY_LEN(types) && !typed; i++)
		typed = slice_contains(in->body, types[i]);
	for (size_t i = 0; i < ARRAY_LEN(marks) && typed && !in->json; i++)
		if (slice_contains(in->body, marks[i]))
			return true;
	return false;
}

/* Of records without an engine: their type (traffic, event, ...). */
static struct slice event_of(const struct fortigate *f, const struct engine_reader *engine)
{
	return engine ? slice_of_string(engine->event) : f->field[TYPE];
}

static enum verdict normalise_fortigate(const struct format_input *in, struct normalised *out)
{
	struct fortigate f = { .in = in, .out = &out->alert };
	struct alert *a = f.out;
	const struct engine_reader *engine;

	read_fields(&f);
	if (!has(&f, TYPE))
		return format_unparsed(out, UNPARSED_INCOMPLETE);
	engine = engine_of(&f);
	out->event = event_of(&f, engine);
	if (!engine)
		return VERDICT_CONTEXT;
	a->action = action_of(f.field[ACTION]);
	read_ends(&f);
	if (!engine->read(&f))
		return VERDICT_CONTEXT;
	if (a->signature.len == 0 && a->signature_id.len == 0)
		return format_unparsed(out, UNPARSED_INCOMPLETE);
	read_time(&f);
	read_flow(&f);
	judge(a, &f.evidence, in->record->home);
	return VERDICT_ALERT;
}

static enum engine context_engine(const struct engine_reader *engine)
{
	if (!engine)
		return ENGINE_OTHER;
	if (strcmp(engine->event, "dns") == 0)
		return ENGINE_DNS;
	if (strcmp(engine->event, "webfilter") == 0)
		return ENGINE_WEB;
	return strcmp(engine->event, "virus") == 0 ? ENGINE_ANTIVIRUS : ENGINE_OTHER;
}

static void fill_context(const struct format_input *in, struct alert *out)
{
	struct fortigate f = { .in = in, .out = out };

	read_fields(&f);
	out->engine = context_engine(engine_of(&f));
	out->action = action_of(f.field[ACTION]);
	read_ends(&f);
	read_time(&f);
	if (!slice_to_int64(f.field[SESSION], &out->flow_id))
		out->flow_id = 0;
	if (has(&f, PROTOCOL))
		out->transport = protocol_read(f.field[PROTOCOL], in->arena, &f.protocol);
	f.evidence.class = CLASS_NOISE;
	f.evidence.name_lookup = out->engine == ENGINE_DNS;
	judge(out, &f.evidence, in->record->home);
}

const struct format format_fortigate = { "fortigate", recognise, normalise_fortigate, fill_context };
