/* Tickets of the help desk: written by the api and by the intake of mail (hinomictl), read by the api and the feed. A
 * ticket may be of no company yet; only staff sees it then.
 *
 * Everything that changes one goes through here, so that each change has its entry in ticket_event, the screens are
 * told (kind ticket), and an incident that it belongs to has it in its timeline. All inside the caller's transaction.
 * Across companies where it says so: row-level security decides what the api sees. */
#ifndef SERVER_STORE_TICKET_H
#define SERVER_STORE_TICKET_H

#include "server/store/db.h"

enum { TICKET_SUBJECT_MAX = 300, TICKET_BODY_MAX = 50000, TICKET_MAIL_IDS_MAX = 32 };

/* ---------------------------------------------------------------------------------------------- a new one */

struct ticket_new {
	int64_t company_id;                                    /* 0: not known */
	const char *channel;                                   /* phone, mail, portal, visit, monitoring */
	const char *caller_name, *caller_phone, *caller_email; /* NULL: not known */
	int64_t contact_id;                                    /* company_contact of the company; 0: none */
	const char *category;                                  /* server/model/ticket.h */
	int severity;                                          /* 1..5 */
	const char *subject, *body;                            /* 1..TICKET_SUBJECT_MAX and 0.. characters */
	int64_t owner_id, sensor_id, incident_id;              /* 0: none */
	const char *mail_thread;                               /* Message-ID of the mail; NULL: none came */
	int64_t opened_by;                                     /* 0: a mail */
};
/* The row, its entry 'opened', the screens; somebody is paged when it is urgent; the incident's timeline. */
int ticket_open(struct db *db, const struct ticket_new *ticket, int64_t *ticket_id, struct err *why);

/* ---------------------------------------------------------------------------------------------- mail */

/* Marks a mail as taken in; *first false: it was before, and nothing is to be done. */
int ticket_mail_take(struct db *db, const char *message_id, bool *first, struct err *why);

struct ticket_mail {
	const char *from_name;    /* "" : none */
	const char *from_address; /* lower-case */
	const char *message_id;   /* with its angle brackets, as mail_thread */
	const char *subject, *text;
	/* In-Reply-To and References. */
	const char *const *answers;
	size_t answer_count; /* TICKET_MAIL_IDS_MAX are looked at */
};
/* The ticket that a mail goes on with; 0: none. By a Message-ID it answers to (of a mail taken in before, or of a
 * notice of ours), or by [HD-n] in its subject when the sender is the ticket's caller or one of its company's contacts:
 * a number alone is easily guessed. Across companies. */
int ticket_mail_find(struct db *db, const struct ticket_mail *mail, int64_t *ticket_id, struct err *why);
/* Adds it to the ticket, which is open again if it was closed. */
int ticket_mail_add(struct db *db, int64_t ticket_id, const struct ticket_mail *mail, struct err *why);
/* A new ticket of it: channel mail, the company by the sender's address when only one company has it as a contact's or
 * a member's. Across companies. */
int ticket_mail_open(struct db *db, const struct ticket_mail *mail, int64_t *ticket_id, struct err *why);

/* ---------------------------------------------------------------------------------------------- reading */

/* Texts are borrowed from the result. */
struct ticket_row {
	int64_t id, company_id; /* company_id 0: not known */
	const char *company;    /* NULL: not known */
	const char *channel, *caller_name, *caller_phone, *caller_email;
	int64_t contact_id;
	const char *category;
	int64_t severity;
	const char *subject, *body, *state;
	int64_t owner_id;
	const char *owner_name;
	int64_t sensor_id;
	const char *sensor;
	int64_t incident_id, incident_no;
	const char *answer, *close_reason;
	time_us spoke_at;
	const char *mail_thread;
	int64_t opened_by;
	const char *opened_by_name;
	time_us opened_at, answered_at, closed_at;
	int64_t minutes, version;
	time_us updated_at;
};

#define TICKETS_OF_NONE ((int64_t)-1)
struct ticket_filter {
	int64_t company_id;   /* 0: all that the transaction sees; TICKETS_OF_NONE: of no company yet */
	const char *states;   /* literal of text[]: {open,working} */
	const char *category; /* NULL: any */
	int64_t severity;     /* this or graver; 0: any */
	int64_t owner_id;     /* 0: any; -1: nobody's */
	int64_t incident_id;  /* 0: any */
	const char *pattern;  /* ILIKE pattern: subject, caller's name and mail */
	const char *digits;   /* of the caller's telephone; NULL: any */
	int64_t id;           /* or this number; 0: none */
	int64_t before;       /* ticket_id below this */
	int limit;
};
/* Newest first. */
int ticket_list(struct db *db, const struct ticket_filter *filter, struct db_result **out, struct err *why);
/* state, count: of those that the filter finds whatever their state. */
int ticket_counts(struct db *db, const struct ticket_filter *filter, struct db_result **out, struct err *why);
/* At most one row. company_id 0: whichever the transaction sees. lock: nobody else changes it until the transaction
 * ends. */
int ticket_get(struct db *db, int64_t company_id, int64_t ticket_id, bool lock, struct db_result **out,
	       struct err *why);
/* Those with these numbers, in no order: for the live feed. Across companies. */
int ticket_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why);
void ticket_read(const struct db_result *result, int row, struct ticket_row *out);
/* id, at, kind, user_id, display_name, for_member, body (JSON), oldest first. member: only what is for the member. */
int ticket_events(struct db *db, int64_t ticket_id, bool member, struct db_result **out, struct err *why);

/* ---------------------------------------------------------------------------------------------- changing */

/* All that people can change; the row's new content. */
struct ticket_change {
	int64_t id;
	int64_t company_id, contact_id, sensor_id, incident_id, owner_id; /* 0: none */
	const char *caller_name, *caller_phone, *caller_email;
	const char *category, *subject, *state, *close_reason, *answer;
	int64_t severity, minutes;
	time_us spoke_at;
};
void ticket_change_of(const struct ticket_row *row, struct ticket_change *out);
/* Writes it, with an entry for what changed of state, owner and links, and all that follows: clocks of the incident
 * (t5; waiting for the member, while one of its tickets is `waiting`), who is paged (graver, settled), timelines. `now`
 * is the row that the caller holds (ticket_get with lock). user_id 0: the system. */
int ticket_update(struct db *db, const struct ticket_row *now, const struct ticket_change *change, int64_t user_id,
		  struct err *why);

struct ticket_event_new {
	int64_t ticket_id, company_id;
	const char *kind;
	int64_t user_id; /* 0: the system */
	bool for_member;
	const char *body; /* JSON object */
};
/* Adds an entry and tells the screens; the ticket's version moves on. */
int ticket_event_add(struct db *db, const struct ticket_event_new *event, int64_t *event_id, time_us *at,
		     struct err *why);

/* Whether the person may own tickets of the company (0: of none): ERR_NOT_FOUND when not. */
int ticket_owner_check(struct db *db, int64_t user_id, int64_t company_id, struct err *why);
/* Whether the company has such a one: ERR_NOT_FOUND when not. 0 is nothing and always good. */
int ticket_links_check(struct db *db, int64_t company_id, int64_t contact_id, int64_t sensor_id, int64_t incident_id,
		       struct err *why);

#endif
