/* Closing a month: freezes the chamber's figures and every company's month in one transaction, so it is closed as a
 * whole or not at all. All figures are read from one snapshot of the database, taken by the caller's connection; what
 * is frozen is written by a second one beside it, so that whoever works with reports and the audit trail meanwhile is
 * waited for and never made to fail. Across companies.
 *
 * Closing once more freezes what has changed since, as new versions with the reason and the list of what changed.
 * Nothing frozen is ever overwritten: the roles may only insert. What members are compared with stays what it was when
 * the month was closed first, so that a late alert of one company changes no other's report; the chamber's own document
 * shows the new cells. Wording alone (a text or a plain word that the chamber edited) and an agent's version are no
 * change. */
#ifndef SERVER_STORE_MONTH_CLOSE_H
#define SERVER_STORE_MONTH_CLOSE_H

#include "server/store/report_facts.h"

enum { MONTH_REASON_MAX = 1000 };

/* In the transaction that writes, as the last thing before it is committed: what must be so exactly when the month is
 * closed (that the work is done, say). */
typedef int month_close_also(void *context, struct db *writer, struct err *why);

struct month_close_order {
	const struct report_facts_frame *frame;
	const char *reason; /* needed when the month is closed already */
	int64_t user_id;    /* 0: by itself */
	const char *actor;  /* of the audit line; NULL: the user's address, or role:reporter */
	int64_t company_id; /* 0: the whole month; else only this company is frozen again (the month must be closed) */
	month_close_also *also; /* NULL: nothing */
	void *also_context;
};
struct month_closed {
	int version;       /* of the month now */
	int64_t companies; /* looked at, */
	int64_t written;   /* and of these frozen anew: they had changed */
	int64_t reports;   /* drafts that were made or now show the new version */
};
/* Transactions of its own; db is in none. Makes or moves the drafts of monthly reports; one that is approved falls back
 * to draft when its figures changed; one that is published stays: it is issued again by a person (report_flow.h).
 * Writes the audit line and the changes for live screens. ERR_CONFLICT: the month is not over yet, or somebody else
 * closes it now; ERR_USAGE: closed already, and no reason was given. */
int month_close(struct db *db, const struct month_close_order *order, struct month_closed *out, struct err *why);

/* The month that is to be closed by itself now: the first one behind the newest that is closed which is over and was
 * monitored, once its business day has come (month_close_day); "" when there is none. What lies before is left to
 * people, so that years of history never come as years of drafts; while no month is closed, only the last one is looked
 * at. business_day below 1: never. */
enum { MONTH_TEXT_SIZE = 8, MONTH_DAY_SIZE = 11 };
int month_close_due(struct db *db, const char *timezone, int business_day, char month[MONTH_TEXT_SIZE],
		    struct err *why);
/* The day YYYY-MM-DD on which a month is closed by itself: the nth business day of the next one (business_day.h). */
int month_close_day(struct db *db, const char *month, int business_day, char day[MONTH_DAY_SIZE], struct err *why);

/* ---------------------------------------------------------------------------------------------- reading */

/* A frozen document: at most one row, the newest version or the one asked for (version > 0). */
struct frozen_row {
	int64_t snapshot_id; /* 0: of the chamber */
	int64_t company_id;
	const char *month, *body, *sha256, *reason, *changes; /* sha256 in hexadecimal; body NULL: not asked for */
	int64_t version;
	time_us made_at;
	const char *made_by; /* name; NULL: by itself */
};
int frozen_member(struct db *db, int64_t company_id, const char *month, int64_t version, struct db_result **out,
		  struct err *why);
int frozen_chamber(struct db *db, const char *month, int64_t version, struct db_result **out, struct err *why);
/* All versions, the newest first, without bodies. company_id 0: the chamber's. */
int frozen_versions(struct db *db, int64_t company_id, const char *month, struct db_result **out, struct err *why);
void frozen_read(const struct db_result *result, int row, struct frozen_row *out);
/* Companies whose detections or incidents of a closed month are no longer what was frozen: late alerts. */
int frozen_outdated(struct db *db, const char *month, const char *timezone, int64_t *companies, struct err *why);

#endif
