/* Observables of one record in as few bytes as they take, for as long as a batch waits to be judged: only then is it
 * known which records are new, and a record that was sent twice must not count twice. Of this process, for this
 * process: nothing is checked. */
#ifndef SERVER_MODEL_OBSERVABLES_PACK_H
#define SERVER_MODEL_OBSERVABLES_PACK_H

#include "lib/buffer.h"
#include "server/model/observables.h"

void observables_pack(const struct observables *seen, struct buffer *out); /* appends */
void observables_unpack(struct slice packed, struct observables *out);

#endif
