/* `hinomi-agent send`: streams files once, through the same spool and uplink, and ends when the server has everything.
 *
 * How far each file is sent is kept in the spool, by the file's identity (device, inode, and a fingerprint of its
 * beginning). So a run that was killed goes on where it was, and a file that is sent again on purpose is skipped, or
 * only what has been appended to it since is sent. A copy of a file is another file. */
#ifndef SENSOR_AGENT_SEND_H
#define SENSOR_AGENT_SEND_H

#include "sensor-agent/agent_settings.h"

/* paths: regular files. patience_ms: give up when so long nothing was acked; what is in the spool stays there for the
 * next run. Prints a line for each file to standard output. */
int send_files(const struct agent_settings *settings, char *const *paths, size_t count, int64_t patience_ms,
	       struct err *why);

#endif
