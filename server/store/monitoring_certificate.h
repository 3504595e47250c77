/* 継続監視証明書: number, code and days of a certificate, beside its report (report_flow.h). The code is on the paper,
 * and given out nowhere else. Inside the caller's transaction. */
#ifndef SERVER_STORE_MONITORING_CERTIFICATE_H
#define SERVER_STORE_MONITORING_CERTIFICATE_H

#include "server/model/monitoring_certificate.h"
#include "server/store/db.h"

enum { CERTIFICATE_DAY_SIZE = 11, CERTIFICATE_CODE_SIZE = CERTIFICATE_CODE_LENGTH + 1 };

/* 80 random bits as base32 (RFC 4648 section 6), upper case. */
void certificate_code(char out[CERTIFICATE_CODE_SIZE]);

/* What a new one is issued with: the next number, and valid from today in the zone for CERTIFICATE_MONTHS_VALID months.
 */
struct certificate_issue {
	int64_t number;
	char issued_on[CERTIFICATE_DAY_SIZE], valid_until[CERTIFICATE_DAY_SIZE];
	char code[CERTIFICATE_CODE_SIZE];
};
int certificate_issue(struct db *db, const char *timezone, struct certificate_issue *out, struct err *why);
/* Whether the month is closed. */
int certificate_month_closed(struct db *db, const char *month, bool *closed, struct err *why);
int certificate_add(struct db *db, int64_t company_id, int64_t report_id, const struct certificate_issue *issue,
		    struct err *why);

struct certificate_row {
	int64_t number, company_id, report_id;
	const char *month, *state, *issued_on, *valid_until, *revoke_reason;
	time_us revoked_at;
	bool valid; /* today, as /verify says it */
};
/* Of a company, newest first. */
int certificate_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
/* At most one row, held. company_id 0: whichever the transaction sees (across companies: row-level security decides).
 */
int certificate_get(struct db *db, int64_t company_id, int64_t number, struct db_result **out, struct err *why);
void certificate_read(const struct db_result *result, int row, struct certificate_row *out);
int certificate_revoke(struct db *db, const struct certificate_row *row, const char *reason, struct err *why);

#endif
