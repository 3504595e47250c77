#include "server/model/month_sentences.h"

static struct month_count this_month(const struct member_month *m)
{
	return m->months_count > MEMBER_THIS ? m->months[MEMBER_THIS] : (struct month_count){ 0 };
}

static bool any_pending_case(const struct member_month *m)
{
	for (size_t i = 0; i < m->cases_count; i++)
		if (case_row_pending(&m->cases[i]))
			return true;
	return false;
}

/* About traffic from inside, and not judged benign or false; pending: only what is open. */
static bool any_outbound_case(const struct member_month *m, bool pending)
{
	for (size_t i = 0; i < m->cases_count; i++) {
		const struct case_row *row = &m->cases[i];

		if (slice_is(slice_of_string(row->direction), "outbound") &&
		    (pending ? case_row_pending(row) : !case_row_cleared(row)))
			return true;
	}
	return false;
}

static bool any_check(const struct member_month *m)
{
	for (size_t i = 0; i < m->devices_count; i++)
		if (m->devices[i].check)
			return true;
	return false;
}

static bool any_settled(const struct member_month *m)
{
	for (size_t i = 0; i < m->devices_count; i++)
		if (m->devices[i].cases > 0 && m->devices[i].open_cases == 0)
			return true;
	return false;
}

/* ------------------------------------------------------------------------------------------------------------ blocks
 */

static void choose_inbound(const struct member_month *m, struct month_sentences *out)
{
	const struct month_count month = this_month(m);

	if (month.inbound == 0) {
		out->inbound = "inbound_none";
		return;
	}
	if (month.inbound_stopped == month.inbound) {
		out->inbound = "inbound_all_stopped";
		return;
	}
	out->inbound = month.inbound_stopped ? "inbound_some" : "inbound_recorded";
	out->inbound_cases = m->cases_count ? "inbound_cases" : "inbound_no_cases";
}

static const char *outbound_then(const struct member_month *m)
{
	if (any_check(m))
		return "outbound_check";
	if (any_outbound_case(m, true))
		return "outbound_case";
	return any_settled(m) ? "outbound_settled" : NULL;
}

static const char *outbound_none(const struct member_month *m)
{
	if (any_outbound_case(m, false))
		return "outbound_none_case";
	return m->silent_hours > 0 ? "outbound_none_gap" : "outbound_none";
}

static void choose_outbound(const struct member_month *m, struct month_sentences *out)
{
	const struct month_count month = this_month(m);
	int64_t grave = month.outbound - m->outbound_minor;
	int64_t stopped = month.outbound_stopped - m->outbound_minor_stopped;

	out->outbound_count = month.outbound;
	out->outbound_stopped = month.outbound_stopped;
	if (month.outbound == 0) {
		out->outbound = outbound_none(m);
		return;
	}
	out->outbound_then = outbound_then(m);
	if (grave <= 0) {
		out->outbound = "outbound_minor";
		return;
	}
	if (m->outbound_minor > 0)
		out->outbound_rest = "outbound_rest";
	if (stopped < 0 || stopped > grave)
		stopped = grave;
	out->outbound_count = grave;
	out->outbound_stopped = stopped;
	out->outbound = stopped == grave ? "outbound_all_stopped" : stopped ? "outbound_some" : "outbound_recorded";
}

static void choose_virus(const struct member_month *m, struct month_sentences *out)
{
	const struct month_count month = this_month(m);

	out->virus = month.viruses == 0                       ? "virus_none"
		     : month.viruses_removed == month.viruses ? "virus_all_removed"
							      : "virus_some";
}

void month_sentences_choose(const struct member_month *m, struct month_sentences *out)
{
	*out = (struct month_sentences){ 0 };
	if (m->requests_count == 0)
		out->requests = any_pending_case(m) ? "requests_none_open" : "requests_none";
	if (m->cases_count == 0)
		out->cases = "cases_none";
	if (m->monitored_days == 0) {
		out->inbound = out->outbound = out->virus = "no_monitoring";
		return;
	}
	choose_inbound(m, out);
	choose_outbound(m, out);
	choose_virus(m, out);
}
