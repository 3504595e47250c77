#include "server/ctl/command.h"
#include "server/store/audit.h"

void change_detail(struct change_note *note, struct json_writer *w)
{
	buffer_clear(&note->detail);
	json_writer_init(w, &note->detail);
	json_open_object(w, NULL);
}

static int announce(struct ctl *ctl, struct change_note *note, struct err *why)
{
	if (note->on_screens && (change_feed_write(ctl->db, note->company_id, note->kind, note->id, why) != 0 ||
				 db_notify(ctl->db, "hinomi_change", why) != 0))
		return -1;
	return note->for_collector ? db_notify(ctl->db, "hinomi_sensor", why) : 0;
}

static int write_down(struct ctl *ctl, struct change_note *note, struct err *why)
{
	const char *detail = note->detail.len ? buffer_string(&note->detail) : "{}";

	if (note->detail.failed)
		return err_set(why, ERR_NOMEM, "no memory for the audit entry");
	/* Last: appenders to the audit trail queue up until they commit. */
	return audit_append(ctl->db, ctl->actor, note->action, note->company_id, note->subject, detail, why);
}

int change_all(struct ctl *ctl, ctl_change change, void *arg, struct err *why)
{
	struct change_note note = { 0 };
	int failed = db_begin(ctl->db, why);

	if (!failed && (change(ctl, arg, &note, why) != 0 || announce(ctl, &note, why) != 0 ||
			write_down(ctl, &note, why) != 0 || db_commit(ctl->db, why) != 0)) {
		db_rollback(ctl->db);
		failed = -1;
	}
	buffer_release(&note.detail);
	return failed;
}
