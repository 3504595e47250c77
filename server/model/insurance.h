/* The insurance that comes with a contract (簡易サイバー保険): whether a case is covered, and who bears what. No
 * underwriting: the insurer decides, this says what the desk may ask for and what the figures must be. Pure. Days are
 * days since 1970-01-01 in the operator's zone; amounts are yen. */
#ifndef SERVER_MODEL_INSURANCE_H
#define SERVER_MODEL_INSURANCE_H

#include "lib/slice.h"

#define INSURANCE_OPEN_END INT64_MAX

struct insurance_contract {
	int64_t contract_id;
	int64_t from_day, to_day; /* both inclusive; INSURANCE_OPEN_END: it goes on */
	int64_t limit_yen;        /* most that is paid for a case; 0: the plan brings no insurance */
	int64_t share_yen;        /* of a case, what the company bears first */
};

enum insurance_verdict {
	INSURANCE_ENTITLED,
	INSURANCE_NO_CONTRACT,     /* none in force on either day */
	INSURANCE_BEFORE_CONTRACT, /* one is in force when it was found, but it began after the event */
	INSURANCE_NO_INSURANCE,    /* the contract's plan brings none */
};
struct insurance_entitlement {
	enum insurance_verdict verdict;
	const struct insurance_contract *contract; /* that the verdict is about; NULL: INSURANCE_NO_CONTRACT */
};

/* The contract in force on the day of the first event counts, even if it has ended when the event is found. Contracts
 * of a company never overlap. */
struct insurance_entitlement insurance_entitlement(const struct insurance_contract *contracts, size_t count,
						   int64_t event_day, int64_t raised_day);
const char *insurance_verdict_name(enum insurance_verdict verdict);

/* What the insurer pays of a claim, and what is left to the company. Amounts are not negative. */
struct insurance_split {
	int64_t paid_yen, member_yen;
};
struct insurance_split insurance_split(int64_t claimed_yen, int64_t limit_yen, int64_t share_yen);

enum insurance_state { INSURANCE_PREPARED, INSURANCE_SUBMITTED, INSURANCE_COVERED, INSURANCE_DECLINED };
const char *insurance_state_name(enum insurance_state state);
bool insurance_state_parse(struct slice name, enum insurance_state *out);
/* Prepared, submitted, decided; a step may be taken back. */
bool insurance_state_may(enum insurance_state from, enum insurance_state to);

#endif
