/* Which steps of a report are open. The table is written by hand from docs/reports.md, "From draft to opened". */
#include "server/model/report_step.h"
#include "server/store/monitoring_certificate.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { WRITER = 7, OTHER = 8 };

/* The steps that are open, as first letters in the order of enum report_step: comment, approve, unapprove, publish,
 * send, withdraw, reissue, refresh (f); '-' where it is not. */
static const struct {
	const char *kind, *state;
	bool needs_comment, commented, newer, revoked;
	int64_t user;
	const char *open;
} rows[] = {
	/* A quiet month: nobody has to say anything. */
	{ "monthly", "draft", false, false, false, false, OTHER, "ca-----f" },
	{ "monthly", "draft", false, true, false, false, OTHER, "ca-----f" },
	{ "monthly", "draft", false, true, false, false, WRITER, "c------f" },
	/* A month that needs words. */
	{ "monthly", "draft", true, false, false, false, OTHER, "c------f" },
	{ "monthly", "draft", true, true, false, false, OTHER, "ca-----f" },
	{ "monthly", "draft", true, true, false, false, WRITER, "c------f" },
	/* By itself: nobody is no second person. */
	{ "monthly", "draft", false, false, false, false, 0, "c------f" },
	/* Who wrote the comment may do all the rest. */
	{ "monthly", "approved", true, true, false, false, WRITER, "--up---f" },
	{ "monthly", "approved", false, false, false, false, OTHER, "--up---f" },
	{ "monthly", "published", true, true, false, false, WRITER, "----swrf" },
	{ "monthly", "published", true, true, true, false, WRITER, "----sw--" },
	{ "monthly", "withdrawn", true, true, false, false, WRITER, "------rf" },
	{ "monthly", "withdrawn", true, true, true, false, WRITER, "--------" },
	/* A first report cannot wait for a second person. */
	{ "first", "draft", false, false, false, false, 0, "c--p---f" },
	{ "first", "draft", false, true, false, false, WRITER, "c--p---f" },
	{ "first", "draft", false, false, false, false, OTHER, "ca-p---f" },
	{ "first", "approved", false, false, false, false, OTHER, "--up---f" },
	{ "first", "published", false, false, false, false, OTHER, "----swr-" },
	{ "interim", "draft", false, false, false, false, OTHER, "ca-----f" },
	{ "interim", "draft", false, false, false, false, 0, "c------f" },
	{ "final", "approved", false, false, false, false, OTHER, "--up---f" },
	{ "final", "published", false, false, false, false, OTHER, "----swr-" },
	/* Certificates are revoked and made anew. */
	{ "certificate", "draft", false, false, false, false, OTHER, "-a------" },
	{ "certificate", "approved", false, false, false, false, OTHER, "--up----" },
	{ "certificate", "published", false, false, false, false, OTHER, "----sw--" },
	{ "certificate", "withdrawn", false, false, false, false, OTHER, "--------" },
	{ "certificate", "draft", false, false, false, true, OTHER, "--------" },
	{ "certificate", "approved", false, false, false, true, OTHER, "--u-----" },
	{ "certificate", "published", false, false, false, true, OTHER, "-----w--" },
};

START_TEST(steps_are_open_as_written)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct report_stand stand = { .kind = rows[i].kind,
						    .state = rows[i].state,
						    .needs_comment = rows[i].needs_comment,
						    .commented = rows[i].commented,
						    .newer_issue = rows[i].newer,
						    .revoked = rows[i].revoked,
						    .comment_by = rows[i].commented ? WRITER : 0 };
		char open[REPORT_STEPS + 1] = "";

		for (int step = 0; step < REPORT_STEPS; step++)
			open[step] = report_step_check(&stand, (enum report_step)step, rows[i].user) == REPORT_STEP_OPEN
					 ? "caupswrf"[step]
					 : '-';
		ck_assert_msg(strcmp(open, rows[i].open) == 0, "%s %s (row %zu): %s, not %s", rows[i].kind,
			      rows[i].state, i, open, rows[i].open);
	}
}
END_TEST

START_TEST(refusals_say_what_to_do)
{
	const struct report_stand draft = {
		.kind = "monthly", .state = "draft", .needs_comment = true, .comment_by = 0
	};
	struct report_stand commented = draft;

	ck_assert_int_eq(report_step_check(&draft, REPORT_APPROVE, OTHER), REPORT_NEEDS_COMMENT);
	ck_assert_int_eq(report_step_check(&draft, REPORT_PUBLISH, OTHER), REPORT_NOT_APPROVED);
	ck_assert_int_eq(report_step_check(&draft, REPORT_SEND, OTHER), REPORT_NOT_PUBLISHED);
	commented.commented = true;
	commented.comment_by = WRITER;
	ck_assert_int_eq(report_step_check(&commented, REPORT_APPROVE, WRITER), REPORT_SAME_PERSON);
	commented.comment_by = OTHER;
	commented.made_by = WRITER;
	ck_assert_int_eq(report_step_check(&commented, REPORT_APPROVE, WRITER), REPORT_SAME_PERSON);
	for (int i = 0; i < REPORT_REFUSALS; i++) {
		ck_assert_ptr_nonnull(report_refusal_name((enum report_refusal)i));
		ck_assert_ptr_nonnull(report_refusal_text((enum report_refusal)i, true));
		ck_assert_str_ne(report_refusal_text((enum report_refusal)i, true),
				 report_refusal_text((enum report_refusal)i, false));
	}
}
END_TEST

/* Sixteen of the 32 letters of RFC 4648, section 6; all of them come, and no code twice. */
START_TEST(codes_of_certificates)
{
	enum { CODES = 500 };
	static char codes[CODES][CERTIFICATE_CODE_SIZE];
	bool seen[128] = { false };
	int letters = 0;

	for (int i = 0; i < CODES; i++) {
		certificate_code(codes[i]);
		ck_assert_uint_eq(strlen(codes[i]), 16);
		ck_assert_uint_eq(strspn(codes[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 16);
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(codes[i], codes[k]);
		for (const char *c = codes[i]; *c; c++)
			seen[(unsigned char)*c] = true;
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		letters += seen[i];
	ck_assert_int_eq(letters, 32);
}
END_TEST

SUITE_MAIN("report_step", steps_are_open_as_written, refusals_say_what_to_do, codes_of_certificates)
