#include "server/model/contract.h"

struct contract_price contract_price_at(int64_t yen, const struct tax_rate *rates, size_t count, int64_t day)
{
	struct contract_price price = { .yen = yen, .tax_hundredths = -1, .taxed = -1 };

	for (size_t i = 0; i < count && rates[i].from_day <= day; i++)
		price.tax_hundredths = rates[i].hundredths;
	if (price.tax_hundredths >= 0)
		price.taxed = yen + yen * price.tax_hundredths / 10000;
	return price;
}

bool contract_over_cap(int service_class, int64_t yen)
{
	return service_class == 1 && yen > CONTRACT_CAP_YEN;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day on which the contract is so many years old. */
static int64_t anniversary(int64_t from_day, int years)
{
	int year, month, day;

	civil_from_days(from_day, &year, &month, &day);
	year += years;
	if (month == 2 && day == 29 && !is_leap(year))
		return days_from_civil(year, 3, 1);
	return days_from_civil(year, month, day);
}

bool contract_over_two_years(int64_t from_day, int64_t to_day)
{
	return to_day != INT64_MAX && to_day >= anniversary(from_day, 2);
}

bool contract_year(int64_t from_day, int64_t day, int64_t *first, int64_t *last)
{
	int begun, now, month, day_of_month, years;

	if (day < from_day)
		return false;
	civil_from_days(from_day, &begun, &month, &day_of_month);
	civil_from_days(day, &now, &month, &day_of_month);
	years = now - begun;
	if (anniversary(from_day, years) > day)
		years--;
	*first = anniversary(from_day, years);
	*last = anniversary(from_day, years + 1) - 1;
	return true;
}
