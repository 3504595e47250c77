#include "server/store/top_alert.h"

#include "server/store/columns.h"

int top_alert_read(struct db *db, int64_t company_id, const struct top_alert *list, size_t count,
		   struct db_result **out, struct err *why)
{
	struct array_text columns[2] = { 0 };

	for (size_t i = 0; i < count; i++) {
		array_text_integer(&columns[0], list[i].id);
		array_text_time(&columns[1], list[i].ts);
	}
	return columns_run(db,
			   "SELECT a.id, a.direction, a.stage, a.severity, a.action, a.engine, a.signature_id, "
			   "a.signature, a.category, a.format, host(a.inside_ip), host(a.attacker_ip), "
			   "host(a.source_ip), host(a.destination_ip), a.cluster_key, a.ts, a.score "
			   "FROM unnest($2::bigint[], $3::timestamptz[]) AS u (id, ts) "
			   "JOIN alert a ON a.company_id = $1::bigint AND a.id = u.id AND a.ts = u.ts",
			   company_id, columns, ARRAY_LEN(columns), out, why);
}

static void decode_address(struct slice text, struct address *out)
{
	if (!text.ptr || !address_parse(text, out))
		*out = (struct address){ 0 };
}

bool top_alert_decode(const struct db_result *r, int row, int64_t *id, struct alert *out)
{
	alert_init(out);
	*id = db_integer(r, row, 0);
	out->kind = KIND_ALERT;
	out->severity = (int)db_integer(r, row, 3);
	out->signature_id = db_slice(r, row, 6);
	out->signature = db_slice(r, row, 7);
	out->category = db_slice(r, row, 8);
	out->format = db_text(r, row, 9);
	decode_address(db_slice(r, row, 10), &out->inside);
	decode_address(db_slice(r, row, 11), &out->attacker);
	decode_address(db_slice(r, row, 12), &out->source.ip);
	decode_address(db_slice(r, row, 13), &out->destination.ip);
	out->cluster_key = db_integer(r, row, 14);
	out->event_time = db_time(r, row, 15);
	out->score = (int)db_integer(r, row, 16);
	return direction_parse(db_slice(r, row, 1), &out->direction) && stage_parse(db_slice(r, row, 2), &out->stage) &&
	       action_parse(db_slice(r, row, 4), &out->action) && engine_parse(db_slice(r, row, 5), &out->engine);
}
