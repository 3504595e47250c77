/* How an appliance gets its certificate from the server, and a new one in time: EST, over est_client.h.
 *
 * In the state directory:
 *
 *   agent.pem      our certificate and, in the same file, its key: one rename replaces both, so that they always fit
 *   agent.key      a symbolic link to agent.pem, for whoever looks for the key under its own name
 *   ca.pem         the authority that signs the server's certificate and ours
 *   server.json    {"server":"soc.example.org","est_port":8444,"lumberjack_port":5044}
 *   agent.key.new  while a certificate is asked for: its key. If the answer is lost, the next try sends the same key
 *                  again, and the server gives the same certificate
 *
 * Run as root on a directory that belongs to another user, both functions go on as that user. */
#ifndef SENSOR_AGENT_ENROLMENT_H
#define SENSOR_AGENT_ENROLMENT_H

#include "lib/err.h"
#include "lib/slice.h"

enum { ENROLMENT_EST_PORT = 8444, ENROLMENT_LUMBERJACK_PORT = 5044 };

struct enrolment_plan {
	const char *server;    /* name or address, without port and brackets */
	int est_port;          /* 0: ENROLMENT_EST_PORT */
	int lumberjack_port;   /* 0: ENROLMENT_LUMBERJACK_PORT */
	const char *token;     /* one-time, from `hinomictl sensor add` */
	const char *state_dir; /* made if it is not there */
	/* One of the two: */
	const char *ca_file;   /* PEM: the authority's certificate */
	const char *ca_sha256; /* hexadecimal: its fingerprint; it is fetched from the server and compared */
};

/* Waits and tries again, up to a quarter of an hour, while the server says "later". Errors tell what to do; after
 * ERR_UNAVAILABLE the same call may be made again with the same token. */
int enrolment_first(const struct enrolment_plan *plan, struct err *why);
/* A new key and certificate for the current ones. One try; ERR_UNAVAILABLE: later. */
int enrolment_renew(const char *state_dir, struct err *why);

enum { ENROLMENT_PATH_SIZE = 4096 };
struct enrolment_files {
	char certificate[ENROLMENT_PATH_SIZE];
	char key[ENROLMENT_PATH_SIZE];
	char ca[ENROLMENT_PATH_SIZE];
	char server[ENROLMENT_PATH_SIZE];
	char new_key[ENROLMENT_PATH_SIZE];
};
/* ERR_USAGE: the directory's name is too long. */
int enrolment_files(struct enrolment_files *out, const char *state_dir, struct err *why);

#endif
