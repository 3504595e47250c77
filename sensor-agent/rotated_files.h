/* Looks into the folder of a followed path for what rotation has made of its files. */
#ifndef SENSOR_AGENT_ROTATED_FILES_H
#define SENSOR_AGENT_ROTATED_FILES_H

#include "sensor-agent/file_mark.h"

enum { ROTATED_PATH_SIZE = 4096 };

/* Files for which this is true are left alone. */
typedef bool (*rotated_taken)(void *arg, const struct stat *st);

/* The file that the mark is of: first by inode and fingerprint (it was renamed), then, for a telling fingerprint, by
 * that alone among files whose names begin as path's does up to its first dot (it was copied and truncated, or came
 * from another file system). Returns a descriptor (read-only, non-blocking) and fills in `found` and st; ROTATED_GONE:
 * there is none; ROTATED_OUT_OF_REACH: it may be there, but the file may not be read, or the folder not be entered, is
 * not there or empty (not mounted?): ask again later. */
enum { ROTATED_GONE = -1, ROTATED_OUT_OF_REACH = -2 };
int rotated_find(const struct file_mark *m, const char *path, rotated_taken taken, void *arg,
		 char found[ROTATED_PATH_SIZE], struct stat *st);

/* Files that were made after the one behind known_fd and whose names are path's with a number or a date: NAME.1,
 * NAME-20261124, NAME-20261124.json for NAME.json. Without those that begin as the file behind known_fd or the one
 * behind present_fd (-1: none) does: these are copies. Oldest first; at most `most` descriptors, the oldest ones. */
size_t rotated_younger(const char *path, int known_fd, int present_fd, rotated_taken taken, void *arg, int *fds,
		       size_t most);

#endif
