/* From what a format read to what an analyst wants to know: direction, the company's own end, the attacker, stage,
 * techniques, score and severity. The rules are in README.md; this is their only place, so that a FortiGate and a
 * Suricata are judged alike. */
#ifndef SERVER_MODEL_JUDGE_H
#define SERVER_MODEL_JUDGE_H

#include "server/model/classification.h"
#include "server/model/networks.h"

enum side { SIDE_UNKNOWN, SIDE_SOURCE, SIDE_DESTINATION };
enum attack_target { TARGET_UNKNOWN, TARGET_CLIENT, TARGET_SERVER };

/* What the record says beyond the alert's own fields. Zero-initialised means that it says nothing. */
struct evidence {
	enum attack_class class;
	int base;           /* score before adjustments, 0..100 */
	int adjust;         /* what the signature's metadata adds */
	int cap;            /* most the metadata allows; 0: no cap */
	bool base_is_final; /* the base already accounts for what the device did */
	enum side opener;   /* who opened the session, where the device says so */
	enum side sender;   /* SIDE_SOURCE: the packet that fired went from client to server; SIDE_DESTINATION: back */
	struct address attacker;   /* named by the rule or the device */
	enum attack_target target; /* what the rule protects */
	bool name_lookup;          /* DNS: the other end is only a resolver */
	bool source_is_home;       /* shown by more than the address (the interface's role) */
	bool destination_is_home;
	unsigned tactics; /* TACTIC_BITs that the rule names; techniques stand in the alert */
};

/* Fills direction, inside, attacker, stage, score and severity; adds a technique where the rule names none. */
void judge(struct alert *a, const struct evidence *said, const struct networks *own);

int severity_of_score(int score); /* SEVERITY_* */

#endif
