/* Reports as JSON: for lists, for one's page, and for the live stream. */
#ifndef SERVER_API_REPORT_VIEW_H
#define SERVER_API_REPORT_VIEW_H

#include "server/api/call.h"
#include "server/store/report_flow.h"

/* Whether the member may read it: it is published, or was. */
bool report_view_is_out(const struct report_row *row);
/* Report of docs/openapi.yaml, as the person of the call may see it; without braces. Who is bound to a company is not
 * told who of the operator's people wrote and published it, nor what went wrong. */
void report_view_put_members(const struct call *call, struct json_writer *w, const struct report_row *row);
void report_view_put(const struct call *call, struct json_writer *w, const char *key, const struct report_row *row);
/* The array `reports`. */
void report_view_put_list(const struct call *call, struct json_writer *w, const struct db_result *result, int rows);
/* So much that a board knows what moved. */
void report_view_put_live(struct json_writer *w, const char *key, const struct report_row *row);
/* FrozenVersions: rows of version, sha256, reason, changes, made_at, name. */
void report_view_put_versions(const struct call *call, struct json_writer *w, const struct db_result *result);

/* The reply: the report, with its version as ETag. */
void report_view_reply(struct call *call, int status, const struct report_row *row);

#endif
