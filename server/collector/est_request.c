#include "server/collector/est_request.h"

#include "lib/encode.h"

#define PREFIX "/.well-known/est/"

/* What the fields said, before it is judged. */
struct fields {
	bool has_length, has_coding, is_pkcs10;
	uint64_t length;
	struct slice authorization; /* ptr NULL: none */
	bool expects_continue;
};

static enum parse refuse(struct est_refusal *refusal, int status, const char *reason)
{
	*refusal = (struct est_refusal){ .status = status, .reason = reason };
	return PARSE_BAD;
}

/* ------------------------------------------------------------------------------------------------ lines */

/* tchar of RFC 9110 section 5.6.2. */
static bool is_token_character(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_token_character(s.ptr[i]))
			return false;
	return s.len > 0;
}

/* Takes a line off `rest`, without its CR LF. A lone CR or LF, or another control byte, is PARSE_BAD. */
static enum parse take_line(struct slice *rest, struct slice *line)
{
	for (size_t i = 0; i < rest->len; i++) {
		uint8_t c = rest->ptr[i];

		if (c == '\r') {
			if (i + 1 == rest->len)
				return PARSE_MORE;
			if (rest->ptr[i + 1] != '\n')
				return PARSE_BAD;
			*line = slice_take(*rest, i);
			*rest = slice_skip(*rest, i + 2);
			return PARSE_OK;
		}
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return PARSE_BAD;
	}
	return PARSE_MORE;
}

/* ------------------------------------------------------------------------------------------------ first line */

static const struct {
	const char *name;
	enum est_operation operation;
	const char *method;
} operations[] = {
	{ "cacerts", EST_CACERTS, "GET" },
	{ "simpleenroll", EST_SIMPLEENROLL, "POST" },
	{ "simplereenroll", EST_SIMPLEREENROLL, "POST" },
	{ "csrattrs", EST_CSRATTRS, "GET" },
};

/* `path` is what follows the prefix. A label before the operation selects one of several authorities (RFC 7030
 * section 3.2.2); we have one. */
static enum parse read_operation(struct slice method, struct slice path, struct est_request *out,
				 struct est_refusal *refusal)
{
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		if (!slice_is(path, operations[i].name))
			continue;
		out->operation = operations[i].operation;
		if (slice_is(method, operations[i].method))
			return PARSE_OK;
		refuse(refusal, 405, "this operation has another method");
		refusal->allow = operations[i].method;
		return PARSE_BAD;
	}
	if (slice_find(path, '/') < path.len)
		return refuse(refusal, 404, "this server has no labels: leave the label out");
	return refuse(refusal, 404, "there is no such operation: cacerts, simpleenroll, simplereenroll, csrattrs");
}

/* method SP target SP HTTP/1.x */
static enum parse read_first_line(struct slice line, struct est_request *out, struct est_refusal *refusal)
{
	struct slice method = slice_take(line, slice_find(line, ' '));
	struct slice rest = slice_skip(line, method.len + 1);
	struct slice target = slice_take(rest, slice_find(rest, ' '));
	struct slice version = slice_skip(rest, target.len + 1);
	struct slice path = slice_take(target, slice_find(target, '?'));

	if (!is_token(method) || target.len == 0 || !slice_starts_with(version, "HTTP/"))
		return refuse(refusal, 400, "this is not HTTP");
	if (!slice_is(version, "HTTP/1.1") && !slice_is(version, "HTTP/1.0"))
		return refuse(refusal, 505, "use HTTP/1.1");
	if (!slice_starts_with(path, PREFIX))
		return refuse(refusal, 404, "only " PREFIX " is here");
	return read_operation(method, slice_skip(path, strlen(PREFIX)), out, refusal);
}

/* ------------------------------------------------------------------------------------------------ fields */

static bool read_length(struct slice value, struct fields *f)
{
	if (f->has_length)
		return false;
	f->has_length = true;
	return slice_to_uint64(value, &f->length);
}

static bool read_authorization(struct slice value, struct fields *f)
{
	if (f->authorization.ptr)
		return false;
	f->authorization = value;
	return true;
}

static bool read_content_type(struct slice value, struct fields *f)
{
	struct slice type = slice_trim(slice_take(value, slice_find(value, ';')));

	f->is_pkcs10 = slice_is_ignoring_case(type, "application/pkcs10");
	return true;
}

static bool read_coding(struct slice value, struct fields *f)
{
	(void)value;
	f->has_coding = true;
	return true;
}

static bool read_expect(struct slice value, struct fields *f)
{
	f->expects_continue = slice_is_ignoring_case(value, "100-continue");
	return true;
}

/* Content-Transfer-Encoding is none of HTTP's fields and is ignored, as RFC 8951 asks. */
static const struct {
	const char *name;
	bool (*read)(struct slice value, struct fields *f);
} known_fields[] = {
	{ "content-length", read_length },
	{ "authorization", read_authorization },
	{ "content-type", read_content_type },
	{ "transfer-encoding", read_coding },
	{ "expect", read_expect },
};

static bool read_field(struct slice line, struct fields *f)
{
	struct slice name = slice_take(line, slice_find(line, ':'));
	struct slice value = slice_trim(slice_skip(line, name.len + 1));

	if (name.len == line.len || !is_token(name))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(known_fields); i++)
		if (slice_is_ignoring_case(name, known_fields[i].name))
			return known_fields[i].read(value, f);
	return true;
}

/* PARSE_OK: the empty line was there. */
static enum parse read_fields(struct slice *rest, struct fields *f, struct est_refusal *refusal)
{
	struct slice line;
	enum parse got;
	int count = 0;

	while ((got = take_line(rest, &line)) == PARSE_OK) {
		if (line.len == 0)
			return PARSE_OK;
		if (++count > EST_FIELDS_MOST)
			return refuse(refusal, 431, "too many header fields");
		if (!read_field(line, f))
			return refuse(refusal, 400, "a header field is malformed, or stands there twice");
	}
	return got == PARSE_BAD ? refuse(refusal, 400, "this is not HTTP") : PARSE_MORE;
}

/* ------------------------------------------------------------------------------------------------ credentials */

/* "Basic" SP base64("user:password"). Anything else counts as no credentials: the answer will ask for Basic ones. */
static void read_credentials(struct slice value, struct est_request *out)
{
	struct slice scheme = slice_take(value, slice_find(value, ' '));
	struct buffer text = { .limit = EST_HEAD_MOST };
	struct slice password;

	if (slice_is_ignoring_case(scheme, "basic") &&
	    base64_decode(&text, slice_trim(slice_skip(value, scheme.len))) && !text.failed) {
		password = buffer_slice(&text);
		password = slice_skip(password, slice_find(password, ':') + 1);
		if (password.len > 0 && password.len <= sizeof(out->password)) {
			memcpy(out->password, password.ptr, password.len);
			out->password_length = password.len;
			out->has_password = true;
		}
	}
	if (text.data)
		explicit_bzero(text.data, text.room);
	buffer_release(&text);
}

static enum parse judge(const struct fields *f, struct est_request *out, struct est_refusal *refusal)
{
	bool is_post = out->operation == EST_SIMPLEENROLL || out->operation == EST_SIMPLEREENROLL;

	if (is_post && !f->is_pkcs10)
		return refuse(refusal, 415, "send a certificate request with Content-Type: application/pkcs10");
	if (is_post && (f->has_coding || !f->has_length))
		return refuse(refusal, 411, "send the request with a Content-Length");
	if (f->has_length && f->length > EST_BODY_MOST)
		return refuse(refusal, 413, "the body is longer than 16 KiB");
	if (is_post) {
		out->body_length = (size_t)f->length;
		out->expects_continue = f->expects_continue;
	}
	if (f->authorization.ptr)
		read_credentials(f->authorization, out);
	return PARSE_OK;
}

enum parse est_request_parse(struct slice in, struct est_request *out, size_t *used, struct est_refusal *refusal)
{
	struct slice rest = slice_take(in, EST_HEAD_MOST), line;
	struct fields f = { 0 };
	enum parse got;

	*out = (struct est_request){ 0 };
	*refusal = (struct est_refusal){ 0 };
	got = take_line(&rest, &line);
	if (got == PARSE_BAD || (in.len && !is_token_character(in.ptr[0])))
		return refuse(refusal, 400, "this is not HTTP");
	if (got == PARSE_OK)
		got = read_first_line(line, out, refusal);
	if (got == PARSE_OK)
		got = read_fields(&rest, &f, refusal);
	if (got == PARSE_MORE && in.len >= EST_HEAD_MOST)
		return refuse(refusal, 431, "the head of the request is longer than 8 KiB");
	if (got != PARSE_OK)
		return got;
	*used = (size_t)(rest.ptr - in.ptr);
	return judge(&f, out, refusal);
}
