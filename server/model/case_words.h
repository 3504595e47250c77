/* What a case report says of things that nobody wrote: steps read off the clocks, and why there is a case. In the
 * language of the company's reports. Pure. */
#ifndef SERVER_MODEL_CASE_WORDS_H
#define SERVER_MODEL_CASE_WORDS_H

#include "lib/buffer.h"

#include <stdbool.h>

/* by: as in case_file.h, but person; NULL when it is none of these. */
const char *case_words_step(const char *by, bool japanese);

struct case_words_facts {
	const char *direction; /* inbound, outbound, ... */
	int64_t detections, stopped;
	int64_t minutes;   /* from the first to the last of them */
	const char *rules; /* titles of the rules that raised it; NULL: none did */
};
/* Appends one or two sentences. */
void case_words_reason(const struct case_words_facts *facts, bool japanese, struct buffer *out);

#endif
