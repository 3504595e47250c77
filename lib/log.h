/* Log lines for operators, on standard error: time, level, role, message. One line per event; control bytes in
 * the message are escaped, so that nothing a peer sends can forge a line. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* name: which program or role speaks, e.g. "collector"; must outlive all logging. */
void log_open(const char *name, enum log_level least);
void log_set_level(enum log_level least);
/* "debug", "info", "warning" or "error"; -1 when it is none of them. */
int log_level_parse(const char *text);

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For messages that a peer can provoke at will: true at most once per interval for this limiter, and then
 * *skipped says how many were held back since. Zero-initialise. */
struct log_limit {
	long long next_ms;
	unsigned skipped;
};
int log_allowed(struct log_limit *limit, int interval_ms, unsigned *skipped);

#endif
