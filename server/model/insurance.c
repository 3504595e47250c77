#include "server/model/insurance.h"

static const char *const states[] = {
	[INSURANCE_PREPARED] = "prepared",
	[INSURANCE_SUBMITTED] = "submitted",
	[INSURANCE_COVERED] = "covered",
	[INSURANCE_DECLINED] = "declined",
};
static const char *const verdicts[] = {
	[INSURANCE_ENTITLED] = "entitled",
	[INSURANCE_NO_CONTRACT] = "no_contract",
	[INSURANCE_BEFORE_CONTRACT] = "before_contract",
	[INSURANCE_NO_INSURANCE] = "no_insurance",
};

static const struct insurance_contract *in_force(const struct insurance_contract *contracts, size_t count, int64_t day)
{
	for (size_t i = 0; i < count; i++)
		if (contracts[i].from_day <= day && day <= contracts[i].to_day)
			return &contracts[i];
	return NULL;
}

struct insurance_entitlement insurance_entitlement(const struct insurance_contract *contracts, size_t count,
						   int64_t event_day, int64_t raised_day)
{
	const struct insurance_contract *contract = in_force(contracts, count, event_day);

	if (contract)
		return (struct insurance_entitlement){ contract->limit_yen > 0 ? INSURANCE_ENTITLED
									       : INSURANCE_NO_INSURANCE,
						       contract };
	contract = in_force(contracts, count, raised_day);
	return (struct insurance_entitlement){ contract ? INSURANCE_BEFORE_CONTRACT : INSURANCE_NO_CONTRACT, contract };
}

const char *insurance_verdict_name(enum insurance_verdict verdict)
{
	return verdicts[verdict];
}

struct insurance_split insurance_split(int64_t claimed_yen, int64_t limit_yen, int64_t share_yen)
{
	int64_t paid = claimed_yen > share_yen ? claimed_yen - share_yen : 0;

	if (paid > limit_yen)
		paid = limit_yen;
	return (struct insurance_split){ paid, claimed_yen - paid };
}

const char *insurance_state_name(enum insurance_state state)
{
	return states[state];
}

bool insurance_state_parse(struct slice name, enum insurance_state *out)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (slice_is(name, states[i])) {
			*out = (enum insurance_state)i;
			return true;
		}
	}
	return false;
}

bool insurance_state_may(enum insurance_state from, enum insurance_state to)
{
	bool decided = from == INSURANCE_COVERED || from == INSURANCE_DECLINED;

	if (from == to)
		return true;
	if (from == INSURANCE_PREPARED || decided)
		return to == INSURANCE_SUBMITTED;
	return true; /* submitted: decided, or not sent after all */
}
