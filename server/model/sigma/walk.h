/* One walk over a record's tokens or pairs that finds everything the fields want of it. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_WALK_H
#define SERVER_MODEL_SIGMA_WALK_H

#include "lib/json_reader.h"
#include "server/model/sigma/bump.h"
#include "server/model/sigma/field.h"

/* What was found at a path: tokens, in the order of the record. */
struct sigma_found {
	uint32_t record;      /* of which record this is; others' are nothing */
	uint32_t first, last; /* of struct sigma_walk's elements, + 1; 0: none, the path is there with an empty list */
};
struct sigma_element_of_list {
	uint32_t token;
	uint32_t next; /* + 1; 0: the last */
};
struct sigma_key_found {
	uint32_t record;
	struct slice text;
};

struct sigma_walk {
	uint32_t record;           /* counts records; never 0 while there is one */
	struct sigma_found *paths; /* by leaf */
	size_t path_room;
	uint32_t *seen; /* by node: the last object in which it was met */
	size_t seen_room;
	uint32_t objects;
	struct sigma_element_of_list *elements;
	uint32_t element_count;
	struct sigma_key_found *keys;
	size_t key_room;
};

/* False: no memory. */
bool sigma_walk_begin(struct sigma_walk *w, const struct sigma_fields *f);
void sigma_walk_release(struct sigma_walk *w);

void sigma_walk_json(struct sigma_walk *w, const struct sigma_fields *f, const struct json_reader *json,
		     sigma_events event);
void sigma_walk_pairs(struct sigma_walk *w, const struct sigma_fields *f, struct slice body, struct bump *memory);

static inline bool sigma_walk_has(const struct sigma_walk *w, uint32_t leaf)
{
	return w->paths[leaf].record == w->record;
}

#endif
