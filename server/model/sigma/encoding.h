/* What encodes a value: base64, base64offset, utf16 and its kin. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_ENCODING_H
#define SERVER_MODEL_SIGMA_ENCODING_H

#include "lib/pool.h"
#include "server/model/sigma/modifier_list.h"

/* Texts that a value became: windash and base64offset make several of one. */
enum { SIGMA_TEXTS_MAX = 2048, SIGMA_WINDASH_ENCODED_MAX = 3 };
struct sigma_texts {
	struct slice items[SIGMA_TEXTS_MAX];
	size_t count;
};

/* Applies one modifier (SIGMA_MODS_ENCODE, or windash in front of one) to each text. */
int sigma_encode(struct pool *memory, enum sigma_modifier m, struct sigma_texts *texts, struct err *why);

#endif
