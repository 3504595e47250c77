/* Handler: regular contacts, and how much they look like beacons. */
#ifndef SERVER_API_CONTACTS_H
#define SERVER_API_CONTACTS_H

#include "server/api/call.h"

int contacts_list(struct call *call, struct err *why);

#endif
