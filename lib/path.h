/* Questions about paths. */
#ifndef LIB_PATH_H
#define LIB_PATH_H

#include "lib/err.h"

#include <stdbool.h>

/* Whether something is at the path. 0: *there says it; -1: it cannot be told (no right to look, a broken disk), which
 * is not the same as "nothing there". Asks with the rights that the process has now, unlike access(2), which goes by
 * who started it and does not count capabilities. */
int path_exists(const char *path, bool *there, struct err *why);
/* For where both answers lead to the same: false also when it cannot be told. */
bool path_is_there(const char *path);

#endif
