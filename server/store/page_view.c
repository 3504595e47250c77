#include "server/store/page_view.h"

#include <inttypes.h>

/* "11月24日 2:14", "2026-11-24 02:14", both in the operator's zone. */
#define SINCE_JA(t) "to_char(" t " AT TIME ZONE o.timezone, 'FMMM月FMDD日 FMHH24:MI')"
#define SINCE_EN(t) "to_char(" t " AT TIME ZONE o.timezone, 'YYYY-MM-DD HH24:MI')"

/* Across companies. The first subject is the gravest that is not settled, of these the oldest: it gives the title. */
static const char view_sql[] =
    "WITH o AS (SELECT timezone FROM operator ORDER BY operator_id LIMIT 1), "
    "subjects AS (SELECT s.company_id, s.kind, s.subject_id, s.severity, s.title, s.raised_at, "
    "row_number() OVER (ORDER BY s.settled_at IS NOT NULL, s.severity, s.raised_at, s.company_id, s.subject_id) AS n "
    "FROM page_subject s WHERE s.page_id = $1::bigint), "
    "first AS (SELECT * FROM subjects WHERE n = 1), "
    "firms AS (SELECT c.company_id, c.name, min(s.n) AS n FROM subjects s JOIN company c ON c.company_id = "
    "s.company_id GROUP BY c.company_id, c.name) "
    "SELECT p.kind, p.state, p.severity::bigint, (SELECT count(*) FROM subjects), "
    "coalesce((SELECT max(b.priority)::bigint FROM outbox b WHERE b.page_id = p.page_id AND b.priority > p.severity "
    "AND b.kind IN ('page', 'page_graver', 'nobody', 'leads')), 0), "
    "CASE WHEN (SELECT count(*) FROM firms) = 1 THEN (SELECT company_id FROM firms) ELSE 0 END, "
    "coalesce(f.subject_id, 0), "
    /* 7, 8: company */
    "coalesce((SELECT name FROM firms ORDER BY n LIMIT 1) || CASE WHEN (SELECT count(*) FROM firms) > 1 "
    "THEN ' ほか ' || ((SELECT count(*) FROM firms) - 1)::text || ' 社' ELSE '' END, ''), "
    "coalesce((SELECT name FROM firms ORDER BY n LIMIT 1) || CASE WHEN (SELECT count(*) FROM firms) > 1 "
    "THEN ' and ' || ((SELECT count(*) FROM firms) - 1)::text || ' more' ELSE '' END, ''), "
    /* 9, 10: title */
    "coalesce((SELECT nullif(r.title_ja, '') FROM rule r WHERE r.title = i.raised_title AND i.title = i.raised_title "
    "LIMIT 1), CASE WHEN p.kind = 'sensor' THEN 'センサー停止: ' ELSE '' END || coalesce(f.title, p.title)), "
    "CASE WHEN p.kind = 'sensor' THEN 'Sensor down: ' ELSE '' END || coalesce(f.title, p.title), "
    /* 11: reference */
    "CASE WHEN (SELECT count(*) FROM subjects) > 1 THEN 'P-' || p.page_id WHEN i.no IS NOT NULL THEN 'INC-' || i.no "
    "WHEN f.kind = 'desk' THEN 'HD-' || f.subject_id ELSE 'P-' || p.page_id END, "
    "" SINCE_JA("p.raised_at") ", " SINCE_EN(
	"p.raised_at") ", "
		       /* 14, 15: details */
		       "CASE WHEN i.no IS NOT NULL THEN coalesce(nullif(i.reason::jsonb ->> 'anchor', '') || '、', '') "
		       "|| '検知 ' || "
		       "i.alert_count || ' 件（うち遮断 ' || i.blocked_count || ' 件）、' || CASE i.direction WHEN "
		       "'outbound' THEN "
		       "'内から外への通信' WHEN 'inbound' THEN '外から内への通信' WHEN 'internal' THEN '社内の通信' "
		       "ELSE '' END "
		       "ELSE '' END, "
		       "CASE WHEN i.no IS NOT NULL THEN coalesce(nullif(i.reason::jsonb ->> 'anchor', '') || ', ', '') "
		       "|| i.alert_count "
		       "|| ' alerts, ' || i.blocked_count || ' of them blocked, ' || i.direction ELSE '' END, "
		       /* 16: others */
		       "CASE WHEN (SELECT count(*) FROM subjects) > 1 THEN coalesce((SELECT string_agg(s.line, E'\\n' "
		       "ORDER BY s.n) FROM "
		       "(SELECT coalesce(c.name || ': ', '') || s.title AS line, s.n FROM subjects s LEFT JOIN company "
		       "c ON c.company_id "
		       "= s.company_id ORDER BY s.n LIMIT 20) s), '') ELSE '' END, "
		       "CASE WHEN (SELECT count(*) FROM subjects) = 1 AND i.no IS NOT NULL THEN '/incidents/' || "
		       "i.incident_id "
		       "ELSE '/pages/' || p.page_id END, "
		       /* 18..20: who answered */
		       "coalesce(a.display_name, ''), coalesce(" SINCE_JA("p.ack_at") ", ''), coalesce(" SINCE_EN(
			   "p.ack_at") ", ''), "
				       /* 21..23: for a member */
				       "CASE i.direction WHEN 'outbound' THEN "
				       "'社内の機器が、外部の不審な相手と通信しています。' "
				       "WHEN 'internal' THEN '社内の機器の間で、不審な通信が見つかりました。' "
				       "ELSE '外部から社内の機器へ、不審な通信が届いています。' END, "
				       "CASE i.direction WHEN 'outbound' THEN 'A device inside talks to a suspicious "
				       "server outside.' "
				       "WHEN 'internal' THEN 'There is suspicious traffic between your devices.' "
				       "ELSE 'Suspicious traffic from outside reaches one of your devices.' END, "
				       "CASE WHEN i.direction IN ('outbound', 'internal') THEN "
				       "coalesce(i.reason::jsonb ->> 'anchor', '') ELSE '' END, "
				       "o.timezone, coalesce(p.close_reason, '') "
				       "FROM page p CROSS JOIN o LEFT JOIN first f ON true "
				       "LEFT JOIN incident i ON f.kind = 'incident' AND i.company_id = f.company_id "
				       "AND i.incident_id = f.subject_id "
				       "LEFT JOIN app_user a ON a.user_id = p.ack_by WHERE p.page_id = $1::bigint";

static void decode(struct page_view *out)
{
	const struct db_result *r = out->rows;

	out->kind = db_text(r, 0, 0);
	out->state = db_text(r, 0, 1);
	out->severity = db_integer(r, 0, 2);
	out->subjects = db_integer(r, 0, 3);
	out->was = db_integer(r, 0, 4);
	out->company_id = db_integer(r, 0, 5);
	out->subject_id = db_integer(r, 0, 6);
	for (int l = 0; l < PAGE_LANGUAGES; l++) {
		out->company[l] = db_text(r, 0, 7 + l);
		out->title[l] = db_text(r, 0, 9 + l);
		out->since[l] = db_text(r, 0, 12 + l);
		out->details[l] = db_text(r, 0, 14 + l);
		out->answered_at[l] = db_text(r, 0, 19 + l);
		out->what[l] = db_text(r, 0, 21 + l);
	}
	out->reference = db_text(r, 0, 11);
	out->others = db_text(r, 0, 16);
	out->url = db_text(r, 0, 17);
	out->answered_by = db_text(r, 0, 18);
	out->device = db_text(r, 0, 23);
	out->zone = db_text(r, 0, 24);
	out->close_reason = db_text(r, 0, 25);
}

int page_view_read(struct db *db, int64_t page_id, struct page_view *out, struct err *why)
{
	struct db_args args = { 0 };

	*out = (struct page_view){ .page_id = page_id };
	db_arg_integer(&args, page_id);
	if (db_run(db, view_sql, &args, &out->rows, why) != 0)
		return -1;
	if (db_rows(out->rows) == 0) {
		page_view_release(out);
		return err_set(why, ERR_NOT_FOUND, "no page %" PRId64, page_id);
	}
	decode(out);
	return 0;
}

void page_view_release(struct page_view *view)
{
	db_result_free(view->rows);
	view->rows = NULL;
}

void page_view_put(const struct page_view *view, int language, struct json_writer *w)
{
	json_put_integer(w, "severity", view->severity);
	if (view->was)
		json_put_integer(w, "was", view->was);
	json_put_string(w, "company", view->company[language]);
	json_put_string(w, "title", view->title[language]);
	json_put_string(w, "reference", view->reference);
	json_put_string(w, "since", view->since[language]);
	json_put_string(w, "details", view->subjects > 1 ? "" : view->details[language]);
	if (view->subjects > 1)
		json_put_integer(w, "count", view->subjects);
	json_put_string(w, "others", view->others);
	json_put_string(w, "url", view->url);
}

void page_view_put_member(const struct page_view *view, int language, const char *contact, struct json_writer *w)
{
	json_put_integer(w, "severity", view->severity);
	json_put_string(w, "company", view->company[language]);
	json_put_string(w, "title", view->title[language]);
	json_put_string(w, "reference", view->reference);
	json_put_string(w, "since", view->since[language]);
	json_put_string(w, "contact", contact);
	json_put_string(w, "what", view->what[language]);
	json_put_string(w, "device", view->device);
	json_put_string(w, "advice",
			!view->device[0]      ? ""
			: language == PAGE_JA ? "・この機器をどなたがお使いか、お知らせください。"
					      : "- Please tell us who uses this device.");
}
