/* The values of one record's fields, read when they are asked for and kept until the next record. Internal to this
 * folder; set.h has what a value is. */
#ifndef SERVER_MODEL_SIGMA_VALUES_H
#define SERVER_MODEL_SIGMA_VALUES_H

#include "server/model/sigma/field.h"
#include "server/model/sigma/set.h"

/* Elements of lists that are looked at, over all fields of a record; beyond them a list is cut. */
enum { SIGMA_ELEMENTS_MAX = 4096 };

struct sigma_values_memory *sigma_values_new(void);    /* NULL: no memory */
void sigma_values_free(struct sigma_values_memory *m); /* NULL is allowed */

/* Forgets the record before. `events`: the record's event; only what is wanted for it is looked up in the record.
 * False: no memory. The record must last as long as its values are asked for. */
bool sigma_values_begin(struct sigma_values_memory *m, const struct sigma_fields *f, const struct sigma_record *record,
			sigma_events event);
/* For the field rule.uid: as long as the record. */
void sigma_values_set_rules(struct sigma_values_memory *m, const char *const *uids, size_t count);

struct sigma_values sigma_values_of(struct sigma_values_memory *m, uint32_t slot);
/* The text of value `index` of that slot, folded. */
struct slice sigma_values_folded(struct sigma_values_memory *m, uint32_t slot, size_t index);

#endif
