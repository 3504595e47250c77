/* Handlers: indicators and where they come from. */
#ifndef SERVER_API_INDICATORS_H
#define SERVER_API_INDICATORS_H

#include "server/api/call.h"

int indicators_list(struct call *call, struct err *why);
int indicators_get(struct call *call, struct err *why);
int indicators_revoke(struct call *call, struct err *why);
int indicators_sources(struct call *call, struct err *why);
int indicators_import(struct call *call, struct err *why); /* indicator_upload.c */

/* The first rejects of a source, newest first: member `key`. */
int indicators_put_rejects(struct call *call, const char *key, int64_t source_id, int64_t most, struct json_writer *w,
			   struct err *why);
/* Member `source`. */
void indicators_put_source(struct json_writer *w, int64_t id, const char *name);

#endif
