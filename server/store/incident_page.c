#include "server/store/incident_page.h"

#include "server/store/case_merge.h"
#include "server/store/columns.h"
#include "server/store/page_request.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---------------------------------------------------------------------------------------------- clocks */

/* When the earliest of an incident's alerts in this batch came; TIME_NONE: it has none, being made of firings. */
struct first_alert {
	time_us ts, received;
};

static struct first_alert *first_alerts(const struct incident_plan *p)
{
	struct first_alert *first = calloc(p->incident_count + 1, sizeof(*first));

	for (size_t i = 0; first && i < p->incident_count; i++)
		first[i].received = TIME_NONE;
	for (size_t a = 0; first && a < p->alert_count; a++) {
		size_t i = p->incident_of_alert[a];

		if (i == PLAN_NO_INCIDENT || (first[i].received != TIME_NONE && first[i].ts <= p->alerts[a].ts))
			continue;
		first[i] = (struct first_alert){ p->alerts[a].ts, p->alerts[a].received };
	}
	return first;
}

static int begin_clocks(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct first_alert *first = first_alerts(p);
	struct array_text columns[3] = { 0 };
	size_t count = 0;

	if (!first)
		return err_set(why, ERR_NOMEM, "no memory for the clocks of incidents");
	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_CREATE)
			continue;
		array_text_integer(&columns[0], p->incidents[i].id);
		array_text_time(&columns[1], p->incidents[i].facts.first);
		array_text_time(&columns[2], first[i].received);
		count++;
	}
	free(first);
	if (count == 0)
		return 0;
	return columns_run(db,
			   "INSERT INTO incident_clock (company_id, incident_id, event_at, received_at, raised_at) "
			   "SELECT $1::bigint, u.id, u.first, coalesce(u.received, now()), now() "
			   "FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS u (id, first, received)",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* The survivor's clocks stand for both: what happened first to either happened to it. */
static int merge_clocks(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[2] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_ABSORB)
			continue;
		array_text_integer(&columns[0], p->incidents[i].id);
		array_text_integer(&columns[1], p->incidents[p->incidents[i].into].id);
		count++;
	}
	if (count == 0)
		return 0;
	return columns_run(
	    db,
	    "UPDATE incident_clock s SET event_at = least(s.event_at, a.event_at), received_at = least(s.received_at, "
	    "a.received_at), raised_at = least(s.raised_at, a.raised_at), "
	    "triaged_at = least(s.triaged_at, a.triaged_at), told_at = least(s.told_at, a.told_at), confirmed_at = "
	    "least(s.confirmed_at, a.confirmed_at) FROM (SELECT u.survivor, min(c.event_at) AS event_at, "
	    "min(c.received_at) AS received_at, min(c.raised_at) AS raised_at, "
	    "min(c.triaged_at) AS triaged_at, min(c.told_at) AS told_at, min(c.confirmed_at) AS confirmed_at "
	    "FROM unnest($2::bigint[], $3::bigint[]) AS u (absorbed, survivor) JOIN incident_clock c "
	    "ON c.company_id = $1::bigint AND c.incident_id = u.absorbed GROUP BY u.survivor) a "
	    "WHERE s.company_id = $1::bigint AND s.incident_id = a.survivor",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* What people did to an incident may be undone by new alerts, or taken over from one that was merged. */
static int follow_handling(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text columns[4] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		const struct incident_handling *h = &p->incidents[i].handling;

		if (!p->incidents[i].handling_changed)
			continue;
		array_text_integer(&columns[0], p->incidents[i].id);
		array_text_time(&columns[1], h->acknowledged_at);
		array_text_time(&columns[2], h->contained_at);
		array_text_time(&columns[3], h->closed_at);
		count++;
	}
	if (count == 0)
		return 0;
	return columns_run(
	    db,
	    "UPDATE incident_clock c SET acknowledged_at = least(c.acknowledged_at, u.acknowledged), "
	    "contained_at = u.contained, closed_at = u.closed, resolved_at = CASE WHEN u.closed IS NOT "
	    "NULL THEN coalesce(c.resolved_at, u.closed) END FROM unnest($2::bigint[], "
	    "$3::timestamptz[], $4::timestamptz[], $5::timestamptz[]) AS u (id, acknowledged, contained, "
	    "closed) WHERE c.company_id = $1::bigint AND c.incident_id = u.id",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* ---------------------------------------------------------------------------------------------- requests */

struct asking {
	struct array_text columns[5]; /* incident, what, severity, last, body */
	size_t count;
};

static bool may_page(const struct plan_incident *i)
{
	return incident_facts_severity(&i->facts) <= PAGE_REQUEST_SEVERITY &&
	       !incident_tags_has(&i->facts.tags, INCIDENT_TAG_DRILL);
}

static void ask(struct asking *a, const struct plan_incident *i, const char *what, const char *body)
{
	array_text_integer(&a->columns[0], i->id);
	array_text_string(&a->columns[1], slice_of_string(what));
	array_text_integer(&a->columns[2], incident_facts_severity(&i->facts));
	array_text_time(&a->columns[3], i->facts.last);
	array_text_string(&a->columns[4], slice_of_string(body));
	a->count++;
}

static void ask_of_event(struct asking *a, const struct incident_plan *p, const struct plan_event *e)
{
	const struct plan_incident *i = &p->incidents[e->incident];
	struct buffer body = { 0 };

	switch (e->kind) {
	case EVENT_SEVERITY:
		if (e->to < e->from && may_page(i))
			ask(a, i, "graver", "{}");
		break;
	case EVENT_REOPENED:
		if (may_page(i))
			ask(a, i, "reopened", "{}");
		break;
	case EVENT_ABSORBED:
		buffer_printf(&body, "{\"into\": %" PRId64 "}", p->incidents[e->other].id);
		ask(a, i, "merged", buffer_string(&body));
		buffer_release(&body);
		break;
	case EVENT_STATE:
		buffer_printf(&body, "{\"state\": \"%s\"}", incident_state_name((enum incident_state)e->to));
		ask(a, i, e->to == STATE_OPEN ? "reopened" : "settled", buffer_string(&body));
		buffer_release(&body);
		break;
	case EVENT_CREATED:
	case EVENT_MERGED:
		break;
	}
}

/* $2..$6: as in struct asking. What is over is always told; what wakes somebody must be recent. */
static int ask_for_events(struct db *db, int64_t company_id, const struct incident_plan *p, bool *asked,
			  struct err *why)
{
	struct asking a = { 0 };
	struct db_result *r;

	for (size_t i = 0; i < p->event_count; i++)
		ask_of_event(&a, p, &p->events[i]);
	if (a.count == 0)
		return 0;
	if (columns_run(db,
			"INSERT INTO page_request (company_id, kind, subject_id, what, severity, body) "
			"SELECT $1::bigint, 'incident', u.id, u.what, u.severity, u.body FROM unnest($2::bigint[], "
			"$3::text[], $4::smallint[], $5::timestamptz[], $6::jsonb[]) WITH ORDINALITY AS u (id, what, "
			"severity, last, body, n) WHERE u.what IN ('merged', 'settled') OR u.last > now() - interval "
			"'24 hours' ORDER BY u.n",
			company_id, a.columns, ARRAY_LEN(a.columns), &r, why) != 0)
		return -1;
	*asked = *asked || db_affected(r) != 0;
	db_result_free(r);
	return 0;
}

/* Each incident is raised once: when it is made, or when it is first recent, and grave enough. */
static int ask_for_incidents(struct db *db, int64_t company_id, const struct incident_plan *p, bool *asked,
			     struct err *why)
{
	struct array_text columns[3] = { 0 };
	struct db_result *r;
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		const struct plan_incident *incident = &p->incidents[i];

		if ((incident->fate != FATE_CREATE && incident->fate != FATE_UPDATE) || !may_page(incident))
			continue;
		array_text_integer(&columns[0], incident->id);
		array_text_integer(&columns[1], incident_facts_severity(&incident->facts));
		array_text_time(&columns[2], incident->facts.last);
		count++;
	}
	if (count == 0)
		return 0;
	if (columns_run(db,
			"WITH due AS (UPDATE incident_clock c SET asked_at = now() FROM unnest($2::bigint[], "
			"$3::smallint[], $4::timestamptz[]) AS u (id, severity, last) WHERE c.company_id = $1::bigint "
			"AND c.incident_id = u.id AND c.asked_at IS NULL AND u.last > now() - interval '24 hours' "
			"RETURNING c.incident_id, u.severity) "
			"INSERT INTO page_request (company_id, kind, subject_id, what, severity) "
			"SELECT $1::bigint, 'incident', incident_id, 'raised', severity FROM due",
			company_id, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	*asked = *asked || db_affected(r) != 0;
	db_result_free(r);
	return 0;
}

int incident_page_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	bool asked = false;

	if (begin_clocks(db, company_id, p, why) != 0 || merge_clocks(db, company_id, p, why) != 0 ||
	    case_merge_write(db, company_id, p, why) != 0 || follow_handling(db, company_id, p, why) != 0)
		return -1;
	if (ask_for_incidents(db, company_id, p, &asked, why) != 0 ||
	    ask_for_events(db, company_id, p, &asked, why) != 0)
		return -1;
	return asked ? db_notify(db, "hinomi_page", why) : 0;
}
