/* Sending, many at once, without waiting for any: mail by SMTP, webhooks and chat by HTTPS, a command. One curl multi
 * handle; used from one thread. It knows nothing of the database: parcels go in, outcomes come out. */
#ifndef SERVER_ESCALATOR_DELIVERY_H
#define SERVER_ESCALATOR_DELIVERY_H

#include "lib/err.h"
#include "lib/slice.h"
#include "server/model/mail_message.h"
#include "server/settings.h"
#include "server/store/outbox.h"

struct delivery;

/* What is to be sent: made of an outbox row and its texts. Everything is copied by delivery_start(). */
struct parcel {
	const struct outbox_row *row; /* row->attempts: tries before this one */
	const char *subject, *body;   /* rendered; body is plain text */
	const char *link;             /* NULL: none; in the body as well */
	int64_t thread;               /* page or incident: mails of one belong together (References); 0: none */
	const char *event_action;     /* pagerduty: trigger, acknowledge, resolve */
	const struct mail_attachment *attachment; /* of a mail; NULL: none */
};
/* Texts belong to the delivery and live until the callback returns; lease_by is not set. It may start further ones. */
typedef void delivery_done(void *context, const struct outbox_result *result);

/* settings must outlive it; after a change of settings it is closed and opened anew. */
int delivery_open(struct delivery **out, const struct settings *settings, delivery_done *done, void *context,
		  struct err *why);
/* Open sends are given up: their leases will run out. */
void delivery_close(struct delivery *delivery);

/* True when it can take one more now: in all, and to this receiver's host (a server that hangs must not hold up the
 * others). */
bool delivery_has_room(const struct delivery *delivery, const struct outbox_row *row);
size_t delivery_open_count(const struct delivery *delivery);
/* Begins to send. What cannot be sent at all is given to `done` as refused, by the next delivery_poll(). */
void delivery_start(struct delivery *delivery, const struct parcel *parcel);
/* Waits until something happens on the open sends or on one of `fds`, or `timeout_ms` is over; calls `done` for what
 * ended. */
int delivery_poll(struct delivery *delivery, const int *fds, size_t fd_count, int64_t timeout_ms, struct err *why);
/* Asks the mail server whether it is there (EHLO, NOOP): begins it; delivery_mail_state() tells the last answer. */
void delivery_probe_mail(struct delivery *delivery);
struct delivery_mail_state {
	time_us ok_at;     /* last good answer; TIME_NONE: none yet */
	const char *error; /* of the last probe; NULL: it was good */
};
struct delivery_mail_state delivery_mail_state(const struct delivery *delivery);
/* The pulse to an outside watcher: GET of escalator.pulse_url. Outcome by delivery_pulse_state(), as above. */
void delivery_pulse(struct delivery *delivery);
struct delivery_mail_state delivery_pulse_state(const struct delivery *delivery);

#endif
