/* One file that is read line by line while it grows, into the intake.
 *
 * What it notices: the file was truncated, also when it has grown beyond the old place since (its beginning, or that of
 * the line under way, has changed). What it leaves to the follower: names, rotation, what to do then. */
#ifndef SENSOR_AGENT_FOLLOWED_FILE_H
#define SENSOR_AGENT_FOLLOWED_FILE_H

#include "sensor-agent/file_mark.h"
#include "sensor-agent/intake.h"
#include "sensor-agent/line_reader.h"

struct followed_file {
	struct file_mark mark; /* behind the last line handed over */
	int fd;                /* -1: not open at present */
	struct line_reader reader;
	struct timespec
	    compared_at;        /* time of the last change when its beginning was compared with the mark at its end */
	int64_t quiet_since_ms; /* when its last byte was read, or it was opened */
	uint64_t lines, errors; /* since opened */
};

enum followed {
	FOLLOWED_MORE,      /* the budget is used up */
	FOLLOWED_END,       /* nothing more for now */
	FOLLOWED_FULL,      /* the intake takes nothing now; its message is in `why` */
	FOLLOWED_TRUNCATED, /* this is not the file any more that the mark is of */
	FOLLOWED_FAILED,    /* it cannot be read; `why` */
};

struct followed_plan {
	struct intake *intake; /* NULL: lines are only counted, in file->lines, and the mark stays */
	uint8_t *room;         /* for reading into */
	size_t room_size;
	int64_t now_ms; /* monotonic */
};

/* Takes the descriptor over. NULL: memory is short, and it is closed. fd may be -1, for a file to be opened later. */
struct followed_file *followed_file_new(int fd, struct file_mark mark, int64_t now_ms);
void followed_file_free(struct followed_file *f); /* NULL is allowed */

/* Reads and hands over at most about *budget bytes, which are taken off it. */
enum followed followed_file_read(struct followed_file *f, const struct followed_plan *plan, size_t *budget,
				 struct err *why);
/* Hands over the line under way as it stands: it will never get its end. FOLLOWED_END, or FOLLOWED_FULL: try again. */
enum followed followed_file_finish(struct followed_file *f, const struct followed_plan *plan, struct err *why);
/* Goes back, or on, to a mark of this file; reading begins there. */
void followed_file_seek(struct followed_file *f, struct file_mark mark);

#endif
