/* What the agent tells of itself in a heartbeat and in status.json; the members of docs/wire.md. */
#ifndef SENSOR_AGENT_HEALTH_H
#define SENSOR_AGENT_HEALTH_H

#include "lib/json_write.h"

enum { SOURCE_HEALTH_MOST = 64 }; /* sources told of; more are left out */

struct source_health {
	char name[256];    /* a file's path, or "udp 0.0.0.0:514" */
	uint64_t position; /* bytes read of the present file; a listener: 0 */
	uint64_t size;     /* bytes the file has now; a listener: 0 */
	uint64_t lines;    /* records handed over since start */
	uint64_t errors;   /* read errors, over-long records, datagrams lost, ... since start */
};

struct health {
	time_us now; /* "read_at" */
	uint64_t spool_records, spool_bytes;
	uint64_t disk_free_bytes;
	uint64_t dropped_records; /* in total, kept across restarts */
	uint64_t uptime_s;
	uint64_t rss_bytes;
	size_t source_count;
	struct source_health *sources; /* borrowed */
};

/* "sources": [{name, position, size, lines, errors}, ...] */
void health_put_sources(struct json_writer *w, const struct health *health);
/* Resident memory of this process; 0 when unknown. */
uint64_t health_rss_bytes(void);

#endif
