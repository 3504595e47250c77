/* Files that grow and rotate, followed line by line into the intake: each line once, also across restarts.
 *
 * A path's file may be renamed (its rest is read under the new name, and kept open until it has been quiet for
 * FOLLOWER_QUIET_MS, because its writer may not know yet), copied and truncated (the rest is read from the copy if it
 * is there), deleted, made again, or appear later. Globs are looked at again in every scan.
 *
 * Checkpoints are kept under "eve:PATH" (the files of the path that are not read to their end for good, with a mark
 * each) and "eve" (which patterns were seen in earlier runs: `from_start` is for new ones only). They are set in the
 * same turn as the lines, so that one commit makes both durable.
 *
 * At most FOLLOWED_PATH_OLD_MOST rotated-away files of a path wait to be read; beyond, the oldest's unread lines are
 * counted as dropped (of a large rest: reckoned).
 *
 * What cannot be had: a line that copy-truncate destroys between the copy's end and the truncation; the unread rest of
 * a file that is deleted, or compressed, while nobody has it open. A line that will never get its end (its file was
 * rotated away and is quiet, or truncated) is handed over as it stands.
 *
 * No event loop in here: eve_source.h drives it, tests do so by hand. */
#ifndef SENSOR_AGENT_FOLLOWER_H
#define SENSOR_AGENT_FOLLOWER_H

#include "lib/config.h"
#include "sensor-agent/health.h"
#include "sensor-agent/intake.h"

enum {
	FOLLOWER_QUIET_MS = 5000,
	FOLLOWER_PATHS_MOST = 1024,      /* more are not followed, with a warning */
	FOLLOWER_OPEN_MOST = 64,         /* beyond so many, files that were quiet for long are closed until they grow */
	FOLLOWER_TURN_SIZE = 256 * 1024, /* bytes of one turn */
};

struct follower;

/* patterns: absolute paths or globs; borrowed, as is the intake. ERR_CONFIG names the pattern that cannot be used. */
int follower_new(struct follower **out, const struct config_list *patterns, bool from_start, struct intake *intake,
		 struct err *why);
void follower_free(struct follower *f); /* NULL is allowed; saves nothing that was not saved */

/* Looks at the folders: rotation, new files. now_ms: monotonic. */
void follower_scan(struct follower *f, int64_t now_ms);

enum follower_turn {
	FOLLOWER_IDLE, /* everything is read */
	FOLLOWER_MORE, /* call again soon */
	FOLLOWER_FULL, /* the intake takes nothing now: call again later */
};
/* One turn of bounded length. */
enum follower_turn follower_read(struct follower *f, int64_t now_ms);

/* Adds to list[*count], up to SOURCE_HEALTH_MOST. */
void follower_health(const struct follower *f, struct source_health *list, size_t *count);
/* Paths followed now, for whoever wants to watch their folders; NULL beyond the last. */
const char *follower_path(const struct follower *f, size_t index);

#endif
