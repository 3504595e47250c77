/* Sends a file over mutual TLS as fast as the other side takes it: the cheapest sender that a peer can have.
 * usage: tls_send ADDRESS PORT CA CERTIFICATE KEY FILE */
#include "lib/slice.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int connect_to(const char *address, int64_t port)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &server.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&server, sizeof(server)) != 0)
		die("tls_send: connect");
	return fd;
}

int main(int argc, char **argv)
{
	static char block[16384];
	int64_t port;
	SSL_CTX *ctx;
	SSL *ssl;
	FILE *file;
	size_t n;

	if (argc != 7 || !slice_to_int64(slice_of_string(argv[2]), &port)) {
		fputs("usage: tls_send ADDRESS PORT CA CERTIFICATE KEY FILE\n", stderr);
		return 2;
	}
	file = fopen(argv[6], "rb");
	if (!file)
		die(argv[6]);
	ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx || SSL_CTX_load_verify_locations(ctx, argv[3], NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, argv[4]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, argv[5], SSL_FILETYPE_PEM) != 1 || !(ssl = SSL_new(ctx))) {
		fputs("tls_send: cannot use the certificates\n", stderr);
		exit(EXIT_FAILURE);
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_set_fd(ssl, connect_to(argv[1], port));
	if (SSL_connect(ssl) != 1)
		die("tls_send: handshake");
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		if (SSL_write(ssl, block, (int)n) != (int)n)
			die("tls_send: write");
	/* The other side closes when it has read everything. */
	SSL_shutdown(ssl);
	while (SSL_read(ssl, block, sizeof(block)) > 0)
		;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	fclose(file);
	return EXIT_SUCCESS;
}
