/* The figures by which an operator sees that the whole server does its work: across companies, naming none. */
#ifndef SERVER_STORE_VITALS_H
#define SERVER_STORE_VITALS_H

#include "server/store/loss.h"

enum {
	VITALS_STATES = 6,
	VITALS_RULE_KINDS = 4,
	VITALS_INDICATOR_STATES = 3,
	VITALS_HUNT_STATES = 3,
	VITALS_MUTE_KINDS = 2,
	VITALS_PAGE_STATES = 2,
	VITALS_NOTICE_STATES = 8
};
/* Names of the sensors' states, in the order of vitals.sensors. */
extern const char *const vitals_states[VITALS_STATES];
/* The same for what correlation has. */
extern const char *const vitals_rule_kinds[VITALS_RULE_KINDS];
extern const char *const vitals_indicator_states[VITALS_INDICATOR_STATES];
extern const char *const vitals_hunt_states[VITALS_HUNT_STATES];
extern const char *const vitals_mute_kinds[VITALS_MUTE_KINDS];
/* The same for escalation. */
extern const char *const vitals_page_states[VITALS_PAGE_STATES];
extern const char *const vitals_notice_states[VITALS_NOTICE_STATES];

struct vitals {
	int64_t sensors[VITALS_STATES];
	int64_t work;           /* pieces of work that wait for the correlator */
	double work_age;        /* seconds that the oldest of them waits; 0: none does */
	int64_t open_incidents; /* open, acknowledged or contained */

	int64_t rule_set;                 /* version that was loaded last; 0: none */
	int64_t rules[VITALS_RULE_KINDS]; /* in force */
	int64_t windows;                  /* groups of correlations that have hits: PostgreSQL's estimate */
	int64_t hits;                     /* that correlations keep */
	int64_t lost[LOSS_KINDS];         /* ever */
	int64_t indicators[VITALS_INDICATOR_STATES];
	int64_t hunts[VITALS_HUNT_STATES];
	int64_t mutes[VITALS_MUTE_KINDS]; /* in force */
	int64_t campaigns;                /* with sightings in the last 7 days */

	int64_t pages[VITALS_PAGE_STATES];     /* open ones: triggered, acknowledged */
	int64_t pages_nobody;                  /* triggered, and nobody was on call */
	int64_t notices[VITALS_NOTICE_STATES]; /* made in the last 24 hours */
	int64_t requests, fenced;              /* requests that wait for the escalator; rows that are fenced off */
	double request_age, notice_age;        /* seconds that the oldest that is due waits; 0: none does */
	int64_t engines;                       /* that ticked in the last 30 seconds */
	double engine_age, mail_age; /* seconds since one ticked, since the mail server answered; < 0: never */
};

/* A few milliseconds, whatever the number of alerts, hits and windows; a million indicators take a sixth of a second.
 */
int vitals_read(struct db *db, struct vitals *out, struct err *why);
/* Whether the database answers. */
int vitals_ping(struct db *db, struct err *why);

#endif
