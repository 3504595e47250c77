/* The way of a report: draft, comment, approved by a second person, published, sent, opened; issued again. Each step is
 * one function, used by the api and by the reporter's runs alike, inside the caller's transaction. Each names
 * company_id; 0: whichever the transaction sees. ERR_CONFLICT with a sentence for people when the step is not open. */
#ifndef SERVER_STORE_REPORT_FLOW_H
#define SERVER_STORE_REPORT_FLOW_H

#include "server/store/db.h"

struct report_row {
	int64_t report_id, company_id, incident_id, snapshot_id, snapshot_version, issue, replaces;
	const char *company, *member_no;
	const char *kind, *month, *language, *state, *grade, *issue_reason, *comment, *withdraw_reason, *error;
	bool needs_comment;
	int64_t comment_by_id, approved_by_id, published_by_id;
	const char *comment_by, *approved_by, *published_by; /* names */
	time_us comment_at, approved_at, published_at, sent_at, opened_at, withdrawn_at, created_at, updated_at;
	int64_t version;
	int64_t waiting_jobs; /* of the reporter about it */
};
struct report_filter {
	const char *month, *kind, *state, *grade; /* NULL: any. state also: needs_comment, sent, opened, failed */
	int64_t company_id, incident_id;
	int64_t after_id; /* keyset: those with a smaller id; 0: from the newest */
	int limit;
};
int report_list(struct db *db, const struct report_filter *filter, struct db_result **out, struct err *why);
int report_get(struct db *db, int64_t company_id, int64_t report_id, bool lock, struct db_result **out,
	       struct err *why);
void report_read(const struct db_result *result, int row, struct report_row *out);

/* A draft of a case report or certificate; its snapshot is in place. *report_id: the new one. For a case: interim
 * reports count issues (続報 1, 2, ...). */
struct report_new {
	int64_t company_id, snapshot_id, incident_id, user_id; /* user 0: by itself */
	const char *kind, *month, *language;
};
int report_create(struct db *db, const struct report_new *report, int64_t *report_id, struct err *why);

int report_comment(struct db *db, int64_t company_id, int64_t report_id, const char *comment, int64_t user_id,
		   struct err *why); /* "" takes it back; only of a draft */
int report_approve(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
int report_unapprove(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
/* The PDF must have been drawn as final in the same transaction (report_file_put) before this. user 0: by itself. */
int report_publish(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, struct err *why);
int report_withdraw(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		    struct err *why);
/* A new draft instead of a published one, from the newest snapshot of its month (or a new one of its case); the old one
 * is withdrawn when the new one is published. */
int report_reissue(struct db *db, int64_t company_id, int64_t report_id, const char *reason, int64_t user_id,
		   int64_t *new_id, struct err *why);

struct report_file {
	int64_t company_id, report_id, report_version;
	const char *format, *language;
	int page, pages;
	bool final;
	struct slice content; /* sha256 is computed by the database */
};
int report_file_put(struct db *db, const struct report_file *file, struct err *why);
/* At most one row: the final one, or a draft's that is of the report's present version. */
int report_file_get(struct db *db, int64_t company_id, int64_t report_id, const char *format, const char *language,
		    int page, struct db_result **out, struct err *why);
void report_file_read(const struct db_result *result, int row, struct report_file *out, const char **sha256);

#endif
