/* Numbers as texts that can be compared: 200 and 200.0 are both "200". Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_NUMBER_H
#define SERVER_MODEL_SIGMA_NUMBER_H

#include "lib/slice.h"

enum { SIGMA_NUMBER_TEXT_SIZE = 40 };

/* Whole number without zeros in front, as it is compared; such a text is its own canonical form. */
bool sigma_number_is_plain(struct slice text);
/* Text of a finite number: whole ones below 2^53 without a point, others with as many digits as they need. */
struct slice sigma_number_text(double number, char out[SIGMA_NUMBER_TEXT_SIZE]);
/* Text of a whole number. */
struct slice sigma_integer_text(int64_t number, char out[SIGMA_NUMBER_TEXT_SIZE]);
/* A number in JSON's form, nothing in front or behind. Finite. */
bool sigma_number_read(struct slice text, double *out);

#endif
