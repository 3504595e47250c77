#include "server/api/filters.h"

#include "server/store/company_query.h"
#include "server/store/zone.h"

#include <stdio.h>

enum { TEXT_MOST = 200, DAYS_MOST = 3660, MONTHS_MOST = 120 };

const char *const filters_directions[] = { "inbound", "outbound", "internal", "external", "unknown", NULL };
const char *const filters_engines[] = { "ips", "antivirus", "web", "dns", "other", NULL };
const char *const filters_actions[] = { "allowed", "blocked", "removed", "unknown", NULL };

int filters_company(struct call *call, int64_t *company_id, struct err *why)
{
	int64_t wanted = 0;

	*company_id = call->person.company_id;
	if (!call_id_parameter(call, "company", &wanted))
		return 0;
	if (!wanted || wanted == *company_id)
		return 1;
	if (*company_id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	*company_id = wanted;
	return company_query_exists(call->db, wanted, why) == 0 ? 1 : -1;
}

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_parameter(call, name, fault);
	return false;
}

bool filters_word(struct call *call, const char *name, const char *const *words, const char **out)
{
	const char *text = parameters_get(&call->query, name);

	if (!text)
		return true;
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = words[i];
			return true;
		}
	}
	return refuse(call, name, FAULT_CHOICE);
}

static bool take_words(struct slice words, filters_take *take, unsigned *bits)
{
	for (bool more = true; more;) {
		size_t comma = slice_find(words, ',');

		if (!take(slice_take(words, comma), bits))
			return false;
		more = comma < words.len;
		words = slice_skip(words, comma + 1);
	}
	return true;
}

bool filters_words(struct call *call, const char *name, filters_take *take, unsigned *bits)
{
	*bits = 0;
	for (unsigned i = 0; i < call->query.count; i++) {
		if (strcmp(call->query.list[i].name, name) != 0)
			continue;
		if (!take_words(slice_of_string(call->query.list[i].value), take, bits)) {
			call_refuse_parameter(call, name, FAULT_CHOICE);
			return false;
		}
	}
	return true;
}

void filters_words_literal(unsigned bits, filters_name *name, struct buffer *literal)
{
	buffer_put_byte(literal, '{');
	for (unsigned bit = 0; bit < 32 && bits >> bit; bit++)
		if (bits >> bit & 1)
			buffer_printf(literal, "%s%s", bits & ((1U << bit) - 1) ? "," : "", name(bit));
	buffer_put_byte(literal, '}');
}

bool filters_severity(struct call *call, int64_t *out)
{
	return filters_number(call, "severity", 1, 5, out);
}

bool filters_number(struct call *call, const char *name, int64_t least, int64_t most, int64_t *out)
{
	const char *text = parameters_get(&call->query, name);

	if (!text)
		return true;
	if (!slice_to_int64(slice_of_string(text), out) || *out < least || *out > most)
		return refuse(call, name, FAULT_NUMBER);
	return true;
}

bool filters_text(struct call *call, const char *name, struct buffer *pattern, const char **out)
{
	const char *text = parameters_get(&call->query, name);

	if (!text || !*text)
		return true;
	if (body_characters(text) > TEXT_MOST)
		return refuse(call, name, FAULT_TOO_LONG);
	*out = text;
	buffer_put_byte(pattern, '%');
	for (const char *c = text; *c; c++) {
		if (*c == '%' || *c == '_' || *c == '\\')
			buffer_put_byte(pattern, '\\');
		buffer_put_byte(pattern, (uint8_t)*c);
	}
	buffer_put_byte(pattern, '%');
	return true;
}

bool filters_is_day(const char *text, int64_t *day)
{
	char whole[32];
	time_us time;

	if (strlen(text) != 10 || text[0] < '1' || text[0] > '9' || strspn(text, "0123456789-") != 10)
		return false;
	snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	if (!time_parse(slice_of_string(whole), 0, &time))
		return false;
	*day = time / US_PER_DAY - (time % US_PER_DAY < 0);
	return true;
}

/* Months since the year 0 of "YYYY-MM". */
static bool read_month(const char *text, int64_t *month)
{
	char whole[16];
	int64_t day;
	int year, month_of_year, day_of_month;

	snprintf(whole, sizeof(whole), "%.10s-01", text);
	if (strlen(text) != 7 || !filters_is_day(whole, &day))
		return false;
	civil_from_days(day, &year, &month_of_year, &day_of_month);
	*month = (int64_t)year * 12 + month_of_year;
	return true;
}

bool filters_is_month(const char *text)
{
	int64_t month;

	return read_month(text, &month);
}

static int read_time(struct call *call, const char *name, int days_on, time_us *out, struct err *why)
{
	const char *text = parameters_get(&call->query, name);
	int64_t day;
	time_us time;

	if (!text)
		return 1;
	if (filters_is_day(text, &day))
		return zone_day_begins(call->db, text, days_on, call->api->settings->timezone, out, why) == 0 ? 1 : -1;
	/* The database's calendar has no year 0. */
	if (strlen(text) <= 10 || !time_parse(slice_of_string(text), 0, &time) ||
	    time < days_from_civil(1, 1, 1) * US_PER_DAY) {
		call_refuse_parameter(call, name, FAULT_TIME);
		return 0;
	}
	*out = time;
	return 1;
}

int filters_period(struct call *call, time_us *from, time_us *to, struct err *why)
{
	int go = read_time(call, "from", 0, from, why);

	if (go == 1)
		go = read_time(call, "to", 1, to, why);
	if (go == 1 && *from != TIME_NONE && *to != TIME_NONE && *from > *to) {
		call_refuse_parameter(call, "to", FAULT_ORDER);
		go = 0;
	}
	return go;
}

static bool read_range(struct call *call, bool (*read)(const char *text, int64_t *out), enum problem_fault fault,
		       int64_t most, const char *const range[2])
{
	int64_t ends[2];

	for (int i = 0; i < 2; i++) {
		const char *name = i ? "to" : "from";

		if (!range[i])
			return refuse(call, name, FAULT_MISSING);
		if (!read(range[i], &ends[i]))
			return refuse(call, name, fault);
	}
	if (ends[0] > ends[1])
		return refuse(call, "to", FAULT_ORDER);
	return ends[1] - ends[0] < most ? true : refuse(call, "to", FAULT_PERIOD);
}

bool filters_days(struct call *call, const char **from, const char **to)
{
	*from = parameters_get(&call->query, "from");
	*to = parameters_get(&call->query, "to");
	return read_range(call, filters_is_day, FAULT_DAY, DAYS_MOST, (const char *const[]){ *from, *to });
}

bool filters_days_if_any(struct call *call, const char **from, const char **to)
{
	int64_t day;

	*from = parameters_get(&call->query, "from");
	*to = parameters_get(&call->query, "to");
	if (*from && *to)
		return filters_days(call, from, to);
	if (*from && !filters_is_day(*from, &day))
		return refuse(call, "from", FAULT_DAY);
	return *to && !filters_is_day(*to, &day) ? refuse(call, "to", FAULT_DAY) : true;
}

bool filters_months(struct call *call, const char **from, const char **to)
{
	return filters_months_within(call, MONTHS_MOST, from, to);
}

bool filters_months_within(struct call *call, int64_t most, const char **from, const char **to)
{
	*from = parameters_get(&call->query, "from");
	*to = parameters_get(&call->query, "to");
	return read_range(call, read_month, FAULT_MONTH, most, (const char *const[]){ *from, *to });
}
