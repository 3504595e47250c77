/* The inside of struct grouping: shared by grouping.c, which applies rules, and grouping_file.c, which reads them. */
#ifndef SERVER_MODEL_GROUPING_RULE_H
#define SERVER_MODEL_GROUPING_RULE_H

#include "server/model/grouping.h"

enum grouping_part {
	GROUPING_DIRECTION,
	GROUPING_ANCHOR, /* the outside attacker of inbound and external alerts, the inside host of all others */
	GROUPING_INSIDE_IP,
	GROUPING_ATTACKER_IP,
	GROUPING_REMOTE_IP,
	GROUPING_STAGE,
	GROUPING_STAGE_OR_SIGNATURE, /* the stage; the signature too when there is no stage, or no anchor */
	GROUPING_SIGNATURE,          /* its number within the format, else its text */
	GROUPING_CATEGORY,
	GROUPING_ENGINE,
	GROUPING_DAY,
};

enum {
	GROUPING_NAME_MAX = 63,
	GROUPING_PARTS_MAX = 8,
	GROUPING_CONDITIONS_MAX = 16,
	GROUPING_RULES_MAX = 200,
	GROUPING_UNITS_MAX = 255
};

/* Rules of these names hash as keys did before there were rules with names. */
#define GROUPING_BASE_CLUSTER "base"
#define GROUPING_BASE_LINK    "base-link"

struct grouping_texts {
	char **items;
	size_t count; /* 0: no condition */
};

/* What must hold together. */
struct grouping_condition {
	/* Bit sets over the enumerations of alert.h; all ones: anything will do. */
	uint32_t directions, severities, stages, actions, engines;
	struct grouping_texts signature_ids, signatures, categories, formats;
	int max_score;
};

struct grouping_rule {
	char name[GROUPING_NAME_MAX + 1];
	bool is_link, is_nameless;
	uint8_t window_units;                  /* 0: correlator.window */
	struct grouping_condition *conditions; /* any of them */
	size_t condition_count;                /* 0: every alert fits */
	enum grouping_part parts[GROUPING_PARTS_MAX];
	size_t part_count; /* 0: of a link rule whose alerts are not linked */
};

struct grouping {
	struct grouping_rule *rules; /* in the order of the file; cluster rules and link rules mixed */
	size_t count;
};

void grouping_condition_init(struct grouping_condition *c); /* anything will do */

#endif
