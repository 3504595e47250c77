/* URLs in one form (RFC 3986 section 6.2.2), as keys of indicators: indicator.h says what is made of them. Not defanged
 * any more. Pure. */
#ifndef SERVER_MODEL_URL_KEY_H
#define SERVER_MODEL_URL_KEY_H

#include "server/model/indicator.h"

bool url_key(struct slice text, struct indicator_key *out);
/* The host as it is written, without brackets. */
bool url_host(struct slice url, struct slice *out);

#endif
