#include "sensor-agent/server_address.h"

#include "lib/buffer.h"
#include "lib/path.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <unistd.h>

static bool set(struct server_address *out, struct slice host, struct slice port, int default_port)
{
	uint64_t number = (uint64_t)default_port;

	if (host.len == 0 || host.len >= sizeof(out->host) || memchr(host.ptr, 0, host.len))
		return false;
	if (port.ptr && (!slice_to_uint64(port, &number) || number < 1 || number > 65535))
		return false;
	memcpy(out->host, host.ptr, host.len);
	out->host[host.len] = '\0';
	out->port = (int)number;
	return true;
}

bool server_address_parse(struct server_address *out, struct slice text, int default_port)
{
	struct slice none = { NULL, 0 };
	size_t colon = slice_find(text, ':');

	if (text.len && text.ptr[0] == '[') {
		size_t end = slice_find(text, ']');
		struct slice rest = slice_skip(text, end + 1);

		if (end == text.len || (rest.len && rest.ptr[0] != ':'))
			return false;
		return set(out, slice_skip(slice_take(text, end), 1), rest.len ? slice_skip(rest, 1) : none,
			   default_port);
	}
	if (colon == text.len || slice_find(slice_skip(text, colon + 1), ':') < text.len - colon - 1)
		return set(out, text, none, default_port); /* a name, or an IPv6 address without brackets */
	return set(out, slice_take(text, colon), slice_skip(text, colon + 1), default_port);
}

static int load_enrolled(struct server_address *out, const char *state_dir, struct err *why)
{
	struct buffer path = { 0 };
	json_t *root = NULL;
	json_error_t error;
	const char *host;
	json_int_t port;
	int result = -1;

	buffer_printf(&path, "%s/server.json", state_dir);
	if (!path_is_there(buffer_string(&path))) {
		err_set(why, ERR_NOT_FOUND, "%s is not there: enrol this agent first (hinomi-agent enroll --help)",
			buffer_string(&path));
		goto done;
	}
	root = json_load_file(buffer_string(&path), JSON_REJECT_DUPLICATES, &error);
	host = json_string_value(json_object_get(root, "server"));
	port = json_integer_value(json_object_get(root, "lumberjack_port"));
	if (!host || !set(out, slice_of_string(host), slice_of(NULL, 0), SERVER_LUMBERJACK_PORT) || port < 0 ||
	    port > 65535) {
		err_set(why, ERR_CORRUPT, "%s is damaged: enrol this agent again, or set `server`",
			buffer_string(&path));
		goto done;
	}
	if (port)
		out->port = (int)port;
	result = 0;
done:
	json_decref(root);
	buffer_release(&path);
	return result;
}

int server_address_load(struct server_address *out, const char *setting, const char *state_dir, struct err *why)
{
	if (setting[0] == '\0')
		return load_enrolled(out, state_dir, why);
	if (server_address_parse(out, slice_of_string(setting), SERVER_LUMBERJACK_PORT))
		return 0;
	return err_set(why, ERR_CONFIG, "server: '%s' is not host[:port]", setting);
}
