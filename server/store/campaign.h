/* Campaigns in the database (model/campaign.h).
 *
 * In a company's transaction: campaign_write_sightings(), which also says what is due.
 *
 * The round, a transaction of its own, across companies, by one correlator at a time:
 *
 *   campaign_lock; campaign_claim; for each key: campaign_read_days, campaign_read_spans, campaign_create or
 *   campaign_extend, campaign_absorb, campaign_refresh; campaign_tell_incidents
 *
 * What is claimed is deleted in the transaction that acts on it. Work is per key with news, and reads the days around
 * them alone. The timelines of incidents are written last, in order of incidents, which is how a company's transaction
 * locks them: so the two never wait for each other in a circle. */
#ifndef SERVER_STORE_CAMPAIGN_H
#define SERVER_STORE_CAMPAIGN_H

#include "server/model/campaign.h"
#include "server/store/db.h"

/* Adds the sightings, added up, to what is known. */
int campaign_write_sightings(struct db *db, int64_t company_id, const struct campaign_sightings *sightings,
			     struct err *why);

/* False in *got: another correlator is at it. */
int campaign_lock(struct db *db, bool *got, struct err *why);

/* New sightings of one key, company and day. Slices belong to the claim. */
struct campaign_news {
	enum campaign_kind kind;
	struct slice key;
	int64_t company_id;
	int32_t day;
};
struct campaign_claim {
	struct campaign_news *items; /* in order of kind and key, each once; only of keys that can make a campaign */
	size_t count;
	size_t rows; /* that were taken; 0: there was nothing to do */
	struct db_result *rows_result;
};
/* Takes at most `most` rows. Keys that fewer than `minimum` companies met in the days around the news are left out. */
int campaign_claim(struct db *db, int64_t most, int64_t minimum, int window_days, struct campaign_claim *out,
		   struct err *why);
void campaign_claim_release(struct campaign_claim *c);

/* A key, terminated behind its end (as what a claim has is), and days of it, both ends in. */
struct campaign_range {
	enum campaign_kind kind;
	struct slice key;
	int32_t from, to;
};
/* Who met it on which day; from malloc(), of the caller. */
int campaign_read_days(struct db *db, const struct campaign_range *range, struct campaign_day **days, size_t *count,
		       struct err *why);
/* Campaigns known that share a day with the range; from malloc(), of the caller. */
int campaign_read_spans(struct db *db, const struct campaign_range *range, struct campaign_span **spans, size_t *count,
			struct err *why);

/* New; figures come by campaign_refresh(). */
int campaign_create(struct db *db, const struct campaign_range *range, int64_t minimum, int window_days, int64_t *id,
		    struct err *why);
int campaign_extend(struct db *db, int64_t id, const struct campaign_range *range, struct err *why);
/* What went into `into`: its members and warnings become that one's. */
int campaign_absorb(struct db *db, int64_t id, int64_t into, struct err *why);
/* Figures of these companies, or of all (count 0), and of the campaign, from the sightings in its days. */
int campaign_refresh(struct db *db, int64_t id, const struct campaign_range *range, const int64_t *company_ids,
		     size_t count, struct err *why);

/* What incidents are to be told: sightings of all companies in the range (company_id 0), or of one on its first day. */
struct campaign_telling {
	int64_t id;
	struct campaign_range range;
	int64_t company_id;
};
/* Writes into the timeline of each incident that one of the sightings belongs to, once, that it is of the campaign.
 * *told: how many were told now. */
int campaign_tell_incidents(struct db *db, const struct campaign_telling *list, size_t count, int64_t *told,
			    struct err *why);

#endif
