#include "server/store/report_delivery.h"

#include "lib/json_write.h"
#include "server/model/report_name.h"
#include "server/store/change_feed.h"
#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 160, PRIORITY_FIRST = 2, PRIORITY_CASE = 3, PRIORITY_REST = 5 };

static int tell_board(struct db *db, int64_t company_id, int64_t report_id, struct err *why)
{
	if (change_feed_write(db, company_id, CHANGE_REPORT, report_id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

/* ---------------------------------------------------------------------------------------------------------- sending */

/* Nobody else sends this one meanwhile. */
static int hold_published(struct db *db, int64_t company_id, int64_t report_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	if (db_run(db, "SELECT state FROM report WHERE company_id = $1::bigint AND report_id = $2::bigint FOR UPDATE",
		   &args, &r, why) != 0)
		return -1;
	if (db_rows(r) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "there is no report R-%" PRId64, report_id);
	else if (strcmp(db_text(r, 0, 0), "published") != 0)
		failed =
		    err_set(why, ERR_CONFLICT, "report R-%" PRId64 " is not published: publish it first", report_id);
	db_result_free(r);
	return failed;
}

/* A row for each contact, with what is the same for all. */
static const char contacts_sql[] =
    "SELECT k.contact_id, k.name, k.email, k.language, k.attach_reports, c.name, r.kind, to_char(r.month, 'YYYY-MM'), "
    "i.no, r.issue, r.replaces IS NOT NULL, to_char((now() + $4::integer * interval '1 day') AT TIME ZONE o.timezone, "
    "CASE k.language WHEN 'en' THEN 'YYYY-MM-DD' ELSE 'YYYY年FMMM月FMDD日' END) "
    "FROM report r JOIN company c ON c.company_id = r.company_id "
    "CROSS JOIN (SELECT timezone FROM operator ORDER BY operator_id LIMIT 1) o "
    "LEFT JOIN incident i ON i.company_id = r.company_id AND i.incident_id = r.incident_id "
    "JOIN company_contact k ON k.company_id = r.company_id AND k.gets_reports AND k.removed_at IS NULL "
    "AND k.email <> '' AND k.bounced_at IS NULL "
    "WHERE r.company_id = $1::bigint AND r.report_id = $2::bigint AND ($3::boolean OR NOT EXISTS (SELECT "
    "FROM report_delivery d WHERE d.company_id = $1::bigint AND d.report_id = $2::bigint "
    "AND d.contact_id = k.contact_id)) ORDER BY k.position, k.contact_id LIMIT 100";

struct receiver {
	int64_t contact_id;
	const char *contact, *address, *language, *company, *valid_until;
	bool attach;
	struct report_name name;
};

static void read_receiver(const struct db_result *r, int row, int64_t report_id, struct receiver *out)
{
	*out = (struct receiver){
		.contact_id = db_integer(r, row, 0),
		.contact = db_text(r, row, 1),
		.address = db_text(r, row, 2),
		.language = db_text(r, row, 3),
		.attach = db_bool(r, row, 4),
		.company = db_text(r, row, 5),
		.name = { .kind = db_text(r, row, 6),
			  .month = db_text(r, row, 7),
			  .report_id = report_id,
			  .incident_no = db_integer(r, row, 8),
			  .issue = db_integer(r, row, 9),
			  .reissued = db_bool(r, row, 10) },
		.valid_until = db_text(r, row, 11),
	};
}

/* Of kind report (server/model/notice_kinds.c). Why it was issued again stands in the report alone: that may be a
 * figure. */
static void put_facts(const struct receiver *to, struct buffer *out)
{
	bool japanese = strcmp(to->language, "en") != 0;
	char kind[REPORT_NAME_SIZE], about[REPORT_NAME_SIZE], reference[32];
	struct json_writer w;

	report_name_kind(&to->name, japanese, kind);
	report_name_about(&to->name, japanese, about);
	snprintf(reference, sizeof(reference), "R-%" PRId64, to->name.report_id);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "company", to->company);
	json_put_string(&w, "contact", to->contact);
	json_put_string(&w, "report", kind);
	json_put_string(&w, "about", about);
	json_put_string(&w, "reference", reference);
	if (to->name.reissued)
		json_put_integer(&w, "issue", to->name.issue);
	json_put_string(&w, "valid_until", to->valid_until);
	json_close_object(&w);
}

static int priority_of(const char *kind)
{
	if (strcmp(kind, "first") == 0)
		return PRIORITY_FIRST;
	return strcmp(kind, "interim") == 0 || strcmp(kind, "final") == 0 ? PRIORITY_CASE : PRIORITY_REST;
}

static int write_delivery(struct db *db, const struct receiver *to, const struct outbox_new *notice, int64_t user_id,
			  struct err *why)
{
	char id[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };

	outbox_id_text(notice->id, id);
	db_arg_integer(&args, notice->contact_company_id);
	db_arg_integer(&args, to->name.report_id);
	db_arg_integer(&args, to->contact_id);
	db_arg_text(&args, to->address);
	db_arg_text(&args, to->language);
	db_arg_bool(&args, to->attach);
	db_arg_text(&args, id);
	db_arg_optional(&args, user_id);
	return db_run(db,
		      "INSERT INTO report_delivery (company_id, report_id, contact_id, address, language, attached, "
		      "outbox_id, asked_by) VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, "
		      "$6::boolean, $7::uuid, $8::bigint)",
		      &args, NULL, why);
}

/* The same again is another notice, with a link of its own. */
static void name_it(const struct receiver *to, int64_t company_id, const uint8_t id[OUTBOX_ID_SIZE], bool again,
		    char identity[IDENTITY_SIZE])
{
	char text[OUTBOX_ID_TEXT_SIZE];

	outbox_id_text(id, text);
	snprintf(identity, IDENTITY_SIZE, "report %" PRId64 ".%" PRId64 " contact %" PRId64 "%s%s", company_id,
		 to->name.report_id, to->contact_id, again ? " " : "", again ? text : "");
}

static int send_to(struct db *db, int64_t company_id, const struct receiver *to, int64_t user_id, bool again,
		   bool *written, struct err *why)
{
	char identity[IDENTITY_SIZE];
	struct outbox_new notice = { .kind = "report",
				     .identity = identity,
				     .priority = priority_of(to->name.kind),
				     .contact_company_id = company_id,
				     .contact_id = to->contact_id,
				     .channel_kind = "mail",
				     .address = to->address,
				     .language = to->language,
				     .attempt_of = 1 };
	struct buffer facts = { 0 };
	int failed;

	outbox_make_id(notice.id);
	name_it(to, company_id, notice.id, again, identity);
	put_facts(to, &facts);
	notice.facts = buffer_string(&facts);
	failed =
	    facts.failed ? err_set(why, ERR_NOMEM, "no memory for a notice") : outbox_write(db, &notice, written, why);
	buffer_release(&facts);
	if (failed || !*written)
		return failed;
	return write_delivery(db, to, &notice, user_id, why);
}

static int send_all(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, bool again,
		    const struct db_result *receivers, int64_t *written, struct err *why)
{
	for (int i = 0; i < db_rows(receivers); i++) {
		struct receiver to;
		bool fresh = false;

		read_receiver(receivers, i, report_id, &to);
		if (send_to(db, company_id, &to, user_id, again, &fresh, why) != 0)
			return -1;
		*written += fresh;
	}
	return *written ? tell_board(db, company_id, report_id, why) : 0;
}

int report_send(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, bool again, int64_t *written,
		struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *receivers;
	int failed;

	*written = 0;
	if (hold_published(db, company_id, report_id, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	db_arg_bool(&args, again);
	db_arg_integer(&args, REPORT_LINK_DAYS);
	if (db_run(db, contacts_sql, &args, &receivers, why) != 0)
		return -1;
	failed = send_all(db, company_id, report_id, user_id, again, receivers, written, why);
	db_result_free(receivers);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- the log */

int report_delivery_list(struct db *db, int64_t company_id, int64_t report_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	return db_run(db,
		      "SELECT d.delivery_id, d.company_id, d.report_id, d.contact_id, d.address, d.language, k.name, "
		      "d.opened_by, u.display_name, d.attached, d.asked_at, d.handed_over_at, d.failed_at, d.opened_at "
		      "FROM report_delivery d LEFT JOIN company_contact k ON k.company_id = d.company_id "
		      "AND k.contact_id = d.contact_id LEFT JOIN app_user u ON u.user_id = d.asked_by "
		      "WHERE d.company_id = $1::bigint AND d.report_id = $2::bigint "
		      "ORDER BY d.asked_at, k.position, d.delivery_id",
		      &args, out, why);
}

void report_delivery_read(const struct db_result *r, int row, struct report_delivery_row *out)
{
	*out = (struct report_delivery_row){
		.delivery_id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.report_id = db_integer(r, row, 2),
		.contact_id = db_integer(r, row, 3),
		.address = db_text(r, row, 4),
		.language = db_text(r, row, 5),
		.name = db_text(r, row, 6),
		.opened_by = db_text(r, row, 7),
		.asked_by = db_text(r, row, 8),
		.attached = db_bool(r, row, 9),
		.asked_at = db_time(r, row, 10),
		.handed_over_at = db_time(r, row, 11),
		.failed_at = db_time(r, row, 12),
		.opened_at = db_time(r, row, 13),
	};
}

int report_opened(struct db *db, int64_t company_id, int64_t report_id, int64_t delivery_id, const char *by,
		  struct err *why)
{
	struct db_args delivery = { 0 }, report = { 0 };
	struct db_result *result;
	bool first;

	db_arg_integer(&delivery, company_id);
	db_arg_integer(&delivery, report_id);
	db_arg_integer(&delivery, delivery_id);
	db_arg_text(&delivery, by);
	if (db_run(db,
		   "UPDATE report_delivery SET opened_at = now(), opened_by = $4::text WHERE company_id = $1::bigint "
		   "AND report_id = $2::bigint AND opened_at IS NULL AND CASE WHEN $3::bigint > 0 "
		   "THEN delivery_id = $3::bigint ELSE lower(address) = lower($4::text) END",
		   &delivery, NULL, why) != 0)
		return -1;
	db_arg_integer(&report, company_id);
	db_arg_integer(&report, report_id);
	if (db_run(db,
		   "UPDATE report SET opened_at = now(), version = version + 1, updated_at = now() "
		   "WHERE company_id = $1::bigint AND report_id = $2::bigint AND opened_at IS NULL "
		   "AND state IN ('published', 'withdrawn')",
		   &report, &result, why) != 0)
		return -1;
	first = db_affected(result) != 0;
	db_result_free(result);
	return first ? tell_board(db, company_id, report_id, why) : 0;
}

/* ------------------------------------------------------------------------------------------- what became of a notice
 */

/* Marks the report as sent, the first time; and the board moves. */
static int report_moves(struct db *db, const struct db_result *delivery, bool sent, struct err *why)
{
	int64_t company_id = db_integer(delivery, 0, 0), report_id = db_integer(delivery, 0, 1);
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, report_id);
	if (sent && db_run(db,
			   "UPDATE report SET sent_at = now(), version = version + 1, updated_at = now() "
			   "WHERE company_id = $1::bigint AND report_id = $2::bigint AND sent_at IS NULL",
			   &args, NULL, why) != 0)
		return -1;
	return tell_board(db, company_id, report_id, why);
}

static int settle(struct db *db, const char *sql, const char *notice, bool sent, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *delivery;
	int failed;

	db_arg_text(&args, notice);
	if (db_run(db, sql, &args, &delivery, why) != 0)
		return -1;
	failed = db_rows(delivery) ? report_moves(db, delivery, sent, why) : 0;
	db_result_free(delivery);
	return failed;
}

/* One that failed may be sent again by hand, and arrive. */
int report_delivery_handed_over(struct db *db, const char *notice, struct err *why)
{
	/* Across companies: a notice is found by its id. */
	return settle(db,
		      "UPDATE report_delivery SET handed_over_at = coalesce(handed_over_at, now()), failed_at = NULL "
		      "WHERE outbox_id = $1::uuid RETURNING company_id, report_id",
		      notice, true, why);
}

int report_delivery_failed(struct db *db, const char *notice, struct err *why)
{
	/* Across companies: as above. */
	return settle(db,
		      "UPDATE report_delivery SET failed_at = coalesce(failed_at, now()) WHERE outbox_id = $1::uuid "
		      "RETURNING company_id, report_id",
		      notice, false, why);
}

/* ------------------------------------------------------------------------------------------------------- attachments
 */

/* Across companies: as above. */
static const char attachment_sql[] =
    "SELECT r.kind, to_char(r.month, 'YYYY-MM'), r.report_id, CASE WHEN octet_length(f.content) <= $2::bigint "
    "THEN f.content END FROM report_delivery d "
    "JOIN report r ON r.company_id = d.company_id AND r.report_id = d.report_id "
    "CROSS JOIN LATERAL (SELECT f.content FROM report_file f WHERE f.company_id = d.company_id "
    "AND f.report_id = d.report_id AND f.final AND f.format = 'pdf' AND f.page = 0 "
    "ORDER BY f.language = d.language DESC, f.language = r.language DESC LIMIT 1) f "
    "WHERE d.outbox_id = $1::uuid AND d.attached AND r.state = 'published'";

int report_attachment_get(struct db *db, const char *notice, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, notice);
	db_arg_integer(&args, REPORT_ATTACHMENT_MAX);
	return db_run(db, attachment_sql, &args, out, why);
}

void report_attachment_read(const struct db_result *r, int row, char *name, struct slice *content)
{
	const struct report_name report = { .kind = db_text(r, row, 0),
					    .month = db_text(r, row, 1),
					    .report_id = db_integer(r, row, 2) };

	report_name_file(&report, name);
	*content = db_slice(r, row, 3);
}
