/* Dictionary 1 of raw_record.h: typical record text. It must never change; a better one gets another number. */
#ifndef SERVER_STORE_RAW_DICTIONARY_H
#define SERVER_STORE_RAW_DICTIONARY_H

#include "lib/slice.h"

struct slice raw_dictionary(void);

#endif
