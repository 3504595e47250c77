/* Configuration files: YAML (libyaml), two levels deep: `section: { key: value }` or top-level `key: value`.
 * What a program knows is one table of keys; each key has a type, a default and bounds, and lives at an offset
 * of the program's settings struct. A key that is not in the table, a wrong type, or a value out of bounds is an
 * error that names file, line and key: nothing is ignored silently. */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include "lib/err.h"
#include "lib/slice.h"

enum config_type {
	CONFIG_STRING,   /* char *       ; owned by the struct, never NULL */
	CONFIG_INTEGER,  /* int64_t      ; least <= value <= most */
	CONFIG_BOOL,     /* bool         ; true, false, yes, no, on, off */
	CONFIG_DURATION, /* int64_t ms   ; "250ms", "30s", "5m", "2h", "7d"; least..most in ms */
	CONFIG_SIZE,     /* int64_t bytes; "512", "64KiB", "8MiB", "1GiB"; least..most in bytes */
	CONFIG_LIST,     /* struct config_list; a YAML sequence of scalars, or one scalar */
};

struct config_list {
	char **items;
	size_t len;
};

struct config_key {
	const char *name; /* "collector.listen", or "state_dir" at top level */
	enum config_type type;
	size_t offset;        /* offsetof() in the settings struct */
	const char *fallback; /* in file syntax; for a list, items separated by blanks; "" is none */
	int64_t least, most;  /* both 0: no bounds */
	const char *help;     /* one line for operators */
};

/* Fills `settings` (zeroed by the caller, or by config_release) with defaults and then with the file's values.
 * path NULL: defaults alone. On error settings holds nothing that needs releasing. */
int config_load(const char *path, const struct config_key *keys, size_t key_count, void *settings, struct err *why);
/* The same from bytes in memory; `name` stands for the path in messages. This is what the fuzzer calls. */
int config_parse(struct slice text, const char *name, const struct config_key *keys, size_t key_count, void *settings,
		 struct err *why);
void config_release(const struct config_key *keys, size_t key_count, void *settings);

#endif
