#include "server/api/audit_trail.h"

#include "server/api/pages.h"
#include "server/store/audit.h"

static void write_entry(const struct audit_entry *entry, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", entry->id);
	json_put_time(w, "at", entry->at);
	json_put_string(w, "actor", entry->actor);
	json_put_string(w, "action", entry->action);
	json_put_known(w, "company_id", entry->company_id != 0, entry->company_id);
	json_put_string(w, "subject", entry->subject);
	json_put_raw(w, "detail", slice_of_string(entry->detail));
	json_close_object(w);
}

static void write_page(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result), given = rows < page->limit ? rows : page->limit;
	struct audit_entry entry = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "entries");
	for (int i = 0; i < given; i++) {
		audit_read(result, i, &entry);
		write_entry(&entry, &w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > given, entry.at, entry.id, &w);
	json_close_object(&w);
}

/* The table is global and not under row-level security: who is bound to one company is shown that one's rows alone. */
int audit_trail_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct page page;
	int64_t before;
	int failed;

	if (!pages_read(call, CURSOR_AUDIT, &page))
		return 0;
	before = page.continued ? page.cursor.id : INT64_MAX;
	if (call->person.company_id)
		failed = audit_list_company(call->db, call->person.company_id, before, page.limit + 1, &result, why);
	else
		failed = audit_list(call->db, before, page.limit + 1, &result, why);
	if (failed)
		return -1;
	write_page(call, &page, result);
	db_result_free(result);
	return 0;
}

int audit_trail_add(struct call *call, const char *action, int64_t company_id, const char *subject,
		    struct buffer *detail, struct err *why)
{
	const char *text = detail ? buffer_string(detail) : "{}";
	int failed;

	if (detail && detail->failed)
		failed = err_set(why, ERR_NOMEM, "no memory for an audit entry");
	else
		failed = audit_append(call->db, call->person.email, action, company_id, subject, text, why);
	if (detail)
		buffer_release(detail);
	return failed;
}
