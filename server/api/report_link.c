#include "server/api/report_link.h"

#include "server/api/link_page.h"
#include "server/api/login_limits.h"
#include "server/api/plain_page.h"
#include "server/api/report_link_page.h"
#include "server/model/report_name.h"
#include "server/store/audit.h"
#include "server/store/notice_link.h"
#include "server/store/outbox.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of one address with codes, whatever the links are. */
static const struct login_allowance codes = { "report code", 20, 20000 };

enum { OPERATOR_NAME_SIZE = 200 };

/* Everything that the facts' texts belong to; zero-initialise, release(). */
struct view {
	struct report_link_facts facts;
	struct db_result *rows;
	struct report_link_row link;
	char token[LINK_TOKEN_SIZE], newer_token[LINK_TOKEN_SIZE];
	char operator_name[OPERATOR_NAME_SIZE], report[REPORT_NAME_SIZE], about[REPORT_NAME_SIZE];
	char reference[32], address[REPORT_LINK_HINT_SIZE];
};

static void release(struct view *v)
{
	if (v)
		db_result_free(v->rows);
	free(v);
}

/* --------------------------------------------------------------------------------------------------------- the link */

static struct report_name name_of(const struct report_link_row *link)
{
	return (struct report_name){ .kind = link->kind,
				     .month = link->month,
				     .report_id = link->report_id,
				     .incident_no = link->incident_no,
				     .issue = link->issue,
				     .reissued = link->reissued };
}

static void put_facts(struct call *call, struct view *v)
{
	const struct report_link_row *link = &v->link;
	const struct report_name name = name_of(link);
	struct report_link_facts *f = &v->facts;

	f->japanese = link_page_japanese(call, link->language);
	report_name_kind(&name, f->japanese, v->report);
	report_name_about(&name, f->japanese, v->about);
	report_link_hint(link->address, v->address);
	snprintf(v->reference, sizeof(v->reference), "R-%" PRId64, link->report_id);
	f->token = v->token;
	f->operator_name = v->operator_name;
	f->company = link->company;
	f->report = v->report;
	f->about = v->about;
	f->reference = v->reference;
	f->address = v->address;
	f->report_id = link->report_id;
	f->newer_id = link->newer_id;
	f->newer_token = v->newer_token;
	f->desk_phone = call->api->settings->escalator.desk_phone;
}

/* 1: there is such a delivery; 0: there is none; -1. */
static int find(struct call *call, struct view *v, struct err *why)
{
	char notice[OUTBOX_ID_TEXT_SIZE];
	int ours = link_page_notice(call, LINK_REPORT, notice, v->token, why);

	if (ours != 1)
		return ours;
	if (report_link_get(call->db, notice, &v->rows, why) != 0)
		return -1;
	if (db_rows(v->rows) == 0)
		return 0;
	report_link_read(v->rows, 0, &v->link);
	/* A link to what took its place, for whoever it was sent to as well. */
	if (v->link.newer_notice && link_page_token(call, LINK_REPORT, v->link.newer_notice, v->newer_token, why) != 0)
		return -1;
	if (account_operator_name(call->db, v->operator_name, sizeof(v->operator_name), why) != 0)
		return -1;
	put_facts(call, v);
	return 1;
}

static void write_page(struct call *call, struct view *v, int status, enum report_link_state state)
{
	v->facts.state = state;
	http_reply_clear(call->reply);
	call->reply->status = status;
	plain_page_headers(call->reply, v->facts.japanese);
	report_link_page_write(&v->facts, &call->reply->body);
}

/* What is said whatever is asked for; REPORT_LINK_CHOICE: nothing of it. */
static enum report_link_state state_of(const struct report_link_row *link)
{
	if (strcmp(link->state, "withdrawn") == 0)
		return REPORT_LINK_WITHDRAWN;
	if (link->too_old)
		return REPORT_LINK_EXPIRED;
	return link->locked ? REPORT_LINK_LOCKED : REPORT_LINK_CHOICE;
}

static int with_link(struct call *call, int (*handle)(struct call *call, struct view *v, struct err *why),
		     struct err *why)
{
	struct view *v = calloc(1, sizeof(*v));
	int go;

	if (!v)
		return err_set(why, ERR_NOMEM, "no memory for a page");
	go = find(call, v, why);
	if (go == 0)
		link_page_refuse(call);
	if (go == 1)
		go = handle(call, v, why);
	release(v);
	return go;
}

/* ------------------------------------------------------------------------------------------------------------- GET */

static int show(struct call *call, struct view *v, struct err *why)
{
	const char *step = parameters_get(&call->query, "step");
	enum report_link_state state = state_of(&v->link);

	(void)why;
	if (state == REPORT_LINK_CHOICE && step && strcmp(step, "code") == 0)
		state = REPORT_LINK_CODE;
	else if (state == REPORT_LINK_CHOICE && step && strcmp(step, "sent") == 0)
		state = REPORT_LINK_SENT;
	write_page(call, v, 200, state);
	return 0;
}

int report_link_show(struct call *call, struct err *why)
{
	return with_link(call, show, why);
}

/* -------------------------------------------------------------------------------------------------------- the codes */

/* Refuses who tries too much; false: there is a reply. */
static bool may_try(struct call *call, struct view *v)
{
	int64_t wait = login_limits_take(call->api->limits, &codes, call->address, clock_monotonic_ms());

	if (!wait)
		return true;
	write_page(call, v, 429, REPORT_LINK_TOO_MANY);
	link_page_wait(call, wait);
	return false;
}

/* To a page of its own: when that is loaded again, no second code goes out. */
static void lead_on(struct call *call, const struct view *v)
{
	char place[LINK_TOKEN_SIZE + 40];

	snprintf(place, sizeof(place), "/r/%s?step=sent&lang=%s", v->token, v->facts.japanese ? "ja" : "en");
	http_reply_clear(call->reply);
	call->reply->status = 303;
	plain_page_headers(call->reply, v->facts.japanese);
	http_reply_header(call->reply, "Location", place);
}

static int send_code(struct call *call, struct view *v, struct err *why)
{
	enum report_link_state state = state_of(&v->link);

	if (state != REPORT_LINK_CHOICE) {
		write_page(call, v, 403, state);
		return 0;
	}
	if (!may_try(call, v))
		return 0;
	if (report_code_make(call->db, &v->link, why) == 0) {
		lead_on(call, v);
		return 0;
	}
	if (why->code != ERR_LIMIT)
		return -1;
	write_page(call, v, 429, REPORT_LINK_NO_MORE);
	return 0;
}

int report_link_send_code(struct call *call, struct err *why)
{
	return with_link(call, send_code, why);
}

/* ------------------------------------------------------------------------------------------------------- the report */

/* Whoever has the code; there is no session to tell who that is. */
static int note(struct call *call, const struct view *v, struct err *why)
{
	const struct report_link_row *link = &v->link;
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];
	int failed;

	snprintf(subject, sizeof(subject), "report %" PRId64, link->report_id);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "via", "link");
	json_put_integer(&w, "delivery", link->delivery_id);
	json_put_string(&w, "address", call->address);
	json_close_object(&w);
	failed = detail.failed ? err_set(why, ERR_NOMEM, "no memory for the audit trail")
			       : audit_append(call->db, link->address, "report.open", link->company_id, subject,
					      buffer_string(&detail), why);
	buffer_release(&detail);
	return failed;
}

/* Saved, not shown: a page that is loaded again would ask for the code that is used up. */
static void give(struct call *call, const struct view *v, struct slice content)
{
	const struct report_name name = name_of(&v->link);
	char file[REPORT_FILE_NAME_SIZE], disposition[REPORT_FILE_NAME_SIZE + 40];

	report_name_file(&name, file);
	snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"", file);
	http_reply_clear(call->reply);
	call->reply->status = 200;
	call->reply->content_type = "application/pdf";
	http_reply_header(call->reply, "Content-Disposition", disposition);
	http_reply_header(call->reply, "Cache-Control", "no-store");
	http_reply_header(call->reply, "X-Robots-Tag", "noindex, nofollow, noarchive");
	buffer_put_slice(&call->reply->body, content);
}

static int give_report(struct call *call, struct view *v, struct err *why)
{
	struct db_result *file;
	int failed;

	if (report_link_file(call->db, &v->link, &file, why) != 0)
		return -1;
	/* It cannot be missing of a published one; the code is not used up then. */
	failed = db_rows(file) ? 0 : err_set(why, ERR_CORRUPT, "report R-%" PRId64 " has no PDF", v->link.report_id);
	if (!failed)
		failed =
		    report_opened(call->db, v->link.company_id, v->link.report_id, v->link.delivery_id, "code", why);
	if (!failed)
		failed = note(call, v, why);
	if (!failed)
		give(call, v, db_slice(file, 0, 0));
	db_result_free(file);
	return failed;
}

static int open_report(struct call *call, struct view *v, struct err *why)
{
	enum report_link_state state = state_of(&v->link);
	const char *text = parameters_get(&call->form, "code");
	char digits[REPORT_LINK_DIGITS_SIZE];
	bool good;

	if (state != REPORT_LINK_CHOICE) {
		write_page(call, v, 403, state);
		return 0;
	}
	if (!may_try(call, v))
		return 0;
	report_link_digits(text ? text : "", digits);
	if (report_code_use(call->db, &v->link, slice_of_string(digits), &good, why) != 0)
		return -1;
	if (good)
		return give_report(call, v, why);
	/* The try counts, although the answer is a refusal. */
	call->keep_changes = true;
	write_page(call, v, 403, REPORT_LINK_WRONG_CODE);
	return 0;
}

int report_link_open(struct call *call, struct err *why)
{
	return with_link(call, open_report, why);
}
