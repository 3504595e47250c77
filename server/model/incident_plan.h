/* The correlator's whole decision, pure: what is known of the segments and incidents that a batch of alerts and firings
 * of one company touches, plus that batch, gives the segments and incidents as they must be afterwards.
 *
 * An incident is a connected component of alerts and firings (grouping.h, firing.h). It is kept as segments, unbroken
 * runs of one key whose neighbours lie at most that key's window apart, and never looks at old alerts again: a run of
 * new alerts joins the segments it reaches; each alert ties the segment of its cluster key to that of its link key;
 * each firing, which is a run of its own key, ties the segments of what it counted. A record of kind context has no
 * segment until a firing ties it. When segments of different incidents are tied together, the one with the lowest
 * number survives and absorbs the others.
 *
 * Use: set window, alerts and firings; incident_plan_runs(); fetch what is known and set segments and incidents;
 * incident_plan_make(); carry it out; incident_plan_release(). */
#ifndef SERVER_MODEL_INCIDENT_PLAN_H
#define SERVER_MODEL_INCIDENT_PLAN_H

#include "lib/err.h"
#include "server/model/firing.h"
#include "server/model/incident_facts.h"
#include "server/model/incident_handling.h"

struct plan_segment {
	int64_t key;
	time_us first, last;
	time_us window;      /* of the key; of a known segment it need not be set */
	bool is_cluster;     /* key is a cluster key, else a link key or a firing's */
	int64_t incident_id; /* of a known segment */
	size_t incident;     /* of an inserted one: index into incidents */
};

enum plan_fate { FATE_NONE, FATE_CREATE, FATE_UPDATE, FATE_ABSORB };

struct plan_incident {
	int64_t id, no;    /* 0 of one to be created; they are dealt in the order of `incidents` */
	struct slice rule; /* that made it; empty of one to be created */
	struct incident_facts facts;
	struct incident_handling handling;
	/* Filled in by incident_plan_make(): */
	enum plan_fate fate;
	size_t into; /* FATE_ABSORB: index of the survivor */
	bool handling_changed;
};

enum plan_event_kind { EVENT_CREATED, EVENT_MERGED, EVENT_ABSORBED, EVENT_SEVERITY, EVENT_STATE, EVENT_REOPENED };
/* An entry for an incident's timeline. */
struct plan_event {
	enum plan_event_kind kind;
	size_t incident;
	size_t other; /* MERGED: which was absorbed; ABSORBED: by which */
	int from, to; /* SEVERITY: severities; STATE: enum incident_state */
};

struct incident_plan {
	time_us window;                  /* of keys that bring none of their own: grouping_window() */
	const struct plan_alert *alerts; /* borrowed, with what their slices point to, until the release */
	size_t alert_count;
	const struct plan_firing *firings; /* borrowed likewise */
	size_t firing_count;

	/* By incident_plan_runs(): the batch's own runs, ordered by key and time. The segments to fetch are those of
	 * the same key that overlap first - window .. last + window, with the run's window. */
	struct plan_segment *runs;
	size_t run_count;
	uint32_t *run_of; /* of each mark, see incident_runs.h */

	/* By the caller, from malloc(); the plan's from then on. Order does not matter, a segment may be there twice.
	 * incidents holds every incident that one of the segments names; room for more is added. */
	struct plan_segment *segments;
	size_t segment_count;
	struct plan_incident *incidents;
	size_t incident_count;

	/* By incident_plan_make(). Incidents to be created stand behind the known ones. All segments of absorbed
	 * incidents, also those that were not fetched, become the survivor's before anything else is done to segments.
	 */
	struct plan_segment *removed;  /* by key and first */
	struct plan_segment *extended; /* by key and first; last is new */
	struct plan_segment *inserted;
	size_t removed_count, extended_count, inserted_count;
	struct plan_event *events;
	size_t event_count;
	size_t *incident_of_alert;  /* index into incidents, never of an absorbed one; PLAN_NO_INCIDENT */
	size_t *incident_of_firing; /* likewise; each has one */
};
#define PLAN_NO_INCIDENT SIZE_MAX

/* 0, or -1 when memory is short. */
int incident_plan_runs(struct incident_plan *p, struct err *why);
/* 0; -1: memory is short, or a segment names an incident that is not there (ERR_CORRUPT). */
int incident_plan_make(struct incident_plan *p, struct err *why);
void incident_plan_release(struct incident_plan *p); /* frees all but the alerts, and zeroes */

#endif
