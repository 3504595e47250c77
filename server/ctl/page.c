/* hinomictl page: pages that are open, and a test of the whole way that one takes: routes, people, channels, delivery.
 */
#include "lib/clock.h"
#include "server/ctl/listing.h"
#include "server/store/message_query.h"
#include "server/store/page_query.h"
#include "server/store/page_request.h"
#include "server/store/page_subject.h"
#include "server/store/policy_admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LIST_MAX = 500, MESSAGES_MAX = 200, WAIT_SECONDS = 60, WAIT_MAX = 3600, SEVERITY = 2, BODY_SIZE = 512 };

/* ---------------------------------------------------------------------------------------------- list */

static void page_cells(const struct db_result *result, int row, struct table *t)
{
	struct page_row p;

	page_query_read(result, row, &p);
	table_integer(t, p.page_id);
	table_integer(t, p.severity);
	table_text(t, p.exhausted ? "exhausted" : p.state);
	table_time(t, p.created_at);
	table_text(t, p.first.company ? p.first.company : NULL);
	table_text(t, p.title);
	table_integer(t, p.open_subjects);
	table_text(t, p.policy_name);
	table_text(t, p.nobody && !p.ack_at ? "nobody on call" : p.ack_name);
	table_time(t, p.next_at);
}

static void page_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct page_row p;

	page_query_read(result, row, &p);
	json_put_integer(w, "id", p.page_id);
	json_put_string(w, "kind", p.kind);
	json_put_integer(w, "severity", p.severity);
	json_put_string(w, "state", p.state);
	json_put_bool(w, "exhausted", p.exhausted);
	json_put_bool(w, "nobody", p.nobody);
	json_put_string(w, "title", p.title);
	json_put_string(w, "company", p.first.company);
	json_put_integer(w, "open_subjects", p.open_subjects);
	json_put_string(w, "policy", p.policy_name);
	json_put_string(w, "acknowledged_by", p.ack_name);
	json_put_time(w, "acknowledged_until", p.ack_until);
	json_put_time(w, "next_at", p.next_at);
	json_put_time(w, "created_at", p.created_at);
}

static const struct listing pages = {
	.name = "pages",
	.headings = ">id|>severity|state|since (UTC)|company|title|>subjects|policy|answered by|next (UTC)",
	.cells = page_cells,
	.members = page_members,
};

static int list(struct ctl *ctl, struct err *why)
{
	const struct page_filter filter = { .choice = options_flag(&ctl->options, "--all") ? PAGES_ALL : PAGES_OPEN,
					    .from = TIME_NONE,
					    .to = TIME_NONE,
					    .before = INT64_MAX,
					    .limit = LIST_MAX };
	struct db_result *result;

	if (page_query_list(ctl->db, &filter, &result, why) != 0)
		return -1;
	return listing_print(&pages, ctl, result);
}

/* ---------------------------------------------------------------------------------------------- test */

struct test {
	int64_t subject_id, severity, policy_id; /* policy_id 0: as the routes say */
	const char *title;
	char body[BODY_SIZE];
	int64_t page_id;
	int64_t until_ms; /* of the monotonic clock */
};

static int read_test(struct ctl *ctl, struct test *test, struct err *why)
{
	int64_t wait = options_integer(&ctl->options, "--wait", WAIT_SECONDS);

	test->severity = options_integer(&ctl->options, "--severity", SEVERITY);
	test->policy_id = options_integer(&ctl->options, "--policy", 0);
	if (test->severity < 1 || test->severity > 5)
		return err_set(why, ERR_USAGE, "--severity: 1 to 5");
	if (wait < 1 || wait > WAIT_MAX)
		return err_set(why, ERR_USAGE, "--wait: 1 to %d seconds", WAIT_MAX);
	test->title = "試験の呼び出し / Test page";
	test->subject_id = clock_now();
	test->until_ms = clock_monotonic_ms() + wait * 1000;
	return 0;
}

static int write_body(const struct ctl *ctl, struct test *test, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	int failed = 0;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "title", test->title);
	json_put_string(&w, "source", ctl->actor);
	json_put_string(&w, "note", "hinomictl page test");
	json_put_string(&w, "details", "hinomictl page test");
	if (test->policy_id)
		json_put_integer(&w, "policy", test->policy_id);
	json_close_object(&w);
	if (body.failed || body.len >= sizeof(test->body))
		failed = err_set(why, ERR_NOMEM, "no memory for the test");
	else
		snprintf(test->body, sizeof(test->body), "%s", buffer_string(&body));
	buffer_release(&body);
	return failed;
}

static int policy_exists(struct ctl *ctl, int64_t policy_id, struct err *why)
{
	struct db_result *result;
	struct policy_row policy;
	bool there;

	if (!policy_id)
		return 0;
	if (policy_get(ctl->db, policy_id, false, &result, why) != 0)
		return -1;
	there = db_rows(result) != 0;
	if (there) {
		policy_read(result, 0, &policy);
		there = policy.archived_at == TIME_NONE;
	}
	db_result_free(result);
	return there ? 0 : err_set(why, ERR_NOT_FOUND, "there is no policy %" PRId64 " in use", policy_id);
}

static int ask(struct ctl *ctl, const struct test *test, const char *what, struct err *why)
{
	const struct page_request request = { .kind = "external",
					      .subject_id = test->subject_id,
					      .what = what,
					      .severity = test->severity,
					      .body = test->body };

	return page_request_write(ctl->db, &request, why);
}

static int begin_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const struct test *test = arg;
	struct json_writer w;

	if (policy_exists(ctl, test->policy_id, why) != 0 || ask(ctl, test, "by_hand", why) != 0)
		return -1;
	note->action = "page.test";
	snprintf(note->subject, sizeof(note->subject), "test %" PRId64, test->subject_id);
	change_detail(note, &w);
	json_put_integer(&w, "severity", test->severity);
	json_put_known(&w, "policy_id", test->policy_id != 0, test->policy_id);
	json_close_object(&w);
	return 0;
}

static bool waits(const struct test *test)
{
	const struct timespec moment = { .tv_nsec = 200 * 1000 * 1000 };

	nanosleep(&moment, NULL);
	return clock_monotonic_ms() < test->until_ms;
}

/* Until the engine took the request. */
static int find_page(struct ctl *ctl, struct test *test, struct err *why)
{
	const struct page_subject subject = { .kind = "external", .subject_id = test->subject_id };

	do {
		if (page_subject_page(ctl->db, &subject, &test->page_id, why) != 0)
			return -1;
	} while (!test->page_id && waits(test));
	return test->page_id
		   ? 0
		   : err_set(why, ERR_UNAVAILABLE,
			     "nobody took the request for a page: is hinomid running (role escalator), and do the "
			     "routes have a policy?");
}

/* Whether each notice has come to an end, and how many arrived. */
static bool is_over(const struct db_result *messages, int *sent)
{
	bool over = db_rows(messages) != 0;
	struct message_row m;

	*sent = 0;
	for (int i = 0; i < db_rows(messages); i++) {
		message_query_read(messages, i, &m);
		*sent += strcmp(m.state, "sent") == 0;
		over = over && strcmp(m.state, "pending") != 0 && strcmp(m.state, "sending") != 0;
	}
	return over;
}

static int follow(struct ctl *ctl, const struct test *test, struct db_result **messages, int *sent, struct err *why)
{
	const struct message_filter filter = {
		.page_id = test->page_id, .from = TIME_NONE, .to = TIME_NONE, .limit = MESSAGES_MAX
	};

	for (;;) {
		if (message_query_list(ctl->db, &filter, messages, why) != 0)
			return -1;
		if (is_over(*messages, sent) || !waits(test))
			return 0;
		db_result_free(*messages);
	}
}

static int64_t took_ms(const struct message_row *m)
{
	return m->sent_at == TIME_NONE ? -1 : (m->sent_at - m->created_at) / 1000;
}

static void message_cells(const struct db_result *result, int row, struct table *t)
{
	struct message_row m;
	char took[32] = "";

	message_query_read(result, row, &m);
	if (took_ms(&m) >= 0)
		snprintf(took, sizeof(took), "%" PRId64 " ms", took_ms(&m));
	table_text(t, m.user_name ? m.user_name : m.contact_name ? m.contact_name : m.channel_name);
	table_text(t, m.channel_kind);
	table_text(t, m.address);
	table_text(t, m.state);
	table_text(t, took);
	table_text(t, m.last_error);
}

static void message_members(const struct db_result *result, int row, struct json_writer *w)
{
	struct message_row m;

	message_query_read(result, row, &m);
	json_put_string(w, "id", m.id);
	json_put_string(w, "to", m.user_name ? m.user_name : m.contact_name ? m.contact_name : m.channel_name);
	json_put_string(w, "channel", m.channel_kind);
	json_put_string(w, "address", m.address);
	json_put_string(w, "state", m.state);
	json_put_known(w, "took_ms", took_ms(&m) >= 0, took_ms(&m));
	json_put_string(w, "error", m.last_error);
}

static const struct listing messages_listing = {
	.name = "notices",
	.headings = "to|channel|address|state|>took|why",
	.cells = message_cells,
	.members = message_members,
};

static void show_test(const struct ctl *ctl, const struct test *test, const struct db_result *messages)
{
	struct buffer json = { 0 };
	struct json_writer w;

	if (!options_flag(&ctl->options, "--json")) {
		printf("page %" PRId64 "\n\n", test->page_id);
		listing_table(&messages_listing, messages);
		return;
	}
	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_integer(&w, "page", test->page_id);
	listing_array(&messages_listing, messages, &w);
	json_close_object(&w);
	print_json(&json);
}

static int follow_and_show(struct ctl *ctl, struct test *test, struct err *why)
{
	struct db_result *messages;
	int sent;

	if (find_page(ctl, test, why) != 0 || follow(ctl, test, &messages, &sent, why) != 0)
		return -1;
	show_test(ctl, test, messages);
	db_result_free(messages);
	return sent ? 0 : err_set(why, ERR_UNAVAILABLE, "nobody was reached");
}

/* Also when nobody took it: the engine then meets the end right behind the beginning. */
static int end_test(struct ctl *ctl, const struct test *test, int failed, struct err *why)
{
	struct err end = { 0 };

	if (!ask(ctl, test, "settled", &end))
		return failed;
	return failed ? failed : err_set(why, end.code, "%s", end.text);
}

static int test_page(struct ctl *ctl, struct err *why)
{
	struct test test = { 0 };
	int failed;

	if (read_test(ctl, &test, why) != 0 || write_body(ctl, &test, why) != 0 ||
	    change_all(ctl, begin_change, &test, why) != 0)
		return -1;
	failed = follow_and_show(ctl, &test, why);
	return options_flag(&ctl->options, "--keep") ? failed : end_test(ctl, &test, failed, why);
}

static const struct option_spec list_options[] = {
	{ "--all", OPTION_FLAG, false, NULL, "also those that are closed, the newest 500" },
	OPTION_JSON,
	OPTIONS_END,
};
static const struct option_spec test_options[] = {
	{ "--policy", OPTION_ID, false, "ID", "this policy (default: as the routes say)" },
	{ "--severity", OPTION_COUNT, false, "N", "1 to 5 (default: 2)" },
	{ "--wait", OPTION_COUNT, false, "S", "at most so many seconds (default: 60)" },
	{ "--keep", OPTION_FLAG, false, NULL,
	  "leave it open, so that somebody can answer it; it escalates until then" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command page_commands[] = {
	{ "page", "list", "what somebody has to answer", list_options, false, list, NULL },
	{ "page", "test", "page whoever is on call, and say who was reached and how fast", test_options, false,
	  test_page,
	  "It goes the way of a real one: routes, policy, who is on call, their channels, delivery. When its first\n"
	  "notices have arrived, or could not, the page ends. Ends with 1 when nobody was reached.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
