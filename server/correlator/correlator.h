/* The correlator role: turns stored alerts into incidents and counts. It wakes on the doorbell hinomi_work, and looks
 * anyway every correlator.poll; it asks which companies have work and deals with each in a transaction of its own
 * (company.h). Several may run at once. */
#ifndef SERVER_CORRELATOR_CORRELATOR_H
#define SERVER_CORRELATOR_CORRELATOR_H

#include "server/role.h"

extern const struct role correlator_role;

#endif
