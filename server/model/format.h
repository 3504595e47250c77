/* What a format of records is. To add one: a file that defines a `const struct format`, its declaration below, and a
 * line in the table of normalise.c. A format knows its device's fields; what they mean together is judge.h's. */
#ifndef SERVER_MODEL_FORMAT_H
#define SERVER_MODEL_FORMAT_H

#include "lib/arena.h"
#include "lib/json_reader.h"
#include "server/model/normalise.h"
#include "server/model/syslog.h"

struct format_input {
	const struct record *record;
	struct slice body;                   /* the record without envelope and syslog header */
	const struct syslog_message *syslog; /* NULL when there was no such header */
	const struct json_reader *json;      /* the body, read; NULL when it is not a JSON object */
	struct arena *arena;                 /* for texts that do not stand in the body; room for all of its bytes */
};

struct format {
	const char *name; /* alert.format */
	/* A cheap look: whether the record is in this format. The first format of the table that says yes gets it. */
	bool (*recognise)(const struct format_input *in);
	/* Fills out->alert, which comes initialised, for VERDICT_ALERT; out->reason for VERDICT_UNPARSED; and, whatever
	 * the verdict, out->event with what the record is within the format (dns, virus, ...), without the format's
	 * name in front. Techniques must have passed attack_is_technique(); other texts are made storable afterwards.
	 */
	enum verdict (*normalise)(const struct format_input *in, struct normalised *out);
	/* For VERDICT_CONTEXT, when it is asked for: time, endpoints, action, and what follows from them. */
	void (*fill_context)(const struct format_input *in, struct alert *out);
};

extern const struct format format_eve;
extern const struct format format_fortigate;

/* The verdict for a record that is in the format and yet cannot be used. */
static inline enum verdict format_unparsed(struct normalised *out, enum unparsed_reason reason)
{
	out->reason = reason;
	return VERDICT_UNPARSED;
}

/* Sets a->community_id, computed unless `given` is one. `protocol` as protocol.h gives it. */
void format_set_community_id(struct alert *a, struct slice given, int protocol, const struct endpoint *source,
			     const struct endpoint *destination, struct arena *arena);

#endif
