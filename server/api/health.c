#include "server/api/health.h"

#include "server/api/feed.h"
#include "server/store/vitals.h"

static int say(struct call *call, int status, const char *text)
{
	call_reply_empty(call, status);
	call->reply->content_type = "text/plain; charset=utf-8";
	buffer_put_string(&call->reply->body, text);
	if (status == 503)
		http_reply_header(call->reply, "Retry-After", "2");
	return 0;
}

int health_alive(struct call *call, struct err *why)
{
	(void)why;
	return say(call, 200, "ok\n");
}

int health_ready(struct call *call, struct err *why)
{
	if (!call->db || vitals_ping(call->db, why) != 0)
		return say(call, 503, "the database is away\n");
	if (!call->api->feed || !feed_alive(call->api->feed))
		return say(call, 503, "the live feed does not run\n");
	return say(call, 200, "ready\n");
}
