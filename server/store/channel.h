/* Ways to reach people and rooms, as people see and change them (api). Secrets go in and never come out here: the api's
 * user may not read them. When one is replaced the old one stays valid beside it (a function of the schema keeps it),
 * until it is ended. All inside the caller's transaction, whose scope is the whole staff's (scope.h: SCOPE_ALL); audit
 * is the caller's. */
#ifndef SERVER_STORE_CHANNEL_H
#define SERVER_STORE_CHANNEL_H

#include "server/store/db.h"

enum { CHANNELS_MAX = 20 /* of one person */, CHANNELS_SHARED_MAX = 200 };

/* Texts are borrowed from the result. */
struct channel_row {
	int64_t channel_id, user_id; /* user_id 0: shared */
	const char *user_name;
	int64_t position;
	const char *name, *kind, *address;
	const char *template; /* NULL: the shape of its kind */
	const char *language;
	bool enabled;
	const char *disabled_why; /* NULL: not by us */
	time_us failing_since, created_at;
	int64_t version;
};
struct channel_filter {
	int64_t user_id; /* 0: any */
	bool shared;     /* shared ones alone */
};
/* Shared ones first, then by person and position. */
int channel_list(struct db *db, const struct channel_filter *filter, struct db_result **out, struct err *why);
/* At most one row. lock: nobody else changes it until the transaction ends. */
int channel_get(struct db *db, int64_t channel_id, bool lock, struct db_result **out, struct err *why);
void channel_read(const struct db_result *result, int row, struct channel_row *out);

/* The content of a row. */
struct channel_content {
	int64_t user_id;                                         /* not changed by an update */
	int64_t position;                                        /* 0: behind the person's others */
	const char *name, *kind, *address, *template, *language; /* kind: not changed by an update */
	bool enabled;
	struct slice secret; /* ptr NULL: none, or the one there is */
	bool end_old_secret; /* of an update */
};
/* ERR_LIMIT: there are too many. ERR_NOT_FOUND: nobody who could be paged has this user_id. */
int channel_create(struct db *db, const struct channel_content *content, int64_t *channel_id, struct err *why);
/* Moves the version. Enabled again: what we had against it is forgotten. */
int channel_update(struct db *db, int64_t channel_id, const struct channel_content *content, struct err *why);
int channel_remove(struct db *db, int64_t channel_id, struct err *why);
/* Names of policies in use that go to it, one a row. */
int channel_policies(struct db *db, int64_t channel_id, struct db_result **out, struct err *why);

#endif
