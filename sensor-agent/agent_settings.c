#include "sensor-agent/agent_settings.h"

#define KEY(path) offsetof(struct agent_settings, path)
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)

static const struct config_key keys[] = {
	{ "state_dir", CONFIG_STRING, KEY(state_dir), "/var/lib/hinomi-agent", 0, 0, "key, certificates and spool" },
	{ "server", CONFIG_STRING, KEY(server), "", 0, 0, "collector, host[:port]; empty: as enrolled" },
	{ "log_level", CONFIG_STRING, KEY(log_level), "info", 0, 0, "debug, info, warning or error" },

	{ "spool.size", CONFIG_SIZE, KEY(spool.size), "256MiB", 4 * MIB, 1024 * 1024 * MIB, "most bytes on disk" },
	{ "spool.segment", CONFIG_SIZE, KEY(spool.segment), "16MiB", 64 * KIB, 1024 * MIB, "bytes of one file" },
	{ "spool.commit_delay", CONFIG_DURATION, KEY(spool.commit_delay), "40ms", 1, 10 * SECOND,
	  "between two syncs of the disk" },

	{ "uplink.window", CONFIG_INTEGER, KEY(uplink.window), "2048", 1, 10000, "events in one window" },
	{ "uplink.pipelining", CONFIG_INTEGER, KEY(uplink.pipelining), "4", 1, 16, "windows under way" },
	{ "uplink.compression", CONFIG_INTEGER, KEY(uplink.compression), "1", 1, 9, "1 fast .. 9 small" },
	{ "uplink.ack_timeout", CONFIG_DURATION, KEY(uplink.ack_timeout), "60s", SECOND, HOUR,
	  "silence of the server while events wait" },
	{ "uplink.heartbeat", CONFIG_DURATION, KEY(uplink.heartbeat), "30s", 100, HOUR, "between heartbeats" },
	{ "uplink.connect_most", CONFIG_DURATION, KEY(uplink.connect_most), "60s", 100, HOUR,
	  "longest wait between tries to connect" },

	{ "eve.paths", CONFIG_LIST, KEY(eve.paths), "", 0, 0, "files to follow; globs are allowed" },
	{ "eve.from_start", CONFIG_BOOL, KEY(eve.from_start), "true", 0, 0, "read what is there at first sight" },
	{ "eve.poll", CONFIG_DURATION, KEY(eve.poll), "1s", 10, MINUTE,
	  "between looks where the kernel tells nothing" },

	{ "syslog.udp", CONFIG_STRING, KEY(syslog.udp), "", 0, 0, "address:port to listen on; empty: off" },
	{ "syslog.tcp", CONFIG_STRING, KEY(syslog.tcp), "", 0, 0, "address:port to listen on; empty: off" },
	{ "syslog.max_size", CONFIG_SIZE, KEY(syslog.max_size), "64KiB", KIB, MIB, "bytes of one message" },
	{ "syslog.max_peers", CONFIG_INTEGER, KEY(syslog.max_peers), "256", 1, 10000, "TCP connections at once" },
	{ "syslog.idle_timeout", CONFIG_DURATION, KEY(syslog.idle_timeout), "15m", SECOND, 24 * HOUR,
	  "a TCP connection without a byte" },
};

static int check(struct agent_settings *s, struct err *why)
{
	if (s->state_dir[0] != '\0')
		return 0;
	agent_settings_release(s);
	return err_set(why, ERR_CONFIG, "state_dir must not be empty");
}

int agent_settings_load(struct agent_settings *out, const char *path, struct err *why)
{
	*out = (struct agent_settings){ 0 };
	if (config_load(path, keys, ARRAY_LEN(keys), out, why) != 0)
		return -1;
	return check(out, why);
}

void agent_settings_release(struct agent_settings *settings)
{
	config_release(keys, ARRAY_LEN(keys), settings);
}
