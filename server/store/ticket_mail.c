/* Tickets and mail. Across companies: whose a mail is, is what is looked for here. */
#include "lib/json_write.h"
#include "server/model/ticket.h"
#include "server/store/array_text.h"
#include "server/store/ticket.h"

#include <string.h>

int ticket_mail_take(struct db *db, const char *message_id, bool *first, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, message_id);
	if (db_run(db, "INSERT INTO mail_received (message_id) VALUES ($1::text) ON CONFLICT DO NOTHING", &args,
		   &result, why) != 0)
		return -1;
	*first = db_affected(result) != 0;
	db_result_free(result);
	return 0;
}

/* ----------------------------------------------------------------------------------------------------------- finding
 */

enum { UUID_TEXT = 36 };

/* The number of a notice of ours: what stands left in the Message-ID that it was sent with. */
static struct slice notice_id(struct slice message_id)
{
	struct slice left = slice_take(message_id, slice_find(message_id, '@'));

	if (slice_starts_with(left, "<"))
		left = slice_skip(left, 1);
	if (left.len != UUID_TEXT)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < left.len; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? left.ptr[i] != '-' : !memchr("0123456789abcdef", left.ptr[i], 16))
			return slice_of(NULL, 0);
	}
	return left;
}

static int one_number(struct db *db, const char *sql, const struct db_args *args, int64_t *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	*out = db_rows(result) ? db_integer(result, 0, 0) : 0;
	db_result_free(result);
	return 0;
}

static int find_by_thread(struct db *db, const struct ticket_mail *mail, int64_t *ticket_id, struct err *why)
{
	size_t count = mail->answer_count < TICKET_MAIL_IDS_MAX ? mail->answer_count : TICKET_MAIL_IDS_MAX;
	struct array_text ids = { 0 }, notices = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++) {
		struct slice id = slice_of_string(mail->answers[i]), notice = notice_id(id);

		array_text_string(&ids, id);
		if (notice.ptr)
			array_text_string(&notices, notice);
	}
	db_arg_text(&args, array_text(&ids));
	db_arg_text(&args, array_text(&notices));
	if (ids.text.failed || notices.text.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for the threads of a mail");
	else /* across companies */
		failed = one_number(db,
				    "SELECT ticket_id FROM mail_received WHERE message_id = ANY ($1::text[]) "
				    "AND ticket_id IS NOT NULL UNION ALL "
				    "SELECT ticket_id FROM ticket WHERE mail_thread = ANY ($1::text[]) UNION ALL "
				    "SELECT t.ticket_id FROM outbox o "
				    "JOIN ticket t ON t.ticket_id = (o.facts ->> 'ticket_id')::bigint "
				    "WHERE o.outbox_id = ANY ($2::uuid[]) AND o.kind = 'ticket_answer' LIMIT 1",
				    &args, ticket_id, why);
	array_text_release(&ids);
	array_text_release(&notices);
	return failed;
}

int ticket_mail_find(struct db *db, const struct ticket_mail *mail, int64_t *ticket_id, struct err *why)
{
	struct db_args args = { 0 };
	int64_t number;

	*ticket_id = 0;
	if (mail->answer_count && find_by_thread(db, mail, ticket_id, why) != 0)
		return -1;
	number = ticket_reference_find(slice_of_string(mail->subject));
	if (*ticket_id || !number)
		return 0;
	db_arg_integer(&args, number);
	db_arg_text(&args, mail->from_address);
	return one_number(db,
			  "SELECT t.ticket_id FROM ticket t WHERE t.ticket_id = $1::bigint AND "
			  "(t.caller_email = lower($2::text) OR EXISTS (SELECT FROM company_contact c "
			  "WHERE c.company_id = t.company_id AND lower(c.email) = lower($2::text) "
			  "AND c.removed_at IS NULL) OR EXISTS (SELECT FROM app_user u WHERE u.email = lower($2::text) "
			  "AND u.scope_company = t.company_id AND u.disabled_at IS NULL))",
			  &args, ticket_id, why);
}

/* ------------------------------------------------------------------------------------------------------------ adding
 */

static int note_ticket(struct db *db, const char *message_id, int64_t ticket_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, message_id);
	db_arg_integer(&args, ticket_id);
	return db_run(db, "UPDATE mail_received SET ticket_id = $2::bigint WHERE message_id = $1::text", &args, NULL,
		      why);
}

static void write_mail(const struct ticket_mail *mail, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", mail->from_name);
	json_put_string(&w, "address", mail->from_address);
	json_put_string(&w, "subject", mail->subject);
	json_put_string(&w, "text", mail->text);
	json_close_object(&w);
}

/* The ticket is taken up again; the caller's state does not say so yet. */
static int take_up(struct db *db, const struct ticket_row *now, struct err *why)
{
	struct ticket_change change;
	enum ticket_state state = TICKET_OPEN;

	if (!ticket_state_parse(slice_of_string(now->state), &state))
		return err_set(why, ERR_CORRUPT, "ticket %lld has an unknown state", (long long)now->id);
	ticket_change_of(now, &change);
	change.state = ticket_state_name(ticket_member_spoke(state, now->owner_id != 0));
	if (strcmp(change.state, now->state) == 0)
		return 0;
	change.close_reason = NULL;
	return ticket_update(db, now, &change, 0, why);
}

static int add(struct db *db, const struct ticket_row *now, const struct ticket_mail *mail, struct err *why)
{
	struct ticket_event_new event = {
		.ticket_id = now->id, .company_id = now->company_id, .kind = "mail", .for_member = true
	};
	struct buffer body = { 0 };
	int64_t id;
	time_us at;
	int failed;

	write_mail(mail, &body);
	event.body = buffer_string(&body);
	failed =
	    body.failed ? err_set(why, ERR_NOMEM, "no memory for a mail") : ticket_event_add(db, &event, &id, &at, why);
	buffer_release(&body);
	return failed ? -1 : take_up(db, now, why);
}

int ticket_mail_add(struct db *db, int64_t ticket_id, const struct ticket_mail *mail, struct err *why)
{
	struct db_result *result;
	struct ticket_row now;
	int failed;

	if (ticket_get(db, 0, ticket_id, true, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such ticket");
	}
	ticket_read(result, 0, &now);
	failed = add(db, &now, mail, why);
	db_result_free(result);
	return failed ? -1 : note_ticket(db, mail->message_id, ticket_id, why);
}

/* The only company that has the address; 0: none, or several. */
static int company_of(struct db *db, const char *address, int64_t *company_id, int64_t *contact_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	*company_id = *contact_id = 0;
	db_arg_text(&args, address);
	if (db_run(db,
		   "SELECT x.company_id, max(x.contact_id) FROM (SELECT company_id, contact_id FROM company_contact "
		   "WHERE lower(email) = lower($1::text) AND removed_at IS NULL UNION ALL "
		   "SELECT scope_company, NULL FROM app_user WHERE email = lower($1::text) AND role = 'member' "
		   "AND disabled_at IS NULL) x GROUP BY x.company_id LIMIT 2",
		   &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 1) {
		*company_id = db_integer(result, 0, 0);
		*contact_id = db_integer(result, 0, 1);
	}
	db_result_free(result);
	return 0;
}

int ticket_mail_open(struct db *db, const struct ticket_mail *mail, int64_t *ticket_id, struct err *why)
{
	const struct ticket_category *category = ticket_category_find(slice_of_string(ticket_category_default));
	struct ticket_new ticket = { .channel = "mail",
				     .caller_name = mail->from_name,
				     .caller_email = mail->from_address,
				     .category = category->name,
				     .severity = category->severity,
				     .subject = mail->subject && *mail->subject ? mail->subject : "(no subject)",
				     .body = mail->text,
				     .mail_thread = mail->message_id };

	if (company_of(db, mail->from_address, &ticket.company_id, &ticket.contact_id, why) != 0 ||
	    ticket_open(db, &ticket, ticket_id, why) != 0)
		return -1;
	return note_ticket(db, mail->message_id, *ticket_id, why);
}
