#include "server/model/company_csv.h"

#include "server/model/input.h"

enum { EMPLOYEES_MOST = 10000000 };

static const char *const names[COMPANY_COLUMNS] = {
	[COMPANY_NAME] = "name",
	[COMPANY_MEMBER_NO] = "member_no",
	[COMPANY_INDUSTRY] = "industry",
	[COMPANY_EMPLOYEES] = "employees",
	[COMPANY_AREA] = "area",
	[COMPANY_FROM] = "from",
	[COMPANY_TO] = "to",
};

static int column_of(struct slice heading)
{
	for (int i = 0; i < COMPANY_COLUMNS; i++)
		if (slice_is(heading, names[i]))
			return i;
	return -1;
}

static int take_headings(struct company_csv *csv, struct err *why)
{
	bool seen[COMPANY_COLUMNS] = { false };

	for (unsigned i = 0; i < csv->record.count; i++) {
		struct slice heading = slice_trim(csv->record.fields[i]);
		int column = column_of(heading);

		if (column < 0)
			return err_set(why, ERR_CONFIG,
				       "line %u: there is no column \"%.*s\"; the columns are name, member_no, "
				       "industry, employees, area, from, to",
				       csv->record.line, (int)slice_take(heading, 100).len, heading.ptr);
		if (seen[column])
			return err_set(why, ERR_CONFIG, "line %u: column %s is there twice", csv->record.line,
				       names[column]);
		seen[column] = true;
		csv->column[i] = column;
	}
	csv->columns = csv->record.count;
	if (!seen[COMPANY_NAME])
		return err_set(why, ERR_CONFIG, "line %u: there is no column name", csv->record.line);
	return 0;
}

int company_csv_open(struct company_csv *csv, struct slice text, struct err *why)
{
	const char *problem;

	csv_open(&csv->reader, text);
	switch (csv_next(&csv->reader, &csv->record, &problem)) {
	case CSV_RECORD:
		return take_headings(csv, why);
	case CSV_BAD:
		return err_set(why, ERR_CONFIG, "line %u: %s", csv->record.line, problem);
	case CSV_END:
		break;
	}
	return err_set(why, ERR_CONFIG, "the file is empty; its first line must name the columns");
}

static int check_texts(const struct company_line *line, struct err *why)
{
	static const enum company_column texts[] = { COMPANY_NAME, COMPANY_MEMBER_NO, COMPANY_INDUSTRY, COMPANY_AREA };

	if (line->text[COMPANY_NAME].len == 0)
		return err_set(why, ERR_CONFIG, "line %u: the name is empty", line->line);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (line->text[texts[i]].len && !input_name(line->text[texts[i]]))
			return err_set(why, ERR_CONFIG,
				       "line %u: %s is longer than 200 characters or holds "
				       "control characters",
				       line->line, names[texts[i]]);
	return 0;
}

static int check_days(const struct company_line *line, struct err *why)
{
	struct slice from = line->text[COMPANY_FROM], to = line->text[COMPANY_TO];
	int64_t first = 0, last = 0;

	if (from.len && !input_day(from, &first))
		return err_set(why, ERR_CONFIG, "line %u: from is not a date YYYY-MM-DD", line->line);
	if (to.len && !input_day(to, &last))
		return err_set(why, ERR_CONFIG, "line %u: to is not a date YYYY-MM-DD", line->line);
	if (to.len && !from.len)
		return err_set(why, ERR_CONFIG, "line %u: to needs a from", line->line);
	if (to.len && last < first)
		return err_set(why, ERR_CONFIG, "line %u: to is before from", line->line);
	return 0;
}

static int check_employees(struct company_line *line, struct err *why)
{
	struct slice text = line->text[COMPANY_EMPLOYEES];

	line->employees = -1;
	if (text.len &&
	    (!slice_to_int64(text, &line->employees) || line->employees < 0 || line->employees > EMPLOYEES_MOST))
		return err_set(why, ERR_CONFIG, "line %u: employees is not a number from 0 to %d", line->line,
			       EMPLOYEES_MOST);
	return 0;
}

int company_csv_next(struct company_csv *csv, struct company_line *out, struct err *why)
{
	const char *problem;
	enum csv_got got = csv_next(&csv->reader, &csv->record, &problem);

	if (got == CSV_END)
		return 0;
	if (got == CSV_BAD)
		return err_set(why, ERR_CONFIG, "line %u: %s", csv->record.line, problem);
	if (csv->record.count != csv->columns)
		return err_set(why, ERR_CONFIG, "line %u: there are %u fields instead of %u", csv->record.line,
			       csv->record.count, csv->columns);
	*out = (struct company_line){ .line = csv->record.line };
	for (unsigned i = 0; i < csv->columns; i++)
		out->text[csv->column[i]] = slice_trim(csv->record.fields[i]);
	if (check_texts(out, why) != 0 || check_employees(out, why) != 0 || check_days(out, why) != 0)
		return -1;
	return 1;
}
