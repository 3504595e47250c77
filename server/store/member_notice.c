#include "server/store/member_notice.h"

#include "lib/json_write.h"
#include "server/store/array_text.h"
#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 160 };

/* $1 company, $2 incident, $3 contacts or NULL. A row for each contact, with what is the same for all. */
static const char facts_sql[] =
    "WITH o AS (SELECT timezone FROM operator ORDER BY operator_id LIMIT 1) "
    "SELECT k.contact_id, k.name, k.email, k.language, c.name, i.severity::bigint, i.no, "
    "CASE k.language WHEN 'en' THEN i.title ELSE coalesce((SELECT nullif(r.title_ja, '') FROM rule r WHERE "
    "r.title = i.raised_title AND i.title = i.raised_title LIMIT 1), i.title) END, "
    "CASE k.language WHEN 'en' THEN to_char(i.created_at AT TIME ZONE o.timezone, 'YYYY-MM-DD HH24:MI') "
    "ELSE to_char(i.created_at AT TIME ZONE o.timezone, 'FMMM月FMDD日 FMHH24:MI') END, i.direction, "
    "CASE WHEN i.direction IN ('outbound', 'internal') AND i.reason LIKE '{%' THEN coalesce(i.reason::jsonb ->> "
    "'anchor', '') ELSE '' END, "
    "(SELECT s.page_id FROM page_subject s WHERE s.company_id = $1::bigint AND s.kind = 'incident' "
    "AND s.subject_id = $2::bigint AND s.settled_at IS NULL), floor(extract(epoch FROM now()) / 600)::bigint "
    "FROM incident i JOIN company c ON c.company_id = i.company_id CROSS JOIN o "
    "JOIN company_contact k ON k.company_id = i.company_id AND k.removed_at IS NULL AND k.email <> '' "
    "AND ($3::bigint[] IS NULL OR k.contact_id = ANY ($3::bigint[])) "
    "WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint ORDER BY k.position, k.contact_id LIMIT 100";

struct contact_facts {
	int64_t contact_id;
	const char *name, *email, *language, *company, *title, *since, *direction, *device;
	int64_t severity, number, page_id, ten_minutes;
};

static void read_facts(const struct db_result *r, int row, struct contact_facts *out)
{
	*out = (struct contact_facts){
		.contact_id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.email = db_text(r, row, 2),
		.language = db_text(r, row, 3),
		.company = db_text(r, row, 4),
		.severity = db_integer(r, row, 5),
		.number = db_integer(r, row, 6),
		.title = db_text(r, row, 7),
		.since = db_text(r, row, 8),
		.direction = db_text(r, row, 9),
		.device = db_text(r, row, 10),
		.page_id = db_integer(r, row, 11),
		.ten_minutes = db_integer(r, row, 12),
	};
}

static const char *what_happened(const char *direction, bool japanese)
{
	if (strcmp(direction, "outbound") == 0)
		return japanese ? "社内の機器が、外部の不審な相手と通信しています。"
				: "A device inside talks to a suspicious server outside.";
	if (strcmp(direction, "internal") == 0)
		return japanese ? "社内の機器の間で、不審な通信が見つかりました。"
				: "There is suspicious traffic between your devices.";
	return japanese ? "外部から社内の機器へ、不審な通信が届いています。"
			: "Suspicious traffic from outside reaches one of your devices.";
}

static void put_facts(const struct member_notice *notice, const struct contact_facts *f, struct buffer *out)
{
	bool japanese = strcmp(f->language, "en") != 0;
	struct buffer what = { 0 };
	struct json_writer w;
	char reference[32];

	buffer_put_string(&what, what_happened(f->direction, japanese));
	if (notice->note)
		buffer_printf(&what, "\n%s", notice->note);
	snprintf(reference, sizeof(reference), "INC-%" PRId64, f->number);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "incident_id", notice->incident_id);
	json_put_integer(&w, "severity", f->severity);
	json_put_string(&w, "company", f->company);
	json_put_string(&w, "title", f->title);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "since", f->since);
	json_put_string(&w, "contact", f->name);
	json_put_slice(&w, "what", buffer_slice(&what));
	json_put_string(&w, "device", f->device);
	json_put_string(&w, "advice",
			!f->device[0] ? ""
			: japanese    ? "・この機器をどなたがお使いか、お知らせください。"
				      : "- Please tell us who uses this device.");
	json_close_object(&w);
	out->failed = out->failed || what.failed;
	buffer_release(&what);
}

/* The same text to the same contact within ten minutes is one notice: somebody pressed twice. */
static void name_it(const struct member_notice *notice, const struct contact_facts *f, char identity[IDENTITY_SIZE])
{
	uint32_t hash = 2166136261U;

	for (const char *c = notice->note; c && *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619U;
	snprintf(identity, IDENTITY_SIZE,
		 "member incident %" PRId64 ".%" PRId64 " contact %" PRId64 " %" PRId64 ".%08x c1", notice->company_id,
		 notice->incident_id, f->contact_id, f->ten_minutes, hash);
}

static int write_one(struct db *db, const struct member_notice *notice, const struct contact_facts *f,
		     struct array_text *sent, struct array_text *ids, struct err *why)
{
	char identity[IDENTITY_SIZE], id[OUTBOX_ID_TEXT_SIZE];
	struct outbox_new row = { .kind = "member",
				  .identity = identity,
				  .page_id = f->page_id,
				  .priority = (int)f->severity,
				  .contact_company_id = notice->company_id,
				  .contact_id = f->contact_id,
				  .channel_kind = "mail",
				  .address = f->email,
				  .language = f->language,
				  .attempt_of = 1 };
	struct buffer facts = { 0 };
	bool written = false;
	int failed;

	outbox_make_id(row.id);
	name_it(notice, f, identity);
	put_facts(notice, f, &facts);
	row.facts = buffer_string(&facts);
	failed =
	    facts.failed ? err_set(why, ERR_NOMEM, "no memory for a notice") : outbox_write(db, &row, &written, why);
	buffer_release(&facts);
	if (failed || !written)
		return failed;
	outbox_id_text(row.id, id);
	array_text_integer(sent, f->contact_id);
	array_text_string(ids, slice_of_string(id));
	return 0;
}

static int give_back(struct db *db, const struct member_notice *notice, struct array_text *sent, struct array_text *ids,
		     struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, notice->company_id);
	db_arg_text(&args, array_text(sent));
	db_arg_text(&args, array_text(ids));
	return db_run(db,
		      "SELECT k.contact_id, k.name, x.id FROM unnest($2::bigint[], $3::text[]) AS x (contact_id, id) "
		      "JOIN company_contact k ON k.company_id = $1::bigint AND k.contact_id = x.contact_id "
		      "ORDER BY k.position, k.contact_id",
		      &args, out, why);
}

static int write_all(struct db *db, const struct member_notice *notice, const struct db_result *contacts,
		     struct db_result **out, struct err *why)
{
	struct array_text sent = { 0 }, ids = { 0 };
	struct contact_facts facts;
	int failed = 0;

	for (int i = 0; i < db_rows(contacts) && !failed; i++) {
		read_facts(contacts, i, &facts);
		failed = write_one(db, notice, &facts, &sent, &ids, why);
	}
	if (!failed)
		failed = give_back(db, notice, &sent, &ids, out, why);
	array_text_release(&sent);
	array_text_release(&ids);
	return failed;
}

static int find_contacts(struct db *db, const struct member_notice *notice, struct db_result **out, struct err *why)
{
	struct array_text chosen = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < notice->contact_count; i++)
		array_text_integer(&chosen, notice->contacts[i]);
	db_arg_integer(&args, notice->company_id);
	db_arg_integer(&args, notice->incident_id);
	db_arg_text(&args, notice->contacts ? array_text(&chosen) : NULL);
	failed = db_run(db, facts_sql, &args, out, why);
	array_text_release(&chosen);
	return failed;
}

int member_notice_send(struct db *db, const struct member_notice *notice, struct db_result **out, struct err *why)
{
	struct db_result *contacts;
	int failed;

	if (find_contacts(db, notice, &contacts, why) != 0)
		return -1;
	if (notice->contacts && (size_t)db_rows(contacts) != notice->contact_count)
		failed = err_set(why, ERR_NOT_FOUND, "a contact is not there, or has no mail address");
	else if (db_rows(contacts) == 0)
		failed = err_set(why, ERR_USAGE, "the company has no contact with a mail address: add one first");
	else
		failed = write_all(db, notice, contacts, out, why);
	db_result_free(contacts);
	return failed;
}
