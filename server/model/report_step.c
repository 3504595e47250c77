#include "server/model/report_step.h"

static const char *const step_names[] = {
	[REPORT_COMMENT] = "comment", [REPORT_APPROVE] = "approve", [REPORT_UNAPPROVE] = "unapprove",
	[REPORT_PUBLISH] = "publish", [REPORT_SEND] = "send",       [REPORT_WITHDRAW] = "withdraw",
	[REPORT_REISSUE] = "reissue", [REPORT_REFRESH] = "refresh",
};

static const struct {
	const char *name, *ja, *en;
} refusals[] = {
	[REPORT_STEP_OPEN] = { "open", "できます。", "It can be done." },
	[REPORT_NOT_DRAFT] = { "not_draft", "下書きではありません。承認済みなら、先に承認を取り消してください。",
			       "It is no draft. If it is approved, take the approval back first." },
	[REPORT_NOT_APPROVED] = { "not_approved", "承認されていません。先に承認を受けてください。",
				  "It is not approved. Have it approved first." },
	[REPORT_NOT_PUBLISHED] = { "not_published", "公開されていません。", "It is not published." },
	[REPORT_NEEDS_COMMENT] = { "needs_comment", "総評が必要な月です。先に総評を書いてください。",
				   "This month needs a comment. Write it first." },
	[REPORT_SAME_PERSON] = { "same_person",
				 "総評を書いた人や下書きを作った人は承認できません。別の人に承認を頼んでください。",
				 "Who wrote the comment or made the draft cannot approve it. Ask somebody else." },
	[REPORT_NEWER_ISSUE] = { "newer_issue", "すでに再発行されています。新しい版を見てください。",
				 "It was issued again already. Look at the newer issue." },
	[REPORT_CERTIFICATE] = { "certificate", "証明書ではできません。失効させて、新しく発行してください。",
				 "This is not done with certificates. Revoke it and make a new one." },
	[REPORT_NOT_CLOSED] = { "not_closed", "その月はまだ締められていません。先に月を締めてください。",
				"That month is not closed. Close it first." },
	[REPORT_CASE_OPEN] = { "case_open",
			       "この案件はまだ続いています。④復旧を終えるか、インシデントを終了してください。途中の経過"
			       "は続報でお知らせできます。",
			       "The case still goes on. Finish step 4 (recovery) or close the incident; until then "
			       "send an "
			       "interim report." },
};

const char *report_step_name(enum report_step step)
{
	return step_names[step];
}

const char *report_refusal_name(enum report_refusal refusal)
{
	return refusals[refusal].name;
}

const char *report_refusal_text(enum report_refusal refusal, bool japanese)
{
	return japanese ? refusals[refusal].ja : refusals[refusal].en;
}

static bool is(const char *text, const char *word)
{
	return strcmp(text, word) == 0;
}

static enum report_refusal check_approve(const struct report_stand *s, int64_t user_id)
{
	if (!is(s->state, "draft"))
		return REPORT_NOT_DRAFT;
	if (s->needs_comment && !s->commented)
		return REPORT_NEEDS_COMMENT;
	/* Nobody is no second person. */
	if (user_id == 0 || s->made_by == user_id || (s->commented && s->comment_by == user_id))
		return REPORT_SAME_PERSON;
	return REPORT_STEP_OPEN;
}

static enum report_refusal check_publish(const struct report_stand *s)
{
	if (is(s->state, "approved") || (is(s->kind, "first") && is(s->state, "draft")))
		return REPORT_STEP_OPEN;
	return is(s->state, "draft") ? REPORT_NOT_APPROVED : REPORT_NOT_DRAFT;
}

static enum report_refusal check_reissue(const struct report_stand *s)
{
	if (is(s->kind, "certificate"))
		return REPORT_CERTIFICATE;
	if (!is(s->state, "published") && !is(s->state, "withdrawn"))
		return REPORT_NOT_PUBLISHED;
	return s->newer_issue ? REPORT_NEWER_ISSUE : REPORT_STEP_OPEN;
}

/* A closed month may be frozen again whatever became of its report, which then is issued again or not. */
static enum report_refusal check_refresh(const struct report_stand *s)
{
	if (is(s->kind, "certificate"))
		return REPORT_CERTIFICATE;
	if (is(s->kind, "monthly"))
		return s->newer_issue ? REPORT_NEWER_ISSUE : REPORT_STEP_OPEN;
	return is(s->state, "draft") || is(s->state, "approved") ? REPORT_STEP_OPEN : REPORT_NOT_DRAFT;
}

enum report_refusal report_step_check(const struct report_stand *stand, enum report_step step, int64_t user_id)
{
	if (stand->revoked && step != REPORT_WITHDRAW && step != REPORT_UNAPPROVE)
		return REPORT_CERTIFICATE;
	switch (step) {
	case REPORT_COMMENT:
		if (is(stand->kind, "certificate"))
			return REPORT_CERTIFICATE;
		return is(stand->state, "draft") ? REPORT_STEP_OPEN : REPORT_NOT_DRAFT;
	case REPORT_APPROVE:
		return check_approve(stand, user_id);
	case REPORT_UNAPPROVE:
		return is(stand->state, "approved") ? REPORT_STEP_OPEN : REPORT_NOT_APPROVED;
	case REPORT_PUBLISH:
		return check_publish(stand);
	case REPORT_REISSUE:
		return check_reissue(stand);
	case REPORT_REFRESH:
		return check_refresh(stand);
	case REPORT_SEND:
	case REPORT_WITHDRAW:
	case REPORT_STEPS:
	default:
		return is(stand->state, "published") ? REPORT_STEP_OPEN : REPORT_NOT_PUBLISHED;
	}
}
