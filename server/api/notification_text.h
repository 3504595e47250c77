/* What the forms of IPA (届出), JPCERT/CC (対応依頼) and the Personal Information Protection Commission ask for, as
 * plain text to copy. Two blocks that are kept apart, so that the first can be shared early and widely
 * (サイバー攻撃被害に係る 情報の共有・公表ガイダンス): the attack, without anything that tells who was attacked; and
 * the damage. What is not known stands there as such. */
#ifndef SERVER_API_NOTIFICATION_TEXT_H
#define SERVER_API_NOTIFICATION_TEXT_H

#include "server/api/call.h"
#include "server/store/incident_query.h"

/* Handler. */
int notification_text_get(struct call *call, struct err *why);

/* Append a block. Times are UTC, and in the operator's zone. */
int notification_text_attack(struct call *call, const struct incident_row *incident, bool japanese, struct buffer *out,
			     struct err *why);
int notification_text_damage(struct call *call, const struct incident_row *incident, bool japanese, struct buffer *out,
			     struct err *why);

#endif
