/* Warning lists: what must not become an indicator, because it would raise alarms about ourselves or about everybody:
 * the members' own networks, public resolvers, names that everybody calls. Indicators that these know are stored and
 * shown but not matched.
 *
 * The file (config/warning-lists.yaml; the database keeps what was loaded) names lists; each has any of
 *   networks       an indicator that overlaps one is held back
 *   domains        a name that equals one, or lies above one, is held back (a name below is not), and so is the bare
 *                  address of its web site
 *   own_domains    the same, and all names below, and all URLs there
 *   hashes         files that are everywhere
 * By themselves: networks wider than WARNING_IPV4_WIDEST or WARNING_IPV6_WIDEST, and names of one label. */
#ifndef SERVER_MODEL_WARNING_LIST_H
#define SERVER_MODEL_WARNING_LIST_H

#include "lib/err.h"
#include "server/model/indicator.h"

enum { WARNING_IPV4_WIDEST = 16, WARNING_IPV6_WIDEST = 32, WARNING_LIST_NAME_MAX = 63 /* bytes */ };

struct warning_lists;
struct warning_lists *warning_lists_new(void);    /* NULL: no memory */
void warning_lists_free(struct warning_lists *w); /* NULL is allowed */

/* Gives what the file holds, one by one; errors name it and the line. `path` stands for the text in messages. */
typedef int (*warning_list_entry)(void *arg, const char *list, const struct indicator_key *key, bool below,
				  struct err *why);
int warning_list_parse(struct slice text, const char *path, warning_list_entry entry, void *arg, struct err *why);

/* Adds one thing to the list of that name; -1: no memory. `below`: of a name, all below it as well. */
int warning_lists_add(struct warning_lists *w, const char *list, const struct indicator_key *key, bool below,
		      struct err *why);
size_t warning_lists_count(const struct warning_lists *w);

/* The list's name, or NULL: nothing speaks against it. Valid as long as the lists are. */
const char *warning_lists_find(const struct warning_lists *w, const struct indicator_key *indicator);

#endif
