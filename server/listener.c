#include "server/listener.h"

#include "lib/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

const struct listener listeners[] = {
	{ "keyholder", "keyholder" }, { "lumberjack", "collector" }, { "est", "collector" }, { "api", "api" },
	{ "metrics", "api" },
};
const size_t listener_count = ARRAY_LEN(listeners);

const char *listener_address(size_t index, const struct settings *s, char *room, size_t room_size)
{
	const char *const addresses[ARRAY_LEN(listeners)] = { room, s->collector.listen, s->collector.est_listen,
							      s->api.listen, s->api.metrics_listen };

	if (*s->keyholder.socket)
		snprintf(room, room_size, "unix:%s", s->keyholder.socket);
	else
		snprintf(room, room_size, "unix:%s/run/keyholder.sock", s->state_dir);
	return addresses[index];
}

static int open_unix(const char *path, struct err *why)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t old_mask;
	int fd, failed;

	if (strlen(path) >= sizeof(at.sun_path))
		return err_set(why, ERR_CONFIG,
			       "the socket path %s is longer than %zu bytes; choose a shorter state_dir", path,
			       sizeof(at.sun_path) - 1);
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot make a socket");
	/* Whoever starts a second server must not take this away from the first. */
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 || errno == EAGAIN) {
		close(fd);
		return err_set(why, ERR_IO, "cannot listen on %s: another process does; is hinomid running already?",
			       path);
	}
	unlink(path);
	old_mask = umask(0177);
	failed = bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, BACKLOG) != 0;
	umask(old_mask);
	if (failed) {
		err_set_errno(why, ERR_IO, "cannot listen on %s", path);
		close(fd);
		return -1;
	}
	return fd;
}

/* Splits "host:port" and "[v6]:port". */
static int split(const char *address, char host[256], char port[16], struct err *why)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0;

	if (!colon || n >= 255 || strlen(colon + 1) == 0 || strlen(colon + 1) > 15)
		return err_set(why, ERR_CONFIG, "%s is not an address to listen on: write host:port", address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	memcpy(host, address, n);
	host[n] = '\0';
	snprintf(port, 16, "%s", colon + 1);
	return 0;
}

static int open_first(const struct addrinfo *list, const char *address, struct err *why)
{
	for (const struct addrinfo *a = list; a; a = a->ai_next) {
		const int yes = 1;
		int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
			return fd;
		err_set_errno(why, ERR_IO, "cannot listen on %s", address);
		close(fd);
		return -1;
	}
	return err_set_errno(why, ERR_IO, "cannot listen on %s", address);
}

int listener_open(const char *address, struct err *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;
	char host[256], port[16];
	int bad, fd;

	if (strncmp(address, "unix:", 5) == 0)
		return open_unix(address + 5, why);
	if (split(address, host, port, why) != 0)
		return -1;
	bad = getaddrinfo(*host ? host : NULL, port, &hints, &list);
	if (bad)
		return err_set(why, ERR_CONFIG, "cannot listen on %s: %s", address, gai_strerror(bad));
	fd = open_first(list, address, why);
	freeaddrinfo(list);
	return fd;
}

int listener_inherited(const char *name)
{
	const char *list = getenv("HINOMI_LISTEN");
	struct slice rest = slice_of_string(list ? list : "");

	while (rest.len) {
		struct slice item = slice_take(rest, slice_find(rest, ','));
		size_t equals = slice_find(item, '=');
		int64_t fd;

		if (slice_is(slice_take(item, equals), name) && slice_to_int64(slice_skip(item, equals + 1), &fd)) {
			fcntl((int)fd, F_SETFD, FD_CLOEXEC);
			return (int)fd;
		}
		rest = slice_skip(rest, item.len + 1);
	}
	return -1;
}
