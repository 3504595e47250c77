#include "server/model/drill.h"

bool drill_is_due(const struct calendar *hours, int64_t day, int hour, int64_t *month)
{
	int year, month_of_year, day_of_month;

	civil_from_days(day, &year, &month_of_year, &day_of_month);
	*month = day - day_of_month + 1;
	return hour >= DRILL_HOUR && calendar_business_day(hours, *month, 1) == day;
}
