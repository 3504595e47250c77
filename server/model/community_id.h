/* Community ID version 1, seed 0 (github.com/corelight/community-id-spec): a name for a flow that every tool
 * computes alike, so that records of a firewall and of an IDS join. */
#ifndef SERVER_MODEL_COMMUNITY_ID_H
#define SERVER_MODEL_COMMUNITY_ID_H

#include "server/model/alert.h"

enum { COMMUNITY_ID_LENGTH = 30, COMMUNITY_ID_SIZE = COMMUNITY_ID_LENGTH + 1 };

/* Ports of ICMP are its type (source) and code (destination). Protocols without ports, and those with ports of which
 * one is absent, are hashed without. False when an address is absent or of another family than the other. */
bool community_id(int protocol, const struct endpoint *source, const struct endpoint *destination,
		  char out[COMMUNITY_ID_SIZE]);
/* Whether a text has the form of one. */
bool community_id_is_valid(struct slice text);

#endif
