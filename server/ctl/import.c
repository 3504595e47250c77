/* hinomictl company import: all lines of the file, or none. */
#include "server/ctl/company.h"
#include "server/ctl/files.h"
#include "server/model/company_csv.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FILE_MOST = 16 * 1024 * 1024 };

struct import {
	const char *path;
	bool update; /* companies that are there already are brought up to date */
	int64_t added, updated, spans;
};

/* A line's texts with terminators. */
struct line_texts {
	char text[COMPANY_COLUMNS][4 * INPUT_NAME_MOST + 1];
};

static const char *text_of(struct line_texts *texts, const struct company_line *line, enum company_column column)
{
	struct slice s = line->text[column];

	if (s.len == 0)
		return NULL;
	snprintf(texts->text[column], sizeof(texts->text[column]), "%.*s", (int)s.len, (const char *)s.ptr);
	return texts->text[column];
}

static int take_span(struct ctl *ctl, struct import *import, int64_t company_id, const char *from, const char *to,
		     struct err *why)
{
	int64_t span_id, owner;

	if (!from)
		return 0;
	if (span_find(ctl->db, company_id, from, &span_id, why) != 0)
		return -1;
	import->spans++;
	if (!span_id)
		return span_add(ctl->db, company_id, from, to, &span_id, why);
	return to ? span_end(ctl->db, span_id, to, &owner, why) : 0;
}

static int take_line(struct ctl *ctl, struct import *import, const struct company_line *line, struct err *why)
{
	struct line_texts texts;
	const struct company_facts facts = {
		.name = text_of(&texts, line, COMPANY_NAME),
		.member_no = text_of(&texts, line, COMPANY_MEMBER_NO),
		.industry = text_of(&texts, line, COMPANY_INDUSTRY),
		.area = text_of(&texts, line, COMPANY_AREA),
		.employees = line->employees,
	};
	int64_t company_id = 0;

	if (import->update && company_find(ctl->db, &facts, &company_id, why) != 0)
		return -1;
	if (company_id) {
		import->updated++;
		if (company_update(ctl->db, company_id, &facts, why) != 0)
			return -1;
	} else {
		import->added++;
		if (company_add(ctl->db, &facts, &company_id, why) != 0)
			return -1;
	}
	if (take_span(ctl, import, company_id, text_of(&texts, line, COMPANY_FROM), text_of(&texts, line, COMPANY_TO),
		      why) != 0)
		return -1;
	return change_feed_write(ctl->db, company_id, CHANGE_COMPANY, company_id, why);
}

static int take_file(struct ctl *ctl, struct import *import, struct slice text, struct err *why)
{
	struct company_csv *csv = malloc(sizeof(*csv));
	struct company_line line;
	int got;

	if (!csv)
		return err_set(why, ERR_NOMEM, "no memory for the file");
	got = company_csv_open(csv, text, why) != 0 ? -1 : 1;
	while (got > 0) {
		got = company_csv_next(csv, &line, why);
		if (got > 0 && take_line(ctl, import, &line, why) != 0)
			got = err_prefix(why, "line %u", line.line);
	}
	free(csv);
	if (got == 0 && import->added + import->updated == 0)
		return err_set(why, ERR_CONFIG, "there is no company behind the line that names the columns");
	return got;
}

static int import_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct import *import = arg;
	struct buffer text;
	struct json_writer w;
	int failed = file_read(import->path, FILE_MOST, &text, why);

	if (!failed)
		failed = company_lock(ctl->db, why);
	if (!failed && take_file(ctl, import, buffer_slice(&text), why) != 0)
		failed = err_prefix(why, "%s", import->path);
	if (!failed)
		failed = db_notify(ctl->db, "hinomi_change", why);
	buffer_release(&text);
	note->action = "company.import";
	snprintf(note->subject, sizeof(note->subject), "%.255s", import->path);
	change_detail(note, &w);
	json_put_integer(&w, "added", import->added);
	json_put_integer(&w, "updated", import->updated);
	json_put_integer(&w, "spans", import->spans);
	json_close_object(&w);
	return failed;
}

static int import_companies(struct ctl *ctl, struct err *why)
{
	struct import import = {
		.path = options_text(&ctl->options, "FILE"),
		.update = options_flag(&ctl->options, "--update"),
	};

	if (change_all(ctl, import_change, &import, why) != 0)
		return -1;
	printf("%" PRId64 " companies added, %" PRId64 " brought up to date, %" PRId64 " spans\n", import.added,
	       import.updated, import.spans);
	return 0;
}

static const struct option_spec import_options[] = {
	{ "FILE", OPTION_PATH, true, NULL, "CSV in UTF-8; - is standard input" },
	{ "--update", OPTION_FLAG, false, NULL, "companies that are there already are brought up to date" },
	OPTIONS_END,
};

const struct command import_commands[] = {
	{ "company", "import", "add companies and their monitored time from a CSV file: all or none", import_options,
	  false, import_companies,
	  "The first line names the columns: name, and any of member_no, industry, employees, area, from, to, in any\n"
	  "order. from and to (YYYY-MM-DD, both inclusive) make a span of monitored time; without to it goes on.\n"
	  "A company that is there already (its member number, else its name) is an error, unless --update is given:\n"
	  "then what the file knows replaces what was there. Every error names its line, and nothing is changed.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
