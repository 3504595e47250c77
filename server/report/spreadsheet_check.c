#include "server/report/spreadsheet_check.h"

#include "lib/buffer.h"

#include <zlib.h>

/* PKWARE's APPNOTE.TXT 6.3.9, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end). */
enum {
	LOCAL_SIZE = 30,
	CENTRAL_SIZE = 46,
	END_SIZE = 22,
	METHOD_STORED = 0,
	METHOD_DEFLATED = 8,
	PARTS_MAX = 256,
};
static const uint8_t local_signature[4] = { 'P', 'K', 3, 4 };
static const uint8_t central_signature[4] = { 'P', 'K', 1, 2 };
static const uint8_t end_signature[4] = { 'P', 'K', 5, 6 };

struct part {
	struct slice name, packed;
	size_t size; /* unpacked */
	unsigned method;
};

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static int broken(struct err *why, const char *what)
{
	return err_set(
	    why, ERR_FULL,
	    "the workbook came out incomplete (%s): is there room in the folder of temporary files ($TMPDIR)?", what);
}

/* The packed bytes that the central directory speaks of. */
static int part_locate(struct slice file, const uint8_t *central, struct part *part, struct err *why)
{
	size_t packed = le32(central + 20), at = le32(central + 42), skip;

	part->method = le16(central + 10);
	part->size = le32(central + 24);
	if (at > file.len || file.len - at < LOCAL_SIZE || memcmp(file.ptr + at, local_signature, 4) != 0)
		return broken(why, "a part is not where the directory says");
	skip = (size_t)LOCAL_SIZE + le16(file.ptr + at + 26) + le16(file.ptr + at + 28);
	if (file.len - at < skip || file.len - at - skip < packed)
		return broken(why, "a part is cut off");
	if (part->size > SPREADSHEET_PART_MAX)
		return err_set(why, ERR_LIMIT, "a sheet of the workbook is larger than %d bytes", SPREADSHEET_PART_MAX);
	part->packed = slice_of(file.ptr + at + skip, packed);
	return 0;
}

static int part_unpack(const struct part *part, struct buffer *out, struct err *why)
{
	z_stream z = { 0 };
	uint8_t *room;
	int result;

	buffer_clear(out);
	if (part->method == METHOD_STORED) {
		buffer_put_slice(out, part->packed);
		return out->failed ? err_set(why, ERR_NOMEM, "no memory") : 0;
	}
	room = buffer_reserve(out, part->size + 1);
	if (!room)
		return err_set(why, ERR_NOMEM, "no memory");
	if (part->method != METHOD_DEFLATED || inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return broken(why, "a part cannot be unpacked");
	z.next_in = (z_const Bytef *)(uintptr_t)part->packed.ptr;
	z.avail_in = (uInt)part->packed.len;
	z.next_out = room;
	z.avail_out = (uInt)part->size + 1;
	result = inflate(&z, Z_FINISH);
	out->len = z.total_out;
	inflateEnd(&z);
	return result == Z_STREAM_END && out->len == part->size ? 0 : broken(why, "a part does not unpack");
}

static size_t count_of(struct slice text, const char *needle)
{
	size_t length = strlen(needle), n = 0;
	const uint8_t *at;

	while ((at = memmem(text.ptr, text.len, needle, length)) != NULL) {
		n++;
		text = slice_skip(text, (size_t)(at - text.ptr) + length);
	}
	return n;
}

/* Ends with the end tag of its first element, or is one empty element. */
static bool xml_ends(struct slice text)
{
	struct slice rest = slice_trim(text), name;
	size_t n = 0;

	do {
		rest = slice_skip(rest, slice_find(rest, '<') + 1);
	} while (rest.len > 0 && (rest.ptr[0] == '?' || rest.ptr[0] == '!'));
	while (n < rest.len && rest.ptr[n] != ' ' && rest.ptr[n] != '>' && rest.ptr[n] != '/' && rest.ptr[n] != '\n')
		n++;
	name = slice_take(rest, n);
	if (n == 0)
		return false;
	if (slice_find(rest, '<') == rest.len)
		return rest.len > 1 && memcmp(rest.ptr + rest.len - 2, "/>", 2) == 0;
	return rest.len > n + 3 && memcmp(rest.ptr + rest.len - n - 3, "</", 2) == 0 &&
	       slice_equal(slice_take(slice_skip(rest, rest.len - n - 1), n), name) && rest.ptr[rest.len - 1] == '>';
}

static bool sheet_number(struct slice name, int64_t *out)
{
	static const char folder[] = "xl/worksheets/sheet", end[] = ".xml";
	struct slice rest;

	if (!slice_starts_with(name, folder) || name.len < sizeof(folder) + sizeof(end) - 2)
		return false;
	rest = slice_skip(name, sizeof(folder) - 1);
	return slice_to_int64(slice_take(rest, rest.len - (sizeof(end) - 1)), out);
}

static int part_check(const struct part *part, struct slice text, const struct spreadsheet_extent *sheets, size_t count,
		      size_t *found, struct err *why)
{
	int64_t number;

	if (!xml_ends(text))
		return broken(why, "the end of a part is missing");
	if (!sheet_number(part->name, &number))
		return 0;
	(*found)++;
	if (number < 1 || (uint64_t)number > count)
		return broken(why, "a sheet too many");
	if (count_of(text, "<row ") != sheets[number - 1].rows || count_of(text, "</row>") != sheets[number - 1].rows ||
	    count_of(text, "<c ") != sheets[number - 1].cells)
		return broken(why, "rows are missing");
	return 0;
}

static int parts_check(struct slice file, const struct spreadsheet_extent *sheets, size_t count, struct buffer *text,
		       struct err *why)
{
	const uint8_t *end = file.ptr + file.len - END_SIZE;
	size_t at = le32(end + 16), parts = le16(end + 10), found = 0;

	if (parts == 0 || parts > PARTS_MAX)
		return broken(why, "no parts");
	for (size_t i = 0; i < parts; i++) {
		struct part part;
		size_t length;

		if (at > file.len || file.len - at < CENTRAL_SIZE || memcmp(file.ptr + at, central_signature, 4) != 0)
			return broken(why, "its directory is cut off");
		length = (size_t)CENTRAL_SIZE + le16(file.ptr + at + 28) + le16(file.ptr + at + 30) +
			 le16(file.ptr + at + 32);
		if (file.len - at < length)
			return broken(why, "its directory is cut off");
		part.name = slice_of(file.ptr + at + CENTRAL_SIZE, le16(file.ptr + at + 28));
		if (part_locate(file, file.ptr + at, &part, why) != 0 || part_unpack(&part, text, why) != 0 ||
		    part_check(&part, buffer_slice(text), sheets, count, &found, why) != 0)
			return -1;
		at += length;
	}
	return found == count ? 0 : broken(why, "a sheet is missing");
}

int spreadsheet_check(struct slice file, const struct spreadsheet_extent *sheets, size_t count, struct err *why)
{
	struct buffer text;
	int result;

	if (file.len < END_SIZE || memcmp(file.ptr + file.len - END_SIZE, end_signature, 4) != 0)
		return broken(why, "it has no end");
	buffer_init(&text, (size_t)SPREADSHEET_PART_MAX + 1);
	result = parts_check(file, sheets, count, &text, why);
	buffer_release(&text);
	return result;
}
