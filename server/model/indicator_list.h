/* Plain lists and hosts files: one indicator a line. Lines end with LF or CRLF; what follows '#' or ';' (at the start
 * of the line or behind white space) is a comment. Defanged forms, CIDR and ports are understood (indicator.h).
 *
 *   list    the first field of a line: up to white space, a comma or a tab; in quotes or not (a list's first column)
 *   hosts   "0.0.0.0 name [name...]": every name; the file's own lines for the machine (localhost and kin) say nothing
 */
#ifndef SERVER_MODEL_INDICATOR_LIST_H
#define SERVER_MODEL_INDICATOR_LIST_H

#include "server/model/indicator_feed.h"

enum { LIST_LINE_MAX = 4096 };

int indicator_list_read(struct slice text, bool hosts, const struct feed_sink *sink, struct err *why);
/* Whether its first lines that are no comments are all of an address and a name. */
bool indicator_list_is_hosts(struct slice text);

#endif
