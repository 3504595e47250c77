/* Case folding for comparison without regard to case.
 *
 * Simple folding (one character to one character) of ASCII, Latin-1, Latin Extended-A, Latin Extended Additional,
 * Greek, Cyrillic and full-width letters, in UTF-8. No character changes its length in bytes, so positions stay what
 * they were. Nothing is decomposed or normalised, and no letter becomes two: the German sharp s is not "ss". Bytes that
 * are not UTF-8 stay as they are, ASCII letters among them excepted. */
#ifndef SERVER_MODEL_SIGMA_FOLD_H
#define SERVER_MODEL_SIGMA_FOLD_H

#include "lib/slice.h"

/* Writes text.len bytes. */
void sigma_fold(struct slice text, uint8_t *to);
/* Bytes of the character at the beginning of a text that is not empty; 1 when it is not UTF-8. */
size_t sigma_character_length(struct slice text);

#endif
