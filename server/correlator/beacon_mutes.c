#include "server/correlator/beacon_mutes.h"

#include "lib/log.h"
#include "server/store/mute_force.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct beacon_mutes {
	int64_t company_id;
	time_us now;
	struct mutes *mutes;
	struct sigma_scratch *scratch; /* NULL: there are no mutes */
};

int beacon_mutes_load(struct beacon_mutes **out, struct db *db, int64_t company_id, struct err *why)
{
	struct beacon_mutes *m = calloc(1, sizeof(*m));
	size_t unreadable;

	*out = m;
	if (!m)
		return err_set(why, ERR_NOMEM, "no memory for mutes");
	m->company_id = company_id;
	m->now = clock_now();
	if (mutes_in_force(db, company_id, &m->mutes, &unreadable, why) != 0)
		goto failed;
	if (unreadable)
		log_warning("company %" PRId64 ": %zu mutes are not understood here and hide nothing", company_id,
			    unreadable);
	if (mutes_count(m->mutes) == 0)
		return 0;
	m->scratch = sigma_scratch_new();
	if (m->scratch)
		return 0;
	err_set(why, ERR_NOMEM, "no memory for mutes");
failed:
	beacon_mutes_free(m);
	*out = NULL;
	return -1;
}

void beacon_mutes_free(struct beacon_mutes *m)
{
	if (!m)
		return;
	mutes_free(m->mutes);
	if (m->scratch)
		sigma_scratch_free(m->scratch);
	free(m);
}

static void as_alert(const struct observation_contact *c, int score, struct slice signature, struct alert *out)
{
	alert_init(out);
	out->kind = KIND_ALERT;
	out->format = "";
	out->direction = DIRECTION_OUTBOUND;
	out->engine = ENGINE_OTHER;
	out->severity = SEVERITY_HIGH;
	out->score = score;
	out->stage = STAGE_COMMAND_AND_CONTROL;
	out->category = SLICE_LITERAL("beacon");
	out->signature_id = SLICE_LITERAL("builtin:beacon");
	out->signature = signature;
	out->inside = c->inside;
	out->source.ip = c->inside;
	out->destination.port = c->port;
	address_parse(c->destination, &out->destination.ip);
}

bool beacon_mutes_hold(const struct beacon_mutes *m, const struct observation_contact *contact, int score)
{
	static const char *const uids[] = { "builtin:beacon" };
	char signature[CONTACT_NAME_SIZE + 32];
	struct sigma_record record = { .event = SLICE_LITERAL("beacon"), .ts = contact->last };
	struct mute_question question = { .company_id = m->company_id,
					  .ts = contact->last,
					  .now = m->now,
					  .record = &record,
					  .rule_uids = uids,
					  .uid_count = ARRAY_LEN(uids) };
	struct alert alert;
	int n;

	if (!m->scratch)
		return false;
	n = snprintf(signature, sizeof(signature), "Beacon: %.*s:%d", (int)contact->destination.len,
		     (const char *)contact->destination.ptr, contact->port);
	as_alert(contact, score, slice_of(signature, (size_t)n), &alert);
	record.alert = &alert;
	return mutes_find(m->mutes, m->scratch, &question) != NULL;
}
