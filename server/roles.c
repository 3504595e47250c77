#include "server/role.h"

/* In the order in which they start: whoever is asked by others comes first. */
const struct role *const roles[] = {
	NULL,
};
