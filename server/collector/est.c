#include "server/collector/est.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/collector/est_allowance.h"
#include "server/collector/est_body.h"
#include "server/collector/est_worker.h"

#include <event2/listener.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECTIONS_MOST = 256,
	CONNECTIONS_PER_PEER = 64,
	LOG_EVERY_MS = 10000,
	ACCEPT_PAUSE_MS = 1000,
	LOOK_MOST_MS = 60 * 1000, /* the wall clock may be set meanwhile */
	LOOK_LEAST_MS = 1000,
};

struct est {
	struct est_plan plan;
	SSL_CTX *tls;
	struct buffer ca_certs; /* PKCS#7 of the authority, DER */
	time_us renew_at;       /* of our own certificate; TIME_NONE while that is under way */
	struct evconnlistener *listener;
	struct event *look;   /* at our own certificate's age */
	struct event *resume; /* accepting, after a pause */
	struct est_worker *worker;
	struct est_allowance allowance;
	struct log_limit full_limit, refused_limit;
	struct est_connection *connections[CONNECTIONS_MOST];
	size_t connection_count;
};

/* ------------------------------------------------------------------------------------------------ plain answers */

static void say(struct est_connection *c, int status, int retry_after_s, const char *reason)
{
	est_connection_answer(c, &(const struct est_answer){ .status = status,
							     .reason = reason,
							     .retry_after_s = retry_after_s,
							     .asks_credentials = status == 401 });
}

static void give_certificates(struct est_connection *c, const char *content_type, struct slice pkcs7)
{
	est_connection_answer(c,
			      &(const struct est_answer){ .status = 200, .content_type = content_type, .der = pkcs7 });
}

/* ------------------------------------------------------------------------------------------------ done jobs */

static int wrap(struct slice der, struct buffer *pkcs7, struct err *why)
{
	X509 *certificate = tls_certificate_parse(der, why);
	int failed = certificate ? tls_pkcs7_write(&certificate, 1, pkcs7, why) : -1;

	X509_free(certificate);
	return failed;
}

static void answer_job(struct est_connection *c, const struct est_job *job)
{
	struct buffer pkcs7 = { 0 };
	struct err why = { 0 };

	est_connection_set_job(c, NULL);
	if (job->status != 200) {
		say(c, job->status, job->retry_after_s, job->reason);
		return;
	}
	if (wrap(buffer_slice(&job->certificate), &pkcs7, &why) == 0)
		give_certificates(c, EST_CERTS_ONLY, buffer_slice(&pkcs7));
	else
		say(c, 500, 0, why.text);
	buffer_release(&pkcs7);
}

static void take_own(struct est *est, const struct est_job *job)
{
	struct err why = { 0 };

	if (job->status != 200) {
		log_error("the collector's certificate was not renewed, and is tried again: %s", job->reason);
		est->renew_at = clock_now() + (time_us)job->retry_after_s * US_PER_SECOND;
		return;
	}
	if (est_set_certificate(est, &job->own, &why) != 0) {
		log_error("the renewed certificate cannot be used: %s", why.text);
		est->renew_at = clock_now() + (time_us)LOOK_MOST_MS * 1000;
		return;
	}
	est->plan.renewed(est->plan.arg, &job->own);
}

static void on_done(void *arg, struct est_job *job)
{
	struct est *est = arg;
	unsigned skipped;

	if (job->kind == EST_JOB_OWN) {
		take_own(est, job);
		est_job_free(job);
		return;
	}
	if (job->bad_credentials && log_allowed(&est->refused_limit, LOG_EVERY_MS, &skipped))
		log_warning("EST: refused a token from %s: %s (%u more held back)", job->address, job->reason, skipped);
	if (job->paid && !job->bad_credentials)
		est_allowance_give_back(&est->allowance, slice_of(job->peer, job->peer_length));
	/* Also when nobody waits any more: it is committed, and the sensor will fetch it again or has it already. */
	if (job->status == 200)
		est->plan.issued(est->plan.arg, job->fingerprint, job->company_id, job->sensor_id);
	if (job->connection)
		answer_job(job->connection, job);
	est_job_free(job);
}

/* ------------------------------------------------------------------------------------------------ requests */

/* NULL: no memory, answered. */
static struct est_job *new_job(struct est_connection *c, enum est_job_kind kind, struct buffer *der)
{
	struct est_job *job = est_job_new(kind);
	struct slice peer = est_connection_peer(c);

	if (!job) {
		say(c, 503, 10, "the server is short of memory; try again");
		return NULL;
	}
	job->request = *der; /* moved */
	*der = (struct buffer){ 0 };
	snprintf(job->address, sizeof(job->address), "%s", est_connection_address(c));
	memcpy(job->peer, peer.ptr, peer.len);
	job->peer_length = peer.len;
	return job;
}

static void put_job(struct est *est, struct est_connection *c, struct est_job *job)
{
	job->connection = c;
	est_connection_set_job(c, job);
	if (est_worker_put(est->worker, job))
		return;
	est_connection_set_job(c, NULL);
	if (job->paid)
		est_allowance_give_back(&est->allowance, est_connection_peer(c));
	est_job_free(job);
	say(c, 503, 10, "many enrol just now; try again");
}

static void enrol(struct est *est, struct est_connection *c, const struct est_request *request, struct buffer *der)
{
	struct est_job *job;
	int64_t wait_ms;

	if (!est_allowance_take(&est->allowance, est_connection_peer(c), clock_monotonic_ms(), &wait_ms)) {
		say(c, 429, (int)(wait_ms / 1000) + 1, "too many tokens were refused; wait");
		return;
	}
	job = new_job(c, EST_JOB_ENROL, der);
	if (!job) {
		est_allowance_give_back(&est->allowance, est_connection_peer(c));
		return;
	}
	job->paid = true;
	EVP_Digest(request->password, request->password_length, job->token_sha256, NULL, EVP_sha256(), NULL);
	put_job(est, c, job);
}

static void renew(struct est *est, struct est_connection *c, struct buffer *der)
{
	X509 *current = est_connection_certificate(c);
	struct est_job *job = new_job(c, EST_JOB_RENEW, der);

	if (!job) {
		X509_free(current);
		return;
	}
	job->current = current;
	put_job(est, c, job);
}

/* Credentials first: nobody else learns anything. */
static bool may_ask(struct est_connection *c, const struct est_request *request)
{
	X509 *current;

	if (request->operation == EST_SIMPLEENROLL) {
		if (!request->has_password)
			say(c, 401, 0, "send the one-time token as the password of Basic authentication");
		return request->has_password;
	}
	current = est_connection_certificate(c);
	if (!current)
		say(c, 401, 0, "a renewal needs the current certificate in TLS; without one, use simpleenroll");
	X509_free(current);
	return current != NULL;
}

static void on_posted(struct est *est, struct est_connection *c, const struct est_request *request, struct slice body)
{
	struct buffer der = { .limit = EST_BODY_MOST };
	struct err why = { 0 };

	if (!may_ask(c, request))
		return;
	if (est_body_decode(body, &der, &why) != 0)
		say(c, 400, 0, why.text);
	else if (request->operation == EST_SIMPLEENROLL)
		enrol(est, c, request, &der);
	else
		renew(est, c, &der);
	buffer_release(&der);
}

static void on_request(void *arg, struct est_connection *c, const struct est_request *request, struct slice body)
{
	struct est *est = arg;

	switch (request->operation) {
	case EST_CACERTS:
		give_certificates(c, EST_CA_CERTS, buffer_slice(&est->ca_certs));
		break;
	case EST_CSRATTRS:
		say(c, 204, 0, NULL);
		break;
	case EST_SIMPLEENROLL:
	case EST_SIMPLEREENROLL:
		on_posted(est, c, request, body);
		break;
	}
}

/* ------------------------------------------------------------------------------------------------ connections */

static void on_ended(void *arg, struct est_connection *c)
{
	struct est *est = arg;
	struct est_job *job = est_connection_job(c);

	if (job)
		job->connection = NULL;
	for (size_t i = 0; i < est->connection_count; i++) {
		if (est->connections[i] != c)
			continue;
		est->connections[i] = est->connections[--est->connection_count];
		return;
	}
}

static bool has_room(const struct est *est, const struct est_connection *fresh)
{
	size_t same = 0;

	for (size_t i = 0; i < est->connection_count; i++)
		same += slice_equal(est_connection_peer(est->connections[i]), est_connection_peer(fresh));
	return est->connection_count < CONNECTIONS_MOST && same < CONNECTIONS_PER_PEER;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int size,
		      void *arg)
{
	struct est *est = arg;
	struct est_connection *c;
	struct err why = { 0 };
	unsigned skipped;

	(void)listener;
	(void)size;
	if (est_connection_new(&c,
			       &(const struct est_connection_plan){ .base = est->plan.base,
								    .tls = est->tls,
								    .fd = fd,
								    .address = address,
								    .request = on_request,
								    .ended = on_ended,
								    .arg = est },
			       &why) != 0) {
		log_error("EST: %s", why.text);
		return;
	}
	if (has_room(est, c)) {
		est->connections[est->connection_count++] = c;
		return;
	}
	if (log_allowed(&est->full_limit, LOG_EVERY_MS, &skipped))
		log_warning("EST: too many connections; refused one from %s (%u more held back)",
			    est_connection_address(c), skipped);
	est_connection_free(c);
}

/* Out of descriptors, say: trying again at once would only burn. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = { ACCEPT_PAUSE_MS / 1000, (ACCEPT_PAUSE_MS % 1000) * 1000 };
	struct est *est = arg;
	unsigned skipped;

	if (log_allowed(&est->full_limit, LOG_EVERY_MS, &skipped))
		log_error("EST: cannot accept: %s", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(listener);
	event_add(est->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct est *est = arg;

	(void)fd;
	(void)what;
	evconnlistener_enable(est->listener);
}

/* ------------------------------------------------------------------------------------------------ as a whole */

static void look_again(struct est *est)
{
	int64_t ms = est->renew_at == TIME_NONE ? LOOK_MOST_MS : (est->renew_at - clock_now()) / 1000;
	struct timeval after;

	ms = ms > LOOK_MOST_MS ? LOOK_MOST_MS : ms < LOOK_LEAST_MS ? LOOK_LEAST_MS : ms;
	after = (struct timeval){ ms / 1000, (ms % 1000) * 1000 };
	event_add(est->look, &after);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct est *est = arg;
	struct est_job *job;

	(void)fd;
	(void)what;
	look_again(est);
	if (est->renew_at == TIME_NONE || clock_now() < est->renew_at)
		return;
	job = est_job_new(EST_JOB_OWN);
	if (job && est_worker_put(est->worker, job))
		est->renew_at = TIME_NONE;
	else
		est_job_free(job);
}

int est_set_certificate(struct est *est, const struct own_certificate *own, struct err *why)
{
	struct buffer ca_certs = { 0 };
	SSL_CTX *tls;

	if (tls_pkcs7_write(&own->ca, 1, &ca_certs, why) != 0 ||
	    tls_server_new(&tls,
			   &(const struct tls_server_plan){ .certificate = own->certificate,
							    .key = own->key,
							    .least_version = TLS1_2_VERSION,
							    .policy = TLS_CLIENT_REQUEST,
							    .client_ca = own->ca },
			   why) != 0) {
		buffer_release(&ca_certs);
		return -1;
	}
	SSL_CTX_free(est->tls);
	buffer_release(&est->ca_certs);
	est->tls = tls;
	est->ca_certs = ca_certs;
	est->renew_at = own_certificate_renew_at(own);
	if (est->plan.renewed && est->look)
		look_again(est);
	return 0;
}

static int open_events(struct est *est, struct err *why)
{
	est->resume = evtimer_new(est->plan.base, on_resume, est);
	est->look = evtimer_new(est->plan.base, on_look, est);
	est->listener =
	    evconnlistener_new(est->plan.base, on_accept, est, LEV_OPT_CLOSE_ON_EXEC, 0, est->plan.listen_fd);
	if (!est->resume || !est->look || !est->listener)
		return err_set(why, ERR_IO, "cannot listen for enrolments");
	if (est->plan.renewed)
		look_again(est);
	evconnlistener_set_error_cb(est->listener, on_accept_error);
	return 0;
}

int est_new(struct est **out, const struct est_plan *plan, struct err *why)
{
	struct est *est = calloc(1, sizeof(*est));

	if (!est)
		return err_set(why, ERR_NOMEM, "no memory for enrolment");
	est->plan = *plan;
	random_bytes(est->allowance.key, sizeof(est->allowance.key));
	if (est_set_certificate(est, plan->own, why) != 0 ||
	    est_worker_new(&est->worker, plan->base, plan->settings, on_done, est, why) != 0 ||
	    open_events(est, why) != 0) {
		est_free(est);
		return -1;
	}
	est->plan.settings = NULL; /* borrowed only for the call */
	est->plan.own = NULL;
	*out = est;
	return 0;
}

void est_free(struct est *est)
{
	if (!est)
		return;
	if (est->listener)
		evconnlistener_free(est->listener);
	while (est->connection_count)
		est_connection_free(est->connections[--est->connection_count]);
	est_worker_free(est->worker);
	if (est->look)
		event_free(est->look);
	if (est->resume)
		event_free(est->resume);
	SSL_CTX_free(est->tls);
	buffer_release(&est->ca_certs);
	free(est);
}
