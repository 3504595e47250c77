/* What a contract costs, how its years run, and what about it is odd. Pure. Days are days since 1970-01-01. */
#ifndef SERVER_MODEL_CONTRACT_H
#define SERVER_MODEL_CONTRACT_H

#include "lib/clock.h"

struct tax_rate {
	int64_t from_day;
	int64_t hundredths; /* of a percent: 1000 is 10 % */
};

struct contract_price {
	int64_t yen;            /* a month, without tax */
	int64_t tax_hundredths; /* -1: none is known of that day, */
	int64_t taxed;          /* and this is -1 too. Parts of a yen are cut off */
};
/* With the tax of the day; rates ascend by day. */
struct contract_price contract_price_at(int64_t yen, const struct tax_rate *rates, size_t count, int64_t day);

/* Class 1 of the お助け隊 standard, network type: at most so much a month, without tax. Class 2 has no cap. */
enum { CONTRACT_CAP_YEN = 10000 };
bool contract_over_cap(int service_class, int64_t yen);
/* Longer than two years, both ends in; to_day INT64_MAX: open. An open one renews itself and is not. */
bool contract_over_two_years(int64_t from_day, int64_t to_day);

/* The contract year that `day` lies in: first and last day. A year ends on the day before that of the same date; where
 * a year has no such date (29 February), on the last day of the month (Civil Code, article 143). False: before the
 * contract. */
bool contract_year(int64_t from_day, int64_t day, int64_t *first, int64_t *last);

#endif
