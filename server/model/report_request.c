#include "server/model/report_request.h"

enum { SCAN_MINUTES = 60, SENSOR_MINUTES = 10, VIRUS_MINUTES = 15, CONTACTS_MINUTES = 10, VALUES_MAX = 4 };

struct proposing {
	struct member_month *m;
	const struct report_request_facts *facts;
	const struct plain_words *words;
	const struct report_texts *texts;
	struct pool *pool;
	size_t people; /* so many requests are of people, and stand first */
	bool failed;   /* no memory */
};

/* A value in both languages. */
struct value {
	const char *name, *ja, *en;
};

static bool is_full(const struct proposing *p)
{
	return p->m->requests_count >= MEMBER_REQUESTS_MAX;
}

static const char *fill(struct proposing *p, const char *key, bool japanese, const struct value *values, size_t count)
{
	struct report_text_value given[VALUES_MAX] = { 0 };
	const char *text;

	for (size_t i = 0; i < count; i++)
		given[i] = (struct report_text_value){ values[i].name, japanese ? values[i].ja : values[i].en };
	text = report_text_fill(p->texts, key, japanese, given, count, p->pool);
	p->failed = p->failed || !text;
	return text;
}

static void add(struct proposing *p, const char *who, const char *what, const struct value *values, size_t count,
		int64_t minutes)
{
	struct request_row *row = &p->m->requests[p->m->requests_count++];

	*row = (struct request_row){ .who_ja = fill(p, who, true, values, count),
				     .who_en = fill(p, who, false, values, count),
				     .what_ja = fill(p, what, true, values, count),
				     .what_en = fill(p, what, false, values, count),
				     .minutes = minutes,
				     .due_on = p->facts->due_on };
}

/* ---------------------------------------------------------------------------------------------- what people asked */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Whether the text has the part, with no digit beside it: .23 is in "（末尾 .23）", not in 10.0.0.231 or 10.0.1.23. */
static bool names(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (const char *at = text ? strstr(text, part) : NULL; at; at = strstr(at + 1, part))
		if (!(at > text && is_digit((uint8_t)at[-1])) && !is_digit((uint8_t)at[len]))
			return true;
	return false;
}

static bool is_covered(const struct proposing *p, const char *part)
{
	for (size_t i = 0; part && *part && i < p->people; i++) {
		const struct request_row *row = &p->m->requests[i];

		if (names(row->what_ja, part) || names(row->what_en, part) || names(row->who_ja, part) ||
		    names(row->who_en, part))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------------------------------------------ rules */

static void propose_device(struct proposing *p, const struct device_count *device)
{
	const struct plain_word *word = plain_words_by_text(p->words, device->ja);
	const char *ja = word ? word->advice_ja : report_text_get(p->texts, "request_device_advice", true);
	const char *en = word ? word->advice_en : report_text_get(p->texts, "request_device_advice", false);
	const char *device_ja = report_text_device(p->texts, device->address, true, p->pool);
	const char *device_en = report_text_device(p->texts, device->address, false, p->pool);

	if (!ja || !*ja || is_covered(p, device->address) ||
	    (!strchr(device->address, ':') && is_covered(p, strrchr(device->address, '.'))))
		return;
	p->failed = p->failed || !device_ja || !device_en;
	add(p, "request_device_who", "request_device_what",
	    (struct value[]){ { "device", device_ja, device_en },
			      { "what", device->ja, device->en },
			      { "advice", ja, en && *en ? en : ja } },
	    3, word && word->minutes > 0 ? word->minutes : SCAN_MINUTES);
}

static void propose_devices(struct proposing *p)
{
	for (size_t i = 0; i < p->m->devices_count && !is_full(p); i++)
		if (p->m->devices[i].address && p->m->devices[i].ja)
			propose_device(p, &p->m->devices[i]);
}

static bool is_silent(const struct proposing *p, const struct sensor_row *sensor)
{
	return sensor->silent_days > 0 && (sensor->last_seen_at == TIME_NONE || p->m->made_at == TIME_NONE ||
					   sensor->last_seen_at < p->m->made_at - US_PER_DAY);
}

static void propose_sensors(struct proposing *p)
{
	char days[REPORT_NUMBER_SIZE];

	for (size_t i = 0; i < p->m->sensors_count && !is_full(p); i++) {
		const struct sensor_row *sensor = &p->m->sensors[i];

		if (!is_silent(p, sensor) || is_covered(p, sensor->name))
			continue;
		report_number(sensor->silent_days, days);
		add(p, "request_sensor_who", "request_sensor_what",
		    (struct value[]){ { "site", sensor->site, sensor->site },
				      { "sensor", sensor->name, sensor->name },
				      { "days", days, days } },
		    3, SENSOR_MINUTES);
	}
}

static void propose_virus(struct proposing *p)
{
	char count[REPORT_NUMBER_SIZE], left[REPORT_NUMBER_SIZE];

	for (size_t i = 0; i < p->m->virus_routes_count && !is_full(p); i++) {
		const struct virus_route *route = &p->m->virus_routes[i];

		if (!route->route || strcmp(route->route, "mail") != 0 || route->detections <= route->removed)
			continue;
		report_number(route->detections, count);
		report_number(route->detections - route->removed, left);
		add(p, "request_virus_who", "request_virus_what",
		    (struct value[]){ { "count", count, count }, { "left", left, left } }, 2, VIRUS_MINUTES);
	}
}

static void propose_contacts(struct proposing *p)
{
	if (p->facts->contacts_stale && !is_full(p))
		add(p, "request_contacts_who", "request_contacts_what", NULL, 0, CONTACTS_MINUTES);
}

int report_request_propose(struct member_month *m, const struct report_request_facts *facts,
			   const struct plain_words *words, const struct report_texts *texts, struct pool *pool,
			   struct err *why)
{
	struct proposing p = { m, facts, words, texts, pool, m->requests_count, false };

	if (!m->requests)
		m->requests = pool_take_array(pool, MEMBER_REQUESTS_MAX, sizeof(*m->requests));
	if (!m->requests)
		return err_set(why, ERR_NOMEM, "no memory for requests");
	propose_devices(&p);
	propose_sensors(&p);
	propose_virus(&p);
	propose_contacts(&p);
	return p.failed ? err_set(why, ERR_NOMEM, "no memory for requests") : 0;
}
