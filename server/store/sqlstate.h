/* What an error of PostgreSQL means for whoever sees it, decided by its SQLSTATE alone, never by names
 * (docs/decisions/0002-schema-rules.md). The codes are those of db.h. */
#ifndef SERVER_STORE_SQLSTATE_H
#define SERVER_STORE_SQLSTATE_H

#include "lib/err.h"

#include <stdbool.h>

enum err_code sqlstate_code(const char *state);
/* Whether the values are to blame (data exception, a constraint, a limit of the program), so that the same statement
 * with other values may succeed; otherwise it is the server's condition (disk full, rights, a missing table). */
bool sqlstate_blames_data(const char *state);

#endif
