/* Files that came with the program. */
#ifndef SERVER_CTL_SHIPPED_H
#define SERVER_CTL_SHIPPED_H

#include <limits.h>
#include <stdbool.h>

/* The file or folder of this name among the configuration: beside an installed program (PREFIX/sbin/hinomictl,
 * PREFIX/share/hinomi/config), else in the sources that it was built from (build/NAME/hinomictl, config). */
bool shipped_find(const char *name, char out[PATH_MAX]);

#endif
