#include "sensor-agent/certificate.h"

#include "lib/log.h"
#include "lib/path.h"
#include "lib/random.h"
#include "lib/tls.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_SECONDS = 1, RETRY_FIRST_MS = 10 * 1000, RETRY_MOST_MS = 3600 * 1000 };

int certificate_read(struct certificate_life *out, const char *state_dir, struct err *why)
{
	struct buffer path = { 0 };
	X509 *certificate = NULL;

	buffer_printf(&path, "%s/agent.pem", state_dir);
	if (!path_is_there(buffer_string(&path)))
		err_set(why, ERR_NOT_FOUND, "%s is not there: enrol this agent first (hinomi-agent enroll --help)",
			buffer_string(&path));
	else
		certificate = tls_certificate_load(buffer_string(&path), why);
	buffer_release(&path);
	if (!certificate)
		return -1;
	*out = (struct certificate_life){ tls_not_before(certificate), tls_not_after(certificate), "" };
	if (!tls_uri_name(certificate, out->name, sizeof(out->name)))
		out->name[0] = '\0';
	X509_free(certificate);
	return 0;
}

time_us certificate_renew_at(const struct certificate_life *life)
{
	return life->not_after - (life->not_after - life->not_before) / 3;
}

struct renewal {
	const char *state_dir;
	void (*renewed)(void *arg);
	void *arg;
	struct event *look;
	pid_t child; /* 0: none */
	unsigned attempt;
	time_us due;           /* wall clock */
	int64_t not_before_ms; /* monotonic; after a failure */
};

/* Certificates begin somewhat before they were made, for slow clocks: of one that has just come, what counts is what is
 * left of it. */
static void plan_next(struct renewal *r, bool is_fresh)
{
	struct certificate_life life;
	struct err why;

	r->due = clock_now() + RETRY_MOST_MS * (time_us)1000; /* enrolled by then? */
	if (certificate_read(&life, r->state_dir, &why) == 0) {
		if (is_fresh && life.not_before < clock_now())
			life.not_before = clock_now();
		r->due = certificate_renew_at(&life);
	} else {
		log_warning("%s", why.text);
	}
}

static void start(struct renewal *r)
{
	char program[] = "hinomi-agent", command[] = "renew", option[] = "--state";
	char *state = strdup(r->state_dir);
	char *arguments[] = { program, command, option, state, NULL };
	int failed = state ? posix_spawn(&r->child, "/proc/self/exe", NULL, NULL, arguments, environ) : ENOMEM;

	free(state);
	if (!failed)
		return;
	r->child = 0;
	r->not_before_ms = clock_monotonic_ms() + backoff_ms(r->attempt++, RETRY_FIRST_MS, RETRY_MOST_MS);
	log_warning("cannot start the renewal of the certificate: %s", strerror(failed));
}

static void finish(struct renewal *r, int status)
{
	bool is_renewed = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	r->child = 0;
	plan_next(r, is_renewed);
	if (is_renewed && r->due > clock_now())
		r->attempt = 0;
	r->not_before_ms = clock_monotonic_ms() + backoff_ms(r->attempt++, RETRY_FIRST_MS, RETRY_MOST_MS);
	if (!is_renewed) {
		log_warning("the certificate could not be renewed; the next try comes later");
		return;
	}
	log_info("the certificate has been renewed");
	r->renewed(r->arg);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct renewal *r = arg;
	int status;

	(void)fd;
	(void)what;
	if (r->child) {
		if (waitpid(r->child, &status, WNOHANG) == r->child)
			finish(r, status);
	} else if (clock_now() >= r->due && clock_monotonic_ms() >= r->not_before_ms) {
		start(r);
	}
}

int renewal_new(struct renewal **out, struct event_base *base, const char *state_dir, void (*renewed)(void *arg),
		void *arg, struct err *why)
{
	struct renewal *r = calloc(1, sizeof(*r));
	struct timeval interval = { LOOK_SECONDS, 0 };

	if (r)
		*r = (struct renewal){ .state_dir = state_dir, .renewed = renewed, .arg = arg };
	if (r)
		r->look = event_new(base, -1, EV_PERSIST, on_look, r);
	if (!r || !r->look || event_add(r->look, &interval) != 0) {
		renewal_free(r);
		return err_set(why, ERR_NOMEM, "no memory for the renewal of the certificate");
	}
	plan_next(r, false);
	*out = r;
	return 0;
}

void renewal_free(struct renewal *r)
{
	if (!r)
		return;
	if (r->look)
		event_free(r->look);
	free(r);
}
