/* Days off by law, as a file: config/holidays-japan.yaml.
 *
 *   years: [2024, 2030]                 the first and the last year that it covers as a whole
 *   days:
 *     - {day: 2024-01-01, ja: 元日, en: New Year's Day}
 *
 * Days stand in order, each once, within these years. Pure. */
#ifndef SERVER_MODEL_HOLIDAY_FILE_H
#define SERVER_MODEL_HOLIDAY_FILE_H

#include "lib/err.h"
#include "lib/slice.h"

enum { HOLIDAYS_MAX = 4000, HOLIDAY_NAME_MAX = 100 /* bytes */ };

struct holiday {
	int64_t day; /* days since 1970-01-01 */
	char *ja, *en;
};
struct holiday_file {
	int first_year, last_year; /* both inclusive */
	struct holiday *days;      /* owned, like the texts */
	size_t count;
};

/* path stands for the text in messages. ERR_USAGE names the line. */
int holiday_file_parse(struct holiday_file *out, struct slice text, const char *path, struct err *why);
void holiday_file_release(struct holiday_file *file);

#endif
