#include "server/store/first_report_ask.h"

#include "server/store/columns.h"

#include <stdlib.h>

/* Which incidents became graver. The caller frees. */
static bool *graver_ones(const struct incident_plan *p)
{
	bool *graver = calloc(p->incident_count + 1, sizeof(*graver));

	for (size_t i = 0; graver && i < p->event_count; i++)
		if (p->events[i].kind == EVENT_SEVERITY && p->events[i].to < p->events[i].from)
			graver[p->events[i].incident] = true;
	return graver;
}

static bool may_ask(const struct plan_incident *i, int64_t severity)
{
	return (i->fate == FATE_CREATE || i->fate == FATE_UPDATE) && incident_facts_severity(&i->facts) <= severity &&
	       !incident_tags_has(&i->facts.tags, INCIDENT_TAG_DRILL);
}

/* asked_at is now() when the page was asked for in this transaction. As recent as a page must be: PAGE_RECENT_HOURS. */
static const char ask_sql[] =
    "INSERT INTO report_job (kind, company_id, incident_id, priority) "
    "SELECT 'first_report', $1::bigint, u.id, 1 FROM unnest($2::bigint[], $3::timestamptz[], $4::boolean[]) "
    "AS u (id, last, graver) JOIN incident_clock c ON c.company_id = $1::bigint AND c.incident_id = u.id "
    "WHERE u.last > now() - interval '24 hours' AND (c.asked_at = now() OR u.graver OR EXISTS (SELECT FROM report_job "
    "j "
    "JOIN incident m ON m.company_id = j.company_id AND m.incident_id = j.incident_id WHERE j.company_id = $1::bigint "
    "AND j.kind = 'first_report' AND j.failed_at IS NULL AND m.merged_into = u.id)) "
    "AND NOT EXISTS (SELECT FROM report r WHERE r.company_id = $1::bigint AND r.kind = 'first' "
    "AND (r.incident_id = u.id OR r.incident_id IN (SELECT m.incident_id FROM incident m "
    "WHERE m.company_id = $1::bigint AND m.merged_into = u.id))) ON CONFLICT DO NOTHING";

int first_report_ask(struct db *db, int64_t company_id, const struct incident_plan *p, int64_t severity,
		     struct err *why)
{
	struct array_text columns[3] = { 0 };
	struct db_result *r;
	bool *graver = severity > 0 ? graver_ones(p) : NULL;
	size_t count = 0;
	int64_t written;

	if (severity > 0 && !graver)
		return err_set(why, ERR_NOMEM, "no memory for first reports");
	for (size_t i = 0; graver && i < p->incident_count; i++) {
		if (!may_ask(&p->incidents[i], severity))
			continue;
		array_text_integer(&columns[0], p->incidents[i].id);
		array_text_time(&columns[1], p->incidents[i].facts.last);
		columns_bool(&columns[2], graver[i]);
		count++;
	}
	free(graver);
	if (count == 0)
		return 0;
	if (columns_run(db, ask_sql, company_id, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	written = db_affected(r);
	db_result_free(r);
	return written ? db_notify(db, "hinomi_report", why) : 0;
}
