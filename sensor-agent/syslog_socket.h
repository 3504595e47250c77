/* Sockets of the syslog source: addresses in text to listening sockets, and peers to text. */
#ifndef SENSOR_AGENT_SYSLOG_SOCKET_H
#define SENSOR_AGENT_SYSLOG_SOCKET_H

#include "lib/err.h"
#include "lib/slice.h"

#include <sys/socket.h>

enum { SYSLOG_PEER_SIZE = 64 };

/* type: SOCK_DGRAM or SOCK_STREAM. address: "host:port", "[v6]:port" or ":port" (all addresses, both families).
 * Non-blocking. Returns the descriptor or -1. */
int syslog_socket_open(const char *address, int type, struct err *why);
/* The address alone, without port and zone; an IPv4 address that came over IPv6 as IPv4. */
void syslog_socket_peer(const struct sockaddr *from, socklen_t len, char out[SYSLOG_PEER_SIZE]);

struct syslog_datagram {
	size_t length; /* as sent: may be more than was received */
	char peer[SYSLOG_PEER_SIZE];
	uint32_t overflows; /* datagrams that the kernel has dropped since the socket was opened */
};
/* Receives one; bytes received, or -1 with errno (EAGAIN: none is there). *overflows stays as it was when the kernel
 * does not say. */
ssize_t syslog_socket_receive(int fd, void *room, size_t size, struct syslog_datagram *out);

#endif
