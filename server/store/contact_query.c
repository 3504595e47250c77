#include "server/store/contact_query.h"

/* Across companies unless $1 is one. $2 least score, $3 to $5 the row before, $6 limit. The literal 50 is that of the
 * index contact_score. The incident is the one that builtin:beacon gave as its cause last. */
#define PAGE(scope, least)                                                                                           \
	"SELECT k.company_id, k.contact_key, o.name, host(k.inside_ip), k.destination, k.port, k.first_ts, "         \
	"k.last_ts, "                                                                                                \
	"k.contacts, k.score, k.parts::text, i.incident_id, i.no FROM (SELECT c.* FROM contact c WHERE " scope least \
	"c.score >= $2::smallint AND (-c.score, c.company_id, c.contact_key) > "                                     \
	"(-$3::integer, $4::bigint, $5::bigint) "                                                                    \
	"ORDER BY c.score DESC, c.company_id, c.contact_key LIMIT $6::bigint) k "                                    \
	"JOIN company o ON o.company_id = k.company_id LEFT JOIN LATERAL (SELECT n.incident_id, n.no "               \
	"FROM rule r JOIN incident_cause u ON u.rule_id = r.rule_id AND u.company_id = k.company_id "                \
	"AND u.group_key = k.contact_key JOIN incident n ON n.company_id = u.company_id "                            \
	"AND n.incident_id = u.incident_id AND n.state <> 'merged' WHERE r.uid = 'builtin:beacon' "                  \
	"ORDER BY u.last_ts DESC, n.incident_id DESC LIMIT 1) i ON true "                                            \
	"ORDER BY k.score DESC, k.company_id, k.contact_key"

int contact_query_list(struct db *db, const struct contact_filter *filter, struct db_result **out, struct err *why)
{
	bool first = filter->before_score < 0;
	int64_t least = filter->min_score;
	struct db_args args = { 0 };

	_Static_assert(CONTACT_SCORE_LEAST == 50, "the index contact_score");
	if (filter->company_id == 0 && least < CONTACT_SCORE_LEAST)
		least = CONTACT_SCORE_LEAST;
	db_arg_optional(&args, filter->company_id);
	db_arg_integer(&args, least);
	db_arg_integer(&args, first ? INT16_MAX : filter->before_score);
	db_arg_integer(&args, first ? 0 : filter->before_company_id);
	db_arg_integer(&args, first ? INT64_MIN : filter->before_key);
	db_arg_integer(&args, filter->limit);
	if (filter->company_id == 0)
		return db_run(db, PAGE("$1::bigint IS NULL AND ", "c.score >= 50 AND "), &args, out, why);
	if (least >= CONTACT_SCORE_LEAST)
		return db_run(db, PAGE("c.company_id = $1::bigint AND ", "c.score >= 50 AND "), &args, out, why);
	return db_run(db, PAGE("c.company_id = $1::bigint AND ", ""), &args, out, why);
}

void contact_query_read(const struct db_result *r, int row, struct contact_row *out)
{
	out->company_id = db_integer(r, row, 0);
	out->contact_key = db_integer(r, row, 1);
	out->company = db_text(r, row, 2);
	out->inside_ip = db_text(r, row, 3);
	out->destination = db_text(r, row, 4);
	out->port = db_integer(r, row, 5);
	out->first_ts = db_time(r, row, 6);
	out->last_ts = db_time(r, row, 7);
	out->contacts = db_integer(r, row, 8);
	out->score = db_integer(r, row, 9);
	out->parts = db_text(r, row, 10);
	out->incident_id = db_integer(r, row, 11);
	out->incident_no = db_integer(r, row, 12);
}
