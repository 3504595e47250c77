/* Cases: what rules must find in records that are written down beside them. NAME.test.yml holds the cases of NAME.yml:
 *
 *   - case: five wrong passwords are not a brute force     # in plain words
 *     start: 2026-10-05T10:00:00+09:00                     # optional; this is the default, a Monday
 *     records:
 *       - eve: {event_type: ssh, src_ip: "203.0.113.{n}"}  # a line of eve.json as YAML; timestamp is put in
 *         at: 10m                                          # since the start; without it: when the last one was
 *         times: 5                                         # {n} in texts is then 1, 2, ... 5; "40{n}" is a number
 *         every: 30s
 *       - fortigate: type="event" subtype="vpn" ...        # date, time and device are put in
 *       - line: '<13>Oct  5 10:00:00 host ...'             # as it stands: a syslog message, or a line of eve.json
 *     match: {name-of-a-rule: 5}                           # by id or name: how many records match it
 *     fire: {name-of-a-correlation: 0}                     # how often it fires
 *
 * Rules of NAME.yml that are not named must not match and not fire. docs/rules.md teaches all this.
 *
 * Parsed as a whole or not at all; nothing points into the text afterwards. */
#ifndef SERVER_MODEL_RULE_CASE_H
#define SERVER_MODEL_RULE_CASE_H

#include "lib/buffer.h"
#include "lib/err.h"
#include "lib/pool.h"
#include "server/model/normalise.h"

enum { RULE_CASES_MAX = 1000, RULE_CASE_ENTRIES_MAX = 1000, RULE_CASE_TIMES_MAX = 20000 };

enum rule_case_form { RULE_CASE_EVE, RULE_CASE_FORTIGATE, RULE_CASE_LINE };

/* One entry of `records`, which stands for `times` of them. */
struct rule_case_entry {
	enum rule_case_form form;
	int line;
	struct slice text; /* with {n}; of EVE: the members of the object, as JSON */
	time_us at;        /* of the first */
	time_us every;
	int64_t times;
};

struct rule_case_wanted {
	const char *rule; /* id or name */
	int64_t count;
	int line;
};

struct rule_case {
	const char *name;
	int line;
	const struct rule_case_entry *entries;
	size_t entry_count;
	const struct rule_case_wanted *match, *fire;
	size_t match_count, fire_count;
};

struct rule_cases {
	const struct rule_case *items;
	size_t count;
	struct pool pool;
};

/* `name` stands for the file in messages: "name:line: reason". */
int rule_cases_parse(struct rule_cases *out, struct slice text, const char *name, struct err *why);
void rule_cases_release(struct rule_cases *c);

/* The record of an entry with this number (1 to times), as a device would have written it; appended. */
void rule_case_record(const struct rule_case_entry *entry, int64_t number, struct buffer *out);
time_us rule_case_record_time(const struct rule_case_entry *entry, int64_t number);
enum record_source rule_case_record_source(const struct rule_case_entry *entry);

#endif
