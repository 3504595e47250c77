#include "server/report/figures_csv.h"

#include "server/model/csv_write.h"
#include "server/model/exposure.h"

static const char heading[] = "section,row,item,value";

static void put_names(struct csv_writer *w, const char *section, int64_t row, const char *item)
{
	csv_text(w, section);
	csv_known(w, row > 0, row);
	csv_text(w, item);
}

static void put_integer(struct csv_writer *w, const char *section, int64_t row, const char *item, int64_t value)
{
	put_names(w, section, row, item);
	csv_integer(w, value);
	csv_end_line(w);
}

static void put_text(struct csv_writer *w, const char *section, int64_t row, const char *item, const char *value)
{
	put_names(w, section, row, item);
	csv_text(w, value);
	csv_end_line(w);
}

static void put_time(struct csv_writer *w, const char *section, int64_t row, const char *item, time_us at)
{
	char text[TIME_TEXT_SIZE] = "";

	if (at != TIME_NONE)
		time_to_text(at, text);
	put_text(w, section, row, item, text);
}

static const void *member_at(const void *value, size_t offset)
{
	return (const char *)value + offset;
}

static void put_shape(struct csv_writer *w, const char *section, int64_t row, const struct json_shape *shape,
		      const void *value);

static void put_list(struct csv_writer *w, const struct json_field *field, const void *value)
{
	const char *list = *(const char *const *)member_at(value, field->offset);
	size_t count = *(const size_t *)member_at(value, field->count_offset);

	for (size_t i = 0; i < count; i++)
		put_shape(w, field->name, (int64_t)i + 1, field->of, list + i * field->of->size);
}

static void put_field(struct csv_writer *w, const char *section, int64_t row, const struct json_field *field,
		      const void *value)
{
	const void *at = member_at(value, field->offset);

	switch (field->kind) {
	case JSON_FIELD_TEXT:
		put_text(w, section, row, field->name, *(const char *const *)at);
		break;
	case JSON_FIELD_INTEGER:
		put_integer(w, section, row, field->name, *(const int64_t *)at);
		break;
	case JSON_FIELD_FLAG:
		put_text(w, section, row, field->name, *(const bool *)at ? "yes" : "no");
		break;
	case JSON_FIELD_TIME:
		put_time(w, section, row, field->name, *(const time_us *)at);
		break;
	case JSON_FIELD_STRUCT:
		put_shape(w, field->name, row, field->of, at);
		break;
	case JSON_FIELD_LIST:
		put_list(w, field, value);
		break;
	}
}

static void put_shape(struct csv_writer *w, const char *section, int64_t row, const struct json_shape *shape,
		      const void *value)
{
	for (size_t i = 0; i < shape->count; i++)
		put_field(w, section, row, &shape->fields[i], value);
}

static void begin(struct csv_writer *w, struct buffer *out)
{
	csv_begin(w, out);
	csv_heading(w, heading);
}

void figures_csv(const struct json_shape *shape, const void *value, struct buffer *out)
{
	struct csv_writer w;

	begin(&w, out);
	put_shape(&w, "document", 0, shape, value);
}

/* Detections per company-month; nothing when there was no time. */
static void put_rate(struct csv_writer *w, int64_t row, const char *item, int64_t detections, int64_t days)
{
	put_names(w, "rates", row, item);
	if (days > 0)
		csv_real(w, (double)detections * 365 / (12 * (double)days));
	else
		csv_text(w, NULL);
	csv_end_line(w);
}

static void put_share(struct csv_writer *w, const char *item, int64_t part, int64_t whole)
{
	put_names(w, "shares", 0, item);
	if (whole > 0)
		csv_real(w, (double)part / (double)whole);
	else
		csv_text(w, NULL);
	csv_end_line(w);
}

void chamber_figures_csv(const struct chamber_month *m, struct buffer *out)
{
	struct csv_writer w;

	begin(&w, out);
	put_shape(&w, "document", 0, &chamber_month_shape, m);
	for (size_t i = 0; i < m->table_count; i++) {
		const struct table_row *row = &m->table[i];
		struct exposure_row exposure = { row->companies, row->detections, row->days };
		char text[RATE_TEXT_SIZE];

		exposure_rate_text(&exposure, text);
		put_text(&w, "rates", (int64_t)i + 1, "direction", row->direction);
		put_text(&w, "rates", (int64_t)i + 1, "engine", row->engine);
		put_rate(&w, (int64_t)i + 1, "per_affected_company_month", row->detections,
			 row->companies > 0 ? row->days : 0);
		put_text(&w, "rates", (int64_t)i + 1, "per_affected_company_month_shown", text);
		put_rate(&w, (int64_t)i + 1, "per_monitored_company_month", row->detections, m->monitored_days);
		if (strcmp(row->engine, "total") == 0)
			put_share(&w, row->direction, row->companies, m->monitored_companies);
	}
	put_share(&w, "coverage", m->seen_hours, m->due_hours);
	put_share(&w, "judged", m->judged, m->incidents);
}
