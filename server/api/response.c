#include "server/api/response.h"

#include "server/api/figures_reply.h"
#include "server/store/metrics_write.h"
#include "server/store/response_query.h"

static void reply(struct call *call, const struct figure_request *r, int64_t merged,
		  const struct response_row rows[RESPONSE_ROWS])
{
	struct csv_writer csv;
	struct json_writer w;

	if (r->csv) {
		figure_reply_csv(call, r, "response", &csv);
		metrics_response_csv(rows, &csv);
	} else {
		call_reply(call, 200, &w);
		metrics_response_write(&r->period, merged, rows, &w);
	}
}

int response_get(struct call *call, struct err *why)
{
	struct response_row rows[RESPONSE_ROWS];
	struct response_samples samples = { 0 };
	struct figure_request r;
	struct promises *promises;
	int64_t merged;
	int failed, go = figure_read_days(call, &r, why);

	if (go != 1)
		return go;
	if (promises_read(call->db, &promises, why) != 0)
		return -1;
	failed = response_query(call->db, &r.period, promises, &samples, &merged, why) != 0 ||
		 response_figures(&samples, rows, why) != 0;
	if (!failed)
		reply(call, &r, merged, rows);
	response_samples_release(&samples);
	promises_release(promises);
	return failed ? -1 : 0;
}
