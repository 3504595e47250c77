#include "sensor-agent/status.h"

#include "sensor-agent/certificate.h"
#include "sensor-agent/server_address.h"
#include "sensor-agent/spool_inspect.h"

#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------------------------ writing */

static void put(struct buffer *out, const struct status *status)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "version", HINOMI_VERSION);
	json_put_integer(&w, "pid", getpid());
	json_put_time(&w, "started_at", status->started_at);
	json_put_time(&w, "written_at", status->now);
	json_put_bool(&w, "connected", status->connected);
	json_put_string(&w, "trouble", status->trouble);
	json_put_integer(&w, "acked_records", (int64_t)status->acked);
	json_put_integer(&w, "spool_records", (int64_t)status->spool.records);
	json_put_integer(&w, "spool_bytes", (int64_t)status->spool.bytes);
	json_put_integer(&w, "dropped_records", (int64_t)status->spool.dropped);
	json_put_time(&w, "last_ack_at", status->spool.acked_at ? status->spool.acked_at : TIME_NONE);
	json_put_integer(&w, "rss_bytes", (int64_t)status->health.rss_bytes);
	health_put_sources(&w, &status->health);
	json_close_object(&w);
	buffer_put_byte(out, '\n');
}

/* Not synced: after a crash it says nothing of worth anyhow. */
static bool save(const char *path, const char *fresh, struct slice content)
{
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, content.ptr, content.len) == (ssize_t)content.len;

	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good && rename(fresh, path) == 0;
}

void status_write(const char *state_dir, const struct status *status)
{
	struct buffer text = { 0 }, path = { 0 }, fresh = { 0 };

	put(&text, status);
	buffer_printf(&path, "%s/status.json", state_dir);
	buffer_printf(&fresh, "%s/status.json.new", state_dir);
	if (!save(buffer_string(&path), buffer_string(&fresh), buffer_slice(&text)))
		log_debug("cannot write %s: %s", buffer_string(&path), strerror(errno));
	buffer_release(&text);
	buffer_release(&path);
	buffer_release(&fresh);
}

/* ------------------------------------------------------------------------------------------------ reading */

struct seen {
	struct spool_figures spool;
	bool has_spool, is_running;
	struct certificate_life certificate;
	bool is_enrolled;
	struct server_address server;
	bool has_server;
	json_t *written; /* NULL: no agent has run yet */
};

static int look(struct seen *out, const char *state_dir, struct err *why)
{
	struct buffer path = { 0 };
	struct err failed = { 0 };

	*out = (struct seen){ 0 };
	if (access(state_dir, R_OK | X_OK) != 0)
		return err_set_errno(why, ERR_NOT_FOUND, "cannot read %s (--state names the agent's folder)",
				     state_dir);
	out->has_spool = spool_inspect(state_dir, &out->spool, &out->is_running, &failed) == 0;
	if (!out->has_spool && failed.code != ERR_NOT_FOUND)
		return err_set(why, failed.code, "%s", failed.text);
	out->is_enrolled = certificate_read(&out->certificate, state_dir, &failed) == 0;
	if (!out->has_spool && !out->is_enrolled)
		return err_set(why, ERR_NOT_FOUND, "%s", failed.text);
	out->has_server = server_address_load(&out->server, "", state_dir, &failed) == 0;
	buffer_printf(&path, "%s/status.json", state_dir);
	out->written = json_load_file(buffer_string(&path), 0, NULL);
	buffer_release(&path);
	return 0;
}

/* A running agent's own figures are as of a few seconds ago but of one moment; files that it moves under our eyes are
 * not. */
static uint64_t figure(const struct seen *seen, const char *key, uint64_t from_files)
{
	const json_t *value = json_object_get(seen->written, key);

	return seen->is_running && json_is_integer(value) ? (uint64_t)json_integer_value(value) : from_files;
}

static const char *told(const struct seen *seen, const char *key)
{
	return json_string_value(json_object_get(seen->written, key));
}

static bool is_connected(const struct seen *seen)
{
	return seen->is_running && json_is_true(json_object_get(seen->written, "connected"));
}

static int64_t days_left(const struct certificate_life *life)
{
	time_us left = life->not_after - clock_now();

	return left >= 0 ? left / US_PER_DAY : -1;
}

static void print_json(const struct seen *seen)
{
	struct buffer out = { 0 };
	struct json_writer w;
	char *sources = NULL;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_string(&w, "version", HINOMI_VERSION);
	json_put_bool(&w, "running", seen->is_running);
	json_put_bool(&w, "connected", is_connected(seen));
	json_put_string(&w, "trouble", seen->is_running ? told(seen, "trouble") : NULL);
	json_put_bool(&w, "enrolled", seen->is_enrolled);
	json_put_string(&w, "server", seen->has_server ? seen->server.host : NULL);
	if (seen->has_server)
		json_put_integer(&w, "port", seen->server.port);
	json_put_integer(&w, "spool_records", (int64_t)figure(seen, "spool_records", seen->spool.records));
	json_put_integer(&w, "spool_bytes", (int64_t)figure(seen, "spool_bytes", seen->spool.bytes));
	json_put_integer(&w, "dropped_records", (int64_t)figure(seen, "dropped_records", seen->spool.dropped));
	json_put_time(&w, "last_ack_at", seen->spool.acked_at ? seen->spool.acked_at : TIME_NONE);
	json_put_integer(&w, "disk_free_bytes", (int64_t)seen->spool.disk_free);
	json_put_time(&w, "certificate_not_after", seen->is_enrolled ? seen->certificate.not_after : TIME_NONE);
	if (seen->is_enrolled) {
		json_put_integer(&w, "certificate_days_left", days_left(&seen->certificate));
		json_put_string(&w, "identity", seen->certificate.name);
	}
	if (seen->is_running && json_is_array(json_object_get(seen->written, "sources")))
		sources = json_dumps(json_object_get(seen->written, "sources"), JSON_COMPACT);
	json_put_raw(&w, "sources", slice_of_string(sources ? sources : "[]"));
	json_close_object(&w);
	puts(buffer_string(&out));
	free(sources);
	buffer_release(&out);
}

static void print_sources(const struct seen *seen)
{
	size_t i;
	json_t *source;

	json_array_foreach(json_object_get(seen->written, "sources"), i, source)
	{
		const char *name = json_string_value(json_object_get(source, "name"));

		printf("source        %s: %" JSON_INTEGER_FORMAT " records, %" JSON_INTEGER_FORMAT
		       " errors, read to %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " bytes\n",
		       name ? name : "?", json_integer_value(json_object_get(source, "lines")),
		       json_integer_value(json_object_get(source, "errors")),
		       json_integer_value(json_object_get(source, "position")),
		       json_integer_value(json_object_get(source, "size")));
	}
}

static void print_text(const struct seen *seen)
{
	char time[TIME_TEXT_SIZE] = "never";
	const char *trouble = seen->is_running ? told(seen, "trouble") : NULL;

	printf("agent         %s\n", seen->is_running ? "running" : "not running");
	if (seen->has_server)
		printf("server        %s port %d%s\n", seen->server.host, seen->server.port,
		       is_connected(seen) ? ", connected" : ", not connected");
	if (trouble && trouble[0])
		printf("trouble       %s\n", trouble);
	printf("spool         %" PRIu64 " records, %" PRIu64 " bytes not acked yet\n",
	       figure(seen, "spool_records", seen->spool.records), figure(seen, "spool_bytes", seen->spool.bytes));
	if (seen->spool.acked_at)
		time_to_text(seen->spool.acked_at, time);
	printf("last ack      %s\n", time);
	printf("dropped       %" PRIu64 " records\n", figure(seen, "dropped_records", seen->spool.dropped));
	if (seen->is_enrolled) {
		time_to_text(seen->certificate.not_after, time);
		printf("certificate   %" PRId64 " days left, until %s\n", days_left(&seen->certificate), time);
		printf("identity      %s\n", seen->certificate.name);
	} else {
		printf("certificate   none: enrol this agent (hinomi-agent enroll --help)\n");
	}
	if (seen->is_running)
		print_sources(seen);
}

int status_print(const char *state_dir, bool as_json, struct err *why)
{
	struct seen seen;

	if (look(&seen, state_dir, why) != 0)
		return -1;
	if (as_json)
		print_json(&seen);
	else
		print_text(&seen);
	json_decref(seen.written);
	return 0;
}
