/* Fields: what they are called, and the slots through which matching reads them. Internal to this folder.
 *
 * A source field is a place in a record: a field of the alert, a path in EVE, a key of FortiGate, something worked out
 * of those (url.*), the record's text. A slot has one or more of them and all their values together. Slots are equal
 * when they have the same source fields in the same order; they are then one.
 *
 * Names that lead into records form a tree, so that one walk over a record's tokens finds all that is wanted. */
#ifndef SERVER_MODEL_SIGMA_FIELD_H
#define SERVER_MODEL_SIGMA_FIELD_H

#include "lib/pool.h"

enum { SIGMA_SLOTS_MAX = 4096, SIGMA_SOURCES_MAX = 16, SIGMA_PATH_MAX = 16 };
#define SIGMA_NO_SLOT UINT32_MAX

/* Which events a thing is for: one bit each (event.h). */
typedef uint64_t sigma_events;
#define SIGMA_ALL_EVENTS UINT64_MAX

enum sigma_source_kind {
	SIGMA_SOURCE_NONE, /* no such field */
	SIGMA_SOURCE_ALERT,
	SIGMA_SOURCE_EVE,
	SIGMA_SOURCE_FORTIGATE,
	SIGMA_SOURCE_DERIVED,
	SIGMA_SOURCE_RAW,
	SIGMA_SOURCE_RULE_UID, /* uids of the rules that matched: in selections only */
};

enum sigma_alert_field {
	SIGMA_ALERT_TIME,
	SIGMA_ALERT_KIND,
	SIGMA_ALERT_DIRECTION,
	SIGMA_ALERT_ENGINE,
	SIGMA_ALERT_SEVERITY,
	SIGMA_ALERT_SCORE,
	SIGMA_ALERT_ACTION,
	SIGMA_ALERT_SIGNATURE_ID,
	SIGMA_ALERT_SIGNATURE,
	SIGMA_ALERT_CATEGORY,
	SIGMA_ALERT_TECHNIQUE,
	SIGMA_ALERT_STAGE,
	SIGMA_ALERT_TRANSPORT,
	SIGMA_ALERT_FORMAT,
	SIGMA_ALERT_COMMUNITY_ID,
	SIGMA_ALERT_REPEAT_COUNT,
	SIGMA_ALERT_SOURCE_IP,
	SIGMA_ALERT_SOURCE_PORT,
	SIGMA_ALERT_DESTINATION_IP,
	SIGMA_ALERT_DESTINATION_PORT,
	SIGMA_ALERT_INSIDE_IP,
	SIGMA_ALERT_ATTACKER_IP,
	SIGMA_ALERT_REMOTE_IP,
	SIGMA_ALERT_REMOTE_PORT,
};

enum sigma_derived_field {
	SIGMA_URL_FULL,      /* scheme://host/path?query */
	SIGMA_URL_PATH,      /* up to the question mark */
	SIGMA_URL_QUERY,     /* behind it */
	SIGMA_URL_EXTENSION, /* behind the last dot of the path's last part */
	SIGMA_TLS_SERIAL,    /* hexadecimal digits, no colons, no zeros in front */
};

struct sigma_source_field {
	enum sigma_source_kind kind;
	uint16_t number;   /* enum sigma_alert_field or sigma_derived_field */
	struct slice path; /* behind "eve." or "fortigate." */
};
/* What a name means; kind NONE when it is none. Reads the name only. */
struct sigma_source_field sigma_source_field_of(struct slice name);

/* ---------------------------------------------------------------------------------------------------------- slots */

struct sigma_slot_source {
	enum sigma_source_kind kind;
	uint16_t number;
	uint32_t leaf; /* EVE: of the tree; FortiGate: number of the key */
};
struct sigma_slot {
	struct sigma_slot_source sources[SIGMA_SOURCES_MAX];
	size_t count;
};

/* One name of a path. Children are found by hash in `table`. */
struct sigma_path_node {
	struct slice name;
	uint32_t leaf;        /* number of the path that ends here; SIGMA_NO_SLOT: none */
	sigma_events events;  /* for which something here or below is wanted */
	uint32_t child, next; /* first child, next brother; 0: none */
	uint32_t *table;      /* of children, by sigma_path_hash(); 0: free */
	uint32_t table_mask;
	uint32_t child_count;
};

struct sigma_fields {
	struct pool memory;
	struct sigma_slot *slots;
	size_t slot_count, slot_room;
	struct sigma_path_node *nodes; /* [0] is the outermost object */
	size_t node_count, node_room;
	size_t leaf_count;
	struct slice *keys; /* FortiGate's; found by hash in key_table: index + 1 */
	size_t key_count, key_room;
	uint32_t *key_table;
	uint32_t key_mask;
	uint32_t url_leaves[4]; /* what url.* is worked out of: enum sigma_url_part */
	uint32_t url_keys[4];
};

struct sigma_fields *sigma_fields_new(void);    /* NULL: no memory */
void sigma_fields_free(struct sigma_fields *f); /* NULL is allowed */
/* All names are known source fields. SIGMA_NO_SLOT: no memory, or more than SIGMA_SLOTS_MAX slots or SIGMA_SOURCES_MAX
 * names. */
uint32_t sigma_fields_slot(struct sigma_fields *f, const struct slice *names, size_t count, sigma_events events);
/* Makes lookups fast, once all slots are there. False: no memory. */
bool sigma_fields_finish(struct sigma_fields *f);

/* Parts of a URL as EVE and FortiGate log them. */
enum sigma_url_part { SIGMA_PART_URL, SIGMA_PART_HOST, SIGMA_PART_PORT, SIGMA_PART_SERIAL };

static inline uint32_t sigma_path_hash(struct slice name)
{
	uint32_t h = (uint32_t)name.len * 0x9E3779B1u;

	if (name.len)
		h ^= (uint32_t)name.ptr[0] << 16 ^ (uint32_t)name.ptr[name.len - 1] << 8 ^ name.ptr[name.len / 2];
	return h * 0x85EBCA6Bu >> 12;
}

#endif
