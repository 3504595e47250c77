/* A piece of work of EST that blocks, and how it is done: the check against the database, the keyholder's signature,
 * the record. Made on the loop's thread, done by the worker's, and answered on the loop's again; at any time one of
 * the two has it. */
#ifndef SERVER_COLLECTOR_EST_JOB_H
#define SERVER_COLLECTOR_EST_JOB_H

#include "server/collector/est_connection.h"
#include "server/collector/own_certificate.h"
#include "server/store/enrolment.h"

enum est_job_kind { EST_JOB_ENROL, EST_JOB_RENEW, EST_JOB_OWN };

struct est_job {
	enum est_job_kind kind;
	struct est_job *next; /* in a queue */

	/* Of the loop's thread alone: who waits for it; NULL: nobody any more. */
	struct est_connection *connection;
	bool paid; /* a try was taken from the allowance of `peer` */
	uint8_t peer[EST_PEER_MOST];
	size_t peer_length;

	/* The question. */
	struct buffer request;                     /* ENROL, RENEW: PKCS#10, DER */
	uint8_t token_sha256[ENROLMENT_HASH_SIZE]; /* ENROL */
	X509 *current;                             /* RENEW */
	char address[EST_ADDRESS_SIZE];            /* for log and audit */

	/* The answer. */
	int status; /* of HTTP; 200: `certificate` is to be handed out */
	char reason[512];
	int retry_after_s;
	bool bad_credentials; /* the try was spent */
	struct buffer certificate;
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	int64_t company_id, sensor_id; /* whose certificate it is */
	struct own_certificate own;    /* OWN, when status is 200 */
};

struct est_job *est_job_new(enum est_job_kind kind); /* NULL: no memory */
void est_job_free(struct est_job *job);              /* NULL is allowed */

/* What the worker works with; nothing of it is shared with another thread. */
struct est_desk {
	char *conninfo, *user;
	struct own_certificate_plan own;
	struct db *db; /* NULL: not connected */
};
int est_desk_open(struct est_desk *out, const struct settings *settings, struct err *why);
void est_desk_close(struct est_desk *desk);

/* Fills in the answer. Blocks for at most about 20 seconds, when database and keyholder both keep silent. */
void est_job_do(struct est_desk *desk, struct est_job *job);

#endif
