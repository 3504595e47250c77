/* The reporter role: closes months, draws reports, takes them through their steps in runs. Threads do the jobs, the
 * main one wakes them and keeps the calendar (README.md). No network but the database. */
#ifndef SERVER_REPORTER_REPORTER_H
#define SERVER_REPORTER_REPORTER_H

#include "server/role.h"

extern const struct role reporter_role;

#endif
