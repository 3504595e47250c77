/* What goes to other systems over HTTPS, as bytes: our own event with its signature (Standard Webhooks 1.0.0), events
 * of PagerDuty's Events API version 2, and the shapes of chat rooms. Pure. */
#ifndef SERVER_MODEL_WEBHOOK_H
#define SERVER_MODEL_WEBHOOK_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <stdbool.h>

/* ---------------------------------------------------------------------------------------------------------- secrets */

enum { WEBHOOK_SECRET_LEAST = 24, WEBHOOK_SECRET_MOST = 64, WEBHOOK_BODY_MAX = 20 << 10 };

/* "whsec_" and base64, to the key itself (column channel.secret). False: not one, or too short or too long a key. */
bool webhook_secret_read(struct slice text, struct buffer *key);
void webhook_secret_write(struct slice key, struct buffer *text);
/* Value of the header webhook-signature: "v1," and base64 of HMAC-SHA256(key, id.seconds.body); of two keys both,
 * parted by a blank. old_key.ptr NULL: there is one. */
void webhook_sign(struct slice key, struct slice old_key, const char *id, int64_t seconds, struct slice body,
		  struct buffer *out);

/* ----------------------------------------------------------------------------------------------------------- events */

/* A notice that is to be sent. */
struct webhook_event {
	const char *id;      /* outbox id; the same at each try */
	const char *kind;    /* of the notice */
	int64_t page_id;     /* 0: none */
	int64_t user_id;     /* whom it is for; 0: nobody of ours */
	int severity;        /* 1..5 */
	const char *subject; /* as rendered */
	const char *body;
	const char *link;   /* to answer; NULL: none */
	const char *home;   /* of the dashboard, where nothing better is known */
	struct slice facts; /* after notice_complete() */
	time_us created_at;
};

/* {"type": "notice.<kind>", "timestamp", "data": {"id", "kind", "page_id", "user_id", "severity", "subject", "text",
 * "link", "facts": {...}}}. A text that makes it longer than WEBHOOK_BODY_MAX is cut; facts too many for it are left
 * out. */
void webhook_body(const struct webhook_event *event, struct buffer *out);

/* action: trigger, acknowledge, resolve. One dedup_key for each page (at most 255 characters: ours are short), so that
 * what is said of a page again is the same incident there; a notice of no page is one of its own. */
void pagerduty_body(const struct webhook_event *event, struct slice routing_key, const char *action,
		    struct buffer *out);

/* ------------------------------------------------------------------------------------------------------- chat rooms */

/* A template is JSON with {{names}} within its strings: subject, text, link, open (link, else url, else the dashboard),
 * and the facts of all notices. Values are escaped for JSON; and in the shape of a kind against what that room makes of
 * text: markup, mentions. */
enum { CHAT_TEMPLATE_MAX = 20000, CHAT_BODY_MAX = 64 << 10, CHAT_VALUE_MAX = 2500 };

/* Shape of a channel's kind: slack, teams, lineworks; NULL: it has none. */
const char *chat_template_shipped(const char *channel_kind);
/* When a channel is saved: names that are known, JSON with all values and with none. ERR_USAGE says what is wrong. */
int webhook_template_check(struct slice template, struct err *why);
/* ERR_USAGE: it did not come out as JSON. */
int chat_body(const char *channel_kind, const char *template, const struct webhook_event *event, struct buffer *out,
	      struct err *why);

#endif
