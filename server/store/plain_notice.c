#include "server/store/plain_notice.h"

#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 400 };

static int write_one(struct db *db, struct plain_notice *n, const struct page_receiver *to, struct err *why)
{
	struct buffer *facts = &n->facts[strcmp(to->language, "en") == 0 ? PAGE_EN : PAGE_JA];
	struct outbox_new row = { .kind = n->kind,
				  .priority = n->priority,
				  .user_id = to->user_id,
				  .contact_company_id = to->contact_id ? n->contact_company_id : 0,
				  .contact_id = to->contact_id,
				  .channel_id = to->channel_id,
				  .channel_kind = to->channel_kind,
				  .address = to->address,
				  .language = to->language,
				  .attempt_of = 1,
				  .delay_ms = to->delay_ms };
	char identity[IDENTITY_SIZE];

	if (to->user_id)
		snprintf(identity, sizeof(identity), "%s user %" PRId64, n->identity, to->user_id);
	else if (to->contact_id)
		snprintf(identity, sizeof(identity), "%s contact %" PRId64, n->identity, to->contact_id);
	else
		snprintf(identity, sizeof(identity), "%s at %.200s", n->identity, to->address);
	row.identity = identity;
	row.facts = buffer_string(facts);
	outbox_make_id(row.id);
	if (facts->failed)
		return err_set(why, ERR_NOMEM, "no memory for a notice");
	return outbox_write(db, &row, NULL, why);
}

int plain_notice_write(struct db *db, struct plain_notice *notice, const struct page_receivers *receivers,
		       struct err *why)
{
	int failed = 0;

	for (size_t i = 0; i < receivers->count && !failed; i++)
		failed = write_one(db, notice, &receivers->items[i], why);
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		buffer_release(&notice->facts[l]);
	return failed;
}

int plain_notice_leads(struct db *db, struct plain_notice *notice, struct err *why)
{
	struct page_receivers leads = { 0 };
	int failed = page_targets_leads(db, &leads, why);

	if (failed)
		leads.count = 0;
	if (plain_notice_write(db, notice, &leads, why) != 0)
		failed = -1;
	page_receivers_release(&leads);
	return failed;
}
