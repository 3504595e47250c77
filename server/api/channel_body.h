/* A channel as it stands in a request: read, and checked as far as it can be without sending anything. */
#ifndef SERVER_API_CHANNEL_BODY_H
#define SERVER_API_CHANNEL_BODY_H

#include "server/api/call.h"
#include "server/store/channel.h"

/* What a request asks for. Texts belong to the call or to the row that it began with. */
struct channel_wish {
	struct channel_content content;
	struct buffer secret; /* the bytes that content.secret points to */
	bool made;            /* the secret was drawn here: it is shown this once */
};
void channel_wish_release(struct channel_wish *wish);

/* Of a new one. 1: go on; 0: refused. */
int channel_body_new(struct call *call, int64_t user_id, struct channel_wish *out);
/* Of one that is there; what the body does not name stays. */
int channel_body_change(struct call *call, const struct channel_row *now, struct channel_wish *out);

#endif
