#include "server/report/wording.h"

#include "server/model/ticket.h"

#include <inttypes.h>
#include <stdarg.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, MONTHS = 12 };
static const char dash[] = "―";
static const char *const month_names[MONTHS] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
						 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

const char *said(const struct wording *w, const char *format, ...)
{
	va_list args, again;
	int length;
	char *text;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = length < 0 ? NULL : pool_take(w->pool, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text ? text : "";
}

/* ------------------------------------------------------------------------------------------ figures */
const char *said_number(const struct wording *w, int64_t value)
{
	char digits[32], out[48];
	size_t length, n = 0;

	snprintf(digits, sizeof(digits), "%" PRIu64, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
	length = strlen(digits);
	if (value < 0)
		out[n++] = '-';
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = digits[i];
	}
	out[n] = '\0';
	return said(w, "%s", out);
}

const char *said_hundredths(const struct wording *w, int64_t value)
{
	if (value % 100 == 0)
		return said_number(w, value / 100);
	if (value % 10 == 0)
		return said(w, "%s.%" PRId64, said_number(w, value / 100), value % 100 / 10);
	return said(w, "%s.%02" PRId64, said_number(w, value / 100), value % 100);
}

const char *said_share(const struct wording *w, int64_t part, int64_t whole)
{
	int64_t percent;

	if (whole <= 0)
		return dash;
	percent = (int64_t)(((__int128)part * 200 + whole) / ((__int128)whole * 2));
	/* What is not all of it must not look as if it were. */
	if (part < whole && percent >= 100)
		percent = 99;
	return said(w, "%" PRId64 "%%", percent);
}

const char *said_share_1(const struct wording *w, int64_t part, int64_t whole)
{
	int64_t tenths;

	if (whole <= 0)
		return dash;
	tenths = (int64_t)(((__int128)part * 2000 + whole) / ((__int128)whole * 2));
	if (part < whole && tenths >= 1000)
		tenths = 999;
	return said(w, "%" PRId64 ".%" PRId64 "%%", tenths / 10, tenths % 10);
}

const char *said_yen(const struct wording *w, int64_t yen)
{
	return w->japanese ? said(w, "%s円", said_number(w, yen)) : said(w, "¥%s", said_number(w, yen));
}

const char *said_duration(const struct wording *w, int64_t seconds)
{
	int64_t days, hours, minutes;

	if (seconds < MINUTE)
		return said(w, w->japanese ? "%" PRId64 "秒" : "%" PRId64 " s", seconds);
	/* Rounded to what is shown: whole minutes, from a day on whole hours. */
	minutes = (seconds + MINUTE / 2) / MINUTE;
	if (minutes < DAY / MINUTE) {
		hours = minutes / 60;
		minutes %= 60;
		if (hours == 0)
			return said(w, w->japanese ? "%" PRId64 "分" : "%" PRId64 " min", minutes);
		if (minutes == 0)
			return said(w, w->japanese ? "%" PRId64 "時間" : "%" PRId64 " h", hours);
		return said(w, w->japanese ? "%" PRId64 "時間%" PRId64 "分" : "%" PRId64 " h %" PRId64 " min", hours,
			    minutes);
	}
	hours = (seconds + HOUR / 2) / HOUR;
	days = hours / 24;
	hours %= 24;
	if (hours == 0)
		return said(w, w->japanese ? "%" PRId64 "日" : "%" PRId64 " d", days);
	return said(w, w->japanese ? "%" PRId64 "日%" PRId64 "時間" : "%" PRId64 " d %" PRId64 " h", days, hours);
}

/* ------------------------------------------------------------------------------------------ times */
static const char *month_name(int month)
{
	return month >= 1 && month <= MONTHS ? month_names[month - 1] : "";
}

const char *said_time(const struct wording *w, time_us at)
{
	struct civil_time t;

	if (at == TIME_NONE)
		return dash;
	zone_civil(w->zone, at, &t);
	if (w->japanese)
		return said(w, "%d月%d日 %02d:%02d", t.month, t.day, t.hour, t.minute);
	return said(w, "%d %s %02d:%02d", t.day, month_name(t.month), t.hour, t.minute);
}

const char *said_time_year(const struct wording *w, time_us at)
{
	struct civil_time t;

	if (at == TIME_NONE)
		return dash;
	zone_civil(w->zone, at, &t);
	if (w->japanese)
		return said(w, "%d年%d月%d日 %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
	return said(w, "%d %s %d %02d:%02d", t.day, month_name(t.month), t.year, t.hour, t.minute);
}

/* "YYYY-MM" or "YYYY-MM-DD"; false: it is neither. */
static bool day_read(const char *text, int64_t *year, int64_t *month, int64_t *day)
{
	struct slice s = slice_of_string(text);

	*day = 1;
	return (s.len == 7 || s.len == 10) && slice_to_int64(slice_take(s, 4), year) &&
	       slice_to_int64(slice_take(slice_skip(s, 5), 2), month) && *month >= 1 && *month <= MONTHS &&
	       (s.len == 7 || slice_to_int64(slice_skip(s, 8), day));
}

const char *said_day(const struct wording *w, const char *day)
{
	int64_t year, month, number;

	if (!day)
		return dash;
	if (!day_read(day, &year, &month, &number))
		return day;
	if (w->japanese)
		return said(w, "%" PRId64 "年%" PRId64 "月%" PRId64 "日", year, month, number);
	return said(w, "%" PRId64 " %s %" PRId64, number, month_name((int)month), year);
}

const char *said_month(const struct wording *w, const char *month)
{
	int64_t year, number, day;

	if (!month)
		return dash;
	if (!day_read(month, &year, &number, &day))
		return month;
	if (w->japanese)
		return said(w, "%" PRId64 "年%" PRId64 "月", year, number);
	return said(w, "%s %" PRId64, month_name((int)number), year);
}

const char *said_month_short(const struct wording *w, const char *month)
{
	int64_t year, number, day;

	if (!month || !day_read(month, &year, &number, &day))
		return month ? month : dash;
	if (w->japanese)
		return said(w, "%" PRId64 "月", number);
	return month_name((int)number);
}

/* ------------------------------------------------------------------------------------------ names */
static const struct name {
	enum name_kind kind;
	const char *name, *ja, *en;
} names[] = {
	{ NAME_DIRECTION, "inbound", "外→内", "inbound" },
	{ NAME_DIRECTION, "outbound", "内→外", "outbound" },
	{ NAME_DIRECTION, "internal", "社内どうし", "internal" },
	{ NAME_DIRECTION, "external", "社外どうし", "external" },
	{ NAME_DIRECTION, "unknown", "不明", "unknown" },
	{ NAME_ENGINE, "total", "合計", "total" },
	{ NAME_ENGINE, "ips", "IPS（不正侵入防止）", "IPS (intrusion prevention)" },
	{ NAME_ENGINE, "antivirus", "ウイルス除去", "Virus removal" },
	{ NAME_ENGINE, "web", "Webサイトの制限", "Web filter" },
	{ NAME_ENGINE, "dns", "名前解決（DNS）の制限", "DNS filter" },
	{ NAME_ENGINE, "other", "その他", "Other" },
	{ NAME_ACTION, "allowed", "通過", "passed" },
	{ NAME_ACTION, "blocked", "遮断", "blocked" },
	{ NAME_ACTION, "removed", "除去", "removed" },
	{ NAME_ACTION, "unknown", "不明", "unknown" },
	{ NAME_STATE, "open", "新規", "open" },
	{ NAME_STATE, "acknowledged", "対応中", "being dealt with" },
	{ NAME_STATE, "contained", "封じ込め済み", "contained" },
	{ NAME_STATE, "closed", "完了", "closed" },
	{ NAME_STATE, "merged", "統合", "merged" },
	{ NAME_DISPOSITION, "true_positive", "真の検知", "true positive" },
	{ NAME_DISPOSITION, "benign_positive", "想定内", "benign positive" },
	{ NAME_DISPOSITION, "false_positive", "誤検知", "false positive" },
	{ NAME_DISPOSITION, "undetermined", "判定不能", "undetermined" },
	{ NAME_SEVERITY, "0", "すべて", "All" },
	{ NAME_SEVERITY, "1", "緊急", "Critical" },
	{ NAME_SEVERITY, "2", "高", "High" },
	{ NAME_SEVERITY, "3", "中", "Medium" },
	{ NAME_SEVERITY, "4", "低", "Low" },
	{ NAME_SEVERITY, "5", "情報", "Info" },
	{ NAME_ROUTE, "mail", "メール", "mail" },
	{ NAME_ROUTE, "web", "Webサイト", "web" },
	{ NAME_ROUTE, "other", "その他", "other" },
	{ NAME_CHANNEL, "phone", "電話", "Telephone" },
	{ NAME_CHANNEL, "mail", "メール", "Mail" },
	{ NAME_CHANNEL, "portal", "会員ページ", "Members' page" },
	{ NAME_CHANNEL, "visit", "来訪", "Visit" },
	{ NAME_CHANNEL, "monitoring", "監視から", "From the monitoring" },
	{ NAME_DISPATCH, "onsite", "駆け付け", "On site" },
	{ NAME_DISPATCH, "remote", "遠隔支援", "Remote" },
	{ NAME_DISPATCH_STATE, "requested", "依頼中", "Requested" },
	{ NAME_DISPATCH_STATE, "accepted", "受諾", "Accepted" },
	{ NAME_DISPATCH_STATE, "declined", "辞退", "Declined" },
	{ NAME_DISPATCH_STATE, "arrived", "到着", "Arrived" },
	{ NAME_DISPATCH_STATE, "left", "退出", "Left" },
	{ NAME_DISPATCH_STATE, "reported", "報告済み", "Reported" },
	{ NAME_DISPATCH_STATE, "approved", "承認済み", "Approved" },
	{ NAME_DISPATCH_STATE, "cancelled", "取り消し", "Cancelled" },
	{ NAME_METRIC, "detect", "検知まで", "Detect" },
	{ NAME_METRIC, "acknowledge", "着手まで", "Acknowledge" },
	{ NAME_METRIC, "notify", "連絡まで", "Notify" },
	{ NAME_METRIC, "contain", "封じ込めまで", "Contain" },
	{ NAME_METRIC, "resolve", "解決まで", "Resolve" },
	{ NAME_MEASURE, "detect", "MTTD", "MTTD" },
	{ NAME_MEASURE, "acknowledge", "MTTA", "MTTA" },
	{ NAME_MEASURE, "notify", "MTTN", "MTTN" },
	{ NAME_MEASURE, "contain", "MTTC", "MTTC" },
	{ NAME_MEASURE, "resolve", "MTTR", "MTTR" },
	{ NAME_GRADE, "sunny", "晴れ", "clear" },
	{ NAME_GRADE, "hazy", "うす曇り", "hazy" },
	{ NAME_GRADE, "cloudy", "くもり", "cloudy" },
	{ NAME_GRADE, "rainy", "雨", "rain" },
	{ NAME_GRADE, "fog", "霧", "fog" },
	{ NAME_STAGE, "none", "なし", "none" },
	{ NAME_STAGE, "reconnaissance", "偵察", "reconnaissance" },
	{ NAME_STAGE, "delivery", "配送", "delivery" },
	{ NAME_STAGE, "exploitation", "攻撃の実行", "exploitation" },
	{ NAME_STAGE, "installation", "侵入・定着", "installation" },
	{ NAME_STAGE, "command-and-control", "遠隔操作", "command and control" },
	{ NAME_STAGE, "actions", "目的の実行", "actions on objectives" },
	{ NAME_PEERS, "all", "全監視企業", "All monitored companies" },
	{ NAME_PEERS, "industry", "業種", "Industry" },
	{ NAME_PEERS, "size", "従業員数", "Employees" },
};

const char *said_name(bool japanese, enum name_kind kind, const char *name)
{
	if (!name)
		return "";
	if (kind == NAME_CATEGORY) {
		const struct ticket_category *category = ticket_category_find(slice_of_string(name));

		if (category)
			return japanese ? category->ja : category->en;
		return name;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].kind == kind && strcmp(names[i].name, name) == 0)
			return japanese ? names[i].ja : names[i].en;
	}
	return name;
}

const char *said_severity(bool japanese, int64_t severity)
{
	char digit[2] = { severity >= 0 && severity <= 5 ? (char)('0' + severity) : '?', '\0' };

	return digit[0] == '?' ? dash : said_name(japanese, NAME_SEVERITY, digit);
}

const char *said_step(bool japanese, int64_t step)
{
	static const char *const ja[] = { "①発見報告", "②初動", "③調査・対応", "④復旧", "⑤最終報告" };
	static const char *const en[] = { "1 Found and reported", "2 First response", "3 Investigation", "4 Recovery",
					  "5 Final report" };

	if (step < 1 || step > (int64_t)ARRAY_LEN(ja))
		return dash;
	return japanese ? ja[step - 1] : en[step - 1];
}
