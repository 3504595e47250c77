#include "server/keyholder/answer.h"

#include "lib/encode.h"
#include "lib/json_write.h"
#include "lib/log.h"

#include <inttypes.h>
#include <jansson.h>

enum { NAMES_MAX = 32 };

static bool allowed(struct allowance *a, int64_t now_ms)
{
	int64_t minute = now_ms / 60000;

	if (minute != a->minute) {
		a->minute = minute;
		a->left = a->per_minute;
	}
	if (a->left <= 0)
		return false;
	a->left--;
	return true;
}

static int read_request_bytes(const json_t *message, struct buffer *csr, struct err *why)
{
	const char *text = json_string_value(json_object_get(message, "csr"));

	if (!text || !base64_decode(csr, slice_of_string(text)))
		return err_set(why, ERR_USAGE, "\"csr\" must be a certificate request in base64");
	return 0;
}

static int sign_sensor(struct answerer *self, const json_t *message, struct slice csr, struct buffer *der,
		       struct err *why)
{
	int64_t company = json_integer_value(json_object_get(message, "company"));
	int64_t sensor = json_integer_value(json_object_get(message, "sensor"));

	if (authority_sign_sensor(self->authority, csr, company, sensor, self->sensor_life_ms, der, why) != 0)
		return -1;
	log_info("signed a certificate for sensor %" PRId64 " of company %" PRId64, sensor, company);
	return 0;
}

static int sign_server(struct answerer *self, const json_t *message, struct slice csr, struct buffer *der,
		       struct err *why)
{
	const json_t *list = json_object_get(message, "names");
	const char *names[NAMES_MAX];
	size_t count = json_array_size(list);

	if (count > NAMES_MAX)
		return err_set(why, ERR_USAGE, "\"names\" holds more than %d names", NAMES_MAX);
	for (size_t i = 0; i < count; i++) {
		names[i] = json_string_value(json_array_get(list, i));
		if (!names[i])
			return err_set(why, ERR_USAGE, "\"names\" must be a list of strings");
	}
	if (authority_sign_server(self->authority, csr, names, count, self->server_life_ms, der, why) != 0)
		return -1;
	log_info("signed a certificate for the collector at %s", names[0]);
	return 0;
}

static const struct operation {
	const char *name;
	int (*sign)(struct answerer *self, const json_t *message, struct slice csr, struct buffer *der,
		    struct err *why);
} operations[] = {
	{ "sign-sensor", sign_sensor },
	{ "sign-server", sign_server },
};

static int run(struct answerer *self, const json_t *message, int64_t now_ms, struct buffer *der, struct err *why)
{
	const char *name = json_string_value(json_object_get(message, "op"));
	struct buffer csr = { 0 };
	int failed = -1;

	if (name && strcmp(name, "ca") == 0)
		return 0;
	for (size_t i = 0; name && i < ARRAY_LEN(operations); i++) {
		if (strcmp(name, operations[i].name) != 0)
			continue;
		if (!allowed(&self->allowance, now_ms))
			return err_set(why, ERR_UNAVAILABLE,
				       "more than keyholder.signatures_per_minute; try again in a minute");
		if (read_request_bytes(message, &csr, why) == 0)
			failed = operations[i].sign(self, message, buffer_slice(&csr), der, why);
		buffer_release(&csr);
		return failed;
	}
	return err_set(why, ERR_USAGE, "unknown \"op\"");
}

static void put_base64(struct json_writer *w, const char *key, struct slice bytes)
{
	struct buffer text = { 0 };

	base64_encode(&text, bytes);
	json_put_slice(w, key, buffer_slice(&text));
	buffer_release(&text);
}

static void write_answer(const struct answerer *self, struct slice certificate, int failed, const struct err *why,
			 struct buffer *out)
{
	struct buffer ca = { 0 };
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	if (failed) {
		json_put_string(&w, "error", why->text);
		json_put_bool(&w, "retry",
			      why->code == ERR_UNAVAILABLE || why->code == ERR_IO || why->code == ERR_NOMEM);
	} else {
		if (certificate.len)
			put_base64(&w, "certificate", certificate);
		tls_certificate_to_der(authority_certificate(self->authority), &ca);
		put_base64(&w, "ca", buffer_slice(&ca));
		buffer_release(&ca);
	}
	json_close_object(&w);
}

void answer(struct answerer *self, struct slice request, int64_t now_ms, struct buffer *out)
{
	json_t *message = json_loadb((const char *)request.ptr, request.len, JSON_REJECT_DUPLICATES, NULL);
	struct buffer der = { 0 };
	struct err why = { 0 };
	int failed;

	if (json_is_object(message))
		failed = run(self, message, now_ms, &der, &why);
	else
		failed = err_set(&why, ERR_USAGE, "the request is not a JSON object");
	if (failed)
		log_warning("refused to sign: %s", why.text);
	write_answer(self, buffer_slice(&der), failed, &why, out);
	json_decref(message);
	buffer_release(&der);
}
