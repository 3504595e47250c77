#include "server/api/serve_call.h"

#include "lib/log.h"
#include "server/api/headers.h"
#include "server/api/health.h"
#include "server/api/session_token.h"
#include "server/store/account.h"
#include "server/store/idempotency.h"
#include "server/store/scope.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* A call that others got in the way of is done again; more often than this means that they always will. */
enum { ATTEMPTS = 4 };

/* ---- who asks ---- */

/* Behind a proxy on this host, the last address that X-Forwarded-For names is the one the proxy itself saw. */
static void read_address(struct call *call)
{
	const char *forwarded = http_request_header(call->exchange, "X-Forwarded-For");
	const char *last = forwarded ? strrchr(forwarded, ',') : NULL;
	struct slice text = slice_trim(slice_of_string(last ? last + 1 : forwarded));
	uint8_t room[16];

	snprintf(call->address, sizeof(call->address), "%s", call->request->address);
	if (!call->api->settings->api.insecure_http || text.len == 0 || text.len >= sizeof(call->address))
		return;
	snprintf(call->address, sizeof(call->address), "%.*s", (int)text.len, text.ptr);
	if (inet_pton(AF_INET, call->address, room) != 1 && inet_pton(AF_INET6, call->address, room) != 1)
		snprintf(call->address, sizeof(call->address), "%s", call->request->address);
}

/* Finds the person of the session. 0 with user_id 0: nobody. */
static int find_person(struct call *call, struct account *account, struct err *why)
{
	if (!session_token_of_cookie(http_request_header(call->exchange, "Cookie"), call->session))
		return 0;
	if (account_by_session(call->db, call->session, call->api->settings->api.session_idle, account, why) != 0)
		return -1;
	if (!account->user_id)
		return 0;
	if (!call_take_person(call, account))
		return err_set(why, ERR_CORRUPT, "user %" PRId64 " has a role that is not known", account->user_id);
	call->japanese =
	    headers_prefers_japanese(http_request_header(call->exchange, "Accept-Language"), call->person.japanese);
	return 0;
}

/* ---- what is asked ---- */

/* Each returns false when it refused. */
/* Of a page: whatever else was put into the query on the link's way does not matter. */
static bool read_page(struct call *call)
{
	const char *type = http_request_header(call->exchange, "Content-Type");

	if (parameters_parse(call->request->query, &call->query) != PARSE_OK)
		call->query.count = 0;
	if (!type || !headers_is_form(type) || parameters_parse(call->request->body, &call->form) != PARSE_OK)
		call->form.count = 0;
	return true;
}

static bool check_query(struct call *call)
{
	static const char *const none[] = { NULL };
	const char *const *names = call->route->parameters ? call->route->parameters : none;
	const struct parameter *unwanted;
	bool known = false;

	if (parameters_parse(call->request->query, &call->query) != PARSE_OK) {
		call_refuse_parameter(call, "query", FAULT_MALFORMED);
		return false;
	}
	unwanted = parameters_unwanted(&call->query, names, call->route->repeatable);
	if (!unwanted)
		return true;
	for (; *names; names++)
		known = known || strcmp(*names, unwanted->name) == 0;
	call_refuse_parameter(call, unwanted->name, known ? FAULT_TWICE : FAULT_UNKNOWN);
	return false;
}

static bool check_body(struct call *call)
{
	if (!call->route->members) {
		if (call->request->body.len == 0)
			return true;
		call_refuse(call, PROBLEM_BAD_REQUEST);
		return false;
	}
	switch (body_read(&call->body, call->request->body, call->route->members)) {
	case BODY_OK:
		return true;
	case BODY_UNKNOWN_MEMBER:
		call_refuse_member(call, call->body.unknown, FAULT_UNKNOWN);
		return false;
	case BODY_TWICE:
		call_refuse_member(call, call->body.unknown, FAULT_TWICE);
		return false;
	case BODY_NOT_JSON:
	case BODY_NOT_OBJECT:
	default:
		call_refuse(call, PROBLEM_NOT_JSON);
		return false;
	}
}

static bool check_person(struct call *call)
{
	if (call->route->permission == PERMISSION_ANYBODY)
		return true;
	if (!call->person.user_id) {
		call_refuse(call, PROBLEM_UNAUTHENTICATED);
		return false;
	}
	if (person_may(call->person.role, call->route->permission) &&
	    !(call->route->all_companies && call->person.company_id))
		return true;
	call_refuse(call, PROBLEM_FORBIDDEN);
	return false;
}

/* ---- Idempotency-Key ---- */

static const char *idempotency_key(const struct call *call)
{
	if (strcmp(call->route->route.method, "POST") != 0 || !call->person.user_id || call->route->secret)
		return NULL;
	return http_request_header(call->exchange, "Idempotency-Key");
}

static void fingerprint_of(const struct call *call, uint8_t fingerprint[IDEMPOTENCY_FINGERPRINT])
{
	struct buffer text = { 0 };
	uint8_t hash[EVP_MAX_MD_SIZE];

	buffer_printf(&text, "%s ", call->request->method);
	buffer_put_slice(&text, call->request->path);
	buffer_put_byte(&text, '\n');
	buffer_put_slice(&text, call->request->body);
	if (EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	memcpy(fingerprint, hash, IDEMPOTENCY_FINGERPRINT);
	buffer_release(&text);
}

static void give_again(struct call *call, int status, struct slice body)
{
	struct json_writer w;

	call_reply(call, status, &w);
	buffer_put_slice(&call->reply->body, body);
	http_reply_header(call->reply, "Idempotent-Replayed", "true");
}

/* True: the handler must run. False: there is a reply, or an error in why. */
static bool claim(struct call *call, const char *key, struct err *why)
{
	uint8_t fingerprint[IDEMPOTENCY_FINGERPRINT];
	enum idempotency verdict;
	struct db_result *held = NULL;
	struct slice body = { 0 };
	int status = 0;

	fingerprint_of(call, fingerprint);
	if (idempotency_claim(call->db, call->person.user_id, key, fingerprint, &verdict, &status, &body, &held, why) !=
	    0)
		return false;
	if (verdict == IDEMPOTENCY_DONE)
		give_again(call, status, body);
	else if (verdict == IDEMPOTENCY_OTHER)
		call_refuse(call, PROBLEM_KEY_REUSED);
	else if (verdict == IDEMPOTENCY_RUNNING)
		call_refuse(call, PROBLEM_KEY_RUNNING);
	db_result_free(held);
	return verdict == IDEMPOTENCY_NEW;
}

static int handle_once(struct call *call, const char *key, struct err *why)
{
	if (!*key || strlen(key) > IDEMPOTENCY_KEY_MAX || !slice_is_utf8(slice_of_string(key)))
		return call_refuse_parameter(call, "Idempotency-Key", FAULT_MALFORMED);
	why->code = ERR_NONE;
	if (!claim(call, key, why))
		return why->code == ERR_NONE ? 0 : -1;
	if (call->route->handler(call, why) != 0)
		return -1;
	if (call->reply->status >= 400)
		return 0;
	return idempotency_keep(call->db, call->person.user_id, key, call->reply->status,
				buffer_string(&call->reply->body), why);
}

/* ---- the transaction ---- */

static int begin(struct call *call, struct err *why)
{
	bool read_only = strcmp(call->route->route.method, "GET") == 0;
	const struct person *person = &call->person;

	if (call->route->by_token)
		return scope_begin(call->db, SCOPE_ALL, false, why);
	if (!person->user_id)
		return scope_begin(call->db, SCOPE_NOBODY, read_only, why);
	if (person->vendor_id)
		return scope_begin_vendor(call->db, person->vendor_id, read_only, why);
	return scope_begin(call->db, person->company_id ? person->company_id : SCOPE_ALL, read_only, why);
}

static int attempt(struct call *call, struct err *why)
{
	const char *key = idempotency_key(call);
	int failed;

	if (begin(call, why) != 0)
		return -1;
	failed = key ? handle_once(call, key, why) : call->route->handler(call, why);
	if (!failed && (call->reply->status < 400 || call->keep_changes))
		return db_commit(call->db, why);
	db_rollback(call->db);
	return failed;
}

static void refuse_error(struct call *call, const struct err *why)
{
	enum problem_code code = PROBLEM_INTERNAL;

	if (why->code == ERR_NOT_FOUND)
		code = PROBLEM_NOT_FOUND;
	else if (why->code == ERR_CONFLICT)
		code = PROBLEM_CONFLICT;
	else if (why->code == ERR_UNAVAILABLE)
		code = PROBLEM_UNAVAILABLE;
	else if (why->code == ERR_LIMIT)
		code = PROBLEM_TOO_SLOW;
	if (code == PROBLEM_INTERNAL)
		log_error("request %s, %s %s: %s", call->request->id, call->route->route.method,
			  call->route->route.pattern, why->text);
	else if (code != PROBLEM_NOT_FOUND)
		log_warning("request %s: %s", call->request->id, why->text);
	call_refuse(call, code);
}

/* False: the connection is lost. */
static bool run_handler(struct call *call)
{
	struct person person = call->person;
	struct err why = { 0 };

	for (int i = 0; i < ATTEMPTS; i++) {
		why = (struct err){ 0 };
		call->person = person;
		call->keep_changes = false;
		if (attempt(call, &why) == 0)
			return true;
		http_reply_clear(call->reply);
		if (why.code != ERR_CONFLICT)
			break;
	}
	refuse_error(call, &why);
	return why.code != ERR_UNAVAILABLE;
}

static bool serve(struct call *call, struct account *account)
{
	struct err why = { 0 };

	if (!call->db) {
		if (call->route->handler == health_ready)
			health_ready(call, &why);
		else
			call_refuse(call, PROBLEM_UNAVAILABLE);
		return true;
	}
	if (call->route->permission != PERMISSION_ANYBODY && find_person(call, account, &why) != 0) {
		refuse_error(call, &why);
		return why.code != ERR_UNAVAILABLE;
	}
	if (!check_person(call) || !(call->route->page ? read_page(call) : check_query(call) && check_body(call)))
		return true;
	return run_handler(call);
}

bool serve_call(const struct api *api, struct db *db, struct http_exchange *exchange, const struct api_route *route,
		const struct router_match *match)
{
	struct account account = { 0 };
	struct call *call = calloc(1, sizeof(*call));
	bool good;

	if (!call) {
		http_reply_of(exchange)->status = 500;
		return true;
	}
	call->api = api;
	call->exchange = exchange;
	call->request = http_request_of(exchange);
	call->reply = http_reply_of(exchange);
	call->route = route;
	call->db = db;
	call->id = match->id;
	memcpy(call->texts, match->texts, sizeof(call->texts));
	call->japanese = headers_prefers_japanese(http_request_header(exchange, "Accept-Language"), true);
	read_address(call);
	good = serve(call, &account);
	account_release(&account);
	body_release(&call->body);
	free(call);
	return good;
}

void serve_alive(struct http_exchange *exchange)
{
	struct http_reply *reply = http_reply_of(exchange);

	reply->status = 200;
	reply->content_type = "text/plain; charset=utf-8";
	http_reply_header(reply, "Cache-Control", "no-store");
	buffer_put_string(&reply->body, "ok\n");
}

int serve_vitals(struct db *db, struct vitals *out, struct err *why)
{
	int failed = scope_begin(db, SCOPE_ALL, true, why);

	if (!failed)
		failed = vitals_read(db, out, why);
	db_rollback(db);
	return failed;
}
