#include "sensor-agent/health.h"

#include <fcntl.h>
#include <unistd.h>

void health_put_sources(struct json_writer *w, const struct health *health)
{
	json_open_array(w, "sources");
	for (size_t i = 0; i < health->source_count; i++) {
		const struct source_health *source = &health->sources[i];

		json_open_object(w, NULL);
		json_put_string(w, "name", source->name);
		json_put_integer(w, "position", (int64_t)source->position);
		json_put_integer(w, "size", (int64_t)source->size);
		json_put_integer(w, "lines", (int64_t)source->lines);
		json_put_integer(w, "errors", (int64_t)source->errors);
		json_close_object(w);
	}
	json_close_array(w);
}

uint64_t health_rss_bytes(void)
{
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128];
	struct slice rest;
	uint64_t pages = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	/* Pages in all, then resident ones. */
	rest = slice_of(text, n > 0 ? (size_t)n : 0);
	rest = slice_skip(rest, slice_find(rest, ' ') + 1);
	if (!slice_to_uint64(slice_take(rest, slice_find(rest, ' ')), &pages))
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
