/* The header of a syslog message: RFC 5424, RFC 3164 as devices really write it (ISO timestamps, a year before or
 * behind the day, no host, no tag), or none at all. Reading never fails: what is no header is content. */
#ifndef SERVER_MODEL_SYSLOG_H
#define SERVER_MODEL_SYSLOG_H

#include "lib/clock.h"

struct syslog_message {
	int priority; /* facility * 8 + severity, 0..191; -1: none */
	time_us time; /* TIME_NONE: none */
	/* Empty when absent. */
	struct slice host;
	struct slice app; /* the tag of RFC 3164 */
	struct slice process_id;
	struct slice message_id;
	struct slice structured_data; /* with its brackets, as it came */
	struct slice content;         /* without a byte order mark and without line ends or NUL behind it */
};

/* received_at gives the year to timestamps without one: the latest that does not put them more than a week ahead.
 * default_zone: seconds east of UTC for timestamps without a zone. Slices point into `in`. */
void syslog_parse(struct slice in, time_us received_at, int default_zone, struct syslog_message *out);

#endif
