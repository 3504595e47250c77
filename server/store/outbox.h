/* Notices on their way. Written in the transaction that decided on them; claimed under a lease; what became of each try
 * is kept (table attempt). A process that dies while it sends lets its lease run out, and the notice is sent again with
 * the same id: at least once. Across companies: a notice belongs to its receiver. */
#ifndef SERVER_STORE_OUTBOX_H
#define SERVER_STORE_OUTBOX_H

#include "lib/buffer.h"
#include "server/store/db.h"

enum { OUTBOX_ID_SIZE = 16, OUTBOX_ID_TEXT_SIZE = 37, OUTBOX_CRASHES_MAX = 5 };

struct outbox_new {
	uint8_t id[OUTBOX_ID_SIZE];             /* UUID version 7: outbox_make_id() */
	const char *kind;                       /* server/model/notice.h */
	int64_t page_id;                        /* 0: none */
	const char *identity;                   /* one notice of this identity is ever written */
	int priority;                           /* 1..5 */
	int64_t user_id;                        /* 0: none */
	int64_t contact_company_id, contact_id; /* 0: none */
	int64_t channel_id;                     /* 0: mail to address */
	const char *channel_kind, *address, *language;
	int attempt_of;        /* which of the receiver's channels, from 1 */
	const char *facts;     /* JSON object */
	int64_t delay_ms;      /* before the first try */
	int64_t expires_ms;    /* 0: never */
	const uint8_t *bundle; /* not sent by itself: the bundle of this id names it; NULL: sent */
};
void outbox_make_id(uint8_t id[OUTBOX_ID_SIZE]);
void outbox_id_text(const uint8_t id[OUTBOX_ID_SIZE], char out[OUTBOX_ID_TEXT_SIZE]); /* 8-4-4-4-12 */
bool outbox_parse_id(const char *text, uint8_t id[OUTBOX_ID_SIZE]);
/* Inside the caller's transaction. *written false: there is one of this identity. Rings hinomi_outbox. */
int outbox_write(struct db *db, const struct outbox_new *notice, bool *written, struct err *why);

struct outbox_row {
	uint8_t id[OUTBOX_ID_SIZE];
	const char *id_text; /* 8-4-4-4-12 */
	const char *kind;
	int64_t page_id;
	int priority;
	int64_t user_id, contact_company_id, contact_id, channel_id;
	const char *channel_kind, *address, *language, *facts;
	int attempt_of, attempts;
	struct slice secret, old_secret; /* of the channel; ptr NULL: none */
	const char *template;            /* of the channel; NULL: the shape of its kind */
	time_us created_at;
};
/* What there is room for: mail goes to one server, the rest to hosts of its own. */
struct outbox_want {
	const char *lease_by;
	int64_t lease_ms;
	int mail, other;
	const char *busy; /* hosts of URLs that take no more now, as a literal of text[]; NULL: none */
};
/* Takes what is due, the gravest first. In a transaction of its own, which first tidies up:
 *
 * - Leases that ran out are taken back: crashes grows, and from OUTBOX_SUSPECT on such a notice is claimed only when no
 *   other such one is on its way, so that one that kills its sender takes no other's count along. At
 *   OUTBOX_CRASHES_MAX it is quarantined, its receiver is told by the next channel, and the leads by a lamp notice
 *   (page_engine_upkeep()).
 * - What is past expires_at goes to state expired; each receiver gets one notice "N pages while the system was down"
 *   instead.
 * - Notices that ask are cancelled when their page was answered meanwhile; but not those to who answered. */
int outbox_claim(struct db *db, const struct outbox_want *want, struct db_result **out, struct err *why);
enum { OUTBOX_SUSPECT = 2 };
void outbox_read(const struct db_result *result, int row, struct outbox_row *out);
/* Of a claim that is not begun: there is no room to its host. Another try at once is none. */
int outbox_return(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], const char *lease_by, struct err *why);
/* The facts of a bundle: what went into it, and is still open, as it is now. Appended. */
int outbox_bundle_facts(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], bool japanese, struct buffer *out,
			struct err *why);
/* When the next one falls due, of those that are not; TIME_NONE: none. oldest: of those that are due, since when;
 * TIME_NONE: none is. All by the database's clock, as *now. */
int outbox_next_due(struct db *db, time_us *next, time_us *oldest, time_us *now, struct err *why);

enum outbox_outcome { OUTBOX_SENT, OUTBOX_RETRY, OUTBOX_REFUSED };
struct outbox_result {
	uint8_t id[OUTBOX_ID_SIZE];
	const char *lease_by;
	enum outbox_outcome outcome;
	int code;                /* SMTP or HTTP status; 0: none */
	const char *text;        /* what the other side said, or what went wrong */
	const char *provider_id; /* NULL: none */
	int64_t took_ms;
	int64_t retry_ms;     /* OUTBOX_RETRY: wait so long; < 0: no further try, as OUTBOX_REFUSED */
	bool disable_channel; /* 410 */
};
/* Closes a claim: writes the attempt, the new state, what the page's timeline and the incident's say, clocks (t5), and,
 * when nothing more is to be tried here, the notice to the receiver's next channel. One transaction. A claim that
 * somebody else has taken over meanwhile changes nothing but the attempt. */
int outbox_settle(struct db *db, const struct outbox_result *result, struct err *why);

/* The notice once more, to its receiver's next channel; *written false: there is none. In the caller's transaction. */
int outbox_next_channel(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], bool *written, struct err *why);

#endif
