#include "server/api/problem.h"

enum { ENGLISH, JAPANESE, LANGUAGES };

static const struct {
	int status;
	const char *name;
	const char *title[LANGUAGES];
	const char *detail[LANGUAGES]; /* what to do about it; NULL: the title says all */
} problems[PROBLEM_CODES] = {
	[PROBLEM_BAD_REQUEST] = { 400,
				  "bad_request",
				  { "The request cannot be read", "リクエストを読み取れません" },
				  { NULL, NULL } },
	[PROBLEM_INVALID] = { 400,
			      "invalid",
			      { "The request holds something that is not valid", "リクエストの内容に誤りがあります" },
			      { NULL, NULL } },
	[PROBLEM_NOT_JSON] = { 400,
			       "not_json",
			       { "The body is not a JSON object", "本文が JSON オブジェクトではありません" },
			       { NULL, NULL } },
	[PROBLEM_TOO_SLOW] = { 400,
			       "too_slow",
			       { "This takes too long to find", "検索に時間がかかりすぎるため中止しました" },
			       { "Choose a shorter period, or one company",
				 "期間を短くするか、会社を一つに絞ってください" } },
	[PROBLEM_UNAUTHENTICATED] = { 401,
				      "unauthenticated",
				      { "Not signed in", "ログインしていません" },
				      { "Sign in first; a session ends after some hours",
					"ログインしてください。セッションは一定時間で終了します" } },
	[PROBLEM_WRONG_PASSWORD] = { 401,
				     "wrong_password",
				     { "Wrong e-mail address or password", "メールアドレスまたはパスワードが違います" },
				     { NULL, NULL } },
	[PROBLEM_FORBIDDEN] = { 403,
				"forbidden",
				{ "Not allowed", "権限がありません" },
				{ "Your role does not include this; ask an administrator",
				  "あなたの役割ではこの操作はできません。管理者に相談してください" } },
	[PROBLEM_CROSS_SITE] = { 403,
				 "cross_site",
				 { "Refused because it may come from another site",
				   "別のサイトからの可能性があるため拒否しました" },
				 { "A change must be sent as application/json from the pages of this server",
				   "変更は、このサーバーの画面から application/json で送る必要があります" } },
	[PROBLEM_NOT_FOUND] = { 404, "not_found", { "Not found", "見つかりません" }, { NULL, NULL } },
	[PROBLEM_METHOD] = { 405,
			     "method_not_allowed",
			     { "This method is not possible here", "このメソッドは使えません" },
			     { NULL, NULL } },
	[PROBLEM_CONFLICT] = { 409,
			       "conflict",
			       { "Others were changing the same thing", "ほかの人が同じものを変更中です" },
			       { "Nothing was changed; try again", "何も変更していません。もう一度試してください" } },
	[PROBLEM_MERGED] = { 409,
			     "merged",
			     { "A merged incident cannot be changed", "統合されたインシデントは変更できません" },
			     { "Change the incident it was merged into", "統合先のインシデントを変更してください" } },
	[PROBLEM_IN_USE] = { 409,
			     "in_use",
			     { "It is still used", "まだ使われています" },
			     { "Change what goes to it first", "先に、これを使っている設定を変更してください" } },
	[PROBLEM_NAME_TAKEN] = { 409,
				 "name_taken",
				 { "Another one has this name", "同じ名前のものがあります" },
				 { "Choose another name", "別の名前にしてください" } },
	[PROBLEM_PAGE_STATE] = { 409,
				 "page_state",
				 { "Not possible in the state that it is in", "今の状態ではこの操作はできません" },
				 { "Nothing was changed; look at what it is now",
				   "何も変更していません。今の内容を確認してください" } },
	[PROBLEM_WRONG_STATE] = { 409,
				  "wrong_state",
				  { "Its state does not allow this now", "今の状態ではこの操作はできません" },
				  { "Look at what it is now", "今の内容を確認してください" } },
	[PROBLEM_OVERLAP] = { 409,
			      "overlap",
			      { "Another one is valid on one of these days", "期間が重なるものがあります" },
			      { "End that one first", "先にそちらを終了させてください" } },
	[PROBLEM_EXISTS] = { 409,
			     "exists",
			     { "There is one already", "すでにあります" },
			     { "Change that one", "すでにあるものを変更してください" } },
	[PROBLEM_NOT_ENTITLED] = { 409,
				   "not_entitled",
				   { "No insurance covers this incident",
				     "このインシデントは保険の対象ではありません" },
				   { "A contract with insurance must be in force on the day of the first event",
				     "最初の事象が起きた日に、保険付きの契約が有効でなければなりません" } },
	[PROBLEM_MORE] = { 409,
			   "too_many",
			   { "There are more than you expect", "対象が想定より多くなっています" },
			   { "Nothing was changed; look at how many there are now",
			     "何も変更していません。今の件数を確認してください" } },
	[PROBLEM_NOT_DRAWN] = { 409,
				"not_drawn",
				{ "The file could not be drawn", "ファイルを作成できませんでした" },
				{ "It can be tried again in a minute; the operator has been told",
				  "1 分ほど待ってからもう一度試してください。運営者には通知済みです" } },
	[PROBLEM_KEY_RUNNING] = { 409,
				  "idempotency_key_running",
				  { "The first request with this Idempotency-Key has not ended",
				    "同じ Idempotency-Key の最初のリクエストが終わっていません" },
				  { NULL, NULL } },
	[PROBLEM_STALE] = { 412,
			    "stale",
			    { "Somebody changed it meanwhile", "ほかの人が先に変更しました" },
			    { "Nothing was changed; look at what it is now",
			      "何も変更していません。今の内容を確認してください" } },
	[PROBLEM_TOO_LARGE] = { 413,
				"too_large",
				{ "The request is too large", "リクエストが大きすぎます" },
				{ NULL, NULL } },
	[PROBLEM_KEY_REUSED] = { 422,
				 "idempotency_key_reused",
				 { "This Idempotency-Key was used for another request",
				   "この Idempotency-Key は別のリクエストで使われています" },
				 { NULL, NULL } },
	[PROBLEM_RULES] = { 422,
			    "rules_refused",
			    { "The rules have problems", "ルールに問題があります" },
			    { "Nothing was stored; correct what is listed and send all files again",
			      "何も保存していません。指摘を直して、すべてのファイルを送り直してください" } },
	[PROBLEM_CONDITION_MISSING] = { 428,
					"condition_missing",
					{ "If-Match is missing", "If-Match がありません" },
					{ "Send the ETag that you saw last",
					  "最後に受け取った ETag を送ってください" } },
	[PROBLEM_TOO_MANY] = { 429,
			       "too_many",
			       { "Too many attempts from this address", "このアドレスからの試行が多すぎます" },
			       { "Wait before trying again", "しばらく待ってから試してください" } },
	[PROBLEM_LOCKED] = { 429,
			     "locked",
			     { "Locked for a while after failed attempts", "失敗が続いたため一時的にロックしました" },
			     { "Wait before trying again", "しばらく待ってから試してください" } },
	[PROBLEM_INTERNAL] = { 500,
			       "internal",
			       { "The server failed", "サーバーで問題が起きました" },
			       { "Tell the operator the request_id", "request_id を管理者に伝えてください" } },
	[PROBLEM_BUSY] = { 503,
			   "busy",
			   { "Too many requests are waiting", "混み合っています" },
			   { "Try again in a moment", "少し待ってから試してください" } },
	[PROBLEM_UNAVAILABLE] = { 503,
				  "unavailable",
				  { "Not available at the moment", "今は利用できません" },
				  { "Try again in a moment", "少し待ってから試してください" } },
};

static const char *const faults[FAULT_COUNT][LANGUAGES] = {
	[FAULT_UNKNOWN] = { "is not known here", "知らない項目です" },
	[FAULT_MISSING] = { "is missing", "必要です" },
	[FAULT_TWICE] = { "is there twice", "重複しています" },
	[FAULT_TYPE] = { "is of the wrong type", "型が違います" },
	[FAULT_TOO_SHORT] = { "is too short", "短すぎます" },
	[FAULT_TOO_LONG] = { "is too long", "長すぎます" },
	[FAULT_CHOICE] = { "is none of the possible values", "指定できない値です" },
	[FAULT_NUMBER] = { "is not a whole number within its bounds", "範囲内の整数ではありません" },
	[FAULT_TIME] = { "is neither a time (RFC 3339) nor a date", "時刻 (RFC 3339) でも日付でもありません" },
	[FAULT_DAY] = { "is not a day written YYYY-MM-DD", "YYYY-MM-DD の日付ではありません" },
	[FAULT_MONTH] = { "is not a month written YYYY-MM", "YYYY-MM の月ではありません" },
	[FAULT_ORDER] = { "ends before it begins", "終わりが始まりより前です" },
	[FAULT_PERIOD] = { "is too long a period", "期間が長すぎます" },
	[FAULT_CURSOR] = { "is not a cursor for this list and filter", "この一覧と条件のカーソルではありません" },
	[FAULT_MALFORMED] = { "cannot be read", "読み取れません" },
	[FAULT_DISPOSITION] = { "is needed to close an incident", "終了には判定が必要です" },
	[FAULT_PERSON] = { "is nobody who handles this company's incidents",
			   "この会社のインシデントを担当できる人ではありません" },
	[FAULT_SELECTION] = { "is not a selection over alert fields", "アラートの項目による条件として読み取れません" },
	[FAULT_NAMES] = { "names a company that was hit; a warning must not",
			  "被害を受けた会社の名前が含まれています" },
	[FAULT_FUTURE] = { "is yet to come", "未来の時刻です" },
	[FAULT_PROMISE] = { "promises what no report promises: say what was or was not detected",
			    "レポートでは使わない言い方です（検知したこと、しなかったことを書いてください）" },
};

int problem_status(enum problem_code code)
{
	return problems[code].status;
}

const char *problem_name(enum problem_code code)
{
	return problems[code].name;
}

enum problem_code problem_of_status(int status)
{
	if (status >= 500)
		return PROBLEM_INTERNAL;
	for (size_t i = 0; i < PROBLEM_CODES; i++)
		if (problems[i].status == status)
			return (enum problem_code)i;
	return PROBLEM_BAD_REQUEST;
}

static void put_fault(const struct problem *problem, const char *name, const char *text, struct json_writer *w)
{
	struct buffer words = { 0 };

	/* The dashboard shows `detail`: it must name what is wrong by itself. */
	buffer_printf(&words, problem->japanese ? "%s: %s" : "%s %s", name, text);
	json_put_slice(w, "detail", buffer_slice(&words));
	json_open_array(w, "errors");
	json_open_object(w, NULL);
	buffer_clear(&words);
	buffer_printf(&words, "/%s", name);
	if (problem->member)
		json_put_slice(w, "pointer", buffer_slice(&words));
	else
		json_put_string(w, "parameter", name);
	json_put_string(w, "detail", text);
	if (problem->reason)
		json_put_string(w, "reason", problem->reason);
	json_close_object(w);
	json_close_array(w);
	buffer_release(&words);
}

void problem_open(const struct problem *problem, struct json_writer *w)
{
	unsigned language = problem->japanese ? JAPANESE : ENGLISH;
	const char *detail = problems[problem->code].detail[language];
	const char *name = problem->member ? problem->member : problem->parameter;
	char type[96];

	snprintf(type, sizeof(type), "urn:hinomi:problem:%s", problems[problem->code].name);
	json_open_object(w, NULL);
	json_put_string(w, "type", type);
	json_put_string(w, "title", problems[problem->code].title[language]);
	json_put_integer(w, "status", problems[problem->code].status);
	json_put_string(w, "code", problems[problem->code].name);
	if (problem->instance.ptr)
		json_put_slice(w, "instance", problem->instance);
	json_put_string(w, "request_id", problem->request_id);
	if (name)
		put_fault(problem, name, faults[problem->fault][language], w);
	else if (detail)
		json_put_string(w, "detail", detail);
}
