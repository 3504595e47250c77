/* The page behind a link in a notice (/a/{token}), as HTML: for a phone at three in the morning, and without script.
 * What it is about, who was asked, and two buttons of one size within the thumb's reach; a member gets the message and
 * one button. All of it stands in one reply: a style sheet of its own is one more thing that can fail to load. Pure;
 * every text that comes from elsewhere is escaped (WHATWG HTML, section 13.3). */
#ifndef SERVER_API_ANSWER_PAGE_H
#define SERVER_API_ANSWER_PAGE_H

#include "server/api/http/http.h"

enum { ANSWER_OTHERS_MAX = 8 };

enum answer_about { ANSWER_PAGE, ANSWER_DRILL, ANSWER_MEMBER };
enum answer_state {
	ANSWER_OPEN,      /* waits for an answer */
	ANSWER_MINE,      /* this person has it */
	ANSWER_TAKEN,     /* somebody else has it */
	ANSWER_CLOSED,    /* settled */
	ANSWER_JOINED,    /* another page speaks for it */
	ANSWER_EXPIRED,   /* the link is too old */
	ANSWER_SHARED,    /* the notice was nobody's own: whoever answers must sign in */
	ANSWER_CONFIRMED, /* of a drill or a member's notice: answered already */
};
/* What the form that was just sent did. */
enum answer_result {
	RESULT_NONE, /* the page is only looked at */
	RESULT_DONE,
	RESULT_DECLINED,
	RESULT_LATE, /* nothing: the state is another one by now */
};

/* Texts may be NULL or "": left out. Times are formatted, in the page's language. */
struct answer_facts {
	bool japanese;
	enum answer_about about;
	enum answer_state state;
	enum answer_result result;
	const char *token; /* checked: holds nothing but base64url */
	const char *operator_name;
	int severity; /* 1..5 */
	const char *title, *company, *reference, *since, *details;
	int64_t count; /* subjects that it speaks for; above 1 shown */
	/* Who else was asked, at most ANSWER_OTHERS_MAX, and how many more there are. */
	const char *others[ANSWER_OTHERS_MAX];
	size_t other_count, more_others;
	const char *who, *at; /* who has it or closed it, since when */
	const char *until;    /* RESULT_DONE, ANSWER_MINE: by when to confirm it signed in */
	const char *next_who; /* RESULT_DECLINED: who is asked now */
	bool declined;        /* this person declined before */
	const char *url;      /* the thing itself on the dashboard: needs a session */
	const char *message;  /* ANSWER_MEMBER: what the notice said; lines */
	const char *desk_phone;
};
void answer_page_write(const struct answer_facts *facts, struct buffer *out);
/* When there is nothing to show: 400, 404, 429, or a fault of ours. Says what to do, and not why a token is none. */
void answer_page_trouble(int status, bool japanese, struct buffer *out);

#endif
