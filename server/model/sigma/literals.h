/* Many texts looked for in one: Aho and Corasick, "Efficient string matching: an aid to bibliographic search" (1975).
 * Internal to this folder.
 *
 * Anywhere: every place where a text of the list stands is reported in one pass whose time does not depend on how many
 * texts there are. Anchored: those that stand at the beginning (or, read backwards, at the end); reading stops where no
 * text of the list can go on. States that are near the start, where reading nearly always is, have a row with all
 * transitions; the others have a list of edges. */
#ifndef SERVER_MODEL_SIGMA_LITERALS_H
#define SERVER_MODEL_SIGMA_LITERALS_H

#include "lib/slice.h"

enum sigma_place { SIGMA_ANYWHERE, SIGMA_FRONT, SIGMA_BACK };

struct sigma_literal {
	struct slice text; /* not empty; borrowed while building */
	uint32_t owner;
};

struct sigma_literals;
/* NULL: no memory. */
struct sigma_literals *sigma_literals_new(const struct sigma_literal *list, size_t count, enum sigma_place place);
void sigma_literals_free(struct sigma_literals *l); /* NULL is allowed */

typedef void (*sigma_literal_found)(void *arg, uint32_t owner);
/* Calls `found` for each place and owner; the same owner may come again. */
void sigma_literals_find(const struct sigma_literals *l, struct slice text, sigma_literal_found found, void *arg);

#endif
