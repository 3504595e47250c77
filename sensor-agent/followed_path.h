/* A path that is followed, with the file that has this name now and those that had it before and are not read to their
 * end yet; and how all of it is written into a checkpoint. */
#ifndef SENSOR_AGENT_FOLLOWED_PATH_H
#define SENSOR_AGENT_FOLLOWED_PATH_H

#include "sensor-agent/followed_file.h"

#define FOLLOWED_PATH_PREFIX "eve:" /* of a checkpoint's name; the path follows */

enum {
	FOLLOWED_PATH_OLD_MOST = 8, /* rotated-away files of a path */
	FOLLOWED_PATH_NAME_MOST = INTAKE_POSITION_NAME_MOST - (sizeof(FOLLOWED_PATH_PREFIX) - 1),
};

struct followed_path {
	char *name;
	struct followed_file *current;                         /* NULL: there is no file of this name */
	struct followed_file *old[FOLLOWED_PATH_OLD_MOST + 1]; /* oldest first */
	size_t old_count;
	uint64_t lines, errors; /* of files that are gone */
	bool new_pattern;       /* of a pattern that no earlier run had */
	bool dirty;             /* to be saved */
	bool more_behind;       /* there may be files younger than the last old one that are not known yet */
};

/* NULL: memory is short. */
struct followed_path *followed_path_new(const char *name);
void followed_path_free(struct followed_path *p); /* NULL is allowed */

/* All of these make the path dirty. At most FOLLOWED_PATH_OLD_MOST + 1 old files. */
void followed_path_add_old(struct followed_path *p, struct followed_file *file);
struct followed_file *followed_path_take_old(struct followed_path *p, size_t index); /* the caller's now */
void followed_path_drop_old(struct followed_path *p, size_t index);

/* Sets the checkpoint, or forgets it when there is no file; not dirty afterwards. */
int followed_path_save(struct followed_path *p, struct intake *intake, struct err *why);
/* Files as the checkpoint says, not opened yet. ERR_CORRUPT: it cannot be read. */
int followed_path_load(struct followed_path *p, struct slice state, struct err *why);

#endif
