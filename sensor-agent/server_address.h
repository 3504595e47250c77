/* Where the collector is: the `server` setting, else what enrolment left in <state_dir>/server.json. */
#ifndef SENSOR_AGENT_SERVER_ADDRESS_H
#define SENSOR_AGENT_SERVER_ADDRESS_H

#include "lib/err.h"
#include "lib/slice.h"

enum { SERVER_HOST_SIZE = 256, SERVER_LUMBERJACK_PORT = 5044 };

struct server_address {
	char host[SERVER_HOST_SIZE]; /* without brackets */
	int port;
};

/* "host", "host:port", "[v6]:port", "v6"; false when it is none of them. Pure. */
bool server_address_parse(struct server_address *out, struct slice text, int default_port);
/* setting: "" for what was enrolled; ERR_NOT_FOUND: not enrolled yet. */
int server_address_load(struct server_address *out, const char *setting, const char *state_dir, struct err *why);

#endif
