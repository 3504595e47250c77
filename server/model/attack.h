/* Facts of MITRE ATT&CK (enterprise matrix): which tactics a technique serves, and the kill chain stage of a tactic.
 * A technique can serve several tactics; a sub-technique serves those of its parent. */
#ifndef SERVER_MODEL_ATTACK_H
#define SERVER_MODEL_ATTACK_H

#include "server/model/alert.h"

enum tactic {
	TACTIC_RECONNAISSANCE,       /* TA0043 */
	TACTIC_RESOURCE_DEVELOPMENT, /* TA0042 */
	TACTIC_INITIAL_ACCESS,       /* TA0001 */
	TACTIC_EXECUTION,            /* TA0002 */
	TACTIC_PERSISTENCE,          /* TA0003 */
	TACTIC_PRIVILEGE_ESCALATION, /* TA0004 */
	TACTIC_DEFENSE_EVASION,      /* TA0005 */
	TACTIC_CREDENTIAL_ACCESS,    /* TA0006 */
	TACTIC_DISCOVERY,            /* TA0007 */
	TACTIC_LATERAL_MOVEMENT,     /* TA0008 */
	TACTIC_COLLECTION,           /* TA0009 */
	TACTIC_COMMAND_AND_CONTROL,  /* TA0011 */
	TACTIC_EXFILTRATION,         /* TA0010 */
	TACTIC_IMPACT,               /* TA0040 */
};
#define TACTIC_BIT(tactic) (1u << (tactic))

/* Whether it has the form T1234 or T1234.567 (or T1234_567, as some rules write). */
bool attack_is_technique(struct slice id);
/* TACTIC_BITs of a technique; 0 when it is not known. */
unsigned attack_tactics_of(struct slice technique);
/* TACTIC_BIT of "TA0011"; 0 when it is none. */
unsigned attack_tactic(struct slice id);

/* The furthest stage among the tactics (bits). The technique, may be absent, tells a break-in from a delivery, which
 * are both initial access. */
enum stage attack_stage(unsigned tactics, struct slice technique);

#endif
