/* Handlers: the catalogue of plain words. */
#ifndef SERVER_API_CATALOGUE_H
#define SERVER_API_CATALOGUE_H

#include "server/api/call.h"

int catalogue_list(struct call *call, struct err *why);
int catalogue_get(struct call *call, struct err *why);
int catalogue_add(struct call *call, struct err *why);
int catalogue_put(struct call *call, struct err *why);
int catalogue_remove(struct call *call, struct err *why);
int catalogue_try(struct call *call, struct err *why);

#endif
