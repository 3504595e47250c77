/* The figures by which an operator sees that the whole server does its work: over all companies, naming none. */
#ifndef SERVER_STORE_VITALS_H
#define SERVER_STORE_VITALS_H

#include "server/store/db.h"

enum { VITALS_STATES = 6 };
/* Names of the sensors' states, in the order of vitals.sensors. */
extern const char *const vitals_states[VITALS_STATES];

struct vitals {
	int64_t sensors[VITALS_STATES];
	int64_t work;           /* pieces of work that wait for the correlator */
	double work_age;        /* seconds that the oldest of them waits; 0: none does */
	int64_t open_incidents; /* open, acknowledged or contained */
};

int vitals_read(struct db *db, struct vitals *out, struct err *why);
/* Whether the database answers. */
int vitals_ping(struct db *db, struct err *why);

#endif
