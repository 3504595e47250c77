/* A set of Sigma rules, ready to match: Sigma specification 2.1.0 (SigmaHQ/sigma-specification), detection rules,
 * correlation rules and filters. Pure: files come as texts, nothing is read or written.
 *
 * A set is built as a whole or not at all. Whatever in a file is not understood (a key, a modifier, a field that the
 * mapping does not know for the rule's log source, a reference to no rule) is a problem with file, line and reason; a
 * rule is never half-applied. A set is immutable afterwards and may be shared by threads; what changes while matching
 * is in a scratch.
 *
 * What the specification leaves open is decided in README.md of this folder. */
#ifndef SERVER_MODEL_SIGMA_RULE_SET_H
#define SERVER_MODEL_SIGMA_RULE_SET_H

#include "lib/err.h"
#include "lib/json_reader.h"
#include "server/model/alert.h"

/* ---------------------------------------------------------------------------------------------------- what is built */

struct sigma_file {
	const char *name; /* in messages and in sigma_rule.file: relative to the folder of rules */
	struct slice text;
};

struct sigma_problem {
	const char *file; /* owned by the list */
	int line;         /* 1 is the first; 0: the file as a whole */
	char *reason;
};
struct sigma_problems {
	struct sigma_problem *items;
	size_t count, room;
};
void sigma_problems_release(struct sigma_problems *p);

enum sigma_kind { SIGMA_DETECTION, SIGMA_CORRELATION };
enum sigma_level { SIGMA_INFORMATIONAL, SIGMA_LOW, SIGMA_MEDIUM, SIGMA_HIGH, SIGMA_CRITICAL };
const char *sigma_level_name(enum sigma_level level);
int sigma_level_severity(enum sigma_level level); /* SEVERITY_CRITICAL .. SEVERITY_INFO */

struct sigma_rule {
	enum sigma_kind kind;
	const char *uid; /* id, else name: what stands for the rule over all versions */
	const char *id, *name, *title, *description, *status, *author; /* "" when absent */
	const char *title_ja;   /* the title in Japanese: a key of ours; "" when absent */
	enum sigma_level level; /* medium when absent */
	const char *const *tags;
	size_t tag_count;
	enum stage stage; /* from attack.* tags; STAGE_NONE: none */
	const char *technique[ALERT_TECHNIQUES_MAX];
	size_t technique_count;
	const char *file;
	int line; /* of its document's first line */
	/* A match is worth something by itself: no correlation names it, or one that does has generate: true. */
	bool stands_alone;
	int64_t rule_id; /* the number in the database; 0 until sigma_set_number() */
};

struct sigma_set;

/* `fields`: the field mapping (config/rules/fields.yaml; its form is described there). Never NULL out on success. On
 * error `problems` has everything that is wrong, in order of file and line, and `why` the first of it. With
 * `skip_bad`, a file with a problem is left out (with what refers to it) and the others are built: for counting what of
 * a foreign collection loads; 0 is returned then. */
int sigma_set_build(struct sigma_set **out, const struct sigma_file *files, size_t count,
		    const struct sigma_file *fields, bool skip_bad, struct sigma_problems *problems, struct err *why);
void sigma_set_free(struct sigma_set *set);

size_t sigma_set_count(const struct sigma_set *set);
const struct sigma_rule *sigma_set_rule(const struct sigma_set *set, size_t index);
/* Index of a rule by id, name or uid; SIZE_MAX: none. */
size_t sigma_set_find(const struct sigma_set *set, struct slice name);
size_t sigma_set_find_number(const struct sigma_set *set, int64_t rule_id);
void sigma_set_number(struct sigma_set *set, size_t index, int64_t rule_id);

/* ------------------------------------------------------------------------------------------------------ matching */

/* One record. Fields that rules may name, by their source names (the mapping turns rules' names into these):
 *   kind direction engine severity score action signature_id signature category technique stage transport format
 *   community_id repeat_count source.ip source.port destination.ip destination.port inside.ip attacker.ip remote.ip
 *   remote.port                of the alert; absent ones are null
 *   eve.PATH                   of the EVE record: eve.dns.rrname; a list gives each of its elements
 *   fortigate.KEY              of a record of keys and values
 *   url.full url.path url.query url.extension     of eve.http, or of a FortiGate's url and hostname
 *   tls.serial_number          eve.tls.serial without colons and zeros in front
 *   time                       ts, as RFC 3339 in UTC
 *   raw                        the record's bytes as text; what keywords are looked for in
 * A record's event says which rules look at it: "eve.alert", "eve.dns", "eve.http", ..., "fortigate.virus", ..., or
 * "text" for a record in no known format. */
struct sigma_record {
	struct slice event;
	const struct alert *alert;      /* endpoints, direction and inside host are filled in for context records too */
	const struct json_reader *json; /* of the body when it is JSON, else NULL */
	struct slice body;              /* without envelope and syslog header */
	time_us ts;                     /* for hour, day, week ... modifiers */
	int zone;                       /* seconds east of UTC, for the same */
};

struct sigma_scratch;                          /* memory of one thread, kept from record to record */
struct sigma_scratch *sigma_scratch_new(void); /* NULL: no memory */
void sigma_scratch_free(struct sigma_scratch *s);

/* Whether any rule could look at such a record at all: cheap, for leaving out most context. */
bool sigma_set_wants(const struct sigma_set *set, struct slice event);

/* Indices of the detection rules that match, ascending, valid until the next call with this scratch. A rule whose
 * regular expression hits its match limit does not match; the scratch counts it. */
struct sigma_matches {
	const uint32_t *rules;
	size_t count;
};
void sigma_match(const struct sigma_set *set, struct sigma_scratch *scratch, const struct sigma_record *record,
		 struct sigma_matches *out);
uint64_t sigma_scratch_limits_hit(const struct sigma_scratch *s);

/* A single selection (a map, or a list of maps) over the same fields, as JSON or YAML: the conditions of a mute. Only
 * alert fields and rule.uid are allowed when alert_only. */
struct sigma_selection;
int sigma_selection_build(struct sigma_selection **out, struct slice text, bool alert_only, struct err *why);
void sigma_selection_free(struct sigma_selection *s);
/* rule_uids: uids of the rules that matched the record; may be NULL with count 0. */
bool sigma_selection_match(const struct sigma_selection *s, struct sigma_scratch *scratch,
			   const struct sigma_record *record, const char *const *rule_uids, size_t uid_count);

#endif
