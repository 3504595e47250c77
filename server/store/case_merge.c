#include "server/store/case_merge.h"

#include "server/store/columns.h"

/* $1 company, $2 the absorbed ones, $3 into what. */
#define PAIRS    "unnest($2::bigint[], $3::bigint[]) AS u (absorbed, survivor)"
#define ABSORBED " FROM " PAIRS " WHERE t.incident_id = u.absorbed AND "
#define FIRST_OF(table)                                                                                             \
	" AND NOT EXISTS (SELECT FROM " table " o WHERE o.company_id = $1::bigint AND (o.incident_id = u.survivor " \
	"OR EXISTS (SELECT FROM unnest($2::bigint[], $3::bigint[]) AS v (absorbed, survivor) WHERE v.survivor = "   \
	"u.survivor AND v.absorbed = o.incident_id AND o.incident_id < t.incident_id)))"

static const char *const statements[] = {
	"UPDATE ticket t SET incident_id = u.survivor, version = t.version + 1, updated_at = now()" ABSORBED
	"t.company_id = $1::bigint",
	"UPDATE dispatch_order t SET incident_id = u.survivor, version = t.version + 1, updated_at = now()" ABSORBED
	"t.company_id = $1::bigint",
	"UPDATE member_request t SET incident_id = u.survivor" ABSORBED "t.company_id = $1::bigint",
	"UPDATE case_step t SET incident_id = u.survivor" ABSORBED "t.company_id = $1::bigint",
	"UPDATE insurance_case t SET incident_id = u.survivor" ABSORBED
	"t.company_id = $1::bigint" FIRST_OF("insurance_case"),
	"UPDATE privacy_clock t SET incident_id = u.survivor" ABSORBED
	"t.company_id = $1::bigint" FIRST_OF("privacy_clock"),
	/* The absorbed one's own pauses stay with its clocks. */
	"INSERT INTO incident_pause (company_id, incident_id, from_at) SELECT DISTINCT ON (u.survivor) w.company_id, "
	"u.survivor, w.from_at FROM " PAIRS " JOIN incident_pause w ON w.company_id = $1::bigint AND w.incident_id = "
	"u.absorbed AND w.to_at IS NULL ORDER BY u.survivor, w.from_at ON CONFLICT DO NOTHING",
};

int case_merge_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	for (size_t s = 0; s < ARRAY_LEN(statements); s++) {
		struct array_text columns[2] = { 0 };
		size_t count = 0;

		for (size_t i = 0; i < p->incident_count; i++) {
			if (p->incidents[i].fate != FATE_ABSORB)
				continue;
			array_text_integer(&columns[0], p->incidents[i].id);
			array_text_integer(&columns[1], p->incidents[p->incidents[i].into].id);
			count++;
		}
		if (count && columns_run(db, statements[s], company_id, columns, ARRAY_LEN(columns), NULL, why) != 0)
			return -1;
	}
	return 0;
}
