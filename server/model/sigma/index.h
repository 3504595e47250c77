/* Which rules a record can meet at all. Internal to this folder.
 *
 * For each rule there is, where possible, a set of terms one of which must hold for the rule to match: of an AND those
 * of its rarest part, of an OR those of all parts. Only terms with a literal text in them are used for this. They are
 * looked up all at once: whole values by hash, beginnings and ends in trees of texts, inner texts by one pass over the
 * value (literals.h). A rule is judged only when one of its terms was met. Rules without such a set (nothing but
 * negations, regular expressions, numbers) are judged for every record of their events. */
#ifndef SERVER_MODEL_SIGMA_INDEX_H
#define SERVER_MODEL_SIGMA_INDEX_H

#include "server/model/sigma/expression.h"
#include "server/model/sigma/literals.h"
#include "server/model/sigma/set.h"

/* Bytes of a literal that are looked for; the rest is compared afterwards. */
enum { SIGMA_LITERAL_MAX = 32 };

/* A whole value. */
struct sigma_whole {
	struct slice text;
	uint32_t hash;
	uint32_t term;
	uint32_t next; /* of the same hash, + 1 */
};

/* What is looked up in one slot. */
struct sigma_slot_index {
	uint32_t slot;
	sigma_events events;              /* of the rules that depend on it */
	uint64_t lengths;                 /* of whole values: bit min(length, 63) */
	struct sigma_literals *places[3]; /* by enum sigma_place; NULL: none */
};

struct sigma_index {
	struct pool memory;
	struct sigma_slot_index *slots;
	size_t slot_count;
	uint32_t *whole_table; /* index + 1 */
	uint32_t whole_mask;
	struct sigma_whole *wholes;
	uint32_t whole_count;
	/* Of term t: rules[first_rule[t]] .. rules[first_rule[t + 1] - 1]. */
	uint32_t *first_rule;
	uint32_t *rules;
	/* By bit of event: what is looked up, and what is judged always. */
	uint32_t *slots_of[64];
	uint32_t slot_counts[64];
	uint32_t *always[64];
	uint32_t always_counts[64];
};

/* A literal's owner: its term, and whether finding it is all there is to the term. */
#define SIGMA_OWNER(term, proof) ((uint32_t)(term) << 1 | (proof))

int sigma_index_new(struct sigma_index **out, const struct sigma_set *set, struct err *why); /* ERR_NOMEM */
void sigma_index_free(struct sigma_index *x);                                                /* NULL is allowed */

static inline uint32_t sigma_whole_hash(uint32_t slot, struct slice text)
{
	uint64_t h = 0xCBF29CE484222325u ^ slot;
	size_t i = 0;

	for (; i + 8 <= text.len; i += 8) {
		uint64_t word;

		memcpy(&word, text.ptr + i, 8);
		h = (h ^ word) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	for (; i < text.len; i++)
		h = (h ^ text.ptr[i]) * 0x100000001B3u;
	h ^= text.len;
	return (uint32_t)(h * 0x9E3779B97F4A7C15u >> 32);
}

#endif
