#include "sensor-agent/syslog_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

enum {
	BACKLOG = 128,
	RECEIVE_ROOM = 8 * 1024 * 1024, /* of the kernel, for datagrams that come while we are busy */
};

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
	snprintf(host, 256, "%.*s", (int)n, address);
	snprintf(port, 16, "%s", colon + 1);
	return 0;
}

static void set_options(int fd, const struct addrinfo *a)
{
	int on = 1, off = 0, room = RECEIVE_ROOM;

	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (a->ai_socktype == SOCK_STREAM) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	/* The first needs a privilege, the second is limited by net.core.rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

static int open_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

	if (fd < 0)
		return -1;
	set_options(fd, a);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && (a->ai_socktype == SOCK_DGRAM || listen(fd, BACKLOG) == 0))
		return fd;
	close(fd);
	return -1;
}

int syslog_socket_open(const char *address, int type, struct err *why)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = type };
	struct addrinfo *list = NULL;
	char host[256], port[16];
	int fd = -1, failed;

	if (split(address, host, port, why) != 0)
		return -1;
	/* IPv6 first, which serves both families. */
	hints.ai_family = *host ? AF_UNSPEC : AF_INET6;
	failed = getaddrinfo(*host ? host : NULL, port, &hints, &list);
	if (failed)
		return err_set(why, ERR_CONFIG, "cannot listen on %s: %s", address, gai_strerror(failed));
	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = open_one(a);
	freeaddrinfo(list);
	if (fd < 0 && !*host && errno == EAFNOSUPPORT) {
		snprintf(host, sizeof(host), "0.0.0.0:%s", port);
		return syslog_socket_open(host, type, why);
	}
	if (fd < 0 && errno == EACCES)
		return err_set(
		    why, ERR_CONFIG,
		    "cannot listen on %s: ports below 1024 need CAP_NET_BIND_SERVICE; grant it in the unit, or "
		    "take a higher port",
		    address);
	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot listen on %s", address);
	return fd;
}

void syslog_socket_peer(const struct sockaddr *from, socklen_t len, char out[SYSLOG_PEER_SIZE])
{
	char text[NI_MAXHOST];
	const char *start = text;

	if (getnameinfo(from, len, text, sizeof(text), NULL, 0, NI_NUMERICHOST) != 0)
		text[0] = '\0';
	text[strcspn(text, "%")] = '\0';
	if (strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.'))
		start = text + 7;
	snprintf(out, SYSLOG_PEER_SIZE, "%.*s", SYSLOG_PEER_SIZE - 1, start);
}

ssize_t syslog_socket_receive(int fd, void *room, size_t size, struct syslog_datagram *out)
{
	char control[CMSG_SPACE(sizeof(uint32_t))] __attribute__((aligned(__alignof__(struct cmsghdr))));
	struct sockaddr_storage from;
	struct iovec part = { room, size };
	struct msghdr m = { .msg_name = &from,
			    .msg_namelen = sizeof(from),
			    .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &m, MSG_TRUNC);

	if (n < 0)
		return -1;
	out->length = (size_t)n;
	syslog_socket_peer((const struct sockaddr *)&from, m.msg_namelen, out->peer);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&out->overflows, CMSG_DATA(c), sizeof(out->overflows));
	return n < (ssize_t)size ? n : (ssize_t)size;
}
