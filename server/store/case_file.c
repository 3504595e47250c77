#include "server/store/case_file.h"

#include "server/store/incident_clock.h"

static int run_for_incident(struct db *db, const char *sql, int64_t company_id, int64_t incident_id,
			    struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db, sql, &args, out, why);
}

/* The member is told: that is what the first step is for. Containing is what the second is for. */
#define BY_ITSELF(table) \
	"UNION ALL SELECT NULL, v.step, v.at, v.done, v.by, NULL, NULL, NULL, v.at FROM " table " CROSS JOIN LATERAL "

int case_file_steps(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "SELECT s.entry_id AS id, s.step::integer AS step, s.at AS at, s.done AS done, 'person'::text AS by, "
	    "s.text AS text, s.user_id AS user_id, u.display_name, s.written_at AS written_at "
	    "FROM case_step s LEFT JOIN app_user u ON u.user_id = s.user_id "
	    "WHERE s.company_id = $1::bigint AND s.incident_id = $2::bigint " BY_ITSELF(
		"incident_clock k") "(VALUES (1, k.raised_at, false, 'raised'), (1, k.told_at, true, 'told'), "
				    "(1, k.confirmed_at, false, 'confirmed'), (2, k.contained_at, true, 'contained'), "
				    "(5, k.closed_at, false, 'closed')) AS v (step, at, done, by) "
				    "WHERE k.company_id = $1::bigint AND k.incident_id = $2::bigint AND v.at IS NOT "
				    "NULL " BY_ITSELF(
					"dispatch_order d") "(VALUES (3, d.arrived_at, false, 'arrived'), "
							    "(3, d.reported_at, false, 'reported')) AS v (step, at, "
							    "done, by) "
							    "WHERE d.company_id = $1::bigint AND d.incident_id = "
							    "$2::bigint AND v.at IS "
							    "NOT NULL AND d.state <> 'cancelled' "
							    "ORDER BY step, at, id NULLS FIRST LIMIT 1000",
	    company_id, incident_id, out, why);
}

void case_file_read_step(const struct db_result *r, int row, struct case_step_row *out)
{
	out->id = db_integer(r, row, 0);
	out->step = db_integer(r, row, 1);
	out->at = db_time(r, row, 2);
	out->done = db_bool(r, row, 3);
	out->by = db_text(r, row, 4);
	out->text = db_text(r, row, 5);
	out->user_id = db_integer(r, row, 6);
	out->user_name = db_text(r, row, 7);
	out->written_at = db_time(r, row, 8);
}

static int mark(struct db *db, const struct case_step_new *step, enum incident_clock_mark which, time_us at,
		struct err *why)
{
	return incident_clock_mark(db, step->company_id, step->incident_id, which, at, NULL, why);
}

int case_file_add_step(struct db *db, const struct case_step_new *step, int64_t *id, time_us *at, time_us *written_at,
		       struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, step->company_id);
	db_arg_integer(&args, step->incident_id);
	db_arg_integer(&args, step->step);
	db_arg_time(&args, step->at);
	db_arg_bool(&args, step->done);
	db_arg_text(&args, step->text);
	db_arg_optional(&args, step->user_id);
	if (db_run(db,
		   "INSERT INTO case_step (company_id, incident_id, step, at, done, text, user_id) VALUES ($1::bigint, "
		   "$2::bigint, $3::smallint, coalesce($4::timestamptz, now()), $5::boolean, $6::text, $7::bigint) "
		   "RETURNING entry_id, at, written_at",
		   &args, &result, why) != 0)
		return -1;
	*id = db_integer(result, 0, 0);
	*at = db_time(result, 0, 1);
	*written_at = db_time(result, 0, 2);
	db_result_free(result);
	if (step->step > CASE_STEP_FIRST && mark(db, step, CLOCK_TRIAGED, *at, why) != 0)
		return -1;
	return step->step == CASE_STEP_RECOVERY && step->done ? mark(db, step, CLOCK_RESOLVED, *at, why) : 0;
}

int case_file_tickets(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run_for_incident(db,
				"SELECT ticket_id, subject, category, channel, state, opened_at FROM ticket "
				"WHERE company_id = $1::bigint AND incident_id = $2::bigint "
				"ORDER BY opened_at, ticket_id LIMIT 200",
				company_id, incident_id, out, why);
}

int case_file_orders(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run_for_incident(db,
				"SELECT d.order_id, d.kind, d.state, v.name, d.requested_at FROM dispatch_order d "
				"LEFT JOIN vendor v ON v.vendor_id = d.vendor_id "
				"WHERE d.company_id = $1::bigint AND d.incident_id = $2::bigint "
				"ORDER BY d.requested_at, d.order_id LIMIT 200",
				company_id, incident_id, out, why);
}

int case_file_packs(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "SELECT p.pack_id, p.made_by, u.display_name, p.made_at, encode(p.sha256, 'hex'), p.files "
	    "FROM evidence_pack p JOIN app_user u ON u.user_id = p.made_by "
	    "WHERE p.company_id = $1::bigint AND p.incident_id = $2::bigint "
	    "ORDER BY p.pack_id DESC LIMIT 100",
	    company_id, incident_id, out, why);
}

int case_file_add_pack(struct db *db, int64_t company_id, int64_t incident_id, int64_t user_id,
		       const uint8_t sha256[CASE_HASH_SIZE], int64_t files, int64_t *pack_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_integer(&args, user_id);
	db_arg_bytes(&args, slice_of((const char *)sha256, CASE_HASH_SIZE));
	db_arg_integer(&args, files);
	if (db_run(db,
		   "INSERT INTO evidence_pack (company_id, incident_id, made_by, sha256, files) VALUES ($1::bigint, "
		   "$2::bigint, $3::bigint, $4::bytea, $5::integer) RETURNING pack_id",
		   &args, &result, why) != 0)
		return -1;
	*pack_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}
