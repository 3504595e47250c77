/* What the page of a link shows, gathered: of a page, a drill, or a member's notice. */
#ifndef SERVER_API_ANSWER_VIEW_H
#define SERVER_API_ANSWER_VIEW_H

#include "server/api/answer_page.h"
#include "server/api/call.h"
#include "server/api/oncall_call.h"
#include "server/store/notice_link.h"
#include "server/store/page_view.h"

enum { ANSWER_NAME_SIZE = 200 };

/* Everything that the facts' texts belong to; zero-initialise, answer_view_release(). */
struct answer_view {
	struct answer_facts facts;
	struct db_result *link_rows, *page_rows, *other_rows, *text_rows;
	struct notice_link_row link;
	struct page_view page;
	char token[LINK_TOKEN_SIZE], operator_name[ANSWER_NAME_SIZE];
	char at[LOCAL_TIME_SIZE], until[LOCAL_TIME_SIZE];
	struct buffer subject, body, whole;
};
/* What a notice of this kind asks for; false: nothing, there is no page for it. */
bool answer_view_about(const char *kind, enum answer_about *about);
/* From the link that was found, into facts; result is left alone. */
int answer_view_load(struct call *call, struct answer_view *view, struct err *why);
void answer_view_release(struct answer_view *view);

#endif
