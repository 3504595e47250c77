#include "lib/zone.h"

#include "lib/buffer.h"
#include "lib/zone_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, TYPES_MAX = 256, DAY = 86400 };
/* Beyond what time_us can say, days are those of its ends. */
static const int64_t day_most = INT64_MAX / 1000000 / DAY - 2;

struct zone {
	size_t count;   /* of changes */
	int64_t *at;    /* seconds since 1970, ascending */
	uint8_t *types; /* at[i] begins this type */
	int32_t offsets[TYPES_MAX];
	bool has_rule;
	struct zone_rule rule; /* from the last change on */
};

/* --------------------------------------------------------------------------------------------------------- the file */

/* Counts of a data block (RFC 9636, section 3.1). */
struct header {
	uint8_t version;
	uint32_t isut, isstd, leaps, times, types, chars;
};

static int corrupt(struct err *why, const char *what)
{
	return err_set(why, ERR_CORRUPT, "not a time zone file: %s", what);
}

static int take_header(struct slice *file, struct header *h, struct err *why)
{
	const uint8_t *p = file->ptr;

	if (file->len < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
		return corrupt(why, "no header");
	h->version = p[4];
	h->isut = load_be32(p + 20);
	h->isstd = load_be32(p + 24);
	h->leaps = load_be32(p + 28);
	h->times = load_be32(p + 32);
	h->types = load_be32(p + 36);
	h->chars = load_be32(p + 40);
	*file = slice_skip(*file, HEADER_SIZE);
	if (h->version != 0 && (h->version < '2' || h->version > '9'))
		return corrupt(why, "unknown version");
	return 0;
}

/* Bytes of the block with times of this width; the counts are 32 bits, so nothing overflows. */
static uint64_t block_size(const struct header *h, unsigned width)
{
	return (uint64_t)h->times * (width + 1) + (uint64_t)h->types * TYPE_SIZE + h->chars +
	       (uint64_t)h->leaps * (width + 4) + h->isstd + h->isut;
}

static int check_counts(const struct header *h, struct slice rest, unsigned width, struct err *why)
{
	if (block_size(h, width) > rest.len)
		return corrupt(why, "it ends too early");
	if (h->types == 0 || h->types > TYPES_MAX || h->chars == 0)
		return corrupt(why, "no types of local time, or too many");
	if ((h->isut != 0 && h->isut != h->types) || (h->isstd != 0 && h->isstd != h->types))
		return corrupt(why, "indicators do not match the types");
	if (h->leaps != 0)
		return corrupt(why, "it counts leap seconds, which no clock here does");
	return 0;
}

static int64_t load_time(const uint8_t *p, unsigned width)
{
	return width == 8 ? (int64_t)load_be64(p) : (int32_t)load_be32(p);
}

static int read_changes(struct zone *zone, const struct header *h, const uint8_t *p, unsigned width, struct err *why)
{
	const uint8_t *types = p + (size_t)h->times * width;

	zone->at = calloc(h->times ? h->times : 1, sizeof(*zone->at));
	zone->types = calloc(h->times ? h->times : 1, 1);
	if (!zone->at || !zone->types)
		return err_set(why, ERR_NOMEM, "no memory for a time zone");
	for (uint32_t i = 0; i < h->times; i++) {
		zone->at[i] = load_time(p + (size_t)i * width, width);
		zone->types[i] = types[i];
		if (types[i] >= h->types || (i && zone->at[i] <= zone->at[i - 1]))
			return corrupt(why, "changes out of order, or of unknown types");
	}
	zone->count = h->times;
	return 0;
}

static int read_types(struct zone *zone, const struct header *h, const uint8_t *p, struct err *why)
{
	for (uint32_t i = 0; i < h->types; i++, p += TYPE_SIZE) {
		int32_t offset = (int32_t)load_be32(p);

		if (offset < ZONE_OFFSET_LEAST || offset > ZONE_OFFSET_MOST || p[4] > 1 || p[5] >= h->chars)
			return corrupt(why, "a type of local time that cannot be");
		zone->offsets[i] = offset;
	}
	return 0;
}

static int read_block(struct zone *zone, const struct header *h, struct slice *rest, unsigned width, struct err *why)
{
	const uint8_t *p = rest->ptr;

	if (check_counts(h, *rest, width, why) != 0 || read_changes(zone, h, p, width, why) != 0 ||
	    read_types(zone, h, p + (size_t)h->times * (width + 1), why) != 0)
		return -1;
	*rest = slice_skip(*rest, (size_t)block_size(h, width));
	return 0;
}

/* "\n" TZ-string "\n"; an empty one: nothing is known beyond the last change. */
static int read_footer(struct zone *zone, struct slice rest, struct err *why)
{
	size_t end;

	if (rest.len < 2 || rest.ptr[0] != '\n')
		return corrupt(why, "no footer");
	rest = slice_skip(rest, 1);
	end = slice_find(rest, '\n');
	if (end == rest.len)
		return corrupt(why, "the footer does not end");
	zone->has_rule = end > 0;
	if (end > 0 && !zone_rule_parse(slice_take(rest, end), &zone->rule))
		return corrupt(why, "a footer that is no TZ string");
	return 0;
}

static int read_file(struct zone *zone, struct slice file, struct err *why)
{
	struct header h;

	if (take_header(&file, &h, why) != 0)
		return -1;
	if (h.version == 0)
		return read_block(zone, &h, &file, 4, why);
	/* The first block repeats, for old readers, what 32 bits can say. */
	if (block_size(&h, 4) > file.len)
		return corrupt(why, "it ends too early");
	file = slice_skip(file, (size_t)block_size(&h, 4));
	if (take_header(&file, &h, why) != 0)
		return -1;
	if (h.version == 0)
		return corrupt(why, "its second header is of version 1");
	return read_block(zone, &h, &file, 8, why) != 0 ? -1 : read_footer(zone, file, why);
}

int zone_parse(struct zone **out, struct slice file, struct err *why)
{
	struct zone *zone = calloc(1, sizeof(*zone));

	if (!zone)
		return err_set(why, ERR_NOMEM, "no memory for a time zone");
	if (read_file(zone, file, why) != 0) {
		zone_release(zone);
		return -1;
	}
	*out = zone;
	return 0;
}

void zone_release(struct zone *zone)
{
	if (!zone)
		return;
	free(zone->at);
	free(zone->types);
	free(zone);
}

static bool is_name_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("_+-/", c) != NULL;
}

/* Without dots no name leaves the folder. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > ZONE_NAME_MAX || name[0] == '/' || name[n - 1] == '/')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_name_byte(name[i]))
			return false;
	return true;
}

/* The whole of a regular file. */
static int read_all(int file, struct buffer *content, struct err *why)
{
	struct stat st;
	ssize_t n;

	if (fstat(file, &st) != 0)
		return err_set_errno(why, ERR_IO, "cannot look at it");
	if (!S_ISREG(st.st_mode))
		return err_set(why, ERR_USAGE, "not a file");
	for (;;) {
		uint8_t *room = buffer_reserve(content, 4096);

		if (!room)
			return err_set(why, ERR_CORRUPT, "larger than a time zone is");
		n = read(file, room, 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(why, ERR_IO, "cannot read it");
		if (n == 0)
			return 0;
		content->len += (size_t)n;
	}
}

int zone_load(struct zone **out, const char *name, struct err *why)
{
	const char *folder = getenv("TZDIR");
	struct buffer path = { 0 }, content;
	int file, failed;

	if (!is_name(name))
		return err_set(why, ERR_USAGE, "%.80s is no name of a time zone; write it as Asia/Tokyo", name);
	buffer_printf(&path, "%s/%s", folder && *folder ? folder : "/usr/share/zoneinfo", name);
	file = open(buffer_string(&path), O_RDONLY | O_CLOEXEC);
	buffer_release(&path);
	if (file < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(why, ERR_USAGE, "there is no time zone %s", name);
	if (file < 0)
		return err_set_errno(why, ERR_IO, "time zone %s", name);
	buffer_init(&content, ZONE_FILE_MAX);
	failed = read_all(file, &content, why);
	if (!failed)
		failed = zone_parse(out, buffer_slice(&content), why);
	if (failed)
		err_prefix(why, "time zone %s", name);
	buffer_release(&content);
	close(file);
	return failed;
}

/* ----------------------------------------------------------------------------------------------------------- times */

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* How many changes lie at or before. */
static size_t changes_up_to(const struct zone *zone, int64_t seconds)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->at[middle] <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* *next: when it may change, INT64_MAX: never. */
static int32_t offset_at(const struct zone *zone, int64_t seconds, int64_t *next)
{
	size_t n = changes_up_to(zone, seconds);

	if (n == zone->count && zone->has_rule)
		return zone_rule_offset(&zone->rule, seconds, next);
	*next = n < zone->count ? zone->at[n] : INT64_MAX;
	/* Before the first change: the first type (RFC 9636, section 3.2). */
	return zone->offsets[n ? zone->types[n - 1] : 0];
}

int32_t zone_offset(const struct zone *zone, time_us t)
{
	int64_t next;

	return offset_at(zone, floor_divide(t, US_PER_SECOND), &next);
}

void zone_civil(const struct zone *zone, time_us t, struct civil_time *out)
{
	int64_t seconds = floor_divide(t, US_PER_SECOND), next, day, rest;

	out->offset = offset_at(zone, seconds, &next);
	seconds += out->offset;
	day = floor_divide(seconds, DAY);
	rest = seconds - day * DAY;
	civil_from_days(day, &out->year, &out->month, &out->day);
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
	/* 1970-01-01 was a Thursday. */
	out->weekday = (int)(((day + 3) % 7 + 7) % 7);
}

time_us zone_instant(const struct zone *zone, int64_t day, int second_of_day)
{
	int64_t local, from, next;

	if (day > day_most)
		day = day_most;
	if (day < -day_most)
		day = -day_most;
	local = day * DAY + second_of_day;
	/* The first instant at which clocks show this time or a later one. */
	for (from = local - ZONE_OFFSET_MOST - 1;; from = next) {
		int64_t at = local - offset_at(zone, from, &next);

		if (at < from)
			at = from;
		if (at < next)
			return at * US_PER_SECOND;
	}
}

int64_t zone_day(const struct zone *zone, time_us t)
{
	int64_t seconds = floor_divide(t, US_PER_SECOND), next;

	return floor_divide(seconds + offset_at(zone, seconds, &next), DAY);
}
