#include "server/api/sessions.h"

#include "server/api/audit_trail.h"
#include "server/api/hub.h"
#include "server/api/login_limits.h"
#include "server/api/password.h"
#include "server/api/session_token.h"
#include "server/store/account.h"

#include <inttypes.h>

enum { EMAIL_MOST = 320, TOKEN_MOST = 200, SUBJECT_SIZE = 48, OPERATOR_SIZE = 256 };

/* A refusal that says when to come back. */
static int refuse_wait(struct call *call, enum problem_code code, int64_t seconds)
{
	char text[24];

	call_refuse(call, code);
	snprintf(text, sizeof(text), "%" PRId64, seconds);
	http_reply_header(call->reply, "Retry-After", text);
	return 0;
}

static bool may_try(struct call *call)
{
	int64_t wait = login_limits_try(call->api->limits, call->address, clock_monotonic_ms());

	if (wait)
		refuse_wait(call, PROBLEM_TOO_MANY, wait);
	return wait == 0;
}

static int write_me(struct call *call, struct err *why)
{
	const struct person *p = &call->person;
	char operator_name[OPERATOR_SIZE];
	struct json_writer w;

	if (account_operator_name(call->db, operator_name, sizeof(operator_name), why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_integer(&w, "id", p->user_id);
	json_put_string(&w, "email", p->email);
	json_put_string(&w, "display_name", p->display_name);
	json_put_string(&w, "role", person_role_name(p->role));
	json_put_string(&w, "language", p->japanese ? "ja" : "en");
	json_put_known(&w, "company_id", p->company_id > 0, p->company_id);
	json_put_known(&w, "vendor_id", p->vendor_id != 0, p->vendor_id);
	json_put_time(&w, "server_time", clock_now());
	json_put_string(&w, "timezone", call->api->settings->timezone);
	json_put_string(&w, "version", HINOMI_VERSION);
	json_put_string(&w, "operator", operator_name);
	json_close_object(&w);
	return 0;
}

/* ---- signing in ---- */

static void open_detail(struct call *call, struct buffer *detail, struct json_writer *w)
{
	json_writer_init(w, detail);
	json_open_object(w, NULL);
	json_put_string(w, "address", call->address);
}

/* Commits although it refuses: the failure counts. */
static int note_failure(struct call *call, const struct account *account, const char *email, const char *reason,
			struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[SUBJECT_SIZE] = "user";

	if (account->user_id)
		snprintf(subject, sizeof(subject), "user %" PRId64, account->user_id);
	open_detail(call, &detail, &w);
	json_put_string(&w, "email", email);
	json_put_string(&w, "reason", reason);
	json_close_object(&w);
	call->person.email = "role:api"; /* whoever it was, it was not shown to be this person */
	call->keep_changes = true;
	return audit_trail_add(call, "login.failed", 0, subject, &detail, why);
}

static int refuse_password(struct call *call, const struct account *account, const char *email, struct err *why)
{
	call_refuse(call, PROBLEM_WRONG_PASSWORD);
	if (!account->user_id)
		login_limits_failed(call->api->limits, email, clock_monotonic_ms());
	else if (account_login_failed(call->db, account->user_id, login_lock_seconds(account->failed_logins + 1),
				      why) != 0)
		return -1;
	return note_failure(call, account, email, account->user_id ? "password" : "unknown", why);
}

static int refuse_locked(struct call *call, const struct account *account, const char *email, int64_t seconds,
			 struct err *why)
{
	refuse_wait(call, PROBLEM_LOCKED, seconds);
	return note_failure(call, account, email, "locked", why);
}

static int begin_session(struct call *call, struct err *why)
{
	char token[SESSION_TOKEN_SIZE], cookie[SESSION_COOKIE_SIZE];
	const struct settings *s = call->api->settings;
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[SUBJECT_SIZE];

	session_token_new(token, call->session);
	if (account_session_new(call->db, call->person.user_id, call->session, s->api.session_life, call->address,
				http_request_header(call->exchange, "User-Agent"), why) != 0 ||
	    write_me(call, why) != 0)
		return -1;
	session_cookie(token, s->api.session_life / 1000, cookie);
	http_reply_header(call->reply, "Set-Cookie", cookie);
	open_detail(call, &detail, &w);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "user %" PRId64, call->person.user_id);
	return audit_trail_add(call, "login", 0, subject, &detail, why);
}

/* A new session, so a new token; the one that the browser may have brought along ends. */
static int enter(struct call *call, const struct account *account, struct err *why)
{
	uint8_t before[CALL_TOKEN_SIZE];

	if (!call_take_person(call, account))
		return err_set(why, ERR_CORRUPT, "user %" PRId64 " has a role that is not known", account->user_id);
	if (session_token_of_cookie(http_request_header(call->exchange, "Cookie"), before) &&
	    account_session_end(call->db, before, why) != 0)
		return -1;
	if (account_login_succeeded(call->db, account->user_id, why) != 0)
		return -1;
	return begin_session(call, why);
}

static int try_password(struct call *call, const struct account *account, const char *email, const char *password,
			struct err *why)
{
	int64_t locked = account->user_id ? account->locked_seconds
					  : login_limits_locked(call->api->limits, email, clock_monotonic_ms());

	if (locked)
		return refuse_locked(call, account, email, locked, why);
	if (!password_verify(account->password_hash, password))
		return refuse_password(call, account, email, why);
	return enter(call, account, why);
}

int sessions_sign_in(struct call *call, struct err *why)
{
	const char *email, *password;
	struct account account;
	int failed;

	if (!call_text(call, "email", 1, EMAIL_MOST, true, &email) ||
	    !call_text(call, "password", 1, PASSWORD_MOST, true, &password) || !may_try(call))
		return 0;
	if (account_by_email(call->db, email, &account, why) != 0)
		return -1;
	failed = try_password(call, &account, email, password, why);
	account_release(&account);
	call->person = (struct person){ 0 };
	return failed;
}

int sessions_sign_out(struct call *call, struct err *why)
{
	char subject[SUBJECT_SIZE], cookie[SESSION_COOKIE_SIZE];

	if (account_session_end(call->db, call->session, why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "user %" PRId64, call->person.user_id);
	if (audit_trail_add(call, "logout", 0, subject, NULL, why) != 0)
		return -1;
	if (call->api->hub)
		hub_end_session(call->api->hub, call->session);
	call_reply_empty(call, 204);
	session_cookie("", 0, cookie);
	http_reply_header(call->reply, "Set-Cookie", cookie);
	return 0;
}

/* ---- the set-up link ---- */

static int set_password(struct call *call, const struct account *account, const uint8_t token[CALL_TOKEN_SIZE],
			const char *password, struct err *why)
{
	char hash[PASSWORD_HASH_SIZE], subject[SUBJECT_SIZE];

	if (password_hash(password, hash, why) != 0 ||
	    account_set_up(call->db, account->user_id, token, hash, why) != 0)
		return -1;
	if (!call_take_person(call, account))
		return err_set(why, ERR_CORRUPT, "user %" PRId64 " has a role that is not known", account->user_id);
	snprintf(subject, sizeof(subject), "user %" PRId64, account->user_id);
	if (audit_trail_add(call, "user.setup", 0, subject, NULL, why) != 0)
		return -1;
	call_reply_empty(call, 204);
	return 0;
}

int sessions_set_up(struct call *call, struct err *why)
{
	const char *token, *password;
	uint8_t hash[CALL_TOKEN_SIZE];
	struct account account;
	int failed;

	if (!call_text(call, "token", 1, TOKEN_MOST, true, &token) ||
	    !call_text(call, "password", PASSWORD_LEAST, PASSWORD_MOST, true, &password) || !may_try(call))
		return 0;
	session_token_hash(token, hash);
	if (account_by_setup(call->db, hash, &account, why) != 0)
		return -1;
	if (!account.user_id)
		return call_refuse(call, PROBLEM_NOT_FOUND);
	failed = set_password(call, &account, hash, password, why);
	account_release(&account);
	call->person = (struct person){ 0 };
	return failed;
}

/* ---- who one is ---- */

int sessions_me(struct call *call, struct err *why)
{
	return write_me(call, why);
}

int sessions_change_me(struct call *call, struct err *why)
{
	const char *language;
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[SUBJECT_SIZE];

	if (!call_text(call, "language", 1, 16, false, &language))
		return 0;
	if (!language)
		return write_me(call, why);
	if (strcmp(language, "ja") != 0 && strcmp(language, "en") != 0)
		return call_refuse_member(call, "language", FAULT_CHOICE);
	if (account_set_language(call->db, call->person.user_id, language, why) != 0)
		return -1;
	call->person.japanese = strcmp(language, "ja") == 0;
	if (write_me(call, why) != 0)
		return -1;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "language", language);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "user %" PRId64, call->person.user_id);
	return audit_trail_add(call, "user.language", 0, subject, &detail, why);
}
