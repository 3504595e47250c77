#include "lib/log.h"

#include "lib/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The one process-wide setting: who speaks, and from which level. Written at start, the level again by a reload. */
static struct {
	const char *name;
	enum log_level least;
} logger = { "hinomi", LOG_LEVEL_INFO };

static const char *const level_names[] = { "debug", "info", "warning", "error" };

void log_open(const char *name, enum log_level least)
{
	logger.name = name;
	logger.least = least;
}

void log_set_level(enum log_level least)
{
	logger.least = least;
}

int log_level_parse(const char *text)
{
	for (int i = 0; i <= LOG_LEVEL_ERROR; i++)
		if (strcmp(text, level_names[i]) == 0)
			return i;
	return -1;
}

/* Escapes control bytes; keeps UTF-8 as it is. Returns the length written, without a terminator. */
static size_t escape(char *to, size_t room, const char *from)
{
	size_t n = 0;

	for (; *from && n + 4 < room; from++) {
		unsigned char c = (unsigned char)*from;

		if (c >= 0x20 && c != 0x7f)
			to[n++] = (char)c;
		else
			n += (size_t)snprintf(to + n, room - n, "\\x%02x", c);
	}
	return n;
}

static void put(enum log_level level, const char *format, va_list args)
{
	char message[1024], line[1400], when[TIME_TEXT_SIZE];
	size_t n;

	if (level < logger.least)
		return;
	vsnprintf(message, sizeof(message), format, args);
	time_to_text(clock_now(), when);
	n = (size_t)snprintf(line, sizeof(line), "%s %s %s: ", when, level_names[level], logger.name);
	n += escape(line + n, sizeof(line) - n - 1, message);
	line[n++] = '\n';
	/* One write, so that lines of several processes don't mix. Nothing can be done if it fails. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

#define LOG_FUNCTION(function, level)          \
	void function(const char *format, ...) \
	{                                      \
		va_list args;                  \
                                               \
		va_start(args, format);        \
		put(level, format, args);      \
		va_end(args);                  \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

int log_allowed(struct log_limit *limit, int interval_ms, unsigned *skipped)
{
	long long now = clock_monotonic_ms();

	if (now < limit->next_ms) {
		limit->skipped++;
		return 0;
	}
	limit->next_ms = now + interval_ms;
	*skipped = limit->skipped;
	limit->skipped = 0;
	return 1;
}
