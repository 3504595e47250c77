#include "server/report/spreadsheet.h"

#include "server/report/spreadsheet_check.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define FONT "Yu Gothic"
/* A cell takes 32,767 UTF-16 units, a character two of them at most. */
enum { PAPER_A4 = 9, FONT_SIZE = 11, TITLE_ROWS = 1, CELL_MOST = 16000 };

enum style {
	STYLE_HEAD,
	STYLE_TEXT,
	STYLE_NUMBER,
	STYLE_CODE,
	STYLE_RATE,
	STYLE_SHARE,
	STYLE_DECIMAL,
	STYLE_DAY,
	STYLE_MONTH,
	STYLE_TIME,
	STYLES
};

struct spreadsheet {
	lxw_workbook *book;
	lxw_worksheet *sheet; /* the present one */
	lxw_format *formats[STYLES];
	struct zone *zone;
	struct spreadsheet_extent extents[SPREADSHEET_SHEETS_MAX];
	size_t sheets, columns;
	lxw_row_t row;
	lxw_col_t column;
	int fd; /* of the file in memory */
	bool failed, japanese;
	struct err why;
};

static void fail(struct spreadsheet *s, enum err_code code, const char *text)
{
	if (!s->failed)
		err_set(&s->why, code, "%s", text);
	s->failed = true;
}

static void check(struct spreadsheet *s, lxw_error error)
{
	if (error == LXW_NO_ERROR)
		return;
	if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
		fail(s, ERR_NOMEM, "no memory for the workbook");
	else if (error == LXW_ERROR_CREATING_TMPFILE || error == LXW_ERROR_READING_TMPFILE ||
		 error == LXW_ERROR_CREATING_XLSX_FILE ||
		 (error >= LXW_ERROR_ZIP_FILE_OPERATION && error <= LXW_ERROR_ZIP_CLOSE))
		fail(s, ERR_FULL,
		     "the workbook cannot be written: is there room in the folder of temporary files ($TMPDIR)?");
	else
		fail(s, ERR_LIMIT, lxw_strerror(error));
}

/* ------------------------------------------------------------------------------------------ opening */
static void make_formats(struct spreadsheet *s)
{
	static const char *const numbers[STYLES] = {
		[STYLE_NUMBER] = "#,##0",       [STYLE_CODE] = "0",
		[STYLE_RATE] = "[<1]0.0;#,##0", [STYLE_SHARE] = "0.0%",
		[STYLE_DECIMAL] = "#,##0.0",    [STYLE_DAY] = "yyyy-mm-dd",
		[STYLE_MONTH] = "yyyy-mm",      [STYLE_TIME] = "yyyy-mm-dd hh:mm",
	};

	for (int i = 0; i < STYLES; i++) {
		lxw_format *format = workbook_add_format(s->book);

		if (!format) {
			fail(s, ERR_NOMEM, "no memory for the workbook");
			return;
		}
		format_set_font_name(format, FONT);
		format_set_font_size(format, FONT_SIZE);
		format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
		if (numbers[i])
			format_set_num_format(format, numbers[i]);
		if (i == STYLE_HEAD) {
			format_set_bold(format);
			format_set_bottom(format, LXW_BORDER_THIN);
			format_set_bg_color(format, 0xE6E6E6);
			format_set_text_wrap(format);
		}
		if (i == STYLE_DAY || i == STYLE_MONTH || i == STYLE_TIME)
			format_set_align(format, LXW_ALIGN_LEFT);
		s->formats[i] = format;
	}
}

/* XML 1.0 has no place for U+FFFE and U+FFFF, however written. */
static void replace_noncharacters(char *text)
{
	for (char *at = text; (at = strstr(at, "\xEF\xBF")) != NULL; at += 3)
		if ((unsigned char)at[2] >= 0xBE)
			at[2] = '\xBD';
}

/* A copy; NULL: no memory (and failed). In properties the library leaves control characters as they are, which XML 1.0
 * has no place for either. */
static char *property(struct spreadsheet *s, const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy) {
		fail(s, ERR_NOMEM, "no memory for the workbook");
		return NULL;
	}
	replace_noncharacters(copy);
	for (char *at = copy; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	return copy;
}

static void set_properties(struct spreadsheet *s, const struct spreadsheet_info *info)
{
	lxw_doc_properties properties = {
		.title = property(s, info->title),
		.subject = property(s, info->subject),
		.author = property(s, info->author),
		.company = property(s, info->author),
		.created = (time_t)(info->created_at / US_PER_SECOND),
	};

	/* Of 0 and before, the library would put the present time. */
	if (properties.created <= 0)
		properties.created = 1;
	if (!s->failed)
		check(s, workbook_set_properties(s->book, &properties));
	free(properties.title);
	free(properties.subject);
	free(properties.author);
	free(properties.company);
}

struct spreadsheet *spreadsheet_open(const struct spreadsheet_info *info)
{
	struct spreadsheet *s = calloc(1, sizeof(*s));
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	char path[64];

	if (!s)
		return NULL;
	s->japanese = info->japanese;
	/* The library writes to a named file: one in memory has a name too. */
	s->fd = memfd_create("workbook", MFD_CLOEXEC);
	if (s->fd < 0) {
		err_set_errno(&s->why, ERR_IO, "no file in memory for the workbook");
		s->failed = true;
		return s;
	}
	if (zone_load(&s->zone, info->timezone ? info->timezone : "UTC", &s->why) != 0) {
		s->failed = true;
		return s;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	s->book = workbook_new_opt(path, &options);
	if (!s->book) {
		fail(s, ERR_NOMEM, "no memory for the workbook");
		return s;
	}
	make_formats(s);
	set_properties(s, info);
	return s;
}

/* ------------------------------------------------------------------------------------------ cells */
/* False: nothing can be put. */
static bool cell_begin(struct spreadsheet *s)
{
	if (!s || s->failed)
		return false;
	if (!s->sheet || s->column >= s->columns) {
		fail(s, ERR_USAGE, "a cell beyond the columns of its sheet");
		return false;
	}
	return true;
}

static void cell_end(struct spreadsheet *s, lxw_error error)
{
	check(s, error);
	s->extents[s->sheets - 1].cells++;
	s->column++;
}

void spreadsheet_empty(struct spreadsheet *s)
{
	if (cell_begin(s))
		cell_end(s, worksheet_write_blank(s->sheet, s->row, s->column, s->formats[STYLE_TEXT]));
}

/* How many bytes its first CELL_MOST characters take; all of them when there are no more. */
static size_t cell_bytes(const char *text)
{
	size_t bytes = 0, characters = 0;

	for (; text[bytes]; bytes++) {
		characters += ((unsigned char)text[bytes] & 0xC0) != 0x80;
		if (characters > CELL_MOST)
			break;
	}
	return bytes;
}

/* As a cell takes it: longer ones end with an ellipsis. NULL: nothing to change, or no memory (and failed). */
static char *changed_text(struct spreadsheet *s, const char *text)
{
	size_t bytes = cell_bytes(text);
	char *copy;

	if (!text[bytes] && !strstr(text, "\xEF\xBF\xBE") && !strstr(text, "\xEF\xBF\xBF"))
		return NULL;
	copy = malloc(bytes + sizeof("…"));
	if (!copy) {
		fail(s, ERR_NOMEM, "no memory for the workbook");
		return NULL;
	}
	memcpy(copy, text, bytes);
	memcpy(copy + bytes, text[bytes] ? "…" : "", text[bytes] ? sizeof("…") : 1);
	replace_noncharacters(copy);
	return copy;
}

static void put_text(struct spreadsheet *s, const char *text, enum style style)
{
	char *changed = changed_text(s, text);

	cell_end(s, worksheet_write_string(s->sheet, s->row, s->column, changed ? changed : text, s->formats[style]));
	free(changed);
}

void spreadsheet_text(struct spreadsheet *s, const char *text)
{
	if (!text || !text[0])
		spreadsheet_empty(s);
	else if (cell_begin(s))
		put_text(s, text, STYLE_TEXT);
}

static void put_number(struct spreadsheet *s, double value, enum style style)
{
	if (cell_begin(s))
		cell_end(s, worksheet_write_number(s->sheet, s->row, s->column, value, s->formats[style]));
}

void spreadsheet_number(struct spreadsheet *s, int64_t value)
{
	put_number(s, (double)value, STYLE_NUMBER);
}

void spreadsheet_code(struct spreadsheet *s, int64_t value)
{
	put_number(s, (double)value, STYLE_CODE);
}

void spreadsheet_rate(struct spreadsheet *s, int64_t detections, int64_t days)
{
	if (days <= 0)
		spreadsheet_empty(s);
	else
		put_number(s, (double)detections * 365 / (12 * (double)days), STYLE_RATE);
}

void spreadsheet_share(struct spreadsheet *s, int64_t part, int64_t whole)
{
	if (whole <= 0)
		spreadsheet_empty(s);
	else
		put_number(s, (double)part / (double)whole, STYLE_SHARE);
}

void spreadsheet_decimal(struct spreadsheet *s, int64_t hundredths)
{
	put_number(s, (double)hundredths / 100, STYLE_DECIMAL);
}

static void put_date(struct spreadsheet *s, lxw_datetime *date, enum style style)
{
	if (cell_begin(s))
		cell_end(s, worksheet_write_datetime(s->sheet, s->row, s->column, date, s->formats[style]));
}

/* "YYYY-MM-DD" or "YYYY-MM"; anything else stays a text. */
static void put_day(struct spreadsheet *s, const char *text, bool month)
{
	struct slice rest = slice_of_string(text);
	int64_t year = 0, number = 0, day = 1;
	lxw_datetime date = { 0 };

	if (rest.len != (month ? 7 : 10) || !slice_to_int64(slice_take(rest, 4), &year) ||
	    !slice_to_int64(slice_take(slice_skip(rest, 5), 2), &number) ||
	    (!month && !slice_to_int64(slice_skip(rest, 8), &day)) || year < 1900) {
		spreadsheet_text(s, text);
		return;
	}
	date.year = (int)year;
	date.month = (int)number;
	date.day = (int)day;
	put_date(s, &date, month ? STYLE_MONTH : STYLE_DAY);
}

void spreadsheet_day(struct spreadsheet *s, const char *day)
{
	put_day(s, day, false);
}

void spreadsheet_month(struct spreadsheet *s, const char *month)
{
	put_day(s, month, true);
}

void spreadsheet_time(struct spreadsheet *s, time_us at)
{
	struct civil_time civil;
	lxw_datetime date = { 0 };

	if (at == TIME_NONE) {
		spreadsheet_empty(s);
		return;
	}
	if (!s || s->failed)
		return;
	zone_civil(s->zone, at, &civil);
	date.year = civil.year;
	date.month = civil.month;
	date.day = civil.day;
	date.hour = civil.hour;
	date.min = civil.minute;
	date.sec = civil.second;
	put_date(s, &date, STYLE_TIME);
}

void spreadsheet_words(struct spreadsheet *s, const char *ja, const char *en)
{
	if (s)
		spreadsheet_text(s, s->japanese ? ja : en);
}

void spreadsheet_yes(struct spreadsheet *s, bool yes)
{
	spreadsheet_words(s, yes ? "はい" : "いいえ", yes ? "yes" : "no");
}

void spreadsheet_row_end(struct spreadsheet *s)
{
	if (!s || s->failed || !s->sheet)
		return;
	while (s->column < s->columns && !s->failed)
		spreadsheet_empty(s);
	s->extents[s->sheets - 1].rows++;
	s->row++;
	s->column = 0;
	if (s->row >= LXW_ROW_MAX)
		fail(s, ERR_LIMIT, "more rows than a sheet of a workbook can hold");
}

/* ------------------------------------------------------------------------------------------ sheets */
static void sheet_end(struct spreadsheet *s)
{
	if (!s->sheet || s->failed)
		return;
	if (s->row > 0)
		check(s, worksheet_autofilter(s->sheet, 0, 0, s->row - 1, (lxw_col_t)(s->columns - 1)));
	/* What this sheet still holds back goes to the disk now, where it can be seen to fail. */
	if (s->sheet->optimize_tmpfile &&
	    (fflush(s->sheet->optimize_tmpfile) != 0 || ferror(s->sheet->optimize_tmpfile)))
		check(s, LXW_ERROR_CREATING_TMPFILE);
}

void spreadsheet_sheet(struct spreadsheet *s, const char *ja, const char *en, const struct spreadsheet_column *columns,
		       size_t count)
{
	if (!s || s->failed)
		return;
	sheet_end(s);
	if (s->sheets == SPREADSHEET_SHEETS_MAX || count == 0 || count > SPREADSHEET_COLUMNS_MAX) {
		fail(s, ERR_USAGE, "a workbook with too many sheets or columns");
		return;
	}
	s->sheet = workbook_add_worksheet(s->book, s->japanese ? ja : en);
	if (!s->sheet) {
		check(s, LXW_ERROR_CREATING_TMPFILE);
		return;
	}
	s->extents[s->sheets++] = (struct spreadsheet_extent){ 0 };
	s->columns = count;
	s->row = 0;
	s->column = 0;
	for (size_t i = 0; i < count; i++)
		check(s, worksheet_set_column(s->sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL));
	worksheet_freeze_panes(s->sheet, TITLE_ROWS, 0);
	check(s, worksheet_repeat_rows(s->sheet, 0, TITLE_ROWS - 1));
	worksheet_set_landscape(s->sheet);
	worksheet_set_paper(s->sheet, PAPER_A4);
	worksheet_fit_to_pages(s->sheet, 1, 0);
	for (size_t i = 0; i < count; i++) {
		if (cell_begin(s))
			put_text(s, s->japanese ? columns[i].ja : columns[i].en, STYLE_HEAD);
	}
	spreadsheet_row_end(s);
}

/* ------------------------------------------------------------------------------------------ the file */
static int take_file(struct spreadsheet *s, struct buffer *out, struct err *why)
{
	struct stat st;
	uint8_t *room;
	size_t done = 0;

	if (fstat(s->fd, &st) != 0 || st.st_size < 0)
		return err_set_errno(why, ERR_IO, "the workbook cannot be read");
	room = buffer_reserve(out, (size_t)st.st_size);
	if (!room)
		return err_set(why, ERR_LIMIT, "the workbook is too large");
	while (done < (size_t)st.st_size) {
		ssize_t n = pread(s->fd, room + done, (size_t)st.st_size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set_errno(why, ERR_IO, "the workbook cannot be read");
		done += (size_t)n;
	}
	if (spreadsheet_check(slice_of(room, done), s->extents, s->sheets, why) != 0)
		return -1;
	out->len += done;
	return 0;
}

int spreadsheet_finish(struct spreadsheet *s, struct buffer *out, struct err *why)
{
	int result;

	if (!s)
		return err_set(why, ERR_NOMEM, "no memory for the workbook");
	sheet_end(s);
	if (s->book)
		check(s, workbook_close(s->book)); /* frees it also when it fails */
	if (s->failed) {
		result = -1;
		if (why)
			*why = s->why;
	} else {
		result = take_file(s, out, why);
	}
	if (s->fd >= 0)
		close(s->fd);
	zone_release(s->zone);
	free(s);
	return result;
}
