/* The agent's configuration: lib/config keys, so that an unknown key or a wrong value is an error with file, line and
 * key. config/agent.yaml shows every key with its default (scripts/lint-settings compares). */
#ifndef SENSOR_AGENT_AGENT_SETTINGS_H
#define SENSOR_AGENT_AGENT_SETTINGS_H

#include "lib/config.h"

struct agent_settings {
	char *state_dir; /* key, certificates, spool; mode 0700 */
	char *server;    /* "host[:port]" of the collector; "": as enrolled */
	char *log_level;

	struct {
		int64_t size;         /* bytes on disk, at most */
		int64_t segment;      /* bytes of one file */
		int64_t commit_delay; /* ms; most that records wait for others before they are made durable */
	} spool;
	struct {
		int64_t window;       /* events in one window */
		int64_t pipelining;   /* windows under way */
		int64_t compression;  /* 1 fast .. 9 small */
		int64_t ack_timeout;  /* ms without a byte from the server while events wait */
		int64_t heartbeat;    /* ms between heartbeats */
		int64_t connect_most; /* ms; the longest wait between tries */
	} uplink;
	struct {
		struct config_list paths; /* files to follow; globs allowed */
		bool from_start;          /* read what is there when a file is seen for the first time */
		int64_t poll;             /* ms between looks at the files where the kernel tells nothing */
	} eve;
	struct {
		char *udp, *tcp;      /* "address:port" to listen on; "": off */
		int64_t max_size;     /* bytes of one message; longer ones are cut */
		int64_t max_peers;    /* TCP connections at once */
		int64_t idle_timeout; /* ms; a TCP connection without a byte is closed */
	} syslog;
};

/* path NULL: defaults alone. */
int agent_settings_load(struct agent_settings *out, const char *path, struct err *why);
void agent_settings_release(struct agent_settings *settings);

#endif
