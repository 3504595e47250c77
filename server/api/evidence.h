/* Handler: the evidence pack of an incident as one ZIP, made when it is asked for.
 *
 * Bounds: two packs at a time on all servers (503 beyond), 64 MiB each, of which records of alerts get 48 MiB before
 * they are compressed and each other part EVIDENCE_ROWS_MOST entries; what had to be left out is said in README.txt.
 *
 * The pack is read in one read-only snapshot. The row that remembers it, the timeline and the audit trail are a
 * transaction of their own behind that: the only GET that leaves something behind. */
#ifndef SERVER_API_EVIDENCE_H
#define SERVER_API_EVIDENCE_H

#include "server/api/call.h"

int evidence_get(struct call *call, struct err *why);

#endif
