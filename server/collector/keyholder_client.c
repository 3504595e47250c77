#include "server/collector/keyholder_client.h"

#include "lib/encode.h"
#include "lib/json_write.h"
#include "lib/message.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { URI_SIZE = 128 };

int keyholder_socket_path(const struct settings *settings, char *room, size_t size, struct err *why)
{
	int n = *settings->keyholder.socket ? snprintf(room, size, "%s", settings->keyholder.socket)
					    : snprintf(room, size, "%s/run/keyholder.sock", settings->state_dir);

	if (n < 0 || (size_t)n >= size)
		return err_set(why, ERR_CONFIG, "the path of the keyholder's socket is too long");
	return 0;
}

/* ------------------------------------------------------------------------------------------------ the exchange */

static int open_socket(const char *path, struct err *why)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(at.sun_path))
		return err_set(why, ERR_CONFIG, "the socket path %s is too long", path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set_errno(why, ERR_UNAVAILABLE, "cannot make a socket");
	/* EAGAIN: more are waiting than the keyholder's queue has room for. */
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	err_set_errno(why, ERR_UNAVAILABLE, "the keyholder does not answer at %s", path);
	close(fd);
	return -1;
}

/* Waits until the socket is ready. Signals go to whoever handles them. */
static int wait_for(int fd, short events, int64_t deadline_ms, struct err *why)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	int n;

	do {
		int64_t left = deadline_ms - clock_monotonic_ms();

		n = poll(&waiting, 1, left < 0 ? 0 : (int)left);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		return 0;
	return err_set(why, ERR_UNAVAILABLE, "the keyholder did not answer in %d seconds", KEYHOLDER_TIMEOUT_MS / 1000);
}

static bool passing(int error)
{
	return error == EAGAIN || error == EINTR;
}

static int send_all(int fd, struct slice bytes, int64_t deadline_ms, struct err *why)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

		if (n < 0 && !passing(errno))
			return err_set_errno(why, ERR_UNAVAILABLE, "the keyholder is gone");
		if (n >= 0)
			bytes = slice_skip(bytes, (size_t)n);
		else if (wait_for(fd, POLLOUT, deadline_ms, why) != 0)
			return -1;
	}
	return 0;
}

static int receive(int fd, struct buffer *in, struct slice *body, int64_t deadline_ms, struct err *why)
{
	size_t used;
	enum parse got;

	while ((got = message_parse(buffer_slice(in), body, &used)) == PARSE_MORE) {
		uint8_t bytes[4096];
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n == 0 || (n < 0 && !passing(errno)))
			return err_set(why, ERR_UNAVAILABLE, "the keyholder closed the connection");
		if (n > 0)
			buffer_put(in, bytes, (size_t)n);
		else if (wait_for(fd, POLLIN, deadline_ms, why) != 0)
			return -1;
		if (in->failed)
			return err_set(why, ERR_NOMEM, "no memory for the keyholder's answer");
	}
	if (got == PARSE_BAD)
		return err_set(why, ERR_PROTOCOL, "the keyholder's answer is too long");
	return 0;
}

/* The answer as JSON, the caller's; NULL on an error. */
static json_t *read_answer(struct slice body, struct err *why)
{
	json_t *answer = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!json_is_object(answer))
		err_set(why, ERR_PROTOCOL, "the keyholder's answer is not a JSON object");
	else if (error)
		err_set(why, json_is_true(json_object_get(answer, "retry")) ? ERR_UNAVAILABLE : ERR_FORBIDDEN,
			"the keyholder refuses: %s", error);
	else
		return answer;
	json_decref(answer);
	return NULL;
}

/* NULL on an error; json_decref(). */
static json_t *ask(const char *path, const struct buffer *message, struct err *why)
{
	int64_t deadline = clock_monotonic_ms() + KEYHOLDER_TIMEOUT_MS;
	struct buffer in = { .limit = MESSAGE_HEADER + MESSAGE_MOST };
	json_t *answer = NULL;
	struct slice body;
	int fd;

	if (message->failed || message->len > MESSAGE_HEADER + MESSAGE_MOST) {
		err_set(why, ERR_LIMIT, "the question to the keyholder is too long");
		return NULL;
	}
	fd = open_socket(path, why);
	if (fd < 0)
		return NULL;
	if (send_all(fd, buffer_slice(message), deadline, why) == 0 && receive(fd, &in, &body, deadline, why) == 0)
		answer = read_answer(body, why);
	close(fd);
	buffer_release(&in);
	return answer;
}

static void put_request(struct json_writer *w, struct slice der)
{
	struct buffer text = { 0 };

	base64_encode(&text, der);
	json_put_slice(w, "csr", buffer_slice(&text));
	w->out->failed |= text.failed;
	buffer_release(&text);
}

/* ------------------------------------------------------------------------------------------------ the answers */

/* NULL on an error. */
static X509 *take_certificate(const json_t *answer, const char *member, struct err *why)
{
	const char *text = json_string_value(json_object_get(answer, member));
	struct buffer der = { 0 };
	X509 *certificate = NULL;

	if (!text || !base64_decode(&der, slice_of_string(text)))
		err_set(why, ERR_PROTOCOL, "the keyholder's answer has no \"%s\"", member);
	else
		certificate = tls_certificate_parse(buffer_slice(&der), why);
	buffer_release(&der);
	return certificate;
}

/* What the keyholder signed must be what it was asked for. */
static int check_signed(X509 *certificate, X509 *ca, struct slice request_der, struct err *why)
{
	X509_REQ *request = tls_request_parse(request_der, why);
	int same;

	if (!request)
		return -1;
	same = EVP_PKEY_eq(X509_get0_pubkey(certificate), X509_REQ_get0_pubkey(request));
	X509_REQ_free(request);
	if (same != 1)
		return err_set(why, ERR_PROTOCOL, "the keyholder signed another key than it was asked for");
	if (X509_verify(certificate, X509_get0_pubkey(ca)) != 1)
		return tls_fail(why, NULL, "the keyholder's signature does not fit its authority");
	return 0;
}

static int ask_for_certificate(const char *path, const struct buffer *message, struct slice request_der,
			       X509 **certificate, X509 **ca, struct err *why)
{
	json_t *answer = ask(path, message, why);

	*certificate = *ca = NULL;
	if (!answer)
		return -1;
	*certificate = take_certificate(answer, "certificate", why);
	*ca = *certificate ? take_certificate(answer, "ca", why) : NULL;
	json_decref(answer);
	if (*ca && check_signed(*certificate, *ca, request_der, why) == 0)
		return 0;
	X509_free(*certificate);
	X509_free(*ca);
	*certificate = *ca = NULL;
	return -1;
}

int keyholder_ca(const char *socket_path, X509 **ca, struct err *why)
{
	struct buffer message = { 0 };
	struct json_writer w;
	size_t start = message_begin(&message);
	json_t *answer;

	json_writer_init(&w, &message);
	json_open_object(&w, NULL);
	json_put_string(&w, "op", "ca");
	json_close_object(&w);
	message_end(&message, start);
	answer = ask(socket_path, &message, why);
	buffer_release(&message);
	*ca = answer ? take_certificate(answer, "ca", why) : NULL;
	json_decref(answer);
	return *ca ? 0 : -1;
}

int keyholder_sign_sensor(const char *socket_path, int64_t company, int64_t sensor, struct slice request_der,
			  X509 **certificate, struct err *why)
{
	struct buffer message = { 0 };
	struct json_writer w;
	size_t start = message_begin(&message);
	char wanted[URI_SIZE], got[URI_SIZE];
	X509 *ca;
	int failed;

	json_writer_init(&w, &message);
	json_open_object(&w, NULL);
	json_put_string(&w, "op", "sign-sensor");
	json_put_integer(&w, "company", company);
	json_put_integer(&w, "sensor", sensor);
	put_request(&w, request_der);
	json_close_object(&w);
	message_end(&message, start);
	failed = ask_for_certificate(socket_path, &message, request_der, certificate, &ca, why);
	buffer_release(&message);
	if (failed)
		return -1;
	X509_free(ca);
	snprintf(wanted, sizeof(wanted), "urn:hinomi:company:%" PRId64 ":sensor:%" PRId64, company, sensor);
	if (tls_uri_name(*certificate, got, sizeof(got)) && strcmp(got, wanted) == 0)
		return 0;
	X509_free(*certificate);
	*certificate = NULL;
	return err_set(why, ERR_PROTOCOL, "the keyholder signed for another sensor than it was asked for");
}

int keyholder_sign_server(const char *socket_path, const char *const *names, size_t name_count,
			  struct slice request_der, X509 **certificate, X509 **ca, struct err *why)
{
	struct buffer message = { 0 };
	struct json_writer w;
	size_t start = message_begin(&message);
	int failed;

	json_writer_init(&w, &message);
	json_open_object(&w, NULL);
	json_put_string(&w, "op", "sign-server");
	json_open_array(&w, "names");
	for (size_t i = 0; i < name_count; i++)
		json_put_string(&w, NULL, names[i]);
	json_close_array(&w);
	put_request(&w, request_der);
	json_close_object(&w);
	message_end(&message, start);
	failed = ask_for_certificate(socket_path, &message, request_der, certificate, ca, why);
	buffer_release(&message);
	return failed;
}
