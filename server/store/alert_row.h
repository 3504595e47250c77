/* One alert as a row of binary COPY (PostgreSQL documentation, "COPY", binary format; types as their receive functions
 * read them). Rows are built as the records arrive; the id, which is dealt only when the row is sure to be stored,
 * stands at a fixed place and is filled in later. */
#ifndef SERVER_STORE_ALERT_ROW_H
#define SERVER_STORE_ALERT_ROW_H

#include "server/model/alert.h"
#include "server/store/raw_record.h"

struct alert_row {
	int64_t company_id, sensor_id;
	time_us ts, received_at;   /* both must pass alert_row_time_fits() */
	const struct alert *alert; /* an event time that does not fit becomes NULL */
	struct slice raw;          /* as the device wrote it; coded on the way */
};

/* The statement that takes these rows, the header in front of them and the trailer behind. */
extern const char alert_row_copy_sql[];
struct slice alert_row_header(void);
struct slice alert_row_trailer(void);

/* Whether timestamptz can hold it. */
bool alert_row_time_fits(time_us t);

/* Appends a row (out->failed on memory shortage). The id is 0 for now. */
void alert_row_put(struct buffer *out, const struct alert_row *row, struct raw_coder *coder);
void alert_row_set_id(uint8_t *row, int64_t id);
/* Appends the row that stands in `rows` once more, as an unparsed record: its bytes are kept, everything read from them
 * goes, and its ts is when it was received. For a row that the database refused. False, and nothing appended, when it
 * is not a row of alert_row_put() or memory is short. */
bool alert_row_put_unparsed(struct buffer *rows, size_t row, size_t length, time_us *ts);

#endif
