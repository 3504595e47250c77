/* The sensors that are connected, or have events on their way into the database: what is kept once for each, however
 * many connections it has. */
#ifndef SERVER_COLLECTOR_FLEET_H
#define SERVER_COLLECTOR_FLEET_H

#include "server/store/allow_list.h"

struct batch;
struct writer;

struct sensor {
	int64_t company_id, sensor_id;
	struct networks home; /* into the allow-list in force */
	int zone;
	unsigned connections;
	bool gone; /* deleted from the database: nothing of it can be stored */
	/* writers.c: */
	struct writer *writer; /* who stores its events, as long as there are any on the way */
	struct batch *filling; /* the batch that takes its next event; NULL: none yet */
	uint32_t index;        /* of the sensor in it */
	unsigned batches;      /* that hold events of it */
	size_t held;           /* bytes that these take */
	struct sensor *next;   /* in the table */
};

struct fleet;                  /* the table */
struct fleet *fleet_new(void); /* NULL: no memory */
void fleet_free(struct fleet *f);

/* The sensor, made when it is not there; NULL: no memory. */
struct sensor *fleet_get(struct fleet *f, int64_t company_id, int64_t sensor_id);
/* Forgets the sensor unless it has connections or events. */
void fleet_release(struct fleet *f, struct sensor *s);
/* Home networks and zones, from a list that was just read. */
void fleet_refresh(struct fleet *f, const struct allow_list *list);

#endif
