/* The insurance of an incident: by which contract, and the case as the desk and the insurer have it. All inside the
 * caller's transaction. */
#ifndef SERVER_STORE_INSURANCE_RECORD_H
#define SERVER_STORE_INSURANCE_RECORD_H

#include "server/model/insurance.h"
#include "server/store/db.h"

/* How an incident stands to its company's contracts. Texts belong to the result; release it. */
struct insurance_standing {
	enum insurance_verdict verdict;
	const char *on_day;  /* of the first event, YYYY-MM-DD in the zone */
	int64_t contract_id; /* that the verdict is about; 0: none, and the rest is empty */
	int64_t limit_yen, share_yen;
	const char *plan, *insurance_no; /* NULL: none */
	struct db_result *result;
};
/* ERR_NOT_FOUND: no such incident. */
int insurance_record_standing(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
			      struct insurance_standing *out, struct err *why);
void insurance_standing_release(struct insurance_standing *standing);

/* Texts are borrowed from the result; amounts that are not known are -1. */
struct insurance_row {
	int64_t id, company_id, incident_id, contract_id;
	const char *insurance_no; /* NULL: none */
	int64_t limit_yen, share_yen;
	const char *claim_no; /* NULL: none */
	int64_t claimed_yen;
	const char *state;
	int64_t paid_yen, member_share_yen;
	const char *reason;
	int64_t opened_by;
	const char *opened_by_name;
	time_us opened_at, submitted_at, decided_at;
	int64_t version;
};
/* At most one row. */
int insurance_record_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
				 struct err *why);
/* company_id 0: whichever has it (across companies). Locked until the transaction ends. */
int insurance_record_hold(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why);
void insurance_record_read(const struct db_result *result, int row, struct insurance_row *out);

struct insurance_new {
	int64_t company_id, incident_id, contract_id, limit_yen;
	const char *claim_no; /* NULL: none */
	int64_t claimed_yen;  /* -1: not known */
	const char *reason;
	int64_t opened_by;
};
/* ERR_CONFLICT: there is one. */
int insurance_record_add(struct db *db, const struct insurance_new *insurance, struct err *why);

/* The row's new content. */
struct insurance_change {
	int64_t company_id, id;
	const char *state, *claim_no, *reason;           /* claim_no NULL: none */
	int64_t claimed_yen, paid_yen, member_share_yen; /* -1: not known */
};
/* Moves the version, keeps when it was submitted and decided; a step taken back forgets that. */
int insurance_record_update(struct db *db, const struct insurance_change *change, struct err *why);

#endif
