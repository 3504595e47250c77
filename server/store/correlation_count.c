/* Counts by day and by month, kept in the transaction of the alerts that they count. */
#include "server/store/columns.h"
#include "server/store/correlation.h"

#include <stdlib.h>

/* Columns of company_month, and how they grow. */
#define MONTH_COLUMNS                                                                                  \
	"inbound_ips, inbound_antivirus, inbound_web, inbound_dns, inbound_other, outbound_ips, "      \
	"outbound_antivirus, outbound_web, outbound_dns, outbound_other, elsewhere, inbound_stopped, " \
	"outbound_stopped, viruses, viruses_removed"
#define MONTH_GROWS                                                                 \
	"inbound_ips = c.inbound_ips + excluded.inbound_ips, "                      \
	"inbound_antivirus = c.inbound_antivirus + excluded.inbound_antivirus, "    \
	"inbound_web = c.inbound_web + excluded.inbound_web, "                      \
	"inbound_dns = c.inbound_dns + excluded.inbound_dns, "                      \
	"inbound_other = c.inbound_other + excluded.inbound_other, "                \
	"outbound_ips = c.outbound_ips + excluded.outbound_ips, "                   \
	"outbound_antivirus = c.outbound_antivirus + excluded.outbound_antivirus, " \
	"outbound_web = c.outbound_web + excluded.outbound_web, "                   \
	"outbound_dns = c.outbound_dns + excluded.outbound_dns, "                   \
	"outbound_other = c.outbound_other + excluded.outbound_other, "             \
	"elsewhere = c.elsewhere + excluded.elsewhere, "                            \
	"inbound_stopped = c.inbound_stopped + excluded.inbound_stopped, "          \
	"outbound_stopped = c.outbound_stopped + excluded.outbound_stopped, "       \
	"viruses = c.viruses + excluded.viruses, "                                  \
	"viruses_removed = c.viruses_removed + excluded.viruses_removed"

enum { MONTH_COLUMN_COUNT = 2 * MONTH_ENGINES + 5 };

static void put_month(struct array_text columns[MONTH_COLUMN_COUNT + 1], const struct month_sums *sums)
{
	size_t n = 0;

	array_text_integer(&columns[n++], sums->month);
	for (size_t i = 0; i < MONTH_ENGINES; i++)
		array_text_integer(&columns[n++], sums->inbound[i]);
	for (size_t i = 0; i < MONTH_ENGINES; i++)
		array_text_integer(&columns[n++], sums->outbound[i]);
	array_text_integer(&columns[n++], sums->elsewhere);
	array_text_integer(&columns[n++], sums->inbound_stopped);
	array_text_integer(&columns[n++], sums->outbound_stopped);
	array_text_integer(&columns[n++], sums->viruses);
	array_text_integer(&columns[n++], sums->viruses_removed);
}

/* company_month is always the sum of company_day: both grow by the same counts in one transaction. */
static int write_months(struct db *db, int64_t company_id, const struct correlation_batch *b, struct err *why)
{
	struct array_text columns[MONTH_COLUMN_COUNT + 1] = { 0 };
	struct month_sums sums;

	if (b->day_count == 0)
		return 0;
	for (size_t done = 0; done < b->day_count;) {
		done += day_counts_month(b->days + done, b->day_count - done, &sums);
		put_month(columns, &sums);
	}
	return columns_run(
	    db,
	    "INSERT INTO company_month AS c (company_id, month, " MONTH_COLUMNS ") "
	    "SELECT $1::bigint, date '1970-01-01' + u.month, " MONTH_COLUMNS
	    " FROM unnest($2::integer[], $3::bigint[], "
	    "$4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], "
	    "$11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[]) "
	    "AS u (month, " MONTH_COLUMNS ") ON CONFLICT (company_id, month) DO UPDATE SET " MONTH_GROWS,
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int write_days(struct db *db, int64_t company_id, const struct correlation_batch *b, struct err *why)
{
	struct array_text columns[6] = { 0 };

	if (b->day_count == 0)
		return 0;
	for (size_t i = 0; i < b->day_count; i++) {
		const struct day_count *d = &b->days[i];

		array_text_integer(&columns[0], d->day);
		array_text_string(&columns[1], slice_of_string(direction_name(d->direction)));
		array_text_string(&columns[2], slice_of_string(engine_name(d->engine)));
		array_text_integer(&columns[3], d->severity);
		array_text_string(&columns[4], slice_of_string(action_name(d->action)));
		array_text_integer(&columns[5], d->detections);
	}
	return columns_run(
	    db,
	    "INSERT INTO company_day AS c (company_id, day, direction, engine, severity, action, detections) "
	    "SELECT $1::bigint, date '1970-01-01' + u.day, u.direction, u.engine, u.severity, u.action, "
	    "u.detections FROM unnest($2::integer[], $3::text[], $4::text[], $5::smallint[], $6::text[], "
	    "$7::bigint[]) AS u (day, direction, engine, severity, action, detections) "
	    "ON CONFLICT (company_id, day, direction, engine, severity, action) "
	    "DO UPDATE SET detections = c.detections + excluded.detections",
	    company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int tally_order(const void *left, const void *right)
{
	const struct correlation_tally *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

size_t correlation_tally_add_up(struct correlation_tally *tallies, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(tallies, count, sizeof(*tallies), tally_order);
	for (size_t i = 0; i < count; i++) {
		if (kept && tally_order(&tallies[kept - 1], &tallies[i]) == 0)
			tallies[kept - 1].count += tallies[i].count;
		else
			tallies[kept++] = tallies[i];
	}
	return kept;
}

static int write_tallies(struct db *db, int64_t company_id, const char *sql, const struct correlation_tally *tallies,
			 size_t count, struct err *why)
{
	struct array_text columns[3] = { 0 };

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		array_text_integer(&columns[0], tallies[i].id);
		array_text_integer(&columns[1], tallies[i].day);
		array_text_integer(&columns[2], tallies[i].count);
	}
	return columns_run(db, sql, company_id, columns, ARRAY_LEN(columns), NULL, why);
}

int correlation_count(struct db *db, int64_t company_id, const struct correlation_batch *b,
		      const struct correlation_tally *rules, size_t rule_count, const struct correlation_tally *mutes,
		      size_t mute_count, struct err *why)
{
	static const char rules_sql[] =
	    "INSERT INTO rule_day AS d (company_id, rule_id, day, alerts) "
	    "SELECT $1::bigint, u.id, date '1970-01-01' + u.day, u.count "
	    "FROM unnest($2::bigint[], $3::integer[], $4::bigint[]) AS u (id, day, count) "
	    "ON CONFLICT (company_id, rule_id, day) DO UPDATE SET alerts = d.alerts + excluded.alerts";
	static const char mutes_sql[] =
	    "INSERT INTO mute_day AS d (company_id, mute_id, day, alerts) "
	    "SELECT $1::bigint, u.id, date '1970-01-01' + u.day, u.count "
	    "FROM unnest($2::bigint[], $3::integer[], $4::bigint[]) AS u (id, day, count) "
	    "ON CONFLICT (company_id, mute_id, day) DO UPDATE SET alerts = d.alerts + excluded.alerts";

	if (write_days(db, company_id, b, why) != 0 || write_months(db, company_id, b, why) != 0 ||
	    write_tallies(db, company_id, rules_sql, rules, rule_count, why) != 0)
		return -1;
	return write_tallies(db, company_id, mutes_sql, mutes, mute_count, why);
}
