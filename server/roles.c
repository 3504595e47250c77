#include "server/role.h"

#include "server/api/api.h"
#include "server/collector/collector.h"
#include "server/correlator/correlator.h"
#include "server/escalator/escalator.h"
#include "server/housekeeper/housekeeper.h"
#include "server/keyholder/keyholder.h"
#include "server/reporter/reporter.h"

/* In the order in which they start: whoever is asked by others comes first. */
const struct role *const roles[] = {
	&keyholder_role, &housekeeper_role, &correlator_role, &collector_role,
	&escalator_role, &reporter_role,    &api_role,        NULL,
};
