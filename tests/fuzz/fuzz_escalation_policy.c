/* Policies: what is taken lies within the limits that the header names, can be written again and is then the same, and
 * a page under it is never without a time while nobody has answered. */
#include "lib/buffer.h"
#include "server/model/page_machine.h"

#include <stdlib.h>

enum { TICKS = 700 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void write_target(struct buffer *out, const struct policy_target *t)
{
	static const char *const numbered[] = {
		[TARGET_SCHEDULE] = "schedule", [TARGET_PERSON] = "person", [TARGET_CHANNEL] = "channel"
	};

	if (t->kind == TARGET_ROLE)
		buffer_printf(out, "{\"role\":\"%s\"}", t->role);
	else if (t->kind == TARGET_MEMBER_NEXT || t->kind == TARGET_MEMBER_ALL)
		buffer_printf(out, "{\"member\":\"%s\"}", t->kind == TARGET_MEMBER_NEXT ? "next" : "all");
	else
		buffer_printf(out, "{\"%s\":%lld}", numbered[t->kind], (long long)t->id);
}

static long long seconds(int64_t us)
{
	return us / US_PER_SECOND;
}

static void write_policy(struct buffer *out, const struct escalation_policy *p)
{
	buffer_printf(
	    out, "{\"loops\":%d,\"repeat_after\":\"%llds\",\"ack_expires\":\"%llds\",\"link_ack_expires\":\"%llds\"",
	    p->loops, seconds(p->repeat_after), seconds(p->ack_expires), seconds(p->link_ack_expires));
	if (p->hours)
		buffer_printf(out, ",\"hours\":%lld", (long long)p->hours);
	buffer_put_string(out, ",\"steps\":[");
	for (int s = 0; s < p->step_count; s++) {
		buffer_printf(out, "%s{\"after\":\"%llds\",\"targets\":[", s ? "," : "", seconds(p->steps[s].after));
		for (int t = 0; t < p->steps[s].target_count; t++) {
			buffer_put_string(out, t ? "," : "");
			write_target(out, &p->steps[s].targets[t]);
		}
		buffer_put_string(out, "]}");
	}
	buffer_put_string(out, "]}");
}

static void check_limits(const struct escalation_policy *p)
{
	require(p->step_count >= 1 && p->step_count <= POLICY_STEPS_MAX);
	require(p->loops >= 1 && p->loops <= POLICY_LOOPS_MAX);
	require(p->repeat_after >= 60 * US_PER_SECOND && p->hours >= 0);
	require(p->ack_expires == 0 || p->ack_expires >= 60 * US_PER_SECOND);
	for (int s = 0; s < p->step_count; s++) {
		require(p->steps[s].target_count >= 1 && p->steps[s].target_count <= POLICY_TARGETS_MAX);
		require(p->steps[s].after >= 0 && p->steps[s].after <= 7 * US_PER_DAY);
	}
}

static void check_rewritten(const struct escalation_policy *p)
{
	struct buffer text = { 0 }, rewritten = { 0 };
	struct escalation_policy again;

	write_policy(&text, p);
	require(!text.failed && escalation_policy_parse(buffer_slice(&text), &again, NULL) == 0);
	write_policy(&rewritten, &again);
	require(slice_equal(buffer_slice(&text), buffer_slice(&rewritten)));
	buffer_release(&text);
	buffer_release(&rewritten);
}

static void check_page(const struct escalation_policy *p)
{
	struct page_machine page;
	struct page_orders orders;
	int told = 0;

	page_machine_begin(&page, p, NULL, 2, 0);
	for (int i = 0; i < TICKS; i++) {
		require(page.state == PAGE_TRIGGERED && page.next_at >= 0);
		require(page_machine_tick(&page, p, NULL, page.next_at, &orders));
		told += orders.count;
	}
	require(told == TICKS && page.exhausted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct escalation_policy policy;
	struct err why = { 0 };

	if (escalation_policy_parse(slice_of(data, size), &policy, &why) != 0) {
		require(why.code == ERR_USAGE && why.text[0] != '\0');
		return 0;
	}
	check_limits(&policy);
	check_rewritten(&policy);
	check_page(&policy);
	return 0;
}
