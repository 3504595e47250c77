/* Keys of indicators as a column of values: bytea[] in its text form. */
#ifndef SERVER_STORE_KEY_COLUMN_H
#define SERVER_STORE_KEY_COLUMN_H

#include "server/model/indicator.h"
#include "server/store/array_text.h"

void key_column_put(struct array_text *column, const struct indicator_key *key);
void key_column_put_bytes(struct array_text *column, struct slice bytes); /* at most INDICATOR_KEY_MAX + 1 */

#endif
