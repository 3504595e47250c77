/* Between outbox and delivery: claims what there is room for, renders it, sends it, and closes the claims. Used from
 * one thread. What was sent and could not be written down (the database is away) is kept and written later. */
#ifndef SERVER_ESCALATOR_DISPATCH_H
#define SERVER_ESCALATOR_DISPATCH_H

#include "server/escalator/delivery.h"
#include "server/model/link_token.h"
#include "server/settings.h"

enum { DISPATCH_LEASE_SIZE = 160, DISPATCH_MAILS_MAX = 1000, DISPATCH_BUSY_MAX = 64, DISPATCH_HOST_SIZE = 256 };

struct dispatch_done; /* a result that waits to be written */

struct dispatch {
	const struct settings *settings;
	struct delivery *delivery;
	char lease_by[DISPATCH_LEASE_SIZE]; /* host, process, random: also the engine's name */
	uint8_t link_key[LINK_KEY_SIZE];
	char *operator_name;
	char url[SETTINGS_URL_SIZE];

	int64_t mail_open; /* of the sends that are on their way */
	uint8_t mails[DISPATCH_MAILS_MAX][OUTBOX_ID_SIZE];
	char busy[DISPATCH_BUSY_MAX][DISPATCH_HOST_SIZE]; /* hosts that take no more now */
	size_t busy_count;
	struct dispatch_done *done, **done_end;
	uint64_t sent, failed;
};

/* settings are borrowed. */
int dispatch_open(struct dispatch *d, const struct settings *settings, struct err *why);
void dispatch_close(struct dispatch *d);
/* With the settings as they are now; nothing may be on its way. On an error all stays as it was. */
int dispatch_reopen(struct dispatch *d, struct err *why);
/* After each new connection: the key of links, the operator's name. */
int dispatch_connect(struct dispatch *d, struct db *db, struct err *why);

/* Claims and begins to send. *begun: how many. */
int dispatch_claim(struct dispatch *d, struct db *db, int *begun, struct err *why);
/* Writes down what became of sends. -1: the database is away; nothing is lost. */
int dispatch_settle(struct dispatch *d, struct db *db, struct err *why);
bool dispatch_has_results(const struct dispatch *d);

#endif
