/* The EST port alone, for tests that want no more of the collector: est_server CONFIG. Needs a keyholder. Prints
 * "ready", and "issued SHA256" for each certificate, "renewed" when its own was; ends on SIGTERM. */
#include "lib/encode.h"
#include "lib/log.h"
#include "server/collector/est.h"
#include "server/listener.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_issued(void *arg, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE])
{
	struct buffer hex = { 0 };

	(void)arg;
	hex_encode(&hex, slice_of(fingerprint, TLS_FINGERPRINT_SIZE));
	printf("issued %s\n", buffer_string(&hex));
	fflush(stdout);
	buffer_release(&hex);
}

static void on_renewed(void *arg, const struct own_certificate *fresh)
{
	(void)arg;
	(void)fresh;
	printf("renewed\n");
	fflush(stdout);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

static int serve(const struct settings *settings, struct err *why)
{
	struct event_base *base = event_base_new();
	struct event *stop = evsignal_new(base, SIGTERM, on_signal, base);
	int fd = listener_open(settings->collector.est_listen, why);
	struct own_certificate own = { 0 };
	struct est *est = NULL;

	event_add(stop, NULL);
	if (fd >= 0 && own_certificate_open(&own, settings, why) == 0 &&
	    est_new(&est,
		    &(const struct est_plan){ .base = base,
					      .listen_fd = fd,
					      .settings = settings,
					      .own = &own,
					      .issued = on_issued,
					      .renewed = on_renewed },
		    why) == 0) {
		printf("ready\n");
		fflush(stdout);
		event_base_dispatch(base);
	}
	own_certificate_close(&own);
	if (fd >= 0)
		close(fd);
	if (!est)
		return -1;
	est_free(est);
	event_free(stop);
	event_base_free(base);
	libevent_global_shutdown();
	return 0;
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct err why = { 0 };
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (argc != 2 || settings_load(argv[1], &settings, &why) != 0) {
		fprintf(stderr, "est_server: %s\n", argc == 2 ? why.text : "usage: est_server CONFIG");
		return 2;
	}
	log_open("est", LOG_LEVEL_DEBUG);
	failed = serve(&settings, &why);
	if (failed)
		log_error("%s", why.text);
	settings_release(&settings);
	return failed ? 1 : 0;
}
