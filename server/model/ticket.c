#include "server/model/ticket.h"

#include <inttypes.h>
#include <stdio.h>

const char ticket_category_default[] = "question";

const struct ticket_category ticket_categories[] = {
	{ "malware", TICKET_INCIDENT, 3, true, "ウイルス感染", "Malware" },
	{ "unauthorised_access", TICKET_INCIDENT, 3, true, "不正アクセス", "Unauthorised access" },
	{ "ransomware", TICKET_INCIDENT, 2, true, "ランサムウェア", "Ransomware" },
	{ "impersonation", TICKET_INCIDENT, 3, true, "なりすまし", "Impersonation" },
	{ "tampering", TICKET_INCIDENT, 3, true, "Web サイトの改ざん", "Website tampered with" },
	{ "ddos", TICKET_INCIDENT, 3, true, "DDoS 攻撃", "DDoS" },
	{ "incident_other", TICKET_INCIDENT, 3, true, "その他のインシデント", "Another incident" },
	{ "question", TICKET_CALM, 4, true, "平時の相談", "A question in calm times" },
	{ "support_fraud", TICKET_CALM, 3, true, "サポート詐欺", "Fake support call" },
	{ "other", TICKET_CALM, 4, true, "その他", "Other" },
	{ "onboarding", TICKET_SERVICE, 4, true, "導入・設置", "Joining and setting up" },
	{ "device", TICKET_SERVICE, 4, true, "機器の操作・故障", "The device: use and faults" },
	{ "contract", TICKET_SERVICE, 5, true, "契約・料金", "Contract and charges" },
	{ "report", TICKET_SERVICE, 5, true, "報告書について", "About a report" },
	{ "monitoring", TICKET_SERVICE, 4, false, "監視からの連絡", "Told by the monitoring" },
};
const size_t ticket_category_count = ARRAY_LEN(ticket_categories);

const struct ticket_category *ticket_category_find(struct slice name)
{
	for (size_t i = 0; i < ticket_category_count; i++)
		if (slice_is(name, ticket_categories[i].name))
			return &ticket_categories[i];
	return NULL;
}

const char *ticket_group_name(enum ticket_group group)
{
	static const char *const names[TICKET_GROUPS] = { "incident", "calm", "service" };

	return names[group];
}

const struct ticket_closing ticket_closings[] = {
	{ "answered", true, "回答した", "Answered" },
	{ "resolved", false, "解決した", "Solved" },
	{ "on_site", false, "駆け付けで対応した", "Dealt with on site" },
	{ "referred", true, "ほかの窓口を案内した", "Referred elsewhere" },
	{ "unreachable", false, "連絡がつかない", "The caller cannot be reached" },
	{ "withdrawn", false, "取り下げ", "Withdrawn" },
	{ "duplicate", false, "重複", "Duplicate" },
	{ "not_for_us", false, "間違い・迷惑", "Wrong number, or unwanted" },
};
const size_t ticket_closing_count = ARRAY_LEN(ticket_closings);

const struct ticket_closing *ticket_closing_find(struct slice name)
{
	for (size_t i = 0; i < ticket_closing_count; i++)
		if (slice_is(name, ticket_closings[i].name))
			return &ticket_closings[i];
	return NULL;
}

static const char *const states[TICKET_STATES] = { "open", "working", "waiting", "closed" };

bool ticket_state_parse(struct slice name, enum ticket_state *out)
{
	for (size_t i = 0; i < TICKET_STATES; i++) {
		if (slice_is(name, states[i])) {
			*out = (enum ticket_state)i;
			return true;
		}
	}
	return false;
}

const char *ticket_state_name(enum ticket_state state)
{
	return states[state];
}

enum ticket_verdict ticket_change_check(enum ticket_state from, enum ticket_state to,
					const struct ticket_closing *reason, bool answered)
{
	if (to != TICKET_CLOSED) {
		if (reason)
			return TICKET_REASON_ALONE;
		return to == TICKET_OPEN && (from == TICKET_WORKING || from == TICKET_WAITING) ? TICKET_NEVER_UNBEGUN
											       : TICKET_GOOD;
	}
	if (!reason)
		return TICKET_NO_REASON;
	return reason->needs_answer && !answered ? TICKET_NEEDS_ANSWER : TICKET_GOOD;
}

enum ticket_state ticket_member_spoke(enum ticket_state now, bool owned)
{
	if (now == TICKET_CLOSED)
		return TICKET_OPEN;
	if (now == TICKET_WAITING)
		return owned ? TICKET_WORKING : TICKET_OPEN;
	return now;
}

void ticket_reference(int64_t ticket_id, char out[TICKET_REFERENCE_SIZE])
{
	snprintf(out, TICKET_REFERENCE_SIZE, "HD-%" PRId64, ticket_id);
}

/* The number that the text begins with, up to ']'; 0: none. */
static int64_t number_of(struct slice text)
{
	int64_t number;

	if (!slice_to_int64(slice_take(text, slice_find(text, ']')), &number) || number < 1)
		return 0;
	return number;
}

int64_t ticket_reference_find(struct slice text)
{
	for (;;) {
		size_t at = slice_find(text, '[');
		struct slice rest = slice_skip(text, at + 1);
		int64_t number = 0;

		if (at == text.len)
			return 0;
		if (slice_is_ignoring_case(slice_take(rest, 3), "HD-") && slice_find(rest, ']') < rest.len)
			number = number_of(slice_skip(rest, 3));
		if (number)
			return number;
		text = rest;
	}
}
