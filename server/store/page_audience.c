#include "server/store/page_audience.h"

static int load_company(struct page_audience *out, struct db *db, int64_t company_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	if (db_run(db, "SELECT unnest(tags) FROM company WHERE company_id = $1::bigint", &args, &out->tags, why) != 0)
		return -1;
	return db_run(
	    db,
	    "SELECT contact_id, name FROM company_contact WHERE company_id = $1::bigint AND removed_at IS NULL "
	    "AND email <> '' ORDER BY position, contact_id",
	    &args, &out->contacts, why);
}

int page_audience_load(struct page_audience *out, struct db *db, int64_t company_id, struct err *why)
{
	*out = (struct page_audience){ 0 };
	if (db_run(
		db,
		"SELECT user_id, display_name, role FROM app_user WHERE disabled_at IS NULL AND scope_company IS NULL "
		"AND scope_vendor IS NULL AND role IN ('analyst', 'lead', 'admin', 'desk') ORDER BY display_name, "
		"user_id",
		NULL, &out->people, why) == 0 &&
	    db_run(
		db,
		"SELECT channel_id, name FROM channel WHERE user_id IS NULL AND removed_at IS NULL ORDER BY channel_id",
		NULL, &out->channels, why) == 0 &&
	    load_company(out, db, company_id, why) == 0)
		return 0;
	page_audience_release(out);
	return -1;
}

void page_audience_release(struct page_audience *audience)
{
	db_result_free(audience->people);
	db_result_free(audience->channels);
	db_result_free(audience->contacts);
	db_result_free(audience->tags);
	*audience = (struct page_audience){ 0 };
}

const char *page_audience_name(const struct db_result *list, int64_t id)
{
	for (int i = 0; i < db_rows(list); i++)
		if (db_integer(list, i, 0) == id)
			return db_text(list, i, 1);
	return NULL;
}
