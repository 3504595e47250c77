/* The api's own certificate, for when the operator gives none: self-signed for api.names, made at the first start in
 * <state_dir>/api, kept while the names are the same and it does not end soon. */
#ifndef SERVER_API_CERTIFICATE_H
#define SERVER_API_CERTIFICATE_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "server/settings.h"

enum { CERTIFICATE_DAYS = 800, CERTIFICATE_RENEW_DAYS = 60 };

struct certificate {
	struct buffer pem, key_pem; /* read them with buffer_string() */
	time_us renew_at;           /* TIME_NONE: the operator's affair */
};

/* From api.certificate and api.key, or else our own. folder: where ours are kept; it must exist. */
int certificate_open(struct certificate *out, const struct settings *settings, const char *folder, struct err *why);
void certificate_close(struct certificate *certificate);

#endif
