/* The runs of a batch: internal to incident_plan.h.
 *
 * A mark is a key at a time: the cluster key and the link key of an alert, a firing's own, each of its ties. Marks
 * stand in run_of in this order: 2 * i and 2 * i + 1 of alert i, then one for each firing, then the ties of all
 * firings. */
#ifndef SERVER_MODEL_INCIDENT_RUNS_H
#define SERVER_MODEL_INCIDENT_RUNS_H

#include "server/model/incident_plan.h"

#define NO_RUN UINT32_MAX

size_t plan_mark_count(const struct incident_plan *p);
size_t plan_firing_mark(const struct incident_plan *p, size_t firing);
size_t plan_first_tie_mark(const struct incident_plan *p);

/* Whether a gap is within the window; both ends count. Times far apart must not overflow. */
bool plan_reaches(time_us earlier, time_us later, time_us window);

#endif
