/* Observables of records, EVE and FortiGate by the first byte; the second gives the direction. Invariants: each is a
 * key as indicator.h has it, none stands twice, names are text within bounds, a contact has both ends and a port. */
#include "server/model/observables.h"

#include "lib/json_reader.h"

#include <stdlib.h>

enum { TOKENS = 4096 };

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void check(const struct observables *o)
{
	must(o->count <= OBSERVABLES_MAX);
	for (size_t i = 0; i < o->count; i++) {
		const struct indicator_key *k = &o->items[i].key;

		must(k->kind >= INDICATOR_IP && k->kind <= INDICATOR_HASH && k->len >= 1 &&
		     k->len <= INDICATOR_KEY_MAX);
		must(k->kind != INDICATOR_IP || k->len == 16);
		for (size_t j = 0; j < i; j++) {
			const struct indicator_key *other = &o->items[j].key;

			must(k->kind != other->kind || k->len != other->len ||
			     memcmp(k->bytes, other->bytes, k->len) != 0);
		}
	}
	must(memchr(o->name, 0, sizeof(o->name)) != NULL && slice_is_utf8(slice_of_string(o->name)));
	must(o->bytes >= -1);
	if (o->inside.family)
		must(o->destination.family && o->port > 0 && o->port <= UINT16_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const events[] = { "eve.dns",   "eve.http",     "eve.tls",           "eve.flow",
					      "eve.alert", "eve.fileinfo", "fortigate.traffic", "fortigate.virus" };
	static struct json_token tokens[TOKENS];
	static struct observables o;
	struct json_reader json = { .tokens = tokens, .capacity = TOKENS };
	struct sigma_record record = { .ts = (time_us)1795507200 * US_PER_SECOND };
	struct alert a;

	if (size < 2)
		return 0;
	alert_init(&a);
	a.direction = (enum direction)(data[1] % 5);
	address_parse(SLICE_LITERAL("192.168.1.20"), &a.inside);
	a.source = (struct endpoint){ a.inside, 50000 };
	address_parse(SLICE_LITERAL("203.0.113.9"), &a.destination.ip);
	a.destination.port = 443;
	record.alert = &a;
	record.event = slice_of_string(events[data[0] % ARRAY_LEN(events)]);
	record.body = slice_of(data + 2, size - 2);
	if (slice_starts_with(record.event, "eve.")) {
		if (json_read(&json, record.body) != JSON_OK)
			return 0;
		record.json = &json;
	}
	observables_read(&record, &o);
	check(&o);
	return 0;
}
