#include "server/store/notice_link.h"

#include "server/store/oncall_book_state.h"
#include "server/store/page_engine.h"

int notice_link_key(struct db *db, uint8_t key[LINK_KEY_SIZE], struct err *why)
{
	struct db_result *result;
	struct slice value;
	int failed = 0;

	if (db_run(db, "SELECT value FROM secret WHERE name = 'link'", NULL, &result, why) != 0)
		return -1;
	value = db_rows(result) ? db_slice(result, 0, 0) : slice_of(NULL, 0);
	if (value.len == LINK_KEY_SIZE)
		memcpy(key, value.ptr, LINK_KEY_SIZE);
	else
		failed = err_set(why, ERR_CORRUPT, "the key of links is not there: run hinomictl migrate");
	db_result_free(result);
	return failed;
}

/* Of a member's notice: the incident that its facts name, or the one that its page is about. */
#define INCIDENT                                                                                                    \
	"CASE WHEN o.contact_id IS NULL THEN NULL ELSE coalesce((o.facts->>'incident_id')::bigint, (SELECT "        \
	"s.subject_id FROM page_subject s WHERE s.company_id = o.contact_company_id AND s.page_id = o.page_id AND " \
	"s.kind = 'incident' ORDER BY s.added_at LIMIT 1)) END"

/* The link stands for the person: with the account it ends, and with the right to answer. */
#define STILL_THEIRS \
	"(o.user_id IS NULL OR EXISTS (SELECT FROM app_user WHERE user_id = o.user_id AND " ONCALL_PEOPLE "))"

int notice_link_get(struct db *db, const char *id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, id);
	return db_run(
	    db,
	    "SELECT o.outbox_id::text, o.kind, o.identity, o.page_id, o.user_id, u.display_name, o.channel_id, "
	    "o.address, o.language, o.facts::text, o.contact_company_id, o.contact_id, cc.name, o.created_at, now(), "
	    "o.created_at < now() - interval '24 hours', "
	    "o.user_id IS NOT NULL AND EXISTS (SELECT FROM page_event v WHERE v.page_id = o.page_id "
	    "AND v.kind = 'declined' AND v.user_id = o.user_id AND v.at >= o.created_at), n.incident_id, "
	    "k.confirmed_at, u.email, o.kind = 'drill' AND EXISTS (SELECT FROM drill_person d "
	    "WHERE d.user_id = o.user_id AND d.answered_at IS NOT NULL AND o.identity LIKE 'drill ' || d.drill_id || "
	    "' user %') FROM outbox o LEFT JOIN app_user u ON u.user_id = o.user_id "
	    "LEFT JOIN company_contact cc "
	    "ON cc.company_id = o.contact_company_id AND cc.contact_id = o.contact_id "
	    "CROSS JOIN LATERAL (SELECT " INCIDENT " AS incident_id) n LEFT JOIN incident_clock k "
	    "ON k.company_id = o.contact_company_id AND k.incident_id = n.incident_id "
	    "WHERE o.outbox_id = $1::uuid AND " STILL_THEIRS,
	    &args, out, why);
}

void notice_link_read(const struct db_result *r, int row, struct notice_link_row *out)
{
	*out = (struct notice_link_row){
		.id = db_text(r, row, 0),
		.kind = db_text(r, row, 1),
		.identity = db_text(r, row, 2),
		.page_id = db_integer(r, row, 3),
		.user_id = db_integer(r, row, 4),
		.user_name = db_text(r, row, 5),
		.channel_id = db_integer(r, row, 6),
		.address = db_text(r, row, 7),
		.language = db_text(r, row, 8),
		.facts = db_text(r, row, 9),
		.contact_company_id = db_integer(r, row, 10),
		.contact_id = db_integer(r, row, 11),
		.contact_name = db_text(r, row, 12),
		.created_at = db_time(r, row, 13),
		.now = db_time(r, row, 14),
		.too_old = db_bool(r, row, 15),
		.declined = db_bool(r, row, 16),
		.incident_id = db_integer(r, row, 17),
		.confirmed_at = db_time(r, row, 18),
		.user_email = db_text(r, row, 19),
		.answered = db_bool(r, row, 20),
	};
}

int notice_link_opened(struct db *db, const struct notice_link_row *link, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool first;

	db_arg_text(&args, link->id);
	if (db_run(db, "UPDATE outbox SET opened_at = now() WHERE outbox_id = $1::uuid AND opened_at IS NULL", &args,
		   &result, why) != 0)
		return -1;
	first = db_affected(result) != 0;
	db_result_free(result);
	if (!first || !link->page_id)
		return 0;
	return page_engine_event(db, link->page_id, "opened", link->user_id, NULL, why);
}

int notice_link_others(struct db *db, int64_t page_id, int64_t user_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	db_arg_integer(&args, user_id);
	return db_run(db,
		      "SELECT u.display_name FROM (SELECT o.user_id, max(o.created_at) AS at FROM outbox o "
		      "WHERE o.page_id = $1::bigint AND o.user_id IS NOT NULL AND o.user_id <> $2::bigint "
		      "AND o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody') GROUP BY o.user_id) x "
		      "JOIN app_user u ON u.user_id = x.user_id ORDER BY x.at DESC, u.display_name",
		      &args, out, why);
}
