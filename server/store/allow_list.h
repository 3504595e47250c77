/* Whom the collector lets in: every certificate that was issued to a sensor, whether it still counts, and what belongs
 * to its company. Kept up to date from an event loop by a connection of its own: the doorbell hinomi_sensor makes it
 * look at once, and a small question, asked by allow_list_look(), tells whether anything changed. Works across
 * companies. */
#ifndef SERVER_STORE_ALLOW_LIST_H
#define SERVER_STORE_ALLOW_LIST_H

#include "server/model/networks.h"
#include "server/store/async.h"

enum { ALLOWED_FINGERPRINT_SIZE = 32 };

struct allowed {
	uint8_t fingerprint[ALLOWED_FINGERPRINT_SIZE]; /* SHA-256 */
	bool revoked; /* the certificate or its sensor is revoked, or the company has left */
	int32_t zone; /* of the sensor, seconds east of UTC now */
	int64_t company_id, sensor_id;
};

struct allowed_company {
	int64_t company_id;
	struct networks home; /* into `networks` */
};

struct allow_list {
	struct allowed *certificates; /* by fingerprint */
	size_t certificate_count;
	struct allowed_company *companies; /* those that have networks, by id */
	size_t company_count;
	struct network *networks;
	size_t network_count;
};

const struct allowed *allow_list_find(const struct allow_list *list,
				      const uint8_t fingerprint[ALLOWED_FINGERPRINT_SIZE]); /* NULL: unknown */
struct networks allow_list_networks(const struct allow_list *list, int64_t company_id);
void allow_list_release(struct allow_list *list);

struct allow_reader;

/* All borrowed for the life of the reader. timezone: of sensors that have none of their own. */
struct allow_plan {
	const char *conninfo, *user, *timezone;
};
struct allow_reader *allow_reader_new(const struct allow_plan *plan); /* NULL: no memory */
void allow_reader_free(struct allow_reader *r);                       /* NULL is allowed */

int allow_reader_connect(struct allow_reader *r, struct err *why);
int allow_reader_descriptor(const struct allow_reader *r); /* -1: not connected */
bool allow_reader_wants_read(const struct allow_reader *r);
bool allow_reader_wants_write(const struct allow_reader *r);

enum allow_event {
	ALLOW_WAIT,
	ALLOW_LOADED, /* the list was read anew: allow_reader_take() */
	ALLOW_LOST,   /* no connection (any more): the list in hand goes on to be used */
};
enum allow_event allow_reader_step(struct allow_reader *r, struct err *why);
/* Looks whether anything changed; `surely`: reads the list in any case. Does nothing while the last look runs. */
int allow_reader_look(struct allow_reader *r, bool surely, struct err *why);
/* Moves the list to the caller: allow_list_release(). */
void allow_reader_take(struct allow_reader *r, struct allow_list *out);
/* The database's clock minus ours, microseconds, from the last look. */
time_us allow_reader_clock_offset(const struct allow_reader *r);

#endif
