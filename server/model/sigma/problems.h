/* Lists of problems. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_PROBLEMS_H
#define SERVER_MODEL_SIGMA_PROBLEMS_H

#include "server/model/sigma/rule_set.h"

enum { SIGMA_PROBLEMS_MAX = 10000 };

/* Notes one; when memory is short or there are SIGMA_PROBLEMS_MAX, it is dropped. */
void sigma_problems_add(struct sigma_problems *p, const char *file, int line, const char *reason);
void sigma_problems_sort(struct sigma_problems *p); /* by file and line */

#endif
