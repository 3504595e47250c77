#include "server/api/notification_text.h"

#include "server/api/filters.h"
#include "server/api/incident_hold.h"
#include "server/store/case_file.h"
#include "server/store/evidence.h"
#include "server/store/incident_clock.h"
#include "server/store/privacy_record.h"

#include <inttypes.h>
#include <stdio.h>

struct words {
	const char *english, *japanese;
};

/* Where a block is written. */
struct page_text {
	struct call *call;
	const struct incident_row *incident;
	struct zone *zone;
	struct buffer *out;
	bool japanese;
};

static const char *say(const struct page_text *t, const char *english, const char *japanese)
{
	return t->japanese ? japanese : english;
}

static void heading(const struct page_text *t, const char *english, const char *japanese)
{
	buffer_printf(t->out, "\n## %s\n", say(t, english, japanese));
}

/* value NULL or "": not known. */
static void line(const struct page_text *t, const char *english, const char *japanese, const char *value)
{
	const char *text = value && *value ? value : say(t, "(not known)", "(不明・未記入)");

	buffer_printf(t->out, "%s: %s\n", say(t, english, japanese), text);
}

static void number(const struct page_text *t, const char *english, const char *japanese, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	line(t, english, japanese, value < 0 ? NULL : text);
}

enum { WHEN_SIZE = 160 };

static void when_text(const struct page_text *t, time_us time, char out[WHEN_SIZE])
{
	struct civil_time c;
	char utc[TIME_TEXT_SIZE];

	zone_civil(t->zone, time, &c);
	time_to_text(time, utc);
	snprintf(out, WHEN_SIZE, "%04d-%02d-%02d %02d:%02d:%02d %s (%s)", c.year, c.month, c.day, c.hour, c.minute,
		 c.second, t->call->api->settings->timezone, utc);
}

static void when(const struct page_text *t, const char *english, const char *japanese, time_us time)
{
	char text[WHEN_SIZE] = "";

	if (time != TIME_NONE)
		when_text(t, time, text);
	line(t, english, japanese, text);
}

/* Words of the data, as people say them. */
static const char *direction(const struct page_text *t)
{
	static const struct {
		const char *word;
		struct words said;
	} all[] = { { "inbound", { "from outside to inside", "外→内" } },
		    { "outbound", { "from inside to outside", "内→外" } },
		    { "internal", { "within the network", "内部" } },
		    { "external", { "outside", "外部" } } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i].word, t->incident->direction) == 0)
			return say(t, all[i].said.english, all[i].said.japanese);
	return NULL;
}

/* ------------------------------------------------------------------------------------------------------- the attack */

static int put_techniques(const struct page_text *t, struct err *why)
{
	struct buffer text = { 0 };
	struct db_result *r;

	if (evidence_techniques(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++)
		buffer_printf(&text, "%s%s", i ? ", " : "", db_text(r, i, 0));
	line(t, "Techniques (MITRE ATT&CK)", "攻撃手法 (MITRE ATT&CK)", buffer_string(&text));
	buffer_release(&text);
	db_result_free(r);
	return 0;
}

static int put_signatures(const struct page_text *t, struct err *why)
{
	struct db_result *r;

	heading(t, "What detected it: id, name, detections", "検知名: ID、名称、検知数");
	if (incident_query_signatures(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++)
		buffer_printf(t->out, "- %s, %s, %" PRId64 "\n", db_is_null(r, i, 0) ? "-" : db_text(r, i, 0),
			      db_is_null(r, i, 1) ? "-" : db_text(r, i, 1), db_integer(r, i, 2));
	db_result_free(r);
	return 0;
}

static int put_outside(const struct page_text *t, struct err *why)
{
	struct db_result *r;

	heading(t, "Outside addresses: address, port, protocol, what the device did, detections, first, last (UTC)",
		"外部の通信相手: アドレス、ポート、プロトコル、機器の処置、検知数、最初、最後 (UTC)");
	if (evidence_outside(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	if (db_rows(r) == 0)
		buffer_put_string(t->out, say(t, "(none)\n", "(なし)\n"));
	for (int i = 0; i < db_rows(r); i++)
		buffer_printf(t->out, "- %s, %" PRId64 ", %s, %s, %" PRId64 ", %s, %s\n", db_text(r, i, 0),
			      db_integer(r, i, 1), db_is_null(r, i, 2) ? "-" : db_text(r, i, 2), db_text(r, i, 3),
			      db_integer(r, i, 4), db_text(r, i, 5), db_text(r, i, 6));
	db_result_free(r);
	return 0;
}

static int put_rules(const struct page_text *t, struct err *why)
{
	struct db_result *r;

	if (incident_query_rules(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	if (db_rows(r))
		heading(t, "Rules that fired", "該当した検知ルール");
	for (int i = 0; i < db_rows(r); i++)
		buffer_printf(t->out, "- %s\n",
			      t->japanese && !db_is_null(r, i, 2) ? db_text(r, i, 2) : db_text(r, i, 1));
	db_result_free(r);
	return 0;
}

static int put_attack(const struct page_text *t, struct err *why)
{
	buffer_put_string(t->out, say(t, "# Attack (TLP:GREEN)\n", "# 攻撃技術情報 (TLP:GREEN)\n"));
	buffer_put_string(t->out,
			  say(t, "It does not say who was attacked.\n", "被害組織を特定する情報は含みません。\n"));
	heading(t, "Kind", "種類");
	line(t, "Direction", "方向", direction(t));
	line(t, "Stage (kill chain)", "攻撃の段階", t->incident->stage);
	if (put_techniques(t, why) != 0)
		return -1;
	when(t, "First event", "最初の事象", t->incident->first_ts);
	when(t, "Last event", "最後の事象", t->incident->last_ts);
	number(t, "Detections", "検知数", t->incident->detection_count);
	number(t, "Alerts that were blocked", "遮断されたアラート数", t->incident->blocked_count);
	number(t, "Alerts", "アラート数", t->incident->alert_count);
	return put_signatures(t, why) != 0 || put_outside(t, why) != 0 || put_rules(t, why) != 0 ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------------- the damage */

static int put_victim(const struct page_text *t, struct err *why)
{
	struct db_result *r;

	heading(t, "Who reports", "届出者");
	if (evidence_contact(t->call->db, t->incident->company_id, &r, why) != 0)
		return -1;
	line(t, "Organisation", "組織名", db_text(r, 0, 0));
	line(t, "Member number", "会員番号", db_text(r, 0, 1));
	line(t, "Industry", "業種", db_text(r, 0, 2));
	number(t, "Employees", "従業員数", db_is_null(r, 0, 3) ? -1 : db_integer(r, 0, 3));
	line(t, "Contact", "連絡担当者", db_text(r, 0, 4));
	line(t, "Role", "役割", db_text(r, 0, 5));
	line(t, "Telephone", "電話番号", db_text(r, 0, 6));
	line(t, "E-mail", "メールアドレス", db_text(r, 0, 7));
	db_result_free(r);
	return 0;
}

static int put_times(const struct page_text *t, struct err *why)
{
	struct incident_clock clock = { .event_at = t->incident->first_ts,
					.raised_at = t->incident->created_at,
					.told_at = TIME_NONE,
					.contained_at = TIME_NONE,
					.resolved_at = TIME_NONE };

	if (incident_clock_get(t->call->db, t->incident->company_id, t->incident->id, &clock, why) != 0 &&
	    why->code != ERR_NOT_FOUND)
		return -1;
	heading(t, "When and how it was found", "発見の日時と経緯");
	when(t, "Began", "発生日時", clock.event_at);
	when(t, "Found", "発見日時", clock.raised_at);
	line(t, "How", "発見の経緯",
	     say(t, "monitoring of the network device (alert of a tool)",
		 "ネットワーク機器の監視による検知 (ツールの警報)"));
	when(t, "The organisation was told", "当該組織への連絡日時", clock.told_at);
	when(t, "Contained", "封じ込め日時", clock.contained_at);
	when(t, "Recovered", "復旧日時", clock.resolved_at);
	return 0;
}

static int put_equipment(const struct page_text *t, struct err *why)
{
	struct db_result *r;

	heading(t, "Equipment", "対象機器");
	if (incident_query_hosts(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	line(t, "Inside addresses", "内部のアドレス", db_text(r, 0, 0));
	db_result_free(r);
	line(t, "Use, operating system", "用途、OS", NULL);
	if (evidence_sensors(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		line(t, "Sensor that saw it", "検知した機器", db_text(r, i, 0));
		if (!db_is_null(r, i, 2))
			number(t, "Its clock minus ours, ms", "時計のずれ (ミリ秒、機器−サーバー)",
			       db_integer(r, i, 2));
	}
	db_result_free(r);
	line(t, "Time zone of the times", "時刻のタイムゾーン", t->call->api->settings->timezone);
	return 0;
}

static int put_handling(const struct page_text *t, struct err *why)
{
	static const struct words steps[CASE_STEPS] = { { "1 report", "① 発見報告" },
							{ "2 first response", "② 初動" },
							{ "3 investigation and handling", "③ 調査・対応" },
							{ "4 recovery", "④ 復旧" },
							{ "5 final report", "⑤ 最終報告" } };
	struct case_step_row row;
	char at[WHEN_SIZE];
	struct db_result *r;

	heading(t, "What was done", "対応状況");
	line(t, "State", "状態", t->incident->state);
	line(t, "What it turned out to be", "判定", t->incident->disposition);
	if (case_file_steps(t->call->db, t->incident->company_id, t->incident->id, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		case_file_read_step(r, i, &row);
		if (!row.text || row.step < 1 || row.step > CASE_STEPS)
			continue;
		when_text(t, row.at, at);
		buffer_printf(t->out, "- %s, %s: %s\n",
			      say(t, steps[row.step - 1].english, steps[row.step - 1].japanese), at, row.text);
	}
	db_result_free(r);
	return 0;
}

/* The nine items of the enforcement rules of the Act, article 8. */
static int put_privacy(const struct page_text *t, struct err *why)
{
	struct db_result *r;
	struct privacy_row row;

	if (privacy_record_get(t->call->db, t->incident->company_id, t->incident->id, false, &r, why) != 0)
		return -1;
	if (db_rows(r) == 0) {
		db_result_free(r);
		return 0;
	}
	privacy_record_read(r, 0, &row);
	heading(t, "Personal data (report to the Commission: made by the organisation itself)",
		"個人データ (個人情報保護委員会への報告は当該組織が行う)");
	when(t, "Known since", "事態を知った日時", row.clock.known_at);
	line(t, "1 Outline", "1 概要", t->incident->title);
	line(t, "2 Kinds of data", "2 個人データの項目", NULL);
	number(t, "3 Persons", "3 本人の数", row.persons);
	line(t, "4 Cause", "4 原因",
	     row.clock.malicious ? say(t, "likely done with bad intent", "不正の目的をもって行われたおそれ") : NULL);
	line(t, "5 Further damage", "5 二次被害又はそのおそれ", NULL);
	line(t, "6 What the persons were told", "6 本人への対応", NULL);
	line(t, "7 Publication", "7 公表", NULL);
	line(t, "8 Measures", "8 再発防止のための措置", NULL);
	line(t, "9 Other", "9 その他", NULL);
	when(t, "First report made", "速報の報告日時", row.clock.first_reported_at);
	when(t, "Final report made", "確報の報告日時", row.clock.final_reported_at);
	db_result_free(r);
	return 0;
}

static int put_damage(const struct page_text *t, struct err *why)
{
	const struct incident_row *i = t->incident;
	bool through = i->blocked_count < i->alert_count;

	buffer_put_string(t->out, say(t, "# Damage (TLP:AMBER+STRICT)\n", "# 被害情報 (TLP:AMBER+STRICT)\n"));
	if (put_victim(t, why) != 0 || put_times(t, why) != 0 || put_equipment(t, why) != 0)
		return -1;
	heading(t, "Damage", "被害の内容");
	line(t, "What", "事象", t->japanese && i->title_ja ? i->title_ja : i->title);
	line(t, "Got through", "遮断されなかった通信",
	     through ? say(t, "yes: some alerts were not blocked", "あり (遮断されていないアラートがあります)")
		     : say(t, "no: every alert was blocked", "なし (すべて遮断)"));
	line(t, "Extent", "被害の範囲", NULL);
	return put_handling(t, why) != 0 || put_privacy(t, why) != 0 ? -1 : 0;
}

/* --------------------------------------------------------------------------------------------------------------------
 */

static int write_block(struct call *call, const struct incident_row *incident, bool japanese, struct buffer *out,
		       int (*put)(const struct page_text *, struct err *), struct err *why)
{
	struct page_text t = { .call = call, .incident = incident, .out = out, .japanese = japanese };
	int failed;

	if (zone_load(&t.zone, call->api->settings->timezone, why) != 0)
		return -1;
	failed = put(&t, why);
	zone_release(t.zone);
	return failed;
}

int notification_text_attack(struct call *call, const struct incident_row *incident, bool japanese, struct buffer *out,
			     struct err *why)
{
	return write_block(call, incident, japanese, out, put_attack, why);
}

int notification_text_damage(struct call *call, const struct incident_row *incident, bool japanese, struct buffer *out,
			     struct err *why)
{
	return write_block(call, incident, japanese, out, put_damage, why);
}

static int write_text(struct call *call, const struct incident_row *incident, bool damage, bool japanese,
		      struct err *why)
{
	struct buffer *out = &call->reply->body;

	http_reply_clear(call->reply);
	call->reply->status = 200;
	call->reply->content_type = "text/plain; charset=utf-8";
	http_reply_header(call->reply, "Cache-Control", "no-store");
	if (evidence_begin(call->db, why) != 0 || notification_text_attack(call, incident, japanese, out, why) != 0)
		return -1;
	if (damage) {
		buffer_put_byte(out, '\n');
		if (notification_text_damage(call, incident, japanese, out, why) != 0)
			return -1;
	}
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a text") : 0;
}

int notification_text_get(struct call *call, struct err *why)
{
	static const char *const onlys[] = { "all", "attack", NULL }, *const languages[] = { "ja", "en", NULL };
	const char *only = onlys[0], *language = languages[call->japanese ? 0 : 1];
	struct held_incident held;
	int failed;

	if (!filters_word(call, "only", onlys, &only) || !filters_word(call, "language", languages, &language))
		return 0;
	if (incident_hold_look(call, &held, why) != 0)
		return -1;
	failed = write_text(call, &held.row, only == onlys[0], language == languages[0], why);
	incident_hold_release(&held);
	return failed;
}
