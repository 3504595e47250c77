/* Enrolment of sensors: whether a one-time token or a current certificate entitles to a new certificate, and its
 * recording. One transaction from the check to the record, so that a token cannot be used twice and a certificate
 * that is not on record never leaves:
 *
 *	enrolment_by_token() or enrolment_by_certificate()     begins and locks
 *	... the keyholder signs for e.company_id and e.sensor_id ...
 *	enrolment_record()                                     stores, writes the audit trail, commits
 *
 * On any error, and when `again` is set, call db_rollback(). Times are the database's. */
#ifndef SERVER_STORE_ENROLMENT_H
#define SERVER_STORE_ENROLMENT_H

#include "lib/buffer.h"
#include "server/store/db.h"

enum {
	ENROLMENT_HASH_SIZE = 32,
	/* Who lost the answer may ask again this long, with the same token and the same key. */
	ENROLMENT_RETRY_MINUTES = 10,
	/* More certificates for one sensor in an hour are a fault or an attack. */
	ENROLMENT_MOST_PER_HOUR = 60,
};

struct enrolment {
	int64_t company_id, sensor_id;
	bool by_token;
	uint8_t token_sha256[ENROLMENT_HASH_SIZE];
	uint8_t key_sha256[ENROLMENT_HASH_SIZE];
	bool again;                /* this token and key were here already: answer with `certificate` */
	struct buffer certificate; /* DER; the caller's: buffer_release() */
};

/* Bounds on how long a statement may take, for this connection. */
int enrolment_prepare(struct db *db, struct err *why);

/* ERR_NOT_FOUND: no such token, or it has expired, or it was used by another key or too long ago. ERR_FORBIDDEN: its
 * sensor was revoked, or the company has left. ERR_LIMIT: too many certificates in the last hour. */
int enrolment_by_token(struct db *db, const uint8_t token_sha256[ENROLMENT_HASH_SIZE],
		       const uint8_t key_sha256[ENROLMENT_HASH_SIZE], struct enrolment *out, struct err *why);

/* The ids are those that the certificate names. ERR_FORBIDDEN: it is not on record for them, or revoked, or out of its
 * time, or its sensor or company is out. ERR_LIMIT as above. */
int enrolment_by_certificate(struct db *db, int64_t company_id, int64_t sensor_id,
			     const uint8_t fingerprint[ENROLMENT_HASH_SIZE], struct enrolment *out, struct err *why);

struct enrolment_certificate {
	uint8_t fingerprint[ENROLMENT_HASH_SIZE]; /* SHA-256 of `der` */
	struct slice der;
	const char *serial; /* hexadecimal, lower case */
	time_us not_before, not_after;
	const char *address; /* of the sensor, for the audit trail */
};
int enrolment_record(struct db *db, const struct enrolment *e, const struct enrolment_certificate *certificate,
		     struct err *why);

#endif
