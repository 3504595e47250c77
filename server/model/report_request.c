#include "server/model/report_request.h"

enum { SCAN_MINUTES = 60, CALL_MINUTES = 15, SENSOR_MINUTES = 10, VIRUS_MINUTES = 15, CONTACTS_MINUTES = 10 };
enum { VALUES_MAX = 4, URGENT = 2 /* severity of cases that cannot wait for a day */ };

struct proposing {
	struct member_month *m;
	const struct report_request_facts *facts;
	const struct plain_words *words;
	const struct report_texts *texts;
	struct pool *pool;
	size_t people;                            /* so many requests are of people, and stand first */
	const char *devices[MEMBER_REQUESTS_MAX]; /* about which something is proposed */
	size_t device_count;
	bool failed; /* no memory */
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

static struct request_row *add(struct proposing *p, const char *who, const char *what, const struct value *values,
			       size_t count, int64_t minutes)
{
	struct request_row *row = &p->m->requests[p->m->requests_count++];

	*row = (struct request_row){ .who_ja = fill(p, who, true, values, count),
				     .who_en = fill(p, who, false, values, count),
				     .what_ja = fill(p, what, true, values, count),
				     .what_en = fill(p, what, false, values, count),
				     .minutes = minutes,
				     .due_on = p->facts->due_on };
	return row;
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

/* By people, by its address or the end of it; or by a rule. */
static bool is_device_covered(const struct proposing *p, const char *address)
{
	for (size_t i = 0; i < p->device_count; i++)
		if (strcmp(p->devices[i], address) == 0)
			return true;
	return is_covered(p, address) || (!strchr(address, ':') && is_covered(p, strrchr(address, '.')));
}

static bool is_case_covered(const struct proposing *p, const struct case_row *row)
{
	for (size_t i = 0; i < p->people; i++)
		if (p->m->requests[i].incident_id == row->incident_id && row->incident_id != 0)
			return true;
	return row->device && is_device_covered(p, row->device);
}

/* ------------------------------------------------------------------------------------------------------------ rules */

struct advice {
	const char *ja, *en; /* NULL: there is nothing to ask */
	int64_t minutes;
};

/* `otherwise`: the text for when the word says nothing; NULL: there is none. */
static struct advice advice_of(const struct proposing *p, const struct plain_word *word, const char *otherwise,
			       int64_t minutes)
{
	struct advice a = { NULL, NULL, minutes };

	if (word && word->advice_ja && *word->advice_ja) {
		a.ja = word->advice_ja;
		a.en = word->advice_en && *word->advice_en ? word->advice_en : word->advice_ja;
		a.minutes = word->minutes > 0 ? word->minutes : SCAN_MINUTES;
	} else if (otherwise) {
		a.ja = report_text_get(p->texts, otherwise, true);
		a.en = report_text_get(p->texts, otherwise, false);
	}
	if (a.ja && !*a.ja)
		a.ja = NULL;
	return a;
}

/* Whoever uses the device, and what it is called. */
static void name_device(struct proposing *p, const char *address, struct value *out)
{
	*out = (struct value){ "device", NULL, NULL };
	if (!address)
		return;
	out->ja = report_text_device(p->texts, address, true, p->pool);
	out->en = report_text_device(p->texts, address, false, p->pool);
	p->failed = p->failed || !out->ja || !out->en;
	if (p->device_count < ARRAY_LEN(p->devices))
		p->devices[p->device_count++] = address;
}

/* An open case up to URGENT always asks for something: at least to ring up. */
static void propose_case(struct proposing *p, const struct case_row *row)
{
	bool urgent = row->severity <= URGENT;
	struct advice advice = advice_of(p, row->ja ? plain_words_by_text(p->words, row->ja) : NULL,
					 urgent ? "request_case_advice" : NULL, CALL_MINUTES);
	char number[REPORT_NUMBER_SIZE];
	struct value values[] = { { "device", NULL, NULL },
				  { "what", row->ja, row->en },
				  { "advice", advice.ja, advice.en },
				  { "number", number, number } };
	struct request_row *request;

	if (!advice.ja || is_case_covered(p, row))
		return;
	name_device(p, row->device, &values[0]);
	report_number(row->no, number);
	request = add(p, row->device ? "request_device_who" : "request_case_who", "request_case_what", values,
		      ARRAY_LEN(values), advice.minutes);
	request->incident_id = row->incident_id;
	if (urgent)
		request->due_on = NULL;
}

/* The gravest come first. */
static void propose_cases(struct proposing *p)
{
	for (size_t i = 0; i < p->m->cases_count && !is_full(p); i++)
		if (case_row_pending(&p->m->cases[i]) && p->m->cases[i].severity <= MEMBER_GRAVE)
			propose_case(p, &p->m->cases[i]);
}

static void propose_device(struct proposing *p, struct device_count *device)
{
	const struct plain_word *word = plain_words_by_text(p->words, device->ja);
	struct advice advice = advice_of(p, word, word ? NULL : "request_device_advice", SCAN_MINUTES);
	bool covered = is_device_covered(p, device->address);
	struct value values[] = { { "device", NULL, NULL },
				  { "what", device->ja, device->en },
				  { "advice", advice.ja, advice.en } };

	device->check = covered || advice.ja;
	if (covered || !advice.ja || is_full(p))
		return;
	name_device(p, device->address, &values[0]);
	add(p, "request_device_who", "request_device_what", values, ARRAY_LEN(values), advice.minutes);
}

static void propose_devices(struct proposing *p)
{
	for (size_t i = 0; i < p->m->devices_count; i++) {
		struct device_count *device = &p->m->devices[i];

		device->check = false;
		if (device->address && device->ja && device_count_pending(device))
			propose_device(p, device);
	}
}

static bool is_silent(const struct proposing *p, const struct sensor_row *sensor)
{
	return sensor->silent_days > 0 && !sensor->heard_since &&
	       (sensor->last_seen_at == TIME_NONE || p->m->made_at == TIME_NONE ||
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
	struct proposing p = {
		.m = m, .facts = facts, .words = words, .texts = texts, .pool = pool, .people = m->requests_count
	};

	if (!m->requests)
		m->requests = pool_take_array(pool, MEMBER_REQUESTS_MAX, sizeof(*m->requests));
	if (!m->requests)
		return err_set(why, ERR_NOMEM, "no memory for requests");
	propose_cases(&p);
	propose_devices(&p);
	propose_sensors(&p);
	propose_virus(&p);
	propose_contacts(&p);
	return p.failed ? err_set(why, ERR_NOMEM, "no memory for requests") : 0;
}
