/* Telephone numbers as people write and dial them, made comparable. Pure.
 *
 * "+81-3-1234-5678", "０３（１２３４）５６７８", "TEL 03 1234 5678 内線 12" and "186-03-1234-5678" are all
 * "0312345678": digits of any width, hyphens and brackets of any kind are taken out; the country's code 81, also behind
 * the prefixes 010 (dialled in Japan) and 0081, becomes the 0 of the trunk; 184 and 186 (hide or show one's number) in
 * front go; what follows the number (an extension) is cut off. Numbers of other countries keep their plus:
 * "+12125550100". */
#ifndef SERVER_MODEL_PHONE_H
#define SERVER_MODEL_PHONE_H

#include "lib/slice.h"

enum { PHONE_SIZE = 24, PHONE_DIGITS_LEAST = 3, PHONE_DIGITS_MOST = 20, PHONE_SUFFIX_LEAST = 4 };

/* False: it is none, and out is "". */
bool phone_normalise(struct slice text, char out[PHONE_SIZE]);

#endif
