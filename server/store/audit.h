/* The audit trail: who did what, append-only and hash-chained, so that a row cannot be changed or taken out
 * without every later hash giving it away (hinomictl audit verify).
 *
 * The canonical text of a row is its fields in order, each as a netstring ("<bytes>:<field>,"):
 *   audit_id (decimal), at (RFC 3339 UTC with microseconds, lib/clock.h), actor, action,
 *   company_id (decimal; empty: none), subject, detail (the very bytes stored).
 * hash = SHA-256(previous hash || canonical text); the row before the first has 32 zero bytes. */
#ifndef SERVER_STORE_AUDIT_H
#define SERVER_STORE_AUDIT_H

#include "lib/buffer.h"
#include "server/store/db.h"

enum { AUDIT_HASH_SIZE = 32 };

struct audit_entry {
	int64_t id;
	time_us at;
	const char *actor;   /* a user's e-mail, "role:NAME", or "ctl:NAME": that system user by hinomictl */
	const char *action;  /* "login", "incident.state", ... */
	int64_t company_id;  /* 0: none */
	const char *subject; /* what it was done to: "incident 17" */
	const char *detail;  /* JSON */
};

/* Appends a row inside the transaction that the caller has open. Appenders queue up behind one lock until they
 * commit, so call it last. */
int audit_append(struct db *db, const char *actor, const char *action, int64_t company_id, const char *subject,
		 const char *detail_json, struct err *why);

/* Entries below `before` (INT64_MAX: from the newest), newest first. Read them with audit_read(). */
int audit_list(struct db *db, int64_t before, int limit, struct db_result **out, struct err *why);
/* The same of one company alone. */
int audit_list_company(struct db *db, int64_t company_id, int64_t before, int limit, struct db_result **out,
		       struct err *why);
/* The texts are borrowed from result. */
void audit_read(const struct db_result *result, int row, struct audit_entry *out);

/* Walks the whole chain. 0: sound, *count rows. -1 with ERR_CORRUPT names the first row that is not. */
int audit_verify(struct db *db, int64_t *count, struct err *why);

/* The pure part: the canonical text, and the hash over it. */
void audit_canonical(const struct audit_entry *entry, struct buffer *out);
void audit_hash(const uint8_t previous[AUDIT_HASH_SIZE], struct slice canonical, uint8_t out[AUDIT_HASH_SIZE]);

#endif
