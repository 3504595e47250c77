/* The way of a report: draft, comment, approved by a second person, published, sent, opened; issued again. Each step is
 * one function, used by the api and by the reporter's runs alike, inside the caller's transaction: it holds the row,
 * asks the rules (server/model/report_step.h), and leaves its line in the audit trail (of the person, or
 * role:reporter), its change for open screens and, of a case, its entry in the incident's timeline. So it waits for all
 * others who write to the audit trail: it is the last thing in a transaction.
 *
 * Each names company_id; 0: whichever the transaction sees (across companies: row-level security decides).
 * ERR_NOT_FOUND: there is none. ERR_CONFLICT with a sentence for people when the step is not open. */
#ifndef SERVER_STORE_REPORT_FLOW_H
#define SERVER_STORE_REPORT_FLOW_H

#include "server/model/report_step.h"
#include "server/store/db.h"

/* Texts are borrowed from the result; NULL, 0 or TIME_NONE: there is none. */
struct report_row {
	int64_t report_id, company_id, incident_id, incident_no, snapshot_id, snapshot_version, issue, replaces;
	const char *company, *member_no;
	const char *kind, *month, *language, *state, *grade, *issue_reason, *comment, *withdraw_reason, *error;
	/* How far it is, as boards show it: draft, needs_comment, approved, published, sent, opened, withdrawn; failed:
	 * the last thing tried with it failed, or every mail of it did. */
	const char *step;
	bool needs_comment;
	bool newer_issue; /* another one is, or will be, instead of it */
	int64_t made_by_id, comment_by_id, approved_by_id, published_by_id;
	const char *made_by, *comment_by, *approved_by, *published_by; /* names */
	time_us comment_at, approved_at, published_at, sent_at, opened_at, withdrawn_at, created_at, updated_at;
	int64_t version;
	int64_t waiting_jobs; /* of the reporter about it */
	int64_t certificate;  /* its number, */
	bool revoked;         /* and whether it was taken back */
};
/* NULL, 0: any. */
struct report_filter {
	const char *month, *kind, *grade;
	const char *state; /* a state, or a step */
	int64_t company_id, incident_id;
	int64_t after_id; /* keyset: those with a smaller id; 0: from the newest */
	int limit;
};
int report_list(struct db *db, const struct report_filter *filter, struct db_result **out, struct err *why);
int report_get(struct db *db, int64_t company_id, int64_t report_id, bool lock, struct db_result **out,
	       struct err *why);
/* Those with these numbers, in no order: for the live feed. Across companies. */
int report_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why);
void report_read(const struct db_result *result, int row, struct report_row *out);
struct report_stand report_stand_of(const struct report_row *row);

/* ---------------------------------------------------------------------------------------------- what it is drawn from
 */

/* The document of a snapshot: body, sha256 (hexadecimal), version, made_at. At most one row. */
int report_body(struct db *db, int64_t company_id, int64_t snapshot_id, struct db_result **out, struct err *why);
/* All versions of what a report is drawn from, the newest first: version, sha256, reason, changes (JSON), made_at,
 * name. */
int report_versions(struct db *db, int64_t company_id, int64_t snapshot_id, struct db_result **out, struct err *why);

/* Freezes a document of a case or a certificate: version 1, or the next one of this incident, or of this company's
 * certificates of the month, with what differs from the one before. (Months: month_close.h.) */
struct report_frozen {
	int64_t company_id, incident_id, user_id; /* user 0: by itself */
	const char *kind;                         /* case, certificate */
	const char *month;                        /* YYYY-MM: of a certificate; NULL */
	const char *reason;                       /* why again: kept of versions after the first; not empty */
	struct slice body;
};
int report_freeze(struct db *db, const struct report_frozen *frozen, int64_t *snapshot_id, struct err *why);

/* ---------------------------------------------------------------------------------------------- making one */

/* A draft of a case report or certificate; its snapshot is in place. *report_id: the new one. For a case: interim
 * reports count issues (続報 1, 2, ...), of which one is in the making at a time; first and final are there once; a
 * certificate again when the one before was withdrawn, and then it says why. Else ERR_CONFLICT. */
struct report_new {
	int64_t company_id, snapshot_id, incident_id, user_id; /* user 0: by itself */
	const char *kind, *month, *language;
};
int report_create(struct db *db, const struct report_new *report, int64_t *report_id, struct err *why);
/* Whether report_create() would refuse: *exists is the report that stands in the way; 0: none. Holds the company's row,
 * so that of two who make the same the second waits here. */
int report_in_the_way(struct db *db, const struct report_new *report, int64_t *exists, struct err *why);

/* ---------------------------------------------------------------------------------------------- steps */

int report_comment(struct db *db, int64_t company_id, int64_t report_id, const char *comment, int64_t user_id,
		   struct err *why); /* "" takes it back; only of a draft */
int report_approve(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
int report_unapprove(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
/* The PDF must have been drawn as final in the same transaction (report_file_put) before this. user 0: by itself. Other
 * files of the draft are dropped; the report that it is instead of is withdrawn. */
int report_publish(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
int report_withdraw(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		    struct err *why);
/* A new draft instead of a published one, from the newest snapshot of its month or of its kind of report of its case
 * (which the caller has frozen); the old one is withdrawn when the new one is published. */
int report_reissue(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		   int64_t *new_id, struct err *why);
/* A draft of a case shows this snapshot from now on; what was approved falls back to draft. */
int report_refresh(struct db *db, int64_t company_id, int64_t report_id, int64_t snapshot_id, const char *reason,
		   int64_t user_id, struct err *why);

/* ---------------------------------------------------------------------------------------------- files */

struct report_file {
	int64_t company_id, report_id, report_version;
	const char *format, *language;
	int page, pages;
	bool final;           /* drawn without the mark of a draft: of what is published, or about to be */
	struct slice content; /* sha256 is computed by the database */
};
/* A final one is never overwritten; a draft's file is not kept any more when the report is published meanwhile. */
int report_file_put(struct db *db, const struct report_file *file, struct err *why);
/* At most one row: the final one, or a draft's that is of the report's present version. language NULL: the report's. */
int report_file_get(struct db *db, int64_t company_id, int64_t report_id, const char *format, const char *language,
		    int page, struct db_result **out, struct err *why);
void report_file_read(const struct db_result *result, int row, struct report_file *out, const char **sha256);
/* Why drawing this failed within the last minute, when nobody tries again: at most one row, the error. */
int report_file_failure(struct db *db, int64_t company_id, int64_t report_id, const char *format, const char *language,
			int page, struct db_result **out, struct err *why);

#endif
