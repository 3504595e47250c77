#include "server/api/call.h"

#include "server/api/answer_page.h"
#include "server/api/headers.h"
#include "server/api/plain_page.h"
#include "server/store/scope.h"

void call_reply(struct call *call, int status, struct json_writer *w)
{
	http_reply_clear(call->reply);
	call->reply->status = status;
	call->reply->content_type = "application/json";
	http_reply_header(call->reply, "Cache-Control", "no-store");
	json_writer_init(w, &call->reply->body);
}

void call_reply_empty(struct call *call, int status)
{
	http_reply_clear(call->reply);
	call->reply->status = status;
	http_reply_header(call->reply, "Cache-Control", "no-store");
}

void problem_reply_open(struct http_exchange *exchange, const struct problem *problem, struct json_writer *w)
{
	struct http_reply *reply = http_reply_of(exchange);
	const struct http_request *request = http_request_of(exchange);
	struct problem whole = *problem;

	http_reply_clear(reply);
	reply->status = problem_status(problem->code);
	reply->content_type = PROBLEM_MEDIA_TYPE;
	http_reply_header(reply, "Cache-Control", "no-store");
	http_reply_header(reply, "Content-Language", problem->japanese ? "ja" : "en");
	/* RFC 9110 wants a challenge with every 401; no browser reacts to this one with a window of its own. */
	if (reply->status == 401)
		http_reply_header(reply, "WWW-Authenticate", "Session");
	if (reply->status == 503)
		http_reply_header(reply, "Retry-After", "2");
	whole.request_id = request->id;
	whole.instance = request->path;
	json_writer_init(w, &reply->body);
	problem_open(&whole, w);
}

void call_refuse_open(struct call *call, enum problem_code code, struct json_writer *w)
{
	problem_reply_open(call->exchange, &(struct problem){ .code = code, .japanese = call->japanese }, w);
}

int call_refuse(struct call *call, enum problem_code code)
{
	struct json_writer w;

	if (call->route->page)
		return call_refuse_page(call->exchange, code, call->japanese);
	call_refuse_open(call, code, &w);
	json_close_object(&w);
	return 0;
}

int call_refuse_page(struct http_exchange *exchange, enum problem_code code, bool japanese)
{
	struct http_reply *reply = http_reply_of(exchange);

	http_reply_clear(reply);
	reply->status = problem_status(code);
	answer_page_trouble(reply->status, japanese, &reply->body);
	plain_page_headers(reply, japanese);
	if (reply->status == 503)
		http_reply_header(reply, "Retry-After", "2");
	return 0;
}

static int refuse_fault(struct call *call, const char *parameter, const char *member, enum problem_fault fault,
			const char *reason)
{
	struct problem problem = { .code = PROBLEM_INVALID,
				   .japanese = call->japanese,
				   .parameter = parameter,
				   .member = member,
				   .fault = fault,
				   .reason = reason };
	struct json_writer w;

	problem_reply_open(call->exchange, &problem, &w);
	json_close_object(&w);
	return 0;
}

int call_refuse_parameter(struct call *call, const char *name, enum problem_fault fault)
{
	return refuse_fault(call, name, NULL, fault, NULL);
}

int call_refuse_member(struct call *call, const char *name, enum problem_fault fault)
{
	return refuse_fault(call, NULL, name, fault, NULL);
}

int call_refuse_reason(struct call *call, const char *name, enum problem_fault fault, const char *reason)
{
	return refuse_fault(call, NULL, name, fault, reason);
}

/* "layers[1].rotation" of the document `name` as "name/layers/1/rotation": what a pointer is made of. */
static void put_place(struct buffer *out, const char *name, struct slice place)
{
	buffer_put_string(out, name);
	if (place.len && place.ptr[0] != '[' && place.ptr[0] != '.')
		buffer_put_byte(out, '/');
	for (size_t i = 0; i < place.len; i++) {
		if (place.ptr[i] == '[' || place.ptr[i] == '.')
			buffer_put_byte(out, '/');
		else if (place.ptr[i] != ']')
			buffer_put_byte(out, place.ptr[i]);
	}
}

/* How long the place is that the text begins with; 0: none. */
static size_t place_length(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789[].");

	return text[len] == ':' ? len : 0;
}

int call_refuse_document(struct call *call, const char *name, const char *text)
{
	size_t place, known = strlen(name);
	struct buffer pointer = { 0 };
	const char *reason;

	/* Some parsers begin with the document's own name: "rules: layers[1]: ...", "rules.layers[1]: ...". */
	if (strncmp(text, name, known) == 0 && text[known] == ':')
		text += known + 1 + strspn(text + known + 1, " ");
	place = place_length(text);
	reason = place ? text + place + 1 : text;
	if (place < known || strncmp(text, name, known) != 0 || !strchr(".[:", text[known]))
		known = 0;
	put_place(&pointer, name, slice_of(text + known, place - known));
	while (*reason == ' ')
		reason++;
	call_refuse_reason(call, buffer_string(&pointer), FAULT_MALFORMED, reason);
	buffer_release(&pointer);
	return 0;
}

static bool refused(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

bool call_text(struct call *call, const char *name, size_t least, size_t most, bool required, const char **out)
{
	enum body_kind kind = body_kind(&call->body, name);
	size_t length;

	*out = NULL;
	if (kind == BODY_ABSENT)
		return required ? refused(call, name, FAULT_MISSING) : true;
	*out = body_text(&call->body, name);
	if (kind != BODY_TEXT || !*out)
		return refused(call, name, FAULT_TYPE);
	length = body_characters(*out);
	if (length < least)
		return refused(call, name, FAULT_TOO_SHORT);
	return length <= most ? true : refused(call, name, FAULT_TOO_LONG);
}

bool call_id_parameter(struct call *call, const char *name, int64_t *out)
{
	const char *text = parameters_get(&call->query, name);
	int64_t value;

	if (!text)
		return true;
	if (!slice_to_int64(slice_of_string(text), &value) || value < 1) {
		call_refuse_parameter(call, name, FAULT_NUMBER);
		return false;
	}
	*out = value;
	return true;
}

bool call_condition(struct call *call, int64_t version, bool *stale)
{
	const char *header = http_request_header(call->exchange, "If-Match");
	enum headers_match match;

	if (!header) {
		call_refuse(call, PROBLEM_CONDITION_MISSING);
		return false;
	}
	match = headers_if_match(header, version);
	if (match == HEADERS_MALFORMED) {
		call_refuse_parameter(call, "If-Match", FAULT_MALFORMED);
		return false;
	}
	*stale = match == HEADERS_STALE;
	return true;
}

bool call_take_person(struct call *call, const struct account *account)
{
	call->person = (struct person){ .user_id = account->user_id,
					.company_id = account->vendor_id ? SCOPE_NOBODY : account->company_id,
					.vendor_id = account->vendor_id,
					.japanese = strcmp(account->language, "en") != 0,
					.email = account->email,
					.display_name = account->display_name };
	return person_role_parse(slice_of_string(account->role), &call->person.role);
}
