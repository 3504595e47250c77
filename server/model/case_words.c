#include "server/model/case_words.h"

#include <inttypes.h>
#include <string.h>

const char *case_words_step(const char *by, bool japanese)
{
	static const struct {
		const char *by, *ja, *en;
	} words[] = {
		{ "raised", "監視が自動で検知し、インシデントとして登録しました。",
		  "Monitoring found it and recorded an incident." },
		{ "told", "会員へお知らせしました。", "The member was told." },
		{ "confirmed", "会員からお知らせを確認したとの返事がありました。", "The member confirmed the notice." },
		{ "contained", "広がりを止めたことを確認しました。", "It was contained." },
		{ "arrived", "駆け付けの担当者が到着しました。", "The technician arrived." },
		{ "reported", "駆け付けの作業報告を受け取りました。", "The technician's report came in." },
		{ "closed", "インシデントを終了しました。", "The incident was closed." },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(by, words[i].by) == 0)
			return japanese ? words[i].ja : words[i].en;
	return NULL;
}

static const char *direction_words(const char *direction, bool japanese)
{
	static const struct {
		const char *direction, *ja, *en;
	} words[] = {
		{ "inbound", "外から社内へ向けた検知", "from outside to inside" },
		{ "outbound", "社内から外への不審な通信の検知", "from inside to outside" },
		{ "internal", "社内どうしの通信の検知", "within the network" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(direction, words[i].direction) == 0)
			return japanese ? words[i].ja : words[i].en;
	return japanese ? "検知" : "of unknown direction";
}

/* What was not a single detection: regular contact, say, or many small signs together. */
static void say_no_detection(bool japanese, struct buffer *out)
{
	buffer_put_string(out, japanese ? "一つ一つの検知ではなく、通信の様子から案件としました。"
					: "Raised by the way in which devices talk, not by single detections.");
}

enum { HOUR = 60, DAY = 24 * HOUR }; /* minutes */

/* From two hours on as hours, from two days on as days, rounded. */
static void say_span(int64_t minutes, bool japanese, struct buffer *out)
{
	if (minutes < 2)
		buffer_put_string(out, japanese ? "1分以内に、" : " within a minute");
	else if (minutes < 2 * HOUR)
		buffer_printf(out, japanese ? "%" PRId64 "分間に、" : " within %" PRId64 " minutes", minutes);
	else if (minutes < 2 * DAY)
		buffer_printf(out, japanese ? "約%" PRId64 "時間の間に、" : " within about %" PRId64 " hours",
			      (minutes + HOUR / 2) / HOUR);
	else
		buffer_printf(out, japanese ? "約%" PRId64 "日の間に、" : " within about %" PRId64 " days",
			      (minutes + DAY / 2) / DAY);
}

static void say_japanese(const struct case_words_facts *f, struct buffer *out)
{
	int64_t passed = f->detections - f->stopped;

	if (f->detections > 1)
		say_span(f->minutes, true, out);
	buffer_printf(out, "%sが%" PRId64 "件ありました。", direction_words(f->direction, true), f->detections);
	if (passed > 0 && passed < f->detections)
		buffer_printf(out, "そのうち%" PRId64 "件は止まっていません。", passed);
	else if (passed > 0)
		buffer_put_string(out, f->detections > 1 ? "どれも止まっていません。" : "止まっていません。");
	else
		buffer_put_string(out, f->detections > 1 ? "すべて機器が止めました。" : "機器が止めました。");
}

static void say_english(const struct case_words_facts *f, struct buffer *out)
{
	int64_t passed = f->detections - f->stopped;

	buffer_printf(out, "%" PRId64 " detection%s %s", f->detections, f->detections == 1 ? "" : "s",
		      direction_words(f->direction, false));
	if (f->detections > 1)
		say_span(f->minutes, false, out);
	if (passed > 0 && passed < f->detections)
		buffer_printf(out, "; %" PRId64 " of them not stopped.", passed);
	else if (passed > 0)
		buffer_put_string(out, "; not stopped.");
	else
		buffer_put_string(out, f->detections > 1 ? "; all of them stopped." : "; stopped.");
}

void case_words_reason(const struct case_words_facts *facts, bool japanese, struct buffer *out)
{
	if (facts->detections <= 0)
		say_no_detection(japanese, out);
	else if (japanese)
		say_japanese(facts, out);
	else
		say_english(facts, out);
	if (facts->rules)
		buffer_printf(out, japanese ? "当てはまったルール：%s" : " Rules that matched: %s", facts->rules);
}
