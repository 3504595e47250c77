/* What a mute is to hide, and where: what POST /v1/mutes and the preview have in common. */
#ifndef SERVER_API_MUTE_TARGET_H
#define SERVER_API_MUTE_TARGET_H

#include "server/api/call.h"
#include "server/model/mutes.h"

struct mute_target {
	const char *scope;       /* static: company, group, all */
	int64_t company_id;      /* scope company; else 0 */
	const char *group_tag;   /* scope group; else NULL */
	struct slice conditions; /* JSON */
	struct mutes *mutes;     /* the mute alone, compiled; of any company and at any time */
};

/* Reads scope, company_id, group_tag, conditions of the body. More than one company may be muted by those who manage
 * rules and see all companies; a company that the person does not see is ERR_NOT_FOUND. 1: go on; 0: refused; -1.
 * mute_target_release() in any case. */
int mute_target_read(struct call *call, struct mute_target *out, struct err *why);
void mute_target_release(struct mute_target *target);

#endif
