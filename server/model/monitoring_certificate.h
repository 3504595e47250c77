/* 継続監視証明書, frozen: what a member shows to a trading partner. Twelve months, how well they were watched, counts
 * and response times, and no detail of any incident. Kept as JSON (table snapshot). Pure. */
#ifndef SERVER_MODEL_MONITORING_CERTIFICATE_H
#define SERVER_MODEL_MONITORING_CERTIFICATE_H

#include "lib/json_shape.h"

enum { CERTIFICATE_MONTHS = 12, CERTIFICATE_CODE_LENGTH = 16, CERTIFICATE_MONTHS_VALID = 12 };

struct monitoring_certificate {
	int64_t format; /* MONITORING_CERTIFICATE_FORMAT */
	int64_t company_id;
	const char *company, *operator_name, *timezone;
	const char *first_day, *last_day; /* of the twelve months */
	int64_t days, monitored_days, due_hours, seen_hours, sensors;
	int64_t inbound, inbound_stopped, outbound, outbound_stopped, viruses_removed;
	int64_t cases, cases_closed; /* incidents of severity 3 and graver */
	int64_t told_count, told_median_s, acknowledged_count, acknowledged_median_s; /* member told; taken on */
	int64_t number;                                                               /* KM-<number> */
	const char *code; /* CERTIFICATE_CODE_LENGTH letters of base32 (RFC 4648), upper case */
	const char *issued_on, *valid_until;
	const char *check_url; /* of the page that checks it, without number and code */
	time_us made_at;
};
enum { MONITORING_CERTIFICATE_FORMAT = 1 };
extern const struct json_shape monitoring_certificate_shape;

#endif
