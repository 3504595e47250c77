/* The patterns of eve.paths: paths and globs, and which of them earlier runs had (kept as a checkpoint, so that
 * `from_start` is asked for new ones only). */
#ifndef SENSOR_AGENT_PATH_PATTERNS_H
#define SENSOR_AGENT_PATH_PATTERNS_H

#include "lib/config.h"
#include "sensor-agent/intake.h"

enum { PATH_PATTERNS_MOST = 256 };

struct path_patterns {
	const struct config_list *list; /* borrowed */
	bool known[PATH_PATTERNS_MOST]; /* to an earlier run */
};

/* ERR_CONFIG: too many, too long, or not absolute. longest: bytes that a path may have. */
int path_patterns_load(struct path_patterns *p, const struct config_list *list, size_t longest, struct intake *intake,
		       struct err *why);
int path_patterns_save(const struct path_patterns *p, struct intake *intake, struct err *why);

bool path_patterns_match(const struct path_patterns *p, const char *path);
/* Whether it stands there as it is, so that it is waited for although there is no such file. */
bool path_patterns_name(const struct path_patterns *p, const char *path);
/* Calls found() for each path: all plain ones, and what globs give now. is_new: by a pattern not known. */
void path_patterns_each(const struct path_patterns *p, void (*found)(void *arg, const char *path, bool is_new),
			void *arg);

/* Why the pattern names no file at present; NULL when it does. */
const char *path_patterns_trouble(const struct path_patterns *p, size_t index);

#endif
