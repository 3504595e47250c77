/* Hands notices to the sender as the escalator does, without a database:
 *
 *	send_parcels CONFIG < PARCELS > OUTCOMES
 *
 * Each line of input is a JSON object: channel (mail, webhook, ...), address, and as wanted kind, subject, body, link,
 * priority, attempts, facts, secret, old_secret, template, action, thread, page_id; or {"probe":
 *true},
 * {"pulse": true}. Each line of output is one too: n (number of the line, from 1), outcome, code, retry_ms, text,
 * provider_id, disable, in the order in which they ended. */
#include "lib/encode.h"
#include "lib/json_write.h"
#include "lib/log.h"
#include "server/escalator/delivery.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

enum { LINE_MOST = 1 << 20, PARCELS_MOST = 20000 };

struct work {
	struct delivery *delivery;
	size_t done;
};

static int number_of(const uint8_t id[OUTBOX_ID_SIZE])
{
	return id[12] << 24 | id[13] << 16 | id[14] << 8 | id[15];
}

static void print(struct buffer *line)
{
	buffer_put_byte(line, '\n');
	fwrite(line->data, 1, line->len, stdout);
	fflush(stdout);
	buffer_release(line);
}

static void tell(void *context, const struct outbox_result *result)
{
	static const char *const names[] = { "sent", "retry", "refused" };
	struct work *work = context;
	struct buffer line = { 0 };
	struct json_writer w;

	json_writer_init(&w, &line);
	json_open_object(&w, NULL);
	json_put_integer(&w, "n", number_of(result->id));
	json_put_string(&w, "outcome", names[result->outcome]);
	json_put_integer(&w, "code", result->code);
	json_put_integer(&w, "retry_ms", result->outcome == OUTBOX_RETRY ? result->retry_ms : 0);
	json_put_string(&w, "provider_id", result->provider_id);
	json_put_bool(&w, "disable", result->disable_channel);
	json_put_integer(&w, "took_ms", result->took_ms);
	json_put_string(&w, "text", result->text);
	json_close_object(&w);
	print(&line);
	work->done++;
}

static const char *text_of(const json_t *object, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : otherwise;
}

static struct slice bytes_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? slice_of_string(text) : (struct slice){ 0 };
}

static void id_to_text(const uint8_t id[OUTBOX_ID_SIZE], char out[40])
{
	struct buffer hex = { 0 };
	const char *h;

	hex_encode(&hex, slice_of(id, OUTBOX_ID_SIZE));
	h = buffer_string(&hex);
	snprintf(out, 40, "%.8s-%.4s-%.4s-%.4s-%s", h, h + 8, h + 12, h + 16, h + 20);
	buffer_release(&hex);
}

/* Ids end in the number of the line: the same line has the same id at each run, as a second try has. */
static void make_id(int number, uint8_t id[OUTBOX_ID_SIZE])
{
	memset(id, 0x11, OUTBOX_ID_SIZE);
	for (int i = 0; i < 4; i++)
		id[15 - i] = (uint8_t)(number >> (8 * i));
}

static void send_one(struct work *work, const json_t *object, int number)
{
	char id_text[40];
	char *facts = json_dumps(json_object_get(object, "facts"), 0);
	struct outbox_row row = {
		.id_text = id_text,
		.kind = text_of(object, "kind", "page"),
		.page_id = json_integer_value(json_object_get(object, "page_id")),
		.priority = (int)json_integer_value(json_object_get(object, "priority")),
		.user_id = 1,
		.channel_kind = text_of(object, "channel", "mail"),
		.address = text_of(object, "address", ""),
		.language = text_of(object, "language", "ja"),
		.facts = facts ? facts : "{}",
		.attempts = (int)json_integer_value(json_object_get(object, "attempts")),
		.secret = bytes_of(object, "secret"),
		.old_secret = bytes_of(object, "old_secret"),
		.template = json_string_value(json_object_get(object, "template")),
		.created_at = clock_now(),
	};
	struct parcel parcel = {
		.row = &row,
		.subject = text_of(object, "subject", "subject"),
		.body = text_of(object, "body", "body\n"),
		.link = json_string_value(json_object_get(object, "link")),
		.thread = json_integer_value(json_object_get(object, "thread")),
		.event_action = json_string_value(json_object_get(object, "action")),
	};
	struct err why = { 0 };

	make_id(number, row.id);
	id_to_text(row.id, id_text);
	while (!delivery_has_room(work->delivery, &row))
		if (delivery_poll(work->delivery, NULL, 0, 1000, &why) != 0)
			log_error("%s", why.text);
	delivery_start(work->delivery, &parcel);
	free(facts);
}

static void print_state(const char *name, struct delivery_mail_state state)
{
	struct buffer line = { 0 };
	struct json_writer w;

	json_writer_init(&w, &line);
	json_open_object(&w, NULL);
	json_put_string(&w, "of", name);
	json_put_bool(&w, "good", !state.error && state.ok_at != TIME_NONE);
	json_put_string(&w, "error", state.error);
	json_close_object(&w);
	print(&line);
}

static void drain(struct work *work)
{
	struct err why = { 0 };

	while (delivery_open_count(work->delivery) > 0)
		if (delivery_poll(work->delivery, NULL, 0, 1000, &why) != 0)
			log_error("%s", why.text);
}

static void take_line(struct work *work, const char *line, int number)
{
	json_t *object = json_loads(line, 0, NULL);

	if (!json_is_object(object)) {
		fprintf(stderr, "send_parcels: line %d is no JSON object\n", number);
		exit(2);
	}
	if (json_object_get(object, "probe")) {
		delivery_probe_mail(work->delivery);
		drain(work);
		print_state("probe", delivery_mail_state(work->delivery));
	} else if (json_object_get(object, "pulse")) {
		delivery_pulse(work->delivery);
		drain(work);
		print_state("pulse", delivery_pulse_state(work->delivery));
	} else {
		send_one(work, object, number);
	}
	json_decref(object);
}

int main(int argc, char **argv)
{
	static char line[LINE_MOST];
	struct settings settings = { 0 };
	struct work work = { 0 };
	struct err why = { 0 };

	log_open("send_parcels", LOG_LEVEL_WARNING);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 2 || settings_load(argv[1], &settings, &why) != 0 ||
	    delivery_open(&work.delivery, &settings, tell, &work, &why) != 0) {
		fprintf(stderr, "send_parcels: %s\n", argc == 2 ? why.text : "one argument: the configuration");
		return 2;
	}
	for (int number = 1; number <= PARCELS_MOST && fgets(line, sizeof(line), stdin); number++)
		take_line(&work, line, number);
	drain(&work);
	delivery_close(work.delivery);
	settings_release(&settings);
	return 0;
}
