#include "server/store/order_reminder.h"

#include "server/model/dispatch.h"
#include "server/store/plain_notice.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 96, TITLE_SIZE = 200, DETAILS_SIZE = 2400, PRIORITY = 2 };

/* $1 zone, $2 minutes. What lies for a week is nobody's emergency any more, and would be told anew once old notices are
 * deleted. */
static const char waiting_sql[] =
    "SELECT o.company_id, o.order_id, o.kind, o.company_name, o.place, o.contact_name, o.contact_phone, o.task, "
    "coalesce(to_char(o.wanted_by AT TIME ZONE $1::text, 'YYYY-MM-DD HH24:MI'), ''), "
    "to_char(o.requested_at AT TIME ZONE $1::text, 'YYYY-MM-DD HH24:MI'), v.name, coalesce(v.email, ''), "
    "coalesce(v.phone, ''), (extract(epoch FROM now() - o.requested_at) / 60)::bigint, "
    "o.state = 'declined', coalesce(o.decline_reason, '') "
    "FROM dispatch_order o JOIN vendor v ON v.vendor_id = o.vendor_id WHERE o.company_id IS NOT NULL "
    "AND o.requested_at > now() - interval '7 days' AND (o.state = 'requested' AND o.requested_at <= now() - "
    "$2::bigint * "
    "interval '1 minute' OR o.state = 'declined' AND EXISTS (SELECT FROM dispatch_event e WHERE e.company_id = "
    "o.company_id "
    "AND e.order_id = o.order_id AND e.kind = 'declined' AND e.side = 'vendor')) ORDER BY o.requested_at LIMIT 200";

/* Texts are borrowed from the result. */
struct waiting {
	int64_t company_id, order_id, minutes;
	const char *kind, *company, *place, *contact, *contact_phone, *task, *wanted_by, *asked, *vendor, *email,
	    *phone;
	const char *decline_reason;
	bool declined;
	char reference[DISPATCH_REFERENCE_SIZE], url[64];
};

static void read_waiting(const struct db_result *r, int row, struct waiting *out)
{
	*out = (struct waiting){ .company_id = db_integer(r, row, 0),
				 .order_id = db_integer(r, row, 1),
				 .kind = db_text(r, row, 2),
				 .company = db_text(r, row, 3),
				 .place = db_text(r, row, 4),
				 .contact = db_text(r, row, 5),
				 .contact_phone = db_text(r, row, 6),
				 .task = db_text(r, row, 7),
				 .wanted_by = db_text(r, row, 8),
				 .asked = db_text(r, row, 9),
				 .vendor = db_text(r, row, 10),
				 .email = db_text(r, row, 11),
				 .phone = db_text(r, row, 12),
				 .minutes = db_integer(r, row, 13),
				 .declined = db_bool(r, row, 14),
				 .decline_reason = db_text(r, row, 15) };
	dispatch_reference(out->order_id, out->reference);
	snprintf(out->url, sizeof(out->url), "/orders/%" PRId64, out->order_id);
}

static const char *kind_word(const struct waiting *o, int language)
{
	bool remote = strcmp(o->kind, "remote") == 0;

	if (language == PAGE_JA)
		return remote ? "リモート支援" : "駆け付け";
	return remote ? "remote support" : "visit";
}

static int remind_vendor(struct db *db, const struct waiting *o, struct err *why)
{
	static const char *const changes[PAGE_LANGUAGES] = {
		[PAGE_JA] = "まだお返事がありません。引き受けまたは辞退をお知らせください",
		[PAGE_EN] = "No answer yet: please accept or decline"
	};
	struct page_receiver to = { .channel_kind = "mail", .address = o->email, .language = "ja", .name = o->vendor };
	const struct page_receivers one = { .items = &to, .count = 1 };
	char identity[IDENTITY_SIZE];
	struct plain_notice notice = { .kind = "order", .identity = identity, .priority = PRIORITY };

	snprintf(identity, sizeof(identity), "order %" PRId64 " not accepted, vendor", o->order_id);
	for (int l = 0; l < PAGE_LANGUAGES; l++) {
		struct json_writer w;

		json_writer_init(&w, &notice.facts[l]);
		json_open_object(&w, NULL);
		json_put_string(&w, "change", changes[l]);
		json_put_string(&w, "company", o->company);
		json_put_string(&w, "reference", o->reference);
		json_put_string(&w, "kind", kind_word(o, l));
		json_put_string(&w, "task", o->task);
		json_put_string(&w, "place", o->place);
		json_put_string(&w, "contact", o->contact);
		json_put_string(&w, "contact_phone", o->contact_phone);
		json_put_string(&w, "wanted_by", o->wanted_by);
		json_put_string(&w, "url", o->url);
		json_close_object(&w);
	}
	return plain_notice_write(db, &notice, &one, why);
}

static void put_desk(const struct waiting *o, int language, struct buffer *out)
{
	char title[TITLE_SIZE], details[DETAILS_SIZE];
	struct json_writer w;

	if (language == PAGE_JA) {
		snprintf(title, sizeof(title), "%s の依頼が%s", kind_word(o, language),
			 o->declined ? "辞退されました" : "まだ引き受けがありません");
		snprintf(details, sizeof(details),
			 "%s（%.40s）に %.20s に依頼しました。%s%.900s%sほかの業者に依頼してください。", o->vendor,
			 *o->phone ? o->phone : "電話番号なし", o->asked, o->declined ? "理由: " : "電話するか、",
			 o->declined ? o->decline_reason : "", o->declined ? "。" : "");
	} else {
		snprintf(title, sizeof(title), "An order (%s) %s", kind_word(o, language),
			 o->declined ? "was declined" : "is not accepted yet");
		snprintf(details, sizeof(details), "Asked of %s (%.40s) at %.20s. %s%.900s%s ask another vendor.",
			 o->vendor, *o->phone ? o->phone : "no telephone number", o->asked,
			 o->declined ? "Reason: " : "Telephone them, or", o->declined ? o->decline_reason : "",
			 o->declined ? ". Please" : "");
	}
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "title", title);
	json_put_string(&w, "company", o->company);
	json_put_string(&w, "reference", o->reference);
	json_put_string(&w, "details", details);
	json_put_string(&w, "url", o->url);
	json_close_object(&w);
}

static int tell_desk(struct db *db, const struct waiting *o, const struct page_receivers *desk, struct err *why)
{
	char identity[IDENTITY_SIZE];
	struct plain_notice notice = { .kind = "reminder", .identity = identity, .priority = PRIORITY };

	snprintf(identity, sizeof(identity), "order %" PRId64 " %s, desk", o->order_id,
		 o->declined ? "declined" : "not accepted");
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		put_desk(o, l, &notice.facts[l]);
	return plain_notice_write(db, &notice, desk, why);
}

static int remind(struct db *db, const struct waiting *o, const struct page_receivers *desk, struct err *why)
{
	bool by_mail = *o->email && !o->declined;

	if (by_mail && remind_vendor(db, o, why) != 0)
		return -1;
	return by_mail && o->minutes < ORDER_DESK_MINUTES ? 0 : tell_desk(db, o, desk, why);
}

int order_reminder_write(struct db *db, const char *zone, struct err *why)
{
	struct page_receivers desk = { 0 };
	struct db_args args = { 0 };
	struct waiting order;
	struct db_result *r;
	int failed = 0;

	db_arg_text(&args, zone);
	db_arg_integer(&args, ORDER_REMIND_MINUTES);
	if (db_run(db, waiting_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		failed = page_targets_desk(db, &desk, why);
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		read_waiting(r, i, &order);
		failed = remind(db, &order, &desk, why);
	}
	page_receivers_release(&desk);
	db_result_free(r);
	return failed;
}
