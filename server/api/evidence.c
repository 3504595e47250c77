#include "server/api/evidence.h"

#include "server/api/alert_view.h"
#include "server/api/incident_hold.h"
#include "server/api/notification_text.h"
#include "server/api/zip_writer.h"
#include "server/store/case_file.h"
#include "server/store/evidence.h"
#include "server/store/raw_record.h"
#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PACK_MOST = 64 << 20,
	ALERTS_BYTES_MOST = 48 << 20,
	PART_BYTES_MOST = 16 << 20,
	ALERTS_PAGE = 100, /* rows that the database hands over at once, with records of up to RECORD_MOST */
	RECORD_MOST = 1 << 20,
	FOLDER_SIZE = 64,
	HEX_SIZE = 2 * ZIP_HASH_SIZE + 1,
};

struct pack {
	struct call *call;
	const struct incident_row *incident;
	struct zip_writer *zip;
	struct buffer left_out_ja, left_out_en; /* for README.txt */
	int64_t alerts;                         /* in alerts.ndjson */
	char folder[FOLDER_SIZE];
	uint8_t hash[ZIP_HASH_SIZE];
	int64_t files;
};

/* Adds the file and releases its content. */
static int add_file(struct pack *p, const char *name, struct buffer *content, struct err *why)
{
	int failed;

	if (content->failed)
		failed = err_set(why, ERR_LIMIT, "%s is too large for an evidence pack", name);
	else
		failed = zip_writer_add(p->zip, name, buffer_slice(content), why);
	buffer_release(content);
	return failed;
}

/* ------------------------------------------------------------------------------------------------- parts that are JSON
 */

static const struct {
	const char *name;
	bool one; /* an object; else an array */
} parts[EVIDENCE_PARTS] = {
	[EVIDENCE_INCIDENT] = { "incident.json", true },   [EVIDENCE_TIMELINE] = { "timeline.json", false },
	[EVIDENCE_CAUSES] = { "causes.json", false },      [EVIDENCE_CLOCKS] = { "clocks.json", true },
	[EVIDENCE_PAGES] = { "pages.json", false },        [EVIDENCE_NOTICES] = { "notices.json", false },
	[EVIDENCE_TICKETS] = { "tickets.json", false },    [EVIDENCE_ORDERS] = { "orders.json", false },
	[EVIDENCE_STEPS] = { "steps.json", false },        [EVIDENCE_REQUESTS] = { "requests.json", false },
	[EVIDENCE_INSURANCE] = { "insurance.json", true }, [EVIDENCE_PRIVACY] = { "privacy.json", true },
};

static void say_cut(struct pack *p, const char *name, int64_t kept)
{
	buffer_printf(&p->left_out_en, "- %s: the first %" PRId64 " entries; there are more\n", name, kept);
	buffer_printf(&p->left_out_ja, "- %s: 最初の %" PRId64 " 件のみ (これ以降は含まれていません)\n", name, kept);
}

static int add_part(struct pack *p, enum evidence_part part, struct err *why)
{
	struct buffer out;
	struct db_result *r;
	int rows, kept = 0;

	if (evidence_read(p->call->db, part, p->incident->company_id, p->incident->id, &r, why) != 0)
		return -1;
	buffer_init(&out, 0);
	rows = db_rows(r);
	if (!parts[part].one)
		buffer_put_string(&out, "[\n");
	for (; kept < rows && kept < EVIDENCE_ROWS_MOST && out.len < PART_BYTES_MOST; kept++) {
		buffer_put_string(&out, kept ? ",\n" : "");
		buffer_put_slice(&out, db_slice(r, kept, 0));
	}
	if (parts[part].one && !rows)
		buffer_put_string(&out, "null");
	buffer_put_string(&out, parts[part].one ? "\n" : "\n]\n");
	if (kept < rows)
		say_cut(p, parts[part].name, kept);
	db_result_free(r);
	return add_file(p, parts[part].name, &out, why);
}

/* ------------------------------------------------------------------------------------------------------ timeline.csv
 */

/* RFC 4180, quoted. A spreadsheet takes what begins like a formula for one: a quote mark before it stops that. */
static void put_field(struct buffer *out, struct slice text, bool last)
{
	buffer_put_byte(out, '"');
	if (text.len && strchr("=+-@\t\r", text.ptr[0]))
		buffer_put_byte(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buffer_put_byte(out, '"');
		buffer_put_byte(out, (uint8_t)text.ptr[i]);
	}
	buffer_put_string(out, last ? "\"\r\n" : "\",");
}

static int add_timeline_csv(struct pack *p, struct err *why)
{
	struct call *call = p->call;
	struct buffer out = { 0 };
	struct db_result *r;
	int kept = 0;

	if (evidence_timeline(call->db, p->incident->company_id, p->incident->id, call->api->settings->timezone, &r,
			      why) != 0)
		return -1;
	buffer_put_string(&out, "\xEF\xBB\xBF\"at_utc\",\"at_local\",\"kind\",\"who\",\"body\"\r\n");
	for (; kept < db_rows(r) && kept < EVIDENCE_ROWS_MOST && out.len < PART_BYTES_MOST; kept++)
		for (int column = 0; column < 5; column++)
			put_field(&out, db_slice(r, kept, column), column == 4);
	if (kept < db_rows(r))
		say_cut(p, "timeline.csv", kept);
	db_result_free(r);
	return add_file(p, "timeline.csv", &out, why);
}

/* ---------------------------------------------------------------------------------------------------- alerts.ndjson */

struct alert_lines {
	struct raw_coder *coder;
	struct buffer record; /* room for one */
	struct buffer out;
	int64_t count;
	time_us last_ts;
	int64_t last_id;
};

static void put_alert(struct alert_lines *lines, const struct alert_row *row)
{
	struct alert_record record = { .wanted = true };
	struct json_writer w;
	struct err why;

	buffer_clear(&lines->record);
	if (row->raw.ptr && raw_decode(lines->coder, row->raw, RECORD_MOST, &lines->record, &why) == 0)
		record.bytes = buffer_slice(&lines->record);
	json_writer_init(&w, &lines->out);
	alert_view_put(&w, NULL, row, &record, ALERT_NATIVE);
	buffer_put_byte(&lines->out, '\n');
	lines->count++;
	lines->last_ts = row->ts;
	lines->last_id = row->id;
}

/* One page; *more: there may be others, and room for them. */
static int read_alerts(struct pack *p, struct alert_lines *lines, bool *more, struct err *why)
{
	const struct incident_row *i = p->incident;
	const struct alert_filter filter = { .company_id = i->company_id,
					     .incident_id = i->id,
					     .from = i->first_ts,
					     .to = i->last_ts + 1,
					     .before_ts = lines->last_ts,
					     .before_id = lines->last_id,
					     .limit = ALERTS_PAGE,
					     .muted = ALERTS_MUTED_TOO,
					     .raw = true };
	struct alert_row row;
	struct db_result *r;
	int n = 0;

	if (alert_query_list(p->call->db, &filter, &r, why) != 0)
		return -1;
	for (; n < db_rows(r) && lines->out.len < ALERTS_BYTES_MOST; n++) {
		alert_query_read(r, n, &row);
		put_alert(lines, &row);
	}
	if (n < db_rows(r)) {
		buffer_printf(&p->left_out_en, "- alerts.ndjson: the newest %" PRId64 "; older ones are left out\n",
			      lines->count);
		buffer_printf(&p->left_out_ja,
			      "- alerts.ndjson: 新しい順に %" PRId64 " 件のみ (これより古いものは含まれていません)\n",
			      lines->count);
	}
	*more = n == ALERTS_PAGE;
	db_result_free(r);
	return 0;
}

static int add_alerts(struct pack *p, struct err *why)
{
	struct alert_lines lines = { .last_ts = TIME_NONE };
	bool more = true;
	int failed = raw_coder_new(&lines.coder, why);

	while (!failed && more)
		failed = read_alerts(p, &lines, &more, why);
	p->alerts = lines.count;
	raw_coder_free(lines.coder);
	buffer_release(&lines.record);
	if (!failed)
		return add_file(p, "alerts.ndjson", &lines.out, why);
	buffer_release(&lines.out);
	return -1;
}

/* ------------------------------------------------------------------------------------------------ texts for sharing */

static int add_texts(struct pack *p, struct err *why)
{
	static const struct {
		const char *name;
		bool japanese;
		int (*write)(struct call *, const struct incident_row *, bool, struct buffer *, struct err *);
	} texts[] = { { "share/attack-ja.txt", true, notification_text_attack },
		      { "share/attack-en.txt", false, notification_text_attack },
		      { "private/damage-ja.txt", true, notification_text_damage },
		      { "private/damage-en.txt", false, notification_text_damage } };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buffer out = { 0 };

		if (texts[i].write(p->call, p->incident, texts[i].japanese, &out, why) != 0) {
			buffer_release(&out);
			return -1;
		}
		if (add_file(p, texts[i].name, &out, why) != 0)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- README.txt */

static const char files_ja[] =
    "  incident.json   インシデント本体          timeline.json, timeline.csv  経過\n"
    "  alerts.ndjson   アラートと機器の元の記録 (新しい順、1 行に 1 件)\n"
    "  causes.json     検知の根拠                clocks.json  時刻 t0〜t9 と会員待ちの時間\n"
    "  pages.json      当番の呼び出し            notices.json 通知と送信の記録 (本文は含みません)\n"
    "  steps.json      5 段階の対応記録          tickets.json 相談     orders.json 駆け付けと作業報告\n"
    "  requests.json   会員への依頼              insurance.json 保険   privacy.json 個人情報保護法の期限\n"
    "  share/          攻撃技術情報 (TLP:GREEN): 被害組織を特定する情報を含まないので、これだけを共有できます\n"
    "  private/        被害情報 (TLP:AMBER+STRICT)\n";
static const char files_en[] =
    "  incident.json   the incident itself            timeline.json, timeline.csv  what happened\n"
    "  alerts.ndjson   alerts with the records of the devices, newest first, one a line\n"
    "  causes.json     why it was raised               clocks.json  t0 to t9, and waiting for the member\n"
    "  pages.json      who was called                  notices.json notices and their delivery, without their texts\n"
    "  steps.json      the five steps of the case      tickets.json help desk     orders.json on-site visits, reports\n"
    "  requests.json   what the member was asked       insurance.json             privacy.json personal-information "
    "law\n"
    "  share/          the attack (TLP:GREEN): nothing in it tells who was attacked; share this part alone\n"
    "  private/        the damage (TLP:AMBER+STRICT)\n";

static void put_ja(struct pack *p, const char *made, struct buffer *out)
{
	const struct incident_row *i = p->incident;

	buffer_printf(out, "証拠パック  TLP:AMBER+STRICT\n\n%s  インシデント #%" PRId64 "\n%s\n\n", i->company, i->no,
		      i->title_ja ? i->title_ja : i->title);
	buffer_printf(out, "作成日時: %s (UTC)\n作成者: %s\n", made, p->call->person.display_name);
	buffer_printf(out,
		      "時刻: UTC。timeline.csv の at_local と share/, private/ の時刻は %s も併記しています。\n"
		      "作成日時を書いたこのファイルと SHA256SUMS を除き、同じデータからは同じ内容になります。\n\n",
		      p->call->api->settings->timezone);
	buffer_printf(out, "内容 (アラート %" PRId64 " 件):\n%s\n", p->alerts, files_ja);
	buffer_printf(out, "含まれていないもの:\n%s\n",
		      p->left_out_ja.len ? buffer_string(&p->left_out_ja) : "  なし\n");
	if (p->call->person.company_id)
		buffer_put_string(out,
				  "作成者は運営団体の全体を見られないため、pages.json と notices.json は空です。\n\n");
	buffer_put_string(out, "確認のしかた: 展開したフォルダーで  sha256sum -c SHA256SUMS\n"
			       "SHA256SUMS 自体の SHA-256 はサーバーの監査証跡に残っています。\n\n");
}

static void put_en(struct pack *p, const char *made, struct buffer *out)
{
	const struct incident_row *i = p->incident;

	buffer_printf(out, "----\n\nEvidence pack  TLP:AMBER+STRICT\n\n%s  incident #%" PRId64 "\n%s\n\n", i->company,
		      i->no, i->title);
	buffer_printf(out, "Made at: %s (UTC)\nMade by: %s\n", made, p->call->person.display_name);
	buffer_printf(
	    out,
	    "Times: UTC; at_local of timeline.csv, and share/ and private/ beside it, in %s.\n"
	    "But for this file, which says when it was made, and SHA256SUMS, the same data gives the same files.\n\n",
	    p->call->api->settings->timezone);
	buffer_printf(out, "What is in it (%" PRId64 " alerts):\n%s\n", p->alerts, files_en);
	buffer_printf(out, "Left out:\n%s\n", p->left_out_en.len ? buffer_string(&p->left_out_en) : "  nothing\n");
	if (p->call->person.company_id)
		buffer_put_string(
		    out, "Who made it does not see all of the operator, so pages.json and notices.json are empty.\n\n");
	buffer_put_string(out, "To check it, in the folder:  sha256sum -c SHA256SUMS\n"
			       "The SHA-256 of SHA256SUMS itself is kept in the server's audit trail.\n");
}

static int add_readme(struct pack *p, struct err *why)
{
	char made[TIME_TEXT_SIZE];
	struct buffer out = { 0 };

	time_to_text(clock_now() / US_PER_SECOND * US_PER_SECOND, made);
	put_ja(p, made, &out);
	put_en(p, made, &out);
	return add_file(p, "README.txt", &out, why);
}

/* --------------------------------------------------------------------------------------------------------- the pack */

static int fill(struct pack *p, struct err *why)
{
	for (int part = 0; part < EVIDENCE_PARTS; part++)
		if (add_part(p, (enum evidence_part)part, why) != 0)
			return -1;
	if (add_timeline_csv(p, why) != 0 || add_alerts(p, why) != 0 || add_texts(p, why) != 0 ||
	    add_readme(p, why) != 0)
		return -1;
	return zip_writer_finish(p->zip, p->hash, &p->files, why);
}

static int make(struct pack *p, struct buffer *out, struct err *why)
{
	int failed;

	snprintf(p->folder, sizeof(p->folder), "hinomi-evidence-%" PRId64, p->incident->id);
	if (evidence_begin(p->call->db, why) != 0 ||
	    zip_writer_open(&p->zip, out, p->folder, p->incident->created_at, why) != 0)
		return -1;
	failed = fill(p, why);
	zip_writer_close(p->zip);
	buffer_release(&p->left_out_ja);
	buffer_release(&p->left_out_en);
	return failed;
}

static void hex(const uint8_t hash[ZIP_HASH_SIZE], char out[HEX_SIZE])
{
	for (size_t i = 0; i < ZIP_HASH_SIZE; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* In a transaction of its own, which serve_call commits. */
static int remember(const struct pack *p, int64_t incident_id, struct err *why)
{
	struct call *call = p->call;
	struct buffer body = { 0 };
	struct held_incident held;
	char text[HEX_SIZE];
	int64_t pack_id;
	int failed;

	if (db_commit(call->db, why) != 0 ||
	    scope_begin(call->db, call->person.company_id ? call->person.company_id : SCOPE_ALL, false, why) != 0 ||
	    incident_hold(call, incident_id, &held, why) != 0)
		return -1;
	hex(p->hash, text);
	failed = case_file_add_pack(call->db, held.row.company_id, incident_id, call->person.user_id, p->hash, p->files,
				    &pack_id, why);
	if (!failed) {
		buffer_printf(&body, "{\"pack\":%" PRId64 ",\"sha256\":\"%s\",\"files\":%" PRId64 "}", pack_id, text,
			      p->files);
		failed = incident_hold_record(call, &held.row, "evidence", "case.evidence", &body, why);
	}
	incident_hold_release(&held);
	return failed;
}

static void reply(const struct pack *p, struct buffer *zip)
{
	struct http_reply *reply = p->call->reply;
	char text[FOLDER_SIZE + 64];

	http_reply_clear(reply);
	reply->status = 200;
	reply->content_type = "application/zip";
	http_reply_header(reply, "Cache-Control", "no-store");
	snprintf(text, sizeof(text), "attachment; filename=\"%s.zip\"", p->folder);
	http_reply_header(reply, "Content-Disposition", text);
	hex(p->hash, text);
	http_reply_header(reply, "X-Evidence-Sha256", text);
	reply->body = *zip;
	*zip = (struct buffer){ 0 };
}

static int give(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct pack pack = { .call = call, .incident = incident };
	struct buffer zip;
	int failed;

	buffer_init(&zip, PACK_MOST);
	failed = make(&pack, &zip, why) != 0 || remember(&pack, incident->id, why) != 0;
	if (!failed)
		reply(&pack, &zip);
	buffer_release(&zip);
	return failed ? -1 : 0;
}

int evidence_get(struct call *call, struct err *why)
{
	struct held_incident held;
	bool got;
	int failed;

	if (incident_hold_look(call, &held, why) != 0)
		return -1;
	failed = evidence_slot(call->db, &got, why);
	if (!failed && got) {
		failed = give(call, &held.row, why);
	} else if (!failed) {
		call_refuse(call, PROBLEM_BUSY);
	}
	incident_hold_release(&held);
	return failed;
}
