#include "server/model/judge.h"

#include "server/model/attack.h"
#include "server/model/protocol.h"

/* Where clients take their ports: from 32768 today; old systems, and proxies, from 1024. */
enum { EPHEMERAL = 32768, EPHEMERAL_ONCE = 1024 };

/* Where an attack class leads, by who opened the session. */
enum view { FROM_OUTSIDE, FROM_INSIDE, WITHIN, VIEWS };

struct class_facts {
	enum stage stage[VIEWS];
	const char *technique[VIEWS];
	bool stageless; /* a policy matter: not even the rule's metadata raises the stage */
};

#define EVERYWHERE(v)   \
	{               \
		v, v, v \
	}

static const struct class_facts facts[CLASS_COUNT] = {
	[CLASS_NOISE] = { .stageless = true },
	[CLASS_POLICY] = { .stageless = true },
	[CLASS_ADDRESS_CHECK] = { EVERYWHERE(STAGE_RECONNAISSANCE), EVERYWHERE("T1016"), false },
	[CLASS_REPUTATION] = { { STAGE_RECONNAISSANCE, STAGE_NONE, STAGE_NONE }, { 0 }, false },
	[CLASS_RECONNAISSANCE] = { EVERYWHERE(STAGE_RECONNAISSANCE), { "T1595", "T1046", "T1046" }, false },
	[CLASS_LOGIN_GUESS] = { EVERYWHERE(STAGE_ACTIONS), EVERYWHERE("T1110"), false },
	[CLASS_SUSPICIOUS_LOGIN] = { EVERYWHERE(STAGE_EXPLOITATION), EVERYWHERE("T1078"), false },
	[CLASS_PHISHING] = { EVERYWHERE(STAGE_DELIVERY), EVERYWHERE("T1566"), false },
	[CLASS_DENIAL_OF_SERVICE] = { EVERYWHERE(STAGE_ACTIONS), EVERYWHERE("T1498"), false },
	[CLASS_MINING] = { EVERYWHERE(STAGE_ACTIONS), EVERYWHERE("T1496"), false },
	[CLASS_EXPLOIT] = { { STAGE_EXPLOITATION, STAGE_EXPLOITATION, STAGE_ACTIONS },
			    { "T1190", NULL, "T1210" },
			    false },
	[CLASS_EXPLOIT_KIT] = { EVERYWHERE(STAGE_DELIVERY), EVERYWHERE("T1189"), false },
	[CLASS_DELIVERY] = { EVERYWHERE(STAGE_DELIVERY), { 0 }, false },
	[CLASS_MALICIOUS_FILE] = { { STAGE_DELIVERY, STAGE_DELIVERY, STAGE_INSTALLATION }, { 0 }, false },
	[CLASS_MALWARE] = { { STAGE_EXPLOITATION, STAGE_COMMAND_AND_CONTROL, STAGE_EXPLOITATION }, { 0 }, false },
	[CLASS_COMMAND_AND_CONTROL] = { EVERYWHERE(STAGE_COMMAND_AND_CONTROL), { 0 }, false },
	[CLASS_COMPROMISE] = { EVERYWHERE(STAGE_EXPLOITATION), { 0 }, false },
	[CLASS_CREDENTIAL_THEFT] = { EVERYWHERE(STAGE_ACTIONS), { 0 }, false },
};

/* The two ends, by role. */
struct ends {
	const struct address *opener, *responder;
	bool opener_home, responder_home;
};

/* Whether the ports show that the packet is a server's answer: it comes from a service port and goes to a client's. In
 * the lower range only the web and mail ports count, from which nobody scans by habit. */
static bool is_answer_by_ports(const struct alert *a)
{
	static const int common[] = { 25, 80, 110, 143, 443, 465, 587, 993, 995, 8080 };
	int from = a->source.port, to = a->destination.port;

	if (protocol_port_is_service(from) && to >= EPHEMERAL)
		return true;
	if (to < EPHEMERAL_ONCE || protocol_port_is_service(to) || !slice_is(a->transport, "tcp"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		if (from == common[i])
			return true;
	return false;
}

/* Who opened the session: the device's word, else the way the packet went (which the ports may show), else the attacker
 * that the rule names, else the source. */
static enum side opener_of(const struct alert *a, const struct evidence *e)
{
	if (e->opener != SIDE_UNKNOWN)
		return e->opener;
	if (e->sender != SIDE_UNKNOWN)
		return e->sender;
	if (e->attacker.family && address_equal(&e->attacker, &a->destination.ip))
		return SIDE_DESTINATION;
	return SIDE_SOURCE;
}

static struct ends find_ends(const struct alert *a, const struct evidence *e, const struct networks *own)
{
	bool source_home = e->source_is_home || networks_are_home(own, &a->source.ip);
	bool destination_home = e->destination_is_home || networks_are_home(own, &a->destination.ip);

	if (opener_of(a, e) == SIDE_DESTINATION)
		return (struct ends){ &a->destination.ip, &a->source.ip, destination_home, source_home };
	return (struct ends){ &a->source.ip, &a->destination.ip, source_home, destination_home };
}

/* Whether a file that an antivirus engine stopped came from the end that opened the session. The device's word on the
 * packet's way decides; without it, mail is handed over by whoever connects, and everything else is fetched. */
static bool opener_sent_file(const struct alert *a, const struct ends *n, const struct evidence *e)
{
	int service = n->responder == &a->destination.ip ? a->destination.port : a->source.port;

	if (e->sender != SIDE_UNKNOWN)
		return e->sender == SIDE_SOURCE;
	return service == 25 || service == 465 || service == 587;
}

/* A malicious file is judged by its own way, from who sent it to who was to get it, whoever opened the session: a
 * download comes from outside although the call for it went out. */
static void follow_file(const struct alert *a, struct ends *n, struct evidence *e)
{
	if (!opener_sent_file(a, n, e))
		*n = (struct ends){ n->responder, n->opener, n->responder_home, n->opener_home };
	e->sender = SIDE_SOURCE;
}

static enum direction direction_of(const struct ends *n)
{
	if (n->opener->family == 0 || n->responder->family == 0)
		return DIRECTION_UNKNOWN;
	if (n->opener_home)
		return n->responder_home ? DIRECTION_INTERNAL : DIRECTION_OUTBOUND;
	return n->responder_home ? DIRECTION_INBOUND : DIRECTION_EXTERNAL;
}

static enum view view_of(enum direction d)
{
	if (d == DIRECTION_OUTBOUND)
		return FROM_INSIDE;
	return d == DIRECTION_INTERNAL ? WITHIN : FROM_OUTSIDE;
}

/* Attacks on whoever opened the session: what came back from the server is the weapon. */
static bool strikes_client(const struct evidence *e)
{
	if (e->class == CLASS_EXPLOIT_KIT || e->target == TARGET_CLIENT)
		return true;
	return e->target == TARGET_UNKNOWN && e->sender == SIDE_DESTINATION;
}

/* Outbound: malware's master is the attacker; somebody inside who scans or breaks into servers is one himself. */
static const struct address *outbound_attacker(const struct ends *n, const struct evidence *e)
{
	switch (e->class) {
	case CLASS_NOISE:
	case CLASS_POLICY:
	case CLASS_ADDRESS_CHECK:
	case CLASS_OTHER:
		return NULL;
	case CLASS_RECONNAISSANCE:
	case CLASS_DENIAL_OF_SERVICE:
	case CLASS_LOGIN_GUESS:
		return n->opener;
	case CLASS_EXPLOIT:
	case CLASS_COMPROMISE:
		return strikes_client(e) ? n->responder : n->opener;
	default:
		return e->name_lookup ? NULL : n->responder;
	}
}

static const struct address *attacker_of(const struct alert *a, const struct ends *n, const struct evidence *e)
{
	if (e->attacker.family)
		return &e->attacker;
	switch (a->direction) {
	case DIRECTION_INBOUND:
	case DIRECTION_EXTERNAL:
		return n->opener;
	case DIRECTION_INTERNAL:
		return e->sender == SIDE_DESTINATION && strikes_client(e) ? n->responder : n->opener;
	case DIRECTION_OUTBOUND:
		return outbound_attacker(n, e);
	case DIRECTION_UNKNOWN:
		break;
	}
	return NULL;
}

/* The company's own end: of two, the one that attacks, since it is the one to look at first. */
static const struct address *inside_of(const struct alert *a, const struct ends *n)
{
	switch (a->direction) {
	case DIRECTION_INBOUND:
		return n->responder;
	case DIRECTION_OUTBOUND:
		return n->opener;
	case DIRECTION_INTERNAL:
		return address_equal(&a->attacker, n->responder) ? n->responder : n->opener;
	case DIRECTION_UNKNOWN:
		return n->opener_home ? n->opener : n->responder_home ? n->responder : NULL;
	case DIRECTION_EXTERNAL:
		break;
	}
	return NULL;
}

/* The stage that the rule's own ATT&CK data shows, as far as it is consistent: a technique counts with those of its
 * tactics that the rule names; one that contradicts the rule's tactic counts for nothing. Where the rule names no
 * tactic, a technique with several counts with the earliest. */
static enum stage stage_by_metadata(const struct alert *a, unsigned tactics)
{
	enum stage furthest = STAGE_NONE;
	bool known = false;

	for (size_t i = 0; i < a->technique_count; i++) {
		unsigned served = attack_tactics_of(a->technique[i]);
		enum stage stage = STAGE_NONE;

		known = known || served != 0;
		if (tactics)
			stage = attack_stage(served & tactics, a->technique[i]);
		for (unsigned bit = 1; !tactics && bit <= served; bit <<= 1) {
			enum stage one = attack_stage(served & bit, a->technique[i]);

			if (one != STAGE_NONE && (stage == STAGE_NONE || one < stage))
				stage = one;
		}
		if (stage > furthest)
			furthest = stage;
	}
	return known ? furthest : attack_stage(tactics, (struct slice){ 0 });
}

static void set_stage(struct alert *a, const struct evidence *e)
{
	const struct class_facts *f = &facts[e->class];
	enum view view = view_of(a->direction);
	enum stage named = STAGE_NONE;

	if (f->stageless)
		return;
	named = stage_by_metadata(a, e->tactics);
	a->stage = named != STAGE_NONE ? named : f->stage[view];
	if (a->technique_count == 0 && f->technique[view])
		a->technique[a->technique_count++] = slice_of_string(f->technique[view]);
}

/* A reply to somebody outside who opened the session shows less than a call from inside; a blocklisted end matters
 * more when we called it. */
static int base_of(const struct alert *a, const struct evidence *e)
{
	if (e->class == CLASS_MALWARE && a->direction == DIRECTION_INBOUND && e->sender == SIDE_DESTINATION)
		return e->base < 60 ? e->base : 60;
	if (e->class == CLASS_REPUTATION && a->direction == DIRECTION_OUTBOUND)
		return e->base < 50 ? 50 : e->base;
	return e->base;
}

/* What was blocked on its way in did no harm; what was blocked on its way out still came from an infected host. */
static int outcome_of(const struct alert *a, const struct evidence *e)
{
	if (e->base_is_final || a->action != ACTION_BLOCKED)
		return 0;
	return a->direction == DIRECTION_INBOUND || a->direction == DIRECTION_EXTERNAL ? -20 : -5;
}

static void set_score(struct alert *a, const struct evidence *e)
{
	int score = base_of(a, e) + e->adjust + outcome_of(a, e);

	if (e->cap && score > e->cap)
		score = e->cap;
	a->score = score < 0 ? 0 : score > 100 ? 100 : score;
	a->severity = severity_of_score(a->score);
}

int severity_of_score(int score)
{
	static const int least[] = { 80, 60, 40, 20 };

	for (size_t i = 0; i < ARRAY_LEN(least); i++)
		if (score >= least[i])
			return SEVERITY_CRITICAL + (int)i;
	return SEVERITY_INFO;
}

void judge(struct alert *a, const struct evidence *said, const struct networks *own)
{
	struct evidence seen = *said, *e = &seen;
	const struct address *attacker, *inside;
	struct ends n;

	if (seen.opener == SIDE_UNKNOWN && seen.sender == SIDE_UNKNOWN && is_answer_by_ports(a))
		seen.sender = SIDE_DESTINATION;
	n = find_ends(a, e, own);
	if (e->class == CLASS_MALICIOUS_FILE)
		follow_file(a, &n, e);
	a->direction = direction_of(&n);
	attacker = attacker_of(a, &n, e);
	if (attacker)
		a->attacker = *attacker;
	inside = inside_of(a, &n);
	if (inside)
		a->inside = *inside;
	set_stage(a, e);
	set_score(a, e);
}
