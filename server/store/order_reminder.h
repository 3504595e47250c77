/* Orders to vendors that nobody accepts: the vendor is reminded ORDER_REMIND_MINUTES after the order was made, and the
 * help desk is told ORDER_DESK_MINUTES after it, to telephone or to ask another vendor; of a vendor without a mail
 * address at once. What a vendor declines is told to the desk as soon as it is seen. Each once. Part of the engine's
 * reminders. Across companies. */
#ifndef SERVER_STORE_ORDER_REMINDER_H
#define SERVER_STORE_ORDER_REMINDER_H

#include "server/store/db.h"

enum { ORDER_REMIND_MINUTES = 30, ORDER_DESK_MINUTES = 60 };

/* zone: the operator's. */
int order_reminder_write(struct db *db, const char *zone, struct err *why);

#endif
