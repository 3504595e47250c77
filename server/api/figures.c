#include "server/api/figures.h"

#include "server/api/filters.h"
#include "server/store/metrics_write.h"

int figures_detections(struct call *call, struct err *why)
{
	struct metrics_detections table;
	const char *from, *to;
	struct json_writer w;

	if (!filters_days(call, &from, &to))
		return 0;
	if (metrics_detections(call->db,
			       &(struct metrics_period){
				   from, to, call->api->settings->timezone, { .company_id = call->person.company_id } },
			       &table, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	metrics_detections_write(&table, &w);
	return 0;
}

int figures_company_months(struct call *call, struct err *why)
{
	struct db_result *result;
	const char *from, *to;
	struct json_writer w;
	int64_t company_id;
	int go;

	if (!filters_months(call, &from, &to))
		return 0;
	go = filters_company(call, &company_id, why);
	if (go != 1)
		return go;
	if (metrics_months(
		call->db,
		&(struct metrics_period){ from, to, call->api->settings->timezone, { .company_id = company_id } },
		METRICS_BY_MONTH, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	metrics_months_write(from, to, result, &w);
	db_result_free(result);
	return 0;
}
