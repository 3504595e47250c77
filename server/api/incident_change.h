/* Handlers: what people do to incidents. Each is one transaction: the incident, its timeline, the change that screens
 * are told of, and the audit trail. */
#ifndef SERVER_API_INCIDENT_CHANGE_H
#define SERVER_API_INCIDENT_CHANGE_H

#include "server/api/call.h"

/* State, disposition, owner. Every state may follow every other; a disposition belongs to closed alone, and closed
 * needs one. Giving up `closed` forgets disposition and reason. */
int incident_change_patch(struct call *call, struct err *why);
int incident_change_note(struct call *call, struct err *why);

#endif
