/* The kinds of notices and the facts each is made of.
 *
 * Those that many kinds share; * is added by the sender (notice_complete):
 *   severity    1..5, written in words when it is sent; was: the one before
 *   company     name; of a page about several, "A (and 12 more)" as the writer likes; empty: about no company
 *   title       what happened, one line
 *   reference   what to quote: INC-123, HD-45, P-67
 *   since       when it began, formatted
 *   details     more of it, lines
 *   count       how many subjects a page speaks for; others: their companies, lines; both empty when it is one
 *   you         why it is you who is asked: "Primary, until 9:00"
 *   step        "2/5": which step of the policy
 *   next_who, next_at   who is asked next if nobody answers, and when
 *   who, at     who answered (closed, took it), and when
 *   url         the thing on the dashboard: a path that begins with '/'
 *   in_reply_to Message-ID of the mail that a mail answers; in no text: a header
 *   link*       page to answer, to confirm or to open; desk_phone*, desk_mail*: the help desk; sender*: the operator */
#include "server/model/notice.h"

#define ABOUT "severity", "company", "title", "reference", "since"
#define PAGE  ABOUT, "details", "count", "others", "you", "step", "next_who", "next_at", "link", "url"
#define DESK  "desk_phone", "desk_mail", "sender"

const struct notice_kind notice_kinds[] = {
	{ "page", "asks somebody to take on what happened", { PAGE, DESK }, true, true },
	{ "page_graver", "it became graver, or grew, since they were asked", { PAGE, "was", DESK }, true, true },
	/* to everybody who was asked */
	{ "answered", "somebody took it on", { ABOUT, "who", "at", "url", "sender" }, false, false },
	/* who, at: who had taken it on, and when */
	{ "expired",
	  "somebody took it on, and it is still open: it is asked anew",
	  { PAGE, "who", "at", DESK },
	  true,
	  true },
	/* who, at: who closed it; reason: in words */
	{ "closed", "it is settled", { ABOUT, "who", "at", "reason", "url", "sender" }, false, false },
	/* asked: who was asked, lines; loops: how often; to the leads, hourly */
	{ "leads", "nobody has answered, all steps are through", { PAGE, "asked", "loops", DESK }, true, true },
	/* schedule: where nobody is on call */
	{ "nobody", "nobody is on call: the fall-back is asked", { PAGE, "schedule", DESK }, true, true },
	/* count: notices; from, to: of which time; list: one a line */
	{ "bundle",
	  "notices that could not be sent while the system was down, in one",
	  { "count", "from", "to", "list", "url", "sender" },
	  false,
	  false },
	/* until: by when to answer; started_by: empty for the monthly one */
	{ "drill", "a test of the way to a person", { "until", "started_by", "link", "url", "sender" }, true, true },
	/* To a member. contact: the person; title, what, advice: in plain words; device: which of their machines */
	{ "member",
	  "tells a member what happened at their place",
	  { ABOUT, "contact", "what", "device", "advice", "link", DESK },
	  false,
	  true },
	{ "member_campaign",
	  "warns a member of what is going on at others",
	  { "company", "title", "reference", "contact", "what", "advice", "link", DESK },
	  false,
	  true },
	/* asked_at: when they were asked; due: by when; late: empty, or in words how long it is overdue */
	{ "member_reminder",
	  "reminds a member of what it was asked to do",
	  { "company", "title", "reference", "contact", "what", "asked_at", "due", "late", "link", DESK },
	  false,
	  true },
	/* promise: which, in words; due: when it breaks or broke; missed: empty, or in words by how much it broke */
	{ "sla",
	  "a promised time is about to break, or broke",
	  { ABOUT, "promise", "due", "missed", "who", "url", "sender" },
	  false,
	  false },
	/* due: when; late: as above; who: whose it is */
	{ "reminder",
	  "reminds the operator's people: legal deadlines, gaps in schedules, holidays",
	  { "company", "title", "reference", "details", "due", "late", "who", "url", "sender" },
	  false,
	  false },
	/* To whoever asked the desk. title: of their question; answer: what the desk says; question: theirs, quoted */
	{ "ticket_answer",
	  "the desk's answer",
	  { "company", "contact", "title", "reference", "answer", "question", DESK },
	  false,
	  false },
	/* To a vendor. task, place, contact, contact_phone, wanted_by; change: empty for a new order, else what changed
	 */
	{ "order",
	  "an order to a vendor, or a change of it",
	  { "company", "reference", "kind", "task", "place", "contact", "contact_phone", "wanted_by", "change", "url",
	    DESK },
	  false,
	  false },
	/* To a member. report: what it is, in words (report_name.h); about: of which month or case; reference: R-12;
	 * issue: empty, or which issue it is when it was issued again; valid_until: of the link; attached*: the name of
	 * the file, or too_large*: it was to be attached. No figure, no grade: mail is not confidential. */
	{ "report",
	  "a report is ready for a member, or was issued again",
	  { "company", "contact", "report", "about", "reference", "issue", "valid_until", "attached", "too_large",
	    "link", DESK },
	  false,
	  true },
	/* code: six digits; minutes: how long it is good */
	{ "report_code",
	  "the one-time code to open a report without signing in",
	  { "company", "contact", "report", "about", "reference", "code", "minutes", DESK },
	  true,
	  false },
	/* name: of the channel; who: who asked for the test */
	{ "channel_test", "a test of a channel", { "name", "who", "at", "sender" }, true, false },
	{ "lamp",
	  "something is wrong with the engine itself",
	  { "title", "details", "since", "url", "sender" },
	  false,
	  false },
};
const size_t notice_kind_count = ARRAY_LEN(notice_kinds);

const struct notice_kind *notice_kind_find(struct slice name)
{
	for (size_t i = 0; i < notice_kind_count; i++)
		if (slice_is(name, notice_kinds[i].name))
			return &notice_kinds[i];
	return NULL;
}

bool notice_kind_knows(const struct notice_kind *kind, struct slice name)
{
	for (size_t i = 0; i < NOTICE_NAMES_MAX && kind->names[i]; i++)
		if (slice_is(name, kind->names[i]))
			return true;
	return false;
}
