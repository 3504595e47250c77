#include "server/collector/est_job.h"

#include "lib/encode.h"
#include "lib/log.h"
#include "server/collector/est_renewal.h"
#include "server/collector/keyholder_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { USER_SIZE = 128, TRIES = 3, RETRY_S = 10, RETRY_BUSY_S = 60 };

struct est_job *est_job_new(enum est_job_kind kind)
{
	struct est_job *job = calloc(1, sizeof(*job));

	if (job)
		job->kind = kind;
	return job;
}

void est_job_free(struct est_job *job)
{
	if (!job)
		return;
	buffer_release(&job->request);
	buffer_release(&job->certificate);
	X509_free(job->current);
	own_certificate_close(&job->own);
	free(job);
}

/* ------------------------------------------------------------------------------------------------ the desk */

int est_desk_open(struct est_desk *out, const struct settings *settings, struct err *why)
{
	char user[USER_SIZE];

	*out = (struct est_desk){ 0 };
	snprintf(user, sizeof(user), "%scollector", settings->database.user_prefix);
	if (own_certificate_plan_make(&out->own, settings, why) != 0)
		return -1;
	out->conninfo = strdup(settings->database.conninfo);
	out->user = strdup(user);
	if (out->conninfo && out->user)
		return 0;
	est_desk_close(out);
	return err_set(why, ERR_NOMEM, "no memory for enrolment");
}

void est_desk_close(struct est_desk *desk)
{
	db_close(desk->db);
	own_certificate_plan_release(&desk->own);
	free(desk->conninfo);
	free(desk->user);
	*desk = (struct est_desk){ 0 };
}

static int connect_database(struct est_desk *desk, struct err *why)
{
	if (desk->db)
		return 0;
	if (db_open(&desk->db, desk->conninfo, desk->user, "hinomi enrolment", why) != 0)
		return -1;
	if (enrolment_prepare(desk->db, why) == 0)
		return 0;
	db_close(desk->db);
	desk->db = NULL;
	return -1;
}

/* ------------------------------------------------------------------------------------------------ the answer */

/* What went wrong inside is for the log; the peer hears what it can act on. */
static void refuse(struct est_job *job, int status, int retry_after_s, const char *reason)
{
	job->status = status;
	job->retry_after_s = retry_after_s;
	snprintf(job->reason, sizeof(job->reason), "%s", reason);
}

/* An answer for each way in which the database's part can fail. */
static void answer_failure(struct est_job *job, const struct err *why)
{
	switch (why->code) {
	case ERR_NOT_FOUND:
		job->bad_credentials = true;
		refuse(job, 401, 0, why->text);
		return;
	case ERR_FORBIDDEN:
		refuse(job, 403, 0, why->text);
		return;
	case ERR_LIMIT:
		refuse(job, 429, 3600, why->text);
		return;
	case ERR_UNAVAILABLE:
	case ERR_CONFLICT:
		refuse(job, 503, RETRY_S, "the server cannot enrol just now; try again");
		break;
	default:
		refuse(job, 500, 0, "the server cannot enrol; its log tells why");
		break;
	}
	log_error("EST: cannot enrol %s: %s", job->address, why->text);
}

/* ------------------------------------------------------------------------------------------------ signing */

static int take_certificate(struct est_job *job, X509 *certificate, struct err *why)
{
	buffer_clear(&job->certificate);
	tls_certificate_to_der(certificate, &job->certificate);
	if (job->certificate.failed || !tls_fingerprint(certificate, job->fingerprint))
		return err_set(why, ERR_NOMEM, "no memory for a certificate");
	return 0;
}

static int record(struct est_desk *desk, const struct est_job *job, const struct enrolment *e, X509 *certificate,
		  struct err *why)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	struct enrolment_certificate c = { .der = buffer_slice(&job->certificate),
					   .not_before = tls_not_before(certificate),
					   .not_after = tls_not_after(certificate),
					   .address = job->address };
	struct buffer hex = { 0 };
	int failed;

	memcpy(c.fingerprint, job->fingerprint, sizeof(c.fingerprint));
	hex_encode(&hex, slice_of(serial->data, (size_t)serial->length));
	c.serial = buffer_string(&hex);
	failed = hex.failed ? err_set(why, ERR_NOMEM, "no memory for a certificate")
			    : enrolment_record(desk->db, e, &c, why);
	buffer_release(&hex);
	return failed;
}

/* The keyholder's refusals are answered here: *answered says that nothing more is to be done. */
static X509 *sign(const struct est_desk *desk, struct est_job *job, const struct enrolment *e)
{
	X509 *certificate = NULL;
	struct err why = { 0 };

	if (keyholder_sign_sensor(desk->own.socket, e->company_id, e->sensor_id, buffer_slice(&job->request),
				  &certificate, &why) == 0)
		return certificate;
	log_error("EST: no certificate for sensor %" PRId64 " of company %" PRId64 ": %s", e->sensor_id, e->company_id,
		  why.text);
	if (why.code == ERR_UNAVAILABLE)
		refuse(job, 503, RETRY_BUSY_S, "no certificates can be signed just now; try again in a minute");
	else
		refuse(job, 500, 0, "the certificate could not be signed; the server's log tells why");
	return NULL;
}

/* Sign and record, in the transaction that is open. Returns -1 for a failure of the database; job->status is set
 * otherwise. */
static int issue(struct est_desk *desk, struct est_job *job, const struct enrolment *e, struct err *why)
{
	X509 *certificate = sign(desk, job, e);
	int failed;

	if (!certificate)
		return 0;
	failed = take_certificate(job, certificate, why) != 0 || record(desk, job, e, certificate, why) != 0;
	X509_free(certificate);
	if (failed)
		return -1;
	job->status = 200;
	log_info("EST: %s sensor %" PRId64 " of company %" PRId64 " from %s", e->by_token ? "enrolled" : "renewed",
		 e->sensor_id, e->company_id, job->address);
	return 0;
}

/* The first answer was lost on its way: the same again. */
static int repeat(struct est_job *job, const struct enrolment *e, struct err *why)
{
	X509 *certificate = tls_certificate_parse(buffer_slice(&e->certificate), why);
	int failed = certificate ? take_certificate(job, certificate, why) : -1;

	X509_free(certificate);
	if (failed)
		return -1;
	job->status = 200;
	log_info("EST: sensor %" PRId64 " of company %" PRId64 " got its certificate once more from %s", e->sensor_id,
		 e->company_id, job->address);
	return 0;
}

/* ------------------------------------------------------------------------------------------------ jobs */

struct asker {
	uint8_t key_sha256[ENROLMENT_HASH_SIZE];
	uint8_t fingerprint[TLS_FINGERPRINT_SIZE];
	int64_t company_id, sensor_id;
};

/* One try at the whole transaction. -1: the database failed. */
static int enrol_once(struct est_desk *desk, struct est_job *job, const struct asker *who, struct err *why)
{
	struct enrolment e = { 0 };
	int failed;

	if (connect_database(desk, why) != 0)
		return -1;
	failed = job->kind == EST_JOB_ENROL
		     ? enrolment_by_token(desk->db, job->token_sha256, who->key_sha256, &e, why)
		     : enrolment_by_certificate(desk->db, who->company_id, who->sensor_id, who->fingerprint, &e, why);
	if (!failed)
		failed = e.again ? repeat(job, &e, why) : issue(desk, job, &e, why);
	db_rollback(desk->db);
	buffer_release(&e.certificate);
	job->company_id = e.company_id;
	job->sensor_id = e.sensor_id;
	return failed;
}

/* A connection may have died while it was idle, and a lost commit may have happened: trying again finds out. */
static void enrol(struct est_desk *desk, struct est_job *job, const struct asker *who)
{
	struct err why = { 0 };

	for (int i = 0; i < TRIES; i++) {
		bool was_open = desk->db != NULL;

		if (enrol_once(desk, job, who, &why) == 0)
			return;
		if (why.code == ERR_UNAVAILABLE) {
			db_close(desk->db);
			desk->db = NULL;
		}
		if (why.code != ERR_CONFLICT && !(why.code == ERR_UNAVAILABLE && was_open))
			break;
	}
	answer_failure(job, &why);
}

/* Who asks, and whether the request is one that could be granted. False: answered. */
static bool examine(struct est_job *job, struct asker *who)
{
	struct err why = { 0 };
	X509_REQ *request = tls_request_parse(buffer_slice(&job->request), &why);
	bool good = false;

	if (!request) {
		refuse(job, 400, 0, why.text);
		return false;
	}
	if (!tls_key_fingerprint(X509_REQ_get0_pubkey(request), who->key_sha256))
		refuse(job, 500, 0, "the request's key cannot be read");
	else if (job->kind == EST_JOB_ENROL)
		good = true;
	else if (!est_renewal_identity(job->current, &who->company_id, &who->sensor_id) ||
		 !tls_fingerprint(job->current, who->fingerprint))
		refuse(job, 403, 0, "this is not a sensor's certificate");
	else if (est_renewal_check(request, job->current, &why) != 0)
		refuse(job, 400, 0, why.text);
	else
		good = true;
	X509_REQ_free(request);
	return good;
}

static void renew_own(const struct est_desk *desk, struct est_job *job)
{
	struct err why = { 0 };

	if (own_certificate_obtain(&job->own, &desk->own, &why) == 0)
		job->status = 200;
	else
		refuse(job, 503, RETRY_BUSY_S, why.text);
}

void est_job_do(struct est_desk *desk, struct est_job *job)
{
	struct asker who = { 0 };

	if (job->kind == EST_JOB_OWN)
		renew_own(desk, job);
	else if (examine(job, &who))
		enrol(desk, job, &who);
}
