/* Warning lists, loaded from their file. */
#ifndef SERVER_CTL_WARNINGS_H
#define SERVER_CTL_WARNINGS_H

#include "server/ctl/command.h"

/* Loads the shipped lists when the database has none: imports of indicators go by them. Says on stderr when they are
 * not where they should be. Outside a transaction. */
int warnings_ensure(struct ctl *ctl, struct err *why);

#endif
