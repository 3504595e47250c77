/* A report of one case. */
#include "server/model/case_words.h"
#include "server/store/case_file.h"
#include "server/store/report_facts_parts.h"

struct case_making {
	struct db *db;
	const struct report_facts_frame *frame;
	int64_t company_id, incident_id;
	struct facts_time time;
	struct pool *pool;
	struct case_report *c;
	bool japanese;
	bool failed; /* no memory */
};

static const char *keep(struct case_making *k, const char *text)
{
	return facts_text(k->pool, text, &k->failed);
}

static void *list(struct case_making *k, size_t count, size_t size)
{
	return facts_list(k->pool, count, size, &k->failed);
}

/* ---------------------------------------------------------------------------------------------- the incident */

enum { I_COMPANY, I_MEMBER_NO, I_LANGUAGE, I_TITLE, I_STAGE, I_DETECTIONS, I_MINUTES, I_REASON, I_RULES };

/* What is not a document of incident_reason() (server/model/incident_facts.h) was written by a person. */
static const char incident_sql[] =
    "SELECT c.name, c.member_no, c.report_language, i.title, i.stage, i.detection_count, "
    "ceil(extract(epoch FROM i.last_ts - i.first_ts) / 60)::bigint, "
    "CASE WHEN left(i.reason, 1) <> '{' THEN nullif(i.reason, '') END, "
    "(SELECT string_agg(CASE WHEN c.report_language = 'ja' THEN coalesce(nullif(r.title_ja, ''), r.title) ELSE r.title "
    "END, "
    "CASE WHEN c.report_language = 'ja' THEN '、' ELSE ', ' END ORDER BY x.severity, x.first_ts, x.rule_id) FROM "
    "(SELECT DISTINCT ON (k.rule_id) k.* FROM incident_cause k "
    "WHERE k.company_id = i.company_id AND k.incident_id = i.incident_id ORDER BY k.rule_id, k.severity, k.first_ts "
    "LIMIT 5) x JOIN rule r ON r.rule_id = x.rule_id) "
    "FROM incident i JOIN company c ON c.company_id = i.company_id "
    "WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint";

static void put_reason(struct case_making *k, const struct db_result *r, const char *direction)
{
	const struct case_words_facts facts = { .direction = direction,
						.detections = k->c->detections,
						.stopped = k->c->stopped,
						.minutes = db_integer(r, 0, I_MINUTES),
						.rules = db_text(r, 0, I_RULES) };
	struct buffer text = { 0 };

	if (db_text(r, 0, I_REASON)) {
		k->c->reason = keep(k, db_text(r, 0, I_REASON));
		return;
	}
	case_words_reason(&facts, k->japanese, &text);
	k->c->reason = keep(k, buffer_string(&text));
	k->failed |= text.failed;
	buffer_release(&text);
}

static void put_incident(struct case_making *k, const struct db_result *r)
{
	k->c->company = keep(k, db_text(r, 0, I_COMPANY));
	k->c->member_no = keep(k, db_text(r, 0, I_MEMBER_NO));
	k->japanese = slice_is(db_slice(r, 0, I_LANGUAGE), "ja");
	k->c->title = keep(k, db_text(r, 0, I_TITLE));
	k->c->stage = keep(k, db_text(r, 0, I_STAGE));
	/* The incident's own count, when its alerts are not kept any more. */
	if (k->c->detections == 0)
		k->c->detections = db_integer(r, 0, I_DETECTIONS);
	put_reason(k, r, k->c->incident.direction);
}

static int read_incident(struct case_making *k, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, k->company_id);
	db_arg_integer(&args, k->incident_id);
	if (db_run(k->db, incident_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		put_incident(k, r);
	db_result_free(r);
	return 0;
}

static int read_case(struct case_making *k, struct err *why)
{
	struct db_result *r;
	int rows;

	if (facts_cases_query(k->db, &k->time, k->company_id, k->incident_id, &r, why) != 0)
		return -1;
	rows = db_rows(r);
	if (rows) {
		const struct plain_word *word = facts_case_word(r, 0, &k->frame->words);

		facts_case_read(r, 0, &k->frame->words, k->pool, &k->c->incident, &k->failed);
		k->c->do_ja = keep(k, word->advice_ja ? word->advice_ja : "");
		k->c->do_en = keep(k, word->advice_en ? word->advice_en : "");
	}
	db_result_free(r);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "there is no such incident of this company");
}

/* ---------------------------------------------------------------------------------------------- what happened */

static int read_detections(struct case_making *k, struct err *why)
{
	struct facts_detections d;
	struct db_result *r;
	int failed;

	if (facts_detections_of_incident(k->db, k->company_id, k->incident_id, &r, why) != 0)
		return -1;
	failed = facts_detections_read(r, 0, db_rows(r), &k->frame->words, k->pool, &d, why);
	db_result_free(r);
	if (failed)
		return -1;
	k->c->detections = d.detections;
	k->c->stopped = d.stopped;
	k->c->devices = d.devices;
	k->c->devices_count = d.device_count;
	k->c->annex = d.annex;
	k->c->annex_count = d.annex_count;
	k->c->annex_more_rows = d.annex_more_rows;
	k->c->annex_more_detections = d.annex_more_detections;
	return 0;
}

static int read_steps(struct case_making *k, struct err *why)
{
	struct db_result *r;

	if (case_file_steps(k->db, k->company_id, k->incident_id, &r, why) != 0)
		return -1;
	k->c->steps = list(k, (size_t)db_rows(r), sizeof(*k->c->steps));
	for (int i = 0; i < db_rows(r) && !k->failed; i++) {
		struct case_step_row row;

		case_file_read_step(r, i, &row);
		k->c->steps[k->c->steps_count++] =
		    (struct step_entry){ .step = row.step,
					 .at = row.at,
					 .done = row.done,
					 .text = keep(k, row.text ? row.text : case_words_step(row.by, k->japanese)),
					 .by = keep(k, row.user_name) };
	}
	db_result_free(r);
	return 0;
}

static int read_requests(struct case_making *k, struct err *why)
{
	struct db_result *r;

	if (facts_requests_query(k->db, k->frame, &k->time, k->company_id, k->incident_id, &r, why) != 0)
		return -1;
	k->c->requests = list(k, (size_t)db_rows(r), sizeof(*k->c->requests));
	for (int i = 0; i < db_rows(r) && !k->failed; i++)
		facts_request_read(r, i, k->pool, &k->c->requests[k->c->requests_count++], &k->failed);
	db_result_free(r);
	return 0;
}

static int read_dispatches(struct case_making *k, struct err *why)
{
	struct db_result *r;

	if (facts_dispatches_query(k->db, &k->time, k->company_id, k->incident_id, &r, why) != 0)
		return -1;
	k->c->dispatches = list(k, (size_t)db_rows(r), sizeof(*k->c->dispatches));
	for (int i = 0; i < db_rows(r) && !k->failed; i++)
		facts_dispatch_read(r, i, k->pool, &k->c->dispatches[k->c->dispatches_count++], &k->failed);
	db_result_free(r);
	return 0;
}

int report_facts_case(struct db *db, const struct report_facts_frame *frame, int64_t company_id, int64_t incident_id,
		      const char *kind, struct pool *pool, struct case_report *out, struct err *why)
{
	/* The reason is said with the counts, steps in the company's language. */
	static int (*const parts[])(struct case_making *, struct err *) = {
		read_case, read_detections, read_incident, read_steps, read_requests, read_dispatches,
	};
	struct case_making k = {
		.db = db,
		.frame = frame,
		.company_id = company_id,
		.incident_id = incident_id,
		.pool = pool,
		.c = out,
	};

	if (facts_time_read(db, frame, 1, &k.time, why) != 0)
		return -1;
	*out = (struct case_report){ .format = CASE_REPORT_FORMAT,
				     .company_id = company_id,
				     .operator_name = keep(&k, k.time.operator_name),
				     .timezone = frame->timezone,
				     .kind = keep(&k, kind),
				     .made_at = k.time.now };
	for (size_t i = 0; i < ARRAY_LEN(parts) && !k.failed; i++)
		if (parts[i](&k, why) != 0)
			return -1;
	return k.failed ? facts_no_memory(why) : 0;
}
