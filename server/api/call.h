/* One request on its way through the api, as the handlers see it. service.c has found the route, checked origin,
 * permission, query parameters and body against the table (routes.c), found the person and opened a transaction;
 * a handler reads what it needs, writes a reply and returns. It runs in a worker, so it may wait for the database,
 * but for nothing else.
 *
 * What a handler returns:
 *    0 with a reply: a status below 400 commits, any other rolls back (unless keep_changes is set);
 *   -1 with `why`, the reply is then written by service.c: ERR_NOT_FOUND 404, ERR_CONFLICT the whole call is done
 *      again some times and then 409, ERR_UNAVAILABLE 503 and the connection is opened anew, anything else 500.
 *      The message goes to the log, never to the client. */
#ifndef SERVER_API_CALL_H
#define SERVER_API_CALL_H

#include "lib/json_write.h"
#include "server/api/body.h"
#include "server/api/cursor.h"
#include "server/api/http/http.h"
#include "server/api/parameters.h"
#include "server/api/person.h"
#include "server/api/problem.h"
#include "server/api/router.h"
#include "server/settings.h"
#include "server/store/account.h"
#include "server/store/db.h"

enum { CALL_TOKEN_SIZE = 32 };

struct hub;
struct feed;
struct login_limits;

/* What all calls share: made when the role starts, the same until it ends. */
struct api {
	const struct settings *settings;
	struct hub *hub;   /* the live stream, */
	struct feed *feed; /* and what fills it */
	struct login_limits *limits;
	uint8_t cursor_key[CURSOR_KEY_SIZE];
};

struct call;

struct api_route {
	struct route route; /* method and pattern (router.h) */
	enum permission permission;
	int (*handler)(struct call *call, struct err *why);
	/* NULL-terminated; NULL: none. Anything else in the request is a 400. */
	const char *const *parameters; /* of the query; each at most once, but for the one in `repeatable` */
	const char *repeatable;
	const char *const *members; /* of the JSON body; NULL: there must be no body */
	bool secret;                /* the reply may hold a secret: it is not kept for an Idempotency-Key */
	bool hashes;                /* works out a password hash: goes to the pool that may */
	bool large;                 /* the body may be large (http.h) */
	bool all_companies;         /* only for people who see all companies; others get a 403 */
	bool by_token; /* with PERMISSION_ANYBODY: the transaction sees all companies and may change them, whatever
			* the method; the handler checks a token of the path or the body before anything else. The
			* request may come from anywhere: there is no cookie that somebody could misuse */
	bool page; /* with PERMISSION_ANYBODY: a page for people, without script (answer.h): the body is a form; what
		    * the query or the form holds besides what the handler reads is not looked at; refusals are pages
		    * too. No session is looked at, so a form may come from anywhere */
};

struct call {
	const struct api *api;
	struct http_exchange *exchange;
	const struct http_request *request;
	struct http_reply *reply;
	const struct api_route *route;
	char address[64]; /* who asks; behind a proxy, whom the proxy names */

	/* In a transaction that sees person's companies alone; read-only for GET. */
	struct db *db;
	bool keep_changes; /* set by a handler: commit although the reply is a refusal */

	struct person person;             /* user_id 0: nobody (PERMISSION_ANYBODY) */
	uint8_t session[CALL_TOKEN_SIZE]; /* SHA-256 of the session's token, as stored */
	bool japanese;                    /* language of texts in the reply */

	int64_t id;                       /* what stood for {id} */
	struct slice texts[ROUTER_TEXTS]; /* what stood for {name}s */
	struct parameters query;          /* only names that the route knows */
	struct parameters form;           /* api_route.page: the fields of the body, if it was one; else none */
	struct body body;                 /* an object with only members that the route knows */
};

/* Whose call it is; the texts belong to the account. False: a role that is not known. */
bool call_take_person(struct call *call, const struct account *account);

/* Begins a reply in JSON: status, media type, not to be cached; then write the document with w. */
void call_reply(struct call *call, int status, struct json_writer *w);
void call_reply_empty(struct call *call, int status); /* 204 */

/* Refusals. They write the reply and return 0, so that `return call_refuse(...)` reads well in a handler. */
int call_refuse(struct call *call, enum problem_code code);
int call_refuse_parameter(struct call *call, const char *name, enum problem_fault fault); /* 400; also for a header */
int call_refuse_member(struct call *call, const char *name, enum problem_fault fault);    /* 400; of the body */
/* The same, and why in words (English): what a parser says. */
int call_refuse_reason(struct call *call, const char *name, enum problem_fault fault, const char *reason);
/* The same for a document within the body (member `name`) that a parser of ours refused: text is what it said,
 * "layers[1].rotation.unit: a word was expected"; the place becomes part of the pointer. */
int call_refuse_document(struct call *call, const char *name, const char *text);
/* Begins a problem that gets members of its own (`current` of a 412): write them with w, then json_close_object(w). */
void call_refuse_open(struct call *call, enum problem_code code, struct json_writer *w);

/* A text member of the body with least to most characters; NULL when it is absent. False: refused, return 0. */
bool call_text(struct call *call, const char *name, size_t least, size_t most, bool required, const char **out);
/* A query parameter that is a positive integer; *out is left alone when it is absent. False: refused, return 0. */
bool call_id_parameter(struct call *call, const char *name, int64_t *out);
/* If-Match of a change against the version there is: false: refused with 428 or 400, return 0. *stale: the caller
 * answers 412 with what there is now. */
bool call_condition(struct call *call, int64_t version, bool *stale);

/* For refusals before there is a call: a page of api_route.page; returns 0. */
int call_refuse_page(struct http_exchange *exchange, enum problem_code code, bool japanese);
/* The same of all others: begins the reply; problem's request_id and instance are filled in here. */
void problem_reply_open(struct http_exchange *exchange, const struct problem *problem, struct json_writer *w);

#endif
