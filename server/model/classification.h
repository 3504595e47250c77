/* What kind of attack a signature speaks of, and Suricata's classification of signatures.
 *
 * EVE carries a classtype only by its long description (alert.category); the table here is the one Suricata ships in
 * classification.config, with our class and our base score beside it. */
#ifndef SERVER_MODEL_CLASSIFICATION_H
#define SERVER_MODEL_CLASSIFICATION_H

#include "lib/slice.h"

enum attack_class {
	CLASS_OTHER,         /* nothing known */
	CLASS_NOISE,         /* protocol oddities, information */
	CLASS_POLICY,        /* unwanted, but no attack */
	CLASS_ADDRESS_CHECK, /* asks the outside for the own address, as malware does first */
	CLASS_SUSPICIOUS,
	CLASS_REPUTATION, /* one end stands on a blocklist */
	CLASS_RECONNAISSANCE,
	CLASS_LOGIN_GUESS,
	CLASS_SUSPICIOUS_LOGIN,
	CLASS_PHISHING,
	CLASS_DENIAL_OF_SERVICE,
	CLASS_MINING,
	CLASS_EXPLOIT,
	CLASS_EXPLOIT_KIT,    /* attacks the browser of somebody inside */
	CLASS_DELIVERY,       /* a malicious site or mail */
	CLASS_MALICIOUS_FILE, /* found by an antivirus engine */
	CLASS_MALWARE,
	CLASS_COMMAND_AND_CONTROL,
	CLASS_COMPROMISE, /* an exploit that worked */
	CLASS_CREDENTIAL_THEFT,
	CLASS_COUNT,
};

struct classification {
	struct slice description;
	const char *classtype;
	uint8_t priority; /* Suricata's: 1 is highest; says little about risk */
	enum attack_class class;
	uint8_t base; /* score before adjustments */
};

/* NULL when the description is not Suricata's. */
const struct classification *classification_find(struct slice description);

#endif
