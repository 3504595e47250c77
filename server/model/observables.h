/* What one record says about whom an inside host reached out to: observables (to be looked up among indicators, and
 * kept for those to come) and the contact that it is. Pure.
 *
 * Observables of records whose session an inside host opened:
 *   addresses   the outside end; what a name was resolved to
 *   names       looked up, aliases and answers included; of TLS (SNI) and HTTP (Host), also towards an inside proxy or
 *               resolver. Not names that are of no use outside: reverse lookups, one label, .local and the like
 *   URLs        of HTTP; of HTTPS where a firewall looked inside
 *   hashes      of files transferred, whichever way
 * So not the attackers that knock: alerts have them.
 *
 * A contact is an outbound session with a port: EVE flow and alert, FortiGate traffic. Not of services whose clients
 * call by the clock because that is what they do (name and time service, mail, push, telephony, tunnels; the table in
 * observables.c): among them a beacon could not be told apart. Not a FortiGate's interim records of a session that goes
 * on (logid ..20, every two minutes) nor its start, which would be clockwork of our own making. */
#ifndef SERVER_MODEL_OBSERVABLES_H
#define SERVER_MODEL_OBSERVABLES_H

#include "server/model/indicator.h"
#include "server/model/sigma/rule_set.h"

/* One observable of one record. */
struct observable {
	struct indicator_key key;
};
enum { OBSERVABLES_MAX = 32, CONTACT_NAME_SIZE = 256 };

/* Large (17 KiB): keep one and use it again. */
struct observables {
	struct observable items[OBSERVABLES_MAX]; /* different from one another */
	size_t count;
	size_t lost; /* beyond the most */
	/* The contact that the record is; inside.family 0: none. */
	struct address inside, destination;
	char name[CONTACT_NAME_SIZE]; /* lower case; "" when only the address is known */
	int port;
	int64_t bytes;   /* sent by the inside host; -1: not known */
	time_us started; /* of the session, as the device says; TIME_NONE: as the record */
};

/* From a record: EVE alert, dns (versions 1 to 3), http, tls, quic, flow, fileinfo, ...; FortiGate traffic, webfilter,
 * dns, virus and the other engines. Whatever the record, `out` is filled in. */
void observables_read(const struct sigma_record *record, struct observables *out);

#endif
