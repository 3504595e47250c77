/* One detection, in the words every part of the server shares. A normaliser fills it from a device's record; the
 * collector stores it; the correlator groups it; the api shows it. Field meanings: docs/glossary.md, and the
 * taxonomy in server/model/README.md.
 *
 * Strings are slices. Who fills an alert says what they point into (the record's bytes, or the normaliser's
 * arena); a copy is the taker's business. An absent string has ptr NULL. */
#ifndef SERVER_MODEL_ALERT_H
#define SERVER_MODEL_ALERT_H

#include "lib/clock.h"
#include "lib/slice.h"

/* A record of kind context is no detection; it is kept because a rule that only counts matched it. */
enum alert_kind { KIND_ALERT, KIND_UNPARSED, KIND_CONTEXT };
enum direction { DIRECTION_UNKNOWN, DIRECTION_INBOUND, DIRECTION_OUTBOUND, DIRECTION_INTERNAL, DIRECTION_EXTERNAL };
enum engine { ENGINE_IPS, ENGINE_ANTIVIRUS, ENGINE_WEB, ENGINE_DNS, ENGINE_OTHER };
enum action { ACTION_UNKNOWN, ACTION_ALLOWED, ACTION_BLOCKED, ACTION_REMOVED };
/* Kill chain, in order; a higher value is further along. */
enum stage {
	STAGE_NONE,
	STAGE_RECONNAISSANCE,
	STAGE_DELIVERY,
	STAGE_EXPLOITATION,
	STAGE_INSTALLATION,
	STAGE_COMMAND_AND_CONTROL,
	STAGE_ACTIONS,
};

/* Severity as people see it. */
enum { SEVERITY_CRITICAL = 1, SEVERITY_HIGH, SEVERITY_MEDIUM, SEVERITY_LOW, SEVERITY_INFO };

/* An IP address; IPv4 in the first four bytes. */
struct address {
	uint8_t family; /* 0: none, 4 or 6 */
	uint8_t bytes[16];
};

enum { PORT_NONE = -1, ALERT_TECHNIQUES_MAX = 8 };

struct endpoint {
	struct address ip;
	int port; /* PORT_NONE when absent */
};

struct alert {
	enum alert_kind kind;
	const char *format;     /* static: "eve", "fortigate", ...; "" when unparsed */
	time_us event_time;     /* as the device claims; TIME_NONE when nothing legible */
	struct endpoint source; /* of the packet or session, as the device says */
	struct endpoint destination;
	struct slice transport; /* lower case: tcp, udp, icmp, ... */
	enum direction direction;
	enum engine engine;
	int severity; /* SEVERITY_CRITICAL .. SEVERITY_INFO */
	int score;    /* 0..100, what severity was banded from */
	enum action action;
	struct slice signature_id;
	struct slice signature;
	struct slice category;
	struct slice technique[ALERT_TECHNIQUES_MAX]; /* ATT&CK ids, T1190 */
	size_t technique_count;
	enum stage stage;
	struct slice community_id;
	int64_t flow_id;       /* 0: none */
	struct address inside; /* the company's own end */
	struct address attacker;
	int32_t repeat_count; /* detections this record stands for, at least 1 */
	int64_t cluster_key;  /* server/model/grouping.h */
	int64_t link_key;
	struct slice rule_hits; /* server/model/rule_hits.h; ptr NULL: no rule matched */
	int64_t mute_id;        /* mute or drill that it falls under; 0: none */
	int raised;             /* gravest level of rules that stand alone and matched: SEVERITY_*; 0: none */
};

/* An alert with everything unknown: ports absent, time none, severity info, repeat_count 1. */
void alert_init(struct alert *a);

/* The end that is not the company's own (of an internal record: not the inside host); NULL: the inside host is not
 * known. */
const struct endpoint *alert_remote(const struct alert *a);

/* Names as they stand in the database and the API; never NULL. */
const char *kind_name(enum alert_kind v);
const char *direction_name(enum direction v);
const char *engine_name(enum engine v);
const char *action_name(enum action v);
const char *stage_name(enum stage v);
/* The value of a name; false when it is none of them. */
bool direction_parse(struct slice name, enum direction *out);
bool engine_parse(struct slice name, enum engine *out);
bool action_parse(struct slice name, enum action *out);
bool stage_parse(struct slice name, enum stage *out);

/* Text form: dotted quad, RFC 4291 (no zone, no brackets). IPv4-mapped IPv6 becomes IPv4. */
bool address_parse(struct slice text, struct address *out);
enum { ADDRESS_TEXT_SIZE = 46 };
void address_to_text(const struct address *a, char out[ADDRESS_TEXT_SIZE]);
bool address_equal(const struct address *a, const struct address *b);

#endif
