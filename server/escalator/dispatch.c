#include "server/escalator/dispatch.h"

#include "lib/log.h"
#include "lib/random.h"
#include "server/model/notice.h"
#include "server/model/report_name.h"
#include "server/store/array_text.h"
#include "server/store/engine_state.h"
#include "server/store/notice_link.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINK_SIZE = SETTINGS_URL_SIZE + 64, LEASE_MARGIN_MS = 1000, CLAIM_MAX = 64 };

struct dispatch_done {
	struct dispatch_done *next;
	struct outbox_result result; /* its texts are text and provider_id */
	char text[1000], provider_id[300];
};

/* ---------------------------------------------------------------------------------------------- results */

static bool is_mail(const struct outbox_row *row)
{
	return strcmp(row->channel_kind, "mail") == 0;
}

static void forget_mail(struct dispatch *d, const uint8_t id[OUTBOX_ID_SIZE])
{
	for (int64_t i = 0; i < d->mail_open; i++) {
		if (memcmp(d->mails[i], id, OUTBOX_ID_SIZE) != 0)
			continue;
		memcpy(d->mails[i], d->mails[--d->mail_open], OUTBOX_ID_SIZE);
		return;
	}
}

/* An answer makes room: hosts that were full are tried again. */
static void keep_result(void *context, const struct outbox_result *result)
{
	struct dispatch *d = context;
	struct dispatch_done *done = calloc(1, sizeof(*done));

	d->busy_count = 0;
	forget_mail(d, result->id);
	if (!done) {
		log_error("no memory for a result: the notice will be sent again");
		return;
	}
	done->result = *result;
	snprintf(done->text, sizeof(done->text), "%s", result->text ? result->text : "");
	snprintf(done->provider_id, sizeof(done->provider_id), "%s", result->provider_id ? result->provider_id : "");
	done->result.text = done->text;
	done->result.provider_id = result->provider_id ? done->provider_id : NULL;
	done->result.lease_by = d->lease_by;
	*d->done_end = done;
	d->done_end = &done->next;
}

bool dispatch_has_results(const struct dispatch *d)
{
	return d->done != NULL;
}

static void drop_first(struct dispatch *d)
{
	struct dispatch_done *done = d->done;

	d->done = done->next;
	if (!d->done)
		d->done_end = &d->done;
	free(done);
}

/* One that the database refuses is let go: its lease runs out. */
int dispatch_settle(struct dispatch *d, struct db *db, struct err *why)
{
	while (d->done) {
		const struct outbox_result *result = &d->done->result;
		char id[OUTBOX_ID_TEXT_SIZE];

		outbox_id_text(result->id, id);
		if (outbox_settle(db, result, why) != 0) {
			if (why->code == ERR_UNAVAILABLE)
				return -1;
			if (why->code == ERR_CONFLICT && outbox_settle(db, result, why) == 0) {
				drop_first(d);
				continue;
			}
			log_error("what became of notice %s is not written down: %s", id, why->text);
		} else if (result->outcome == OUTBOX_SENT) {
			d->sent++;
			log_debug("notice %s was handed over in %" PRId64 " ms", id, result->took_ms);
		} else {
			d->failed++;
			log_warning("notice %s was not taken: %d %s", id, result->code, result->text);
		}
		drop_first(d);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- open, close */

int dispatch_open(struct dispatch *d, const struct settings *settings, struct err *why)
{
	char host[64] = "host";

	*d = (struct dispatch){ .settings = settings };
	d->done_end = &d->done;
	gethostname(host, sizeof(host) - 1);
	snprintf(d->lease_by, sizeof(d->lease_by), "%s:%ld:%08" PRIx32, host, (long)getpid(), (uint32_t)random_u64());
	settings_public_url(settings, d->url);
	return delivery_open(&d->delivery, settings, keep_result, d, why);
}

void dispatch_close(struct dispatch *d)
{
	delivery_close(d->delivery);
	while (d->done)
		drop_first(d);
	free(d->operator_name);
	explicit_bzero(d->link_key, sizeof(d->link_key));
}

int dispatch_reopen(struct dispatch *d, struct err *why)
{
	struct delivery *fresh;

	if (delivery_open(&fresh, d->settings, keep_result, d, why) != 0)
		return -1;
	delivery_close(d->delivery);
	d->delivery = fresh;
	settings_public_url(d->settings, d->url);
	return 0;
}

int dispatch_connect(struct dispatch *d, struct db *db, struct err *why)
{
	free(d->operator_name);
	d->operator_name = NULL;
	if (engine_state_operator(db, &d->operator_name, why) != 0)
		return -1;
	return notice_link_key(db, d->link_key, why);
}

/* ---------------------------------------------------------------------------------------------- rendering */

/* The texts of one notice, and what goes with it. */
struct rendered {
	struct buffer facts, whole, subject, body;
	char link[LINK_SIZE];
	struct db_result *file_rows;
	struct mail_attachment file; /* name NULL: nothing; content.ptr NULL: it is too large */
	char file_name[REPORT_FILE_NAME_SIZE];
};

static void release_rendered(struct rendered *r)
{
	buffer_release(&r->facts);
	buffer_release(&r->whole);
	buffer_release(&r->subject);
	buffer_release(&r->body);
	db_result_free(r->file_rows);
}

static bool is_report(const struct outbox_row *row)
{
	return strcmp(row->kind, "report") == 0;
}

/* Whom nobody can tell apart gets no link: what a shared room sees, anybody may press. */
static void make_link(const struct dispatch *d, const struct notice_kind *kind, const struct outbox_row *row,
		      char link[LINK_SIZE])
{
	char token[LINK_TOKEN_SIZE];

	link[0] = '\0';
	if (!kind->answerable)
		return;
	link_token_make(d->link_key, is_report(row) ? LINK_REPORT : LINK_ANSWER, row->id, token);
	snprintf(link, LINK_SIZE, "%s/%c/%s", d->url, is_report(row) ? 'r' : 'a', token);
}

/* As it is now, not as it was when the notice was written: a report that was withdrawn meanwhile is not handed out. */
static int find_file(struct db *db, const struct outbox_row *row, struct rendered *r, struct err *why)
{
	if (!is_report(row))
		return 0;
	if (report_attachment_get(db, row->id_text, &r->file_rows, why) != 0)
		return -1;
	if (db_rows(r->file_rows)) {
		report_attachment_read(r->file_rows, 0, r->file_name, &r->file.content);
		r->file.name = r->file_name;
		r->file.type = "application/pdf";
	}
	return 0;
}

static int find_text(struct db *db, const struct notice_kind *kind, const struct outbox_row *row, bool japanese,
		     struct db_result **kept, struct notice_text *out, struct err *why)
{
	if (engine_state_text(db, kind->name, row->language, kept, why) != 0)
		return -1;
	*out = notice_text_shipped(kind, japanese);
	if (db_rows(*kept)) {
		out->subject = db_slice(*kept, 0, 0);
		out->body = db_slice(*kept, 0, 1);
	}
	return 0;
}

static int complete(const struct dispatch *d, struct slice facts, bool japanese, struct rendered *r, struct err *why)
{
	const struct notice_sender sender = { .link = r->link,
					      .public_url = d->url,
					      .desk_phone = d->settings->escalator.desk_phone,
					      .desk_mail = d->settings->escalator.desk_mail,
					      .sender = d->operator_name,
					      .attached = r->file.content.ptr ? r->file.name : NULL,
					      .too_large = r->file.content.ptr ? NULL : r->file.name,
					      .japanese = japanese };

	return notice_complete(facts, &sender, &r->whole, why);
}

static int render(const struct dispatch *d, struct db *db, const struct outbox_row *row, struct rendered *r,
		  struct err *why)
{
	const struct notice_kind *kind = notice_kind_find(slice_of_string(row->kind));
	bool japanese = strcmp(row->language, "en") != 0;
	struct slice facts = slice_of_string(row->facts);
	struct db_result *kept = NULL;
	struct notice_text text;
	int failed;

	if (!kind)
		return err_set(why, ERR_CORRUPT, "a notice of a kind unknown here: %s", row->kind);
	if (strcmp(row->kind, "bundle") == 0) {
		if (outbox_bundle_facts(db, row->id, japanese, &r->facts, why) != 0)
			return -1;
		facts = buffer_slice(&r->facts);
	}
	make_link(d, kind, row, r->link);
	if (find_file(db, row, r, why) != 0 || find_text(db, kind, row, japanese, &kept, &text, why) != 0)
		return -1;
	failed = complete(d, facts, japanese, r, why);
	if (!failed)
		failed = notice_render(kind, &text, buffer_slice(&r->whole), &r->subject, &r->body, why);
	if (!failed && (r->subject.failed || r->body.failed))
		failed = err_set(why, ERR_NOMEM, "no memory for a notice's text");
	db_result_free(kept);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- sending */

static const char *event_action(const char *kind)
{
	if (strcmp(kind, "answered") == 0)
		return "acknowledge";
	return strcmp(kind, "closed") == 0 ? "resolve" : "trigger";
}

static void start(struct dispatch *d, const struct outbox_row *row, struct rendered *r)
{
	const struct parcel parcel = { .row = row,
				       .subject = buffer_string(&r->subject),
				       .body = buffer_string(&r->body),
				       .link = r->link[0] ? r->link : NULL,
				       .thread = row->page_id,
				       .event_action = event_action(row->kind),
				       .attachment = r->file.content.ptr ? &r->file : NULL };

	if (is_mail(row) && d->mail_open < DISPATCH_MAILS_MAX)
		memcpy(d->mails[d->mail_open++], row->id, OUTBOX_ID_SIZE);
	delivery_start(d->delivery, &parcel);
}

/* What cannot be rendered is refused: it goes to the receiver's next channel, and the page goes on. */
static int send_one(struct dispatch *d, struct db *db, const struct outbox_row *row, struct err *why)
{
	struct outbox_result refused = { .outcome = OUTBOX_REFUSED, .text = why->text, .retry_ms = -1 };
	struct rendered r = { 0 };
	int failed = render(d, db, row, &r, why);

	if (!failed) {
		start(d, row, &r);
	} else if (why->code != ERR_UNAVAILABLE) {
		memcpy(refused.id, row->id, OUTBOX_ID_SIZE);
		keep_result(d, &refused);
		failed = 0;
	}
	release_rendered(&r);
	return failed;
}

static void host_of(const char *url, char out[DISPATCH_HOST_SIZE])
{
	const char *at = strstr(url, "://");
	size_t len = 0;

	at = at ? at + 3 : url;
	if (strchr(at, '@') && strchr(at, '@') < at + strcspn(at, "/?#"))
		at = strchr(at, '@') + 1;
	for (; at[len] && !strchr("/:?#", at[len]) && len + 1 < DISPATCH_HOST_SIZE; len++)
		out[len] = (char)(at[len] >= 'A' && at[len] <= 'Z' ? at[len] + 32 : at[len]);
	out[len] = '\0';
}

/* There is no room to this host: back it goes, and no more of it until something has ended. */
static int put_back(struct dispatch *d, struct db *db, const struct outbox_row *row, struct err *why)
{
	if (!is_mail(row) && d->busy_count < DISPATCH_BUSY_MAX)
		host_of(row->address, d->busy[d->busy_count++]);
	return outbox_return(db, row->id, d->lease_by, why);
}

static const char *busy_hosts(const struct dispatch *d, struct array_text *hosts)
{
	for (size_t i = 0; i < d->busy_count; i++)
		array_text_string(hosts, slice_of_string(d->busy[i]));
	return array_text(hosts);
}

int dispatch_claim(struct dispatch *d, struct db *db, int *begun, struct err *why)
{
	int64_t open = (int64_t)delivery_open_count(d->delivery), room = d->settings->escalator.senders - open;
	int64_t least = d->settings->escalator.send_timeout + LEASE_MARGIN_MS;
	struct outbox_want want = { .lease_by = d->lease_by };
	struct array_text hosts = { 0 };
	struct db_result *rows;
	int64_t mails;
	int failed;

	*begun = 0;
	if (room <= 0)
		return 0;
	want.lease_ms = d->settings->escalator.lease > least ? d->settings->escalator.lease : least;
	mails = d->settings->escalator.per_host - d->mail_open;
	want.mail = (int)(mails < 0 ? 0 : mails < room ? mails : room);
	want.other = (int)(room < CLAIM_MAX ? room : CLAIM_MAX);
	want.busy = busy_hosts(d, &hosts);
	failed = outbox_claim(db, &want, &rows, why);
	array_text_release(&hosts);
	for (int i = 0; !failed && i < db_rows(rows); i++) {
		struct outbox_row row;

		outbox_read(rows, i, &row);
		if (!delivery_has_room(d->delivery, &row)) {
			failed = put_back(d, db, &row, why);
			continue;
		}
		failed = send_one(d, db, &row, why);
		*begun += !failed;
	}
	db_result_free(rows);
	return failed;
}
