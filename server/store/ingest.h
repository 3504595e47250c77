/* Stores batches of events: one connection to the database, one transaction at a time, from an event loop.
 *
 *   BEGIN; the marks of the batch's numbered streams, locked; (new streams get one)
 *   ids for the rows that are new
 *   COPY alert, by company and sensor
 *   work and change, one row for each company; observations, likewise; marks; gap ledger; health; COMMIT
 *   NOTIFY hinomi_work, hinomi_change
 *
 * Statements here work across companies: a batch is many sensors' (docs/decisions/0002-schema-rules.md, 9). The whole
 * batch is one COPY; on a distributed database it would become one for each company. The doorbells are rung behind the
 * COMMIT: NOTIFY in a transaction would make all committers wait for each other's disk.
 *
 * When the connection is lost nobody knows whether the COMMIT was done. Storing the batch again is right in both
 * cases: the marks tell numbered records apart, and without numbers the promise is at-least-once. */
#ifndef SERVER_STORE_INGEST_H
#define SERVER_STORE_INGEST_H

#include "server/store/async.h"
#include "server/store/ingest_batch.h"

struct ingest;

/* All borrowed for the life of the ingest. */
struct ingest_plan {
	const char *conninfo, *user;
	const char *timezone; /* IANA name: gives the day in the gap ledger */
};
struct ingest *ingest_new(const struct ingest_plan *plan); /* NULL: no memory */
void ingest_free(struct ingest *in);                       /* NULL is allowed */

/* Begins to connect; when it failed before, call it again after a while. */
int ingest_connect(struct ingest *in, struct err *why);
/* For the loop; -1: not connected. The descriptor may change while connecting. */
int ingest_descriptor(const struct ingest *in);
bool ingest_wants_read(const struct ingest *in);
bool ingest_wants_write(const struct ingest *in);

enum ingest_event_kind {
	INGEST_WAIT,
	INGEST_READY,    /* ingest_store() may be called (again) */
	INGEST_STORED,   /* committed; ack it. INGEST_READY follows */
	INGEST_AGAIN,    /* rolled back: somebody was in the way; store it again at once. Ready */
	INGEST_REFUSED,  /* rolled back: the database does not take something in it. Ready */
	INGEST_TROUBLED, /* rolled back: the database cannot take anything now (disk full, rights). Ready */
	INGEST_LOST,     /* no connection (any more); the outcome is not known */
};

/* Stores entries [from, to) of the batch, which must stay as it is until one of STORED to LOST comes. */
int ingest_store(struct ingest *in, struct ingest_batch *batch, uint32_t from, uint32_t to, struct err *why);
/* Call when the descriptor is ready, and after connect and store, until INGEST_WAIT. */
enum ingest_event_kind ingest_step(struct ingest *in, struct err *why);

#endif
