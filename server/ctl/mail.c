/* hinomictl mail: mail that comes in, one at a time, from the mail server. */
#include "server/ctl/command.h"
#include "server/ctl/mail_in.h"
#include "server/model/ticket.h"
#include "server/store/bounce.h"
#include "server/store/ticket.h"

#include <stdio.h>
#include <unistd.h>

/* All of it is taken, or the mail server would think that we broke off; what is beyond the limit is forgotten. */
static int read_input(struct buffer *out, struct err *why)
{
	uint8_t some[16384];
	size_t n;

	while ((n = fread(some, 1, sizeof(some), stdin)) > 0)
		buffer_put(out, some, out->len + n <= MAIL_IN_SIZE_MAX ? n : MAIL_IN_SIZE_MAX - out->len);
	if (ferror(stdin))
		return err_set_errno(why, ERR_IO, "cannot read the mail");
	if (out->failed)
		return err_set(why, ERR_NOMEM, "no memory for a mail");
	return out->len ? 0 : err_set(why, ERR_PROTOCOL, "there is no mail on standard input");
}

static void say(const char *what, int64_t ticket_id)
{
	char reference[TICKET_REFERENCE_SIZE];

	ticket_reference(ticket_id, reference);
	printf("%s %s\n", what, reference);
}

/* In the caller's transaction. *ticket_id 0: it was taken in before. */
static int take_letter(struct db *db, const struct mail_in *mail, int64_t *ticket_id, bool *is_new, struct err *why)
{
	struct ticket_mail letter = { .from_name = mail->from_name,
				      .from_address = mail->from_address,
				      .message_id = mail->message_id,
				      .subject = mail->subject,
				      .text = mail->text,
				      .answers = mail->answers,
				      .answer_count = mail->answer_count };
	bool first;

	*ticket_id = 0;
	if (ticket_mail_take(db, mail->message_id, &first, why) != 0)
		return -1;
	if (!first)
		return 0;
	if (ticket_mail_find(db, &letter, ticket_id, why) != 0)
		return -1;
	*is_new = *ticket_id == 0;
	return *is_new ? ticket_mail_open(db, &letter, ticket_id, why) : ticket_mail_add(db, *ticket_id, &letter, why);
}

static int take_in(struct ctl *ctl, const struct mail_in *mail, struct err *why)
{
	int64_t ticket_id;
	bool is_new = false;

	if (!*mail->from_address) {
		puts("ignored: it has no sender who could be answered");
		return 0;
	}
	if (db_begin(ctl->db, why) != 0)
		return -1;
	if (take_letter(ctl->db, mail, &ticket_id, &is_new, why) != 0 || db_commit(ctl->db, why) != 0) {
		db_rollback(ctl->db);
		return -1;
	}
	if (!ticket_id)
		puts("ignored: it was taken in before");
	else
		say(is_new ? "opened" : "added to", ticket_id);
	return 0;
}

static int take_bounce(struct ctl *ctl, const struct mail_in *mail, const char *recipient, struct err *why)
{
	static const char *const words[] = { [BOUNCE_UNKNOWN] = "ignored: no notice of ours came back",
					     [BOUNCE_TAKEN] = "a notice came back",
					     [BOUNCE_AGAIN] = "ignored: it came back before" };
	struct bounce bounce = { .permanent = mail->permanent, .code = mail->code, .text = mail->diagnostic };
	enum bounce_outcome outcome = BOUNCE_UNKNOWN;

	if ((recipient && mail_in_notice_id(slice_of_string(recipient), bounce.id)) ||
	    mail_in_notice_id(slice_of_string(mail->returned_id), bounce.id)) {
		if (bounce_take(ctl->db, &bounce, &outcome, why) != 0)
			return -1;
	}
	puts(words[outcome]);
	return 0;
}

static int receive(struct ctl *ctl, struct err *why)
{
	const char *recipient = options_text(&ctl->options, "--recipient");
	struct buffer bytes = { 0 };
	struct mail_in mail;
	int failed = read_input(&bytes, why);

	if (!failed)
		failed = mail_in_read(buffer_slice(&bytes), recipient, &mail, why);
	buffer_release(&bytes);
	if (failed)
		return -1;
	switch (mail.kind) {
	case MAIL_IN_PERSON:
		failed = take_in(ctl, &mail, why);
		break;
	case MAIL_IN_BOUNCE:
		failed = take_bounce(ctl, &mail, recipient, why);
		break;
	case MAIL_IN_AUTOMATIC:
		puts("ignored: no person wrote it");
		break;
	}
	mail_in_release(&mail);
	return failed;
}

static const struct option_spec receive_options[] = {
	{ "--recipient", OPTION_NAME, false, "ADDRESS", "to whom it came: tells which notice it is that came back" },
	OPTIONS_END,
};

const struct command mail_commands[] = {
	{ "mail", "receive", "take in one mail from standard input", receive_options, false, receive,
	  "For a mail server: an alias or transport that pipes mails of the desk's and the bounce address into it. A\n"
	  "person's mail becomes a ticket, or goes on with the ticket that it answers; a notice that came back is "
	  "marked,\n"
	  "and its receiver is told another way; what machines wrote is ignored. Ends with 75 when it could not be "
	  "taken\n"
	  "in now, so that the mail server keeps it and tries again.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
