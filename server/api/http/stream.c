#include "server/api/http/exchange.h"

/* Suits a frame of the live stream; libmicrohttpd cuts it down to what its own memory limit leaves. */
enum { BLOCK_SIZE = 32 * 1024 };

struct http_stream {
	struct MHD_Connection *connection;
	struct http_source source;
};

static ssize_t on_read(void *cls, uint64_t position, char *to, size_t room)
{
	struct http_stream *stream = cls;
	long n = stream->source.read(stream->source.arg, stream, to, room);

	(void)position;
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void on_free(void *cls)
{
	struct http_stream *stream = cls;

	stream->source.closed(stream->source.arg);
	free(stream);
}

struct MHD_Response *stream_response(struct MHD_Connection *connection, const struct http_source *source)
{
	struct http_stream *stream = calloc(1, sizeof(*stream));
	struct MHD_Response *response = NULL;

	if (stream) {
		stream->connection = connection;
		stream->source = *source;
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, on_read, stream, on_free);
	}
	if (!response) {
		source->closed(source->arg);
		free(stream);
	}
	return response;
}

void http_stream_pause(struct http_stream *stream)
{
	MHD_suspend_connection(stream->connection);
}

void http_stream_wake(struct http_stream *stream)
{
	MHD_resume_connection(stream->connection);
}
